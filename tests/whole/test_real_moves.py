"""What the report says of real tables of 2025 and 2026: which moves it names, and what it does not claim to know.

Expected figures were read in the tables by hand: differences of the points that two tables print.
"""

import functools
import html
import re

import pandas as pd
import pytest
from support import real
from support.district import say, words
from support.stored import stored

from analysis.report import asks, headline, page, parts, sentences, unitpage
from analysis.tables import NOT_ITEMISED

pytestmark = pytest.mark.skipif(not real.REAL.is_dir(), reason=real.MISSING)

GROUPS = ["CKMB", "TDGQ", "DVCTT", "TTTT", "MDHL", "MDSH"]


@functools.cache
@stored
def editions(name: str):
    if name == "gia-lai":
        return real.editions(name, {day: real.GIA_LAI / f"communes_{day}.csv" for day in real.DAYS})
    if name == "an-giang":
        return real.editions(name, {"2025-10-31": real.AN_GIANG})
    folder = real.REAL / name
    return real.editions(name, {path.stem: path for path in sorted(folder.glob("20*.json"))}, folder / "config")


def newest(name: str):
    return list(editions(name).values())[-1]


def marked(edition) -> pd.DataFrame:
    moves = edition.tables["moves"]
    return moves[moves["marked"]].assign(unit=moves["unit_code"].map(edition.names.unit))


def of_groups(edition) -> pd.DataFrame:
    return marked(edition).query("indicator in @GROUPS")


def found(edition, name: str) -> list[str]:
    return edition.found(name)["text"].tolist()


def told(edition) -> str:
    """Every text of the report and of all findings."""
    lines = [*headline.minute_lines(edition), *sentences.result_lines(edition), *sentences.trend_lines(edition)]
    lines += [text for row in asks.request_rows(edition) for text in row["texts"]]
    return "\n".join([*lines, *sentences.data_lines(edition), *edition.tables["findings"]["text"]])


# -- 34 provinces, 6 and 10 October 2026 -----------------------------------------------------------------------------


def test_of_34_provinces_three_moved_out_of_the_ordinary_by_four_groups():
    edition = newest("tinh-766-2026")
    assert len(edition.units) == 34
    moves = of_groups(edition).set_index(["unit", "indicator"])["move"].to_dict()
    assert moves == {
        ("tỉnh Khánh Hòa", "CKMB"): 8.0,  # 6 → 14
        ("tỉnh Quảng Trị", "CKMB"): 3.52,  # 8 → 11.52
        ("tỉnh Quảng Trị", "DVCTT"): -1.88,  # 8.85 → 6.97
        ("tỉnh Hưng Yên", "CKMB"): 2.0,  # 6 → 8
    }


def test_the_totals_of_the_same_three_provinces_are_marked_and_no_other_rise_is_named():
    edition = newest("tinh-766-2026")
    totals = marked(edition).query("indicator == 'CHANGE'").set_index("unit")["move"].to_dict()
    assert totals == {"tỉnh Khánh Hòa": 8.46, "tỉnh Hưng Yên": 2.45, "tỉnh Quảng Trị": 1.91}
    assert (edition.units["change"] > 0).sum() == 30 and (edition.units["change"] < 0).sum() == 1
    assert len(marked(edition)) == 7 and not found(edition, "fell")


def test_the_fall_of_quang_tri_that_its_rise_hides_is_told_in_the_first_minute():
    edition = newest("tinh-766-2026")
    fall = "Tỉnh Quảng Trị: cung cấp dịch vụ công trực tuyến giảm 1,88 điểm"
    assert any(text.startswith(fall) for text in found(edition, "move"))
    minute = "\n".join(headline.minute_lines(edition))
    assert fall in minute and say("piece.none_fell_marked") in minute  # no total fell so


def test_the_step_of_khanh_hoa_is_told_as_one_of_transparency_though_not_of_satisfaction():
    edition = newest("tinh-766-2026")
    points = [each.tables["points"] for each in editions("tinh-766-2026").values()]
    its = [each.query("unit_code == 'H32' and group == 'CKMB'")["points"].tolist() for each in points]
    assert its == [[6.0], [14.0]]
    name = "Tỉnh Khánh Hòa: công khai, minh bạch tăng 8,00 điểm"
    assert any(text.startswith(name) for text in found(edition, "move"))
    assert edition.tables["steps"].empty  # blocks of six points are those of satisfaction


# -- 135 communes of Gia Lai, four days ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "groups", "totals"),
    [
        ("2026-10-02", {"MDHL": 11, "TDGQ": 5, "TTTT": 5, "MDSH": 2}, 18),
        ("2026-10-04", {"MDHL": 6}, 7),  # Ia Nan's +1.60 is of no single group
        ("2026-10-08", {"MDHL": 9, "TDGQ": 1, "MDSH": 1}, 11),
    ],
)
@pytest.mark.long
def test_of_135_communes_23_then_6_then_11_groups_moved_out_of_the_ordinary(day, groups, totals):
    edition = editions("gia-lai")[day]
    assert len(edition.units) == 135
    assert of_groups(edition)["indicator"].value_counts().to_dict() == groups
    assert len(marked(edition).query("indicator == 'CHANGE'")) == totals
    assert len(edition.found("fell")) + len(edition.found("rose")) == totals


