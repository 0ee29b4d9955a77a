"""new-area: from a delivered table to a folder whose guesses are marked, and, once a person has answered, to a report."""

import csv
import io
import runpy
from pathlib import Path

import pytest
from support.district import RAW, say, words
from support.on_disk import contents, put
from support.real import AN_GIANG, GIA_LAI, MISSING, REAL
from support.sampled import sampled

from analysis.cli import main
from analysis.config import files, periods, rules
from analysis.exits import Exit
from analysis.run import pipeline
from analysis.run.new_area import columns, layout, units
from analysis.run.new_area.make import Told, ask_names, make_area
from analysis.weeks.home import PROJECT

# What a person types into area.toml in place of the empty value, for every table alike.
LETTERHEAD = {
    "agency": '"VĂN PHÒNG"',
    "issuer": '"Văn phòng Ủy ban nhân dân"',
    "number_suffix": '"BC-VP"',
    "place": '"Ví Dụ"',
    "signer": '"CHÁNH VĂN PHÒNG"',
    "recipients": '["Lãnh đạo Văn phòng"]',
}
PEERS = {"peers_vi": '"đơn vị cùng loại"', "peers_en": '"units alike"'}


def edits(vi: str, en: str, **more: str) -> dict[str, str]:
    return {"vi": f'"{vi}"', "en": f'"{en}"', **PEERS, **LETTERHEAD, **more}


# table, cut-off: what a person then writes into area.toml, and how many rows of review.csv there are to be checked
TABLES = {
    "cho-moi": (RAW, "2023-12-04", edits("huyện Chợ Mới", "Chợ Mới district", code='"893"'), 10),
    "an-giang": (AN_GIANG, "2025-10-31", edits("tỉnh An Giang", "An Giang province"), 11),
    "gia-lai": (GIA_LAI / "communes_2026-10-08.csv", "2026-10-08", edits("tỉnh Gia Lai", "Gia Lai province"), 8),
    "ha-noi": (REAL / "ha-noi-766" / "2026-10-01.json", "2026-10-01", edits("thành phố Hà Nội", "Hanoi city"), 13),
    "tinh": (REAL / "tinh-766-2026" / "2026-10-06.json", "2026-10-06", edits("cả nước", "Vietnam", code='"VN"'), 12),
    "sipas": (REAL / "sipas-2015" / "2015-12-31.csv", "2015-12-31", edits("cả nước", "Vietnam", code='"VN"'), 14),
    "dti": (REAL / "dti-2022" / "2022-12-31.html", "2022-12-31", edits("cả nước", "Vietnam", code='"VN"'), 16),
    "hue": (REAL / "hue-ho-so" / "2021-12-31.html", "2021-12-31", edits("tỉnh Thừa Thiên Huế", "Huế"), 12),
}
ENDED = {"cho-moi", "ha-noi", "dti"}  # of the decision with totals and without, and of an index of its own
# The bands of an index that the program does not know, as a person writes them into bands.csv.
BANDS = {"sipas": "Đạt,Pass,50,2015-12-31,,x\nChưa đạt,Fail,0,2015-12-31,,x\n"}
BANDS |= {"dti": "Đạt,Pass,0.5,2022-12-31,,x\nChưa đạt,Fail,0,2022-12-31,,x\n"}


@pytest.fixture
def home(tmp_path):
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def call(home: Path, name: str, table: Path, *more: str) -> int:
    return main(["new-area", name, "--from", str(table), "--home", str(home), *more])


def new_area(home: Path, name: str) -> int:
    table, cutoff, *_ = TABLES[name]
    if not table.exists():
        pytest.skip(MISSING)
    return call(home, name, table, "--cutoff", cutoff)


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def answer(home: Path, name: str, told: dict[str, str]) -> None:
    """Fill in the keys of area.toml, and check every row of review.csv."""
    path = home / "config" / name / "area.toml"
    lines = path.read_text("utf-8").splitlines()
    for key, value in told.items():
        place = next(place for place, line in enumerate(lines) if line.startswith(f"{key} = "))  # [name] is the first
        lines[place] = f"{key} = {value}"
    path.write_text("\n".join(lines), "utf-8")
    review = home / "config" / name / "review.csv"
    checked = [line if not place else line + "yes" for place, line in enumerate(review.read_text("utf-8").splitlines())]
    review.write_text("\n".join(checked), "utf-8")
    if name in BANDS:
        bands = home / "config" / f"index-{name}" / "bands.csv"
        bands.write_text(bands.read_text("utf-8") + BANDS[name], "utf-8")


