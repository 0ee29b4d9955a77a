"""Configuration is checked whole, and every fault names its file, row and value."""

import csv
import re
import shutil
from datetime import date

import pandas as pd
import pytest
from support.dated import enter_anew
from support.district import HOME, RAW, in_force, words
from support.sampled import sampled

from analysis.config import files, rules
from analysis.config.files import ConfigError
from analysis.gate import clean
from analysis.method import possible, week_rates

DAY = date(2023, 12, 4)


@pytest.fixture
def home(tmp_path):
    shutil.copytree(HOME / "config", tmp_path / "config")
    return tmp_path


def edit(home, name, old, new):
    path = home / "config" / name
    text = path.read_text("utf-8")
    assert old in text, "the test changes nothing"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_configuration_we_ship_is_without_fault():
    held = in_force()
    assert len(held.units) == 18
    assert held.groups["max_points"].sum() == 100
    assert list(held.bands["from_points"]) == [90, 80, 70, 50, 0]


FAULTS = [
    ("index-766/groups.csv", "Transparency,18,", "Transparency,17,", ["on 2022-06-23 the groups sum to 99 points, not 100"]),
    ("index-766/groups.csv", "Transparency,18,", "Transparency,x,", ["groups.csv row 2: max_points: 'x' is not valid"]),
    ("index-766/groups.csv", "TDGQ,", "CKMB,", ["groups.csv row 3: CKMB: the period from 2022-06-23 overlaps the one of row 2"]),
    ("index-766/groups.csv", "group,name_vi", "group,name", ["the columns are group, name,"]),
    ("index-766/indicators.csv", "percent,18,linear", "percent,18,square", ["indicators.csv row 2: rule: 'square' is not valid, expected one of linear, capped, none"]),
    ("index-766/indicators.csv", "percent,18,linear", "percent,19,linear", ["the printed indicators of CKMB sum to 19 points, not the group's 18"]),
    ("index-766/indicators.csv", "percent,6,capped", "percent,13,capped", ["the printed indicators of DVCTT sum to 13 points, more than the group's 12"]),
    ("index-766/indicators.csv", "SH,MDSH", "SH,XXXX", ["indicators.csv row 6: group: 'XXXX' is not known"]),
    ("index-766/indicators.csv", "0.18 points\",stock", "0.18 points\",store", ["indicators.csv row 2: nature: 'store' is not valid, expected one of flow, stock"]),
    ("index-766/indicators.csv", "of its own\",\n", "of its own\",flow\n", ["indicators.csv row 7: nature: a flow is a share of cases, in percent, not in count"]),
    ("index-766/indicators.csv", "source,nature", "source,natur", ["source, natur; expected indicator, group,", "source, nature (nature may be missing)"]),
    ("index-766/bands.csv", "Weak,0,", "Weak,10,", ["on 2022-06-23 no band begins at 0 points"]),
    ("cho-moi/units.csv", "thị trấn,commune,2023-04-10", "thị trấn,commune,2023-04-11", ["units.csv row 18: 30673: the period from 2023-04-11 leaves a gap after the one of row 17"]),
    ("cho-moi/units.csv", "thị trấn,commune,2023-04-10", "thị trấn,commune,2023-04-09", ["30673: the period from 2023-04-09 overlaps the one of row 17"]),
    ("cho-moi/units.csv", "30634,Kiến An", "30628,Kiến An", ["units.csv row 4: 30628: the period from 2022-06-23 overlaps the one of row 2"]),
    ("cho-moi/units.csv", "Hòa Bình", "HÒA  AN", ["on 2022-06-23 two units are called 'Hòa An'"]),
    ("cho-moi/units.csv", "2025-06-30", "2022-01-01", ["the period ends on 2022-01-01, before it begins"]),
    ("cho-moi/units.csv", "2025-06-30", "31/6/2025", ["units.csv row 2: valid_to: '31/6/2025' is not valid"]),
    ("cho-moi/aliases.csv", "TÂN MỸ,30643", "TÂN MỸ,30000", ["aliases.csv row 2: meant: '30000' is not known"]),
    ("cho-moi/aliases.csv", "ST T,STT", "ST T,SỐ", ["aliases.csv row 3: meant: 'SỐ' is not a header of columns.csv"]),
    ("cho-moi/columns.csv", "TD,percent", "TDD,percent", ["columns.csv row 9: field: 'TDD' is not known"]),
    ("cho-moi/columns.csv", "TD,percent", "TD,percents", ["columns.csv row 9: kind: 'percents' is not valid, expected one of text, score"]),
    ("cho-moi/columns.csv", "XẾP LOẠI,band", "đơn  vị,band", ["columns.csv row 5: header: 'đơn  vị' stands twice"]),
    ("cho-moi/columns.csv", "TD,percent", "CKMB,percent", ["columns.csv row 9: field: 'CKMB' stands twice"]),
    ("cho-moi/area.toml", "DVCTT = 50", "DVC = 50", ["area.toml: [targets] DVC: no such indicator"]),
    ("cho-moi/area.toml", 'code = "893"', 'code = "893"\nweak_bands = ["Kém"]', ["area.toml: weak_bands: 'Kém' is not a band"]),
    ("cho-moi/area.toml", 'code = "893"', "code = 893", ['area.toml: code = 893: expected a text in quotation marks, such as "893"']),
    ("cho-moi/area.toml", "DVCTT = 50", 'DVCTT = "50"', ['area.toml: [targets] DVCTT = "50": expected a number']),
    ("cho-moi/area.toml", "CHANGE = 0", "change = 0", ["area.toml: [marks_below] change: no such indicator"]),
    ("cho-moi/area.toml", 'units = "units.csv"', 'units = "other.csv"', ['area.toml: units = "other.csv": expected "units.csv" or "from-file"']),
    ("cho-moi/area.toml", 'scope = "printed"', 'scope = "x"', ["area.toml: scope: 'x' is not a scope of indicators.csv"]),
    ("cho-moi/province_rank.csv", "2023-12-04,7,11", "2023-12-04,,11", ["province_rank.csv row 2: rank: '' is not valid"]),
    ("cho-moi/province_rank.csv", "2023-12-04,7,11", "2023-12-04,12,11", ["province_rank.csv row 2: rank: 12 of 11 is no place"]),
    ("index-766/indicators.csv", "6,capped,50,null,2022-06-23,,\"Our", "6,capped,,null,2022-06-23,,\"Our", ["indicators.csv row 4: full_at_pct: the rule capped needs a number above 0"]),
    ("cho-moi/area.toml", 'accumulates = "year"', 'accumulates = "week"', ['area.toml: [period] accumulates = "week": expected "year" or "quarter" or "month" or "none", such as "year"']),
    ("cho-moi/area.toml", "certainty = ", "certain = ", ["area.toml: [period] certain is not known; the nearest known key is [period] certainty"]),
    ("index-766/bands.csv", "Fair,70,", "Fair,85,", ["bands.csv: on 2022-06-23 from_points is not falling"]),
    ("cho-moi/area.toml", 'CT = "CT_LUYKE"', 'CT = "CT_LK"', ["area.toml: [at_most] CT_LK: no such indicator"]),
    ("index-766/bands.csv", "Weak,0,", "Weak,,", ["bands.csv row 6: from_points: '' is not valid"]),
    ("cho-moi/units.csv", "xã,commune,2022", "xã,village,2022", ["units.csv row 4: kind: 'village' is not valid, expected one of commune, province, department, the [kinds] of area.toml"]),
    ("cho-moi/area.toml", "[name]", "[names]", ["area.toml: the table [name] is missing", "area.toml: [names] is not known; the nearest known key is [name]"]),
    ("cho-moi/area.toml", 'code = "893"', "code = ", ["area.toml line 3: "]),
    ("an-giang/sheets.csv", "year,commune", "week,commune", ["sheets.csv row 2: accumulates: 'week' is not valid, expected one of year, quarter, month, none"]),
    ("an-giang/sheets.csv", "year,commune", "year,communes", ["sheets.csv row 2: kind: 'communes' is not valid, expected one of commune, province, department, the [kinds] of area.toml"]),
    ("an-giang/sheets.csv", ",accumulates,kind", ",kind,accumulates", ["sheets.csv: the columns are sheet,", "accumulates, kind (accumulates, kind may be missing)"]),
    ("cho-moi/tasks.csv", "Một cửa huyện,leads", "Một cửa huyện,lead", ["tasks.csv row 10: role: 'lead' is not valid, expected one of leads, assists, urges"]),
    ("cho-moi/tasks.csv", "Phòng Tư pháp", "Phòng Tư Phá", ["tasks.csv row 13: department: 'Phòng Tư Phá' is not known; area.toml names Phòng Văn hóa – Thông tin, Bộ phận Một cửa huyện,"]),
    ("cho-moi/tasks.csv", "CKMB DVCTT TT", "CKMB DVC TT", ["tasks.csv row 9: indicators: 'DVC' is not known"]),
    ("cho-moi/tasks.csv", "thực hiện chứng thực bản sao điện tử từ bản chính.", "", ["tasks.csv row 13: text_vi: '' is not valid"]),
    ("cho-moi/tasks.csv", "dung-han,", "so-hoa,", ["tasks.csv row 12: so-hoa: the period from 2023-12-04 overlaps the one of row 10"]),
    ("cho-moi/tasks.csv", ",role,", ",rôle,", ["tasks.csv: the columns are code, department, rôle,"]),
    ("cho-moi/area.toml", "[[departments]]", "[[department]]", ["area.toml: department is not known; the nearest known key is [[departments]]"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    sampled([pytest.param(*fault, id=f"{fault[0]}: {fault[2]}") for fault in FAULTS], 16, long=len(FAULTS)),
)
def test_a_fault_is_named_with_file_row_and_value(home, name, old, new, said):
    edit(home, name, old, new)
    with pytest.raises(ConfigError) as refused:
        rules.load(home, "an-giang" if name.startswith("an-giang") else "cho-moi", DAY)
    assert all(each in str(refused.value) for each in said), refused.value
    assert f"config/{name}" in str(refused.value)


def test_a_table_that_a_caller_changes_is_whole_for_the_next_one_and_its_faults_are_told_each_time():
    data, told = b"group,name_vi,name_en,max_points,valid_from,valid_to,source\nCKMB,a,a,x,,,a\n", []
    for _ in range(2):
        faults = []
        table = files.table("cho-moi", "index/groups.csv", data, faults)
        told.append((table.to_csv(), faults))
        table.iloc[:, 0] = "changed"
        faults.append("changed")
    assert told[0][0] == told[1][0] and told[0][1][:-1] == told[1][1][:-1] != []


def test_all_faults_are_told_at_once(home):
    edit(home, "index-766/groups.csv", "Transparency,18,", "Transparency,17,")
    edit(home, "cho-moi/aliases.csv", "TÂN MỸ,30643", "TÂN MỸ,30000")
    with pytest.raises(ConfigError, match=r"(?s)groups sum to 99.*'30000' is not known"):
        rules.load(home, "cho-moi", DAY)


def test_where_the_programs_own_file_was_read_that_is_said_with_the_faults(home):
    (home / "config" / "index-766" / "indicators.csv").unlink()
    edit(home, "index-766/groups.csv", "CKMB,", "CKM,")
    with pytest.raises(ConfigError) as refused:
        rules.load(home, "cho-moi", DAY)
    said = str(refused.value)
    assert "config/index-766/indicators.csv row 2: group: 'CKMB' is not known" in said
    assert "config/index-766/indicators.csv: not there; the program's own was read in its place" in said


def test_a_missing_file_and_an_unknown_area_are_named(home):
    (home / "config" / "cho-moi" / "columns.csv").unlink()
    with pytest.raises(ConfigError, match=r"config/cho-moi/columns\.csv: the file is missing"):
        rules.load(home, "cho-moi", DAY)
    with pytest.raises(ConfigError, match=r"area 'cho-mo' is not configured.*there are: an-giang, cho-moi, gia-lai"):
        rules.load(home, "cho-mo", DAY)


def test_every_indicator_is_a_flow_a_stock_or_neither(home):
    held = {nature: set(rows["indicator"]) for nature, rows in in_force().indicators.groupby("nature")}
    assert held == {"flow": {"TD", "DVCTT", "TT", "SH"}, "stock": {"CKMB"}, "": {"CT", "CT_LUYKE"}}
    portal = rules.load(home, "gia-lai", date(2026, 10, 8)).indicators
    assert portal["nature"].value_counts().to_dict() == {"flow": 11, "stock": 6, "": 7}


def test_an_offices_own_indicators_may_lack_the_nature_of_each(home):
    """Its file is older than the column."""
    path, before = home / "config" / "index-766" / "indicators.csv", rules.load(home, "cho-moi", DAY).indicators
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join(line.rpartition(",")[0] for line in lines), encoding="utf-8")
    held = rules.load(home, "cho-moi", DAY).indicators
    assert held.equals(before.assign(nature="")) and (before["nature"] != "").any()


# -- since when figures accumulate -----------------------------------------------------------------------------------

OCTOBER = date(2025, 10, 31)
UNITS = pd.DataFrame([("H01.101", "commune"), ("H01.13", "department")], columns=["unit_code", "kind"])
SHIPPED = {"H01.101": "year", "H01.13": "month", "H01": "year"}


def an_giang(home, *edits) -> dict[str, str]:
    for old, new in edits:
        edit(home, "an-giang/sheets.csv", old, new)
    return rules.load(home, "an-giang", OCTOBER).accumulates(UNITS)


def test_each_unit_accumulates_as_the_sheet_of_its_kind_says_and_the_areas_row_as_its_own_sheet(home):
    assert an_giang(home) == SHIPPED
    edit(home, "an-giang/sheets.csv", 'the year",year,\n', 'the year",quarter,\n')
    assert an_giang(home) == SHIPPED | {"H01": "quarter"}


def test_what_no_sheet_says_the_area_says_and_what_the_area_does_not_say_the_index(home):
    an_giang(home, ('the month",month,department', 'the month",,department'), ('the year",year,\n', 'the year",,\n'))
    edit(home, "an-giang/area.toml", "[name]", '[period]\naccumulates = "quarter"\n[name]')
    assert an_giang(home) == {"H01.101": "year", "H01.13": "quarter", "H01": "quarter"}
    edit(home, "an-giang/area.toml", 'accumulates = "quarter"', "")
    assert an_giang(home) == dict.fromkeys(SHIPPED, "year")


def test_a_sheet_that_holds_every_kind_says_it_of_all_and_of_the_areas_row_among_them(home):
    (home / "config" / "an-giang" / "sheets.csv").write_text(
        "sheet,rows,period_vi,period_en,valid_from,valid_to,source,accumulates\nTất cả,units,,,2025-01-01,,x,month\n",
        "utf-8",
    )
    assert an_giang(home) == dict.fromkeys(SHIPPED, "month")


def test_an_offices_own_sheets_may_lack_the_columns(home):
    path = home / "config" / "an-giang" / "sheets.csv"
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join(line.rsplit(",", 2)[0] for line in lines), encoding="utf-8")
    held = rules.load(home, "an-giang", OCTOBER).sheets
    assert held["accumulates"].eq("").all() and held["kind"].eq("").all()
    assert an_giang(home) == dict.fromkeys(SHIPPED, "year")


