"""This cut-off against the ones before, a unit against its peers, and what a unit would need for the next band.

Pure functions, frame in, new frame out. What the data does not hold stays missing: a change can be split by column only
when the earlier cut-off's own table is there, and scores of different series (another year, other rules, a merger) are
never subtracted. Formulas and their sources: docs/method.md §9.
"""

import math
from datetime import date

import numpy as np
import pandas as pd

from analysis import score, tables
from analysis.tables import NOT_ITEMISED

COURSE, CHANGES, CONTRIBUTIONS, SIGNALS, CARRIED, PEERS, ROUTES, PACE = (
    list(tables.TABLES[name].columns)
    for name in ("course", "changes", "contributions", "signals", "carried", "peers", "routes", "pace")
)
ROUNDING_POINTS = 0.005  # published figures are rounded to 0.01: a spread within that is none
MAD_TO_SIGMA = (
    0.6745  # of a normal distribution, so that the deviation reads like a z-score (Iglewicz and Hoaglin 1993)
)
RANGE_TO_SIGMA = 1.128  # mean moving range of two over the standard deviation (d2 of Shewhart's charts)
BEYOND, NEAR, SHIFT, TREND = "beyond", "near", "shift", "trend"
DAYS_IN_WEEK = 7


# -- course --------------------------------------------------------------------------------------------------------


def course(past: pd.DataFrame, this: pd.DataFrame, shown: int) -> pd.DataFrame:
    """The newest ``shown`` cut-offs of the area's history, this one the last: what charts and signals look at.

    past, this : as ``history.load`` and ``history.rows`` give them; a total that this table carries for a cut-off that
                 is published is left out, for the published one counts
    Returns    : COURSE, oldest first.
    """
    published = set(past.loc[past["carried_by"] == "", "cutoff"]) | set(this.loc[this["carried_by"] == "", "cutoff"])
    rows = pd.concat([past, this], ignore_index=True)
    rows = rows[(rows["carried_by"] == "") | ~rows["cutoff"].isin(published)]
    rows = rows.drop_duplicates(["cutoff", "unit_code"], keep="last")
    newest = sorted(rows["cutoff"].unique())[-shown:]
    return rows[rows["cutoff"].isin(newest)].sort_values("cutoff", kind="stable", ignore_index=True)[COURSE]


# -- change ----------------------------------------------------------------------------------------------------------


def previous_totals(measurements: pd.DataFrame, source: pd.DataFrame, history: pd.DataFrame) -> tuple[str, pd.Series]:
    """The totals to compare with, and their cut-off: those the table itself carries, else the newest published week's.

    source  : previous_cutoff (ISO or "") of each sheet read;  history : as ``history.load`` gives it
    Returns : ("", empty) where there is neither.
    """
    carried = measurements[measurements["indicator"] == "PREVIOUS_TOTAL"].set_index("unit_code")["value"]
    if len(carried):
        return max(source["previous_cutoff"], default=""), carried
    published = history[history["carried_by"] == ""]
    if published.empty:
        return "", pd.Series(dtype=float)
    newest = published["cutoff"].max()
    return newest, published[published["cutoff"] == newest].set_index("unit_code")["total"]


def carried_differences(course: pd.DataFrame, carried: pd.DataFrame, cutoff: str) -> pd.DataFrame:
    """Totals that one table carries for another cut-off and that are not what that cut-off was published with.

    course  : cutoff, unit_code, total, carried_by; this cut-off among the published ones
    carried : unit_code, carrier (cut-off of the table), cutoff (that the total is of), total
    Returns : CARRIED, of those that concern this cut-off: carried by it, or by a later table about it.
    """
    published = course[course["carried_by"] == ""][["cutoff", "unit_code", "total"]]
    both = carried.merge(published.rename(columns={"total": "published"}), on=["cutoff", "unit_code"])
    both = both.rename(columns={"total": "carried"}).dropna(subset=["carried", "published"])
    both = both[(both["carrier"] == cutoff) | (both["cutoff"] == cutoff)]
    return both[score.rounded(both["carried"]) != score.rounded(both["published"])].reset_index(drop=True)[CARRIED]


def comparable(previous: pd.Series, previous_cutoff: str, since: pd.Series) -> pd.Series:
    """The previous totals of units whose series had begun by then; those of another series are left out.

    previous_cutoff : ISO, "" where it is not known: then the table's own word, "the week before", is taken for it
    since           : the day each unit's series began, ISO, by unit_code
    """
    began = previous.index.to_series().map(since)
    return previous[began.notna() & (began <= (previous_cutoff or "9999"))].dropna()