# -- from a table to a report ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sampled([*TABLES], short=2, long=len(TABLES), first=["cho-moi", "hue"]))
def test_a_table_is_tried_at_once_and_may_have_a_report_when_a_person_has_answered(name, home, capsys):
    assert new_area(home, name) == Exit.DONE
    table, cutoff, told, count = TABLES[name]
    said = capsys.readouterr().out
    assert say("new_area.accepted") in said
    review = rows(home / "config" / name / "review.csv")
    assert len(review) == count and not any(each["checked"] for each in review)
    empty = [key for key in told if key != "code"]  # that one is a guess
    opened = count + len(empty) + (name in BANDS)
    assert say("new_area.open", count=opened, place=home / "config" / name) in said
    answer(home, name, told)
    assert rules.load(home, name, periods.cutoff(cutoff)).open_points == ()
    assert main(["gate", str(table), "--cutoff", cutoff, "--area", name, "--home", str(home)]) == Exit.DONE


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long if name in ENDED else pytest.mark.sweep) for name in TABLES]
)
def test_the_answered_area_ends_in_a_report(name, home):
    assert new_area(home, name) == Exit.DONE
    table, cutoff, told, _ = TABLES[name]
    refused = main(["week", cutoff, "--area", name, "--raw", str(table), "--home", str(home)])
    assert refused == Exit.FAILED and not (home / "reports").exists()
    answer(home, name, told)
    made = pipeline.make_week(home, name, cutoff, [table])
    assert made.status == Exit.DONE, made.message
    assert told["vi"].strip('"') in made.report.read_text("utf-8")


def test_what_was_found_in_the_real_table_is_what_the_shipped_area_says(home):
    new_area(home, "cho-moi")
    made, shipped = home / "config" / "cho-moi", files.PROGRAM / "cho-moi"
    fields = {each["header"]: (each["field"], each["kind"]) for each in rows(shipped / "columns.csv")}
    found = {each["header"]: (each["field"], each["kind"]) for each in rows(made / "columns.csv")}
    keys = {columns.header_key(header): meant for header, meant in fields.items()}
    assert {columns.header_key(header): meant for header, meant in found.items()} == {
        key: meant for key, meant in keys.items() if meant[0] != "remark"
    }
    toml = files.parse_toml((made / "area.toml").read_bytes(), "")
    own = files.parse_toml((shipped / "area.toml").read_bytes(), "")
    assert toml["targets"] == own["targets"]
    assert (toml["scope"], toml["control_rows"]) == (own["scope"], ["TOÀN HUYỆN"])
    names = {each["name"] for each in rows(shipped / "units.csv")}
    assert {each["name"] for each in rows(made / "units.csv")} - names == {"Tân Mỹ"}  # the table's own typing error


def test_nothing_of_another_area_is_in_the_new_folder(home):
    new_area(home, "cho-moi")
    toml = files.parse_toml((home / "config" / "cho-moi" / "area.toml").read_bytes(), "")
    assert not any(toml["document"].values()) and not any(toml["name"].values())
    assert {"responsible", "departments", "marks_below", "at_most"}.isdisjoint(toml)
    assert {path.name for path in (home / "config" / "cho-moi").iterdir()} == {
        *["area.toml", "units.csv", "columns.csv", "aliases.csv", "review.csv", "report.docx"]
    }


# -- small tables ----------------------------------------------------------------------------------------------------

TABLE = """\
Tên xã\tTổng điểm\tCông khai, minh bạch (%)\tNgười nộp
Xã An Hòa\t70,25\t92,5\tÔng A
Xã Bình Thủy\t65,5\t88\tBà B
Thị trấn Mỹ Luông\t81\t97,1\tÔng A
"""


def made(home: Path, text: str = TABLE, name: str = "vi-du", **more) -> Path:
    table = put(home.parent / "2023-12-04.txt", text)
    return make_area(home, name, [table], periods.cutoff("2023-12-04"), Told(), words(), **more).place


