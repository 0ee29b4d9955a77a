"""A report on another index speaks of that index and of its own kind of units, wherever it speaks; and of no other."""

import dataclasses
import html
import io
import json
import re
import zipfile

import pytest
from support import kinds, other_index
from support.district import words

from analysis.config import rules, units
from analysis.config.files import ConfigError
from analysis.gate import clean
from analysis.report import document, figures, headline, indexpage, letters, page, unitpage, workbook
from analysis.report.published_weeks import Published
from analysis.weeks import paths

# What reports on Decision 766 say of their index, its groups, its points and their units.
FOREIGN = re.compile(
    r"(?<!\d)766|/100|100 điểm|100 points|người dân, doanh nghiệp|Công khai|Số hóa|hài lòng|sở, ban|cấp xã|(?<!\w)xã(?!\w)"
)
CASES = [(80, "vi"), *(pytest.param(*case, marks=pytest.mark.long) for case in [(80, "en"), (1, "vi")])]


def made(maximum: int, lang: str):
    return kinds.made("another index of one point" if maximum == 1 else "another index of 80 points", lang)


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "\n", re.sub(r"data:[^\"')]+|<style.*?</style>", "", markup, flags=re.S)))


def office_text(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        names = [name for name in file.namelist() if name.endswith(".xml") and "theme" not in name]
        texts = [re.sub(r"<[^>]+>", "\n", file.read(name).decode()) for name in names]
    return html.unescape("\n".join(texts))


PIECES = (
    "head headline ranking correction letter mail_head mail_requests mail_note requests appendix standings data_note"
)


def products(edition, home) -> dict[str, str]:
    """The text of everything that a reader is given, by what it is."""
    pieces = [getattr(page, name)(edition).data for name in f"{PIECES} moved outlook week_rates provenance".split()]
    charts = [figures.lost_points(edition), *figures.heat(edition)]
    unit, day = edition.units["unit_code"].iat[2], str(other_index.LAST)
    totals = edition.tables["scores"].assign(cutoff=day, carried_by="", since="", kind="trust", change=0.1)
    totals = totals.assign(place=float("nan"), of=float("nan"))
    weeks = [Published(day, 1, (f"{day}/report.html",), 0)]
    sent = [f"{each.subject}\n{each.title}\n{plain(' '.join(each.pieces))}" for each in letters.unit_letters(edition)]
    return {
        "page": "\n".join(map(plain, pieces)),
        "charts": "\n".join(f"{chart.caption} {chart.alt}" for chart in charts),
        "unit": plain(" ".join(unitpage.page_pieces(edition, unit))) + unitpage.title(edition, unit),
        "letters": "\n".join(sent),
        "subject": f"{headline.subject(edition)}\n{headline.title(edition)}",
        "document": office_text(document.build_document(edition, home)),
        "workbook": office_text(workbook.build_workbook(edition)),
        "index": plain(indexpage.build_index(weeks, totals, edition.rules, edition.words)),
        "files": paths.saved_name(edition.rules.index["short"], edition.rules.area, day),
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("other")
    other_index.write(folder, 80)
    return folder


@pytest.mark.parametrize(("maximum", "lang"), CASES)
def test_nothing_that_a_reader_is_given_speaks_of_another_index_or_of_units_that_are_none(maximum, lang, home):
    edition = made(maximum, lang)
    pages = edition.tables["units"][["unit_code", "unit_name"]].assign(status="made", reason="")
    told = products(dataclasses.replace(edition, tables=edition.tables | {"pages": pages}), home)
    assert [
        (name, found[0], found.string[found.start() - 60 : found.end() + 40])
        for name, text in told.items()
        if (found := FOREIGN.search(text))
    ] == []
    of_index, within, kind = {
        "vi": ("Chỉ số cải cách bệnh viện", "Chỉ số cải cách", "bệnh viện"),
        "en": ("Hospital Reform Index", "the reform index", "trusts"),
    }[lang]
    assert told["subject"].startswith("PAR Bạch Mai" if lang == "vi" else "PAR Bach Mai")
    named = [name for name, text in told.items() if of_index in text]
    assert named == ["page", "unit", "letters", "subject", "document", "workbook", "index"]
    assert within in told["document"] and kind in told["page"] and told["files"] == "par-benh-vien-2025-11-30"
    own = edition.words.number(edition.district["total"])
    assert own[::-1].find("," if lang == "vi" else ".") == (2 if maximum == 80 else 4)  # as the table prints them
    assert (f"{own}/{maximum} điểm" if lang == "vi" else f"{own}/{maximum} points") in told["page"]


def test_thresholds_in_points_are_scaled_to_the_maximum_where_the_area_does_not_say_them_itself(tmp_path):
    other_index.write(tmp_path, 80)
    assert rules.load(tmp_path, other_index.AREA, other_index.LAST).settings["move"]["least_points"] == 0.8
    path = tmp_path / "config" / other_index.AREA / "area.toml"
    path.write_text(f"{path.read_text('utf-8')}\n[move]\nleast_points = 3\n", "utf-8")
    settings = rules.load(tmp_path, other_index.AREA, other_index.LAST).settings
    assert (settings["move"]["least_points"], settings["move"]["sigmas"]) == (3, 3.5)
    assert settings["step"]["size_points"] == 4.8  # 6 of 100


def test_an_index_without_index_toml_has_no_name_and_is_never_called_by_the_programs(tmp_path):
    other_index.write(tmp_path, 80, index="")
    held = rules.load(tmp_path, other_index.AREA, other_index.LAST)
    (warning,) = held.warnings
    assert warning.startswith("config/index-par/index.toml: not there; reports call it")
    said = held.worded(words("vi"))
    assert said.say("piece.title", area="A", period="B") == "Bộ chỉ số – A – B"
    assert said.say("piece.subject", period="B") == "Kết quả xếp loại các đơn vị theo bộ chỉ số, B"


FAULTS = [
    ("index-par/index.toml", "maximum = 80", "maximum = 90", "config/index-par/groups.csv: on 2020-01-01 the groups sum to 80 points, not 90"),
    ("index-par/index.toml", 'short = "PAR"\n', "", 'config/index-par/index.toml: short is missing; expected a text in quotation marks, such as "766"'),
    ("index-par/index.toml", "[name]", "[nam]", "config/index-par/index.toml: [nam] is not known; the nearest known key is [name]"),
    ("benh-vien/area.toml", '"index-par"', '"index-pra"', "config/index-pra/groups.csv: the file is missing"),
    ("benh-vien/area.toml", '"index-par"', '"../x"', 'config/benh-vien/area.toml: index_folder = "../x": expected a folder of config/ such as "index-dti"'),
    ("benh-vien/area.toml", '[kinds.trust]', '[kinds.a]\nvi = "x"\nen = "x"\n[kinds.trust]', "config/benh-vien/area.toml: [kinds] a, trust: only one kind may have no types"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "said"), FAULTS)
def test_a_fault_of_an_index_or_a_kind_is_named_with_its_file(name, old, new, said, tmp_path):
    other_index.write(tmp_path, 80)
    path = tmp_path / "config" / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(ConfigError) as refused:
        rules.load(tmp_path, other_index.AREA, other_index.LAST)
    assert said in str(refused.value)


@pytest.mark.long
def test_a_scope_without_indicators_is_scored_by_totals_alone_and_nothing_is_said_of_a_changed_reading():
    edition = other_index.edition(80, scope="", weeks=2)
    assert edition.rules.indicators.empty and edition.rules.reading_since == ""
    assert edition.tables["scores"]["rank"].notna().sum() == other_index.UNITS
    assert not edition.found("data")["text"].str.contains("quy đổi").any()


KINDS = {
    "commune": {"types": ["xã", "phường"], "together": False},
    "province": {"types": ["tỉnh", "thành phố"], "together": True},
    "department": {"types": [], "together": False},
}
NAMED = [
    ({"1": ("xã", "An Hòa"), "2": ("", "Sở Y tế")}, {"1": "commune", "2": "department"}),
    ({"1": ("", "tỉnh Gia Lai"), "2": ("", "Thành phố Huế")}, {"1": "province", "2": "province"}),
    ({"1": ("", "thành phố Long Xuyên"), "2": ("", "huyện Chợ Mới")}, {"1": "department", "2": "department"}),
    ({"1": ("", "Tỉnh đoàn"), "2": ("phường", "Tân An")}, {"1": "department", "2": "commune"}),
    ({"1": ("", "Xãđảo")}, {"1": "department"}),
]


@pytest.mark.parametrize(("named", "kinds_of"), NAMED)
def test_the_kind_of_a_unit_is_that_whose_type_stands_before_its_name(named, kinds_of):
    assert units.find_kinds(named, KINDS) == kinds_of


def test_where_no_kind_takes_all_other_units_a_unit_of_another_type_is_refused_by_name(tmp_path):
    other_index.write(tmp_path, 80)
    path = tmp_path / "config" / other_index.AREA / "area.toml"
    path.write_text(path.read_text("utf-8").replace("[kinds.trust]", '[kinds.trust]\ntypes = ["trạm"]'), "utf-8")
    (tmp_path / "table.json").write_text(list(other_index.tables(80).values())[-1], "utf-8")
    held = rules.load(tmp_path, other_index.AREA, other_index.LAST)
    problems = clean.gate([tmp_path / "table.json"], held, words("vi")).problems
    own = problems[problems["problem"] == words("vi").say("problem.no_kind", kinds="trust")]
    assert own["severity"].eq("error").all() and own["value"].iat[0] == "Bệnh viện A" and len(own) == other_index.UNITS


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("units,units", ["problem.unknown_top"]),
        ("units,units;,none", []),
        ("units,units;other,none", ["problem.unknown_top"]),
    ],
)
def test_figures_of_a_file_outside_its_lists_are_no_sheet_with_a_name(declared, said, tmp_path):
    other_index.write(tmp_path, 80)
    rows = [f"{each},,,2020-01-01,,a test" for each in declared.split(";")]
    head = "sheet,rows,period_vi,period_en,valid_from,valid_to,source"
    path = tmp_path / "config" / other_index.AREA / "sheets.csv"
    path.write_text("\n".join([head, *rows, ""]), "utf-8")
    units = json.loads(list(other_index.tables(80).values())[-1])
    (tmp_path / "table.json").write_text(json.dumps({"asked": "all", "count": 14, "units": units}), "utf-8")
    held = rules.load(tmp_path, other_index.AREA, other_index.LAST)
    problems = clean.gate([tmp_path / "table.json"], held, words("vi")).problems
    assert problems["problem"].tolist() == [words("vi").say(key) for key in said]
    assert problems["severity"].tolist() == ["warning"] * len(said)
