"""What each chart of a report draws of the week's tables, and that what it draws fits a page of A4."""

import pandas as pd
import pytest
from matplotlib.colors import to_hex
from support.district import edition, say, week

from analysis.method.changes import CONTRIBUTIONS
from analysis.method.moves import MOVES
from analysis.report import figures
from analysis.report.charts.sheet import BLUE, INK, MIDDLE, ORANGE

MY_HOI_DONG = "30637"
PAPER_MM = 230  # of height that the page's style gives a figure
ON_PAPER = 0.65 * 165 / (5.2 * 25.4)  # its width on paper over its own


def many(count, kinds=("commune",)):
    """An edition whose units are copies of the real ones, ``count`` of each kind."""
    names = ("units", "scores", "changes", "measurements")
    held = {name: week()[name][week()[name]["unit_code"] != "893"] for name in names}
    codes = held["units"]["unit_code"].tolist()
    copies = {name: [] for name in names}
    for kind in kinds:
        for number in range(count):
            code, new = codes[number % 18], f"{kind}-{number}"
            for name, frame in held.items():
                rows = frame[frame["unit_code"] == code].assign(unit_code=new, unit_name=f"Xã thứ {number}")
                if name == "scores":
                    rows = rows.assign(total=90 - 0.3 * number, rank=number + 1)
                copies[name].append(rows.assign(kind=kind) if name == "units" else rows)
    none = {"findings": week()["findings"].iloc[:0]}
    return edition(**{name: pd.concat(rows, ignore_index=True) for name, rows in copies.items()} | none)


def names_in(chart):
    return {text.get_text() for text in chart.figure.axes[0].texts}


def dots(chart):
    """The totals before and now, of those that did not fall and of those that did."""
    return [line for line in chart.figure.axes[0].lines if line.get_marker() == "o"]


def test_the_charts_of_the_page_say_what_they_show():
    for chart in (*figures.ranking(edition()), *figures.heat(edition()), figures.lost_points(edition())):
        assert len(chart.alt) >= 40
    assert "57,45" in figures.lost_points(edition()).alt


def test_a_district_has_one_chart_and_its_caption_no_number():
    (chart,) = figures.ranking(edition())
    assert chart.caption == say(
        "piece.caption_ranking", area="huyện Chợ Mới", period=say("period.week_of_year", week=1, month=12, year=2023)
    )


@pytest.mark.parametrize("draw", [figures.ranking, pytest.param(figures.heat, marks=pytest.mark.long)])
def test_up_to_forty_units_have_a_row_each_and_more_are_dots_of_one_chart(draw):
    (rows,), (dots_of_all,) = draw(many(40)), draw(many(135))
    assert len({name for name in names_in(rows) if name.startswith("Xã thứ")}) == 40
    assert dots_of_all.figure.get_figheight() < rows.figure.get_figheight()
    assert "135" in dots_of_all.alt and not dots_of_all.caption.endswith("1")


def test_only_of_many_units_there_is_a_strip_which_the_mail_has_as_its_ranking():
    assert figures.strip(many(40)) is None
    (mailed,) = figures.ranking(many(41))
    assert mailed.caption == figures.strip(many(41)).caption


def test_units_of_two_kinds_are_ranked_in_charts_of_their_own():
    parts = figures.ranking(many(20, ("commune", "department")))
    assert [part.caption.rpartition(" – ")[2] for part in parts] == [
        say("kind.commune"),
        say("kind.department"),
    ]


def test_with_the_first_week_there_is_no_chart_of_a_course():
    assert [chart(edition()) for chart in (figures.bump, figures.totals, figures.own_rates)] == [None] * 3
    assert figures.contributions(edition()) == []


def test_without_a_total_of_the_area_the_mail_has_no_picture_of_it():
    nobody = week()["scores"].query("unit_code != '893'")
    assert figures.picture(figures.lost_points(edition(scores=nobody))) is None


