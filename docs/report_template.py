"""Writes a fresh report.docx: the layout of Decree 30/2020/NĐ-CP, with fields for analysis/report/document.py.

    .venv/bin/python docs/report_template.py config/cho-moi/report.docx

Needed once for a new area. From then on the office changes the template itself, in Word (docs/document.md). Sizes are
in points, lengths in millimetres; each style carries the name of the part of the document that it is for.
"""

import sys
from datetime import datetime
from pathlib import Path

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from analysis.report.document import sealed

LEFT, CENTRE, RIGHT, BOTH = (getattr(WD_ALIGN_PARAGRAPH, name) for name in ("LEFT", "CENTER", "RIGHT", "JUSTIFY"))
MARGINS = {"top_margin": 20, "bottom_margin": 20, "left_margin": 30, "right_margin": 15}
PAGE = (210, 297)
TEXT, TEXT_ACROSS = (side - MARGINS["left_margin"] - MARGINS["right_margin"] for side in PAGE)
HEAD = (72, TEXT - 72)  # the agency, the nation
FOOT = (90, TEXT - 90)  # the recipients, the signature
FIXED = ("rank", "unit", "total", "band", "previous_total", "change")

# style: size, bold, italic, capitals, alignment; and what else it has
STYLES = {
    "Quốc hiệu": (12, True, False, False, CENTRE, {}),
    "Tiêu ngữ": (13, True, False, False, CENTRE, {}),
    "Cơ quan chủ quản": (12, False, False, False, CENTRE, {}),
    "Cơ quan ban hành": (12, True, False, False, CENTRE, {}),
    "Số, ký hiệu": (13, False, False, False, CENTRE, {"before": 6}),
    "Địa danh, ngày tháng": (13, False, True, False, CENTRE, {"before": 6}),
    "Tên loại": (14, True, False, False, CENTRE, {"before": 18}),
    "Trích yếu": (14, True, False, False, CENTRE, {}),
    "Căn cứ": (14, False, True, False, BOTH, {"after": 6, "indent": 12.7}),
    "Nội dung": (14, False, False, False, BOTH, {"after": 6, "indent": 12.7}),
    "Mục": (14, True, False, False, BOTH, {"before": 6, "after": 6, "indent": 12.7, "next": True}),
    "Nơi nhận": (12, True, True, False, LEFT, {"next": True}),
    "Danh sách nơi nhận": (11, False, False, False, LEFT, {"next": True}),
    "Chức vụ người ký": (14, True, False, False, CENTRE, {"next": True}),
    "Họ tên người ký": (14, True, False, False, CENTRE, {"before": 72}),
    "Phụ lục": (14, True, False, False, CENTRE, {}),
    "Tên phụ lục": (13, True, False, True, CENTRE, {}),
    "Kèm theo": (13, False, True, False, CENTRE, {"after": 6}),
    "Ghi chú": (12, False, True, False, BOTH, {"before": 6}),
    "Tiêu đề bảng": (10, True, False, False, CENTRE, {}),
    "Ô chữ": (11, False, False, False, LEFT, {}),
    "Ô số": (11, False, False, False, RIGHT, {}),
    "Ô giữa": (11, False, False, False, CENTRE, {}),
    "Số trang": (13, False, False, False, CENTRE, {}),
}


def template() -> bytes:
    document = Document()
    _styles(document)
    _page(document.sections[0], *PAGE)
    _head(document)
    _body(document)
    _foot(document)
    appendix = document.add_section()
    document.paragraphs[-1].paragraph_format.line_spacing = Pt(1)  # ends the section; no page for it alone
    _page(appendix, *reversed(PAGE))
    _appendix(document)
    numbering = OxmlElement("w:pgNumType")  # an appendix has page numbers of its own
    numbering.set(qn("w:start"), "1")
    appendix._sectPr.insert_element_before(numbering, "w:cols", "w:titlePg", "w:docGrid")
    return sealed(document, "report.docx", datetime(2023, 1, 1))


