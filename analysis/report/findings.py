"""Collects the findings of a week, as rows with sentences.

A finding is one statement of the report: its code, its unit and indicator, the figure, the reference that the figure is
compared with, its severity, the sentence (config/wording, ``finding.*``), and for what stands since when it does. Page,
mail and other programs read the same rows. Codes: docs/method.md §11.
"""

from datetime import date, timedelta

import pandas as pd

from analysis import tables as week_tables
from analysis.config.rules import Rules
from analysis.config.wording import MISSING, Wording, capital, uncapital
from analysis.gate import checks
from analysis.gate.problems import PASSED, WARNING
from analysis.method import score, standing
from analysis.method.asked import FELL, TARGET, TASK
from analysis.method.ledger import CLOSED
from analysis.method.moves import CHANGE, find_directions
from analysis.method.signals import LEAST_WEEKS
from analysis.method.steps import PEERS
from analysis.method.week_rates import REVISED
from analysis.report.names import Names
from analysis.report.phrases import (
    find_slips,
    say_age,
    say_gap,
    say_move,
    say_opened,
    say_part,
    say_routes,
    say_signal,
    say_withheld,
)
from analysis.tables import NOT_ITEMISED
from analysis.weeks.history import with_totals

COLUMNS = list(week_tables.TABLES["findings"].columns)
ACT, WATCH, INFO = "act", "watch", "info"  # someone must act · worth a look · good to know
MOST_PASSED, MOST_QUOTED = 6, 40  # our choice: lines that were passed over by their text; characters of it


