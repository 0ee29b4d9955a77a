"""Since when each finding that stands has stood: whether it is new this week, or how many cut-offs old.

A band, a threshold, a target or a distance from the peers is a state. Its age is the length of its unbroken run through
the cut-offs of the unit's series at which the figure is known. Pure functions, frame in, new frame out.
"""

from collections.abc import Collection, Mapping

import pandas as pd

from analysis import tables
from analysis.method import score
from analysis.tables import NOT_ITEMISED

STANDING = list(tables.TABLES["standing"].columns)
KEYS = ["finding", "unit_code", "indicator"]
BAND, FLAG, TARGET, PEER = "band", "flag", "target", "peer"


def find_standing(judged: pd.DataFrame, cutoff: str, since: Mapping[str, str]) -> pd.DataFrame:
    """How long each finding that stands at ``cutoff`` has stood without a break.

    judged : cutoff, finding, unit_code, indicator, stands: each figure known at each cut-off, and whether the finding
             stands there; a cut-off without the figure neither breaks a run nor counts
    since  : the day on which each unit's series began, ISO, by unit_code; what is earlier does not count
    Returns : STANDING. since: the first cut-off of the run; weeks: the cut-offs of the run, this one included;
              is_open: no earlier figure of the series is known, so it may have stood for longer.
    """
    began = judged["unit_code"].map(dict(since))
    rows = judged[(judged["cutoff"] <= cutoff) & (judged["cutoff"] >= began)]
    rows = rows.sort_values("cutoff", kind="stable").drop_duplicates(["cutoff", *KEYS], keep="last")
    by = [rows[key] for key in KEYS]
    breaks = rows["cutoff"].where(~rows["stands"].astype(bool), "").groupby(by).transform("max")
    run = rows[rows["cutoff"] > breaks]
    found = run.groupby(KEYS, sort=False)["cutoff"].agg(["min", "count", "max"]).reset_index()
    found = found[found["max"] == cutoff]
    first = rows.groupby(KEYS, sort=False)["cutoff"].min().rename("first").reset_index()
    found = found.merge(first, on=KEYS).rename(columns={"min": "since", "count": "weeks"})
    return found.assign(weeks=found["weeks"].astype(float), is_open=found["since"] == found["first"])[STANDING]


def judge_bands(course: pd.DataFrame, bands: pd.DataFrame, weak: Collection[str], bands_since: str) -> pd.DataFrame:
    """Whether each known total, published or carried, lies in a weak band. ``course``: cutoff, unit_code, total.

    bands_since : the day from which on the bands had these limits, ISO; earlier totals were not judged by them
    """
    known = course[course["cutoff"] >= bands_since].dropna(subset="total")
    return known[["cutoff", "unit_code"]].assign(
        finding=BAND, indicator="TOTAL", stands=score.band(known["total"], bands).isin(list(weak))
    )


def judge_limits(figures: pd.DataFrame, limits: Mapping[str, float], finding: str) -> pd.DataFrame:
    """Whether each figure is below its limit. ``figures``: cutoff, unit_code, indicator, value; NaN is left out."""
    known = figures[figures["indicator"].isin(list(limits))].dropna(subset="value")
    below = known["value"] < known["indicator"].map(dict(limits)).astype(float)
    return known[["cutoff", "unit_code", "indicator"]].assign(finding=finding, stands=below)


def judge_peers(peers: pd.DataFrame, cutoff: str, reading_since: str) -> pd.DataFrame:
    """Whether each figure is out of the ordinary among its peers on the side on which it is now.

    peers         : cutoff, unit_code, indicator, gap, outlier of several cut-offs
    reading_since : the day from which on indicators earned points by these rules, ISO; what was not itemised earlier is
                    another figure. All other figures are the office's own
    """
    peers = peers[(peers["cutoff"] >= reading_since) | (peers["indicator"] != NOT_ITEMISED)]
    now = peers[peers["cutoff"] == cutoff].set_index(["unit_code", "indicator"])["gap"] > 0
    keys = pd.MultiIndex.from_frame(peers[["unit_code", "indicator"]])
    side = pd.Series(now.reindex(keys).to_numpy(), peers.index)
    known = peers[side.notna()]
    same = (known["gap"] > 0) == side[side.notna()].astype(bool)
    return known[["cutoff", "unit_code", "indicator"]].assign(finding=PEER, stands=known["outlier"].astype(bool) & same)
