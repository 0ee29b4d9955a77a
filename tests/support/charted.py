"""Frames to draw charts from, and what can be read off a chart.

Figures of Chợ Mới's units are those of report 3668/BC-VP (4 December 2023).
"""

import functools
import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from analysis.config import wording
from analysis.report.charts.courses import draw_bump, draw_lines, draw_totals
from analysis.report.charts.heat import draw_heat
from analysis.report.charts.own_rates import draw_own_rates, draw_signals
from analysis.report.charts.points import draw_contributions, draw_lost_points
from analysis.report.charts.ranking import draw_ranking
from analysis.report.charts.sheet import Chart
from analysis.report.charts.strip import draw_spread, draw_strip

HOME = Path(__file__).parents[2]


VI, EN = wording.load(HOME, "vi"), wording.load(HOME, "en")


UNKNOWN = float("nan")


BANDS = pd.DataFrame(
    [("XS", "Xuất sắc", 90), ("T", "Tốt", 80), ("K", "Khá", 70), ("TB", "Trung bình", 50), ("Y", "Yếu", 0)],
    columns=["band", "name", "from_points"],
)


SCORES = pd.DataFrame(
    [
        ("Kiến An", 49.18, 49.03, 5, 5, "Y", 0),
        ("Tấn Mỹ", 62.35, 61.12, 2, 3, "TB", 0),
        ("Mỹ Hội Đông", 51.10, 56.88, 4, 4, "TB", -1),
        ("Chợ Mới", 65.79, 65.41, 1, 1, "TB", 0),
        ("Long Điền B", 62.24, 61.90, 3, 2, "TB", 0),
    ],
    columns=["unit_name", "total", "previous_total", "rank", "previous_rank", "band", "marked"],
)


CELLS = pd.DataFrame(
    [
        ("Kiến An", 2, "Công khai, minh bạch", 19.3, UNKNOWN, 1, True),
        ("Kiến An", 2, "Thanh toán trực tuyến", 7.56, 30, 2, True),
        ("Chợ Mới", 1, "Công khai, minh bạch", 72.6, UNKNOWN, 1, False),
        ("Chợ Mới", 1, "Thanh toán trực tuyến", 28.19, 30, 2, False),
    ],
    columns=["unit_name", "rank", "indicator_name", "value", "target", "decimals", "flagged"],
).assign(most=100.0)


# The district: 59.8 % of 18, 94.26 % of 20, 7.7/50 of 6, 12.17 % of 6, 25.4 % of 22, and the rest of 57.45.
PARTS = pd.DataFrame(
    [
        ("Công khai, minh bạch", 10.764, 18),
        ("Tiến độ giải quyết", 18.852, 20),
        ("Dịch vụ công trực tuyến", 0.924, 6),
        ("Thanh toán trực tuyến", 0.7302, 6),
        ("Số hóa hồ sơ", 5.588, 22),
        ("Điểm không có trong các cột", 20.5918, 28),
    ],
    columns=["part", "points", "max_points"],
)


REST = VI.say("name.not_itemised")


CHANGED = pd.DataFrame(
    [
        ("Mỹ Hội Đông", "Số hóa hồ sơ", 0.22, -5.78, 0, -1),
        ("Mỹ Hội Đông", REST, -6.0, -5.78, -1, -1),
        ("Tấn Mỹ", "Công khai, minh bạch", 1.26, 1.23, 1, 0),
        ("Tấn Mỹ", "Tiến độ giải quyết", 0.0, 1.23, 0, 0),
        ("Tấn Mỹ", "Thanh toán trực tuyến", -0.03, 1.23, 0, 0),
    ],
    columns=["unit_name", "part", "contribution", "change", "marked", "change_marked"],
)


LONG_NAME = "Ban Quản lý Khu kinh tế <$a_1^2$> & các khu công nghiệp ở ẨM ƯỚC"


def many_scores(count: int) -> pd.DataFrame:
    """Falling totals from 98 to 41, marked falls and rises, every seventh without a previous total, one long name."""
    total = np.linspace(98, 41, count).round(2)
    previous = np.where(np.arange(count) % 7 == 6, np.nan, total + np.where(np.arange(count) % 3, -1.5, 6))
    frame = pd.DataFrame({"unit_name": [f"phường Hoài Nhơn Đông {i}" for i in range(count)], "total": total})
    frame = frame.assign(previous_total=previous, rank=range(1, count + 1), band="TB")
    frame["previous_rank"] = frame["previous_total"].rank(ascending=False, method="min")
    frame["marked"] = np.where(frame["previous_total"].isna(), 0, np.resize([-1, 0, 1], count))
    frame.loc[3, "unit_name"] = LONG_NAME
    return frame