def _styles(document) -> None:
    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), "vi-VN")
    normal = document.styles["Normal"]
    normal.font.size = Pt(14)
    normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.line_spacing = 1.0
    for fonts in (*document.styles.element.iter(qn("w:rFonts")), normal.element.get_or_add_rPr().get_or_add_rFonts()):
        fonts.attrib.clear()
        for script in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{script}"), "Times New Roman")
    for name, (size, bold, italic, capitals, alignment, more) in STYLES.items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style, style.quick_style = normal, True
        style.font.size, style.font.bold, style.font.italic = Pt(size), bold, italic
        style.font.all_caps = capitals
        form = style.paragraph_format
        form.alignment, form.keep_with_next = alignment, more.get("next")
        form.space_before, form.space_after = Pt(more.get("before", 0)), Pt(more.get("after", 0))
        form.first_line_indent = Mm(more.get("indent", 0))
    compatible, setting = OxmlElement("w:compat"), OxmlElement("w:compatSetting")  # else Word takes it for an old one
    about = {"name": "compatibilityMode", "uri": "http://schemas.microsoft.com/office/word", "val": "15"}
    for name, value in about.items():
        setting.set(qn(f"w:{name}"), value)
    compatible.append(setting)
    settings = document.settings.element
    settings.replace(settings.find(qn("w:compat")), compatible)


def _page(section, width: int, height: int) -> None:
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.orientation = WD_ORIENT.LANDSCAPE if width > height else WD_ORIENT.PORTRAIT
    for name, length in MARGINS.items():
        setattr(section, name, Mm(length))
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True  # the first page shows no number
    section.header.is_linked_to_previous = False
    number = section.header.paragraphs[0]
    number.style = "Số trang"
    for kind in ("begin", "", "end"):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = "PAGE"
        number.add_run()._r.append(part)


def _head(document) -> None:
    table = _table(document, 2, HEAD)
    agency, nation = table.rows[0].cells
    _say(agency, ("Cơ quan chủ quản", "{{ superior }}"), ("Cơ quan ban hành", "{{ agency }}"))
    _rule(agency, HEAD[0], 26)
    _say(nation, ("Quốc hiệu", "{{ nation }}"), ("Tiêu ngữ", "{{ motto }}"))
    _rule(nation, HEAD[1], 56)  # as long as the motto
    number, place = table.rows[1].cells
    _say(number, ("Số, ký hiệu", "{{ number }}"))
    _say(place, ("Địa danh, ngày tháng", "{{ place }}"))


def _body(document) -> None:
    _say(document, ("Tên loại", "{{ report }}"), ("Trích yếu", "{{ subject }}"))
    _rule(document, TEXT, 60, after=12)
    _each(document, "basis", "Căn cứ")
    _say(document, ("Nội dung", "{{ intro }}"))
    _say(document, ("Nội dung", "{%p if correction %}"), ("Mục", "{{ correction.heading }}"))
    _say(document, ("Nội dung", "{{ correction.text }}"), ("Nội dung", "{%p if correction.rows %}"))
    _corrections(document)
    _say(document, ("Nội dung", "{%p endif %}"), ("Nội dung", "{%p endif %}"))
    for part in ("result", "trend"):
        _say(document, ("Mục", f"{{{{ {part}.heading }}}}"))
        _each(document, f"{part}.lines", "Nội dung")
    _say(document, ("Nội dung", "{%p if requests.rows %}"), ("Mục", "{{ requests.heading }}"))
    _say(document, ("Nội dung", "{%p for request in requests.rows %}"))
    asked = document.add_paragraph("- ", style="Nội dung")
    asked.add_run("{{ request.name }}").bold = True
    asked.add_run("{{ request.text }}")
    _say(document, ("Nội dung", "{%p endfor %}"), ("Nội dung", "{%p endif %}"), ("Nội dung", "{{ end }}"))
    document.paragraphs[-1].paragraph_format.keep_with_next = True  # no signature stands alone on a page


def _corrections(document) -> None:
    table = _table(document, 4, (50, 55, 30, 30), grid=True)
    head, begin, row, end = table.rows
    _heads(head, [f"{{{{ correction.{name} }}}}" for name in ("unit", "figure", "old", "new")])
    _mark(begin, "{%tr for row in correction.rows %}")
    styles = ("Ô chữ", "Ô chữ", "Ô số", "Ô số")
    for cell, style, name in zip(row.cells, styles, ("unit", "indicator", "old", "new"), strict=True):
        _say(cell, (style, f"{{{{ row.{name} }}}}"))
    _mark(end, "{%tr endfor %}")


def _foot(document) -> None:
    document.add_paragraph(style="Ô chữ").paragraph_format.keep_with_next = True
    recipients, signature = _table(document, 1, FOOT).rows[0].cells
    _say(recipients, ("Nơi nhận", "{{ recipients.heading }}"))
    _each(recipients, "recipients.lines", "Danh sách nơi nhận")
    _say(signature, ("Chức vụ người ký", "{{ signer }}"), ("Họ tên người ký", "{{ signature }}"))


