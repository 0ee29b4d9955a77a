"""What is worth saying, as rows first and sentences second.

A finding is one thing the report says: its code, the unit and indicator it is about, the figure, what the figure is
held against, how urgent it is, and the sentence (config/wording, ``finding.*``). Page, mail and other programs all
read the same rows. Codes: README, Words.
"""

import pandas as pd

from analysis import trend
from analysis.clean import INDICATOR_OF
from analysis.rules import Rules
from analysis.wording import MISSING, Wording

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
        *_fell(moved, names),
        *_steps(moved, odd, settings["step"], names),
        *_peers(odd, names),
        *_routes(units, tables["routes"], settings, names),
        *_below(cells, settings["marks_below"], "flag", ACT, names),
        *_below(cells, settings["targets"], "target", WATCH, names),
        *_rose(moved, settings["rose_most"], names),
        *_marks(cells, settings["marks_below"], names),
        *_differences(tables["reconciliation"], names),
        *_carried(tables["carried"], names),
        *_about_data(tables, rules, names),
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _about_data(tables: dict[str, pd.DataFrame], rules: Rules, names: "Names") -> list[tuple]:
    """What was mended, what adds up, warnings, and what the figures cannot show."""
    words, say = names.words, names.words.say
    repairs = words.number(len(tables["repairs"]), 0)
    rows = [names.row("data", INFO, value=len(tables["repairs"]), text=say("finding.repairs", count=repairs))]
    for each in tables["controls"].itertuples():
        fields = {"found": words.number(each.found, 0), "expected": words.number(each.expected, 0)}
        if each.indicator:
            fields["indicator"] = names.indicator(each.indicator)
        text = say(f"finding.control_{each.control}", **fields)
        rows.append(names.row("data", INFO, "", each.indicator, each.found, each.expected, text))
    rows += [names.row("data", WATCH, text=text) for text in _warnings(tables["problems"], words)]
    for each in rules.sheets.query("rows == 'units'").itertuples():
        period = each.period_vi if words.lang == "vi" else each.period_en
        rows.append(names.row("data", INFO, text=say("finding.sheet_period", sheet=each.sheet, period=period)))
    if hidden := [names.group(group) for group in _groups_not_printed(rules)]:
        rows.append(names.row("data", INFO, text=say("finding.not_printed", groups=words.listed(hidden))))
    if tables["changes"]["explained_change"].isna().all():
        key = "finding.no_history" if tables["changes"]["previous_total"].notna().any() else "finding.no_previous"
        rows.append(names.row("data", INFO, text=say(key, period=words.period(rules.cutoff))))
    return rows


def _warnings(problems: pd.DataFrame, words: Wording) -> list[str]:
    """One sentence a kind of warning: its only cell, or how many cells of which column."""
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


class Names:
    """Codes → the names a reader knows, and figures in the decimals of their column."""

    def __init__(self, rules: Rules, words: Wording, units: pd.DataFrame) -> None:
        self.words, self.control = words, rules.settings["code"]
        lang = f"name_{words.lang}"
        self._units = dict(zip(units["unit_code"], units["unit_name"], strict=True))
        self._types = dict(zip(units["unit_code"], units["type"], strict=True))
        self._units[self.control] = rules.settings["name"][words.lang]
        self._indicators = dict(zip(rules.indicators["indicator"], rules.indicators[lang], strict=True))
        self._groups = dict(zip(rules.groups["group"], rules.groups[lang], strict=True))
        self._bands = dict(
            zip(rules.bands["band"], rules.bands["band" if words.lang == "vi" else "name_en"], strict=True)
        )
        whole = rules.columns.loc[rules.columns["kind"] == "points", "field"]
        self.prints_satisfaction = rules.settings["step"]["group"] in set(whole)
        self._percent = set(rules.indicators.loc[rules.indicators["unit"] == "percent", "indicator"])
        decimals = rules.columns.dropna(subset="decimals").set_index("field")["decimals"].astype(int)
        self._decimals = decimals.rename(index=INDICATOR_OF).to_dict()

    def unit(self, code: str) -> str:
        return self._units[code]

    def full_unit(self, code: str) -> str:
        """The unit with its kind, to begin a line: ``Xã Kiến An``; in English the name alone."""
        kind = self._types[code].capitalize() if self.words.lang == "vi" else ""
        return f"{kind} {self.unit(code)}".strip()

    def indicator(self, code: str) -> str:
        return self._indicators.get(code) or self.words.say(f"name.{code.lower()}")

    def measured(self, code: str) -> str:
        """The name of what a measurement is of: an indicator, a group, or one of the totals."""
        return self._groups.get(code) if code in self._groups and code not in self._indicators else self.indicator(code)

    def group(self, code: str) -> str:
        return self._groups[code]

    def band(self, code: str) -> str:
        return self._bands[code]

    def decimals(self, indicator: str) -> int:
        return self._decimals.get(indicator, 2)

    def figure(self, indicator: str, value: float) -> str:
        """``("TT", 7.42)`` => ``7,42%``; a change carries its sign."""
        text = self.words.number(value, self.decimals(indicator), signed=indicator == "CHANGE")
        return f"{text}%" if indicator in self._percent else text

    def limit(self, indicator: str, value: float) -> str:
        """A threshold or target without idle decimals: ``("TT", 30)`` => ``30%``."""
        text = self.words.number(value, 0 if value == int(value) else self.decimals(indicator))
        return f"{text}%" if indicator in self._percent else text

    def row(self, finding, severity, unit="", indicator="", value=None, reference=None, text="") -> tuple:
        return (finding, severity, unit, indicator, value, reference, text)


