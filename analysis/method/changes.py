"""This cut-off compared with the ones before: totals, ranks, and the parts that moved each total.

Pure functions, frame in, new frame out. What the data does not hold stays missing. A change can be split by column only
where the earlier cut-off's own table is known. Totals of different series (another year, other rules, a merger) are
never subtracted. Formulas and their sources: docs/method.md §9.
"""

from collections.abc import Collection
from datetime import date, timedelta

import numpy as np
import pandas as pd

from analysis import tables
from analysis.method import score
from analysis.tables import NOT_ITEMISED

COURSE, CHANGES, CONTRIBUTIONS, CARRIED, FIGURE_CHANGES = (
    list(tables.TABLES[name].columns) for name in ("course", "changes", "contributions", "carried", "figure_changes")
)
WEEK = timedelta(weeks=1)


def select_course(past: pd.DataFrame, this: pd.DataFrame, shown: int) -> pd.DataFrame:
    """The newest ``shown`` cut-offs of the area's history, this one last: the rows that charts and signals use.

    past, this : as ``history.load`` and ``history.rows`` return them. Where a cut-off is published, its published
                 totals are used, and the totals that another table carries for it are left out.
    Returns    : COURSE, oldest first.
    """
    published = set(past.loc[past["carried_by"] == "", "cutoff"]) | set(this.loc[this["carried_by"] == "", "cutoff"])
    rows = pd.concat([past, this], ignore_index=True)
    rows = rows[(rows["carried_by"] == "") | ~rows["cutoff"].isin(published)]
    rows = rows.drop_duplicates(["cutoff", "unit_code"], keep="last")
    newest = sorted(rows["cutoff"].unique())[-shown:]
    return rows[rows["cutoff"].isin(newest)].sort_values("cutoff", kind="stable", ignore_index=True)[COURSE]


def find_previous_totals(
    measurements: pd.DataFrame, source: pd.DataFrame, history: pd.DataFrame, decimals: int = score.SHOWN_DECIMALS
) -> tuple[str, pd.Series]:
    """The previous totals and their cut-off: the table's own where it has them, else the newest published week's.

    source  : cutoff, previous_cutoff (ISO or "") of each sheet;  history : as ``history.load`` returns it, up to then
    decimals : those that totals are shown with
    Returns : cut-off (ISO), and totals by unit_code; ("", empty) where there are none. Where the table does not say of
              which cut-off its previous totals are: see ``_find_week_before``.
    """
    carried = measurements[measurements["indicator"] == "PREVIOUS_TOTAL"].dropna(subset="value")
    carried = carried.set_index("unit_code")["value"]
    published = history[history["carried_by"] == ""]
    if len(carried):
        said = max(source["previous_cutoff"], default="")
        return said or _find_week_before(max(source["cutoff"]), carried, published, decimals), carried
    if published.empty:
        return "", pd.Series(dtype=float)
    newest = published["cutoff"].max()
    return newest, published[published["cutoff"] == newest].set_index("unit_code")["total"]


def _find_week_before(cutoff: str, carried: pd.Series, published: pd.DataFrame, decimals: int) -> str:
    """The cut-off of previous totals in a column that says only "the week before", as ``TUẦN TRƯỚC`` does.

    It is the newest published week that has most of these totals (compared as they are shown). Where
    none has, the totals are corrected, or of a week that is not published: then it is the newest published week, if
    that is not older than a week, else the day a week before the cut-off.
    """
    both = published.merge(carried.rename("carried"), left_on="unit_code", right_index=True)
    both = both.dropna(subset=["carried", "total"])
    shown = both[["carried", "total"]].apply(score.rounded, decimals=decimals)
    same = (shown["carried"] == shown["total"]).groupby(both["cutoff"]).mean()
    newest, week_before = max(published["cutoff"], default=""), str(date.fromisoformat(cutoff) - WEEK)
    return max(same.index[same > 0.5], default="") or max(newest, week_before)