@pytest.mark.parametrize(
    ("day", "lost", "regained"), [(real.DAYS[1], 10, 1), (real.DAYS[2], 3, 2), (real.DAYS[3], 2, 6)]
)
@pytest.mark.long
def test_every_move_of_more_than_5_points_is_told_as_a_block_of_satisfaction_and_no_other_is(day, lost, regained):
    edition = editions("gia-lai")[day]
    steps, moved = edition.found("step"), edition.units[edition.units["change"].abs() > 5]
    assert set(steps["unit_code"]) == set(moved["unit_code"]) and len(steps) == len(moved)
    assert steps["reference"].value_counts().to_dict() == {-12.0: lost, 12.0: regained}
    assert all("xấp xỉ 12 điểm" in text and "tiêu chí" not in text for text in steps["text"])  # no count of items


@pytest.mark.long
def test_the_groups_of_every_change_add_up_to_it_exactly_and_leave_no_rest():
    for day in real.DAYS[1:]:
        tables = editions("gia-lai")[day].tables
        parts, moved = tables["contributions"], tables["changes"].set_index("unit_code")["change"]
        assert (parts.groupby("unit_code")["contribution"].sum() - moved).abs().max() < 1e-6
        assert set(parts["group"]) == set(GROUPS)


@pytest.mark.long
def test_on_the_first_day_there_is_nothing_to_compare_with_and_it_says_so():
    first = editions("gia-lai")[real.DAYS[0]]
    assert first.tables["changes"]["change"].isna().all() and first.tables["contributions"].empty
    assert say("finding.withheld_no_previous") in found(first, "data")
    assert not set(first.tables["findings"]["finding"]) & {"fell", "rose", "move", "step", "signal"}


@pytest.mark.long
def test_the_places_before_are_those_of_the_day_before():
    for before, day in zip(real.DAYS, real.DAYS[1:], strict=False):
        then, now = (editions("gia-lai")[each].units.set_index("unit_code") for each in (before, day))
        assert now["previous_rank"].to_dict() == then["rank"].reindex(now.index).to_dict()


# -- 142 units of Hà Nội, all six groups printed, totals that are not their sum --------------------------------------

UNPRINTED = re.compile(r"không\s+thể\s+hiện|không in nhóm|không tách được", re.IGNORECASE)
THIEN_LOC, KIEN_HUNG = "H26.220", "H26.151"


@pytest.mark.long
def test_where_all_six_groups_are_printed_nothing_is_said_of_points_that_the_table_does_not_show():
    edition = newest("ha-noi-766")
    assert len(edition.units) == 142
    assert not UNPRINTED.findall(told(edition))
    appendix = page.appendix(edition).data
    assert say("name.total_less_groups") in appendix and not UNPRINTED.findall(appendix)
    for code in (THIEN_LOC, KIEN_HUNG):
        assert not UNPRINTED.findall(html.unescape("".join(unitpage.page_pieces(edition, code))))


@pytest.mark.long
def test_no_lost_satisfaction_is_inferred_where_its_points_are_printed():
    edition = newest("ha-noi-766")
    assert edition.tables["steps"].empty and not found(edition, "step")
    # Thiên Lộc: 17.49 of 18 for satisfaction, and a total 12.05 below the sum of its groups
    its = edition.tables["points"].query("unit_code == @THIEN_LOC and group == 'MDHL'")
    assert its["points"].tolist() == [17.49]
    assert "bị mất" not in told(edition)


@pytest.mark.long
def test_totals_that_are_not_the_sum_of_their_groups_are_counted_and_the_furthest_are_named():
    edition = newest("ha-noi-766")
    reconciled = edition.tables["reconciliation"].query("indicator == 'TOTAL'")
    assert (~reconciled["agrees"].astype(bool)).sum() == 124
    lines = sentences.data_lines(edition)
    range_ = say("piece.range", low="−12,05", high="+12,05")
    assert say("piece.differ_many", count=124, range=range_) in lines
    on_top = f"{say('piece.totals_differ', count=124, all=142)} {say('piece.totals_differ_where')}"
    assert on_top in map(parts.plain, headline.items(edition))
    named = {"unit": "Kiến Hưng", "total": "70,26", "sum": "58,29"}
    (far,) = (line for line in lines if say("piece.far_total", **named) in line)
    (warning,) = (each for each in edition.tables["problems"]["problem"] if " tổng điểm không bằng " in each)
    assert far.startswith(say("piece.far_totals", count=8, size="2,50", units="x").partition("x")[0])
    assert warning.startswith("124 trong 142 tổng điểm ")
    named = edition.found("peer", NOT_ITEMISED).set_index("unit_code")["value"]
    far = edition.tables["scores"].set_index("unit_code")["not_itemised"]
    assert (
        set(far[far.abs() > 2].index) <= set(named.index) and named[KIEN_HUNG] == 11.97 and named[THIEN_LOC] == -12.05
    )
    assert not [text for text in lines if text.startswith("Kiến Hưng")]  # once is enough


# -- An Giang: departments of a month, communes of the year to date --------------------------------------------------


@pytest.mark.long
def test_bands_of_monthly_departments_and_year_to_date_communes_are_counted_apart():
    edition = newest("an-giang")
    lines = sentences.result_lines(edition)
    bands = {  # counted in the workbook by the limits 90, 80, 70 and 50
        "commune": [("Xuất sắc", 88), ("Tốt", 12), ("Khá", 2)],
        "department": [("Xuất sắc", 4), ("Tốt", 6), ("Khá", 3), ("Trung bình", 1), ("Yếu", 1)],
    }
    for kind, counts in bands.items():
        listed = words().listed([f"{count} đơn vị “{band}”" for band, count in counts])
        assert say("piece.bands_of", kind=say(f"kind.{kind}"), bands=listed) in lines
    text = told(edition)
    for pooled in (92, 18):  # “Xuất sắc” and “Tốt” of both kinds together
        assert f"{pooled} đơn vị “" not in text
