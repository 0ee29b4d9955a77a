"""The ranking is a table that is a chart too: what it draws is what its figures say, and units are found by letter."""

import re

import pandas as pd
import pytest
from support.district import edition, say, week
from support.fragments import text

from analysis.report import page, ranking


def rows(**tables):
    (table,) = ranking.rankings(edition(**tables))
    return [row for group in table["groups"] for row in group["rows"]]


def row(name: str, **tables):
    return next(each for each in rows(**tables) if each["name"] == name)


def test_every_unit_has_its_place_total_change_and_band_in_the_order_of_the_ranking():
    said = text(page.ranking(edition()))
    assert "1 Thị trấn Chợ Mới 65,79 +0,38 Trung bình 2 Nhơn Mỹ 64,55" in said
    assert "17 Mỹ Hội Đông 51,10 ▼ −5,78 (giảm đáng chú ý) Trung bình 18 Kiến An 49,18 +0,15 Yếu" in said


def test_totals_are_drawn_on_one_scale_that_begins_and_ends_at_a_multiple_of_five():
    # 49.03, Kiến An's total before, to 65.79: from 45 to 70 on 108 of 120 pixels, 6 left free at each end
    assert row("Kiến An")["now"] == pytest.approx(6 + 108 * (49.18 - 45) / 25, abs=0.05)
    assert row("Mỹ Hội Đông")["before"] == pytest.approx(6 + 108 * (56.88 - 45) / 25, abs=0.05)
    (table,) = ranking.rankings(edition())
    assert table["limits"] == [(pytest.approx(6 + 108 * 5 / 25, abs=0.05), "50")]


def test_where_all_totals_are_one_multiple_of_five_the_scale_is_still_a_scale():
    scale = ranking.Scale(pd.DataFrame({"total": [50.0, 50.0], "previous_total": [50.0, None]}), 100)
    assert (scale.low, scale.high, scale.place(50.0)) == (45, 55, 60.0)


def test_a_total_that_is_not_known_is_not_drawn():
    scores = week()["scores"]
    unknown = scores.assign(total=scores["total"].where(scores["unit_code"] != "30634"))
    assert row("Kiến An", scores=unknown)["now"] is None
    assert page.ranking(edition(scores=unknown)).data.count("<circle") == 17


def test_marked_moves_are_those_of_the_one_rule():
    assert {each["name"]: each["way"] for each in rows() if each["way"]} == {"Mỹ Hội Đông": -1}
    assert "▼" not in page.ranking(edition(moves=week()["moves"].assign(marked=False))).data


def course(*totals: tuple[str, str, float, str]) -> pd.DataFrame:
    held = pd.DataFrame(totals, columns=["cutoff", "unit_code", "total", "since"])
    return pd.concat([week()["course"].iloc[:0], held.assign(unit_name="", corrected=False, carried_by="")])


DAYS = ("2023-11-20", "2023-11-27", "2023-12-04")


def test_the_course_is_drawn_from_three_cutoffs_on():
    two = course(*((day, "30634", 50.0, DAYS[0]) for day in DAYS[1:]))
    assert row("Kiến An", course=two)["course"] == []
    three = course(*zip(DAYS, ["30634"] * 3, (50.0, 51.0, 49.0), [DAYS[0]] * 3, strict=True))
    # over 64 pixels, 4 free at each end; the middle, 50, at 10 of 20 pixels, and 14 pixels for the widest range, 2 points
    assert row("Kiến An", course=three)["course"] == ["4,10 32,3 60,17"]


def test_the_course_is_cut_where_a_series_begins_and_where_a_cutoff_is_missing():
    since = [DAYS[0], DAYS[1], DAYS[1]]
    anew = course(*zip(DAYS, ["30634"] * 3, (50.0, 51.0, 49.0), since, strict=True))
    assert row("Kiến An", course=anew)["course"] == ["4,10", "32,3 60,17"]
    gap = course(
        *((day, "30643", 50.0, DAYS[0]) for day in DAYS), *((day, "30634", 50.0, DAYS[0]) for day in DAYS[::2])
    )
    assert row("Kiến An", course=gap)["course"] == ["4,10", "60,10"]


def many(count: int):
    """The units three times over, so many of them, ranked."""
    scores = week()["scores"]
    units = pd.concat([scores[scores["unit_code"] != "893"]] * 3).head(count).sort_values("rank")
    return pd.concat([units.assign(rank=range(1, count + 1)), scores[scores["unit_code"] == "893"]])


@pytest.mark.parametrize(
    ("count", "groups"), [(40, [""]), (41, ["Hạng 1–10", "Hạng 11–20", "Hạng 21–30", "Hạng 31–40", "Hạng 41–41"])]
)
def test_more_than_forty_units_are_grouped_by_ten_places_with_an_anchor_for_each(count, groups):
    (table,) = ranking.rankings(edition(scores=many(count)))
    assert [group["label"] for group in table["groups"]] == groups
    piece = page.ranking(edition(scores=many(count))).data
    anchors = re.findall(r'<a href="#(commune-\d)">', piece)
    assert anchors == [f"commune-{number}" for number in range(1, len(groups) + 1) if len(groups) > 1]
    assert all(f'id="{each}"' in piece for each in anchors)


@pytest.mark.parametrize(("count", "said"), [(40, "ranking.by_rank"), (41, "ranking.by_name")])
def test_the_table_of_all_units_says_by_what_it_is_sorted_a_long_one_by_letter(count, said):
    piece = page.appendix(edition(scores=many(count)))
    assert say(said) in text(piece) and piece.data.count("aria-sort") == 1
    letters = re.findall(r'<a href="#letter-\d+">(.)</a>', piece.data)
    assert letters == (["A", "B", "C", "H", "K", "L", "M", "N", "T"] if count > 40 else [])


def test_names_are_in_the_order_of_vietnamese_dictionaries():
    ordered = [
        "An Phú",
        "Ân Hảo",
        "Ba Tơ",
        "Đa Kao",
        "Đá Bạc",
        "Đăk Hà",
        "Ea Súp",
        "Hoa Lư",
        "Hòa An",
        "Hòa Bình",
        "Ô Môn",
        "Ơn",
    ]
    assert sorted(reversed(ordered), key=ranking.order_key) == ordered
    assert [each["label"] for each in ranking.by_letter([{"name": name} for name in ordered])] == list("AÂBĐEHÔƠ")
    assert ranking.by_letter([{"name": "1 tháng 5"}])[0]["label"] == "#"