def collect(tables: dict[str, pd.DataFrame], rules: Rules, words: Wording) -> pd.DataFrame:
    """All findings of a week: about the units, most urgent kind first, then about the data itself.

    tables  : the week's tables by name, as notebooks 1 to 3 write them
    Returns : COLUMNS; figures are unrounded, units by rank or by the figure in question.
    """
    names, settings = Names(rules, words, tables["units"]), rules.settings
    units = tables["scores"][tables["scores"]["unit_code"] != names.control].sort_values("rank", kind="stable")
    cells = with_totals(tables["measurements"], tables["scores"])
    cells = cells[cells["unit_code"] != names.control]
    odd = tables["peers"][tables["peers"]["outlier"].astype(bool)]
    moves = tables["moves"].assign(direction=find_directions(tables["moves"]))
    ages = Ages(tables["standing"], tables["asks"], names)
    rows = [
        *_weak_bands(units, rules, names, ages),
        *_crossed_bands(units, tables["changes"], rules, names),
        *_moves(moves, tables, names, -1),
        *_steps(tables["steps"], settings["step"], names, ages),
        *_signals(tables["signals"], tables["week_rates"], rules.cutoff, names, ages),
        *_peers(odd, names, ages),
        *_routes(units, tables["routes"], settings, names),
        *_below(cells, settings["marks_below"], standing.FLAG, ACT, names, ages),
        *_below(cells, settings["targets"], standing.TARGET, WATCH, names, ages),
        *_place_targets(tables["place_changes"], settings, names),
        *_moves(moves, tables, names, 1),
        *_apart(moves, names),
        *_marks(cells, settings["marks_below"], moves, names),
        *_differences(tables["reconciliation"], names),
        *_rest_out_of_bounds(tables, names),
        *_carried(tables["carried"], rules.cutoff, names),
        *_about_data(tables, rules, names),
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


class Ages:
    """Since when each finding has stood: ``standing`` by finding, unit and indicator; and what is asked about it.

    Of what is asked it is not said since when it has stood, but how often it was asked, and since when.
    """

    def __init__(self, held: pd.DataFrame, asks: pd.DataFrame, names: Names) -> None:
        self._rows = {(each.finding, each.unit_code, each.indicator): each for each in held.itertuples()}
        is_open = ~asks["state"].isin(CLOSED) & ~asks["kind"].isin([TASK, TARGET])
        self._asks = {(each.unit_code, each.indicator): each for each in asks[is_open].itertuples()}
        self._fallen = set(asks.loc[is_open & (asks["kind"] == FELL), "unit_code"])
        self._names = names

    def since(self, *key: str) -> str:
        return self._rows[key].since if key in self._rows else ""

    def said(self, text: str, *key: str) -> str:
        """The sentence with a second one that says how long this has stood; alone where that is not known."""
        if self.is_asked(*key[1:]):
            return self.asked(text, *key[1:])
        return f"{text} {age}" if key in self._rows and (age := say_age(self._rows[key], self._names.words)) else text

    def is_asked(self, unit: str, indicator: str) -> bool:
        return (unit, indicator) in self._asks

    def is_fallen(self, unit: str) -> bool:
        """Whether the unit is asked about a fall, of its total or of any part."""
        return unit in self._fallen

    def asked(self, text: str, unit: str, indicator: str) -> str:
        """The sentence with a second one that says how often this was asked; alone where that is not yet so."""
        opened = say_opened(self._asks[unit, indicator], self._names.words)
        return f"{text} {opened}" if opened else text


def _row(finding, severity, unit="", indicator="", value=None, reference=None, text="", since="") -> tuple:
    return (finding, severity, unit, indicator, value, reference, capital(text), since)


# -- about the units -------------------------------------------------------------------------------------------------


def _weak_bands(units: pd.DataFrame, rules: Rules, names: Names, ages: Ages) -> list[tuple]:
    """The units of weak bands, the lowest total first."""
    weak = units[units["band"].isin(rules.settings["weak_bands"])].sort_values("total", kind="stable")
    limits = rules.bands.set_index("band")["from_points"]
    above = {band: limits[limits > limits[band]].min() for band in limits.index}
    rows = []
    for each in weak.itertuples():
        key = (standing.BAND, each.unit_code, "TOTAL")
        fields = {"band": names.band(each.band), "total": names.words.number(each.total)}
        text = ages.said(names.words.say("finding.band", unit=names.unit(each.unit_code), **fields), *key)
        rows.append(_row(*("band", ACT, *key[1:], each.total, above[each.band]), text, ages.since(*key)))
    return rows


def _crossed_bands(units: pd.DataFrame, changes: pd.DataFrame, rules: Rules, names: Names) -> list[tuple]:
    """The units that entered or left a weak band since the previous cut-off."""
    weak, rows = rules.settings["weak_bands"], []
    both = units.merge(changes[["unit_code", "previous_total", "previous_cutoff"]], on="unit_code").dropna(
        subset=["total", "previous_total"]
    )
    both = both[both["previous_cutoff"] >= rules.bands_since]  # earlier totals were judged by other limits
    both = both.assign(previous_band=score.band(both["previous_total"], rules.bands))
    for finding, severity, crossed in (
        ("entered_band", ACT, both["band"].isin(weak) & ~both["previous_band"].isin(weak)),
        ("left_band", INFO, ~both["band"].isin(weak) & both["previous_band"].isin(weak)),
    ):
        for each in both[crossed].itertuples():
            fields = {"band": names.band(each.band), "previous_band": names.band(each.previous_band)}
            fields |= {"total": names.words.number(each.total), "previous": names.words.number(each.previous_total)}
            text = names.words.say(f"finding.{finding}", unit=names.unit(each.unit_code), **fields)
            rows.append(_row(finding, severity, each.unit_code, "TOTAL", each.total, each.previous_total, text))
    return rows


def _moves(moves: pd.DataFrame, tables: dict[str, pd.DataFrame], names: Names, sign: int) -> list[tuple]:
    """The marked rises (``sign`` 1) or falls (−1): of totals, then of parts of them; the largest first.

    moves : the table of that name, and the ``direction`` of each as ``find_directions`` returns it
    """
    rows, moved = [], tables["changes"].set_index("unit_code")["change"]
    revised = _revised(tables["week_rates"], tables["points"]) if sign < 0 else set()
    its = moves[moves["direction"] == sign]
    its = its.assign(is_part=its["indicator"] != CHANGE, size=-its["move"].abs())
    for each in its.sort_values(["is_part", "size"], kind="stable").itertuples():
        if each.is_part:
            kind, severity = "move", WATCH if sign < 0 else INFO
            text = say_part(each, moved.at[each.unit_code], names)
            if sign < 0 and (each.unit_code, each.indicator) in revised:
                text += " " + names.words.say("finding.part_revised")
        else:
            kind, severity = ("fell", ACT) if sign < 0 else ("rose", INFO)
            text = say_move(each, tables["contributions"], names)
        rows.append(_row(kind, severity, each.unit_code, each.indicator, each.move, each.median, text))
    return rows


def _revised(rates: pd.DataFrame, points: pd.DataFrame) -> set[tuple[str, str]]:
    """Unit and indicator, or group, whose cumulative figures do not fit those before: of a group, of all its rates."""
    held = rates.assign(revised=rates["basis"] == REVISED)
    if not held["revised"].any():
        return set()
    of_groups = held.merge(points[["unit_code", "group", "indicator"]], on=["unit_code", "indicator"])
    whole = of_groups.groupby(["unit_code", "group"])["revised"].all()
    single = held.set_index(["unit_code", "indicator"])["revised"]
    return {*whole.index[whole.astype(bool)], *single.index[single.astype(bool)]}


def _apart(moves: pd.DataFrame, names: Names) -> list[tuple]:
    """The moves that are marked because the peers moved: a rise far behind theirs, a fall far smaller, or none."""
    rows, words = [], names.words
    its = moves[moves["marked"].astype(bool) & (moves["direction"] == 0)]
    for each in its.itertuples():
        part = uncapital(names.measured("TOTAL" if each.indicator == CHANGE else each.indicator))
        fields = {"move": words.number(each.move, signed=True), "median": words.number(each.median, signed=True)}
        text = words.say("finding.move_apart", unit=names.unit(each.unit_code), part=part, **fields)
        rows.append(_row("apart", INFO, each.unit_code, each.indicator, each.move, each.median, text))
    return rows


def _steps(steps: pd.DataFrame, step: dict, names: Names, ages: Ages) -> list[tuple]:
    """Moves since the previous cut-off, and gaps below the peers, that have the size of whole satisfaction items."""
    words, rows = names.words, []
    before = steps[steps["against"] != PEERS].set_index("unit_code")["blocks"]
    for each in steps.itertuples():
        lost = each.blocks < 0
        fields = {"unit": names.unit(each.unit_code), "points": words.limit(abs(each.blocks))}
        fields["group"] = uncapital(names.group(step["group"]))
        if each.against == PEERS:
            key = (standing.PEER, each.unit_code, NOT_ITEMISED)
            text = words.say("finding.step_against_peers", gap=words.number(-each.points), **fields)
            if each.blocks < before.get(each.unit_code, 0) < 0:
                now = -before[each.unit_code]
                parts = {"now": words.limit(now), "before": words.limit(-each.blocks - now)}
                text += " " + words.say("finding.step_earlier", **parts)
            text, since = text if ages.is_fallen(each.unit_code) else ages.said(text, *key), ages.since(*key)
        else:
            printed = {step["group"]: "_of_group", NOT_ITEMISED: "_of_rest"}.get(each.indicator, "")
            kind = "lost_points" if lost else "regained_points"
            change = words.number(abs(each.points))
            text, since = words.say(f"finding.step_{kind}{printed}", change=change, **fields), ""
        rows.append(
            _row(
                *("step", ACT if lost else WATCH, each.unit_code, each.indicator, each.points, each.blocks),
                *(text, since),
            )
        )
    return rows


def _signals(signals: pd.DataFrame, rates: pd.DataFrame, cutoff: date, names: Names, ages: Ages) -> list[tuple]:
    """The standing signals, those of the area first, then the strongest first; the figure is the week's own rate."""
    own = {(each.unit_code, each.indicator): each for each in rates.itertuples()}
    standing_now = signals[signals["signal"] != ""]
    of_area = standing_now["unit_code"].eq(names.control)
    together = set(standing_now.loc[of_area, "indicator"])
    order = standing_now.assign(rest=~of_area, far=-standing_now["score"].abs()).sort_values(["rest", "far"])
    rows = []
    for each in order.itertuples():
        rate = own.get((each.unit_code, each.indicator))
        key, is_apart = (each.unit_code, each.indicator), each.indicator in together and each.rest
        is_asked = each.signal == "down" and ages.is_asked(*key)
        text = say_signal(each, rate, is_apart, names, None if is_asked else cutoff)
        text = ages.asked(text, *key) if is_asked else text
        figures = (rate.rate if rate else None, each.baseline)
        severity = WATCH if each.signal == "down" else INFO
        rows.append(_row("signal", severity, each.unit_code, each.indicator, *figures, text, each.since))
    return rows


def _peers(odd: pd.DataFrame, names: Names, ages: Ages) -> list[tuple]:
    """Figures far from the median of the unit's kind: first points not itemised, then by distance."""
    first = odd.assign(itemised=odd["indicator"] != NOT_ITEMISED, far=-odd["deviation"].abs())
    rows = []
    for each in first.sort_values(["itemised", "far"], kind="stable").itertuples():
        key = (standing.PEER, each.unit_code, each.indicator)
        pairs = ((each.value, each.median), (each.gap, 0.0))  # neither they nor the gap may look like nothing
        decimals = max(names.telling_decimals(each.indicator, *pair) for pair in pairs)
        fields = {
            "unit": names.unit(each.unit_code),
            "indicator": uncapital(names.measured(each.indicator)),
            "value": names.figure(each.indicator, each.value, decimals),
            "median": names.figure(each.indicator, each.median, decimals),
            "gap": say_gap(each.indicator, each.gap, names, decimals),
        }
        text = ages.said(names.words.say("finding.far_from_peers", **fields), *key)
        rows.append(_row("peer", WATCH, *key[1:], each.value, each.median, text, ages.since(*key)))
    return rows


def _place_targets(places: pd.DataFrame, settings: dict, names: Names) -> list[tuple]:
    """Of each target that is a place of the area among its peers: whether it is reached. A target of a place is no ask:
    nobody but the area itself can be asked for it (docs/method.md §16)."""
    own = places[(places["unit_code"] == names.control) & (places["scope"] == settings["name"]["peers_in"])]
    rows = []
    for each in own[own["indicator"].isin(settings["place_targets"])].itertuples():
        target = settings["place_targets"][each.indicator]
        is_met = each.place <= target
        fields = {name: names.words.number(getattr(each, name), 0) for name in ("place", "of")}
        fields |= {
            "scope": names.words.say(f"places.{each.scope}"),
            "indicator": uncapital(names.measured(each.indicator)),
        }
        key = "places.target_met" if is_met else "places.target_missed"
        text = names.words.say(key, target=names.words.number(target, 0), **fields)
        rows.append(_row("place", INFO if is_met else WATCH, names.control, each.indicator, each.place, target, text))
    return rows


def _routes(units: pd.DataFrame, routes: pd.DataFrame, settings: dict, names: Names) -> list[tuple]:
    """For units of a weak band, the lowest first: the route to the next band, then each indicator that alone would be
    enough; the same sentences as on the unit's page."""
    weak = units[units["band"].isin(settings["weak_bands"])].sort_values("total", kind="stable")
    rows = []
    for code in weak["unit_code"]:
        its = routes[routes["unit_code"] == code]
        for indicator, text in say_routes(its, names):
            gap = its["gap"].iloc[0]
            rows.append(_row("route", ACT, code, indicator, gap, gap, text))
    return rows


def _below(cells: pd.DataFrame, limits: dict, finding: str, severity: str, names: Names, ages: Ages) -> list[tuple]:
    """Cells below a limit, indicator by indicator, lowest first. A figure at its limit is not below it. Changes are
    not judged by a limit: moves are (``_moves``)."""
    judged, rows = [indicator for indicator in limits if indicator != "CHANGE"], []
    low = cells[cells["indicator"].isin(judged) & (cells["value"] < cells["indicator"].map(limits))]
    low = low.assign(place=low["indicator"].map(judged.index)).sort_values(["place", "value"], kind="stable")
    for code, indicator, value in zip(low["unit_code"], low["indicator"], low["value"], strict=True):
        key, limit = (finding, code, indicator), limits[indicator]
        fields = {"value": names.figure(indicator, value), "limit": names.limit(indicator, limit)}
        fields |= {"unit": names.unit(code), "indicator": uncapital(names.indicator(indicator))}
        text = ages.said(names.words.say(f"finding.{finding}", **fields), *key)
        rows.append(_row(finding, severity, *key[1:], value, limit, text, ages.since(*key)))
    return rows


# -- about the table -------------------------------------------------------------------------------------------------


def _marks(cells: pd.DataFrame, limits: dict, moves: pd.DataFrame, names: Names) -> list[tuple]:
    """The office's own marks (underlined or bold cells), compared with the cells that the report marks: those below
    their threshold, and the changes of units with a marked fall."""
    fell = moves.loc[(moves["direction"] < 0) & (moves["indicator"] == CHANGE), "unit_code"]
    below, marked = cells["value"] < cells["indicator"].map(limits), cells["mark"] != ""
    ours = below.where(cells["indicator"] != "CHANGE", cells["unit_code"].isin(fell))
    if not marked.any():
        return []
    words, same = names.words, int((marked & ours).sum())
    text = words.say("finding.marks_agree", count=words.number(same, 0))
    rows = [_row("reconcile", INFO, value=same, reference=int(marked.sum()), text=text)]
    for each in cells[marked != ours].itertuples():
        key = "finding.marked_by_office" if each.mark else "finding.marked_by_us"
        fields = {"indicator": names.indicator(each.indicator), "value": names.figure(each.indicator, each.value)}
        text = words.say(key, unit=names.unit(each.unit_code), **fields)
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


def _rest_out_of_bounds(tables: dict[str, pd.DataFrame], names: Names) -> list[tuple]:
    """Points not itemised that cannot be: fewer than none, or more than the parts that are not itemised can earn. Then
    a figure of the table, or our reading of its columns, is wrong. Where every group is known nothing is left to
    itemise: then the total and its sum differ, which ``_differences`` tells."""
    words, rows = names.words, []
    most, nothing = score.most_not_itemised(tables["points"], names.most_points), score.nothing_points(words.decimals)
    for each in tables["scores"].dropna(subset="not_itemised").itertuples():
        limit = most[each.unit_code]
        if limit > 0 and not -nothing <= each.not_itemised <= limit + nothing:
            reference = 0.0 if each.not_itemised < 0 else limit
            fields = {"value": words.number(each.not_itemised), "most": words.number(limit)}
            text = words.say("finding.rest_out_of_bounds", unit=names.unit(each.unit_code), **fields)
            rows.append(_row("reconcile", WATCH, each.unit_code, NOT_ITEMISED, each.not_itemised, reference, text))
    return rows


def _carried(carried: pd.DataFrame, cutoff: date, names: Names) -> list[tuple]:
    """Previous totals in the table that differ from those published for that week."""
    rows = []
    for each in carried.itertuples():
        figures = {"carried": names.words.number(each.carried), "published": names.words.number(each.published)}
        fields = {"unit": names.unit(each.unit_code), "carrier": names.words.period(date.fromisoformat(each.carrier))}
        text = names.words.say("finding.carried", **fields, **figures)
        if each.carrier == str(cutoff):
            text += " " + names.words.say("finding.carried_used")
        rows.append(_row("reconcile", WATCH, each.unit_code, "PREVIOUS_TOTAL", each.carried, each.published, text))
    return rows


def _about_data(tables: dict[str, pd.DataFrame], rules: Rules, names: Names) -> list[tuple]:
    """Findings about the data: repairs, control totals, warnings, and what the figures cannot show."""
    words, say, rows = names.words, names.words.say, []
    if slips := len(find_slips(tables["repairs"], words)):
        rows.append(_row("data", INFO, value=slips, text=say("finding.repairs", count=words.number(slips, 0))))
    for each in tables["controls"].itertuples():
        if each.control == "units" and rules.from_file:
            continue  # the table itself is the registry
        fields = {"found": words.number(each.found, 0), "expected": words.number(each.expected, 0)}
        if each.indicator:
            fields["indicator"] = names.indicator(each.indicator)
        text = say(f"finding.control_{each.control}", **fields)
        rows.append(_row("data", INFO, "", each.indicator, each.found, each.expected, text))
    problems = tables["problems"]
    passed = problems[problems["severity"] == PASSED]
    if len(passed):
        text = say("finding.passed", count=words.number(len(passed), 0), lines=_passed(passed, words))
        rows.append(_row("data", INFO, value=len(passed), text=text))
    # Totals that are not the sum of their groups are told from the reconciliation.
    fields = checks.say_sum_differences(tables["measurements"], rules, words)
    told = words.say("problem.totals_differ", **fields) if fields else ""
    warnings = problems[(problems["severity"] == WARNING) & (problems["problem"] != told)]
    rows += [_row("data", WATCH, text=text) for text in _warnings(warnings, words)]
    rows += [_row("data", INFO, text=text) for text in _periods(rules, words)]
    if tables["scores"]["total"].notna().any() and (text := _say_not_printed(rules, names)):
        rows.append(_row("data", INFO, indicator=NOT_ITEMISED, text=text))
    rows += [_row("data", *row) for row in _about_history(tables, rules, names)]
    if lost := tables["pages"].loc[tables["pages"]["status"] == "failed", "unit_name"].tolist():
        rows.append(_row("data", WATCH, value=len(lost), text=say("finding.no_page", units=words.listed(lost))))
    return rows


def _periods(rules: Rules, words: Wording) -> list[str]:
    """Which period the figures of each sheet cover; said once where all of them cover the same one."""
    sheets = rules.sheets[rules.sheets["rows"] == "units"]
    periods = sheets[f"period_{words.lang}"]
    if periods.nunique() == 1 and periods.iat[0]:
        return [words.say("finding.period", period=periods.iat[0])]
    return [
        words.say("finding.sheet_period", sheet=sheet, period=period)
        for sheet, period in zip(sheets["sheet"], periods, strict=True)
        if period
    ]


def _say_not_printed(rules: Rules, names: Names) -> str:
    """The groups whose points the table does not print, or not all; "" where it prints all of them, and where the index
    has one group alone, which is its total."""
    hidden, words = names.groups_not_printed, names.words
    parts = {*rules.groups["group"], *rules.indicators["indicator"]}
    if not hidden or (len(rules.groups) == 1 and not parts & set(rules.printed["field"])):
        return ""
    if not parts & set(rules.printed["field"]):
        return words.say("finding.only_totals")
    return words.say("finding.not_printed", groups=words.listed(map(names.group, hidden)))


def _passed(passed: pd.DataFrame, words: Wording) -> str:
    """The lines of the table that were passed over, each by its place and its text; of many, the first ones."""
    named = []
    for each in passed.head(MOST_PASSED).itertuples():
        text = each.value if len(each.value) <= MOST_QUOTED else each.value[:MOST_QUOTED].rstrip() + "…"
        named.append(words.say("finding.passed_line", place=words.say("place.row", row=f"{each.row:.0f}"), text=text))
    return "; ".join([*named, *(["…"] if len(passed) > len(named) else [])])


def _about_history(tables: dict[str, pd.DataFrame], rules: Rules, names: Names) -> list[tuple]:
    """Findings about the history: its length, what cannot be compared and why, known steps, corrected weeks.

    The figure is the number of units that the sentence names; none where it is about the table as a whole. The
    reference is the number of cut-offs that are still needed before something can be told; else none.
    """
    words, say, course = names.words, names.words.say, tables["course"]
    published = course[course["carried_by"] == ""]
    days, period = sorted(published["cutoff"].unique()), words.period(rules.cutoff)
    compared = tables["changes"]["previous_total"].notna().any()
    previous = max(tables["changes"]["previous_cutoff"], default="")
    if len(days) == 1:
        texts = [say("finding.no_history" if compared else "finding.history_begins", period=period)]
        is_judged = rules.settings["targets"] or set(rules.settings["marks_below"]) - {"CHANGE"}
        texts += [say("finding.ages_unknown")] if is_judged else []
    else:
        first = words.period(date.fromisoformat(days[0]))
        texts = [say("finding.history", count=words.number(len(days), 0), first=first, last=period)]
        if compared and tables["contributions"].empty:
            is_new_reading = previous in days and previous < rules.reading_since
            key = "finding.new_reading" if is_new_reading else "finding.no_parts"
            texts.append(say(key, period=_previous(previous, words)))
    if compared and previous < rules.bands_since:
        texts.append(say("finding.new_bands", period=_previous(previous, words)))
    about_units = [*_gone(published, names), *say_withheld(tables["moves"], names)]
    rows = [
        (INFO, "", "CHANGE", count, None, text) for text, count in [*((text, None) for text in texts), *about_units]
    ]
    rows += [(INFO, "", "CHANGE", None, LEAST_WEEKS, text) for text in _not_judged(tables["signals"], names)]
    known = {"", names.control, *tables["units"]["unit_code"]}
    steps = [each for each in rules.settings["rebase"] if each["unit_code"] in known]
    rows += [
        (INFO, each["unit_code"], "CHANGE", None, None, _rebased(each, names))
        for each in steps
        if each["cutoff"] <= str(rules.cutoff)
    ]
    recent = str(rules.cutoff - timedelta(weeks=rules.settings["trend"]["recent_weeks"]))
    corrected = published[published["corrected"].astype(bool) & (published["cutoff"] >= recent)]
    for day, its in corrected.groupby("cutoff"):
        fields = {"period": words.period(date.fromisoformat(day)), "units": words.listed(its["unit_name"])}
        rows.append((WATCH, "", "CHANGE", len(its), None, say("finding.corrected_week", **fields)))
    return rows


def _gone(published: pd.DataFrame, names: Names) -> list[tuple[str, int]]:
    """The units of the newest earlier table that this one does not have any more.

    published : the rows of the table ``course`` that are not carried
    """
    *earlier, now = sorted(published["cutoff"].unique())
    if not earlier:
        return []
    then, known = (published[published["cutoff"] == day] for day in (earlier[-1], now))
    lost = then.loc[~then["unit_code"].isin(known["unit_code"]), "unit_name"]
    period = names.words.period(date.fromisoformat(earlier[-1]))
    return (
        [(names.words.say("finding.gone", units=names.words.listed(lost), period=period), len(lost))]
        if len(lost)
        else []
    )


def _previous(previous: str, words: Wording) -> str:
    return words.period(date.fromisoformat(previous)) if previous else words.say("period.previous")


def _not_judged(signals: pd.DataFrame, names: Names) -> list[str]:
    """How many units have no indicator whose usual rate is known yet."""
    units = signals[signals["unit_code"] != names.control]
    known = units["baseline"].notna().groupby(units["unit_code"]).any()
    if not (few := int((~known).sum())):
        return []
    fields = {"units": names.words.number(few, 0), "least": names.words.number(LEAST_WEEKS, 0)}
    return [names.words.say("finding.not_judged", **fields)]


def _rebased(step: dict, names: Names) -> str:
    words = names.words
    what = words.say("finding.rebased_all") if not step["unit_code"] else names.unit(step["unit_code"])
    if step["indicator"]:
        what = words.say("finding.rebased_of", indicator=uncapital(names.indicator(step["indicator"])), unit=what)
    day = words.date(date.fromisoformat(step["cutoff"]))
    return words.say("finding.rebased", date=day, what=what, reason=step["reason"][words.lang])


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
        elif first["value"]:
            texts.append(words.say("finding.warning_whole", value=first["value"], problem=problem))
        else:
            texts.append(capital(words.say("finding.warning_alone", problem=problem)))
    return texts