def columns_of(place: Path, form: str = "columns.csv") -> dict[str, str]:
    return {each["header"]: each["field"] for each in rows(place / form)}


def test_units_have_names_types_and_codes_made_from_their_names(home):
    found = [
        (each["code"], each["name"], each["type"], each["kind"], each["valid_from"])
        for each in rows(made(home) / "units.csv")
    ]
    assert found == [
        ("an-hoa", "An Hòa", "xã", "commune", "2023-12-04"),
        ("binh-thuy", "Bình Thủy", "xã", "commune", "2023-12-04"),
        ("my-luong", "Mỹ Luông", "thị trấn", "commune", "2023-12-04"),
    ]


def test_each_guess_has_its_mark_and_its_place(home):
    place = made(home, TABLE.replace("Tên xã", "Nơi"))
    (row,) = [each for each in rows(place / "review.csv") if each["row"] and each["file"] == "columns.csv"]
    assert (row["row"], row["column"], row["value"]) == ("2", "field", "Nơi → unit")
    assert row["question"] == say("new_area.ask.by_cells")
    marked = [
        line.split(" = ")[0] for line in (place / "area.toml").read_text("utf-8").splitlines() if "to review" in line
    ]
    assert marked == ["code", "scope", "control_rows", "accumulates", "superior", "basis"]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("", "", "CKMB"),
        pytest.param(
            "Công khai, minh bạch (%)", "CÔNG KHAI,  MINH BẠCH", "CKMB", marks=pytest.mark.long
        ),  # a key is tolerant of case and spaces
        pytest.param(
            "Công khai, minh bạch (%)", "Công khai minh mạch (%)", "other", marks=pytest.mark.long
        ),  # likeness counts nowhere
        ("92,5", "nhiều", "other"),  # the name says a rate, the cells do not
    ],
)
def test_a_column_is_known_by_its_whole_name_and_cells_that_fit_or_not_at_all(home, old, new, field):
    place = made(home, TABLE.replace(old, new), index="index-766")
    assert list(columns_of(place).values()) == ["unit", "total", field, "other"]


def test_a_known_typing_error_of_a_header_is_an_alias_and_the_column_has_its_right_name(home):
    place = made(home, TABLE.replace("Công khai, minh bạch (%)", "TIỀN ĐỘ GIẢI QUYẾT (%)"))
    assert columns_of(place)["TIẾN ĐỘ GIẢI QUYẾT (%)"] == "TD"
    assert [each["written"] for each in rows(place / "aliases.csv")] == ["TIỀN ĐỘ GIẢI QUYẾT (%)"]


def test_a_share_of_one_and_a_figure_of_a_maximum_have_their_scale_and_its_question(home):
    lines = [
        "Xã\tTổng điểm\tSố hóa\tTiến độ giải quyết",
        "An Hòa\t70,5/100\t0,8253\t92,5",
        "Bình Thủy\t65/100\t0,5\t88",
    ]
    place = made(home, "\n".join(lines))
    found = {each["header"]: (each["field"], each["scale"], each["decimals"]) for each in rows(place / "columns.csv")}
    assert found == {
        "Xã": ("unit", "", ""),
        "Tổng điểm": ("total", "100", "1"),
        "Số hóa": ("SH", "1", "4"),
        "Tiến độ giải quyết": ("TD", "", "1"),
    }
    assert [each["value"] for each in rows(place / "review.csv") if each["column"] == "scale"] == [
        "Tổng điểm: 100; Số hóa: 1"
    ]


def test_a_header_of_three_tiers_above_a_line_of_measures_is_read_whole(home):
    lines = [
        "Đơn vị\tTổng điểm\tGiải quyết\t",
        "\t\tĐúng hạn\tChứng thực",
        "\t\tTỷ lệ\tSố lượng",
        "\tđiểm\t(%)\t(hồ sơ)",
    ]
    place = made(home, "\n".join([*lines, "Xã A\t70,25\t92,5\t12", "Xã B\t65,5\t88\t0"]), index="index-766")
    assert [header.removesuffix(" / (%)").removesuffix(" / (hồ sơ)") for header in columns_of(place)] == [
        *["Đơn vị", "Tổng điểm / điểm", "Giải quyết / Đúng hạn / Tỷ lệ", "Giải quyết / Chứng thực / Số lượng"]
    ]


