"""The gate's page: what it says of a table, where it says it, and that nothing in a table can do more than be read."""

import dataclasses
import re
from datetime import date

import lxml.html
import openpyxl
import pandas as pd
import pytest
from support.district import CUTOFF, HOME, RAW, changed, in_force, lines, saved, say, words
from support.gated import page, wrong
from support.hostile import read_here

from analysis.config import area, rules, wording
from analysis.gate import clean
from analysis.readers import read, sandbox
from analysis.report import gatepage

AN_GIANG = rules.load(HOME, "an-giang", date(2025, 11, 3))
POINTS = dict(TDGQ=19, MDHL=18, MDSH=20, TTTT=9, CLGQ=8, CKMB=18, TONG_SCORE=92)


class Page:
    """A page to ask questions of."""

    def __init__(self, html: str) -> None:
        self.tree = lxml.html.document_fromstring(html)

    def text(self, path: str) -> str:
        return " ".join("".join(self.tree.xpath(path)[0].itertext()).replace("\u00a0", " ").split())

    def cell(self, anchor: str) -> str:
        return self.text(f"//*[@id='{anchor}']")

    def listed(self, kind: str) -> list[tuple[str, str, str]]:
        """Each problem or repair of a kind: the anchor it leads to, its place, what is said."""
        items = self.tree.xpath(f"//section[contains(@class, 'notes {kind}')]//li")
        return [
            (
                "".join(item.xpath(".//a/@href")),
                *(" ".join("".join(line.itertext()).split()) for line in item.xpath("p")),
            )
            for item in items
        ]

    def rows(self, table: int = 1) -> list[str]:
        """What stands at the left of each row: its number, or how many are left out."""
        found = self.tree.xpath(f"(//table[@class='delivered'])[{table}]/tbody/tr/*[1]")
        return [" ".join("".join(each.itertext()).split()) for each in found]


def place(row: int, letter: str, column: str, lang: str = "vi") -> str:
    """A place at the head of a note; without a row, that of a whole column."""
    places = [say("place.row", lang, row=row)] if row else []
    return wording.capital(", ".join([*places, say("place.column", lang, letter=letter, column=column)]))


def mark(severity: str, problem: str, **fields: object) -> str:
    """What a marked cell says after its value and the number of the note."""
    return f"({say(f'gate.{severity}')}: {say(problem, **fields)})"


@pytest.fixture(scope="module", autouse=True)
def read_in_this_process():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox, "cells", read_here)
        yield


@pytest.fixture(scope="module")
def accepted():
    return page(RAW)


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    return page(wrong(tmp_path_factory.mktemp("wrong")))


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    """A workbook as An Giang's: the province, 15 departments, 102 communes, one score of a commune mistyped."""
    book, units = openpyxl.Workbook(), AN_GIANG.units
    of_kind = {"Xã Phường": units[units["kind"] == "commune"], "Sở Ban": units[units["kind"] == "department"]}
    of_kind["Điểm năm"] = pd.DataFrame({"code": ["H05", "H01"], "name": ["UBND tỉnh Bắc Ninh", "UBND tỉnh An Giang"]})
    of_kind["Ghi chú"] = pd.DataFrame({"code": [], "name": []})
    for name, rows in of_kind.items():
        sheet = book.create_sheet(name)
        sheet.append(["MA_COQUAN", "TEN", *POINTS] if len(rows) else ["không phải bảng"])
        for each in rows.itertuples():
            sheet.append([each.code, f"{each.name}", *map(str, POINTS.values())])
    del book["Sheet"]
    book["Xã Phường"]["D50"] = "18,x"
    path = tmp_path_factory.mktemp("province") / "bang.xlsx"
    book.save(path)
    return path


# -- what it says ----------------------------------------------------------------------------------------------------


def test_an_accepted_table_says_so_first_and_counts_what_was_found(accepted):
    shown = Page(accepted)
    assert shown.text("//h1") == f"✓ {say('gate.accepted')}"
    assert shown.text("//*[@class='tally']") == say("gate.tally", errors=0, warnings=0, repairs=14)
    assert shown.text("//*[@class='file']") == f"2023-12-04.txtHuyện Chợ Mới, {words().period(CUTOFF)}"
    assert shown.listed("error") == shown.listed("warning") == []