def test_sheets_that_disagree_about_units_of_one_kind_are_a_fault(home):
    edit(home, "an-giang/sheets.csv", "year,commune", "year,")
    with pytest.raises(ConfigError) as refused:
        rules.load(home, "an-giang", OCTOBER)
    assert str(refused.value) == (
        "config/an-giang/sheets.csv: on 2025-07-01 accumulates: year, month for units of the kind department;"
        " say in kind which units a sheet holds"
    )


def test_figures_of_an_index_with_other_groups_do_not_accumulate_unless_the_area_says_so(home):
    edit(home, "gia-lai/area.toml", 'accumulates = "year"', "")
    day, units = date(2026, 10, 8), pd.DataFrame({"unit_code": ["H21.1"], "kind": ["commune"]})
    assert rules.load(home, "gia-lai", day).accumulates(units) == {"H21.1": "year", "H21": "year"}
    edit(home, "index-766/index.toml", '"MDSH"]', '"MDSH", "X"]')
    assert rules.load(home, "gia-lai", day).accumulates(units) == {"H21.1": "none", "H21": "none"}
    edit(home, "gia-lai/area.toml", "[period]", '[period]\naccumulates = "quarter"')
    assert rules.load(home, "gia-lai", day).accumulates(units) == {"H21.1": "quarter", "H21": "quarter"}


