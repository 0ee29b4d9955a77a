"""Workbooks, new (.xlsx) and old (.xls): every cell with its type, its mark, and whether a person sees it."""

import io
import struct
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlwt
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from support import delivered
from support.delivered import MAIN, RELATIONS, xlsx

from analysis.readers import kinds, numberformat
from analysis.readers.grid import Unreadable

AN_GIANG = Path(__file__).parents[3] / "shared" / "data" / "an-giang-2025-10" / "bao_cao_T10_2025.xlsx"


def only(data: bytes) -> list[tuple]:
    """The cells of the only table: row, column, value, kind, mark, hidden."""
    (grid,) = kinds.tables(data)
    return [cell for line in grid.lines() for cell in line]


def value(cell_xml: str, **others: str) -> tuple:
    """Value and kind of a cell given by its XML."""
    ((_, _, found, kind, _, _),) = only(xlsx(f'<row r="1">{cell_xml}</row>', **others))
    return found, kind


def test_the_portals_export_is_read_as_another_program_reads_it():
    if not AN_GIANG.exists():
        pytest.skip(f"the reference data is not there: {AN_GIANG.name}")
    tables = {grid.name: grid for grid in kinds.tables(AN_GIANG.read_bytes())}
    book = openpyxl.load_workbook(AN_GIANG)
    assert list(tables) == book.sheetnames
    for sheet in book:
        theirs = [
            (cell.row, cell.column, "" if cell.value is None else cell.value)
            for line in sheet.iter_rows()
            for cell in line
        ]
        assert [cell[:3] for line in tables[sheet.title].lines() for cell in line] == theirs
    communes = [line for line in tables["Xã Phường"].lines()][1:]
    assert len(communes) == 102
    assert {cell[3] for line in communes for cell in line} == {"text"}  # numbers stored as text stay so