def course_of(scores: pd.DataFrame) -> pd.DataFrame:
    """SCORES as a course of two cut-offs, the code of a unit being its name; the control row has no rank."""
    now, before = (
        scores[["unit_name", total, rank]] for total, rank in (("total", "rank"), ("previous_total", "previous_rank"))
    )
    weeks = {"2023-11-27": before.set_axis(now.columns, axis=1), "2023-12-04": now}
    district = pd.DataFrame({"unit_name": "Huyện", "total": [56.1, 57.45], "rank": UNKNOWN, "cutoff": list(weeks)})
    rows = pd.concat([week.assign(cutoff=cutoff) for cutoff, week in weeks.items()] + [district], ignore_index=True)
    return rows.assign(unit_code=rows["unit_name"], corrected=False, carried_by="", since="2023-11-27")


def many_weeks(count: int, weeks: int = 60) -> pd.DataFrame:
    """Wandering totals, a series that begins half way, a carried first cut-off, corrections, gaps, one long name."""
    days = pd.date_range(end="2023-12-04", periods=weeks, freq="7D").strftime("%Y-%m-%d")
    names = many_scores(count)["unit_name"]
    steps = np.random.default_rng(766).normal(0, 1, (weeks, count)).cumsum(axis=0)
    totals = pd.DataFrame(steps + np.linspace(75, 55, count), days, names).round(2).rename_axis("cutoff")
    rows = totals.stack().rename("total").reset_index()
    rows["rank"] = rows.groupby("cutoff")["total"].rank(ascending=False, method="min")
    rows = rows.assign(
        unit_code=rows["unit_name"],
        carried_by="",
        since=np.where(rows["cutoff"] < days[weeks // 2], days[0], days[weeks // 2]),
    )
    rows["corrected"] = np.arange(len(rows)) % 97 == 0
    rows.loc[rows["cutoff"] == days[0], ["carried_by", "rank"]] = [days[1], UNKNOWN]
    return rows[np.arange(len(rows)) % 101 > 0]


COURSE = course_of(SCORES)


def lines(course: pd.DataFrame, words: wording.Wording, **names: str) -> Chart:
    """The totals of a course as lines; of all its units, or of those named."""
    rows = course.assign(value=course["total"], carried=course["carried_by"] != "")
    names = names or {name: name for name in course["unit_name"].unique()}
    return draw_lines(rows, names, words, "Tổng điểm", words.number)


# One indicator of one unit: too early, counted, estimated, not known, a signal down, and a signal up with 31 of 48 cases.
OWN_RATES = pd.DataFrame(
    [
        ("2023-10-30", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, "", ""),
        ("2023-11-06", 20.0, 20.0, 20.0, 50, UNKNOWN, "", ""),
        ("2023-11-13", 30.0, 25.0, 40.0, UNKNOWN, 20.0, "", ""),
        ("2023-11-20", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, 22.0, "down", "2023-11-20"),
        ("2023-11-27", 5.0, 5.0, 5.0, 40, 22.0, "down", "2023-11-20"),
        ("2023-12-04", 100 * 31 / 48, 100 * 31 / 48, 100 * 31 / 48, 48, 21.0, "up", "2023-12-04"),
    ],
    columns=["cutoff", "rate", "low", "high", "cases", "baseline", "signal", "since"],
)


def many_rates(count: int) -> pd.DataFrame:
    """Wandering rates, half of them estimates, with gaps, and a signal over every second ten cut-offs."""
    days = pd.date_range(end="2023-12-04", periods=count, freq="7D").strftime("%Y-%m-%d")
    chance, order = np.random.default_rng(766), np.arange(count)
    rate = np.where(order % 11 == 5, np.nan, chance.uniform(0, 60, count))
    width = np.where(order % 2, chance.uniform(0, 9, count), 0)
    kinds = np.resize(["", "down", "", "up"], count)[order // 10]
    since = np.where(kinds == "", "", days[order // 10 * 10])
    bounds = {"low": (rate - width).clip(0), "high": rate + width, "cases": np.where(width, np.nan, 40.0)}
    frame = pd.DataFrame({"cutoff": days, "rate": rate} | bounds)
    return frame.assign(baseline=np.where(order < 8, np.nan, 30 + order / 10), signal=kinds, since=since)


def many_cells(count: int, indicators: tuple[str, ...]) -> pd.DataFrame:
    grid = many_scores(count)[["unit_name", "rank"]].merge(pd.DataFrame({"indicator_name": indicators}), how="cross")
    grid["value"] = np.random.default_rng(766).uniform(0, 100, len(grid)).round(2)
    return grid.assign(target=50.0, most=100.0, decimals=2, flagged=grid["value"] < 50)


NAMES = {
    "vi": (
        "Công khai, minh bạch",
        "Tiến độ giải quyết",
        "Dịch vụ công trực tuyến",
        "Thanh toán trực tuyến",
        "Số hóa hồ sơ",
    ),
    "en": ("Transparency", "Timeliness", "Online filing", "Online payment", "Digitisation"),
}


def texts(chart: Chart) -> list:
    return [text for text in chart.figure.axes[0].texts if text.get_text()]


def written(chart: Chart) -> list[str]:
    return [text.get_text() for text in texts(chart)]


def the_text(chart: Chart, wanted: str):
    (found,) = [text for text in texts(chart) if text.get_text() == wanted]
    return found


def row_of(chart: Chart, name: str) -> list[str]:
    """The texts on the line of ``name``, from left to right."""
    y = the_text(chart, name).get_position()[1]
    row = [text for text in texts(chart) if text.get_position()[1] == pytest.approx(y)]
    boxes = FigureCanvasAgg(chart.figure).get_renderer()
    return [text.get_text() for text in sorted(row, key=lambda text: text.get_window_extent(boxes).x0)]


def lines_of(chart: Chart, colour: str) -> list[list[float]]:
    """The heights of each joined line of a colour, cut where it is cut."""
    lines = [
        line.get_ydata()
        for line in chart.figure.axes[0].lines
        if line.get_color() == colour and line.get_linestyle() == "-"
    ]
    cuts = [np.split(line, np.flatnonzero(np.isnan(line))) for line in lines if len(line)]
    stretches = [part[~np.isnan(part)] for parts in cuts for part in parts]
    return [list(part) for part in stretches if len(part)]


@functools.cache
def drawn(kind: str, count: int, lang: str = "vi") -> Chart:
    """To be looked at only: it is drawn once for all tests."""
    words = {"vi": VI, "en": EN}[lang]
    if kind == "ranking":
        return draw_ranking(many_scores(count), BANDS, words)
    if kind == "heat":
        return draw_heat(many_cells(count, NAMES[words.lang]), words)
    if kind == "bump":
        return draw_bump(many_weeks(count), words, {LONG_NAME: -1, "phường Hoài Nhơn Đông 7": 1})
    if kind == "totals":
        return draw_totals(many_weeks(count), words)
    if kind == "lines":
        return lines(many_weeks(count), words)
    if kind == "contributions":
        sizes = np.random.default_rng(766).normal(0, 2, (count, 6))
        parts = pd.DataFrame(
            sizes, many_scores(count)["unit_name"], [*NAMES[words.lang], words.say("name.not_itemised")]
        )
        rows = parts.stack().rename_axis(["unit_name", "part"]).rename("contribution").reset_index()
        rows["change"] = rows.groupby("unit_name")["contribution"].transform("sum")
        marks = {"marked": rows["contribution"], "change_marked": rows["change"]}
        marks = {name: np.where(moved.abs() > 2, np.sign(moved), 0).astype(int) for name, moved in marks.items()}
        return draw_contributions(rows.assign(**marks), words, left_out=1_200)
    if kind == "strip":
        units = many_scores(count)
        kinds = np.resize(["xã, phường", "sở, ban, ngành", "xã, phường"], count)
        return draw_strip(
            units.assign(kind=kinds, marked=np.where(kinds == "xã, phường", units["marked"], 0)), BANDS, words
        )
    if kind == "spread":
        cells = many_cells(count, NAMES[words.lang]).assign(most=100.0)
        return draw_spread(
            cells.assign(unit_name=cells["unit_name"].replace("phường Hoài Nhơn Đông 7", LONG_NAME)), words
        )
    if kind == "signals":
        frames = [
            many_rates(30 + number).assign(unit_name=f"xã thứ {number}", what=LONG_NAME) for number in range(count // 3)
        ]
        return draw_signals(pd.concat(frames), words, left_out=1_200)
    if kind == "own_rates":
        return draw_own_rates(many_rates(count), words, LONG_NAME)
    parts = pd.concat([PARTS] * (count // 9), ignore_index=True)
    parts.loc[1, "part"] = LONG_NAME
    return draw_lost_points(parts, words)


def all_charts() -> str:
    shown = [draw_ranking(SCORES, BANDS, VI), draw_heat(CELLS, VI), draw_lost_points(PARTS, VI)]
    shown += [draw_bump(COURSE, VI, {"Kiến An": -1, "Chợ Mới": 1}), draw_totals(COURSE, VI)]
    shown += [draw_contributions(CHANGED, VI)]
    shown += [draw_own_rates(OWN_RATES, VI, "Thanh toán trực tuyến")]
    shown += [draw_strip(SCORES.assign(kind=""), BANDS, VI), draw_spread(CELLS, VI)]
    shown += [draw_signals(OWN_RATES.assign(unit_name="Kiến An", what="Thanh toán trực tuyến"), VI, 2)]
    return hashlib.sha256("".join(chart.svg() for chart in shown).encode()).hexdigest()