def test_the_areas_we_ship_say_since_when_their_figures_accumulate_and_how_sure_that_is():
    for area, day in (("cho-moi", DAY), ("gia-lai", date(2026, 10, 8))):
        period = rules.load(HOME, area, day).settings["period"]
        assert period["accumulates"] == "year" and period["certainty"]


def test_the_words_are_those_that_the_method_knows():
    assert files.PERIODS == week_rates.PERIODS and set(files.ALLOWED["nature"]) == {possible.FLOW, possible.STOCK}


def test_after_the_merger_of_2025_the_district_has_no_unit_left(home):
    assert len(rules.load(home, "cho-moi", date(2025, 6, 30)).units) == 18
    with pytest.raises(ConfigError, match="no unit is registered on 2025-07-01"):
        rules.load(home, "cho-moi", date(2025, 7, 1))


def test_a_file_in_a_legacy_encoding_is_named(home):
    (home / "config" / "cho-moi" / "aliases.csv").write_bytes(
        "what,written,meant,reason\nunit,Tân Mỹ,30643,x".encode("cp1258", "replace")
    )
    with pytest.raises(ConfigError, match=r"config/cho-moi/aliases\.csv line 2: not written in UTF-8; save"):
        rules.load(home, "cho-moi", DAY)


def test_rules_are_cut_to_the_cutoffs_date(home):
    old = "Trung bình,Average,50,2022-06-23,,"
    edit(
        home,
        "index-766/bands.csv",
        old,
        "Trung bình,Average,50,2022-06-23,2023-12-31,x\nTrung bình,Average,55,2024-01-01,,",
    )
    limits = {
        day: rules.load(home, "cho-moi", day).bands.set_index("band")["from_points"]["Trung bình"]
        for day in (date(2023, 12, 31), date(2024, 1, 1))
    }
    assert limits == {date(2023, 12, 31): 50, date(2024, 1, 1): 55}


