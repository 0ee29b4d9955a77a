"""How long asks stay open, by the ledgers of all reports: Kaplan–Meier, with those that are still open as censored.

Pure functions; docs/method.md §14. What stays open long says nothing of why, and not that asking works: whoever is
below a mark is asked, so there is nobody to compare with.
"""

import pandas as pd

from analysis.method.asked import TASK
from analysis.method.ledger import CLOSED, DONE

SPELLS = ["ask_id", "unit_code", "unit_name", "indicator", "kind", "opened", "reports", "is_done", "is_replied"]
CURVE = ["reports", "at_risk", "done", "share_open"]


def list_spells(ledgers: pd.DataFrame) -> pd.DataFrame:
    """One row for each ask that any ledger has, by the newest of its rows; standing tasks are none.

    ledgers : the table asks of all reports, with their cutoff
    Returns : SPELLS. reports: in how many it was asked until it closed, or until now; is_done: it was met, else it is
              still open or ended unmet; is_replied: the unit has answered it
    """
    rows = ledgers[ledgers["kind"] != TASK].sort_values("cutoff", kind="stable")
    last = rows.drop_duplicates("ask_id", keep="last")
    asked = (~rows["state"].isin(CLOSED)).groupby(rows["ask_id"]).sum()
    return last.assign(
        reports=last["ask_id"].map(asked).astype(float),
        is_done=last["state"] == DONE,
        is_replied=last["replied"] != "",
    )[SPELLS].reset_index(drop=True)


def estimate_open(spells: pd.DataFrame) -> pd.DataFrame:
    """The share of asks that are still open after so many reports, by Kaplan and Meier (1958).

    spells  : reports, is_done; a spell that is not done counts as open for at least so many reports (censored)
    Returns : CURVE, a row for each number of reports after which any was done; at_risk: spells that lasted so long;
              share_open: of 1. Without one that was done it has no rows: all are open as long as is known
    """
    rows, share = [], 1.0
    for reports in sorted(spells.loc[spells["is_done"], "reports"].unique()):
        at_risk = int((spells["reports"] >= reports).sum())
        done = int((spells["is_done"] & (spells["reports"] == reports)).sum())
        share *= 1 - done / at_risk
        rows.append((reports, at_risk, done, share))
    return pd.DataFrame(rows, columns=CURVE)


def estimate_medians(spells: pd.DataFrame, by: str) -> pd.DataFrame:
    """For each value of a column, such as ``kind``: after how many reports half of its asks were done.

    Returns : the column, asks, done, and median (reports; NaN: more than half are open as long as is known), the
              slowest last
    """
    rows = []
    for value, its in spells.groupby(by, sort=False):
        curve = estimate_open(its)
        half = curve.loc[curve["share_open"] <= 0.5, "reports"]
        rows.append((value, len(its), int(its["is_done"].sum()), half.min()))
    frame = pd.DataFrame(rows, columns=[by, "asks", "done", "median"])
    return frame.sort_values("median", kind="stable", ignore_index=True)