def test_a_refused_table_lists_every_problem_with_place_and_value_and_leads_to_its_cell(refused):
    shown = Page(refused)
    assert shown.text("//h1") == f"× {say('gate.refused')}"
    assert shown.text("//*[@class='tally']") == say("gate.tally", errors=7, warnings=1, repairs=14)
    assert shown.listed("error") == [
        ("#t1-G6", place(6, "G", "CÔNG KHAI, MINH BẠCH (%)"), f"7l.2 {say('problem.not_a_number')}"),
        ("#t1-H7", place(7, "H", "TIỀN ĐỘ GIẢI QUYẾT (%)"), f"101 {say('problem.out_of_range', low=0, high=100)}"),
        ("#t1-B8", place(8, "B", "ĐƠN VỊ"), f"LONG ĐIỀN C {say('problem.unknown_unit')}"),
        ("#t1-J9", place(9, "J", "DỊCH VỤ TRỰC TUYẾN / THANH TOÁN TRỰC TUYẾN (Chỉ tiêu trên 30%)"), say("problem.missing_value")),
        ("#t1-D10", place(10, "D", "XẾP LOẠI"), f"KHÁ {say('problem.wrong_band', total='62,35', band='Trung bình')}"),
        ("#t1-L11", place(11, "L", "SỐ HÓA / CHỨNG THỰC ĐIỆN TỬ"), f"12.5 {say('problem.not_a_count')}"),
        ("#t1-B", place(0, "B", "ĐƠN VỊ"), f"Bình Phước Xuân {say('problem.missing_unit', name='xã Bình Phước Xuân')}"),
    ]  # fmt: skip
    assert shown.listed("warning")[0][:2] == (
        "#t1-I4",
        place(4, "I", "DỊCH VỤ TRỰC TUYẾN / DVCTT (Chỉ tiêu trên 60%)"),
    )


@pytest.mark.parametrize(
    ("anchor", "kind", "text"),
    [
        ("t1-G6", "error", f"7l.2 ×1 {mark('error', 'problem.not_a_number')}"),
        ("t1-J9", "error", f"×4 {mark('error', 'problem.missing_value')}"),
        ("t1-I4", "warning", f"DVCTT (Chỉ tiêu trên 60%) !8 {mark('warning', 'problem.other_target', printed=60, target=50)}"),
        ("t1-I11", "repair", f"13,2 → 13.2 {mark('repaired', 'repair.decimal_comma')}"),
        ("t1-A5", "repair", f"TOÀN HUYỆN → {say('gate.nothing')} {mark('repaired', 'repair.label_moved')}"),
    ],
)  # fmt: skip
def test_a_marked_cell_says_in_words_what_its_colour_says(refused, anchor, kind, text):
    shown = Page(refused)
    assert shown.cell(anchor) == text
    assert kind in shown.tree.get_element_by_id(anchor).get("class").split()


def test_every_link_leads_somewhere_and_no_place_is_named_twice(refused):
    shown = Page(refused)
    names = shown.tree.xpath("//@id")
    assert len(names) == len(set(names))
    assert {link for link in shown.tree.xpath("//a/@href")} <= {f"#{name}" for name in names}
    there = {item.get("id"): item.xpath(".//a/@href") for item in shown.tree.xpath("//li[@id]")}
    back = [
        (f"#{cell.get('id')}", link[1:]) for cell in shown.tree.xpath("//td[@id]") for link in cell.xpath("a/@href")
    ]
    assert len(back) == 21 and all(there[number] == [cell] for cell, number in back)


def test_the_table_is_the_one_delivered_row_by_row_and_cell_by_cell(accepted):
    shown = Page(accepted)
    assert shown.rows() == [str(number) for number in range(1, 25)]
    cells = read.cells(RAW)
    filled = cells[cells["value"] != ""].set_index(["row", "column"])["value"]
    for row in shown.tree.xpath("//table[@class='delivered']/tbody/tr"):
        number, column = int(row.xpath("th")[0].text), 1
        for cell in row.xpath("td"):
            assert (cell.text or "").strip() == filled.get((number, column), "").strip()
            column += int(cell.get("colspan", 1))
        assert column == 14
    title = shown.tree.xpath("//table[@class='delivered']/tbody/tr[1]/td")
    assert [cell.get("colspan") for cell in title] == ["13"]  # a line of words runs on over the empty cells
    assert shown.tree.xpath("//td[starts-with(@class, 'u ')]/text()")[0] == "7"  # as the office underlined it


