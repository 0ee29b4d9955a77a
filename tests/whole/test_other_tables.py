"""Tables of other offices as they come: in pages, of one point, without codes, once a year; by configuration alone.

The configuration is that of docs/layouts.md; the tables are small and their figures worked by hand.
"""

import dataclasses
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from support import kinds
from support.district import HOME, words
from support.example import home_of

from analysis.config import rules
from analysis.gate import clean, lines
from analysis.method import changes
from analysis.report import phrases, table_rows, unitpage
from analysis.report.names import Names
from analysis.run import gating
from analysis.weeks import history

DAY = date(2023, 12, 4)
HEAD = "header,field,kind,required,decimals,on_excess"
RANKED = f"""{HEAD}
Hạng,rank,count,no,0,refuse
Đơn vị,unit,text,yes,,refuse
Tổng điểm,total,score,yes,2,refuse
Chứng thực,CT,count,yes,0,refuse
"""
PAGES = '[[shape]]\nlayout = "pages"\n'


def gated(folder, blocks: dict[str, str], *tables: str):
    """What the gate makes of the tables, each a file, and the rules of that day."""
    home = home_of(blocks, folder)
    held = rules.load(home, "example", DAY)
    paths = [home / f"2023-12-04-{number}.csv" for number in range(1, len(tables) + 1)]
    for path, text in zip(paths, tables, strict=True):
        path.write_text(text, "utf-8")
    return clean.gate(paths, held, words("en")), held


def told(cleaned) -> list[str]:
    problems = cleaned.problems
    return [f"{each.file[11:-4]} {each.row}: {each.problem}" for each in problems.itertuples()]


# -- pages of one table ----------------------------------------------------------------------------------------------

FIRST = "Hạng,Đơn vị,Tổng điểm,Chứng thực\n3,Xã An Hòa,70.25,120\n2,Xã Bình Thủy,75.5,80\n"
SECOND = "Hạng,Đơn vị,Tổng điểm,Chứng thực\n1,Thị trấn Mỹ Luông,81,45\n,Toàn huyện,75,{sum}\n"
WITH_SUM = {"area.toml": f'control_rows = ["Toàn huyện"]\n{PAGES}', "columns.csv": RANKED}


def test_ranks_and_sums_of_a_table_in_pages_go_on_from_page_to_page(tmp_path):
    cleaned, _ = gated(tmp_path, WITH_SUM, FIRST, SECOND.format(sum=245))  # 120 + 80 + 45
    assert told(cleaned) == []
    sums = cleaned.controls[cleaned.controls["control"] == "sum"]
    assert sums[["indicator", "expected", "found"]].values.tolist() == [["CT", 245.0, 245.0]]


def test_a_sum_or_a_rank_that_is_wrong_among_all_pages_is_told_at_its_own_page(tmp_path):
    cleaned, _ = gated(tmp_path, WITH_SUM, FIRST.replace("3,Xã", "1,Xã"), SECOND.format(sum=246))
    assert sorted(told(cleaned)) == [
        "1 2: by its total this unit is in place 3",
        "2 3: the units add up to 245, the control row says 246",
    ]


# -- no codes --------------------------------------------------------------------------------------------------------

FROM_FILE = {
    "area.toml": 'units = "from-file"\n',
    "units.csv": "code,name,type,kind,valid_from,valid_to,successor_code,source\n",
    "columns.csv": f"{HEAD}\nSTT,other,text,no,,refuse\nĐơn vị,unit,text,yes,,refuse\nĐúng hạn,TD,percent,yes,1,refuse\n",
}
BLOCKS = "STT,Đơn vị,Đúng hạn\nI,Khối phòng,\n1,Phòng Nội vụ,92.5\nII,Khối xã,\n{line}1,Xã An Hòa,88\n"


def test_headings_of_blocks_are_known_where_the_table_itself_is_the_registry_and_has_no_codes(tmp_path):
    cleaned, _ = gated(tmp_path, FROM_FILE, BLOCKS.format(line=""))
    headings = cleaned.problems[cleaned.problems["problem"] == words("en").say(lines.SECTIONS)]
    assert headings["row"].tolist() == [2, 4]
    assert cleaned.units["unit_name"].tolist() == ["Phòng Nội vụ", "An Hòa"]