def changes(
    scores: pd.DataFrame,
    previous: pd.Series,
    previous_cutoff: str,
    units: pd.DataFrame,
    contributions: pd.DataFrame,
) -> pd.DataFrame:
    """Total, place and their moves since the previous cut-off.

    scores   : unit_code, unit_name, total, rank;  units : unit_code, kind (others have no place)
    previous : comparable previous total by unit_code;  previous_cutoff : ISO date, "" where it is not known
    contributions : as ``contributions`` returns them, no rows where the previous week's own table is not there
    Returns  : CHANGES. rank_move = places gained (positive is better); explained_change = what printed columns
               contributed (NaN: it cannot be said); unexplained_change = change − explained_change.
    """
    frame = scores[["unit_code", "unit_name", "total", "rank"]].copy()
    frame["previous_total"] = frame["unit_code"].map(previous).astype(float)
    frame["change"] = (frame["total"] - frame["previous_total"]).round(6)
    kinds = frame["unit_code"].map(units.set_index("unit_code")["kind"])
    frame["previous_rank"] = frame.groupby(kinds)["previous_total"].rank(method="min", ascending=False)
    frame["rank_move"] = frame["previous_rank"] - frame["rank"]
    itemised = contributions["contribution"].where(contributions["indicator"] != NOT_ITEMISED, 0.0)
    frame["explained_change"] = frame["unit_code"].map(itemised.groupby(contributions["unit_code"]).sum()).round(6)
    frame["unexplained_change"] = (frame["change"] - frame["explained_change"]).round(6)
    return frame.assign(previous_cutoff=previous_cutoff)[CHANGES]


def contributions(
    scores: pd.DataFrame, points: pd.DataFrame, previous: pd.Series, earlier_points: pd.DataFrame
) -> pd.DataFrame:
    """What moved each total: its parts now and at the previous cut-off, adding up to the change exactly.

    scores   : unit_code, total;  previous : previous total by unit_code (NaN or absent: not comparable)
    points, earlier_points : as ``score.points`` returns them, of this and of the previous cut-off
    Returns  : CONTRIBUTIONS, no rows for units that the earlier points do not have. A row for each part whose points
               are known at both cut-offs (a group, or an indicator of a group known in part only), and one for the
               rest: indicator NOT_ITEMISED, group "", contribution = change − Σ the others. Where groups explain both
               totals whole, there is no rest and no such row.
    Formula  : Σ contributions = total − previous_total, by construction.
    """
    keys = ["unit_code", "group", "indicator"]
    held = [score.explained(each).dropna(subset="points")[[*keys, "points"]] for each in (points, earlier_points)]
    parts = held[0].merge(held[1].rename(columns={"points": "previous_points"}), on=keys)
    totals = scores[["unit_code", "total"]].assign(previous=scores["unit_code"].map(previous)).dropna()
    totals = totals[totals["unit_code"].isin(earlier_points["unit_code"])]
    parts = parts[parts["unit_code"].isin(totals["unit_code"])]
    sums = parts.groupby("unit_code")[["points", "previous_points"]].sum().reindex(totals["unit_code"], fill_value=0.0)
    rest = pd.DataFrame(
        {
            "unit_code": totals["unit_code"].to_numpy(),
            "group": "",
            "indicator": NOT_ITEMISED,
            "points": (totals["total"].to_numpy() - sums["points"].to_numpy()).round(6),
            "previous_points": (totals["previous"].to_numpy() - sums["previous_points"].to_numpy()).round(6),
        }
    )
    rest = rest[(rest["points"] != 0) | (rest["previous_points"] != 0)]
    frame = pd.concat([parts, rest], ignore_index=True)
    frame["contribution"] = (frame["points"] - frame["previous_points"]).round(6)
    order = pd.Categorical(frame["unit_code"], scores["unit_code"].unique())
    return frame.iloc[np.argsort(order.codes, kind="stable")].reset_index(drop=True)[CONTRIBUTIONS]


