"""Measures time and memory of pages as a province and a nation grow: generated tables, one generated earlier week.

    python bench/size.py [--units 18,156] [--nation 3] [--jobs 2]

For each size: the week alone, the week with every unit's page, the cost of a page between them, and the most memory
that all processes together held (proportional shares, sampled). --nation: so many of the 34 areas of a nation with
3,321 units, by ``week --area all``, with all pages; 34: the whole of it. Prints a section of RESULTS.md.
"""

import argparse
import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import contenders
import generate
import psutil

SAMPLE_S = 0.5
UNITS, AREAS = 3321, 34  # of a nation
NEWEST, BEFORE = (str(day) for day in (generate.NEWEST, generate.NEWEST - generate.WEEK))


def measured(home: Path, cutoff: str, area: str, *options: str) -> tuple[float, float]:
    """Seconds, and the maximum MiB that the command and its descendants held at one time."""
    command = [sys.executable, "-m", "analysis", "week", cutoff, "--area", area, "--home", str(home), *options]
    environ = contenders.environment(home.parent / "project", "", home)
    began, most = time.perf_counter(), 0.0
    with (home / "said.txt").open("w", encoding="utf-8") as said:
        quiet = {"stdin": subprocess.DEVNULL, "stdout": said, "stderr": said}
        running = subprocess.Popen(command, cwd=home.parent / "project", env=environ, **quiet)
        while running.poll() is None:
            most = max(most, held(running.pid))
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(SAMPLE_S)
    took = time.perf_counter() - began
    if running.returncode:
        raise SystemExit(f"exit status {running.returncode}: " + (home / "said.txt").read_text("utf-8")[-2000:])
    return took, most


def held(pid: int) -> float:
    """MiB of a process and its descendants; shared pages are counted once."""
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for each in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                total += each.memory_full_info().pss
    return total / 2**20


def pages(home: Path) -> int:
    return len(list(home.glob(f"reports/*/{NEWEST}/units/*.html")))


def sized(folder: Path, units: int, areas: int, jobs: str) -> tuple[str, float]:
    """One row of the table, and the seconds of the whole."""
    home = folder / f"{areas}-{units}"
    generate.nation(home, units, areas)
    area = "all" if areas > 1 else "tinh-01"
    measured(home, BEFORE, area)
    alone = shutil.copytree(home, folder / "alone")
    week, memory = measured(alone, NEWEST, area)
    cells = [f"{units:,}", str(areas), f"{week:.1f}", f"{memory:,.0f}"]
    shutil.rmtree(alone)
    whole, memory = measured(home, NEWEST, area, "--units", "all", "--jobs", jobs)
    if (count := pages(home)) != units:
        raise SystemExit(f"{count} of {units} pages")
    cells += [f"{whole:.1f}", f"{(whole - week) / units:.2f}", f"{memory:,.0f}"]
    shutil.rmtree(home)
    return f"| {' | '.join(cells)} |", whole


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--units", default="18,156")
    options.add_argument("--nation", type=int, default=3, help="how many of the 34 areas; 0: none")
    options.add_argument("--jobs", default="2")
    chosen = options.parse_args()
    print(f"\n## Growth\n\n`bench/size.py`, one run, {chosen.jobs} workers, generated tables.\n")
    print("| units | areas | week alone, s | peak, MiB | with all pages, s | each page, s | peak, MiB |")
    print(f"|{' ---: |' * 7}", flush=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        contenders.copied(Path(folder) / "project")
        for units in filter(None, chosen.units.split(",")):
            print(sized(Path(folder), int(units), 1, chosen.jobs)[0], flush=True)
        if chosen.nation:
            row, seconds = sized(Path(folder), round(UNITS * chosen.nation / AREAS), chosen.nation, chosen.jobs)
            minutes = seconds * AREAS / chosen.nation / 60
            by = "" if chosen.nation == AREAS else f", by the time of these {chosen.nation} areas"
            print(f"{row}\n\nA nation, {UNITS:,} pages in {AREAS} areas: {minutes:.1f} min{by}. Reach: ≤ 15 min.")


if __name__ == "__main__":
    main()
