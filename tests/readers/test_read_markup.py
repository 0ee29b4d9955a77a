"""Tables of web pages and of Word documents: cells where the eye sees them, whatever spans what."""

import pytest
from support import delivered

from analysis.readers import kinds
from analysis.readers.grid import Unreadable


def page(html: str) -> list[tuple]:
    return delivered.listed(kinds.tables(html.encode()))


def values(found: list[tuple]) -> dict[str, str]:
    """``{"A1": "x"}``"""
    return {f"{letter}{row}": value for row, letter, value, _ in found}


def test_a_two_tier_header_with_spans_keeps_every_column_in_its_place():
    html = """<table><thead>
      <tr><th rowspan=2>STT</th><th rowspan="2">Đơn vị</th><th colspan=2>Số hóa</th><th rowspan=2>Điểm</th></tr>
      <tr><th>Hồ sơ</th><th>Kết quả</th></tr></thead>
      <tbody><tr><td>1</td><td>Hòa An</td><td>92,5</td><td>1.746</td><td>58</td></tr></tbody></table>"""
    assert values(page(html)) == {
        **{"A1": "STT", "B1": "Đơn vị", "C1": "Số hóa", "E1": "Điểm", "C2": "Hồ sơ", "D2": "Kết quả"},
        **{"A3": "1", "B3": "Hòa An", "C3": "92,5", "D3": "1.746", "E3": "58"},
    }


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        # a span over both, from the middle
        ("<tr><td>a<td rowspan=2 colspan=2>b<td>c<tr><td>d<td>e", {"A1": "a", "B1": "b", "D1": "c", "A2": "d", "D2": "e"}),
        # a cell reaches down to the end of its group of rows at most
        ("<tbody><tr><td rowspan=9>a<td>b</tbody><tbody><tr><td>c", {"A1": "a", "B1": "b", "A2": "c"}),
        ("<tbody><tr><td rowspan=0>a<td>b<tr><td>c</tbody><tr><td>d", {"A1": "a", "B1": "b", "B2": "c", "A3": "d"}),
        ("<tr><td rowspan=10000000>a<td>b<tr><td>c", {"A1": "a", "B1": "b", "B2": "c"}),
        ("<tr><td colspan=0>a<td>b", {"A1": "a", "B1": "b"}),
        ("<tr><td colspan=x>a<td colspan='2 '>b<td>c", {"A1": "a", "B1": "b", "D1": "c"}),
        ("<tr><td colspan=-3>a<td>b", {"A1": "a", "B1": "b"}),
        # three rows deep beside two spans that end one after the other
        ("<tr><td rowspan=3>a<td rowspan=2>b<td>c<tr><td>d<tr><td>e<td>f",
         {"A1": "a", "B1": "b", "C1": "c", "C2": "d", "B3": "e", "C3": "f"}),
    ],
)  # fmt: skip
def test_a_cell_stands_where_a_browser_puts_it(rows, found):
    assert values(page(f"<table>{rows}</table>")) == found


@pytest.mark.parametrize(
    ("cell", "value", "mark"),
    [
        ("  Hòa\n   An ", "Hòa An", ""),
        ("Hòa<br>An", "Hòa\nAn", ""),
        ("<p>Hòa</p><p>An</p>", "Hòa\nAn", ""),
        ("Hòa&nbsp;An", "Hòa\xa0An", ""),
        ("H&ograve;a &#272;&#x1ea1;t", "Hòa Đạt", ""),
        ("Hòa<!-- not seen --> An", "Hòa An", ""),
        ("58<script>alert(1)</script><style>b{}</style>", "58", ""),
        ("&lt;b&gt;58&lt;/b&gt;", "58", "b"),
        ("&lt;i&gt;58&lt;/i&gt;", "<i>58</i>", ""),
        ("<b>YẾU</b>", "YẾU", "b"),
        (" <strong><u>7</u></strong> ", "7", "bu"),
        ("<b>7</b><b>,5</b>", "7,5", "b"),
        ("<b>7</b>,5", "7,5", ""),
        ("<span style='FONT-WEIGHT: bold; text-decoration: underline'>7</span>", "7", "bu"),
        ("<span style='font-weight: 400'>7</span>", "7", ""),
        ("=1+1", "=1+1", ""),
    ],
)
def test_text_is_what_a_reader_of_the_page_sees(cell, value, mark):
    (grid,) = kinds.tables(f"<table><tr><td>{cell}</td></tr></table>".encode())
    ((found,),) = grid.lines()
    assert (found[2], found[4]) == (value, mark)