@pytest.mark.parametrize(
    ("xml", "found", "kind"),
    [
        ('<c r="A1"><v>1.746</v></c>', 1.746, "number"),
        ('<c r="A1"><v>1746</v></c>', 1746, "number"),
        ('<c r="A1"><v>57.450000000000003</v></c>', 57.45, "number"),
        ('<c r="A1"><v>1E3</v></c>', 1000, "number"),
        ('<c r="A1" t="str"><f>A2</f><v>1.746</v></c>', "1.746", "text"),
        ('<c r="A1" t="inlineStr"><is><t>1.746</t></is></c>', "1.746", "text"),
        ('<c r="A1" t="inlineStr"><is><r><t>Hòa </t></r><r><t>An</t></r></is></c>', "Hòa An", "text"),
        ('<c r="A1" t="inlineStr"><is><t>An</t><rPh sb="0" eb="1"><t>reading aid</t></rPh></is></c>', "An", "text"),
        ('<c r="A1" t="inlineStr"><is><t>a_x000A_b</t></is></c>', "a\nb", "text"),
        ('<c r="A1" t="b"><v>1</v></c>', True, "boolean"),
        ('<c r="A1" t="b"><v>0</v></c>', False, "boolean"),
        ('<c r="A1" t="e"><v>#DIV/0!</v></c>', "#DIV/0!", "error"),
        ('<c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!", "error"),
        ('<c r="A1" t="d"><v>2023-12-04T00:00:00</v></c>', datetime(2023, 12, 4), "date"),
        ('<c r="A1"><f>SUM(B1:B2)</f><v>57.45</v></c>', 57.45, "number"),
        ('<c r="A1"><f>SUM(B1:B2)</f></c>', "=SUM(B1:B2)", "formula"),
        ('<c r="A1"><f>SUM(B1:B2)</f><v></v></c>', "=SUM(B1:B2)", "formula"),
        ('<c r="A1" t="str"><f>A2</f></c>', "=A2", "formula"),
        # no writer makes these; a reader must not make a number of them
        ('<c r="A1"><v>1_000</v></c>', "1_000", "error"),
        ('<c r="A1"><v>57,45</v></c>', "57,45", "error"),
        ('<c r="A1"><v>nan</v></c>', "nan", "error"),
        ('<c r="A1"><v>1e999</v></c>', "1e999", "error"),
        ('<c r="A1"><v>５７</v></c>', "５７", "error"),
        ('<c r="A1" t="b"><v>2</v></c>', "2", "error"),
    ],
)
def test_a_cell_is_of_the_kind_it_was_stored_as(xml, found, kind):
    assert value(xml) == (found, kind)
    assert type(value(xml)[0]) is type(found)


FORMATS = [
    (10, "", 0.925, 0.925, "percent"),
    (164, "0.0%", 0.925, 0.925, "percent"),
    (164, '0.0" %"', 92.5, 92.5, "number"),
    (2, "", 0.925, 0.925, "number"),
    (14, "", 45264, datetime(2023, 12, 4), "date"),
    (164, "dd/mm/yyyy", 45264.5, datetime(2023, 12, 4, 12), "date"),
    (164, "[$-42A]dd mmmm", 45264, datetime(2023, 12, 4), "date"),
    (164, "[h]:mm", 0.5, datetime(1899, 12, 30, 12), "date"),
    (164, '0.00" điểm"', 57.45, 57.45, "number"),
    (164, "[Red]0.00;[Blue]-0.00", 57.45, 57.45, "number"),
    (164, "General", 57.45, 57.45, "number"),
    (164, "@", 57.45, 57.45, "number"),
    (14, "", 1e9, "1000000000.0", "error"),
]


@pytest.mark.parametrize(("number", "code", "stored", "found", "kind"), FORMATS)
def test_a_number_stands_for_what_its_format_shows(number, code, stored, found, kind):
    code = code.replace('"', "&quot;")
    made = f'<numFmts><numFmt numFmtId="{number}" formatCode="{code}"/></numFmts>' if code else ""
    styles = f'<styleSheet xmlns="{MAIN}">{made}<cellXfs><xf numFmtId="{number}"/></cellXfs></styleSheet>'
    assert value(f'<c r="A1" s="0"><v>{stored}</v></c>', styles=styles) == (found, kind)


@pytest.mark.parametrize(
    ("serial", "from_1904", "day"),
    [
        (1, False, date(1900, 1, 1)),
        (59, False, date(1900, 2, 28)),
        (61, False, date(1900, 3, 1)),
        (45264, False, date(2023, 12, 4)),
        (43802, True, date(2023, 12, 4)),
    ],
)
def test_days_are_counted_as_the_workbook_counts_them(serial, from_1904, day):
    assert numberformat.moment(serial, from_1904).date() == day


def test_the_mark_is_the_font_of_the_whole_cell():
    bold = InlineFont(b=True)

    def fill(book):
        sheet = book.active
        sheet.append(["plain", "bold", "underlined", "both", 19.3, "<u>typed</u>"])
        for cell, font in zip(
            sheet[1][:5], [{}, {"b": True}, {"u": "single"}, {"b": True, "u": "double"}, {"b": True}], strict=True
        ):
            cell.font = Font(**font)
        sheet.append(
            [
                CellRichText(TextBlock(bold, "all "), TextBlock(bold, "bold")),
                CellRichText("half ", TextBlock(bold, "bold")),
            ]
        )

    marks = {cell[2]: cell[4] for cell in only(delivered.workbook(fill))}
    assert marks == {
        "typed": "u", "plain": "", "bold": "b", "underlined": "u", "both": "bu", 19.3: "b", "all bold": "b", "half bold": "", "": "",
    }  # fmt: skip


def test_what_a_person_does_not_see_is_said_to_be_hidden():
    def fill(book):
        sheet = book.active
        for _ in range(3):
            sheet.append(["a", "b", "c"])
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["C"].hidden = True
        other = book.create_sheet("Ẩn")
        other.append(["d"])
        other.sheet_state = "veryHidden"

    seen, unseen = kinds.tables(delivered.workbook(fill))
    hidden = {(row, column) for line in seen.lines() for row, column, _, _, _, hidden in line if hidden}
    assert hidden == {(1, 3), (2, 1), (2, 2), (2, 3), (3, 3)}
    assert (unseen.name, [cell[5] for line in unseen.lines() for cell in line]) == ("Ẩn", [True])


def test_a_merged_area_has_its_value_in_its_first_cell_and_nothing_under_the_others():
    def fill(book):
        book.active.append(["group", "", "own"])
        book.active.append(["x", "y", "z"])
        book.active.merge_cells("A1:B1")

    merged = '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>'
    under = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="2"><c r="B2"><v>3</v></c><c r="C2"><v>4</v></c></row>'
    found = [cell[:4] for cell in only(delivered.workbook(fill))]
    assert found[:3] == [(1, 1, "group", "text"), (1, 2, "", "empty"), (1, 3, "own", "text")]
    assert delivered.listed(kinds.tables(xlsx(under, after=merged))) == [(1, "A", 1, "number"), (2, "C", 4, "number")]


def test_the_used_area_is_filled_up_and_formats_alone_do_not_count():
    rows = '<row r="3"><c r="B3"><v>1</v></c><c r="D3" s="0"/></row><row r="4"/><row r="5"><c r="C5"><v>2</v></c></row>'
    assert [cell[:4] for cell in only(xlsx(rows))] == [
        *[(3, 2, 1, "number"), (3, 3, "", "empty")],
        *[(4, 2, "", "empty"), (4, 3, "", "empty")],
        *[(5, 2, "", "empty"), (5, 3, 2, "number")],
    ]


def test_cells_without_a_reference_stand_where_they_follow():
    rows = "<row><c><v>1</v></c><c><v>2</v></c></row><row><c/><c><v>3</v></c></row>"
    assert delivered.listed(kinds.tables(xlsx(rows))) == [
        *[(1, "A", 1, "number"), (1, "B", 2, "number"), (2, "B", 3, "number")]
    ]


def test_a_dimension_that_lies_is_not_listened_to():
    found = kinds.tables(xlsx('<row r="1"><c r="A1"><v>5</v></c></row>', before='<dimension ref="A1:XFD1048576"/>'))
    assert delivered.listed(found) == [(1, "A", 5, "number")]


def test_a_workbook_may_use_prefixes():
    sheet = f'<x:sst xmlns:x="{MAIN}"><x:si><x:t>Hòa An</x:t></x:si></x:sst>'
    assert value('<x:c xmlns:x="u" r="A1" t="s"><x:v>0</x:v></x:c>', strings=sheet) == ("Hòa An", "text")


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>', "problem.file.doubled_cell"),
        ('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', "problem.file.broken"),
        ('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>', "problem.file.broken"),
        ('<row r="1"><c r="A1" s="-1"><v>1</v></c></row>', "problem.file.broken"),
        ('<row r="0"><c><v>1</v></c></row>', "problem.file.far_cell"),
        ('<row r="1"><c r="A0"><v>1</v></c></row>', "problem.file.broken"),
        ('<row r="5001"><c r="A5001"><v>1</v></c></row>', "problem.file.far_cell"),
        ('<row r="1"><c r="CW1"><v>1</v></c></row>', "problem.file.far_cell"),
        (f'<row r="1"><c r="A1" t="str"><v>{"x" * 1001}</v></c></row>', "problem.cell_too_long"),
        ('<row r="1"><c r="A1"><v>1</v></row>', "problem.file.broken"),
    ],
)
def test_a_workbook_that_contradicts_itself_is_refused(rows, key):
    with pytest.raises(Unreadable) as refused:
        kinds.tables(xlsx(rows))
    assert refused.value.key == key


