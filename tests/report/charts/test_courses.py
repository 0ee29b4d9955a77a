"""Ranks and totals from cut-off to cut-off."""

import numpy as np
import pandas as pd
import pytest
from support.charted import (
    COURSE,
    EN,
    SCORES,
    VI,
    course_of,
    lines,
    lines_of,
    many_scores,
    many_weeks,
    row_of,
    texts,
    the_text,
    written,
)

from analysis.report.charts.courses import draw_bump, draw_totals
from analysis.report.charts.sheet import BLUE, GREY, INK, ORANGE, PALE, SMALL, WIDTH


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [(VI, "27/11/2023", "04/12/2023"), (EN, "27 November 2023", "4 December 2023")],
    ids=["vi", "en"],
)
def test_the_ranks_say_who_is_first_and_who_moved_most(words, first, last):
    assert draw_bump(COURSE, words).alt == " ".join(
        [
            words.say("chart.bump.alt", count=5, cutoffs=2, first=first, last=last, best="Chợ Mới"),
            words.say("chart.bump.alt_rose", units=words.say("chart.bump.alt_unit", unit="Tấn Mỹ", then=3, now=2)),
            words.say("chart.bump.alt_fell", units=words.say("chart.bump.alt_unit", unit="Long Điền B", then=2, now=3)),
        ]
    )


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("Chợ Mới", ["1", "Chợ Mới", "="]),
        ("Tấn Mỹ", ["2", "Tấn Mỹ", "▲1"]),
        ("Long Điền B", ["3", "Long Điền B", "▼1"]),
    ],
)
def test_a_line_ends_at_its_rank_its_name_and_its_move(name, row):
    assert row_of(draw_bump(COURSE, VI), name) == row


def test_a_line_begins_at_the_rank_of_the_first_cutoff():
    chart = draw_bump(COURSE[COURSE["unit_name"].isin(["Tấn Mỹ", "Kiến An"])], VI)
    grey = [each for each in texts(chart) if each.get_color() == GREY and each.get_text() in "35"]
    assert [each.get_text() for each in grey] == ["3", "5"]
    rose = next(line for line in chart.figure.axes[0].lines if len(line.get_ydata()) == 2)
    assert abs(rose.get_ydata()[0] - grey[0].get_position()[1]) < SMALL / 2  # a text stands on its baseline


def test_a_line_is_grey_unless_its_units_total_has_a_marked_move_whatever_became_of_its_rank():
    chart = draw_bump(COURSE, VI)
    assert lines_of(chart, BLUE) == lines_of(chart, ORANGE) == [] and len(lines_of(chart, GREY)) >= 5
    assert {text.get_color() for text in texts(chart)} == {INK, GREY}
    assert VI.say("chart.bump.marked") not in " ".join(written(chart))
    assert "nhất" not in " ".join(written(chart))


@pytest.mark.parametrize("words", [VI, EN], ids=["vi", "en"])
def test_a_marked_rise_is_blue_and_a_marked_fall_orange_and_the_ends_of_their_lines_say_so_too(words):
    chart = draw_bump(COURSE, words, {"Tấn Mỹ": 1, "Mỹ Hội Đông": -1, "Huyện": -1})  # the area has no line
    (rose,), (fell,) = lines_of(chart, BLUE), lines_of(chart, ORANGE)
    assert rose[0] > rose[1] and fell[0] == fell[1]  # from third to second, and fourth as before
    ends = {
        line.get_marker(): list(line.get_ydata()) for line in chart.figure.axes[0].lines if line.get_marker() in "^v"
    }
    assert ends == {"^": [rose[1]], "v": [fell[1]]}
    assert {text.get_text() for text in texts(chart) if text.get_color() == BLUE} == {"2", "Tấn Mỹ"}
    assert {text.get_text() for text in texts(chart) if text.get_color() == ORANGE} == {"4", "Mỹ Hội Đông"}
    assert words.say("chart.bump.marked") in " ".join(written(chart))
    said = [words.say("chart.bump.alt_marked_rose", units="Tấn Mỹ")]
    assert chart.alt.endswith(" ".join([*said, words.say("chart.bump.alt_marked_fell", units="Mỹ Hội Đông")]))


def test_the_control_row_has_no_line():
    assert "Huyện" not in written(draw_bump(COURSE, VI))