WEEKS = ("2023-11-06", "2023-11-13", "2023-11-20", "2023-11-27", "2023-12-04")


def rated(*cells, signals=()):
    """An edition with own rates of units' indicators: (unit, indicator, first week with a rate); and its signals."""
    days = pd.DataFrame({"cutoff": WEEKS, "rate": 20.0, "low": 20.0, "high": 20.0, "cases": 50.0, "basis": "counts"})
    days = days.assign(baseline=21.0, signal="", since="")
    frames = [days.assign(unit_code=unit, indicator=name)[first:] for unit, name, first in cells]
    rows = [(unit, name, 20.0, 21.0, score, "up" if score > 0 else "down", WEEKS[-1]) for unit, name, score in signals]
    columns = ["unit_code", "indicator", "rate", "baseline", "score", "signal", "since"]
    return edition(own_rates=pd.concat(frames, ignore_index=True), signals=pd.DataFrame(rows, columns=columns))


def captions(told, *codes, **also):
    """The captions of the own rates of these units, as unit and indicator."""
    told_of = {
        say(
            "piece.caption_own_rates",
            indicator=told.names.indicator(code),
            unit=unit,
            area="huyện Chợ Mới",
            period=PERIOD,
        ): (unit, code)
        for unit in ("xã Mỹ Hội Đông", "xã Kiến An", "huyện Chợ Mới")
        for code in DRAWN
    }
    charts = [figures.own_rates(told, code, **also) for code in codes]
    return [told_of[chart.caption] if chart else None for chart in charts]


PERIOD = say("period.week_of_year", week=1, month=12, year=2023)
DRAWN = ("TT", "DVCTT", "TD")
EVERYWHERE = [(unit, code, 0) for unit in (MY_HOI_DONG, "30634", "893") for code in DRAWN]


def test_of_the_own_rates_the_report_draws_those_of_the_strongest_signal_up_or_down():
    told = rated(*EVERYWHERE, signals=[("30634", "TT", 1.2), (MY_HOI_DONG, "DVCTT", -1.9), ("893", "TD", 1.1)])
    assert captions(told, "", "30634", "893") == [
        ("xã Mỹ Hội Đông", "DVCTT"),
        ("xã Kiến An", "TT"),
        ("huyện Chợ Mới", "TD"),
    ]
    assert captions(told, "", indicator="TT") == [("xã Kiến An", "TT")]


def test_without_a_signal_the_report_draws_no_own_rates_and_a_unit_those_by_which_it_loses_most_points():
    # Kiến An: TT 0.45 of 6 points, DVCTT 0.65 of 6, TD 19.97 of 20; Mỹ Hội Đông: DVCTT 0.83, TT 1.07, TD 19.96.
    told = rated(*EVERYWHERE)
    assert captions(told, "", "30634", MY_HOI_DONG) == [None, ("xã Kiến An", "TT"), ("xã Mỹ Hội Đông", "DVCTT")]
    assert captions(told, "30634", indicator="TD") == [("xã Kiến An", "TD")]


def test_where_fewer_than_three_rates_are_known_the_next_are_drawn_or_none():
    told = rated(("30634", "TT", 3), ("30634", "DVCTT", 2), (MY_HOI_DONG, "TT", 3), signals=[(MY_HOI_DONG, "TT", 2.0)])
    assert captions(told, "30634", MY_HOI_DONG, "") == [("xã Kiến An", "DVCTT"), None, None]


def test_a_cutoff_that_has_no_row_of_the_unit_is_a_gap():
    told = rated(*EVERYWHERE)
    rows = told.tables["own_rates"]
    gone = rows["unit_code"].eq("30634") & rows["cutoff"].eq(WEEKS[2])
    chart = figures.own_rates(edition(own_rates=rows[~gone], signals=told.tables["signals"]), "30634")
    assert say("chart.own_rates.alt_gaps", count=1) in chart.alt


