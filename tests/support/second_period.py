"""A second opinion on a period: each figure worked out anew from the weeks' tables, with nothing of the program's.

Only csv and arithmetic; the limits of bands are read from bands.csv.
"""

import csv
from collections import Counter
from pathlib import Path

CLOSED = ("done", "ended")


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float | None:
    return float(text) if text else None


def totals(week: Path) -> dict[str, float | None]:
    """The totals as the office's table has them."""
    printed = {
        row["unit_code"]: number(row["value"]) for row in rows(week, "measurements") if row["indicator"] == "TOTAL"
    }
    return {row["unit_code"]: printed.get(row["unit_code"]) for row in rows(week, "units")}


def band(total: float, limits: list[tuple[str, float]]) -> str:
    return next(name for name, least in limits if total >= least)


def limits(home: Path) -> list[tuple[str, float]]:
    """The bands, the best first, with their least points."""
    held = rows(home / "config" / "index-766", "bands")
    return sorted(((row["band"], float(row["from_points"])) for row in held), key=lambda each: -each[1])


def counts(week: Path, home: Path) -> dict[tuple[str, str], int]:
    """How many units of each kind have each band."""
    held, kinds = totals(week), {row["unit_code"]: row["kind"] for row in rows(week, "units")}
    return dict(Counter((kinds[code], band(total, limits(home))) for code, total in held.items() if total is not None))


def figures(week: Path) -> dict[tuple[str, str], float]:
    """Every printed figure but totals and changes, by unit and indicator."""
    return {
        (row["unit_code"], row["indicator"]): float(row["value"] or row["published_points"])
        for row in rows(week, "measurements")
        if row["indicator"] not in ("TOTAL", "PREVIOUS_TOTAL", "CHANGE") and (row["value"] or row["published_points"])
    }


def balance(before: Path | None, weeks: list[Path]) -> dict[str, set[str]]:
    """The asks by what became of them: ids that were open before, were raised, were done, ended, are open."""
    asked = [[row for row in rows(week, "asks") if row["kind"] != "task"] for week in weeks]
    old = [row for row in rows(before, "asks") if row["kind"] != "task"] if before else []
    open_before = {row["ask_id"] for row in old if row["state"] not in CLOSED}
    newest = {row["ask_id"]: row["state"] for week in asked for row in week}
    return {
        "before": open_before,
        "raised": newest.keys() - open_before,
        "done": {ask for ask, state in newest.items() if state == "done"},
        "ended": {ask for ask, state in newest.items() if state == "ended"},
        "open": {row["ask_id"] for row in asked[-1] if row["state"] not in CLOSED},
    }