def test_what_is_remembered_of_the_rules_is_what_the_files_hold(home):
    before = rules.load(home, "cho-moi", DAY)
    assert rules.load(home, "cho-moi", DAY) is before
    edit(home, "defaults.toml", "rose_most = ", "rose_most = 1")
    assert rules.load(home, "cho-moi", DAY).settings["rose_most"] != before.settings["rose_most"]
    edit(home, "index-766/bands.csv", "Weak,0,", "Weak,10,")
    with pytest.raises(ConfigError, match="no band begins at 0 points"):
        rules.load(home, "cho-moi", DAY)


# -- where a series begins, and what else is compared ----------------------------------------------------------------

FIRST, LAST, THEN = "2022-06-23", "2023-11-14", "2023-11-15"
OLD = ("1", "Hội An", "xã", "commune", FIRST, LAST, "")
OTHER = ("2", "Hòa Bình", "xã", "commune", FIRST, "", "")


def registry(*rows):
    columns = ["code", "name", "type", "kind", "valid_from", "valid_to", "successor_code", "cluster"]
    frame = pd.DataFrame([(*row, "")[: len(columns)] for row in rows], columns=columns)
    return frame.assign(**{name: pd.to_datetime(frame[name].replace("", None)) for name in ("valid_from", "valid_to")})


