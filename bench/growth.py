"""Measures a week of a province as its history grows: time, memory, and the unchanged re-run.

    python bench/growth.py [--weeks 17,52,260,600] [--units 156] [--runs 3]

A few earlier weeks are made by the notebooks. All others are their copies with every day moved back, and with the
course of sixty cut-offs that they would have; each has its record, so that its tables are checked as any others.
Prints a section of RESULTS.md: medians of runs, in each of which the newest week is made anew, then asked for again.
"""

import argparse
import re
import shutil
import statistics
import tempfile
from datetime import date
from pathlib import Path

import contenders
import generate
import size

from analysis.weeks import atomic, paths, record

AREA, NEWEST, WEEK = "tinh-01", generate.NEWEST, generate.WEEK
MADE = 5  # earlier weeks that the notebooks make; the first of them has no week before it, and is no model
SHOWN = 60  # cut-offs of a course, as in defaults.toml
ISO = re.compile(rb"\b20\d\d-\d\d-\d\d\b")
YEAR = "52"  # what the others are compared with


def model_weeks(home: Path, units: int) -> dict[int, dict[str, bytes]]:
    """Lay out the home; the tables of weeks that notebooks made, by how many weeks they lie before the newest."""
    generate.nation(home, units, 1, MADE + 1)
    for back in range(MADE, 0, -1):
        contenders.publish(home, str(NEWEST - back * WEEK), AREA)
    return {
        back: {path.name: path.read_bytes() for path in paths.processed(home, AREA, day_of(back)).glob("*.csv")}
        for back in range(1, MADE)
    }


def day_of(back: int) -> str:
    """The cut-off so many weeks before the newest."""
    return str(NEWEST - back * WEEK)


def moved(table: bytes, weeks: int) -> bytes:
    """The table with every day so many weeks earlier."""
    days = {day: str(date.fromisoformat(day.decode()) - weeks * WEEK).encode() for day in set(ISO.findall(table))}
    return ISO.sub(lambda found: days[found[0]], table)


class Past:
    """The earlier weeks of a home, which grow in number."""

    def __init__(self, home: Path, units: int) -> None:
        self.home, self.models = home, model_weeks(home, units)
        self.products: dict[int, dict[str, str]] = {}
        self.chunks: dict[int, bytes] = {}  # the rows of a course, by the cut-off that they are of
        for back in range(MADE, 0, -1):
            shutil.rmtree(paths.processed(home, AREA, day_of(back)))

    def grow(self, weeks: int) -> None:
        """Write the weeks that are not there yet, and the records of all, which tell of the weeks before them."""
        for back in range(len(self.chunks) + 1, weeks + SHOWN + 1):
            self.chunks[back] = self.course_of(back)
        for back in range(len(self.products) + 1, weeks + 1):
            self.products[back] = self.write(back)
        earlier: dict[str, str] = {}
        for back in range(weeks, 0, -1):
            about = {"area": AREA, "cutoff": day_of(back), "revision": 1, "inputs": {"earlier": earlier}}
            place = paths.processed(self.home, AREA, day_of(back), record.NAME)
            atomic.save_json(place, about | {"products": self.products[back]})
            earlier |= record.by_week({path: it for path, it in self.products[back].items() if path.endswith(".csv")})

    def model_of(self, back: int) -> tuple[dict[str, bytes], int]:
        """The tables that a week is made of, and how many weeks later they are."""
        later = (back - 1) // (MADE - 1) * (MADE - 1)
        return self.models[back - later], later

    def course_of(self, back: int) -> bytes:
        """The rows of courses that are of this week."""
        tables, later = self.model_of(back)
        own = day_of(back - later).encode() + b","
        rows = [line for line in tables["course.csv"].splitlines(keepends=True) if line.startswith(own)]
        return moved(b"".join(rows), later)

    def write(self, back: int) -> dict[str, str]:
        """Write a week's tables, and a page; their digests by path."""
        tables, later = self.model_of(back)
        folder, day = paths.processed(self.home, AREA, day_of(back)), day_of(back)
        folder.mkdir(parents=True)
        head = tables["course.csv"].partition(b"\n")[0] + b"\n"
        shown = [self.chunks[each] for each in range(back + SHOWN - 1, back - 1, -1)]
        for name, table in tables.items():
            (folder / name).write_bytes(head + b"".join(shown) if name == "course.csv" else moved(table, later))
        report = paths.reports(self.home, AREA, day, "report.html")
        atomic.save(report, f"<!DOCTYPE html><title>{day}</title>")
        return atomic.hashes([*folder.glob("*.csv"), report], self.home)


def measured(home: Path, runs: int) -> tuple[float, float, float]:
    """Medians of the seconds of the newest week, of the MiB that it takes, and of the seconds of a run again."""
    newest = str(NEWEST)
    found = []
    for _ in range(runs):
        for folder in (paths.processed(home, AREA, newest), paths.reports(home, AREA, newest)):
            shutil.rmtree(folder, ignore_errors=True)
        seconds, memory = size.measured(home, newest, AREA)
        again, _ = size.measured(home, newest, AREA)
        found.append((seconds, memory, again))
    return tuple(statistics.median(each) for each in zip(*found, strict=True))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--weeks", default="17,52,260,600")
    options.add_argument("--units", type=int, default=156)
    options.add_argument("--runs", type=int, default=3)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        contenders.copied(Path(folder) / "project")
        past, found = Past(Path(folder) / "home", chosen.units), {}
        for weeks in chosen.weeks.split(","):
            past.grow(int(weeks))
            found[weeks] = measured(past.home, chosen.runs)
    print("\n## Earlier weeks\n")
    print(f"`bench/growth.py`, {chosen.units} units, medians of {chosen.runs}, generated tables.\n")
    print("| earlier weeks | week, s | of 52 weeks | peak, MiB | of 52 weeks | unchanged, s |")
    print(f"|{' ---: |' * 6}")
    year = found.get(YEAR, next(iter(found.values())))
    for weeks, (seconds, memory, again) in found.items():
        cells = [weeks, f"{seconds:.1f}", f"{seconds / year[0]:.2f}", f"{memory:,.0f}", f"{memory / year[1]:.2f}"]
        print(f"| {' | '.join([*cells, f'{again:.2f}'])} |")


if __name__ == "__main__":
    main()