def satisfaction_moves(changes: pd.DataFrame, contributions: pd.DataFrame, group: str) -> pd.DataFrame:
    """The move in which a satisfaction item lost or regained would show, for each unit.

    group   : the satisfaction group
    Returns : unit_code, of (the group where its points are known at both cut-offs, else NOT_ITEMISED where the rest is,
              else CHANGE: only totals are known), move (points). Units without a change are left out.
    """
    rank = {group: 0, NOT_ITEMISED: 1, "CHANGE": 2}
    parts = contributions.assign(
        of=contributions["indicator"].where(contributions["group"] == "", contributions["group"])
    )
    parts = parts[parts["of"].isin(rank) & ((parts["indicator"] == "") | (parts["of"] == NOT_ITEMISED))]
    whole = changes[["unit_code", "change"]].rename(columns={"change": "contribution"}).assign(of="CHANGE")
    rows = pd.concat([parts[["unit_code", "of", "contribution"]], whole], ignore_index=True)
    first = rows.sort_values("of", key=lambda of: of.map(rank), kind="stable").drop_duplicates("unit_code")
    moves = first.rename(columns={"contribution": "move"}).dropna(subset="move")
    return changes[["unit_code"]].merge(moves, on="unit_code")[["unit_code", "of", "move"]]


def items(difference: float, size: float, tolerance: float) -> int:
    """How many whole satisfaction items a difference amounts to: ``items(-5.78, 6, 0.5)`` => −1; 0 where none fits.

    Source : sub-criteria 5.2 to 5.4 are worth 6 points each and are seen to go and come whole (docs/method.md §3).
    """
    if pd.isna(difference):
        return 0
    count = round(difference / size)
    return count if count and abs(difference - count * size) <= tolerance + 1e-9 else 0


# -- signal or noise -------------------------------------------------------------------------------------------------


def signals(course: pd.DataFrame, cutoff: str, least_changes: int) -> pd.DataFrame:
    """Whether this cut-off's change stands out from the unit's earlier ones (XmR chart), and how long it has gone on.

    course  : cutoff, unit_code, total, since; ``cutoff`` is its newest
    least_changes : earlier changes needed before limits are drawn
    Returns : SIGNALS, one row a unit that has a total now. changes counts the series' earlier changes, missing how many
              more are needed; value is this change (NaN in a series' first week); centre, lower, upper (NaN while some
              are missing, or where the unit never moved) come from the earlier changes alone; rule is the first that
              the newest change completes, "" for none; streak = how many changes in a row rose (+) or fell (−).
    Source  : individuals and moving range, limits centre ± 3 × mean moving range / 1.128 (= ± 2.66 × it); rules of
              NHS England, Making Data Count. The individuals are changes, because the index is a year to date: each
              total contains the one before, and its level says nothing that the last level did not.
    """
    rows = []
    for code, its in course[course["cutoff"] <= cutoff].dropna(subset="total").groupby("unit_code", sort=False):
        if its["cutoff"].iloc[-1] != cutoff:
            continue
        its = its[its["since"] == its["since"].iloc[-1]]
        moved = scaled_changes(its)
        value, earlier = (moved[-1], moved[:-1]) if len(moved) else (np.nan, moved)
        missing = max(0, least_changes - len(earlier))
        centre, lower, upper = (np.nan,) * 3 if missing else limits(earlier)
        broken = rules_broken(moved, centre, upper)
        rule = broken[-1] if len(broken) else ""
        rows.append(
            (code, its["since"].iloc[-1], len(earlier), missing, value, centre, lower, upper, rule, streak(moved))
        )
    return pd.DataFrame(rows, columns=SIGNALS)


def scaled_changes(its: pd.DataFrame) -> np.ndarray:
    """One unit's changes from cut-off to cut-off, each for the usual number of days between two of them.

    its : cutoff, total of one series, oldest first. Changes over a usual span stay as they are: after a week left out,
          the next one's change is halved, for it took two weeks.
    """
    days = np.diff(its["cutoff"].to_numpy(dtype="datetime64[D]")).astype(float)
    return (np.diff(its["total"].to_numpy()) * (np.median(days) if len(days) else 1.0) / days).round(6)


def limits(values: np.ndarray) -> tuple[float, float, float]:
    """Centre, lower and upper limit of an XmR chart of ``values``; NaN where they do not vary.

    Values beyond the limits are left out and the limits drawn again, as special causes are once they are known: else
    one lost item would hide the next one and pull the centre below the ordinary weeks.
    """
    kept = values
    while len(kept) > 1:
        centre, spread = kept.mean(), np.abs(np.diff(kept)).mean() / RANGE_TO_SIGMA
        if spread == 0:
            break
        inside = values[np.abs(values - centre) <= 3 * spread]
        if len(inside) >= len(kept) or 2 * len(inside) < len(values):  # most of them special: then none is
            return centre, centre - 3 * spread, centre + 3 * spread
        kept = inside
    return (np.nan,) * 3