@pytest.mark.parametrize(
    ("rows", "begun"),
    [
        ([OLD, ("1", "Hội An", "thị trấn", "commune", THEN, "", "")], ""),  # another type
        ([OLD, ("1", "Hội An", "xã", "commune", THEN, "", "", "Cụm 1")], ""),  # another cluster
        ([OLD, ("1", "Hội An", "xã", "commune", THEN, "", "", "Cụm 1"), ("3", "Mới", "xã", "commune", THEN, "", "")], "3"),
        ([OLD, ("1", "Tân An", "xã", "commune", THEN, "", "")], ""),  # another name
        ([(*OLD[:6], "1"), ("1", "Tân An", "xã", "commune", THEN, "", "")], ""),  # its successor is itself
        ([OLD, ("1", "Hội An", "xã", "commune", THEN, "", "")], "1"),  # the same row anew: its places are others
        ([("1", "Hội An", "xã", "commune", FIRST, "", ""), (*OTHER[:5], LAST, "1")], "1"),  # 2 goes into 1
        ([OLD, ("1", "Tân An", "xã", "commune", THEN, "", ""), (*OTHER[:5], LAST, "1")], "1"),  # under another name
        ([(*OLD[:6], "3"), (*OTHER[:5], LAST, "3"), ("3", "Tân An", "xã", "commune", THEN, "", "")], "3"),  # a new code
        ([(*OLD[:6], "2"), ("1", "Long An", "xã", "commune", THEN, "", "")], "12"),  # 1 is the code of another one
        ([OLD, ("1", "Tân An", "xã", "commune", THEN, "", ""), ("3", "Hòa An", "xã", "commune", THEN, "", "")], "13"),  # divided
        ([OLD, ("1", "Tân An", "xã", "commune", THEN, "", ""), ("3", "Sở Y tế", "", "department", THEN, "", "")], "3"),
        ([OLD, ("1", "Hội An", "xã", "department", THEN, "", "")], "1"),  # it is ranked among others
        ([OLD, ("1", "Hội An", "xã", "department", THEN, "", "", "Cụm 1")], "1"),
    ],
)  # fmt: skip
def test_a_unit_is_its_code_and_its_places_and_not_its_name_or_type(rows, begun):
    held = registry(*rows, *([] if any(row[0] == "2" for row in rows) else [OTHER]))
    found = rules.find_arrangements(held).query("day != @FIRST")
    assert set(found["unit_code"]) == set(begun) and set(found["day"]) <= {THEN}