def test_every_standing_signal_is_drawn_the_strongest_first_and_of_too_many_the_others_are_counted():
    names = {"30634": "Xã Kiến An", MY_HOI_DONG: "Xã Mỹ Hội Đông", "893": "Huyện Chợ Mới"}
    every = [
        (unit, name, 1.0 + 0.1 * place) for place, (unit, name, _) in enumerate(EVERYWHERE)
    ]  # the last the strongest
    chart = figures.signals(rated(*EVERYWHERE, signals=every))
    heads = [text.get_text() for text in chart.figure.axes[0].texts if text.get_text() in names.values()]
    assert heads == [names[unit] for unit, *_ in every[::-1][:8]]  # nine signals, eight of them by the settings
    assert say("chart.own_rates.alt_more", count=1) in chart.alt


def test_one_signal_has_the_whole_width_and_without_one_there_is_no_chart():
    one = figures.signals(rated(*EVERYWHERE, signals=[("30634", "TT", 1.2)]))
    assert one.caption == figures.own_rates(rated(*EVERYWHERE), "30634", "TT").caption
    assert figures.signals(rated(*EVERYWHERE)) is None


def wandering(rank_now, total_now):
    """Three cut-offs of Chợ Mới in which one unit, and no other, was elsewhere before."""
    newest = week()["course"].query("cutoff == '2023-12-04'")
    moved = newest["unit_code"] == "30634"
    days = [newest.assign(cutoff=day) for day in ("2023-11-20", "2023-11-27", "2023-12-04")]
    days[2] = days[2].assign(rank=newest["rank"].mask(moved, rank_now), total=newest["total"].mask(moved, total_now))
    return edition(course=pd.concat(days))


def test_ranks_are_drawn_where_a_unit_moved_three_places_and_totals_of_units_that_left_the_median_by_two_points():
    (held,) = week()["course"].query("cutoff == '2023-12-04' and unit_code == '30634'").itertuples()
    assert figures.bump(wandering(held.rank - 2, held.total)) is None
    assert figures.bump(wandering(held.rank - 3, held.total)) is not None
    assert figures.totals(wandering(held.rank, held.total + 1.99)) is None
    panels = figures.totals(wandering(held.rank, held.total + 2.01))
    assert [name for name in names_in(panels) if "Kiến An" in name] and not [
        name for name in names_in(panels) if "Tấn Mỹ" in name
    ]


def changed(*parts, **tables):
    rows = [(MY_HOI_DONG, group, indicator, 1.0, 1.0 - points, points) for group, indicator, points in parts]
    return edition(contributions=pd.DataFrame(rows, columns=CONTRIBUTIONS), **tables)


def marked(*moves):
    """The table ``moves`` in which these moves, (unit, indicator, points), are marked and no other."""
    rows = [(unit, indicator, points, 0.0, 9.0, True, float("nan"), "") for unit, indicator, points in moves]
    return pd.DataFrame(rows, columns=MOVES)


def test_a_part_is_coloured_where_its_own_move_is_marked_be_it_an_indicator_a_group_or_the_rest():
    parts = (("CKMB", "", 1.2), ("", "NOT_ITEMISED", -1.5), ("DVCTT", "DVCTT", -1.1), ("MDSH", "", -3.0))
    moves = marked(*[(MY_HOI_DONG, *each) for each in (("CKMB", 1.2), ("NOT_ITEMISED", -1.5), ("DVCTT", -1.1))])
    (chart,) = figures.contributions(changed(*parts, moves=moves), MY_HOI_DONG)
    bars = chart.figure.axes[0].patches
    assert [to_hex(bar.get_facecolor()) for bar in bars] == [MIDDLE, ORANGE, ORANGE, BLUE]  # −3.0 as the others
    assert [name for name in names_in(chart) if name.endswith("−5,78")] == ["−5,78"]  # the total's is not marked


