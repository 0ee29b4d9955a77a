"""Places in the province or the country against the last ones that were known before."""

import pandas as pd

KEYS = ["unit_code", "scope", "indicator"]
COLUMNS = [*KEYS, "place", "of", "previous_place", "previous_of", "previous_cutoff"]


def select_own(places: pd.DataFrame, area: str, peers_in: str) -> pd.DataFrame:
    """The area's own place by its total: among its peers, and where that is not said the one in the other scope.

    places   : KEYS and more; one row for each cut-off where there are several (column cutoff)
    peers_in : the scope of the area's peers
    """
    own = places[(places["unit_code"] == area) & (places["indicator"] == "TOTAL")]
    own = own.sort_values("scope", key=lambda scope: scope != peers_in, kind="stable")
    return own.drop_duplicates([key for key in ("cutoff", "unit_code") if key in own])


def compare_places(now: pd.DataFrame, earlier: pd.DataFrame, begun: dict[str, str]) -> pd.DataFrame:
    """Each place of the week beside the newest one before of the same unit, scope and indicator.

    now     : unit_code, scope, indicator, place, of
    earlier : the same after their cutoff, ISO, by cut-off
    begun   : the day, ISO, on which a code began to stand for this unit, by unit_code: what was before is another's
    Returns : COLUMNS, in the order of ``now``; previous_place and previous_of NaN and previous_cutoff "" where none is
              known. A place is only a place: whether it can be compared (``of`` may have changed) is for the reader.
    """
    own = earlier[earlier["cutoff"] >= [begun.get(code, "") for code in earlier["unit_code"]]]
    last = own.drop_duplicates(KEYS, keep="last").rename(
        columns={"cutoff": "previous_cutoff", "place": "previous_place", "of": "previous_of"}
    )
    found = now.merge(last[[*KEYS, "previous_place", "previous_of", "previous_cutoff"]], on=KEYS, how="left")
    return found.fillna({"previous_cutoff": ""})[COLUMNS]