def test_totals_and_subtotals_are_no_units_and_are_named(home):
    lines = TABLE.splitlines()
    sums = ["Cộng khối xã\t\t90\t", "Toàn huyện\t71,2\t91\t"]
    place = made(home, "\n".join([*lines[:3], sums[0], lines[3], sums[1]]))
    toml = files.parse_toml((place / "area.toml").read_bytes(), "")
    assert (toml["control_rows"], toml["subtotal_rows"]) == (["Toàn huyện"], ["Cộng khối xã"])
    assert len(rows(place / "units.csv")) == 3


def test_the_line_of_measures_below_the_header_is_no_part_of_a_columns_name(home):
    lines = TABLE.splitlines()
    place = made(home, "\n".join([lines[0].replace(" (%)", ""), "\tđiểm\t(%)\t(tên)", *lines[1:]]))
    assert list(columns_of(place).values()) == ["unit", "total", "CKMB", "other"]


def test_a_running_number_is_no_rank(home):
    numbered = "\n".join(f"{n or 'STT'}\t{line}" for n, line in enumerate(TABLE.splitlines()))
    assert columns_of(made(home, numbered))["STT"] == "other"
    ranks = iter(["STT", "2", "3", "1"])
    ranked = "\n".join(f"{next(ranks)}\t{line}" for line in TABLE.splitlines())
    assert columns_of(made(home, ranked, "khac"))["STT"] == "rank"


def test_the_row_of_column_numbers_is_no_unit(home):
    lines = TABLE.splitlines()
    place = made(home, "\n".join([lines[0], "(1)\t(2)\t(3)\t(4)", *lines[1:]]))
    assert len(rows(place / "units.csv")) == 3


def test_the_only_area_of_a_home_is_its_default_and_a_second_one_is_not(home):
    assert files.parse_toml((made(home) / "area.toml").read_bytes(), "")["default"] is True
    assert "default" not in files.parse_toml((made(home, name="khac") / "area.toml").read_bytes(), "")
    assert files.default_area(home, ["vi-du", "khac"]) == "vi-du"


def test_a_person_at_a_terminal_is_asked_for_the_names_that_no_option_told():
    asked = []
    told = ask_names(Told(vi="huyện Ví Dụ"), words(), lambda text: asked.append(text) or "trả lời")
    assert asked == [say(f"new_area.{key}") for key in ("which_en", "which_peers", "which_peers_en")]
    assert told == Told("huyện Ví Dụ", "trả lời", "trả lời", "trả lời")


def test_names_and_code_may_be_told_by_options(home):
    table = put(home.parent / "2023-12-04.txt", TABLE)
    options = ["--name-vi", "huyện Ví Dụ", "--name-en", "Example", "--peers-vi", "huyện", "--peers-en", "districts"]
    assert call(home, "vi-du", table, *options, "--code", "100") == Exit.DONE
    toml = files.parse_toml((home / "config" / "vi-du" / "area.toml").read_bytes(), "")
    assert toml["name"] == {"vi": "huyện Ví Dụ", "en": "Example", "peers_vi": "huyện", "peers_en": "districts"}
    assert toml["code"] == "100"
    assert "code" not in [each["row"] for each in rows(home / "config" / "vi-du" / "review.csv")]


# -- what is refused, and leaves nothing -----------------------------------------------------------------------------

TWO = "A\tB\tTổng điểm\nAn Hòa\tÔng An\t70\nBình Thủy\tBà Bình\t65\nMỹ Luông\tÔng Mỹ\t81\n"