@pytest.mark.parametrize(
    ("html", "hidden"),
    [
        ("<table><tr style='display:none'><td>a<td>b<tr><td>c", {"A1", "B1"}),
        ("<table><tr><td>a<td hidden>b", {"B1"}),
        ("<table><tr><td>a<td><span style='display: none'>0012</span>12", {"B1"}),
        ("<table><col><col style='display:none'><tr><td>a<td>b", {"B1"}),
        ("<div style='visibility:hidden'><table><tr><td>a", {"A1"}),
        ("<table><tbody hidden><tr><td>a</tbody><tr><td>b", {"A1"}),
        ("<table><tr><td>a<td>b", set()),
    ],
)
def test_what_a_reader_of_the_page_does_not_see_is_said_to_be_hidden(html, hidden):
    (grid,) = kinds.tables(html.encode())
    found = [(kinds.tables and f"{'ABC'[cell[1] - 1]}{cell[0]}", cell) for line in grid.lines() for cell in line]
    assert {place for place, cell in found if cell[5]} == hidden


def test_tables_are_numbered_and_lines_above_them_are_rows_up_from_0():
    html = """<h3>Kết quả</h3><p>Tuần 1 tháng 12</p><table><tr><td>a</table>
              <table><tr><td> </table> <p>Tháng 11</p><table><tr><td>b</table> <p>Nơi nhận</p>"""
    first, second = kinds.tables(html.encode())
    assert [cell[:3] for line in first.lines() for cell in line] == [
        *[(-1, 1, "Kết quả"), (0, 1, "Tuần 1 tháng 12"), (1, 1, "a")]
    ]
    assert [cell[:3] for line in second.lines() for cell in line] == [(0, 1, "Tháng 11"), (1, 1, "b")]
    assert (first.name, second.name) == ("bảng 1", "bảng 2")


def test_a_table_within_a_table_is_a_table_of_its_own_and_read_once():
    outer, inner = kinds.tables(b"<table><tr><td>title<table><tr><td>1<td>2</table><td>side</table>")
    assert values(delivered.listed([outer])) == {"A1": "title", "B1": "side"}
    assert values(delivered.listed([inner])) == {"A1": "1", "B1": "2"}


def test_a_page_in_utf16_and_one_with_pictures_in_it_are_read():
    picture = "<img src='data:image/png;base64," + "A" * 30_000 + "'>"
    html = f"<table><tr><td>{picture}Hòa An</table>"
    assert values(page(html)) == {"A1": "Hòa An"}
    assert values(delivered.listed(kinds.tables(html.encode("utf-16")))) == {"A1": "Hòa An"}


def test_a_page_nested_too_deep_is_refused_and_not_read_in_part():
    html = "<table>" + "<tr><td>kept" * 3 + "<div>" * 400 + "</div>" * 400 + "<tr><td>lost</table>"
    with pytest.raises(Unreadable) as refused:
        page(html)
    assert refused.value.key == "problem.file.broken"


def paragraph(runs: str) -> str:
    return f"<w:p>{runs}</w:p>"


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text if '<' in text else run(text))}</w:tc>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def test_a_document_as_another_program_wrote_it_is_read_with_its_merged_header():
    def fill(made):
        made.add_paragraph("PHỤ LỤC")
        made.add_paragraph("Tuần 1 tháng 12")
        held = made.add_table(3, 3)
        held.cell(0, 0).merge(held.cell(1, 0)).text = "Đơn vị"
        held.cell(0, 1).merge(held.cell(0, 2)).text = "Số hóa"
        for row, texts in ((1, ("", "Hồ sơ", "Kết quả")), (2, ("Hòa An", "92,5", ""))):
            for column, text in enumerate(texts):
                if text:
                    held.cell(row, column).text = text
        held.cell(2, 2).paragraphs[0].add_run("1.746").bold = True

    (grid,) = kinds.tables(delivered.document(fill))
    assert values(delivered.listed([grid])) == {
        **{"A-1": "PHỤ LỤC", "A0": "Tuần 1 tháng 12", "A1": "Đơn vị", "B1": "Số hóa", "B2": "Hồ sơ", "C2": "Kết quả"},
        **{"A3": "Hòa An", "B3": "92,5", "C3": "1.746"},
    }
    assert [found[4] for line in grid.lines() for found in line if found[2] == "1.746"] == ["b"]