BANDS, INDICATORS = "index-766/bands.csv", "index-766/indicators.csv"


@pytest.mark.parametrize(
    ("name", "row", "values", "bands", "reading"),
    sampled(
        [
            (BANDS, "Trung bình", {"from_points": "55"}, THEN, FIRST),
            (BANDS, "Yếu", {"band": "Kém"}, THEN, FIRST),
            (BANDS, "Yếu", {"name_en": "Poor"}, FIRST, FIRST),
            (BANDS, "Yếu", {}, FIRST, FIRST),  # closed and entered anew: nothing is another
            (INDICATORS, "TT,TTTT,printed", {"max_points": "8"}, FIRST, THEN),
            (INDICATORS, "DVCTT,DVCTT,printed", {"full_at_pct": "60"}, FIRST, THEN),
            (INDICATORS, "DVCTT,DVCTT,printed", {"rule": "linear"}, FIRST, THEN),
            (INDICATORS, "TT,TTTT,printed", {"name_vi": "Thanh toán", "nature": ""}, FIRST, FIRST),
            (INDICATORS, "CT,MDSH,printed", {"group": "TTTT"}, FIRST, FIRST),  # it earns no points
            (INDICATORS, "DOSSIER_PAID_ONLINE", {"max_points": "5"}, FIRST, FIRST),  # of other tables
        ],
        4,
        long=6,
    ),
)
def test_since_when_the_limits_of_bands_and_our_reading_are_what_they_are(home, name, row, values, bands, reading):
    enter_anew(home / "config" / name, row, THEN, **values)
    before, now = (rules.load(home, "cho-moi", date.fromisoformat(day)) for day in (LAST, "2023-12-04"))
    assert (before.bands_since, before.reading_since) == (FIRST, FIRST)
    assert (now.bands_since, now.reading_since) == (bands, reading)


@pytest.mark.parametrize(
    ("row", "values", "changed"),
    [
        ("TT,TTTT,printed", {"max_points": "8"}, {"TT": THEN}),
        ("TT,TTTT,printed", {"nature": ""}, {"TT": THEN}),
        ("CT,MDSH,printed", {"group": "TTTT"}, {"CT": THEN}),
        ("TT,TTTT,printed", {"name_vi": "Thanh toán"}, {}),
        ("TT,TTTT,printed", {}, {}),  # closed and entered anew
        ("DOSSIER_PAID_ONLINE", {"max_points": "5"}, {}),  # of other tables
    ],
)
def test_since_when_the_row_of_an_indicator_says_something_else(home, row, values, changed):
    enter_anew(home / "config" / INDICATORS, row, THEN, **values)
    assert rules.find_changed_indicators(home, "cho-moi", date.fromisoformat(THEN)) == changed
    assert rules.find_changed_indicators(home, "cho-moi", date.fromisoformat(LAST)) == {}


def test_a_unit_that_is_not_there_any_more_has_gone_into_another_one(home):
    heirs = rules.find_heirs(home, "cho-moi", date(2025, 7, 1))
    assert (heirs["30634"], heirs["30637"], len(heirs)) == ("30628", "30658", 18 - 6)  # six codes go on
    assert "30628" not in heirs
    assert rules.find_heirs(home, "cho-moi", date(2023, 12, 4)) == {}


