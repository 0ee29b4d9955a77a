"""Losses and gains that have the size of whole blocks of points: satisfaction items are lost or regained as a whole.

Pure functions. What a block is worth, and how near a move must come to it: [step] of the settings; docs/method.md §9.
"""

from collections.abc import Mapping

import pandas as pd

from analysis import tables
from analysis.method.changes import find_satisfaction_moves
from analysis.tables import NOT_ITEMISED

STEPS = list(tables.TABLES["steps"].columns)
BEFORE, PEERS = "before", "peers"


def find_steps(
    changes: pd.DataFrame, contributions: pd.DataFrame, peers: pd.DataFrame, step: Mapping, is_printed: bool
) -> pd.DataFrame:
    """Moves since the previous cut-off, and gaps below the peers, that are near to whole blocks of points.

    changes, contributions, peers : as ``changes.compute_changes``, ``compute_contributions`` and ``compare_peers``
                                    return them, of units
    step       : group, size_points, tolerance_points, group_tolerance_points, level_tolerance_points
    is_printed : the table prints the points of the group itself: then nothing is inferred from other moves and levels
    Returns : STEPS, moves first. indicator names the smallest known part that contains the group: the group, else
              NOT_ITEMISED, else CHANGE (the whole change). points: the move, or the gap to the peers' median. blocks:
              the nearest whole number of blocks, in points; below 0 for a loss. against: ``before`` or ``peers``.
    """
    moves = find_satisfaction_moves(changes, contributions, step["group"])
    moves = moves.rename(columns={"of": "indicator", "move": "points"}).assign(against=BEFORE)
    moves = moves[(moves["indicator"] == step["group"]) | (not is_printed)]
    near = (
        moves["indicator"]
        .eq(step["group"])
        .map({True: step["group_tolerance_points"], False: step["tolerance_points"]})
    )
    levels = peers[peers["outlier"].astype(bool) & (peers["indicator"] == NOT_ITEMISED) & (peers["gap"] < 0)]
    levels = levels[["unit_code", "indicator", "gap"]].rename(columns={"gap": "points"}).assign(against=PEERS)
    frame = pd.concat(
        [moves.assign(near=near), levels.iloc[: 0 if is_printed else None].assign(near=step["level_tolerance_points"])],
        ignore_index=True,
    )
    blocks = [
        count_blocks(each.points, step["size_points"], each.near) * step["size_points"] for each in frame.itertuples()
    ]
    frame = frame.assign(blocks=pd.Series(blocks, dtype=float))
    return frame[frame["blocks"] != 0].reset_index(drop=True)[STEPS]


def count_blocks(difference: float, size: float, tolerance: float) -> int:
    """How many whole blocks a difference equals: ``count_blocks(-5.78, 6, 0.5)`` => −1; 0 where none fits.

    difference, size, tolerance : points. The difference may be ``tolerance`` off a multiple of ``size``. NaN => 0.
    Source : sub-criteria 5.2 to 5.4 are worth 6 points each, and are observed to change as a whole (docs/method.md §3).
    """
    if pd.isna(difference):
        return 0
    count = round(difference / size)
    return count if count and abs(difference - count * size) <= tolerance + 1e-9 else 0


def find_losses(steps: pd.DataFrame, group: str) -> pd.DataFrame:
    """What each unit could win back: the loss that its gap to the peers shows, else the one of this cut-off.

    Returns : unit_code, indicator (``group``), points (above 0)
    """
    lost = steps[steps["blocks"] < 0].sort_values("against", ascending=False, kind="stable")
    lost = lost.drop_duplicates("unit_code")
    return lost[["unit_code"]].assign(indicator=group, points=-lost["blocks"]).reset_index(drop=True)
