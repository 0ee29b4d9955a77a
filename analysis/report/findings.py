"""Collects the findings of a week, as rows with sentences.

A finding is one statement of the report: its code, its unit and indicator, the figure, the reference that the figure is
compared with, its severity, and the sentence (config/wording, ``finding.*``). Page, mail and other programs read the
same rows. Codes: docs/method.md §11.
"""

from datetime import date, timedelta

import pandas as pd

from analysis.config.rules import Rules
from analysis.config.wording import MISSING, Wording
from analysis.method.changes import count_items, find_satisfaction_moves
from analysis.method.routes import round_need
from analysis.method.xmr import SHIFT, TREND
from analysis.report.names import Names
from analysis.report.phrases import say_mix, say_move, say_route
from analysis.tables import NOT_ITEMISED

COLUMNS = ["finding", "severity", "unit_code", "indicator", "value", "reference", "text"]
ACT, WATCH, INFO = "act", "watch", "info"  # someone must act · worth a look · good to know


def collect(tables: dict[str, pd.DataFrame], rules: Rules, words: Wording) -> pd.DataFrame:
    """All findings of a week: about the units, most urgent kind first, then about the data itself.

    tables  : the week's tables by name, as notebooks 1 to 3 write them
    Returns : COLUMNS; figures are unrounded, units by rank or by the figure in question.
    """
    names, settings = Names(rules, words, tables["units"]), rules.settings
    units = tables["scores"][tables["scores"]["unit_code"] != names.control].sort_values("rank")
    moved = tables["changes"][tables["changes"]["unit_code"] != names.control]
    cells = tables["measurements"][tables["measurements"]["unit_code"] != names.control]
    odd = tables["peers"][tables["peers"]["outlier"].astype(bool)]
    rows = [
        *_weak_bands(units, rules, names),
        *_fell(moved, tables, names),
        *_steps(moved, tables["contributions"], odd, settings["step"], names),
        *_signals(tables["signals"], names),
        *_peers(odd, names),
        *_routes(units, tables["routes"], settings, names),
        *_below(cells, settings["marks_below"], "flag", ACT, names),
        *_below(cells, settings["targets"], "target", WATCH, names),
        *_rose(moved, tables, settings["rose_most"], names),
        *_marks(cells, settings["marks_below"], names),
        *_differences(tables["reconciliation"], names),
        *_carried(tables["carried"], names),
        *_about_data(tables, rules, names),
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(finding, severity, unit="", indicator="", value=None, reference=None, text="") -> tuple:
    return (finding, severity, unit, indicator, value, reference, text)


def _about_data(tables: dict[str, pd.DataFrame], rules: Rules, names: Names) -> list[tuple]:
    """Findings about the data: repairs, control totals, warnings, and what the figures cannot show."""
    words, say = names.words, names.words.say
    repairs = words.number(len(tables["repairs"]), 0)
    rows = [_row("data", INFO, value=len(tables["repairs"]), text=say("finding.repairs", count=repairs))]
    for each in tables["controls"].itertuples():
        fields = {"found": words.number(each.found, 0), "expected": words.number(each.expected, 0)}
        if each.indicator:
            fields["indicator"] = names.indicator(each.indicator)
        text = say(f"finding.control_{each.control}", **fields)
        rows.append(_row("data", INFO, "", each.indicator, each.found, each.expected, text))
    rows += [_row("data", WATCH, text=text) for text in _warnings(tables["problems"], words)]
    for each in rules.sheets.query("rows == 'units'").itertuples():
        period = each.period_vi if words.lang == "vi" else each.period_en
        rows.append(_row("data", INFO, text=say("finding.sheet_period", sheet=each.sheet, period=period)))
    if hidden := [names.group(group) for group in _groups_not_printed(rules)]:
        text = say("finding.not_printed", groups=words.listed(hidden))
        rows.append(_row("data", INFO, indicator=NOT_ITEMISED, text=text))
    rows += [_row("data", *row) for row in _about_history(tables, rules, names)]
    if lost := tables["pages"].query("status == 'failed'")["unit_name"].tolist():
        rows.append(_row("data", WATCH, value=len(lost), text=say("finding.no_page", units=words.listed(lost))))
    return rows


def _about_history(tables: dict[str, pd.DataFrame], rules: Rules, names: Names) -> list[tuple]:
    """Findings about the history: the base of changes, what cannot be said yet, new series, corrected weeks."""
    words, say, course = names.words, names.words.say, tables["course"]
    published = course[course["carried_by"] == ""]
    days, period = sorted(published["cutoff"].unique()), words.period(rules.cutoff)
    previous, compared = tables["changes"]["previous_cutoff"].iat[0], tables["changes"]["previous_total"].notna().any()
    signals = tables["signals"][tables["signals"]["unit_code"] != names.control]
    if len(days) == 1:
        key = "no_history" if compared else "other_series" if previous else "no_previous"
        texts = [say(f"finding.{key}", period=period)]
    else:
        first, begun = words.period(date.fromisoformat(days[0])), signals[signals["since"] > days[-2]]
        texts = [say("finding.history", count=words.number(len(days), 0), first=first, last=period)]
        if len(begun) == len(signals):
            texts.append(say("finding.new_series_all"))
        elif len(begun):
            texts.append(say("finding.new_series", units=words.listed(map(names.unit, begun["unit_code"]))))
        if compared and tables["contributions"].empty:
            which = words.period(date.fromisoformat(previous)) if previous else say("period.previous")
            texts.append(say("finding.no_parts", period=which))
    for missing, short in signals[signals["missing"] > 0].groupby("missing", sort=False):
        fields = {"units": words.number(len(short), 0), "missing": words.number(missing, 0)}
        texts.append(say("finding.no_limits", **fields))
    rows = [(INFO, "", "CHANGE", None, None, text) for text in texts]
    recent = str(rules.cutoff - timedelta(weeks=rules.settings["trend"]["recent_weeks"]))
    corrected = published[published["corrected"].astype(bool) & (published["cutoff"] >= recent)]
    for day, its in corrected.groupby("cutoff"):
        fields = {"period": words.period(date.fromisoformat(day)), "units": words.listed(its["unit_name"])}
        rows.append((WATCH, "", "CHANGE", len(its), None, say("finding.corrected_week", **fields)))
    return rows


def _warnings(problems: pd.DataFrame, words: Wording) -> list[str]:
    """One sentence for each kind of warning: its only cell, or the number of cells and their column."""
    texts = []
    for (column, problem), its in problems.groupby(["column", "problem"], sort=False):
        first = its.iloc[0]
        if len(its) > 1:
            fields = {"count": words.number(len(its), 0), "column": column, "problem": problem}
            texts.append(words.say("finding.warnings", **fields))
        elif column:
            row = f"{first['row']:.0f}" if first["row"] == first["row"] and first["row"] != "" else MISSING
            texts.append(words.say("finding.warning", row=row, column=column, value=first["value"], problem=problem))
        else:
            texts.append(words.say("finding.warning_whole", value=first["value"], problem=problem))
    return texts


def _weak_bands(units: pd.DataFrame, rules: Rules, names: Names) -> list[tuple]:
    weak = units[units["band"].isin(rules.settings["weak_bands"])]
    limits = rules.bands.set_index("band")["from_points"]
    above = {band: limits[limits > limits[band]].min() for band in limits.index}
    return [
        _row(
            *("band", ACT, each.unit_code, "TOTAL", each.total, above[each.band]),
            names.words.say(
                "finding.band", unit=each.unit_name, band=names.band(each.band), total=names.words.number(each.total)
            ),
        )
        for each in weak.itertuples()
    ]


def _fell(moved: pd.DataFrame, tables: dict[str, pd.DataFrame], names: Names) -> list[tuple]:
    fallen = moved[moved["change"] < 0].sort_values("change")
    return [_move("fell", ACT, each, moved["change"].median(), tables, names) for each in fallen.itertuples()]


def _rose(moved: pd.DataFrame, tables: dict[str, pd.DataFrame], most: int, names: Names) -> list[tuple]:
    """The ``most`` units that rose most, and all that share the last place with them."""
    risen = moved[(moved["change"] > 0) & (moved["change"].rank(method="min", ascending=False) <= most)]
    ordered = risen.sort_values("change", ascending=False, kind="stable")
    return [_move("rose", INFO, each, moved["change"].median(), tables, names) for each in ordered.itertuples()]


def _move(finding: str, severity: str, unit, median: float, tables: dict[str, pd.DataFrame], names: Names) -> tuple:
    text = say_move(unit, median, tables, names)
    return _row(finding, severity, unit.unit_code, "CHANGE", unit.change, median, text)


def _steps(
    moved: pd.DataFrame, contributions: pd.DataFrame, odd: pd.DataFrame, step: dict, names: Names
) -> list[tuple]:
    """Changes of satisfaction, and gaps below the peers, that have the size of whole satisfaction items."""
    words, size = names.words, step["size_points"]
    rows, lost_now = [], {}
    for each in find_satisfaction_moves(moved, contributions, step["group"]).itertuples():
        printed = each.of == step["group"]
        tolerance = step["group_tolerance_points" if printed else "tolerance_points"]
        if count := count_items(each.move, size, tolerance):
            key, severity = ("finding.step_lost", ACT) if count < 0 else ("finding.step_regained", WATCH)
            key += "_printed" if printed else ""
            fields = {"items": words.number(abs(count), 0), "size": words.number(size, 0)}
            text = words.say(
                key, unit=names.unit(each.unit_code), change=words.number(each.move, signed=True), **fields
            )
            lost_now[each.unit_code] = max(0, -count)
            rows.append(_row("step", severity, each.unit_code, "CHANGE", each.move, count * size, text))
    for each in odd[odd["indicator"] == NOT_ITEMISED].itertuples():
        count = count_items(each.gap, size, step["level_tolerance_points"])
        if count < 0:
            fields = {"items": words.number(-count, 0), "size": words.number(size, 0)}
            unit, gap = names.unit(each.unit_code), words.number(-each.gap)
            text = words.say("finding.step_level", unit=unit, gap=gap, **fields)
            now = lost_now.get(each.unit_code, 0)
            if 0 < now < -count:
                counts = {"now": words.number(now, 0), "before": words.number(-count - now, 0)}
                text += " " + words.say("finding.step_before", **counts)
            rows.append(_row("step", ACT, each.unit_code, each.indicator, each.gap, count * size, text))
    return rows


def _signals(signals: pd.DataFrame, names: Names) -> list[tuple]:
    """Changes that are unusual by a control chart of the unit's own earlier changes."""
    words, rows = names.words, []
    for each in signals[signals["rule"] != ""].itertuples():
        above = each.value > each.centre
        limit = each.centre if each.rule in (SHIFT, TREND) else each.upper if above else each.lower
        signed = {
            name: words.number(getattr(each, name), signed=True) for name in ("value", "centre", "lower", "upper")
        }
        text = words.say(
            f"finding.signal_{each.rule}",
            unit=names.unit(each.unit_code),
            count=words.number(each.changes, 0),
            **signed,
        )
        severity = WATCH if each.value < each.centre else INFO
        rows.append(_row("signal", severity, each.unit_code, "CHANGE", each.value, limit, text))
    return rows


def _peers(odd: pd.DataFrame, names: Names) -> list[tuple]:
    """Figures far from the median of the unit's kind: first points not itemised, then by distance."""
    words = names.words
    first = odd.assign(itemised=odd["indicator"] != NOT_ITEMISED, far=-odd["deviation"].abs())
    rows = []
    for each in first.sort_values(["itemised", "far"], kind="stable").itertuples():
        rest = each.indicator == NOT_ITEMISED
        figures = {
            "value": names.figure(each.indicator, each.value),
            "median": names.figure(each.indicator, each.median),
            "gap": words.number(each.gap, names.decimals(each.indicator), signed=True),
        }
        about = {} if rest else {"indicator": names.measured(each.indicator)}
        text = words.say(
            "finding.peer" if rest else "finding.peer_of", unit=names.unit(each.unit_code), **about, **figures
        )
        rows.append(_row("peer", WATCH, each.unit_code, each.indicator, each.value, each.median, text))
    return rows


def _routes(units: pd.DataFrame, routes: pd.DataFrame, settings: dict, names: Names) -> list[tuple]:
    """For units of a weak band: each indicator that alone would be enough, watched ones first, then the shortest way;
    and the cheapest mix, unless it is one of these."""
    weak = units.loc[units["band"].isin(settings["weak_bands"]), "unit_code"]
    rows = []
    for code in weak:
        its = routes[routes["unit_code"] == code]
        ways = its[its["enough"].astype(bool)]
        ways = ways.assign(watched=ways["indicator"].isin(settings["marks_below"]))
        for each in ways.sort_values(["watched", "needed_pct"], ascending=[False, True]).itertuples():
            needed = round_need(each.needed_pct, each.room_pct)
            rows.append(_row("route", ACT, code, each.indicator, needed, each.gap, say_route(each, names)))
        if len(its) and (ways.empty or (its["mix_pct"] > 0).sum() > 1):
            rows.append(_row("route", ACT, code, "TOTAL", its["gap"].iloc[0], its["gap"].iloc[0], say_mix(its, names)))
    return rows


def _below(cells: pd.DataFrame, limits: dict, finding: str, severity: str, names: Names) -> list[tuple]:
    """Cells below a limit, indicator by indicator, lowest first. A figure at its limit is not below it."""
    rows = []
    for indicator, limit in limits.items():
        low = cells[(cells["indicator"] == indicator) & (cells["value"] < limit)]
        for each in low.sort_values("value", kind="stable").itertuples():
            fields = {"value": names.figure(indicator, each.value), "limit": names.limit(indicator, limit)}
            text = names.words.say(
                f"finding.{finding}", unit=each.unit_name, indicator=names.indicator(indicator), **fields
            )
            rows.append(_row(finding, severity, each.unit_code, indicator, each.value, limit, text))
    return rows


def _marks(cells: pd.DataFrame, limits: dict, names: Names) -> list[tuple]:
    """The office's own marks (underlined or bold cells), compared with the cells that our thresholds mark."""
    marked, ours = cells["mark"] != "", cells["value"] < cells["indicator"].map(limits)
    if not marked.any():
        return []
    words, same = names.words, int((marked & ours).sum())
    text = words.say("finding.marks_agree", count=words.number(same, 0))
    rows = [_row("reconcile", INFO, value=same, reference=int(marked.sum()), text=text)]
    for each in cells[marked != ours].itertuples():
        key = "finding.marked_by_office" if each.mark else "finding.marked_by_us"
        fields = {"indicator": names.indicator(each.indicator), "value": names.figure(each.indicator, each.value)}
        text = words.say(key, unit=each.unit_name, **fields)
        rows.append(
            _row("reconcile", WATCH, each.unit_code, each.indicator, each.value, limits.get(each.indicator), text)
        )
    return rows


def _differences(reconciliation: pd.DataFrame, names: Names) -> list[tuple]:
    """Published figures that differ from our computed ones; and how many figures agree, if any can be compared."""
    if reconciliation.empty:
        return []
    words, agrees = names.words, reconciliation["agrees"].astype(bool)
    fields = {"agree": words.number(agrees.sum(), 0), "all": words.number(len(reconciliation), 0)}
    text = words.say("finding.reconciled", **fields)
    rows = [_row("reconcile", INFO, value=int(agrees.sum()), reference=len(reconciliation), text=text)]
    for each in reconciliation[~agrees].itertuples():
        name = names.indicator(each.indicator) if each.indicator else names.group(each.group)
        fields = {"computed": words.number(each.computed), "published": words.number(each.published)}
        text = words.say("finding.differs", unit=names.unit(each.unit_code), indicator=name, **fields)
        indicator = each.indicator or each.group
        rows.append(_row("reconcile", WATCH, each.unit_code, indicator, each.published, each.computed, text))
    return rows


def _carried(carried: pd.DataFrame, names: Names) -> list[tuple]:
    """Previous totals in the table that differ from those published for that week."""
    rows = []
    for each in carried.itertuples():
        figures = {"carried": names.words.number(each.carried), "published": names.words.number(each.published)}
        fields = {"unit": names.unit(each.unit_code), "carrier": names.words.period(date.fromisoformat(each.carrier))}
        text = names.words.say("finding.carried", **fields, **figures)
        rows.append(_row("reconcile", WATCH, each.unit_code, "PREVIOUS_TOTAL", each.carried, each.published, text))
    return rows


def _groups_not_printed(rules: Rules) -> list[str]:
    """Groups of which the table prints nothing, or only a part of the points."""
    fields = set(rules.columns["field"])
    whole = set(rules.columns.loc[rules.columns["kind"] == "points", "field"])
    printed = rules.indicators[rules.indicators["indicator"].isin(fields)].groupby("group")["max_points"].sum()
    return [
        each.group
        for each in rules.groups.itertuples()
        if each.group not in whole and printed.get(each.group, 0) < each.max_points
    ]