def _appendix(document) -> None:
    _say(document, ("Phụ lục", "{{ appendix.heading }}"), ("Tên phụ lục", "{{ appendix.title }}"))
    _say(document, ("Kèm theo", "{{ appendix.attached }}"))
    count = len(FIXED) + 4  # the loop over the columns of indicators takes three cells
    table = _table(document, 12, (TEXT_ACROSS / count,) * count, grid=True)
    rows = iter(table.rows)
    names = [f"{{{{ appendix.{name} }}}}" for name in FIXED]
    loop = ("{%tc for column in appendix.columns %}", "{{ column }}", "{%tc endfor %}")
    _heads(next(rows), [*names, *loop, "{{ appendix.not_itemised }}"])
    _mark(next(rows), "{%tr for row in appendix.area %}")
    _figures(next(rows), bold=True)
    for mark in ("{%tr endfor %}", "{%tr for kind in appendix.kinds %}", "{%tr if kind.name %}"):
        _mark(next(rows), mark)
    _mark(next(rows), "{% colspan appendix.width %}").add_run("{{ kind.name }}").bold = True
    for mark in ("{%tr endif %}", "{%tr for row in kind.rows %}"):
        _mark(next(rows), mark)
    _figures(next(rows), bold=False)
    for row in rows:
        _mark(row, "{%tr endfor %}")
    _say(document, ("Ghi chú", "{{ appendix.note }}"))


def _mark(row, text: str):
    """One cell over the whole row, which holds a loop or condition: such a row is none in the document."""
    merged = row.cells[0].merge(row.cells[-1])
    _say(merged, ("Ô chữ", text))
    return merged.paragraphs[0]


def _figures(row, bold: bool) -> None:
    """The row of a unit or of the area; marked cells are bold and underlined."""
    cells = row.cells
    for cell, style, name in zip(cells, ("Ô giữa", "Ô chữ", "Ô số", "Ô chữ", "Ô số", "Ô số"), FIXED, strict=False):
        condition = {"band": "row.weak", "change": "row.fell"}.get(name, "")
        _figure(cell, style, f"{{{{ row.{name} }}}}", bold, condition, underlined=name == "change")
    _say(cells[len(FIXED)], ("Ô số", "{%tc for cell in row.cells %}"))
    _figure(cells[len(FIXED) + 1], "Ô số", "{{ cell.text }}", bold, "cell.flag", underlined=True)
    _say(cells[len(FIXED) + 2], ("Ô số", "{%tc endfor %}"))
    _figure(cells[len(FIXED) + 3], "Ô số", "{{ row.not_itemised }}", bold)


def _figure(cell, style: str, text: str, bold: bool, condition: str = "", underlined: bool = False) -> None:
    if condition:
        _say(cell, (style, f"{{%p if {condition} %}}"), (style, ""))
        marked = cell.paragraphs[-1].add_run(text)
        marked.bold, marked.underline = True, underlined
        _say(cell, (style, "{%p else %}"))
    _say(cell, (style, ""))
    cell.paragraphs[-1].add_run(text).bold = bold
    if condition:
        _say(cell, (style, "{%p endif %}"))


def _heads(row, texts: list[str]) -> None:
    """The head of a table, which is repeated on each page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell, text in zip(row.cells, texts, strict=True):
        _say(cell, ("Tiêu đề bảng", text))


def _table(document, rows: int, widths: tuple[float, ...], grid: bool = False):
    table = document.add_table(rows, len(widths))
    table.style = "Table Grid" if grid else None
    table.autofit = False
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    sides = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        space = OxmlElement(f"w:{side}")
        space.set(qn("w:w"), "60" if grid else "0")
        space.set(qn("w:type"), "dxa")
        sides.append(space)
    table._tbl.tblPr.insert_element_before(sides, "w:tblLook")
    return table


def _say(place, *parts: tuple[str, str]) -> None:
    """Paragraphs, each with its style; the one that every new cell has is taken first."""
    for style, text in parts:
        held = place.paragraphs
        unused = hasattr(place, "merge") and len(held) == 1 and held[0].style.name == "Normal"
        paragraph = held[0] if unused else place.add_paragraph()
        paragraph.style, paragraph.text = style, text


def _each(place, lines: str, style: str) -> None:
    _say(place, (style, f"{{%p for line in {lines} %}}"), (style, "{{ line }}"), (style, "{%p endfor %}"))


def _rule(place, width: int, length: int, after: int = 0) -> None:
    """A solid line of this length below the middle of what stands above it."""
    paragraph = place.add_paragraph()
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Mm((width - length) / 2)
    form.line_spacing, form.space_after = Pt(3), Pt(after)
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in {"val": "single", "sz": "6", "space": "0", "color": "000000"}.items():
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().insert_element_before(borders, "w:spacing", "w:ind", "w:jc")


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(template())
