"""Writes fresh Word templates in the layout of Decree 30/2020/NĐ-CP.

    .venv/bin/python docs/report_template.py notebooks/templates/document/report.docx
    .venv/bin/python docs/report_template.py notebooks/templates/document/don-doc.docx

report.docx, with fields for analysis/report/document.py, is what new-area gives a new area. don-doc.docx, with those of
analysis/report/reminder.py, is what reminders have where the area has no template of its own. From then on the office
changes its templates itself, in Word (docs/document.md). Sizes are in points, lengths in millimetres. All form is in
styles, each with the name of the part of the document that it is for; headings are Word's own, so that the navigation
pane lists them.
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

# style: size, bold, italic, capitals, alignment; and what else it has. ``level``: of a heading, as Word counts them
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
    "Heading 1": (14, True, False, False, BOTH, {"before": 6, "after": 6, "indent": 12.7, "next": True}),
    # next: no signature stands alone
    "Kết thúc": (14, False, False, False, BOTH, {"after": 6, "indent": 12.7, "next": True}),
    "Trước nơi nhận": (11, False, False, False, LEFT, {"next": True}),
    "Nơi nhận": (12, True, True, False, LEFT, {"next": True}),
    "Danh sách nơi nhận": (11, False, False, False, LEFT, {"next": True}),
    "Chức vụ người ký": (14, True, False, False, CENTRE, {"next": True}),
    "Họ tên người ký": (14, True, False, False, CENTRE, {"before": 72}),
    "Phụ lục": (14, True, False, False, CENTRE, {"level": 1}),
    "Tên phụ lục": (13, True, False, True, CENTRE, {}),
    "Kèm theo": (13, False, True, False, CENTRE, {"after": 6}),
    "Ghi chú": (12, False, True, False, BOTH, {"before": 6}),
    "Tiêu đề bảng": (10, True, False, False, CENTRE, {"next": True}),
    "Ô chữ": (11, False, False, False, LEFT, {}),
    "Ô số": (11, False, False, False, RIGHT, {}),
    "Ô giữa": (11, False, False, False, CENTRE, {}),
    "Số trang": (13, False, False, False, CENTRE, {}),
    "Hết phần": (1, False, False, False, LEFT, {}),  # the paragraph that ends a section takes no page of its own
}
OF_LETTERS = {  # in place of a name
    "Về việc": (12, False, False, False, CENTRE, {"before": 6}),
    "Kính gửi": (14, False, False, False, CENTRE, {"before": 18, "after": 12}),
}
RULES = {  # paragraphs that are a line: the width of the place where it stands, its length, the space below it
    "Kẻ dưới cơ quan": (HEAD[0], 26, 0),
    "Kẻ dưới tiêu ngữ": (HEAD[1], 56, 0),  # as long as the motto
    "Kẻ dưới trích yếu": (TEXT, 60, 12),
}
STRONG, MARKED = "Strong", "Cần lưu ý"  # of words within a paragraph: bold; bold and underlined


def template() -> bytes:
    document = Document()
    _styles(document, STYLES)
    _page(document.sections[0], *PAGE)
    _head(document)
    _body(document)
    _foot(document)
    _turned_section(document)
    _appendix(document)
    _say(document, ("Ô chữ", "{%p if tasks.rows %}"))
    _turned_section(document)
    _tasks(document)
    _say(document, ("Ô chữ", "{%p endif %}"))
    return sealed(document, "report.docx", datetime(2023, 1, 1))


def reminder() -> bytes:
    """The template of a reminder: a letter, so its subject stands below its number and not over the text."""
    document = Document()
    _styles(document, STYLES | OF_LETTERS)
    _page(document.sections[0], *PAGE)
    _head(document)
    _say(document.tables[0].rows[1].cells[0], ("Về việc", "{{ subject }}"))
    _say(document, ("Kính gửi", "{{ to }}"), ("Nội dung", "{{ intro }}"))
    _asks(document)
    _say(document, ("Trước nơi nhận", ""), ("Nội dung", "{{ request }}"))
    _say(document, ("Nội dung", "{%p if reply_by %}"), ("Nội dung", "{{ reply_by }}"), ("Nội dung", "{%p endif %}"))
    _say(document, ("Kết thúc", "{{ end }}"))
    _foot(document, with_authority=True)
    return sealed(document, "don-doc.docx", datetime(2023, 1, 1))


def _asks(document) -> None:
    """What the unit is reminded of, one ask a row."""
    names = ("number", "ask", "opened", "times", "level_opened", "level")
    table = _table(document, 4, (12, 69, 25, 15, 22, 22), grid=True)
    head, begin, row, end = table.rows
    _heads(head, [f"{{{{ heads.{name} }}}}" for name in names])
    _mark(begin, "{%tr for row in asks %}")
    styles = ("Ô giữa", "Ô chữ", "Ô giữa", "Ô giữa", "Ô số", "Ô số")
    for cell, style, name in zip(row.cells, styles, names, strict=True):
        _say(cell, (style, f"{{{{ row.{name} }}}}"))
    for text in ("{%p if row.about %}", "{{ row.about }}", "{%p endif %}"):
        _say(row.cells[1], ("Ô chữ", text))
    _mark(end, "{%tr endfor %}")


def _turned_section(document) -> None:
    """A section for an appendix: it lies across, on pages with numbers of its own."""
    section = document.add_section()
    document.paragraphs[-1].style = "Hết phần"
    _page(section, *reversed(PAGE))
    for known in section._sectPr.findall(qn("w:pgNumType")):  # a new section begins as a copy of the one before
        section._sectPr.remove(known)
    numbering = OxmlElement("w:pgNumType")
    numbering.set(qn("w:start"), "1")
    section._sectPr.insert_element_before(numbering, "w:cols", "w:titlePg", "w:docGrid")


def _styles(document, styles: dict[str, tuple]) -> None:
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
    for name, (size, bold, italic, capitals, alignment, more) in styles.items():
        style = _style(document, name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = style.next_paragraph_style = normal
        style.font.size, style.font.bold, style.font.italic = Pt(size), bold, italic
        style.font.all_caps = capitals
        form = style.paragraph_format
        form.alignment, form.keep_with_next = alignment, more.get("next")
        form.space_before, form.space_after = Pt(more.get("before", 0)), Pt(more.get("after", 0))
        form.first_line_indent = Mm(more.get("indent", 0))
        if "level" in more:
            level = OxmlElement("w:outlineLvl")
            level.set(qn("w:val"), str(more["level"] - 1))
            style.element.get_or_add_pPr().append(level)
    for name, measures in RULES.items():
        _rule(_style(document, name, WD_STYLE_TYPE.PARAGRAPH), *measures)
    for name, underlined in {STRONG: None, MARKED: True}.items():
        font = _style(document, name, WD_STYLE_TYPE.CHARACTER).font
        font.bold, font.underline = True, underlined
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
    _say(agency, ("Cơ quan chủ quản", "{{ superior }}"), ("Cơ quan ban hành", "{{ agency }}"), ("Kẻ dưới cơ quan", ""))
    _say(nation, ("Quốc hiệu", "{{ nation }}"), ("Tiêu ngữ", "{{ motto }}"), ("Kẻ dưới tiêu ngữ", ""))
    number, place = table.rows[1].cells
    _say(number, ("Số, ký hiệu", "{{ number }}"))
    _say(place, ("Địa danh, ngày tháng", "{{ place }}"))


def _body(document) -> None:
    _say(document, ("Tên loại", "{{ report }}"), ("Trích yếu", "{{ subject }}"), ("Kẻ dưới trích yếu", ""))
    _each(document, "basis", "Căn cứ")
    _say(document, ("Nội dung", "{{ intro }}"))
    _say(document, ("Nội dung", "{%p if correction %}"), ("Heading 1", "{{ correction.heading }}"))
    _say(document, ("Nội dung", "{{ correction.text }}"), ("Nội dung", "{%p if correction.rows %}"))
    _corrections(document)
    _say(document, ("Nội dung", "{%p endif %}"), ("Nội dung", "{%p endif %}"))
    for part in ("result", "followup", "trend"):
        _say(document, ("Nội dung", f"{{%p if {part}.lines %}}"), ("Heading 1", f"{{{{ {part}.heading }}}}"))
        _each(document, f"{part}.lines", "Nội dung")
        _say(document, ("Nội dung", "{%p endif %}"))
    _say(document, ("Nội dung", "{%p if requests.rows %}"), ("Heading 1", "{{ requests.heading }}"))
    _requests(document, "requests.rows")
    _say(document, ("Nội dung", "{%p endif %}"), ("Nội dung", "{%p for department in departments %}"))
    _say(document, ("Heading 1", "{{ department.heading }}"))
    _requests(document, "department.rows")
    _say(document, ("Nội dung", "{%p endfor %}"), ("Kết thúc", "{{ end }}"))


def _requests(document, rows: str) -> None:
    _say(document, ("Nội dung", f"{{%p for request in {rows} %}}"))
    asked = document.add_paragraph("- ", style="Nội dung")
    asked.add_run("{{ request.name }}", style=STRONG)
    asked.add_run("{{ request.text }}")
    _say(document, ("Nội dung", "{%p endfor %}"))


def _corrections(document) -> None:
    table = _table(document, 4, (50, 55, 30, 30), grid=True)
    head, begin, row, end = table.rows
    _heads(head, [f"{{{{ correction.{name} }}}}" for name in ("unit", "figure", "old", "new")])
    _mark(begin, "{%tr for row in correction.rows %}")
    styles = ("Ô chữ", "Ô chữ", "Ô số", "Ô số")
    for cell, style, name in zip(row.cells, styles, ("unit", "indicator", "old", "new"), strict=True):
        _say(cell, (style, f"{{{{ row.{name} }}}}"))
    _mark(end, "{%tr endfor %}")


def _foot(document, with_authority: bool = False) -> None:
    """Recipients and signature; above the signer's title, where the template asks for it, for whom it is signed."""
    _say(document, ("Trước nơi nhận", ""))
    recipients, signature = _table(document, 1, FOOT).rows[0].cells
    _say(recipients, ("Nơi nhận", "{{ recipients.heading }}"))
    _each(recipients, "recipients.lines", "Danh sách nơi nhận")
    if with_authority:
        for text in ("{%p if authority %}", "{{ authority }}", "{%p endif %}"):
            _say(signature, ("Chức vụ người ký", text))
    _say(signature, ("Chức vụ người ký", "{{ signer }}"), ("Họ tên người ký", "{{ signature }}"))