def test_a_line_among_them_that_may_be_a_unit_without_figures_is_refused(tmp_path):
    cleaned, _ = gated(tmp_path, FROM_FILE, BLOCKS.format(line="2,Phòng Tài chính,\n"))
    wrong = cleaned.problems[cleaned.problems["severity"] == "error"]
    assert wrong["row"].tolist() == [5] and cleaned.refused


# -- an index of one point -------------------------------------------------------------------------------------------

OF_ONE = {
    "area.toml": 'scope = ""\nindex_folder = "index-one"\n{more}',
    "index-one/index.toml": 'short = "D"\nmaximum = 1\n[name]\nvi = "D"\nen = "D"\n[within]\nvi = "d"\nen = "d"\n',
    "index-one/groups.csv": "group,name_vi,name_en,max_points,valid_from,valid_to,source\n"
    "A,A,A,0.4,2020-01-01,,x\nB,B,B,0.6,2020-01-01,,x\n",
    "index-one/indicators.csv": "indicator,group,scope,split,name_vi,name_en,unit,max_points,rule,full_at_pct,"
    "if_no_cases,valid_from,valid_to,source,nature\n",
    "index-one/bands.csv": "band,name_en,from_points,valid_from,valid_to,source\nTốt,Good,0.5,2020-01-01,,x\n"
    "Yếu,Weak,0,2020-01-01,,x\n",
    "columns.csv": f"{HEAD},scale\nĐơn vị,unit,text,yes,,refuse,\nA,A,points,yes,4,refuse,1\nB,B,points,yes,4,refuse,1\n"
    "Cả,total,score,yes,4,refuse,1\n",
}  # fmt: skip
# 0.4 × 0.9 + 0.6 × 0.8254 = 0.85524; 0.4 × 0.5 + 0.6 × 0.6001 = 0.56006; 0.4 × 0.1 + 0.6 × 0.2 = 0.16
PARTS = {"Xã An Hòa": "0.9,0.8254", "Xã Bình Thủy": "0.5,0.6001", "Thị trấn Mỹ Luông": "0.1,0.2"}


def of_one(more: str = "") -> dict[str, str]:
    return OF_ONE | {"area.toml": OF_ONE["area.toml"].format(more=more)}


@pytest.mark.parametrize(
    ("third", "said"),
    [
        ("0.1600", []),
        ("0.1610", ["1 of 3 totals are not the sum of the groups that the table prints; the furthest is Mỹ Luông: "
                    "it says 0.1610, its groups add up to 0.1600"]),
    ],
)  # fmt: skip
def test_totals_of_one_point_are_compared_and_told_with_the_decimals_they_have(third, said, tmp_path):
    totals = ["0.8552", "0.5601", third]
    table = "\n".join(f"{name},{parts},{total}" for (name, parts), total in zip(PARTS.items(), totals, strict=True))
    cleaned, held = gated(tmp_path, of_one(), f"Đơn vị,A,B,Cả\n{table}\n")
    assert cleaned.problems["problem"].tolist() == said
    agrees = gating.score_tables(cleaned, held)["reconciliation"]["agrees"]
    assert agrees.tolist() == [True, True, not said]


def test_a_computed_total_of_one_point_keeps_its_decimals(tmp_path):
    blocks = of_one('total = "computed"\n')
    blocks |= {"columns.csv": blocks["columns.csv"].replace("Cả,total,score,yes,4,refuse,1\n", "")}
    table = "\n".join(f"{name},{parts}" for name, parts in PARTS.items())
    cleaned, held = gated(tmp_path, blocks, f"Đơn vị,A,B\n{table}\n")
    assert gating.score_tables(cleaned, held)["scores"]["total"].tolist() == [0.8552, 0.5601, 0.16]


def test_what_rounding_alone_brings_is_judged_by_the_decimals_of_the_total(tmp_path):
    _, held = gated(tmp_path, of_one())
    assert held.settings["sum_tolerance_points"] == 0.0002
    blocks = of_one() | {"columns.csv": OF_ONE["columns.csv"].replace("Cả,total,score,yes,4", "Cả,total,score,yes,2")}
    assert gated(tmp_path / "two", blocks)[1].settings["sum_tolerance_points"] == 0.02
    blocks |= {"area.toml": of_one("sum_tolerance_points = 0.5\n")["area.toml"]}
    assert gated(tmp_path / "said", blocks)[1].settings["sum_tolerance_points"] == 0.5


