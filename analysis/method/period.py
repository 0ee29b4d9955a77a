"""What a month, a quarter or a year is compiled to, of the weeks stored within. Pure functions, frame in, frame out.

A period's figures are those of its last cut-off, which accumulate since the year began; they are compared with those of
the last cut-off of the period before. Nothing is added up over weeks. docs/method.md §15.
"""

from collections.abc import Collection, Mapping
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from analysis import tables
from analysis.config.rules import Rules
from analysis.method.changes import find_reasons, keep_comparable
from analysis.method.ledger import CLOSED, TASK

WEEKS, BANDS, UNITS, FIGURES, ASKS = (
    list(tables.TABLES[f"period_{name}"].columns) for name in ("weeks", "bands", "units", "figures", "asks")
)
BEFORE, WITHIN, MISSING, GAP = "before", "within", "missing", "gap"
NO_PREVIOUS, NEW_YEAR, NEW_RULES, NEW_BANDS = "no_previous", "new_year", "new_rules", "new_bands"
PLACES = ["unit_code", "indicator", "place", "of"]
USUAL = 1.5  # our choice: what lies further apart than that many usual distances of the area's cut-offs is a gap
LEAST_DISTANCES = 3  # fewer tell no usual distance; our choice


def find_break(previous_cutoff: str, cutoff: str, bands_since: str, new_rules: Collection[str], years: bool) -> str:
    """Why the results of two last cut-offs are not compared as a whole; "" where they are.

    bands_since : the day from which on the bands have these limits; new_rules, years : as for ``changes.find_reasons``
    Returns     : NO_PREVIOUS, NEW_YEAR, NEW_RULES (neither totals nor bands are compared), or NEW_BANDS (only bands)
    """
    if not previous_cutoff:
        return NO_PREVIOUS
    if years and previous_cutoff[:4] < cutoff[:4]:
        return NEW_YEAR
    if any(previous_cutoff < day <= cutoff for day in new_rules):
        return NEW_RULES
    return NEW_BANDS if previous_cutoff < bands_since else ""