def test_a_band_that_ends_without_another_changes_the_bands_on_the_day_after(home):
    edit(home, BANDS, "Good,80,2022-06-23,,", f"Good,80,2022-06-23,{LAST},")
    assert rules.load(home, "cho-moi", DAY).bands_since == THEN


# -- columns of the table ---------------------------------------------------------------------------------------------


def lay_out(home, *rows, **declared):
    """Chợ Mới's columns.csv with the later columns; ``declared``: scale,signs,valid_from,valid_to by field."""
    path = home / "config" / "cho-moi" / "columns.csv"
    head, *lines = path.read_text("utf-8").splitlines()
    fields = [next(csv.reader([line]))[1] for line in lines]
    lines = [f"{line},{declared.get(name, ',,,')}" for name, line in zip(fields, lines, strict=True)]
    path.write_text("\n".join([f"{head},scale,signs,valid_from,valid_to", *lines, *rows]) + "\n", "utf-8")
    return home


def fields_on(home, day):
    return dict(rules.load(home, "cho-moi", day).columns[["field", "header"]].itertuples(index=False, name=None))


def test_a_column_is_of_the_table_from_its_first_day_to_its_last(home):
    lay_out(home, CT_LUYKE=",,2024-01-01,", TT=",,,2023-12-31")
    before, after = fields_on(home, date(2023, 12, 31)), fields_on(home, date(2024, 1, 1))
    assert set(before) - set(after) == {"TT"} and set(after) - set(before) == {"CT_LUYKE"}
    assert len(before) == 13  # the others have no days, and are always there


def test_a_field_may_have_another_header_from_a_day_on_and_a_header_another_field(home):
    later = "THANH TOÁN TRỰC TUYẾN,DVCTT,percent,yes,1,refuse,,,2024-01-01,"
    other = "DỊCH VỤ TRỰC TUYẾN / THANH TOÁN TRỰC TUYẾN,CKMB,percent,yes,1,refuse,,,2024-01-01,"
    lay_out(home, later, other, DVCTT=",,,2023-12-31", TT=",,,2023-12-31", CKMB=",,,2023-12-31")
    assert fields_on(home, DAY)["DVCTT"] == "DỊCH VỤ TRỰC TUYẾN / DVCTT"
    after = fields_on(home, date(2024, 1, 1))
    assert after["DVCTT"] == "THANH TOÁN TRỰC TUYẾN"
    assert after["CKMB"] == "DỊCH VỤ TRỰC TUYẾN / THANH TOÁN TRỰC TUYẾN" and "TT" not in after


def test_a_new_required_column_is_not_missed_in_an_old_weeks_table(home):
    lay_out(home, "TỔNG HỒ SƠ,SH,percent,yes,1,refuse,,,2024-01-01,", SH=",,,2023-12-31")
    for day, missing in ((DAY, 0), (date(2024, 1, 1), 1)):
        held = rules.load(home, "cho-moi", day)
        cleaned = clean.gate(RAW, held, words("en"))
        assert cleaned.problems["problem"].eq(words("en").say("problem.missing_column")).sum() == missing


COLUMN_FAULTS = [
    ({"TD": ",,2024-01-01,2023-12-31"}, (), "row 9: valid_to: the period ends before it begins"),
    ({}, ("TỔNG,TD,percent,no,1,refuse,,,2024-01-01,",), "row 16: field: 'TD' stands twice"),
    ({"TD": ",,,2024-01-01"}, ("TỔNG,TD,percent,no,1,refuse,,,2024-01-01,",), "row 16: field: 'TD' stands twice"),
    ({}, ("Xếp  loại,other,text,no,,refuse,,,2024-01-01,",), "row 16: header: 'Xếp  loại' stands twice"),
    ({"TD": "0,,,"}, (), "row 9: scale: expected a number above 0, and no column of texts or counts"),
    ({"TD": "-1,,,"}, (), "row 9: scale: expected a number above 0"),
    ({"CT": "1,,,"}, (), "row 13: scale: expected a number above 0, and no column of texts or counts"),
    ({"unit": "1,,,"}, (), "row 3: scale: expected a number above 0"),
    ({"TD": "ten,,,"}, (), "row 9: scale: 'ten' is not valid"),
    ({"band": ",điểm,,"}, (), "row 5: signs: expected words behind the numbers of a column"),
    ({"CT": ",bộ 2,,"}, (), "row 13: signs: expected words behind the numbers of a column, without digits"),
    ({"TD": ",,2024,"}, (), "row 9: valid_from: '2024' is not valid"),
    ({}, ("MỚI,other,text,no,11,refuse,,,,",), "row 16: decimals: expected a whole number from 0 to 10"),
    ({}, ("MỚI,other,text,no,1.5,refuse,,,,",), "row 16: decimals: expected a whole number from 0 to 10"),
    ({}, ("MỚI,other,text,no,-1,refuse,,,,",), "row 16: decimals: expected a whole number from 0 to 10"),
]