def _weak_bands(units: pd.DataFrame, rules: Rules, names: Names) -> list[tuple]:
    weak = units[units["band"].isin(rules.settings["weak_bands"])]
    limits = rules.bands.set_index("band")["from_points"]
    above = {band: limits[limits > limits[band]].min() for band in limits.index}
    return [
        names.row(
            *("band", ACT, each.unit_code, "TOTAL", each.total, above[each.band]),
            names.words.say(
                "finding.band", unit=each.unit_name, band=names.band(each.band), total=names.words.number(each.total)
            ),
        )
        for each in weak.itertuples()
    ]


def _fell(moved: pd.DataFrame, names: Names) -> list[tuple]:
    fallen = moved[moved["change"] < 0].sort_values("change")
    return [_move("fell", ACT, each, moved["change"].median(), names) for each in fallen.itertuples()]


def _rose(moved: pd.DataFrame, most: int, names: Names) -> list[tuple]:
    """The units that rose most; a unit that shares the last place is named too."""
    risen = moved[(moved["change"] > 0) & (moved["change"].rank(method="min", ascending=False) <= most)]
    ordered = risen.sort_values("change", ascending=False)
    return [_move("rose", INFO, each, moved["change"].median(), names) for each in ordered.itertuples()]


def _move(finding: str, severity: str, unit, median: float, names: Names) -> tuple:
    words = names.words
    fields = {"change": words.number(abs(unit.change)), "median": words.number(median, signed=True)}
    text = words.say(f"finding.{finding}", unit=unit.unit_name, **fields)
    if pd.notna(unit.unexplained_change):
        fields = {"explained": unit.explained_change, "unexplained": unit.unexplained_change}
        text += " " + words.say("finding.split", **{k: words.number(v, signed=True) for k, v in fields.items()})
    return names.row(finding, severity, unit.unit_code, "CHANGE", unit.change, median, text)


def _steps(moved: pd.DataFrame, odd: pd.DataFrame, step: dict, names: Names) -> list[tuple]:
    """Changes, and levels far below the peers, that are the size of whole satisfaction items."""
    words, size = names.words, step["size_points"]
    rows = []
    for each in moved.itertuples():
        if count := trend.items(each.change, size, step["tolerance_points"]):
            key, severity = ("finding.step_lost", ACT) if count < 0 else ("finding.step_regained", WATCH)
            key += "_printed" if names.prints_satisfaction else ""
            fields = {"items": words.number(abs(count), 0), "size": words.number(size, 0)}
            text = words.say(key, unit=each.unit_name, change=words.number(each.change, signed=True), **fields)
            rows.append(names.row("step", severity, each.unit_code, "CHANGE", each.change, count * size, text))
    for each in odd.itertuples():
        count = trend.items(each.gap, size, step["level_tolerance_points"])
        if count < 0:
            fields = {"items": words.number(-count, 0), "size": words.number(size, 0)}
            text = words.say(
                "finding.step_level", unit=names.unit(each.unit_code), gap=words.number(-each.gap), **fields
            )
            rows.append(names.row("step", ACT, each.unit_code, each.indicator, each.gap, count * size, text))
    return rows