def test_the_control_totals_and_the_missing_units_close_the_page(refused, accepted):
    controls = "//table[@class='controls']/tbody/tr"
    assert Page(accepted).text(f"{controls}[2]").endswith(f"CHỨNG THỰC ĐIỆN TỬ1.7461.746{say('gate.agrees')}")
    assert Page(refused).text(f"{controls}[1]") == f"{say('gate.control_units')}1718{say('gate.differs')}"
    assert Page(refused).text("//ul[@class='missing']") == "xã Bình Phước Xuân"
    assert Page(accepted).tree.xpath("//ul[@class='missing']") == []


def test_a_control_total_that_cannot_be_read_is_not_said_to_differ(tmp_path):
    shown = Page(page(changed(tmp_path, 5, "L", "1,746")))
    assert shown.text("//table[@class='controls']/tbody/tr[2]").endswith(f"1.746–{say('gate.unknown')}")


def test_a_missing_column_is_marked_at_the_row_of_its_header(tmp_path):
    shown = Page(page(changed(tmp_path, 3, "G", "CÔNG KHAI")))
    missing = say("place.column_name", column="CÔNG KHAI, MINH BẠCH (%)")
    assert shown.listed("error")[0][:2] == ("#t1-3", wording.capital(f"{say('place.row', row=3)}, {missing}"))
    assert shown.cell("t1-3") == f"3 ×1 {mark('error', 'problem.missing_column')}"


def test_the_page_speaks_english_when_the_wording_does(tmp_path):
    shown = Page(page(wrong(tmp_path), lang="en"))
    assert shown.tree.get("lang") == "en" and shown.text("//h1") == f"× {say('gate.refused', 'en')}"
    assert shown.listed("error")[0][1:] == (
        place(6, "G", "CÔNG KHAI, MINH BẠCH (%)", "en"),
        f"7l.2 {say('problem.not_a_number', 'en')}",
    )


# -- other files -----------------------------------------------------------------------------------------------------


def test_of_a_workbook_the_sheets_that_were_read_are_shown_and_named(province):
    shown = Page(page(province, held=AN_GIANG))
    assert [head.text for head in shown.tree.xpath("//h2[starts-with(@id, 't')]")] == [
        say("gate.table", file=f"bang.xlsx [{name}]") for name in ("Xã Phường", "Sở Ban", "Điểm năm")
    ]
    assert len(shown.rows(1)) == 103 and len(shown.rows(2)) == 16
    assert shown.listed("error") == [
        (
            "#t1-D50",
            f"bang.xlsx [Xã Phường], {say('place.row', row=50)}, {say('place.column', letter='D', column='MDHL')}",
            f"18,x {say('problem.not_a_number')}",
        )
    ]


