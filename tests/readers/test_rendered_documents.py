"""What a Word document or a web page shows of a cell and what is read of it are one text, or the cell is not read.

Each variant is a table of one cell in a document of its own. LibreOffice prints them all, Chromium is asked for the text
of the pages. What a variant must be is written beside it, so neither reading all nor refusing all passes.
"""

import html
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support import delivered

from analysis.readers import kinds
from analysis.readers.grid import UNREAD, Unreadable

SOFFICE = shutil.which("soffice")
needs_office = pytest.mark.skipif(
    not (SOFFICE and shutil.which("pdftotext")), reason="no soffice, or no pdftotext, on PATH"
)
HIDDEN, ELSEWHERE, EMPTY = "hidden", "style_elsewhere", "no_table"

# -- Word ------------------------------------------------------------------------------------------------------------


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def styled(properties: str = "", kind: str = "character", more: str = "", based: str = "") -> str:
    """A style "S" with these properties of its text."""
    based = f'<w:basedOn w:val="{based}"/>' if based else ""
    return (
        f'<w:style w:type="{kind}" w:styleId="S"><w:name w:val="S"/>{based}{more}<w:rPr>{properties}</w:rPr></w:style>'
    )


HIDING, RAISING = "<w:vanish/>", '<w:vertAlign w:val="superscript"/>'
OF_STYLE, OF_TABLE = '<w:rStyle w:val="S"/>', '<w:tblPr><w:tblStyle w:val="S"/></w:tblPr>'
OF_PARAGRAPH = '<w:pPr><w:pStyle w:val="S"/></w:pPr>'
COMPLEX = "<w:fldChar w:fldCharType='{}'/>"
FIELD = (
    f"<w:r>{COMPLEX.format('begin')}</w:r><w:r><w:instrText>=1+4</w:instrText></w:r><w:r>{COMPLEX.format('separate')}</w:r>"
    f"{run('5')}<w:r>{COMPLEX.format('end')}</w:r>"
)
NESTED = f"</w:p><w:tbl><w:tr><w:tc><w:p>{run('4')}</w:p></w:tc></w:tr></w:tbl><w:p>"
PICTURE = '<w:r><w:drawing xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"/></w:r>'
BOX = "<w:r><w:pict><v:shape xmlns:v='urn:schemas-microsoft-com:vml' style='width:20pt;height:20pt'><v:textbox>{}</v:textbox></v:shape></w:pict></w:r>"
BASE = '<w:style w:type="character" w:styleId="B"><w:name w:val="B"/><w:rPr><w:vanish/></w:rPr></w:style>'
# Name, what is in the paragraph, and what it must be: its text, or what is named as not understood, or HIDDEN; then
# more: styles, the properties of cell, row and table.
WORD = [
    ("plain", run("54,01"), "54,01", {}),
    ("two runs", run("54") + run(",01"), "54,01", {}),
    ("bold and italic", run("54", "<w:b/><w:i/>") + run(",01"), "54,01", {}),
    ("underlined", run("54,01", '<w:u w:val="single"/>'), "54,01", {}),
    ("a font", run("54,01", '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial"/>'), "54,01", {}),
    ("a size", run("54,01", '<w:sz w:val="26"/><w:szCs w:val="26"/>'), "54,01", {}),
    ("small type", run("54,01", '<w:sz w:val="12"/>'), "54,01", {}),
    ("a colour", run("54,01", '<w:color w:val="FF0000"/>'), "54,01", {}),
    ("the colour of the system", run("54,01", '<w:color w:val="auto"/>'), "54,01", {}),
    ("a language", run("54,01", '<w:lang w:val="vi-VN"/><w:noProof/>'), "54,01", {}),
    ("highlighted", run("54,01", '<w:highlight w:val="yellow"/>'), "54,01", {}),
    ("white on blue", run("54,01", '<w:color w:val="FFFFFF"/>'), "54,01", {"cell": '<w:shd w:val="clear" w:fill="1F4E79"/>'}),
    ("shaded", run("54,01"), "54,01", {"cell": '<w:shd w:val="clear" w:color="auto" w:fill="D9E2F3"/>'}),
    ("spaced a little", run("54,01", '<w:spacing w:val="-4"/>'), "54,01", {}),
    ("no style of this name", run("54,01", OF_STYLE), "54,01", {}),
    ("a bold style", run("54,01", OF_STYLE), "54,01", {"styles": styled("<w:b/><w:color w:val='C00000'/>")}),
    ("a style that hides nothing", run("54,01", OF_STYLE), "54,01", {"styles": styled('<w:vanish w:val="0"/>')}),
    ("a style of the paragraph", OF_PARAGRAPH + run("54,01"), "54,01",
     {"styles": styled("<w:b/>", "paragraph", '<w:pPr><w:jc w:val="center"/><w:spacing w:before="60" w:after="60"/></w:pPr>')}),
    ("a style of the table", run("54,01"), "54,01", {"table": OF_TABLE, "styles": styled("", "table",
     "<w:tblPr><w:tblBorders/></w:tblPr><w:tblStylePr w:type='firstRow'><w:rPr><w:b/><w:color w:val='FFFFFF'/></w:rPr>"
     "<w:tcPr><w:shd w:val='clear' w:fill='4472C4'/></w:tcPr></w:tblStylePr>")}),
    ("aligned", '<w:pPr><w:jc w:val="right"/><w:ind w:right="57"/></w:pPr>' + run("54,01"), "54,01", {}),
    ("turned", run("54,01"), "54,01", {"cell": '<w:textDirection w:val="btLr"/>', "row": '<w:trHeight w:val="1500"/>'}),
    ("borders and margins", run("54,01"), "54,01",
     {"cell": '<w:tcW w:w="1200" w:type="dxa"/><w:tcBorders/><w:tcMar/><w:vAlign w:val="center"/>'}),
    ("a repeated header", run("54,01"), "54,01", {"row": '<w:cantSplit/><w:trHeight w:val="400" w:hRule="exact"/><w:tblHeader/>'}),
    ("a link", "<w:hyperlink w:anchor='x'>" + run("54,01") + "</w:hyperlink>", "54,01", {}),
    ("bookmarks", "<w:bookmarkStart w:id='0' w:name='x'/>" + run("54,01") + "<w:bookmarkEnd w:id='0'/>", "54,01", {}),
    ("spelling marks", "<w:proofErr w:type='spellStart'/>" + run("54,01") + "<w:proofErr w:type='spellEnd'/>", "54,01", {}),
    ("a content control", "<w:sdt><w:sdtPr><w:id w:val='1'/></w:sdtPr><w:sdtContent>" + run("54,01") + "</w:sdtContent></w:sdt>", "54,01", {}),
    ("a saved page break", "<w:r><w:lastRenderedPageBreak/></w:r>" + run("54,01"), "54,01", {}),
    ("a hyphen that holds", "<w:r><w:noBreakHyphen/></w:r>" + run("5,78"), "-5,78", {}),
    ("two lines", run("Kiến") + "<w:r><w:br/></w:r>" + run("An"), "Kiến\nAn", {}),
    ("a name with a footnote", run("Kiến An") + '<w:r><w:footnoteReference w:id="1"/></w:r>', "Kiến An", {}),
    ("a symbol", run("5") + '<w:r><w:sym w:font="Symbol" w:char="F02E"/></w:r>' + run("4"), "w:sym", {}),
    ("hidden by a style", run("35") + run("9", OF_STYLE) + run(",4"), "w:vanish (S)", {"styles": styled(HIDING)}),
    ("raised by a style", run("5,4") + run("1", OF_STYLE), "w:vertAlign (S)", {"styles": styled(RAISING)}),
    ("hidden by the style of a style", run("35") + run("9", OF_STYLE), "w:vanish (B)", {"styles": styled(based="B") + BASE}),
    ("hidden by a style of paragraphs", OF_PARAGRAPH + run("35"), "w:vanish (S)", {"styles": styled(HIDING, "paragraph")}),
    ("hidden by a style of tables", run("35"), "w:vanish (S)", {"styles": styled(HIDING, "table"), "table": OF_TABLE}),
    ("hidden in a region of a table", run("35"), "w:vanish (S)", {"styles": styled(
        "", "table", f"<w:tblStylePr w:type='firstRow'><w:rPr>{HIDING}</w:rPr></w:tblStylePr>"), "table": OF_TABLE}),
    ("hidden by default", run("35"), "w:vanish (docDefaults)",
     {"styles": f"<w:docDefaults><w:rPrDefault><w:rPr>{HIDING}</w:rPr></w:rPrDefault></w:docDefaults>"}),
    ("struck by a style", run("35") + run("9", OF_STYLE), "w:strike (S)", {"styles": styled("<w:strike/>")}),
    ("white by a style", run("35") + run("9", OF_STYLE), "w:color", {"styles": styled('<w:color w:val="FFFFFF"/>')}),
    ("tiny by a style", run("35") + run("9", OF_STYLE), "w:sz (S)", {"styles": styled('<w:sz w:val="2"/>')}),
    ("a style based on itself", run("35", OF_STYLE), "w:basedOn", {"styles": styled("", based="S")}),
    ("hidden", run("35") + run("9", HIDING), HIDDEN, {}),
    ("struck", run("35") + run("9", "<w:dstrike/>"), HIDDEN, {}),
    ("a hidden row", run("35"), HIDDEN, {"row": "<w:hidden/>"}),
    ("a nested table", run("5") + NESTED + run(" "), "w:tbl", {}),
    ("a field", FIELD, "w:fldChar", {}),
    ("a simple field", "<w:fldSimple w:instr='PAGE'>" + run("5") + "</w:fldSimple>", "w:fldSimple", {}),
    ("a footnote", run("5,4") + '<w:r><w:footnoteReference w:id="1"/></w:r>', "w:footnoteReference", {}),
    ("an endnote", run("5,4") + '<w:r><w:endnoteReference w:id="1"/></w:r>', "w:endnoteReference", {}),
    ("ruby", "<w:r><w:ruby><w:rt>" + run("1") + "</w:rt><w:rubyBase>" + run("5") + "</w:rubyBase></w:ruby></w:r>", "w:ruby", {}),
    ("a text box", run("5") + BOX.format(f"<w:txbxContent><w:p>{run('4')}</w:p></w:txbxContent>"), "w:pict", {}),
    ("a picture", run("5") + PICTURE, "w:drawing", {}),
    ("a picture alone", PICTURE, EMPTY, {}),
    ("an object", run("5") + "<w:r><w:object/></w:r>", "w:object", {}),
    ("raised by position", run("5,4") + run("1", '<w:position w:val="10"/>'), "w:position", {}),
    ("lowered by position", run("5,4") + run("1", '<w:position w:val="-6"/>'), "w:position", {}),
    ("hidden on the web", run("5,4") + run("1", "<w:webHidden/>"), "w:webHidden", {}),
    ("always hidden", run("5,4") + run("1", "<w:specVanish/>"), "w:specVanish", {}),
    ("white on white", run("5") + run("4", '<w:color w:val="FFFFFF"/>'), "w:color", {}),
    ("nearly white", run("5") + run("4", '<w:color w:val="FAFAFA"/>'), "w:color", {}),
    ("blue on blue", run("5", '<w:color w:val="1F4E79"/>'), "w:color", {"cell": '<w:shd w:val="clear" w:fill="1F4E79"/>'}),
    ("yellow on yellow", run("5", '<w:color w:val="FFFF00"/><w:highlight w:val="yellow"/>'), "w:color", {}),
    ("tiny", run("5") + run("4", '<w:sz w:val="1"/>'), "w:sz", {}),
    ("a number of a list", '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>' + run("5"), "w:numPr", {}),
    ("a number of a list alone", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>', EMPTY, {}),
    ("a list by a style", OF_PARAGRAPH + run("5"), "w:numPr (S)",
     {"styles": styled("", "paragraph", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>')}),
    ("a placeholder", "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>" + run("5") + "</w:sdtContent></w:sdt>", "w:showingPlcHdr", {}),
    ("data bound to elsewhere", "<w:sdt><w:sdtPr><w:dataBinding w:xpath='x'/></w:sdtPr><w:sdtContent>" + run("5") + "</w:sdtContent></w:sdt>", "w:dataBinding", {}),
    ("a soft hyphen", run("5") + "<w:r><w:softHyphen/></w:r>" + run("4"), "w:softHyphen", {}),
    ("right to left", run("5-4", "<w:rtl/>"), "w:rtl", {}),
    ("a direction", "<w:dir w:val='rtl'>" + run("5-4") + "</w:dir>", "w:dir", {}),
    ("an overridden direction", "<w:bdo w:val='rtl'>" + run("54") + "</w:bdo>", "w:bdo", {}),
    ("a paragraph from the right", "<w:pPr><w:bidi/></w:pPr>" + run("5-4"), "w:bidi", {}),
    ("a row without height", run("54"), "w:trHeight", {"row": '<w:trHeight w:val="1" w:hRule="exact"/>'}),
    ("a line without height", '<w:pPr><w:spacing w:line="10" w:lineRule="exact"/></w:pPr>' + run("54"), "w:spacing", {}),
    ("a column without width", run("54"), "w:tcW", {"cell": '<w:tcW w:w="5" w:type="dxa"/>'}),
    ("fitted to a width", run("54", '<w:fitText w:val="20"/>'), "w:fitText", {}),
    ("squeezed", run("54", '<w:w w:val="1"/>'), "w:w", {}),
    ("letters over each other", run("54", '<w:spacing w:val="-200"/>'), "w:spacing", {}),
    ("a font of symbols", run("54", '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>'), "w:rFonts", {}),
    ("two lines in one", run("54", '<w:eastAsianLayout w:id="1" w:combine="on"/>'), "w:eastAsianLayout", {}),
    ("far to the left", '<w:pPr><w:ind w:left="-9000"/></w:pPr>' + run("54"), "w:ind", {}),
    ("a frame", '<w:pPr><w:framePr w:w="10" w:x="9000"/></w:pPr>' + run("54"), "w:framePr", {}),
    ("an equation", '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r><m:t>5</m:t></m:r></m:oMath>', "m:oMath", {}),
    ("something new", "<w:r><w:unheardOf/></w:r>" + run("54"), "w:unheardOf", {}),
]  # fmt: skip


def document(content: str, styles: str = "", cell: str = "", row: str = "", table: str = "") -> bytes:
    body = (
        f"<w:tbl>{table or '<w:tblPr/>'}<w:tblGrid><w:gridCol w:w='3000'/></w:tblGrid><w:tr><w:trPr>{row}</w:trPr>"
        f"<w:tc><w:tcPr>{cell}</w:tcPr><w:p>{content}</w:p></w:tc></w:tr></w:tbl><w:p/><w:sectPr/>"
    )
    space = f'xmlns:w="{delivered.WORD}"'
    note = '<w:{0}><w:{1} w:id="1"><w:p><w:r><w:t>n</w:t></w:r></w:p></w:{1}></w:{0}>'
    parts = {
        "word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {space}>{styles}</w:styles>",
        "word/numbering.xml": f'<w:numbering {space}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="7"/>'
        '<w:numFmt w:val="decimal"/><w:lvlText w:val="%1"/></w:lvl></w:abstractNum><w:num w:numId="1">'
        '<w:abstractNumId w:val="0"/></w:num></w:numbering>',
        **{
            f"word/{name}s.xml": note.format(f"{name}s", name)
            .replace("<w:", "<w:", 1)
            .replace(f"<w:{name}s>", f"<w:{name}s {space}>", 1)
            for name in ("footnote", "endnote")
        },
    }
    types = "".join(
        f'<Override PartName="/{name}" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.'
        f'{"document.main" if "document" in name else name[5:-4]}+xml"/>'
        for name in parts
    )
    relations = delivered.relations(
        **{name[5:-4]: f"{name[5:-4]} {name[5:]}" for name in parts if "document" not in name}
    )
    return delivered.zipped(
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default '
            'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            + types
            + "</Types>",
            "_rels/.rels": delivered.relations(r1="officeDocument word/document.xml"),
            "word/_rels/document.xml.rels": relations,
            **parts,
        }
    )


# -- web pages -------------------------------------------------------------------------------------------------------

EXCEL = r"""<!--table {mso-displayed-decimal-separator:"\."; mso-displayed-thousand-separator:"\,";}
@page {margin:.75in .7in .75in .7in; mso-header-margin:.3in;} .font5 {color:black;font-size:11.0pt;font-family:Calibri}
tr {mso-height-source:auto;} col {mso-width-source:auto;} br {mso-data-placement:same-cell;}
td {padding-top:1px;padding-right:1px;padding-left:1px;mso-ignore:padding;color:black;font-size:11.0pt;font-weight:400;
font-style:normal;text-decoration:none;font-family:Calibri, sans-serif;mso-font-charset:0;mso-number-format:General;
text-align:general;vertical-align:bottom;border:none;mso-background-source:auto;mso-pattern:auto;mso-protection:locked
visible;white-space:nowrap;mso-rotate:0;} .x {mso-number-format:"\#\,\#\#0\.00";text-align:right;border:.5pt solid windowtext}
ruby {ruby-align:left;} rt {color:windowtext;font-size:8.0pt;mso-char-type:none;display:none;}-->"""
WORDY = "p.MsoNormal, li.MsoNormal {margin:0in;margin-bottom:.0001pt;line-height:115%;font-size:14.0pt;font-family:'Times New Roman',serif;mso-style-parent:''}"
BOOT = """*,::after,::before{box-sizing:border-box}:root{--c:#212529;--bg:#fff}body{margin:0;color:var(--c);background-color:var(--bg)}
[hidden]{display:none!important}table{border-collapse:collapse}.x{width:100%;margin-bottom:1rem;vertical-align:top}
.x>:not(caption)>*>*{padding:.5rem .5rem;color:var(--d,#333);background-color:#f8f9fa}tr:hover td{color:#f8f9fa}
@media print{td{display:none}}@media (max-width:600px){td{display:block}td::before{content:attr(title)}}.sr{position:absolute;left:-9999px}"""
SPAN = "5<span class=h>9</span>4"
WEB = [
    # name, cell, style sheet, what it must be, attributes of the cell and of the row, what is before the table
    ("plain", "54,01", "", "54,01", ""),
    ("as Excel writes it", "54,01", EXCEL, "54,01", "class=x"),
    ("as Word writes it", "<p class=MsoNormal align=center><span lang=VI>54,01<o:p></o:p></span></p>", WORDY, "54,01", "width=64 valign=top"),
    ("as a portal writes it", "54,01", BOOT, "54,01", "class=x title=Điểm"),
    ("a style of its own", "54,01", "", "54,01", "style='font-size:11pt;color:#333;text-align:right;padding:3px 5px;border:1px solid #ccc'"),
    ("a background", "54,01", ".x{background:#1f4e79;color:white}", "54,01", "class=x"),
    ("white in a dark row", "54,01", "tr{background:#333}td{color:#fff}", "54,01", ""),
    ("striped rows", "54,01", "tr:nth-child(even){background:#eee}", "54,01", ""),
    ("an old font", "<font face=Arial size=2 color=navy><b>54,01</b></font>", "", "54,01", ""),
    ("a class without a rule", "<span class=y>54,01</span>", ".z{display:none}", "54,01", "class=x"),
    ("a rule of another tag", "<span class=y>54,01</span>", "div.y{display:none}", "54,01", ""),
    ("a rule within another class", "<span class=y>54,01</span>", ".menu .y{display:none}", "54,01", ""),
    ("a rule when pointed at", "54,01", "td:hover{visibility:hidden}", "54,01", ""),
    ("a rule for paper", "54,01", "@media print{td{display:none}}", "54,01", ""),
    ("an input's rule", "54,01", "input[type=text]{display:none}", "54,01", ""),
    ("an empty mark", "54,01", "td::after{content:''}", "54,01", ""),
    ("fixed to the top", "54,01", "td{position:sticky;top:0;z-index:2}", "54,01", ""),
    ("a width in percent", "54,01", "td{width:1%;white-space:nowrap}", "54,01", ""),
    ("big letters", "kiến an", "td{text-transform:capitalize}", "kiến an", ""),
    ("a link", "<a href='#'>54,01</a>", "a{color:#0563c1;text-decoration:underline}", "54,01", ""),
    ("a place to break", "5<wbr>4", "", "54", ""),
    ("a comment", "5<!-- 9 -->4", "", "54", ""),
    ("nobr and tt", "<nobr><tt>54,01</tt></nobr>", "", "54,01", ""),
    ("two lines", "<div>Kiến</div><div>An</div>", "", "Kiến\nAn", ""),
    ("a name beside a picture", "<img src=x>Kiến An", "", "Kiến An", ""),
    ("a name with a sign behind it", "Kiến An", "td::after{content:'\\2191'}", "Kiến An", ""),
    ("a hidden field", "<input type=hidden value=9>54,01", "", "54,01", ""),
    ("hidden by a class", SPAN, ".h{display:none}", ".h {display: none}", ""),
    ("hidden by a tag within", SPAN, "tr td span{visibility:hidden}", "tr td span {visibility: hidden}", ""),
    ("hidden by an id", "5<span id=i>9</span>4", "#i{display:none}", "#i {display: none}", ""),
    ("hidden by an attribute", "5<span title=t>9</span>4", "[title^=t]{display:none}", "[title^=t] {display: none}", ""),
    ("hidden by a negation", SPAN, "span:not(.y){display:none}", "span:not(.y) {display: none}", ""),
    ("hidden by its place", SPAN, "span:nth-child(1){display:none}", "span:nth-child(1) {display: none}", ""),
    ("hidden by any of a list", SPAN, ":is(.h,.g){display:none}", ":is(.h,.g) {display: none}", ""),
    ("hidden by an escaped name", SPAN, r".\68 {d\69splay:n\6fne}", "display: none", ""),
    ("hidden on the screen", SPAN, "@media screen{.h{display:none}}", ".h {display: none}", ""),
    ("hidden where it is supported", SPAN, "@supports (display:grid){.h{display:none}}", ".h {display: none}", ""),
    ("hidden by a nested rule", SPAN, "td{& .h{display:none}}", "display: none", ""),
    ("hidden by a variable", SPAN, ":root{--x:none}.h{display:var(--x)}", ".h {display: none}", ""),
    ("hidden in capitals", SPAN, ".H{DISPLAY:NONE!IMPORTANT}", ".H {display: none}", ""),
    ("raised by a class", "5,4<span class=h>1</span>", ".h{vertical-align:super}", "vertical-align: super", ""),
    ("raised by a length", "5,4<span class=h>1</span>", ".h{vertical-align:4px}", "vertical-align: 4px", ""),
    ("struck by a class", SPAN, ".h{text-decoration:line-through}", "text-decoration: line-through", ""),
    ("transparent", SPAN, ".h{opacity:0}", ".h {opacity: 0}", ""),
    ("without size", SPAN, ".h{font-size:0}", "font-size: 0", ""),
    ("without size in short", SPAN, ".h{font:0/0 a}", "font: 0/0 a", ""),
    ("clipped", SPAN, ".h{position:absolute;clip:rect(0,0,0,0)}", "clip: rect(0,0,0,0)", ""),
    ("clipped by a path", SPAN, ".h{clip-path:inset(50%)}", "clip-path: inset(50%)", ""),
    ("far away", "54", "td{text-indent:-9999px}", "text-indent: -9999px", ""),
    ("off the screen", SPAN, ".h{position:absolute;left:-9999px}", "left: -9999px", ""),
    ("pulled together", SPAN, ".h{margin-left:-9px}", "margin-left: -9px", ""),
    ("turned round", "69", "td{transform:rotate(180deg)}", "transform: rotate(180deg)", ""),
    ("letters over each other", SPAN, "td{letter-spacing:-9px}", "letter-spacing: -9px", ""),
    ("white by a class", SPAN, ".h{color:white}", "color: #ffffff", ""),
    ("the colour of the row", SPAN, "tr{background:#dde}.h{color:rgb(221,221,238)}", "color: #ddddee", ""),
    ("a colour of no strength", SPAN, ".h{color:rgba(0,0,0,0)}", "color: rgba(0,0,0,0)", ""),
    ("black on black", "54", "td{background:#000}", "color: #000000", ""),
    ("filled", SPAN, ".h{-webkit-text-fill-color:transparent}", "text-fill-color: transparent", ""),
    ("blurred", SPAN, ".h{filter:opacity(0)}", "filter: opacity(0)", ""),
    ("as dots", SPAN, ".h{-webkit-text-security:disc}", "text-security: disc", ""),
    ("from the right", "5-4", "td{direction:rtl;unicode-bidi:bidi-override}", "direction: rtl", ""),
    ("floating", SPAN, ".h{float:right}", "float: right", ""),
    ("on a line of its own", SPAN, ".h{display:block}", "display: block", ""),
    ("in one line", "<div class=h>5</div><div class=h>4</div>", ".h{display:inline}", "display: inline", ""),
    ("cut off", "54321", "td{max-width:20px;overflow:hidden}", "overflow: hidden", ""),
    ("without width", SPAN, ".h{display:inline-block;width:0}", "width: 0", ""),
    ("text before", "54", "td::before{content:'1'}", "td::before {content: '1'}", ""),
    ("text behind, in the old spelling", "54", "td:after{content:'1'}", "td:after {content: '1'}", ""),
    ("the first letter", "54", "td::first-letter{font-size:0}", "td::first-letter {font-size: 0}", ""),
    ("a font that comes along", "54", "@font-face{font-family:odd;src:url(data:font/woff;base64,AA)}td{font-family:odd}", "font-family: odd", ""),
    ("a font of symbols", "54", "td{font-family:Wingdings}", "font-family: wingdings", ""),
    ("a picture behind", "54", "td{background:url(data:image/png;base64,AA)}", "background: url", ""),
    ("unheard of", "54", "td{hide-digits:all}", "hide-digits: all", ""),
    ("a selector unheard of", "54", "td %% {font-size:0}", "font-size: 0", ""),
    ("ruby", "<ruby>5<rp>(</rp><rt>9</rt><rp>)</rp></ruby>", "", "<ruby>", ""),
    ("an overridden direction", "<bdo dir=rtl>54</bdo>", "", "dir=rtl", ""),
    ("an input", "5<input value=4>", "", "<input>", ""),
    ("a choice", "5<select><option>4</select>", "", "<select>", ""),
    ("a picture", "5<img alt=4>", "", "<img>", ""),
    ("a drawing", "5<svg><text>4</text></svg>", "", "<svg>", ""),
    ("a canvas", "5<canvas></canvas>", "", "<canvas>", ""),
    ("closed details", "5<details>4</details>", "", "<details>", ""),
    ("a dialog", "5<dialog>4</dialog>", "", "<dialog>", ""),
    ("a numbered list", "<ol><li>5</ol>", "", "<ol>", ""),
    ("no script", "5<noscript>4</noscript>", "", "<noscript>", ""),
    ("a tag of its own", "5<x-y>4</x-y>", "", "<x-y>", ""),
    ("a nested table", "5<table><tr><td>4</table>", "", "<table>", ""),
    ("a direction", "<span dir=rtl>5-4</span>", "", "dir=rtl", ""),
    ("no width", "54", "", "width=0", "width=0"),
    ("no height", "54", "", "height=0px", "height=0px"),
    ("a popover", "5<span popover>4</span>", "", "popover=", ""),
    ("a font of symbols in the old way", "<font face=Symbol>54</font>", "", "face=Symbol", ""),
    ("hidden", SPAN.replace("class=h", "hidden"), "", HIDDEN, ""),
    ("hidden by its own style", SPAN.replace("class=h", "style='display:/**/none'"), "", HIDDEN, ""),
    ("struck", "<s>5</s>4", "", HIDDEN, ""),
    ("a style sheet elsewhere", "54", "@import url(x.css);", ELSEWHERE, ""),
]  # fmt: skip


def page(cell: str, style: str = "", attributes: str = "") -> bytes:
    head = f"<!DOCTYPE html><html><head><meta charset=utf-8><style>{style}</style></head>"
    return f"{head}<body><table><tr><td {attributes}>{cell}</td></tr></table></body></html>".encode()


# -- both ------------------------------------------------------------------------------------------------------------

DOCUMENTS = {name: (document(content, **more), outcome) for name, content, outcome, more in WORD}
PAGES = {name: (page(cell, style, attributes), outcome) for name, cell, style, outcome, attributes in WEB}


def read(data: bytes) -> tuple[str, str, bool]:
    """The value of the first cell, its kind, and whether it is hidden."""
    grid, *_ = kinds.tables(data)
    _, _, value, kind, _, hidden = next(iter(next(iter(grid.lines()))))
    return value, kind, hidden


def made_of(data: bytes) -> str:
    """The text that is read, or what is not understood, or that it is hidden or its style elsewhere."""
    try:
        value, kind, hidden = read(data)
    except Unreadable as refused:
        return refused.key.rpartition(".")[2]
    return HIDDEN if hidden else kind if kind.startswith(UNREAD) else value


@pytest.mark.parametrize(
    ("data", "outcome"),
    [*DOCUMENTS.values(), *PAGES.values()],
    ids=[*(f"Word: {each}" for each in DOCUMENTS), *(f"web: {each}" for each in PAGES)],
)
def test_a_cell_is_read_or_what_is_not_understood_in_it_is_named(data, outcome):
    made = made_of(data)
    assert made == outcome or (made.startswith(UNREAD) and outcome in made)


def accepted(variants: dict[str, tuple[bytes, str]]) -> dict[str, str]:
    """What is read of the variants that are read."""
    read_of = {name: made_of(data) for name, (data, _) in variants.items()}
    return {
        name: squeezed(text)
        for name, text in read_of.items()
        if not text.startswith(UNREAD) and text not in (HIDDEN, ELSEWHERE, EMPTY)
    }


def squeezed(text: str) -> str:
    """Without spaces, with one kind of hyphen: where a printed line breaks is no matter here."""
    return re.sub(r"\s", "", text).replace("\u2011", "-").casefold()


def printed(variants: dict[str, tuple[bytes, str]], suffix: str, folder: Path) -> dict[str, str]:
    """What LibreOffice prints of each variant; it is started once for all of them."""
    files = {name: folder / f"{number}{suffix}" for number, name in enumerate(variants)}
    for name, path in files.items():
        path.write_bytes(variants[name][0])
    start = [SOFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "pdf"]
    subprocess.run([*start, "--outdir", folder, *files.values()], check=True, capture_output=True, timeout=300)
    told = {
        name: subprocess.run(["pdftotext", path.with_suffix(".pdf"), "-"], check=True, capture_output=True, text=True)
        for name, path in files.items()
    }
    return {name: squeezed(each.stdout) for name, each in told.items()}


@pytest.mark.long
@needs_office
@pytest.mark.parametrize(("variants", "suffix"), [(DOCUMENTS, ".docx"), (PAGES, ".html")], ids=["Word", "web"])
def test_what_libreoffice_prints_of_a_cell_is_what_is_read_of_it_or_it_is_refused(tmp_path, variants, suffix):
    assert len(variants) >= 60
    ours = accepted(variants)
    shown = printed({name: variants[name] for name in ours}, suffix, tmp_path)
    noted = {name for name in ours if "footnote" in name}  # its note is printed below the table
    assert len(ours) > 25
    assert {name: shown[name] for name in ours.keys() - noted} == {name: ours[name] for name in ours.keys() - noted}
    assert all(shown[name].startswith(ours[name]) for name in noted)


@pytest.mark.long
def test_what_chromium_shows_of_a_cell_is_what_is_read_of_it_or_it_is_refused(browse):
    ours = accepted(PAGES)
    frames = "".join(
        f'<iframe width=1280 height=900 srcdoc="{html.escape(PAGES[name][0].decode())}"></iframe>' for name in ours
    )
    ask = "[...document.querySelectorAll('iframe')].map(e => e.contentDocument.querySelector('td').innerText)"
    shown = browse(f"<!DOCTYPE html><body>{frames}</body>", ask).answer
    assert dict(zip(ours, map(squeezed, shown), strict=True)) == ours