def test_the_week_of_previous_totals_is_found_by_the_decimals_they_have():
    past = pd.DataFrame({"cutoff": ["2022-12-31", "2023-12-31"], "unit_code": "A", "total": [0.8552, 0.8561]})
    past = past.assign(carried_by="")
    table = pd.DataFrame({"unit_code": ["A"], "indicator": "PREVIOUS_TOTAL", "value": [0.8552]})
    source = pd.DataFrame({"cutoff": ["2024-12-31"], "previous_cutoff": [""]})
    assert changes.find_previous_totals(table, source, past, 4)[0] == "2022-12-31"
    assert changes.find_previous_totals(table, source, past, 2)[0] == "2023-12-31"  # both look the same


# -- once a year -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "years"),
    [
        ({}, True),  # the index of the program accumulates since the year began
        ({"area.toml": '[period]\naccumulates = "none"\n'}, False),
        ({"area.toml": '[period]\naccumulates = "month"\n'}, True),
        (of_one(), False),  # an index that says nothing of it
        (of_one() | {"index-one/index.toml": f'accumulates = "year"\n{OF_ONE["index-one/index.toml"]}'}, True),
        (of_one() | {"sheets.csv": "sheet,rows,period_vi,period_en,valid_from,valid_to,source,accumulates,kind\n"
                                   "a,units,,,2020-01-01,,x,year,\n"}, True),
    ],
)  # fmt: skip
def test_a_year_begins_a_new_series_only_where_something_accumulates(files, years, tmp_path):
    assert rules.beginnings(home_of(files, tmp_path), "example").years is years


def test_without_that_totals_of_two_years_are_compared():
    rows = pd.DataFrame({"cutoff": ["2022-12-31", "2023-12-31"], "unit_code": "A"})
    begun = pd.DataFrame({"unit_code": [], "day": []}, dtype=str)
    assert history.series(rows, begun, ["2020-01-01"], years=False).tolist() == ["2020-01-01"] * 2
    assert history.series(rows, begun, ["2020-01-01"]).tolist() == ["2022-01-01", "2023-01-01"]


def test_without_that_a_code_of_another_unit_is_found_over_the_years_too():
    named = pd.DataFrame(
        [
            ("2022-12-31", "A", "An"),
            ("2022-12-31", "B", "Bình"),
            ("2023-12-31", "A", "Bình"),
            ("2023-12-31", "B", "An"),
        ],
        columns=["cutoff", "unit_code", "unit_name"],
    )
    assert history.find_other_units(named).empty
    assert history.find_other_units(named, years=False)["day"].tolist() == ["2023-12-31", "2023-12-31"]


def test_without_that_rules_that_change_on_new_years_day_are_the_reason_and_not_the_year():
    scores = pd.DataFrame({"unit_code": ["A"], "total": [70.0]})
    known, since = pd.Series({"A": 69.0}), pd.Series({"A": "2023-01-01"})
    args = scores, known, "2022-12-31", since, ["2023-01-01"]
    assert changes.find_reasons(*args, years=False).tolist() == ["new_rules"]
    assert changes.find_reasons(*args).tolist() == ["new_year"]


@pytest.mark.parametrize(("weeks", "said"), [("", "4 December 2023"), ("weeks = true\n", "week 1 of December 2023")])
def test_a_cutoff_on_a_monday_is_called_by_its_week_only_where_the_index_has_weeks(weeks, said, tmp_path):
    index = {"index-one/index.toml": f"{weeks}{OF_ONE['index-one/index.toml']}"}
    _, held = gated(tmp_path, of_one() | index)
    assert said in held.worded(words("en")).period(DAY)
    assert "week 1 of December 2023" in rules.load(HOME, "cho-moi", DAY).worded(words("en")).period(DAY)