def rules_broken(values: np.ndarray, centre: float, upper: float) -> list[str]:
    """For each value the first rule that it completes, "" for none (or where there are no limits).

    beyond : outside the limits
    shift  : eight in a row on one side of the centre
    near   : two of three in the outer third of the same side
    trend  : six in a row, each higher (or each lower) than the one before
    Source : NHS England, Making Data Count; eight in a row as Western Electric has it.
    """
    if np.isnan(centre):
        return [""] * len(values)
    distance = (values - centre) / ((upper - centre) / 3)
    rising, falling = (np.concatenate([[False], step > 0]) for step in (np.diff(values), -np.diff(values)))
    broken = {
        BEYOND: np.abs(distance) > 3,
        SHIFT: _in_a_row(distance > 0, 8) | _in_a_row(distance < 0, 8),
        NEAR: _twice_of_three(distance > 2) | _twice_of_three(distance < -2),
        TREND: _in_a_row(rising, 5) | _in_a_row(falling, 5),
    }
    return np.select(list(broken.values()), list(broken), "").tolist()


def _in_a_row(so: np.ndarray, count: int) -> np.ndarray:
    """Whether this one and those before it are so, ``count`` in all."""
    return np.logical_and.reduce([_before(so, back) for back in range(count)])


def _twice_of_three(so: np.ndarray) -> np.ndarray:
    """Whether this one and at least one of the two before it are so."""
    return so & (_before(so, 1) | _before(so, 2)) & (np.arange(len(so)) >= 2)


def _before(so: np.ndarray, back: int) -> np.ndarray:
    """What was so many values earlier; what is before the first is not so."""
    return np.concatenate([np.zeros(back, dtype=bool), so])[: len(so)]


def streak(moved: np.ndarray) -> int:
    """How many changes in a row, up to the last, had its direction: 3 rises => 3, 2 falls => −2, unmoved => 0."""
    if not len(moved) or moved[-1] == 0:
        return 0
    sign = np.sign(moved[-1])
    others = np.flatnonzero(np.sign(moved) != sign)
    return int(sign) * (len(moved) - (others[-1] + 1 if len(others) else 0))


# -- peers -----------------------------------------------------------------------------------------------------------


def peers(
    scores: pd.DataFrame,
    measurements: pd.DataFrame,
    indicators: pd.DataFrame,
    groups: pd.DataFrame,
    units: pd.DataFrame,
    least_units: int,
    beyond: float,
) -> pd.DataFrame:
    """How far each unit lies from the median of its kind: every rate, every group's points, and what is not itemised.

    scores  : unit_code, not_itemised;  measurements : unit_code, indicator, value, numerator, denominator,
              published_points;  units : unit_code, kind
    Returns : PEERS; value and median in percent (rates) or points; gap = value − median; deviation = 0.6745 × gap /
              MAD; outlier where |deviation| > ``beyond``. A figure that fewer than ``least_units`` units of a kind
              have, or whose MAD is within rounding, is left out: nobody stands apart from it.
    Source  : Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993): median and median absolute deviation.
    """
    rates = measurements[measurements["indicator"].isin(indicators.query("unit == 'percent'")["indicator"])]
    whole = measurements[measurements["indicator"].isin(set(groups["group"]) - set(rates["indicator"]))]
    rest = scores.assign(indicator=NOT_ITEMISED, value=scores["not_itemised"])
    parts = [rates.assign(value=score.rate_pct(rates)), whole.assign(value=whole["published_points"]), rest]
    frame = pd.concat([part[["unit_code", "indicator", "value"]] for part in parts], ignore_index=True)
    frame = frame.dropna(subset="value").astype({"value": float}).merge(units[["unit_code", "kind"]], on="unit_code")
    by = [frame["kind"], frame["indicator"]]
    values = frame["value"].groupby(by)
    frame["median"] = values.transform("median")
    frame["gap"] = frame["value"] - frame["median"]
    spread = frame["gap"].abs().groupby(by).transform("median")
    enough = (values.transform("size") >= least_units) & (spread > ROUNDING_POINTS)
    frame["deviation"] = MAD_TO_SIGMA * frame["gap"] / spread
    frame["outlier"] = frame["deviation"].abs() > beyond
    return frame.loc[enough, PEERS].reset_index(drop=True)