def find_previous_ranks(
    previous: pd.Series, previous_cutoff: str, units: pd.DataFrame, history: pd.DataFrame
) -> pd.Series:
    """The rank each unit had at the previous cut-off, as it was published, by unit_code.

    previous, previous_cutoff : as ``find_previous_totals`` returns them: all of them, also those that are not compared
    units   : unit_code, kind (a code that is not in it has no rank);  history : as ``history.load`` returns it
    Returns : the ranks of the published week, all its units counted; where that cut-off is not published, the ranks of
              the previous totals among those of the same kind. A unit that stood in neither has none.
    """
    published = history[(history["carried_by"] == "") & (history["cutoff"] == previous_cutoff)]
    if len(published):
        return published.set_index("unit_code")["rank"]
    kinds = previous.index.to_series().map(units.set_index("unit_code")["kind"])
    return previous.groupby(kinds).transform(score.rank)


def compare_carried_totals(
    course: pd.DataFrame, carried: pd.DataFrame, cutoff: str, decimals: int = score.SHOWN_DECIMALS
) -> pd.DataFrame:
    """Previous totals in a table that differ from the totals published for that cut-off.

    course  : cutoff, unit_code, total, carried_by; this cut-off among the published ones
    carried : unit_code, carrier (cut-off of the table that has the total), cutoff (of the total), total
    Returns : CARRIED, only the rows about this cut-off: this table has the total, or a later table has it for this one.
              Totals are compared as they are shown, rounded to ``decimals``.
    """
    published = course[course["carried_by"] == ""][["cutoff", "unit_code", "total"]]
    both = carried.merge(published.rename(columns={"total": "published"}), on=["cutoff", "unit_code"])
    both = both.rename(columns={"total": "carried"}).dropna(subset=["carried", "published"])
    both = both[(both["carrier"] == cutoff) | (both["cutoff"] == cutoff)]
    return both[score.rounded(both["carried"], decimals) != score.rounded(both["published"], decimals)].reset_index(
        drop=True
    )[CARRIED]


def keep_comparable(previous: pd.Series, previous_cutoff: str, since: pd.Series) -> pd.Series:
    """The previous totals that belong to the series a unit is in now; the others are left out.

    previous        : total by unit_code
    previous_cutoff : ISO; "" (no day is known): none is kept
    since           : the day each unit's series began, ISO, by unit_code
    """
    began = previous.index.to_series().map(since)
    return previous[began.notna() & (began <= previous_cutoff)].dropna()


def find_reasons(
    scores: pd.DataFrame,
    previous: pd.Series,
    previous_cutoff: str,
    since: pd.Series,
    new_rules: Collection[str],
    years: bool = True,
) -> pd.Series:
    """Why each unit's total is not compared with a previous one.

    scores   : unit_code, total;  previous : every previous total by unit_code, those of another series among them
    previous_cutoff, since : as for ``keep_comparable``
    new_rules : the days on which rules of the decision changed, ISO;  years : whether each year begins a new series
    Returns  : by unit_code, the first of: no_total (it has none now), no_previous (it had none), new_year, new_rules,
               new_unit (the code is another unit's now, such as that of a merger); "" where the totals are compared.
    """
    total = scores.set_index("unit_code")["total"]
    before, began = (total.index.to_series().map(known) for known in (previous, since))
    reasons = {
        "no_total": total.isna(),
        "no_previous": before.isna() | (previous_cutoff == ""),
        "": began <= previous_cutoff,
        "new_year": years & (began.str[:4] > previous_cutoff[:4]),
        "new_rules": began.isin(new_rules),
    }
    return pd.Series(np.select(list(reasons.values()), list(reasons), "new_unit"), total.index)