def add_kinds(scores: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """The rows of the units with their kind, in the order of ``scores``; without the control row."""
    return scores.merge(units[["unit_code", "kind"]], on="unit_code")


def find_printed(rules: Rules) -> dict[str, str]:
    """The figures that the table prints, in its order: code => the column of ``measurements`` that holds it."""
    groups, indicators = set(rules.groups["group"]), set(rules.indicators["indicator"])
    shown = {}
    for each in rules.printed.itertuples():
        if each.kind == "points" and each.field in groups:
            shown[each.field] = "published_points"
        elif each.field in indicators or each.kind == "points":
            shown[each.field] = "value"
    return shown


def count_bands(now: pd.DataFrame, then: pd.DataFrame | None, bands: list[str]) -> pd.DataFrame:
    """How many units of each kind have each band, and had at the end of the period before; counts and per cent.

    now, then : unit_code, kind, band of the units (without the control row) at either last cut-off; then: None where
                there is none, or where its bands are not those of now
    bands     : in their order, the best first
    Returns   : BANDS, kinds in the order of ``now``. A band that no unit has is 0; units without a total are a row of
                their own, where there are any. The units of a kind add up to 100 %.
    """
    rows = []
    for kind, its in now.groupby("kind", sort=False):
        before = then[then["kind"] == kind] if then is not None else None
        has_before = before is not None and len(before) > 0
        held = {*its["band"], *(before["band"] if has_before else ())}
        for band in [*bands, *([""] if "" in held else [])]:
            row = {"kind": kind, "band": band} | _share(its["band"] == band)
            row |= (
                {f"previous_{name}": each for name, each in _share(before["band"] == band).items()}
                if has_before
                else {}
            )
            rows.append(row)
    return pd.DataFrame(rows, columns=BANDS).astype({name: float for name in BANDS[2:]})


def _share(has: pd.Series) -> dict[str, float]:
    return {"units": float(has.sum()), "share": 100 * float(has.mean())}


def compare_units(
    now: pd.DataFrame,
    then: pd.DataFrame,
    kinds: Mapping[str, str],
    since: pd.Series,
    previous_cutoff: str,
    new_rules: Collection[str],
    years: bool,
    has_same_bands: bool,
) -> pd.DataFrame:
    """The result of each unit, and of the area, at the last cut-off, and how it moved since the period before.

    now, then : the tables ``scores`` of either last cut-off; then without rows where there is none
    kinds     : of the units, by code; the control row has none
    since     : the day each unit's series began, ISO, by unit_code
    previous_cutoff : of ``then``, ISO; "" for none
    new_rules, years : as for ``changes.find_reasons``
    has_same_bands : whether the bands of then are those of now
    Returns   : UNITS in the order of ``now``
    """
    held = then.set_index("unit_code")
    known = held["total"].astype(float)
    previous = keep_comparable(known, previous_cutoff, since)
    frame = now[["unit_code", "unit_name", "total", "band", "rank"]].copy()
    frame["kind"] = frame["unit_code"].map(kinds).fillna("")
    frame["previous_total"] = frame["unit_code"].map(previous).astype(float).where(frame["total"].notna())
    is_compared = frame["previous_total"].notna()
    frame["previous_band"] = frame["unit_code"].map(held["band"]).where(is_compared & has_same_bands, "")
    frame["previous_rank"] = frame["unit_code"].map(held["rank"]).astype(float).where(is_compared)
    frame["change"] = (frame["total"] - frame["previous_total"]).round(6)
    reasons = find_reasons(now, known, previous_cutoff, since, new_rules, years)
    frame["reason"] = frame["unit_code"].map(reasons)
    return frame[UNITS].reset_index(drop=True)


def compare_figures(
    now: pd.DataFrame,
    then: pd.DataFrame,
    printed: Mapping[str, str],
    since: pd.Series,
    previous_cutoff: str,
    changed: Mapping[str, str],
    places: pd.DataFrame,
    previous_places: pd.DataFrame,
) -> pd.DataFrame:
    """Each printed figure of each unit, and of the area, at the last cut-off, and how it moved since the period before.

    now, then : the tables ``measurements`` of either last cut-off
    printed   : in their order, code => the column of ``measurements`` that holds its figure
    since, previous_cutoff : as for ``compare_units``
    changed   : the day from which on an indicator says something else, ISO, by indicator: it is not compared over it
    places, previous_places : PLACES of either last cut-off; a place of a figure that is not printed has a row too
    Returns   : FIGURES, unit by unit in the order of ``now``, without figures that are missing and have no place
    """
    rows = [_figures(each, printed).rename(f"{name}value") for each, name in ((now, ""), (then, "previous_"))]
    keys = ["unit_code", "indicator"]
    placed = [
        each[PLACES].rename(columns={"place": f"{name}place", "of": f"{name}of"})
        for each, name in ((places, ""), (previous_places, "previous_"))
    ]
    frame = rows[0].reset_index().merge(placed[0], how="outer", on=keys)
    frame = frame.dropna(subset=["value", "place"], how="all")
    frame = frame.merge(rows[1].reset_index(), how="left", on=keys).merge(placed[1], how="left", on=keys)
    began = frame["unit_code"].map(since).fillna("9999")
    is_other = frame["indicator"].map(lambda code: changed.get(code, "") > previous_cutoff)
    is_compared = (began <= previous_cutoff) & (previous_cutoff != "") & ~is_other.astype(bool)
    frame["previous_value"] = frame["previous_value"].astype(float).where(is_compared)
    frame["change"] = (frame["value"] - frame["previous_value"]).round(6)
    order = [*dict.fromkeys(now["unit_code"]), *frame["unit_code"]]
    units, codes = (pd.Index(pd.unique(pd.Series(each))) for each in (order, [*printed, *frame["indicator"]]))
    places_of = units.get_indexer(frame["unit_code"]) * len(codes) + codes.get_indexer(frame["indicator"])
    return frame.iloc[np.argsort(places_of, kind="stable")][FIGURES].reset_index(drop=True)


def _figures(measurements: pd.DataFrame, printed: Mapping[str, str]) -> pd.Series:
    """The figure of each printed code, by unit_code and indicator."""
    parts = [
        measurements.loc[measurements["indicator"] == code, ["unit_code", "indicator", column]].set_axis(
            ["unit_code", "indicator", "figure"], axis="columns"
        )
        for code, column in printed.items()
    ]
    rows = pd.concat(parts) if parts else pd.DataFrame(columns=["unit_code", "indicator", "figure"])
    return rows.dropna().astype({"figure": float}).set_index(["unit_code", "indicator"])["figure"]


def follow_asks(ledgers: Mapping[str, pd.DataFrame], days: Collection[str]) -> pd.DataFrame:
    """The asks that were open within the period: their newest row there, and what became of them.

    ledgers : the tables ``asks`` by cut-off, oldest first: those of ``days`` that have one, and the last one before
    days    : the cut-offs of the period
    Returns : ASKS, in the order of the newest ledgers; standing tasks are left out. An ask that was done and raised
              again is open; one whose last row is closed is closed by the cut-off of that row.
    """
    within = [day for day in ledgers if day in days]
    before = [day for day in ledgers if day not in days]
    was_open = set()
    if before:
        held = ledgers[before[-1]]
        was_open = set(held.loc[~held["state"].isin(CLOSED), "ask_id"])
    parts = [ledgers[day].assign(closed=day) for day in within]
    empty = pd.DataFrame(columns=ASKS).astype({name: float for name in ("reports",)})
    if not parts:
        return empty
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[rows["kind"] != TASK]
    counts = rows["ask_id"].value_counts()
    last = rows.iloc[::-1].drop_duplicates("ask_id").iloc[::-1]
    is_open = ~last["state"].isin(CLOSED)
    last = last[~is_open | (last["closed"] == within[-1])]
    last = last.assign(
        was_open=last["ask_id"].isin(was_open),
        closed=last["closed"].where(last["state"].isin(CLOSED), ""),
        reports=last["ask_id"].map(counts).astype(float),
    )
    return last[ASKS].reset_index(drop=True)


def list_weeks(
    revisions: Mapping[str, int],
    before: str,
    known: Collection[str],
    expected: Collection[date] | None,
    reach: int,
    first: date,
    last: date,
) -> pd.DataFrame:
    """The weeks that the period is compiled from, and those that are missing.

    revisions : of the period's weeks and of ``before``, by cut-off
    before    : the last cut-off of the period before; "": none
    known     : every stored cut-off of the area up to the first one after the period
    expected  : the period's cut-offs by the rhythm of [expected], as far as they are past; None: there is no rhythm
    reach     : as for ``find_missing``
    first, last : the days of the period, as far as they are past
    Returns   : WEEKS, by cut-off. Without a rhythm, what lies further apart than usual is a gap.
    """
    rows = [(BEFORE if day == before else WITHIN, day, "", float(number)) for day, number in revisions.items()]
    days = sorted(date.fromisoformat(day) for day in known)
    if expected is None:
        gaps = find_gaps(days, first, last)
        rows += [(GAP, str(begin), str(end) if end in days else "", np.nan) for begin, end in gaps]
    else:
        rows += [(MISSING, str(day), "", np.nan) for day in find_missing(days, expected, reach)]
    return pd.DataFrame(rows, columns=WEEKS).sort_values("cutoff", kind="stable", ignore_index=True)


def find_missing(days: Collection[date], expected: Collection[date], reach: int) -> list[date]:
    """The expected cut-offs for which no stored one stands.

    A stored cut-off stands for the expected one that it lies nearest to, at most ``reach`` days away: an office that
    closes on a Tuesday after a holiday has delivered Monday's table.
    """
    nearest = [min(expected, key=lambda each, day=day: abs(each - day)) for day in days] if expected else []
    there = {near for day, near in zip(days, nearest, strict=False) if abs((near - day).days) <= reach}
    return [day for day in expected if day not in there]


def find_gaps(days: list[date], first: date, last: date) -> list[tuple[date, date]]:
    """The gaps of a period whose area has no expected rhythm, each from a cut-off to the next one.

    days  : every stored cut-off up to the first one after the period, in order
    first, last : the days of the period; where no later cut-off is stored, a gap may reach to the last
    Returns : none where too few distances are known to say what is usual
    """
    distances = [(end - begin).days for begin, end in pairwise(days)]
    if len(distances) < LEAST_DISTANCES:
        return []
    most = USUAL * float(np.median(distances))
    ends = [*pairwise(days), *([(days[-1], last)] if days[-1] < last else [])]
    return [(begin, end) for begin, end in ends if (end - begin).days > most and end >= first and begin < last]


def correct_totals(old: pd.DataFrame | None, new: pd.DataFrame) -> pd.DataFrame:
    """The table ``corrections`` of a period that replaces an earlier issue.

    old, new : the table ``period_units`` of either issue; old: None for a first issue, which corrects nothing
    Returns  : a row for each unit whose total is another one, or that has come or gone
    """
    earlier = new if old is None else old
    both = new[["unit_code", "unit_name", "total"]].merge(
        earlier[["unit_code", "unit_name", "total"]], how="outer", on="unit_code", suffixes=("", "_old"), sort=False
    )
    both["unit_name"] = both["unit_name"].fillna(both["unit_name_old"])
    is_same = (both["total"] == both["total_old"]) | (both["total"].isna() & both["total_old"].isna())
    rows = both[~is_same].rename(columns={"total_old": "old", "total": "new"})
    rows = rows.assign(indicator="TOTAL", field="value")
    return rows[list(tables.TABLES["corrections"].columns)].reset_index(drop=True)