@pytest.mark.parametrize(
    ("runs", "value", "mark", "hidden"),
    [
        (run("78,") + run("7"), "78,7", "", False),
        (run("YẾU", "<w:b/>"), "YẾU", "b", False),
        (run("YẾU", '<w:b w:val="0"/>'), "YẾU", "", False),
        (run("7", '<w:b/><w:u w:val="single"/>'), "7", "bu", False),
        (run("7", '<w:u w:val="none"/>'), "7", "", False),
        (run("7", "<w:b/>") + run(" ") + run("8", "<w:b/>"), "7 8", "b", False),
        (run("7", "<w:b/>") + run("8"), "78", "", False),
        (run("12") + run("0012", "<w:vanish/>"), "12", "", True),
        ("<w:r><w:noBreakHyphen/><w:t>5,78</w:t></w:r>", "-5,78", "", False),
        ("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:tab/><w:t>c</w:t></w:r>", "a\nb c", "", False),
        ("<w:pPr><w:tabs><w:tab w:pos='1'/></w:tabs></w:pPr>" + run("a"), "a", "", False),
        ("<w:r><w:instrText>PAGE</w:instrText></w:r>" + run("3"), "3", "", False),
        ("<w:hyperlink>" + run("Hòa") + "</w:hyperlink>" + run(" An"), "Hòa An", "", False),
    ],
)
def test_the_text_of_a_cell_is_that_of_its_runs(runs, value, mark, hidden):
    (grid,) = kinds.tables(delivered.word(table(cell(runs) + cell("x"))))
    ((found, _),) = grid.lines()
    assert (found[2], found[4], found[5]) == (value, mark, hidden)


def test_rows_that_begin_late_hidden_rows_and_cells_that_go_on_are_minded():
    down, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = [
        cell("a", down) + cell("b", '<w:gridSpan w:val="2"/>') + cell("c"),
        cell("", on) + cell("d") + cell("e") + cell("f"),
        "<w:trPr><w:gridBefore w:val='2'/><w:hidden/></w:trPr>" + cell("g") + cell("h"),
    ]
    (grid,) = kinds.tables(delivered.word(table(*rows)))
    assert values(delivered.listed([grid])) == {
        **{"A1": "a", "B1": "b", "D1": "c", "B2": "d", "C2": "e", "D2": "f", "C3": "g", "D3": "h"}
    }
    assert {found[0] for line in grid.lines() for found in line if found[5]} == {3}


def test_several_tables_of_a_document_are_numbered_and_nested_ones_stand_alone():
    inner = table(cell("1") + cell("2"))
    outer = table(f"<w:tc><w:p>{run('title')}</w:p>{inner}</w:tc>" + cell("side"))
    found = kinds.tables(delivered.word(outer + table(cell("last"))))
    assert [grid.name for grid in found] == ["bảng 1", "bảng 2", "bảng 3"]
    assert [values(delivered.listed([grid])) for grid in found] == [
        *[{"A1": "title", "B1": "side"}, {"A1": "1", "B1": "2"}, {"A1": "last"}]
    ]


@pytest.mark.parametrize("change", ["<w:ins w:id='1'>{}</w:ins>", "<w:moveTo w:id='1'>{}</w:moveTo>"])
def test_a_table_with_changes_nobody_accepted_is_refused(change):
    with pytest.raises(Unreadable) as refused:
        kinds.tables(delivered.word(table(cell(run("5") + change.format(run("8"))))))
    assert refused.value.key == "problem.file.tracked_changes"


@pytest.mark.parametrize(
    "data",
    [
        b"<table><tr><td colspan=10000000>a",
        b"<table><tr><td>a<td colspan=100>b",
        b"<table>" + b"<tr><td>a" * 5_001,
        delivered.word(table(cell("a", '<w:gridSpan w:val="10000000"/>'))),
        delivered.word(table("<w:trPr><w:gridBefore w:val='100'/></w:trPr>" + cell("a"))),
    ],
)
def test_a_cell_beyond_the_limits_is_refused(data):
    with pytest.raises(Unreadable) as refused:
        kinds.tables(data)
    assert refused.value.key == "problem.file.far_cell"