def _appendix(document) -> None:
    _appendix_head(document, "appendix")
    count = len(FIXED) + 4  # the loop over the columns of indicators takes three cells
    table = _table(document, 12, (TEXT_ACROSS / count,) * count, grid=True)
    rows = iter(table.rows)
    names = [f"{{{{ appendix.{name} }}}}" for name in FIXED]
    loop = ("{%tc for column in appendix.columns %}", "{{ column }}", "{%tc endfor %}")
    _heads(next(rows), [*names, *loop, "{{ appendix.not_itemised }}"])
    _mark(next(rows), "{%tr for row in appendix.area %}")
    _figures(next(rows), STRONG)
    for mark in ("{%tr endfor %}", "{%tr for kind in appendix.kinds %}", "{%tr if kind.name %}"):
        _mark(next(rows), mark)
    _mark(next(rows), "{% colspan appendix.width %}").add_run("{{ kind.name }}", style=STRONG)
    for mark in ("{%tr endif %}", "{%tr for row in kind.rows %}"):
        _mark(next(rows), mark)
    _figures(next(rows))
    for row in rows:
        _mark(row, "{%tr endfor %}")
    _say(document, ("Ghi chú", "{{ appendix.note }}"))


def _tasks(document) -> None:
    """The second appendix: each department with its standing tasks and its indicators."""
    _appendix_head(document, "tasks")
    names = ("department", "task", "flagged", "missed", "lowest")
    table = _table(document, 4, (52, 108, 26, 26, 40), grid=True)
    head, begin, row, end = table.rows
    _heads(head, [f"{{{{ tasks.{name} }}}}" for name in names])
    _mark(begin, "{%tr for row in tasks.rows %}")
    styles = ("Ô chữ", "Ô chữ", "Ô số", "Ô số", "Ô chữ")
    for cell, style, name in zip(row.cells, styles, names, strict=True):
        _say(cell, (style, f"{{{{ row.{name} }}}}"))
    _mark(end, "{%tr endfor %}")