@pytest.mark.parametrize(
    ("text", "key", "fields"),
    [
        ("Tổng điểm\tĐạt\n70\tcó\n65\tcó\n81\tkhông\n", "no_units", {"headers": "Tổng điểm, Đạt"}),
        ("Xã An Hòa\t70\nXã Bình Thủy\t65\n", "no_header", {}),
        ("Xã\tĐiểm\n", "no_header", {}),
        ("chỉ có chữ\n", "no_header", {}),
        ("Chỉ tiêu\tXã A\tXã B\nMột\t70\t65\nHai\t9\t8\n", "turned", {"header": "Chỉ tiêu", "names": "Một, Hai"}),
        ("Chỉ tiêu\tA\nTổng điểm\t70\nSố hóa\t9\n", "turned", {"header": "Chỉ tiêu", "names": "Tổng điểm, Số hóa"}),
    ],
)
def test_a_file_without_a_table_of_units_is_refused_with_the_reason(text, key, fields, home, capsys):
    assert call(home, "vi-du", put(home.parent / "2023-12-04.txt", text)) == Exit.REFUSED
    assert capsys.readouterr().err.strip() == say(f"new_area.{key}", **fields)
    assert contents(home) == {}


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n1 0 obj", b"\x00\x01\x02"])
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(data, home, capsys):
    table = home.parent / "2023-12-04.pdf"
    table.write_bytes(data)
    assert call(home, "vi-du", table) == Exit.REFUSED
    assert capsys.readouterr().err.startswith("2023-12-04.pdf: ")
    assert contents(home) == {}


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".", "a b", "chợ-mới", "-a", "a-", "a--b", "a" * 200, "a\n"])
def test_a_name_that_is_no_safe_folder_is_refused(name, home, capsys):
    assert call(home, name, put(home.parent / "2023-12-04.txt", TABLE)) == Exit.WRONG_USAGE
    assert contents(home.parent) == {"2023-12-04.txt": TABLE.encode()}


@pytest.mark.parametrize("name", ["vi-du", "VI-DU", "wording", "all", "index-766", "Index-x", "con", "NUL", "com1"])
def test_a_folder_that_is_there_or_reserved_stays_as_it_is(name, home, capsys):
    put(home / "config" / "vi-du" / "x.txt", "của văn phòng")
    assert call(home, name, put(home.parent / "2023-12-04.txt", TABLE)) == Exit.WRONG_USAGE
    assert say("new_area.taken", name=name) in capsys.readouterr().err
    assert contents(home) == {"config/vi-du/x.txt": "của văn phòng".encode()}


def test_where_writing_fails_in_the_middle_nothing_is_left(home, monkeypatch):
    monkeypatch.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(OSError("the disk is full")))
    with pytest.raises(OSError, match="the disk is full"):
        made(home)
    assert contents(home) == {}


def test_two_columns_that_may_name_the_units_are_both_told_and_a_person_may_choose(home):
    place = made(home, TWO, index="index-766")
    (row,) = [each for each in rows(place / "review.csv") if each["value"] == "A → unit"]
    assert row["question"] == say("new_area.ask.one_of", others="B")
    chosen = made(home, TWO, "khac", unit_header="B", index="index-766")
    assert columns_of(chosen)["B"] == "unit"
    assert rows(chosen / "units.csv")[0]["name"] == "Ông An"


def test_two_units_of_one_name_are_told_as_a_fault_to_be_mended_in_the_files(home, capsys):
    table = put(home.parent / "2023-12-04.txt", TABLE.replace("Xã Bình Thủy", "Phường An Hòa"))
    assert call(home, "vi-du", table) == Exit.DONE
    said = capsys.readouterr().out
    assert say("new_area.faults", count=1) in said and "two units are called 'An Hòa'" in said
    assert len(rows(home / "config" / "vi-du" / "units.csv")) == 3


def test_a_table_that_its_own_configuration_refuses_is_told_with_the_cells(home, capsys):
    table = put(home.parent / "2023-12-04.txt", "Bảng ngày 11/12/2023\n" + TABLE)
    assert call(home, "vi-du", table) == Exit.DONE
    said = capsys.readouterr().out
    assert say("new_area.refused", count=1) in said and "11/12/2023" in said


# -- parts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("70,25", "text", layout.Figure(70.25, 2)),
        ("70.25%", "text", layout.Figure(70.25, 2, True)),
        ("1.746", "text", layout.Figure(1746, 0, False, True)),
        ("0.825", "text", layout.Figure(0.825, 3)),
        ("−0,3", "text", layout.Figure(-0.3, 1)),
        (0.925, "percent", layout.Figure(92.5, 1, True)),
        (12, "number", layout.Figure(12)),
        ("12 hồ sơ", "text", None),
        ("8,1/10", "text", layout.Figure(8.1, 1, most=10)),
        ("04/11", "text", None),
        (True, "boolean", None),
        ("", "empty", None),
    ],
)
def test_a_number_is_read_as_a_person_reads_it(value, kind, expected):
    assert layout.find_figure(value, kind) == expected