@pytest.mark.parametrize(("declared", "rows", "said"), sampled(COLUMN_FAULTS, 5, long=len(COLUMN_FAULTS)))
def test_a_layout_that_cannot_be_is_a_fault_of_its_row(home, declared, rows, said):
    lay_out(home, *rows, **declared)
    with pytest.raises(ConfigError, match=re.escape(f"config/cho-moi/columns.csv {said}")):
        rules.load(home, "cho-moi", DAY)


def test_a_header_with_per_cent_and_one_without_are_two_columns(home):
    lay_out(home, '"CÔNG KHAI, MINH BẠCH",other,text,no,,refuse,,,,')
    assert len(rules.load(home, "cho-moi", DAY).columns) == 15


def test_a_day_without_any_column_is_a_fault(home):
    path = home / "config" / "cho-moi" / "columns.csv"
    lay_out(home)
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([lines[0], *(f"{line}2023-12-05" for line in lines[1:])]), "utf-8")
    rules.load(home, "cho-moi", date(2023, 12, 5))
    with pytest.raises(ConfigError, match=r"columns\.csv: no column is in force on 2023-12-06"):
        rules.load(home, "cho-moi", date(2023, 12, 6))


@pytest.mark.parametrize(
    ("field", "scale", "shown"),
    # percentages of two decimals: on the scale 1 they are whole, on 10 they have one, on 1000 three
    sampled(
        [("TD", "", 2), ("TD", "100", 2), ("TD", "1", 0), ("TD", "10", 1), ("TD", "1000", 3), ("total", "1", 0)],
        3,
        long=3,
    ),
)
def test_a_figure_is_shown_with_the_decimals_that_it_has_after_scaling(home, field, scale, shown):
    assert rules.load(lay_out(home, **{field: f"{scale},,,"}), "cho-moi", DAY).decimals[field] == shown


def test_the_most_of_a_total_is_the_sum_of_the_groups_in_force(home):
    maxima = rules.load(home, "cho-moi", DAY).maxima
    assert (maxima["TOTAL"], maxima["CKMB"], maxima["TD"]) == (100, 18, 20)


@pytest.mark.parametrize(
    ("table", "said"),
    sampled(
        [
            (
                '[[balances]]\ntotal = "CTT"\nparts = ["CT"]',
                "[[balances]] number 1: total: 'CTT' is no column of figures",
            ),
            (
                '[[balances]]\ntotal = "CT"\nparts = ["unit"]',
                "[[balances]] number 1: parts: 'unit' is no column of figures",
            ),
            ('[[balances]]\ntotal = "CT"\nparts = ["CT"]', "[[balances]] number 1: a column stands twice"),
            ('[[balances]]\ntotal = "CT"\nparts = []', "[[balances]] number 1: parts = []: expected"),
            ('[[shares]]\nrate = "TD"\npart = "CT"\nof = "X"', "[[shares]] number 1: of: 'X' is no column of figures"),
            ('[[shares]]\nrate = "TD"\npart = "CT"', "[[shares]] number 1: of is missing"),
        ],
        3,
        long=3,
    ),
)
def test_what_must_add_up_is_of_known_columns(home, table, said):
    path = home / "config" / "cho-moi" / "area.toml"
    path.write_text(f"{path.read_text('utf-8')}\n{table}\n", "utf-8")
    with pytest.raises(ConfigError, match=re.escape(f"config/cho-moi/area.toml: {said}")):
        rules.load(home, "cho-moi", DAY)
