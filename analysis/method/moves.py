"""The one rule for moves: which change of a total, or of a part of it, is worth a word, everywhere in the report.

A move is marked where it differs from what the unit's peers did, by points and by more than ordinary variation among
them. What is not marked is ordinary: nobody is asked about it. Pure functions; docs/method.md §9.
"""

import itertools
from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis import tables

MOVES = list(tables.TABLES["moves"].columns)
CHANGE = "CHANGE"
MAD_TO_SIGMA = 1.4826  # a normal distribution's standard deviation over its median absolute deviation
LEAST_PEERS = 3  # with fewer units there is no median of the others: a move is compared with none at all


def find_moves(
    changes: pd.DataFrame,
    contributions: pd.DataFrame,
    course: pd.DataFrame,
    units: pd.DataFrame,
    reasons: Mapping[str, str],
    settings: Mapping[str, float],
) -> pd.DataFrame:
    """Each change of a total and of its parts, beside those of the peers.

    changes, contributions : as ``changes.compute_changes`` and ``compute_contributions`` return them
    course   : cutoff, unit_code, total, since; this cut-off the last one
    units    : unit_code, kind: the peers of a unit are those of its kind; the area's row has none
    reasons  : by unit_code, why a change is withheld, as ``changes.find_reasons`` returns them
    settings : least_points, sigmas
    Returns  : MOVES; for each unit (the area's row too) a row CHANGE, and one for each part of its contributions.
               move: points (NaN: withheld, ``reason`` says why); median of the peers' moves (NaN: fewer than three
               units of the kind have one, or it is the area's row); sigmas: robust deviations from it (NaN: the peers
               did not differ); marked: |move − median| ≥ the larger of ``least_points`` and ``sigmas`` deviations;
               without a median |move| ≥ ``least_points``. The area's row is never marked. streak: rises (+) or falls
               (−) in a row within the series, of the totals that were compared (NaN but on CHANGE).
    Source   : modified z-scores of Iglewicz and Hoaglin 1993; thresholds are our choice (docs/method.md §9)
    """
    whole = changes[["unit_code", "change"]].rename(columns={"change": "move"}).assign(indicator=CHANGE)
    parts = contributions[["unit_code", "contribution"]].rename(columns={"contribution": "move"})
    parts["indicator"] = contributions["indicator"].where(contributions["indicator"] != "", contributions["group"])
    frame = pd.concat([whole, parts], ignore_index=True)
    kind = frame["unit_code"].map(units.set_index("unit_code")["kind"])
    peers = frame["move"].groupby([kind, frame["indicator"]])
    frame["median"] = peers.transform("median").where(peers.transform("count") >= LEAST_PEERS)
    apart = (frame["move"] - frame["median"]).round(6)
    spread = MAD_TO_SIGMA * apart.abs().groupby([kind, frame["indicator"]]).transform("median")
    frame["sigmas"] = apart / spread.where(spread > 0)
    needed = np.maximum(settings["least_points"], settings["sigmas"] * spread.fillna(0.0))
    frame["marked"] = kind.notna() & (apart.fillna(frame["move"]).abs().round(6) >= needed)
    is_whole = frame["indicator"] == CHANGE
    streaks = count_streaks(course, changes)
    frame["streak"] = frame["unit_code"].map(streaks).where(is_whole).astype(float)
    frame["reason"] = frame["unit_code"].map(dict(reasons)).where(is_whole & frame["move"].isna(), "").fillna("")
    return frame[MOVES]


def find_directions(moves: pd.DataFrame) -> pd.Series:
    """1 for each marked rise and −1 for each marked fall of the table ``moves``, by its index; else 0.

    0 too for a marked move that is less than its peers': who rises by 0.1 where the others rise by 3 has not risen
    notably, and who falls by 0.1 where they fall by 3 is not asked why it fell.
    """
    away = (moves["move"] - moves["median"]).fillna(moves["move"])
    same_way = moves["marked"].astype(bool) & (moves["move"] * away > 0)
    return pd.Series(np.where(same_way, np.sign(moves["move"]), 0), moves.index).astype(int)


def count_streaks(course: pd.DataFrame, changes: pd.DataFrame) -> dict[str, float]:
    """Rises (+) or falls (−) in a row of each unit, the newest change included; 0 where it did not move or is withheld.

    The newest change is the one that the report tells: its previous total may be another one than was published.
    """
    newest = changes.set_index("unit_code")["change"].dropna()
    known = course[course["total"].notna() & course["unit_code"].isin(newest.index)]
    by_unit = known.groupby("unit_code", sort=False)
    last = by_unit[["since", "cutoff"]].transform("last")
    before = known[(known["since"] == last["since"]) & (known["cutoff"] < last["cutoff"])]
    steps = np.sign(before.groupby("unit_code", sort=False)["total"].diff().dropna().round(6))
    earlier = steps.groupby(before["unit_code"], sort=False).agg(list)
    streaks = {}
    for code in known["unit_code"].unique():
        sign = np.sign(newest[code])
        others = itertools.takewhile(lambda each, sign=sign: each == sign, reversed(earlier.get(code, [])))
        streaks[code] = float(sign * (1 + len([*others])))
    return streaks
