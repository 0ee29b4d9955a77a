"""What each chart of a report draws of the week's tables, and that what it draws fits a page of A4."""

import pandas as pd
import pytest
from matplotlib.colors import to_hex
from support.district import edition, say, week

from analysis.method.changes import CONTRIBUTIONS
from analysis.report import figures
from analysis.report.charts.sheet import BLUE, GREY

MY_HOI_DONG = "30637"
PAPER_MM = 230  # of height that the page's style gives a figure
ON_PAPER = 0.57 * 165 / (5.2 * 25.4)  # its width on paper over its own


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


@pytest.mark.parametrize("draw", [figures.ranking, figures.heat])
def test_of_many_units_there_are_several_charts_that_each_fit_on_paper_and_together_hold_everyone(draw):
    parts = draw(many(135))
    assert [part.caption.rpartition(" – ")[2] for part in parts] == ["1/4", "2/4", "3/4", "4/4"]
    shown = [{name for name in names_in(part) if name.startswith("Xã thứ")} for part in parts]
    assert [len(names) for names in shown] == [34, 34, 34, 33] and len(set.union(*shown)) == 135
    assert max(part.figure.get_figheight() * 25.4 * ON_PAPER for part in parts) <= PAPER_MM


def test_the_parts_of_a_ranking_have_one_scale():
    parts = figures.ranking(many(135))
    first, last = ([x for line in dots(part)[1::2] for x in line.get_xdata()] for part in (parts[0], parts[-1]))
    assert min(first) > max(last)  # 90 to 80.1 points, and 59.7 to 49.8: they do not share a place


def test_units_of_two_kinds_are_ranked_in_charts_of_their_own():
    parts = figures.ranking(many(20, ("commune", "department")))
    assert [part.caption.rpartition(" – ")[2] for part in parts] == [
        say("kind.commune"),
        say("kind.department"),
    ]


def test_with_the_first_week_there_is_no_chart_of_a_course():
    charts_of_a_course = (figures.bump, figures.totals, figures.contributions, figures.control)
    assert [chart(edition()) for chart in charts_of_a_course] == [None] * 4


def test_a_unit_without_a_total_has_no_control_chart():
    assert figures.control(edition(signals=week()["signals"].iloc[:0]), MY_HOI_DONG) is None


def test_without_a_total_of_the_area_the_mail_has_no_picture_of_it():
    nobody = week()["scores"].query("unit_code != '893'")
    assert figures.picture(figures.lost_points(edition(scores=nobody))) is None


def changed(*parts):
    rows = [(MY_HOI_DONG, group, indicator, 1.0, 1.0 - points, points) for group, indicator, points in parts]
    return edition(contributions=pd.DataFrame(rows, columns=CONTRIBUTIONS))


def test_in_the_chart_of_a_change_what_is_not_itemised_is_grey_and_said_to_be():
    chart = figures.contributions(changed(("CKMB", "", 0.2), ("", "NOT_ITEMISED", -5.98)))
    colours = [to_hex(bar.get_facecolor()) for bar in chart.figure.axes[0].patches]
    assert sorted(colours) == sorted([GREY, BLUE])
    rest = say("name.not_itemised")
    grey = say("chart.contributions.rest", rest=rest[0].lower() + rest[1:])
    assert f"{rest} −5,98" in chart.alt
    written = " ".join(text.get_text() for text in chart.figure.axes[0].texts)
    assert grey in " ".join(written.split())


def test_where_everything_is_itemised_the_chart_does_not_speak_of_grey():
    chart = figures.contributions(changed(("CKMB", "", 0.2), ("MDSH", "", -0.4)))
    assert not any(say("chart.contributions.rest", rest="").strip() in text for text in names_in(chart))


def test_the_caption_of_one_unit_names_the_unit_and_that_of_all_the_area():
    told = changed(("CKMB", "", 0.2))
    assert "xã Mỹ Hội Đông" in figures.contributions(told, MY_HOI_DONG).caption
    assert "huyện Chợ Mới" in figures.contributions(told).caption