def test_units_that_share_a_rank_have_labels_of_their_own():
    tied = COURSE.assign(
        rank=COURSE["rank"].mask(COURSE["unit_name"].eq("Long Điền B") & COURSE["cutoff"].eq("2023-12-04"), 2)
    )
    chart = draw_bump(tied, VI)
    assert row_of(chart, "Long Điền B")[-3:] == ["2", "Long Điền B", "="]
    assert row_of(chart, "Tấn Mỹ")[-3:] == ["2", "Tấn Mỹ", "▲1"]


def test_a_line_is_cut_where_the_series_ends_and_the_move_counts_from_there():
    weeks = [("2023-12-18", 2, 1), ("2023-12-25", 2, 1), ("2024-01-08", 1, 2), ("2024-01-15", 1, 2)]
    rows = [(cutoff, name, rank) for cutoff, *ranks in weeks for name, rank in zip("AB", ranks, strict=True)]
    course = pd.DataFrame(rows, columns=["cutoff", "unit_name", "rank"]).assign(corrected=False, carried_by="")
    course = course.assign(unit_code=course["unit_name"], total=60.0, since=course["cutoff"].str[:4] + "-01-01")
    chart = draw_bump(course, VI)
    assert sorted(map(len, lines_of(chart, GREY)))[-4:] == [2, 2, 2, 2]  # two units, two series
    assert row_of(chart, "A")[-1] == row_of(chart, "B")[-1] == "="
    assert VI.say("chart.course.series") in " ".join(written(chart)).replace("\n", " ")
    assert chart.alt.endswith(VI.say("chart.bump.alt_still"))


def test_a_cutoff_without_a_rank_is_not_leapt_by_the_line():
    course = pd.concat([COURSE.assign(cutoff=day) for day in ("2023-11-20", "2023-11-27", "2023-12-04")])
    course = course.drop_duplicates(["cutoff", "unit_code"]).reset_index(drop=True)
    hole = course["unit_code"].eq("Chợ Mới") & course["cutoff"].eq("2023-11-27")
    for holed in (course[~hole], course.assign(rank=course["rank"].mask(hole))):
        drawn = [line.get_ydata() for line in draw_bump(holed, VI).figure.axes[0].lines]
        assert sum(np.isnan(line[1:-1]).any() for line in drawn if 3 <= len(line) <= 5) == 1


def test_a_corrected_point_is_hollow_and_the_key_says_so():
    corrected = COURSE.assign(corrected=COURSE["unit_name"].eq("Kiến An") & COURSE["cutoff"].eq("2023-11-27"))
    for chart, there in ((draw_bump(COURSE, VI), False), (draw_bump(corrected, VI), True)):
        hollow = [line for line in chart.figure.axes[0].lines if line.get_markerfacecolor() == "white"]
        assert [len(line.get_xdata()) for line in hollow] == [1] * there
        assert (
            any(VI.say("chart.course.corrected") in each.replace("\n", " ") for each in [" ".join(written(chart))])
            is there
        )


def test_of_many_units_only_those_that_moved_most_or_are_marked_have_names():
    scores = many_scores(30).assign(unit_name=[f"Xã {i:02}" for i in range(30)], rank=np.arange(30) + 1.0)
    then = scores["rank"].copy()
    then.iloc[[0, 29]], then.iloc[[10, 12]] = then.iloc[[29, 0]].to_numpy(), then.iloc[[12, 10]].to_numpy()
    course = course_of(scores.assign(previous_rank=then))
    chart = draw_bump(course, VI, {"Xã 20": -1})
    assert [each for each in written(chart) if each.startswith("Xã")] == ["Xã 00", "Xã 10", "Xã 12", "Xã 20", "Xã 29"]
    assert the_text(chart, "Xã 20").get_color() == ORANGE and the_text(chart, "Xã 00").get_color() == INK
    assert len(lines_of(chart, PALE)) == 25
    assert VI.say("chart.bump.most") in " ".join(written(chart))


def test_many_units_of_which_none_moved_are_named_from_the_first():
    scores = many_scores(30).assign(unit_name=[f"Xã {i:02}" for i in range(30)], rank=np.arange(30) + 1.0)
    chart = draw_bump(course_of(scores.assign(previous_rank=scores["rank"])), VI)
    assert [each for each in written(chart) if each.startswith("Xã")] == [f"Xã {i:02}" for i in range(25)]


