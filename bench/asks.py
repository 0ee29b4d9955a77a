"""What following the asks costs: the cells of the trend that make the ledger, beside the whole week that they are of.

    python bench/asks.py [--only district,province] [--reports 60] [--runs 5]

Two areas, each with as many earlier reports and their ledgers: the district of Chợ Mới, 18 units with a past walked
backwards from its own figures, and a generated province of 156. In turn, the week is made by our command, and the cells
of 3_trend under the heading of the ledger are run in this process, files read and all. Prints
medians, and the median of the ratios of each turn.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import contenders
import generate

from analysis.weeks import store
from analysis.weeks.home import working_in

OWN_TEXT = "The ledger of asks"  # the text in 3_trend above the cells that make it
LIMIT = {"cho-moi": 3, "tinh-01": 5}  # per cent of the week, as FOLLOWUP asks


def district(home: Path, reports: int) -> tuple[str, str, list[str]]:
    shutil.copytree(contenders.PROJECT / "config", home / "config")
    raw = home / "data" / "raw" / generate.AREA
    raw.mkdir(parents=True)
    shutil.copy(contenders.PROJECT / "data" / "raw" / generate.AREA / f"{generate.CUTOFF}.txt", raw)
    return generate.AREA, str(generate.CUTOFF), generate.earlier_weeks(home, reports)


def province(home: Path, reports: int) -> tuple[str, str, list[str]]:
    (area,) = generate.nation(home, 156, 1, reports + 1)
    *earlier, newest = sorted(path.stem for path in (home / "data" / "raw" / area).iterdir())
    return area, newest, earlier


def seconds_of_ledger(home: Path, area: str, cutoff: str) -> float:
    """Of the cells below the text on the ledger, to the next text or the notebook's last cell, which writes all."""
    with working_in(home):
        draft = store.open_week(area, cutoff, home=home).folder
        cells = [contenders.played(stage, cutoff, area) for stage in contenders.STAGES][-1]
        shutil.rmtree(draft)
    (first,) = [place for place, (cell, _) in enumerate(cells) if cell.source.startswith(OWN_TEXT)]
    its = []
    for cell, seconds in cells[first + 1 : -1]:
        if cell.cell_type != "code":
            break
        its.append(seconds)
    return sum(its)


def measured(folder: Path, make, reports: int, runs: int) -> str:
    base = folder / make.__name__
    area, newest, earlier = make(base, reports)
    for day in earlier:
        print(make.__name__, day, file=sys.stderr)
        contenders.publish(base, day, area)
    weeks, ledgers, asks = [], [], 0
    for _ in range(runs):
        home = Path(shutil.copytree(base, folder / "home"))
        environ = contenders.environment(folder / "project", "", home)
        command = f"python -m analysis week {newest} --area {area}"
        weeks.append(contenders.seconds(command, (), folder, environ))
        asks = len(store.history(home, area)[newest].read("asks"))
        shutil.rmtree(home)
        ledgers.append(seconds_of_ledger(base, area, newest))
    share = statistics.median(100 * part / whole for part, whole in zip(ledgers, weeks, strict=True))
    cells = [area, str(len(earlier)), str(asks), f"{statistics.median(weeks):.2f}", f"{statistics.median(ledgers):.3f}"]
    return f"| {' | '.join([*cells, f'{share:.1f} %', f'{LIMIT[area]} %'])} |"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--only", default="district,province")
    options.add_argument("--reports", type=int, default=60)
    options.add_argument("--runs", type=int, default=5)
    chosen = options.parse_args()
    print(f"\n## Following the asks\n\n`bench/asks.py`, medians of {chosen.runs} turns.\n")
    print("| area | earlier reports | rows of the ledger | the week, s | the ledger's cells, s | their share | reach |")
    print(f"|{' ---: |' * 7}", flush=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        contenders.copied(Path(folder) / "project")
        for make in (make for make in (district, province) if make.__name__ in chosen.only.split(",")):
            print(measured(Path(folder), make, chosen.reports, chosen.runs), flush=True)


if __name__ == "__main__":
    main()