def test_a_cell_is_named_as_a_spreadsheet_names_it():
    with pytest.raises(Unreadable) as refused:
        kinds.tables(xlsx('<row r="6000"><c r="B6000"><v>1</v></c></row>'))
    assert refused.value.fields["cell"] == "Trang!B6000"


def test_a_chart_sheet_is_no_table():
    sheets = '<sheet name="Biểu đồ" r:id="r3"/><sheet name="Bảng" r:id="r1"/>'
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets></workbook>'
    (grid,) = kinds.tables(xlsx('<row r="1"><c r="A1"><v>5</v></c></row>', book=book))
    assert grid.name == "Bảng"


def old(fill) -> bytes:
    book, data = xlwt.Workbook(), io.BytesIO()
    fill(book)
    book.save(data)
    return data.getvalue()


def test_an_old_workbook_is_read_with_types_marks_merges_and_what_is_hidden():
    def fill(book):
        sheet = book.add_sheet("Trang")
        styles = ["font: bold on", "font: underline on"]
        for row, line in enumerate([["1.746", 1.746, 319], ["a", "b", "c"]]):
            for column, cell in enumerate(line):
                sheet.write(row, column, cell)
        sheet.write(2, 0, 0.925, xlwt.easyxf(num_format_str="0.0%"))
        sheet.write(2, 1, datetime(2023, 12, 4), xlwt.easyxf(num_format_str="DD/MM/YYYY"))
        sheet.write(2, 2, True)
        sheet.row(3).set_cell_error(0, "#DIV/0!")
        for column, style in enumerate(styles, 1):
            sheet.write(3, column, "x", xlwt.easyxf(style))
        sheet.write_merge(4, 4, 0, 1, "group")
        sheet.write(4, 2, "own")
        sheet.row(1).hidden = True
        sheet.col(2).hidden = True
        book.add_sheet("Ẩn").write(0, 0, "d")
        book.get_sheet(1).visibility = 1

    seen, unseen = kinds.tables(old(fill))
    cells = [cell for line in seen.lines() for cell in line]
    assert [(cell[2], cell[3]) for cell in cells] == [
        *[("1.746", "text"), (1.746, "number"), (319, "number")],
        *[("a", "text"), ("b", "text"), ("c", "text")],
        *[(0.925, "percent"), (datetime(2023, 12, 4), "date"), (True, "boolean")],
        *[("#DIV/0!", "error"), ("x", "text"), ("x", "text")],
        *[("group", "text"), ("", "empty"), ("own", "text")],
    ]
    assert [cell[4] for cell in cells[9:12]] == ["", "b", "u"]
    assert {(cell[0], cell[1]) for cell in cells if cell[5]} == {(2, 1), (2, 2), *((row, 3) for row in range(1, 6))}
    assert [cell[5] for line in unseen.lines() for cell in line] == [True]