def test_where_one_sheet_of_several_was_read_its_own_cells_are_marked(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Kính gửi", "các đơn vị"])
    sheet = book.create_sheet("Tuần này")
    for row in lines():
        sheet.append([re.sub("<.*?>", "", text) for text in row])
    sheet["G6"] = "7l.2"
    book.save(tmp_path / "bang.xlsx")
    shown = Page(page(tmp_path / "bang.xlsx"))
    assert shown.listed("error")[0][0] == "#t1-G6" and shown.cell("t1-G6").startswith("7l.2 ×1")
    assert len(shown.tree.xpath("//table[@class='delivered']")) == 1


def test_a_line_of_text_above_a_web_pages_table_has_no_number(tmp_path):
    cells = ["".join(f"<td>{text}</td>" for text in row) for row in lines()[2:]]
    path = tmp_path / "bang.html"
    path.write_text(f"<p>Ngày 11/12/2023</p><table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>", "utf-8")
    shown = Page(page(path))
    assert shown.listed("error")[0][:2] == (
        "#t1-A0",
        wording.capital(f"{say('gate.above')}, {say('place.column_letter', letter='A')}"),
    )
    assert shown.rows()[:2] == ["", "1"] and shown.cell("t1-A0").startswith("Ngày 11/12/2023 ×1")


def test_hidden_cells_are_shown_as_such(tmp_path):
    book = openpyxl.Workbook()
    for row in lines():
        book.active.append([re.sub("<.*?>", "", text) for text in row])
    book.active.row_dimensions[9].hidden = True
    book.save(tmp_path / "bang.xlsx")
    shown = Page(page(tmp_path / "bang.xlsx"))
    assert shown.cell("t1-A9").startswith(f"({say('gate.hidden')}) 4 ×1 {mark('error', 'problem.hidden')}")
    assert len(shown.tree.xpath("//td[contains(@class, 'hidden')]")) == 13


def test_several_files_follow_one_another_each_problem_with_its_file(tmp_path):
    first, second = saved(tmp_path, lines(), "mot.txt"), saved(tmp_path, lines(), "hai.txt")
    second.write_text(second.read_text("utf-8").replace("\t72.6\t", "\t7l.6\t"), "utf-8")
    shown = Page(page(first, second))
    assert shown.listed("error")[0][:2] == (
        "#t2-G6",
        f"hai.txt, {say('place.row', row=6)}, {say('place.column', letter='G', column='CÔNG KHAI, MINH BẠCH (%)')}",
    )
    assert "id" not in shown.tree.xpath("(//table[@class='delivered'])[1]/tbody/tr[6]/td[7]")[0].attrib


@pytest.mark.long
def test_of_a_long_table_only_rows_with_something_to_say_are_shown_and_the_rest_is_counted(tmp_path):
    rows = lines()
    long = rows[:5] + [["99", f"XÃ {number}", *rows[5][2:]] for number in range(3000)]
    names = dataclasses.replace(in_force(), settings=in_force().settings | {"units": area.FROM_FILE})
    long[1500] = [*long[1500][:7], "101", *long[1500][8:]]
    long[3003] = [*long[3003][:7], "102", *long[3003][8:]]
    path = saved(tmp_path, long)
    cleaned = clean.gate(path, names, words())
    only = dataclasses.replace(cleaned, problems=cleaned.problems[cleaned.problems["value"].isin(["101", "102"])])
    shown = Page(gatepage.page(gatepage.delivered([path]), only, words(), names))
    assert shown.rows() == [
        *[
            "1",
            "2",
            "3",
            "4",
            "5",
            "6",
            "7",
            say("gate.left_out", count="1.491"),
            "1499",
            "1500",
            "1501",
            "1502",
            "1503",
        ],
        *[say("gate.left_out", count="1.498"), "3002", "3003", "3004", "3005"],
    ]
    assert say("gate.partly", rows="3.005") in shown.text("//section[h2[@id='t1']]/p")


def test_a_long_table_with_nothing_to_say_shows_its_head_and_counts_the_rest(tmp_path):
    held = rules.load(HOME, "gia-lai", date(2026, 10, 8))
    rows = [["code", "name", "total", *held.groups["group"]]]
    rows += [[f"H21.{number}", f"xã X{number}", "60", *["10"] * 6] for number in range(400)]
    shown = Page(page(saved(tmp_path, rows), held=held))
    assert shown.rows() == ["1", "2", "3", say("gate.left_out", count=398)]


def test_a_file_that_cannot_be_read_is_named_with_the_reason_and_has_no_table(tmp_path):
    picture = tmp_path / "anh.txt"
    picture.write_bytes(b"\xff\xd8\xff\xe0picture")
    shown = Page(page(picture))
    assert shown.text("//*[@class='file']/strong") == "anh.txt"
    assert len(shown.listed("error")) == 1 and shown.tree.xpath("//table | //ul") == []


def test_a_table_without_its_header_is_shown_as_it_is(tmp_path):
    shown = Page(page(saved(tmp_path, [["Kính gửi"], ["a", "b"]])))
    assert say("problem.no_header", headers="#").split("#")[0] in shown.listed("error")[0][2]
    assert shown.rows() == ["1", "2"]


def test_cells_without_kind_sheet_and_hidden_are_shown_too():
    cells = read.cells(RAW)[["file", "row", "column", "column_letter", "value"]]
    html = gatepage.page(cells, clean.gate(RAW, in_force(), words()), words(), in_force())
    assert Page(html).cell("t1-I11") == f"13,2 → 13.2 {mark('repaired', 'repair.decimal_comma')}"


def test_the_same_input_gives_the_same_page_and_is_left_as_it_was(accepted):
    cells, cleaned = gatepage.delivered([RAW]), clean.gate(RAW, in_force(), words())
    before = cells.copy(), cleaned.problems.copy(), cleaned.repairs.copy()
    assert gatepage.page(cells, cleaned, words(), in_force()) == accepted
    for frame, held in zip((cells, cleaned.problems, cleaned.repairs), before, strict=True):
        pd.testing.assert_frame_equal(frame, held)


# -- what it can do --------------------------------------------------------------------------------------------------

EVIL = """<script>window.ran = 1; alert(1)</script><img src="http://outside.test/a.png" onerror="window.ran = 2">"""


@pytest.fixture
def hostile(tmp_path):
    """Markup in every place that the page shows: name of the file, title, header, unit, figure, band."""
    rows = lines()
    rows[0][0], rows[2][6], rows[5][1], rows[6][7], rows[7][3] = (EVIL.replace("1", each) for each in "13456")
    return page(saved(tmp_path, rows, "a'&quot;<img src=x onerror=alert(1)>.txt"))


def test_markup_in_a_table_is_shown_as_text_and_does_nothing(browse, hostile):
    ask = "[window.ran ?? 0, document.images.length, document.scripts.length, document.body.innerText]"
    seen = browse(hostile, ask)
    assert (seen.answer[:3], seen.requests, seen.dialogs, seen.errors) == ([0, 0, 0], [], [], [])
    for each in "13456":
        assert f"window.ran = {each};" in seen.answer[3]
    assert "onerror=alert(1)>.txt" in seen.answer[3]


def test_even_unescaped_the_policy_would_keep_a_table_from_acting(browse, accepted):
    seen = browse(accepted.replace("CHỢ MỚI", EVIL), "window.ran ?? 0")
    assert seen.answer == 0 and seen.requests == seen.dialogs == []
    assert any("Content Security Policy" in error for error in seen.errors)


@pytest.fixture(scope="module")
def unwieldy(tmp_path_factory):
    """Names and values without a place to break, and a table of 100 columns."""
    rows = [row + ["x"] * (100 - len(row)) for row in lines()]
    rows[5][6] = "7" * 900
    return page(saved(tmp_path_factory.mktemp("unwieldy"), rows, f"{'bang' * 50}.txt"))


@pytest.mark.parametrize("kind", [pytest.param("refused", marks=pytest.mark.long), "unwieldy"])
def test_nothing_scrolls_sideways(browse, request, kind):
    ask, widths = "[document.documentElement.scrollWidth, innerWidth]", (320, 390, 1280, 1920)  # more: test_browser
    seen = browse(request.getfixturevalue(kind), ask, looks=[{"width": width} for width in widths]).answer
    assert [window for _, window in seen] == [*widths] and all(wide <= window for wide, window in seen)


def test_row_numbers_and_column_letters_stay_in_sight_when_the_table_is_scrolled(browse, refused):
    ask = """(() => { const s = document.querySelector('.scroll'); s.scrollTo(300, 300);
             const at = e => { const r = e.getBoundingClientRect(), b = s.getBoundingClientRect();
                               return [Math.round(r.left - b.left), Math.round(r.top - b.top)]; };
             return [s.scrollTop, at(s.querySelector('thead th:nth-child(5)'))[1], at(s.querySelector('#t1-20'))[0]]; })()"""
    down, letter, number = browse(refused, ask, width=390).answer
    assert down == 300 and letter in (1, 2) and number == 0  # below the region's own rule


def test_the_three_kinds_of_marks_differ_by_their_border_too(browse, refused):
    ask = "['t1-G6', 't1-I4', 't1-I11'].map(id => getComputedStyle(document.getElementById(id)).borderTopStyle)"
    assert browse(refused, ask).answer == ["solid", "dashed", "dotted"]


def test_a_mark_is_large_enough_for_a_finger(browse, refused):
    ask = """[...document.querySelectorAll('a.note')].map(e => e.getBoundingClientRect())
             .filter(r => r.width < 24 || r.height < 24).length"""
    assert browse(refused, ask, width=320).answer == 0


def test_on_paper_the_table_fits_and_its_head_and_marks_are_printed(browse, refused):
    a4_landscape = round((297 - 2 * 15) / 25.4 * 96)
    ask = """[document.documentElement.scrollWidth, getComputedStyle(document.querySelector('thead')).display,
              document.querySelector('.scroll').scrollWidth <= document.querySelector('.scroll').clientWidth,
              getComputedStyle(document.getElementById('t1-G6')).printColorAdjust,
              document.querySelector('.repair li').getBoundingClientRect().height > 0,
              document.getElementById('controls').getBoundingClientRect().top >
              document.querySelector('.delivered').getBoundingClientRect().bottom]"""
    wide, *rest = browse(refused, ask, width=a4_landscape, dark=True, media="print").answer
    assert wide <= a4_landscape and rest == ["table-header-group", True, "exact", True, True]
