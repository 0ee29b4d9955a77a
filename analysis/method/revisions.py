"""What a re-issued week corrects: the figures of the revision before, against those of this one."""

import pandas as pd

FIELDS = ["value", "numerator", "denominator", "published_points"]
KEY = ["unit_code", "indicator"]
COLUMNS = ["unit_code", "unit_name", "indicator", "field", "old", "new"]


def corrections(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Every figure that is not what it was.

    before, now : measurements of two revisions: unit_code, unit_name, indicator, value, numerator, denominator,
                  published_points
    Returns     : unit_code, unit_name, indicator, field (one of the four figures), old, new; NaN where one of the
                  revisions has no such figure. In the order of ``now``; what only ``before`` has comes last.
    """
    old, new = (_figures(each) for each in (before, now))
    every = new.index.union(old.index, sort=False)
    both = pd.DataFrame({"old": old.reindex(every), "new": new.reindex(every)}).dropna(how="all")
    changed = both[both["old"].ne(both["new"])].reset_index()
    named = pd.concat([now, before]).drop_duplicates("unit_code").set_index("unit_code")["unit_name"]
    return changed.assign(unit_name=changed["unit_code"].map(named))[COLUMNS]


def _figures(measurements: pd.DataFrame) -> pd.Series:
    """One figure a row, by unit, indicator and field."""
    return measurements.set_index(KEY)[FIELDS].rename_axis(columns="field").stack()