def test_a_cell_of_an_old_workbook_beyond_the_limits_is_refused():
    with pytest.raises(Unreadable) as refused:
        kinds.tables(old(lambda book: book.add_sheet("Trang").write(65_535, 255, "x")))
    assert refused.value.fields["cell"] == "Trang!IV65536"


# -- what a person sees ----------------------------------------------------------------------------------------------


def styled(xfs: str, parts: str = "", base: str = "<xf/>", cell: str = "<v>5</v>") -> tuple:
    """Value, kind, mark and hidden of a cell by its style's XML."""
    fonts = '<fonts><font/><font><b/><color rgb="FFFFFFFF"/></font></fonts><fills><fill/><fill/></fills>'
    styles = f"{fonts}<cellStyleXfs>{base}</cellStyleXfs><cellXfs>{xfs}</cellXfs>{parts}"
    rows = f'<row r="1"><c r="A1" s="0">{cell}</c></row>'
    ((_, _, *found),) = only(xlsx(rows, styles=f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'))
    return tuple(found)


@pytest.mark.parametrize(
    ("xfs", "parts", "base", "found"),
    [
        ("<xf/>", "", "<xf/>", (5, "number", "", False)),
        ('<xf xfId="0"/>', "", '<xf numFmtId="9"/>', (5, "percent", "", False)),
        ('<xf xfId="0"/>', "", '<xf fontId="1"/>', (5, "number", "b", True)),
        ('<xf xfId="0" fontId="0"/>', "", '<xf fontId="1"/>', (5, "number", "", False)),
        ('<xf numFmtId="2" applyNumberFormat="0" xfId="0"/>', "", '<xf numFmtId="9"/>', (5, "format", "", False)),
        ('<xf numFmtId="2" applyNumberFormat="0" xfId="0"/>', "", '<xf numFmtId="1"/>', (5, "number", "", False)),
        ('<xf numFmtId="2" applyNumberFormat="1" xfId="0"/>', "", '<xf numFmtId="9"/>', (5, "number", "", False)),
        ('<xf numFmtId="11"/>', "", "<xf/>", (5, "format", "", False)),
        ('<xf numFmtId="43"/>', "", "<xf/>", (5, "number", "", False)),
        ('<xf numFmtId="199"/>', "", "<xf/>", (5, "format", "", False)),  # defined nowhere
    ],
)
def test_a_style_is_the_cells_own_and_what_it_leaves_open_is_its_bases(xfs, parts, base, found):
    assert styled(xfs, parts, base) == found


COLOURS = [
    ('<color indexed="9"/>', "", True),
    ('<color indexed="64"/>', "", False),
    ('<color theme="0"/>', "", True),
    ('<color theme="1"/>', "", False),
    ('<color theme="0" tint="-0.5"/>', "", False),
    ('<color theme="1" tint="1"/>', "", True),
    ('<color indexed="9"/>', '<fill><patternFill patternType="solid"><fgColor rgb="FF0000FF"/></patternFill></fill>', False),
    ('<color rgb="FF0000FF"/>', '<fill><patternFill patternType="solid"><fgColor rgb="FF0000FE"/></patternFill></fill>', True),
    ('<color indexed="9"/>', '<fill><patternFill patternType="gray125"/></fill>', True),
    ('<color indexed="9"/>', "<fill><gradientFill/></fill>", False),  # not known
    ('<sz val="1"/>', "", True),
    ('<sz val="8"/>', "", False),
]  # fmt: skip


@pytest.mark.parametrize(("font", "fill", "hidden"), COLOURS)
def test_letters_of_the_colour_behind_them_or_too_small_are_hidden(font, fill, hidden):
    looks = f"<fonts><font>{font}</font></fonts><fills>{fill or '<fill/>'}</fills><cellXfs><xf/></cellXfs>"
    rows = '<row r="1"><c r="A1" s="0"><v>5</v></c></row>'
    (cell,) = only(xlsx(rows, styles=f'<styleSheet xmlns="{MAIN}">{looks}</styleSheet>'))
    assert cell[5] is hidden


def test_a_workbook_may_have_a_palette_of_its_own():
    own = "<colors><indexedColors>" + '<rgbColor rgb="00FFFFFF"/>' * 11 + "</indexedColors></colors>"
    looks = f'<fonts><font><color indexed="10"/></font></fonts><cellXfs><xf/></cellXfs>{own}'
    rows = '<row r="1"><c r="A1" s="0"><v>5</v></c></row>'
    assert only(xlsx(rows, styles=f'<styleSheet xmlns="{MAIN}">{looks}</styleSheet>'))[0][5]


HIDING = '<dxf><numFmt numFmtId="200" formatCode=";;;"/></dxf>'
RULES = [
    ('<cfRule type="cellIs" operator="lessThan" dxfId="0"><formula>6</formula></cfRule>', True),
    ('<cfRule type="cellIs" operator="lessThan" dxfId="0"><formula>5</formula></cfRule>', False),
    ('<cfRule type="cellIs" operator="lessThan" dxfId="0"><formula>B1</formula></cfRule>', True),
    ('<cfRule type="cellIs" operator="notBetween" dxfId="0"><formula>1</formula><formula>9</formula></cfRule>', False),
    ('<cfRule type="expression" dxfId="0"><formula>A1&gt;3</formula></cfRule>', True),
    ('<cfRule type="containsErrors" dxfId="0"/>', False),
    ('<cfRule type="containsBlanks" dxfId="0"/>', False),
    ('<cfRule type="notContainsErrors" dxfId="0"/>', True),
    ('<cfRule type="expression"><formula>TRUE</formula></cfRule>', False),
    ('<cfRule type="iconSet"><iconSet showValue="0"/></cfRule>', True),
    ('<cfRule type="iconSet"><iconSet/></cfRule>', False),
]


@pytest.mark.parametrize(("rule", "hidden"), RULES)
@pytest.mark.parametrize("area", ["A1", "$A$1:$B$9", "C1 A1"])
def test_a_conditional_format_that_may_hide_a_cell_hides_it(rule, hidden, area):
    made = f'<conditionalFormatting sqref="{area}">{rule}</conditionalFormatting>'
    styles = f'<styleSheet xmlns="{MAIN}"><dxfs>{HIDING}</dxfs></styleSheet>'
    (cell,) = only(xlsx('<row r="1"><c r="A1"><v>5</v></c></row>', after=made, styles=styles))
    assert cell[5] is hidden


def test_a_conditional_format_of_a_newer_excel_is_heard_too():
    rule = f'<x14:cfRule type="expression"><xm:f>A1=5</xm:f><x14:dxf>{HIDING[5:-6]}</x14:dxf></x14:cfRule>'
    made = f'<extLst xmlns:x14="u" xmlns:xm="v"><x14:conditionalFormatting>{rule}<xm:sqref>A1</xm:sqref></x14:conditionalFormatting></extLst>'
    assert only(xlsx('<row r="1"><c r="A1"><v>5</v></c></row>', after=made))[0][5]
    elsewhere = made.replace("<xm:sqref>A1", "<xm:sqref>A2")
    assert not only(xlsx('<row r="1"><c r="A1"><v>5</v></c></row>', after=elsewhere))[0][5]


def test_conditional_formats_over_and_over_the_whole_sheet_are_refused():
    rule = '<cfRule type="expression" dxfId="0"><formula>1</formula></cfRule>'
    made = f'<conditionalFormatting sqref="{"A1:XFD1048576 " * 200}">{rule}</conditionalFormatting>'
    styles = f'<styleSheet xmlns="{MAIN}"><dxfs>{HIDING}</dxfs></styleSheet>'
    with pytest.raises(Unreadable) as refused:
        kinds.tables(xlsx('<row r="1"><c r="A1"><v>5</v></c></row>', after=made, styles=styles))
    assert refused.value.key == "problem.file.too_many_cells"


@pytest.mark.parametrize(
    ("before", "row", "hidden"),
    [
        ("", "", False),
        ("", 'ht="0"', True),
        ("", 'ht="0.0"', True),
        ("", 'ht="1e-3"', True),
        ("", 'ht="12"', False),
        ("", 'hidden="true"', True),
        ('<sheetFormatPr defaultRowHeight="0"/>', "", True),
        ('<sheetFormatPr defaultRowHeight="0"/>', 'ht="12"', False),
        ('<sheetFormatPr defaultRowHeight="15" defaultColWidth="0"/>', "", True),
        ('<sheetFormatPr defaultRowHeight="15" defaultColWidth="0"/><cols><col min="1" max="1" width="9"/></cols>', "", False),
        ('<cols><col min="1" max="16384" width="0.0"/></cols>', "", True),
        ('<cols><col min="1" max="1" width="1E-3"/></cols>', "", True),
        ('<cols><col min="1" max="1" width="9" hidden="1"/></cols>', "", True),
        ('<cols><col min="2" max="2" width="0"/></cols>', "", False),
    ],
)  # fmt: skip
def test_a_row_or_a_column_in_which_nothing_can_be_read_is_hidden(before, row, hidden):
    (cell,) = only(xlsx(f'<row r="1" {row}><c r="A1"><v>5</v></c></row>', before=before))
    assert cell[5] is hidden


def test_an_old_workbook_whose_sectors_are_claimed_twice_is_read_as_libreoffice_reads_it():
    def fill(book):
        for row in range(9):
            for column in range(9):
                book.add_sheet("Trang") if row == column == 0 else None
                book.get_sheet(0).write(row, column, f"{row}x{column}" if column % 2 else row + column / 10)

    sound = old(fill)
    shared = bytearray(sound)
    root = 512 * (struct.unpack_from("<I", sound, 48)[0] + 1)  # the directory: root, workbook
    shared[root + 116 : root + 124] = sound[
        root + 128 + 116 : root + 128 + 124
    ]  # the small streams begin where it does
    assert delivered.listed(kinds.tables(bytes(shared))) == delivered.listed(kinds.tables(sound))


def test_two_relations_of_one_id_are_refused():
    data = delivered.package("xl/workbook.xml", f'<workbook xmlns="{MAIN}"/>')
    assert kinds.detect_kind(data) == "xlsx"
    twice = delivered.relations(r1="officeDocument xl/workbook.xml").replace("</Relationships>", "")
    again = delivered.relations(r1="officeDocument xl/other.xml").partition(">")[2]
    with pytest.raises(Unreadable) as refused:
        kinds.detect_kind(
            delivered.zipped({"_rels/.rels": twice + again, "xl/workbook.xml": f'<workbook xmlns="{MAIN}"/>'})
        )
    assert refused.value.key == "problem.file.broken"