@pytest.mark.parametrize(
    ("names", "suffix"),
    [
        (["UBND xã A - tỉnh X", "UBND xã B - tỉnh X"], "tỉnh X"),
        (["xã A - tỉnh X"], ""),
        (["xã A - Y", "xã B - Z"], ""),
        (["xã A", "xã B"], ""),
        ([f"xã {n} - tỉnh X" for n in "ABCDEFGH"] + ["xã I", "xã K"], "tỉnh X"),
    ],
)
def test_what_stands_behind_most_names_is_their_suffix(names, suffix):
    assert units.find_suffix(names) == suffix


@pytest.mark.parametrize(
    ("codes", "code"),
    [(["H26.1", "H26.18"], "H26"), (["H26.1", "H27.1"], "TEN"), (["48", "96"], "TEN"), ([], "TEN")],
)
def test_the_area_has_the_code_that_those_of_its_units_begin_with(codes, code):
    assert units.find_area_code(codes, "ten") == code


def test_names_in_capitals_are_written_as_names_and_codes_are_each_another():
    kinds = {"commune": {"types": ["xã", "phường"], "together": False}, "office": {"types": [], "together": False}}
    listed = units.list_units(["XÃ LONG ĐIỀN A", "PHƯỜNG HÒA BÌNH", "XÃ HÒA BÌNH"], None, "", kinds)
    assert [(each.code, each.name, each.type) for each in listed] == [
        ("long-dien-a", "Long Điền A", "xã"),
        ("phuong-hoa-binh", "Hòa Bình", "phường"),
        ("xa-hoa-binh", "Hòa Bình", "xã"),
    ]


def test_the_template_of_the_document_is_a_fresh_one(home):
    fresh = runpy.run_path(str(PROJECT / "docs" / "report_template.py"))["template"]()
    assert (made(home) / "report.docx").read_bytes() == fresh


def test_two_columns_of_one_header_that_are_not_read_are_no_fault(home):
    doubled = "\n".join(f"{line}\t{n or 'Người nộp'}" for n, line in enumerate(TABLE.splitlines()))
    assert list(columns_of(made(home, doubled))) == ["Tên xã", "Tổng điểm", "Công khai, minh bạch (%)", "Người nộp"]


LONG = """\
unit_code,unit_name,group,metric,numerator,denominator,ratio,score,max_score
1.1,xã A,ALL,TOTAL,,,75.31,75.31,100
1.1,xã A,TDGQ,ON_TIME,9,10,90,18,20
1.2,xã B,ALL,TOTAL,,,65.31,65.31,100
1.2,xã B,TDGQ,ON_TIME,8,10,80,16,20
"""


def test_a_second_file_with_a_row_a_unit_and_indicator_is_a_form_of_its_own(home):
    main = put(home.parent / "2023-12-04.csv", "code,name,total\n1.1,xã A,75.31\n1.2,xã B,65.31\n")
    second = put(home.parent / "2023-12-04-chi-tiet.csv", LONG)
    made = make_area(home, "vi-du", [main, second], periods.cutoff("2023-12-04"), Told(), words(), "index-766")
    assert (made.faults, made.trial) == ([], [])
    assert columns_of(made.place, "columns-2.csv")["ratio"] == "value"
    assert [each["written"] for each in rows(made.place / "aliases.csv")] == ["ALL / TOTAL"]
    assert len(rows(made.place / "units.csv")) == 2


def test_a_file_name_adds_no_line_to_the_configuration(home):
    table = put(home.parent / "2023-12-04\ncode = 1.txt", TABLE)
    made = make_area(home, "vi-du", [table], periods.cutoff("2023-12-04"), Told(), words())
    assert made.faults == []
    assert "2023-12-04\ufffdcode = 1.txt" in (made.place / "area.toml").read_text("utf-8").splitlines()[0]