# -- routes ----------------------------------------------------------------------------------------------------------


def routes(
    scores: pd.DataFrame, measurements: pd.DataFrame, indicators: pd.DataFrame, bands: pd.DataFrame, units: pd.DataFrame
) -> pd.DataFrame:
    """What each indicator alone would have to gain for a unit to reach the next band, and the cheapest mix of them.

    Returns : ROUTES, one row a unit and indicator that earns points by a known rule; none in the highest band.
              gap : points to the next band;  points_per_pct : points that one percentage point brings
              own_pct : the rate now;  room_pct : percentage points left to full points
              needed_pct : that this indicator alone would need;  needed_cases : the same in whole cases (NaN where the
              table has no counts);  enough : needed ≤ room
              best_pct, best_unit : the best rate among the unit's kind and who has it: proof that it can be done
              mix_pct, mix_cases : this indicator's part of the cheapest mix (0 if it has none; NaN where all rooms
              together do not bring the gap);  mix_proven : the mix asks for no rate that no peer has reached
    Formula : the points are linear up to full points, so the cheapest mix takes the indicators in order of what they
              bring: per case where every one of a unit's indicators has counts, else per percentage point. It stays
              within the peers' best rates where that is enough.
    """
    rates = measurements.merge(indicators[indicators["rule"] != "none"], on="indicator")
    rates["rate_pct"] = score.rate_pct(rates)
    rates = rates.merge(units[["unit_code", "kind"]], on="unit_code")
    rates = rates[(rates["unit"] == "percent") & rates["rate_pct"].notna()].reset_index(drop=True)
    full_at = rates["full_at_pct"].fillna(100)
    best = rates.loc[rates.groupby(["kind", "indicator"])["rate_pct"].transform("idxmax")].reset_index(drop=True)
    frame = pd.DataFrame(
        {
            "unit_code": rates["unit_code"],
            "indicator": rates["indicator"],
            "points_per_pct": rates["max_points"] / full_at,
            "own_pct": rates["rate_pct"],
            "room_pct": (full_at - rates["rate_pct"]).clip(lower=0),
            "best_pct": best["rate_pct"],
            "best_unit": best["unit_code"],
            "proven_pct": (np.minimum(best["rate_pct"], full_at) - rates["rate_pct"]).clip(lower=0),
            "cases": rates["denominator"],
        }
    )
    frame = frame.merge(_next_band(scores, bands), on="unit_code")
    frame["needed_pct"] = frame["gap"] / frame["points_per_pct"]
    frame["enough"] = frame["needed_pct"] <= frame["room_pct"] + 1e-9
    frame["needed_cases"] = _cases(frame["needed_pct"], frame["cases"])
    its = {name: frame[name].to_numpy(float) for name in ("cases", "points_per_pct", "proven_pct", "room_pct", "gap")}
    mix, proven = np.full(len(frame), np.nan), np.zeros(len(frame), bool)
    for rows in frame.groupby("unit_code").indices.values():
        mix[rows], proven[rows] = _cheapest({name: values[rows] for name, values in its.items()})
    frame["mix_pct"], frame["mix_proven"] = mix, proven
    frame["mix_cases"] = _cases(frame["mix_pct"], frame["cases"])
    return frame[ROUTES]


def _cheapest(its: dict[str, np.ndarray]) -> tuple[np.ndarray, bool]:
    """The percentage points of each indicator in the cheapest mix of one unit, and whether peers prove all of them."""
    earned = its["points_per_pct"]  # by one percentage point
    counted = (its["cases"] > 0).all()
    price = its["cases"] / 100 if counted else 1.0  # of that point
    order = np.argsort(-earned / price, kind="stable")
    for room, proven in (("proven_pct", True), ("room_pct", False)):
        worth = (its[room] * earned)[order]
        taken = np.empty(len(order))
        taken[order] = np.clip(its["gap"][order] - (worth.cumsum() - worth), 0, worth) / earned[order]
        if worth.sum() >= its["gap"][0] - 1e-9:
            return taken, proven
    return np.full(len(order), np.nan), False


def _cases(pct: pd.Series, cases: pd.Series) -> pd.Series:
    """Percentage points as whole cases, rounded up: what is asked for is enough."""
    return np.ceil((pct * cases.where(cases > 0) / 100).round(6))


