"""Groups of units that offices compare among themselves (cụm, khối): mean, spread, and where each loses most."""

import pandas as pd

from analysis.method import score

COLUMNS = [
    *["cluster", "kind", "units", "known", "mean", "lowest", "highest", "lowest_unit", "highest_unit"],
    *["place", "of", "group", "indicator", "lost"],
]


def compare_clusters(
    registered: pd.DataFrame, scores: pd.DataFrame, points: pd.DataFrame, decimals: int = score.SHOWN_DECIMALS
) -> pd.DataFrame:
    """One row for each cluster and kind of its units, by kind, then by place, those without a place last.

    registered : code, kind, cluster ("": the unit is in none) of the units in force
    scores     : unit_code, total (NaN: none)
    points     : as ``score.points`` returns them
    decimals   : those that totals are shown with: means that look the same share a place
    Returns    : COLUMNS. known: units with a total, of which mean, lowest and highest are (NaN and "" where there are
                 none); of several units with the same total the first one registered is named. place, of: by the mean
                 among the clusters of the kind of which every unit has a total; NaN of the others, and where there is
                 one only. group, indicator, lost: the part of the total, of those known of every unit of the cluster,
                 in which its units lose most points on average; "" and NaN where none is known or lost
    """
    named = registered[registered["cluster"] != ""]
    members = named.rename(columns={"code": "unit_code"})[["unit_code", "kind", "cluster"]]
    members = members.merge(scores[["unit_code", "total"]], on="unit_code", how="left")
    parts = score.explained(points)
    parts = parts.assign(lost=parts["max_points"] - parts["points"])
    rows = [
        _row(cluster, kind, its, parts) for (kind, cluster), its in members.groupby(["kind", "cluster"], sort=False)
    ]
    frame = pd.DataFrame(rows, columns=[name for name in COLUMNS if name not in ("place", "of")])
    whole = (frame["known"] == frame["units"]) & (frame.groupby("kind")["units"].transform("size") > 1)
    means = score.rounded(frame["mean"].astype(float), decimals).where(whole)
    frame["place"] = means.groupby(frame["kind"]).rank(method="min", ascending=False)
    frame["of"] = means.groupby(frame["kind"]).transform("count").astype(float).where(whole)
    alone = frame["of"] == 1  # the others are not ranked: a first place among one says nothing
    frame[["place", "of"]] = frame[["place", "of"]].mask(alone)
    frame = frame.sort_values(["kind", "place"], kind="stable", ignore_index=True)
    return frame[COLUMNS].astype(dict.fromkeys(("units", "known", "mean", "lowest", "highest", "lost"), float))


def _row(cluster: str, kind: str, its: pd.DataFrame, parts: pd.DataFrame) -> dict:
    totals = its.set_index("unit_code")["total"].dropna()
    row = {"cluster": cluster, "kind": kind, "units": len(its), "known": len(totals)}
    row |= {"mean": round(totals.mean(), 6) if len(totals) else float("nan")}
    row |= {"lowest": totals.min(), "highest": totals.max()}
    row |= {"lowest_unit": totals.idxmin(), "highest_unit": totals.idxmax()} if len(totals) else {}
    return dict.fromkeys(("lowest_unit", "highest_unit"), "") | row | _worst(its, parts)


def _worst(its: pd.DataFrame, parts: pd.DataFrame) -> dict:
    """The part in which the units of a cluster lose most points on average."""
    own = parts[parts["unit_code"].isin(its["unit_code"])].dropna(subset="lost")
    lost = own.groupby(["group", "indicator"], sort=False)["lost"].agg(["mean", "count"])
    lost = lost.loc[lost["count"] == len(its), "mean"].round(6)
    if lost.empty or lost.max() <= 0:
        return {"group": "", "indicator": "", "lost": float("nan")}
    group, indicator = lost.idxmax()
    return {"group": group, "indicator": indicator, "lost": lost.max()}