def test_one_cutoff_shows_ranks_and_claims_no_move():
    chart = draw_bump(COURSE[COURSE["cutoff"] == "2023-12-04"], VI)
    assert row_of(chart, "Tấn Mỹ")[-3:] == ["2", "Tấn Mỹ", "–"]
    cutoff = {"first": "04/12/2023", "last": "04/12/2023"}
    assert chart.alt == (
        f"{VI.say('chart.bump.alt', count=5, cutoffs=1, best='Chợ Mới', **cutoff)} {VI.say('chart.bump.alt_first')}"
    )


def test_a_unit_that_is_missing_now_stands_last_with_a_dash():
    gone = COURSE["unit_name"].eq("Chợ Mới") & COURSE["cutoff"].eq("2023-12-04")
    assert row_of(draw_bump(COURSE[~gone], VI), "Chợ Mới")[-3:] == ["–", "Chợ Mới", "–"]


def test_cutoffs_are_named_by_day_and_the_year_where_it_changes_and_only_as_many_as_fit():
    chart = draw_bump(many_weeks(18), VI)
    days = [each for each in written(chart) if "/" in each and len(each) == 5]
    years = [each for each in written(chart) if each in ("2022", "2023")]
    assert days[-1] == "04/12" and 2 <= len(days) < 10
    assert years == ["2022", "2023"]


@pytest.mark.parametrize(
    ("words", "first", "last", "median", "rose", "fell"),
    [
        # the medians: of 49.18, 51.10, 62.24, 62.35, 65.79; the district is none of the units
        (VI, "27/11/2023", "04/12/2023", "62,24", "+1,23", "−5,78"),
        (EN, "27 November 2023", "4 December 2023", "62.24", "+1.23", "−5.78"),
    ],
    ids=["vi", "en"],
)
def test_the_totals_say_the_median_and_who_rose_and_fell_most(words, first, last, median, rose, fell):
    assert draw_totals(COURSE, words).alt == " ".join(
        [
            words.say("chart.totals.alt", cutoffs=2, first=first, last=last, count=6, median=median),
            words.say("chart.totals.alt_rose", units="Tấn Mỹ", change=rose),
            words.say("chart.totals.alt_fell", units="Mỹ Hội Đông", change=fell),
        ]
    )


def test_the_control_row_stands_first_and_the_units_follow_by_rank():
    heads = [
        each for each in written(draw_totals(COURSE, VI)) if each.rsplit(". ")[-1] in {*SCORES["unit_name"], "Huyện"}
    ]
    assert heads == ["Huyện", "1. Chợ Mới", "2. Tấn Mỹ", "3. Long Điền B", "4. Mỹ Hội Đông", "5. Kiến An"]


def test_every_panel_has_the_same_scale_and_its_newest_total_beside_the_line():
    chart = draw_totals(COURSE, VI)
    lines = [
        line.get_ydata()
        for line in chart.figure.axes[0].lines
        if line.get_color() == BLUE and len(line.get_ydata()) == 2
    ]
    units = lines[::2]  # each followed by its two dots
    falls = [line[1] - line[0] for line in units]
    # Huyện, Chợ Mới, Tấn Mỹ, Long Điền B, Mỹ Hội Đông, Kiến An
    assert [fall / falls[0] for fall in falls] == pytest.approx(
        [each / 1.35 for each in (1.35, 0.38, 1.23, 0.34, -5.78, 0.15)]
    )
    bold = [text.get_text() for text in texts(chart) if text.get_weight() == "bold"]
    assert bold == ["57,45", "65,79", "62,35", "62,24", "51,10", "49,18"]


def test_the_median_is_that_of_all_units_whichever_have_panels():
    some = draw_totals(COURSE, VI, {"Kiến An"})
    days = {"first": "27/11/2023", "last": "04/12/2023"}
    assert VI.say("chart.totals.alt", cutoffs=2, count=1, median="62,24", **days) in some.alt
    assert VI.say("chart.totals.alt_rose", units="Kiến An", change="+0,15") in some.alt
    assert [each for each in written(some) if ". " in each] == ["5. Kiến An"]