def _next_band(scores: pd.DataFrame, bands: pd.DataFrame) -> pd.DataFrame:
    """The lowest band above each unit's total, and the points to it; units of the highest band are left out."""
    limits = bands.sort_values("from_points")
    above = limits["from_points"].searchsorted(scores["total"], side="right")
    kept = scores[(above < len(limits)) & scores["total"].notna()]
    reached = limits.iloc[above[(above < len(limits)) & scores["total"].notna()]]
    gap = (reached["from_points"].to_numpy() - kept["total"].to_numpy()).round(6)
    return pd.DataFrame(
        {"unit_code": kept["unit_code"].to_numpy(), "next_band": reached["band"].to_numpy(), "gap": gap}
    )


def rounded_up(value: float, decimals: int = 1) -> float:
    """A need is rounded up, so that what is asked for is enough: 4.556 => 4.6, 4.61 => 4.7."""
    return math.ceil(round(value * 10**decimals, 6)) / 10**decimals


def asked(pct: float, room: float) -> float:
    """Percentage points as they are asked for: rounded up to one decimal, to two where one would exceed the room left.

    So full points are never passed: at 95.74 % a need of 4.22 stays 4.22, for 4.3 would make 100.04 %.
    """
    return next((up for decimals in (1, 2) if (up := rounded_up(pct, decimals)) <= room + 1e-9), room)


# -- pace ------------------------------------------------------------------------------------------------------------


def pace(
    scores: pd.DataFrame,
    measurements: pd.DataFrame,
    course: pd.DataFrame,
    earlier: pd.DataFrame,
    bands: pd.DataFrame,
    targets: dict[str, float],
    cutoff: str,
    by: str,
    recent_weeks: int,
) -> pd.DataFrame:
    """What each target needs per week until a day, beside what the last weeks brought.

    course  : cutoff, unit_code, total, since, this cut-off included: the pace of totals
    earlier : cutoff, unit_code, indicator, value, numerator, denominator of earlier published weeks: the pace of rates
    targets : percent by indicator; the total's target is the next band;  by : ISO date
    Returns : PACE, one row a unit (the area's row too) and target that is not reached yet; none from ``by`` on.
              needed_per_week = (target − value) / weeks left; recent_per_week = (value − what it was) / the weeks
              between, looking back at most ``recent_weeks`` weeks within the same series (NaN: no such week).
    """
    weeks_left = (date.fromisoformat(by) - date.fromisoformat(cutoff)).days / DAYS_IN_WEEK
    if weeks_left <= 0:
        return pd.DataFrame(columns=PACE)
    now = measurements[measurements["indicator"].isin(targets)]
    now = now.assign(value=score.rate_pct(now), target=now["indicator"].map(targets).astype(float))
    bound = scores[["unit_code", "total"]].merge(_next_band(scores, bands), on="unit_code")
    bound = bound.assign(indicator="TOTAL", value=bound["total"], target=(bound["total"] + bound["gap"]).round(6))
    frame = pd.concat([each[["unit_code", "indicator", "value", "target"]] for each in (bound, now)], ignore_index=True)
    frame = frame[frame["value"] < frame["target"]]

    since = course[course["cutoff"] == cutoff].set_index("unit_code")["since"]
    totals = course.assign(indicator="TOTAL", value=course["total"])
    rates = earlier[earlier["indicator"].isin(targets)]
    held = pd.concat([totals, rates.assign(value=score.rate_pct(rates))])[["cutoff", "unit_code", "indicator", "value"]]
    first = str(date.fromordinal(date.fromisoformat(cutoff).toordinal() - DAYS_IN_WEEK * recent_weeks))
    held = held[
        held["cutoff"].between(first, cutoff, inclusive="left") & (held["cutoff"] >= held["unit_code"].map(since))
    ]
    oldest = (
        held.dropna(subset="value").sort_values("cutoff", kind="stable").drop_duplicates(["unit_code", "indicator"])
    )
    oldest = oldest.rename(columns={"value": "was", "cutoff": "then"})
    frame = frame.merge(oldest, how="left", on=["unit_code", "indicator"])
    passed = (pd.Timestamp(cutoff) - pd.to_datetime(frame["then"])).dt.days / DAYS_IN_WEEK
    return frame.assign(
        by=by,
        weeks_left=weeks_left,
        needed_per_week=(frame["target"] - frame["value"]) / weeks_left,
        recent_per_week=(frame["value"] - frame["was"]) / passed,
        recent_weeks=passed,
    )[PACE]