def _appendix_head(document, part: str) -> None:
    _say(document, ("Phụ lục", f"{{{{ {part}.heading }}}}"), ("Tên phụ lục", f"{{{{ {part}.title }}}}"))
    _say(document, ("Kèm theo", "{{ appendix.attached }}"))


def _mark(row, text: str):
    """One cell over the whole row, which holds a loop or condition: such a row is none in the document."""
    merged = row.cells[0].merge(row.cells[-1])
    _say(merged, ("Ô chữ", text))
    return merged.paragraphs[0]


def _figures(row, own: str | None = None) -> None:
    """The row of a unit or of the area, in the character style ``own``; marked cells are told by their style."""
    cells = row.cells
    for cell, style, name in zip(cells, ("Ô giữa", "Ô chữ", "Ô số", "Ô chữ", "Ô số", "Ô số"), FIXED, strict=False):
        condition, marked = {"band": ("row.weak", STRONG), "change": ("row.fell", MARKED)}.get(name, ("", ""))
        _figure(cell, style, f"{{{{ row.{name} }}}}", own, condition, marked)
    _say(cells[len(FIXED)], ("Ô số", "{%tc for cell in row.cells %}"))
    _figure(cells[len(FIXED) + 1], "Ô số", "{{ cell.text }}", own, "cell.flag", MARKED)
    _say(cells[len(FIXED) + 2], ("Ô số", "{%tc endfor %}"))
    _figure(cells[len(FIXED) + 3], "Ô số", "{{ row.not_itemised }}", own)