def test_a_carried_total_is_an_open_diamond_and_a_corrected_one_a_ring():
    first = COURSE["cutoff"].eq("2023-11-27")
    carried = COURSE.assign(carried_by=np.where(first, "2023-12-04", ""), rank=COURSE["rank"].mask(first))
    chart = draw_totals(carried.assign(corrected=COURSE["unit_name"].eq("Kiến An") & ~first), VI)
    marks = [line.get_marker() for line in chart.figure.axes[0].lines if line.get_markerfacecolor() == "white"]
    assert marks == ["D"] * 5 + ["o", "D"]
    key = written(chart)[:4]
    assert "○" in "".join(key) and "◇" in "".join(key)


def test_a_total_that_is_missing_now_leaves_the_newest_known_one_at_its_place():
    chart = draw_totals(
        COURSE.assign(
            total=COURSE["total"].mask(
                COURSE["unit_name"].eq("Kiến An") & COURSE["rank"].eq(5) & COURSE["cutoff"].eq("2023-12-04")
            )
        ),
        VI,
    )
    label, beside = the_text(chart, "49,03"), the_text(chart, "51,10")
    assert label.get_weight() == "bold" and label.get_position()[0] < beside.get_position()[0] + WIDTH / 3
    assert "Kiến An" not in chart.alt


# -- one figure of chosen units --------------------------------------------------------------------------------------


def test_a_line_of_a_chosen_unit_is_labelled_and_its_text_has_both_ends():
    chart = lines(COURSE, VI, **{"Kiến An": "Kiến An", "Huyện": "huyện Chợ Mới"})
    labels = [each.get_text().replace("\u00a0", "") for each in texts(chart)]
    assert {"49,18 Kiến An", "57,45 huyện Chợ Mới", "49,03"} <= set(labels)
    ends = {"first": "27/11/2023", "last": "04/12/2023"}
    assert chart.alt == " ".join(
        [
            VI.say("chart.lines.alt", what="Tổng điểm", cutoffs=2, count=2, **ends),
            VI.say("chart.lines.alt_unit", unit="Kiến An", then="49,03", now="49,18", **ends),
            VI.say("chart.lines.alt_unit", unit="huyện Chợ Mới", then="56,10", now="57,45", **ends),
        ]
    )
    assert len(lines_of(chart, BLUE)) == 1 and len(lines_of(chart, ORANGE)[0]) == 2


def test_no_line_joins_two_series_and_its_text_is_of_the_newest_one():
    three = pd.concat([COURSE.assign(cutoff="2022-12-26", since="2022-01-01", total=90.0), COURSE], ignore_index=True)
    three = three.drop_duplicates(["cutoff", "unit_code"])
    chart = lines(three, VI, **{"Kiến An": "Kiến An"})
    assert [len(line) for line in lines_of(chart, BLUE) if len(line) > 1] == [2]
    assert VI.say("chart.course.gaps") in " ".join(written(chart)).replace("\n", " ")
    assert "90,00" not in chart.alt and "49,03 (27/11/2023)" in chart.alt


def test_a_line_without_a_newest_figure_ends_in_a_dash_and_one_without_any_says_so():
    gone = COURSE[(COURSE["cutoff"] < "2023-12-04") | (COURSE["unit_name"] != "Kiến An")]
    chart = lines(gone, VI, **{"Kiến An": "Kiến An", "Tấn Mỹ": "Tấn Mỹ", "x": "Xã mới"})
    labels = {each.get_text().replace("\u00a0", "") for each in texts(chart)}
    assert {"– Kiến An", "62,35 Tấn Mỹ", "– Xã mới"} <= labels
    assert VI.say("chart.lines.alt_one", unit="Kiến An", now="49,03", last="27/11/2023") in chart.alt
    assert VI.say("chart.lines.alt_none", unit="Xã mới") in chart.alt


def test_a_carried_figure_of_a_line_is_an_open_diamond():
    chart = lines(COURSE.assign(carried_by="2023-12-04"), VI, **{"Kiến An": "Kiến An"})
    diamonds = [line for line in chart.figure.axes[0].lines if line.get_marker() == "D"]
    assert [len(line.get_xdata()) for line in diamonds] == [2]
    assert VI.say("chart.course.carried") in " ".join(written(chart)).replace("\n", " ")