def falling(*changes):
    """Codes and tables of Chợ Mới's first units, which changed by so much, each by one part."""
    codes = week()["units"]["unit_code"].iloc[: len(changes)]
    moved = dict(zip(codes, changes, strict=True))
    rows = [(code, "CKMB", "", 1.0, 1.0 - each, each) for code, each in moved.items()]
    held = week()["changes"].assign(change=week()["changes"]["unit_code"].map(moved))
    return codes.tolist(), {"changes": held, "contributions": pd.DataFrame(rows, columns=CONTRIBUTIONS)}


def units_in(charts):
    """The names of the units that each chart draws."""
    every = set(week()["units"]["unit_name"])
    return [[text.get_text() for text in each.figure.axes[0].texts if text.get_text() in every] for each in charts]


def test_of_many_changes_only_those_with_a_marked_move_are_drawn_and_the_others_counted():
    # 16 units: one whose total rose like the others has a marked fall in a part.
    codes, tables = falling(*[0.5 + 0.01 * each for each in range(13)], -0.02, 0.1, -0.01)
    names = dict(zip(week()["units"]["unit_code"], week()["units"]["unit_name"], strict=True))
    told = edition(**tables, moves=marked((codes[12], "CKMB", -1.4)))
    (chart,) = figures.contributions(told)
    assert units_in([chart]) == [[names[codes[12]]]]
    assert say("chart.contributions.alt_left_out", count=15) in chart.alt
    assert figures.contributions(edition(**tables, moves=marked())) == []


def test_every_unit_with_a_marked_move_is_drawn_even_if_it_takes_several_charts():
    codes, tables = falling(*[-1.0 - 0.1 * each for each in range(14)], -9.0, 0.2)
    told = edition(**tables, moves=marked(*[(code, "CHANGE", -1.0) for code in codes[:14]]))
    charts = figures.contributions(told)
    assert [len(units) for units in units_in(charts)] == [7, 7]
    assert [chart.caption.rpartition(" – ")[2] for chart in charts] == ["1/2", "2/2"]
    assert all(say("chart.contributions.alt_left_out", count=2) in chart.alt for chart in charts)
    assert max(chart.figure.get_figheight() * 25.4 * ON_PAPER for chart in charts) <= PAPER_MM


def test_where_no_unit_is_left_out_the_chart_does_not_speak_of_any():
    codes, tables = falling(-0.2, 0.1)
    (chart,) = figures.contributions(edition(**tables, moves=marked(*[(code, "CHANGE", 1.0) for code in codes])))
    assert "Không vẽ" not in chart.alt and len(units_in([chart])[0]) == 2


def test_the_ranking_and_the_ranks_have_the_colour_of_marked_moves_of_the_total_and_of_no_other():
    names = dict(zip(week()["units"]["unit_code"], week()["units"]["unit_name"], strict=True))
    newest = week()["course"].query("cutoff == '2023-12-04'")
    days = [newest.assign(cutoff=day) for day in ("2023-11-20", "2023-11-27", "2023-12-04")]
    days[0] = days[0].assign(rank=19 - days[0]["rank"])  # places were the other way round
    moves = marked(("30634", "CHANGE", 0.15), ("30652", "CHANGE", -0.1), (MY_HOI_DONG, "CKMB", -5.0))
    told = edition(moves=moves, course=pd.concat(days))
    for chart in (*figures.ranking(told), figures.bump(told)):
        coloured = {text.get_text(): text.get_color() for text in chart.figure.axes[0].texts}
        assert [coloured[names[code]] for code in ("30634", "30652", MY_HOI_DONG)] == [BLUE, ORANGE, INK]


def test_the_caption_of_one_unit_names_the_unit_and_that_of_all_the_area():
    told = changed(("CKMB", "", 0.2))
    assert "xã Mỹ Hội Đông" in figures.contributions(told, MY_HOI_DONG)[0].caption
    assert "huyện Chợ Mới" in figures.contributions(told)[0].caption