def compute_changes(
    scores: pd.DataFrame,
    previous: pd.Series,
    previous_cutoff: str,
    previous_ranks: pd.Series,
    contributions: pd.DataFrame,
) -> pd.DataFrame:
    """Total and rank of each unit, and how both moved since the previous cut-off.

    scores   : unit_code, unit_name, total, rank
    previous : comparable previous total by unit_code;  previous_cutoff : ISO date, "" where it is not known
    previous_ranks : as ``find_previous_ranks`` returns them; used only of units whose totals are compared
    contributions : as ``compute_contributions`` returns them; no rows where the previous week's own table is not known
    Returns  : CHANGES. rank_move = ranks gained (positive is better); explained_change = what printed columns
               contributed (NaN: not known); unexplained_change = change − explained_change.
    """
    frame = scores[["unit_code", "unit_name", "total", "rank"]].copy()
    frame["previous_total"] = frame["unit_code"].map(previous).astype(float)
    frame["change"] = (frame["total"] - frame["previous_total"]).round(6)
    ranks = frame["unit_code"].map(previous_ranks).astype(float)
    frame["previous_rank"] = ranks.where(frame["previous_total"].notna())
    frame["rank_move"] = frame["previous_rank"] - frame["rank"]
    itemised = contributions["contribution"].where(contributions["indicator"] != NOT_ITEMISED, 0.0)
    frame["explained_change"] = frame["unit_code"].map(itemised.groupby(contributions["unit_code"]).sum()).round(6)
    frame["unexplained_change"] = (frame["change"] - frame["explained_change"]).round(6)
    return frame.assign(previous_cutoff=previous_cutoff)[CHANGES]


def compute_contributions(
    scores: pd.DataFrame, points: pd.DataFrame, previous: pd.Series, earlier_points: pd.DataFrame
) -> pd.DataFrame:
    """The parts of each total now and at the previous cut-off. Their contributions add up to the change exactly.

    scores   : unit_code, total;  previous : previous total by unit_code (NaN or absent: not comparable)
    points, earlier_points : as ``score.points`` returns them, of this and of the previous cut-off
    Returns  : CONTRIBUTIONS; no rows for a unit without earlier points. One row for each part whose points are known at
               both cut-offs (a group; or an indicator, where its group is known only in part), and one for the rest:
               indicator NOT_ITEMISED, group "", contribution = change − Σ the others. Where the groups explain both
               totals completely, there is no row for the rest.
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


def compare_figures(
    measurements: pd.DataFrame, earlier: pd.DataFrame, scores: pd.DataFrame, previous_cutoff: str, since: pd.Series
) -> pd.DataFrame:
    """The change of each figure of the units that have no total: what ``compute_contributions`` tells of the others.

    measurements, earlier : unit_code, indicator, value, published_points of this cut-off and of the previous one
    scores  : unit_code, total;  previous_cutoff, since : as for ``keep_comparable``
    Returns : FIGURE_CHANGES, rows of figures that are known at both cut-offs of one series. Of a group, which has no
              value, the published points are compared.
    """
    without = scores.loc[scores["total"].isna(), "unit_code"]
    comparable = without[without.map(since).le(previous_cutoff) & (previous_cutoff != "")]
    now, then = (
        each.assign(value=each["value"].fillna(each["published_points"]))[["unit_code", "indicator", "value"]]
        for each in (measurements, earlier)
    )
    frame = now.merge(then.rename(columns={"value": "previous_value"}), on=["unit_code", "indicator"])
    frame = frame[frame["unit_code"].isin(comparable) & ~frame["indicator"].isin(tables.INDICATOR_OF.values())].dropna()
    return frame.assign(change=(frame["value"] - frame["previous_value"]).round(6))[FIGURE_CHANGES]


def find_satisfaction_moves(changes: pd.DataFrame, contributions: pd.DataFrame, group: str) -> pd.DataFrame:
    """For each unit the smallest known part of its change that contains satisfaction: a lost item would show there.

    changes : unit_code, change;  contributions : as ``compute_contributions`` returns them
    group   : code of the satisfaction group
    Returns : unit_code, of, move (points). ``of`` names the part: the group, where its points are known at both
              cut-offs; else NOT_ITEMISED, where the rest is known; else CHANGE, the whole change. Units without a
              change are left out.
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