def _peers(odd: pd.DataFrame, names: Names) -> list[tuple]:
    words = names.words
    rows = []
    for each in odd.itertuples():
        fields = {"value": words.number(each.value), "median": words.number(each.median)}
        text = words.say(
            "finding.peer", unit=names.unit(each.unit_code), gap=words.number(each.gap, signed=True), **fields
        )
        rows.append(names.row("peer", WATCH, each.unit_code, each.indicator, each.value, each.median, text))
    return rows


def _routes(units: pd.DataFrame, routes: pd.DataFrame, settings: dict, names: Names) -> list[tuple]:
    """For units of a weak band: each indicator that alone would be enough; watched ones first, then the shortest."""
    weak = units.loc[units["band"].isin(settings["weak_bands"]), ["unit_code", "unit_name"]]
    ways = weak.merge(routes[routes["enough"].astype(bool)], on="unit_code")
    ways = ways.assign(watched=ways["indicator"].isin(settings["marks_below"]))
    rows = []
    for each in ways.sort_values(["watched", "needed_pct"], ascending=[False, True]).itertuples():
        needed, words = trend.rounded_up(each.needed_pct), names.words
        fields = {"gap": words.number(each.gap), "band": names.band(each.next_band), "needed": words.number(needed, 1)}
        text = words.say(
            "finding.route", unit=each.unit_name, indicator=names.indicator(each.indicator).lower(), **fields
        )
        rows.append(names.row("route", ACT, each.unit_code, each.indicator, needed, each.gap, text))
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
            rows.append(names.row(finding, severity, each.unit_code, indicator, each.value, limit, text))
    return rows


def _marks(cells: pd.DataFrame, limits: dict, names: Names) -> list[tuple]:
    """The office's own marks (underlined or bold cells) against the cells our thresholds mark."""
    marked, ours = cells["mark"] != "", cells["value"] < cells["indicator"].map(limits)
    if not marked.any():
        return []
    words, same = names.words, int((marked & ours).sum())
    text = words.say("finding.marks_agree", count=words.number(same, 0))
    rows = [names.row("reconcile", INFO, value=same, reference=int(marked.sum()), text=text)]
    for each in cells[marked != ours].itertuples():
        key = "finding.marked_by_office" if each.mark else "finding.marked_by_us"
        fields = {"indicator": names.indicator(each.indicator), "value": names.figure(each.indicator, each.value)}
        text = words.say(key, unit=each.unit_name, **fields)
        rows.append(
            names.row("reconcile", WATCH, each.unit_code, each.indicator, each.value, limits.get(each.indicator), text)
        )
    return rows


def _differences(reconciliation: pd.DataFrame, names: Names) -> list[tuple]:
    """Published figures that ours do not reproduce; where there is something to reconcile, how much of it agrees."""
    if reconciliation.empty:
        return []
    words, agrees = names.words, reconciliation["agrees"].astype(bool)
    fields = {"agree": words.number(agrees.sum(), 0), "all": words.number(len(reconciliation), 0)}
    text = words.say("finding.reconciled", **fields)
    rows = [names.row("reconcile", INFO, value=int(agrees.sum()), reference=len(reconciliation), text=text)]
    for each in reconciliation[~agrees].itertuples():
        name = names.indicator(each.indicator) if each.indicator else names.group(each.group)
        fields = {"computed": words.number(each.computed), "published": words.number(each.published)}
        text = words.say("finding.differs", unit=names.unit(each.unit_code), indicator=name, **fields)
        indicator = each.indicator or each.group
        rows.append(names.row("reconcile", WATCH, each.unit_code, indicator, each.published, each.computed, text))
    return rows


def _carried(carried: pd.DataFrame, names: Names) -> list[tuple]:
    """Previous totals in the table that are not those published for that week."""
    rows = []
    for each in carried.itertuples():
        fields = {"carried": names.words.number(each.carried), "published": names.words.number(each.published)}
        text = names.words.say("finding.carried", unit=names.unit(each.unit_code), **fields)
        rows.append(names.row("reconcile", WATCH, each.unit_code, "PREVIOUS_TOTAL", each.carried, each.published, text))
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