def _figure(cell, style: str, text: str, own: str | None, condition: str = "", marked: str = "") -> None:
    if condition:
        _say(cell, (style, f"{{%p if {condition} %}}"), (style, ""))
        cell.paragraphs[-1].add_run(text, style=marked)
        _say(cell, (style, "{%p else %}"))
    _say(cell, (style, ""))
    cell.paragraphs[-1].add_run(text, style=own)
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


def _style(document, name: str, kind: WD_STYLE_TYPE):
    """A style of this name; one that Word has itself is taken as it is, but for its colour."""
    styles = document.styles
    style = styles[name] if name in styles else styles.add_style(name, kind)
    style.quick_style = True
    for colour in style.element.iter(qn("w:color")):
        colour.getparent().remove(colour)
    return style


def _rule(style, width: int, length: int, after: int) -> None:
    """A solid line of this length below the middle of what stands above it."""
    form = style.paragraph_format
    form.left_indent = form.right_indent = Mm((width - length) / 2)
    form.line_spacing, form.space_after = Pt(3), Pt(after)
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in {"val": "single", "sz": "6", "space": "0", "color": "000000"}.items():
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    style.element.get_or_add_pPr().insert_element_before(borders, "w:spacing", "w:ind", "w:jc", "w:outlineLvl")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_bytes(reminder() if target.name == "don-doc.docx" else template())