# -- what a page says of them ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nature", "said"),
    [
        ("", "Transparency: now 35.0%, below the target of 50%."),
        ("stock", "Transparency: now 35.0%; the target of 50% can be reached as soon as this is remedied."),
    ],
)
def test_only_a_state_is_said_to_be_mended_at_once(nature, said):
    held = rules.load(HOME, "cho-moi", DAY)
    held = dataclasses.replace(held, indicators=held.indicators.assign(nature=nature))
    names = Names(held, words("en"), pd.DataFrame(columns=["unit_code", "unit_name", "kind", "type"]))
    row = pd.Series({"indicator": "CKMB", "value": 35.0, "target": 50.0, "state": "possible", "by": "2023-12-31"})
    assert phrases.say_target(row, "", names) == said


@pytest.mark.long
@pytest.mark.parametrize(("kind", "named"), [("no total", ["Unit before:", "Unit after:"]), ("", ["Place above:"])])
def test_units_without_totals_are_not_called_higher_or_lower_in_rank(kind, named):
    edition = kinds.made(kind or "another index of 80 points", "en")
    pages = edition.tables["units"][["unit_code", "unit_name"]].assign(status="made", reason="")
    edition = dataclasses.replace(edition, tables=edition.tables | {"pages": pages})
    code = edition.units["unit_code"].iat[1]  # neither the first nor the last
    page = unitpage.first_screen(edition, code).data
    assert all(each in page for each in named) and ("Place above:" in page) is not bool(kind)


# -- a row for each indicator ----------------------------------------------------------------------------------------

LONG = {
    "columns.csv": f"{HEAD}\nĐơn vị,unit,text,yes,,refuse\nChỉ tiêu,indicator,text,yes,,refuse\n"
    "Tỷ lệ,value,percent,no,1,refuse\n{points}",
    "area.toml": "[targets]\nTD = 95\n",
}


def long_rules(folder, points: str = ""):
    blocks = LONG | {"columns.csv": LONG["columns.csv"].replace("{points}", points)}
    return rules.load(home_of(blocks, folder), "example", DAY)


def test_a_table_with_a_row_for_each_indicator_prints_the_indicators_of_its_scope_and_shows_them_as_its_form_says(
    tmp_path,
):
    held = long_rules(tmp_path)
    assert held.printed["field"].tolist() == ["CKMB", "TD", "DVCTT", "TT", "SH", "CT", "CT_LUYKE"]
    assert held.decimals["TD"] == 1 and not held.is_printed("TDGQ")


def test_with_points_it_prints_the_groups_too_and_a_form_with_columns_of_its_own_prints_those_alone(tmp_path):
    held = long_rules(tmp_path, "Điểm,published_points,points,no,2,refuse\n")
    assert held.is_printed("TDGQ") and "TDGQ" not in held.groups_not_printed
    gia_lai = rules.load(HOME, "gia-lai", date(2026, 10, 8))  # its second form has a row for each indicator
    assert gia_lai.printed["field"].tolist() == gia_lai.columns["field"][gia_lai.columns["kind"] == "points"].tolist()


def test_a_printed_part_that_is_no_group_is_a_figure_and_not_points(tmp_path):
    blocks = of_one() | {
        "area.toml": OF_ONE["area.toml"].format(more="").replace('scope = ""', 'scope = "mean"'),
        "index-one/indicators.csv": OF_ONE["index-one/indicators.csv"]
        + "C,A,mean,part,C,C,points,,none,,null,2020-01-01,,x,\n",
        "columns.csv": f"{HEAD},scale\nĐơn vị,unit,text,yes,,refuse,\nC,C,points,yes,2,refuse,\nCả,total,score,yes,4,refuse,1\n",
    }
    rows = "\n".join(f"{name},0.79,0.9" for name in PARTS)
    cleaned, held = gated(tmp_path, blocks, f"Đơn vị,C,Cả\n{rows}\n")
    units = cleaned.units.assign(kind="commune")
    edition = SimpleNamespace(rules=held, names=Names(held, words("en"), units), known={})
    (column,) = table_rows.printed_columns(edition)
    measured = cleaned.measurements[cleaned.measurements["indicator"] == "C"]
    assert column["code"] == "C" and measured[column["figure"]].tolist() == [0.79] * 3
