"""Compares the time of a week and its 18 unit pages: ours, papermill with nbconvert, ploomber and notebooker.

    python bench/compare.py [--quick] [--only week,rerun,bytes,bad,starts] [--runs 5] [--history 17]

Each round times every contender once, one after the other, so that other work of the machine affects all of them.
Figures are medians; ratios are medians of the rounds' ratios. A contender that did not do its work has no time.
Writes bench/RESULTS.md, with --quick (one round) or --only to the terminal alone.
"""

import argparse
import email
import email.policy
import gzip
import importlib.metadata
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import contenders
import nbformat
from contenders import NotDone, Place, told
from nbformat import v4

RESULTS = Path(__file__).parent / "RESULTS.md"
AT_ONCE = 20
NAMES = {
    "papermill": "papermill in sequence, nbconvert",
    "papermill2": "papermill in 2 processes, nbconvert in 2",
    "ploomber": "ploomber `Parallel(2)`",
    "notebooker": "notebooker on mongomock",
}
HELP = "python -m analysis --help"
Times = dict[str, list[float]]  # by contender, one per round; NaN where the work was not done


# -- timing ----------------------------------------------------------------------------------------------------------


def rounds(measures: dict[str, Callable[[], float]], runs: int, notes: list[str], once: Iterable[str] = ()) -> Times:
    """once : names of those that are timed in the first round only, for no reach hangs on them"""
    times = defaultdict(list)
    for number in range(1, runs + 1):
        for name, measure in measures.items():
            if number > 1 and name in once:
                times[name].append(float("nan"))
                continue
            try:
                times[name].append(measure())
                told(f"round {number} of {runs}: {name} {times[name][-1]:.2f} s")
            except NotDone as error:
                times[name].append(float("nan"))
                told(f"round {number} of {runs}: {name} NOT DONE: {error}")
                notes.append(f"{name}, round {number}: not done, so not counted: {last_words(error)}")
    return times


def last_words(error: NotDone) -> str:
    return " / ".join(str(error).splitlines()[-3:])


def median(values: list[float]) -> float:
    done = [value for value in values if value == value]
    return statistics.median(done) if done else float("nan")


def less(some: list[float], others: list[float]) -> list[float]:
    return [one - other for one, other in zip(some, others, strict=True)]


def more(some: list[float], others: list[float]) -> list[float]:
    return [one + other for one, other in zip(some, others, strict=True)]


def ratio(some: list[float], others: list[float]) -> float:
    return median([one / other for one, other in zip(some, others, strict=True)])


def shown(value: float) -> str:
    return f"{value:.2f}" if value == value else "not done"


# -- writing ---------------------------------------------------------------------------------------------------------


def table(*rows: list[str]) -> str:
    """Rows of Markdown under the first; the last cells of a row may be left out."""
    head, *rest = rows
    rest = [row + [""] * (len(head) - len(row)) for row in rest]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---", *["---:"] * (len(head) - 1)], *rest))


def timed(name: str, values: list[float], *further: str) -> list[str]:
    done = [value for value in values if value == value]
    spread = f"{min(done):.2f}–{max(done):.2f}" if done else "–"
    return [name, shown(median(values)), spread, *further]


def against(ours: list[float], other: list[float], reach: float | None = None) -> list[str]:
    found = ratio(ours, other)
    return [shown(found), f"≤ {reach:.2f}: {'met' if found <= reach else 'missed'}" if reach else "–"]


def facts(runs: int, load: float, history: int, place: Place) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("pandas", "matplotlib", "papermill"))
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()},"
        f" {versions}; load before the run {load:.1f}. Rounds: {runs}. The week of 4 December 2023 in Chợ Mới with"
        f" {history} earlier weeks published (generated), {len(place.units)} units."
    )


# -- (a) and (b) -----------------------------------------------------------------------------------------------------


def week_and_pages(place: Place, runs: int, history: int, notes: list[str]) -> str:
    measures = {
        "week": lambda: contenders.our_week(place),
        "their week": lambda: contenders.their_week(place),
        "all 1": lambda: contenders.our_pages(place, 1),
        "papermill": lambda: contenders.their_pages(place, "papermill"),
        "all 2": lambda: contenders.our_pages(place, 2),
        "papermill2": lambda: contenders.their_pages(place, "papermill2"),
        "ploomber": lambda: contenders.their_pages(place, "ploomber"),
        "notebooker": lambda: contenders.their_pages(place, "notebooker"),
        "drawing 1": lambda: contenders.floor(place, 1),
        "drawing 2": lambda: contenders.floor(place, 2),
        "outlines 1": lambda: contenders.floor(place, 1, "outlines"),
        "outlines 2": lambda: contenders.floor(place, 2, "outlines"),
    }
    try:
        old = contenders.prepared_of(contenders.OLD_PAGES, place, history)
        measures |= {"old week": lambda: contenders.our_week(old), "old all": lambda: contenders.our_pages(old, 2)}
    except NotDone as error:
        notes.append(f"pages of {contenders.OLD_PAGES}: not done: {last_words(error)}")
    times = rounds(measures, runs, notes, once=("ploomber", "notebooker"))
    week, their_week = times["week"], times["their week"]
    pages = {jobs: less(times[f"all {jobs}"], week) for jobs in (1, 2)}
    drawing, outlines = ({jobs: times[f"{how} {jobs}"] for jobs in (1, 2)} for how in ("drawing", "outlines"))
    old_pages = less(times["old all"], times["old week"]) or [float("nan")] * runs
    reaches = {"papermill": 0.08, "papermill2": 1 / 3}
    return "\n\n".join(
        [
            "## (a) The week, no unit pages",
            "Theirs: a `papermill` call for each of four notebooks, and `jupyter nbconvert --to html` of the last."
            " Ours: one call, which also gates, proves and publishes, and makes mail, Word document and workbook.",
            table(
                ["who", "seconds", "least–most", "ours ÷ it", "reach"],
                timed("ours", week),
                timed("papermill and nbconvert", their_week, *against(week, their_week, 0.3)),
            ),
            f"## (b) {len(place.units)} unit pages",
            "Ours: what `--units all` takes more than the week alone, in the same round. Theirs: 5_unit for each"
            " unit, and its HTML, on tables that are there already; where pages are made one after the other, of every"
            " third unit, or of every sixth by papermill in sequence, and their time is counted as often. ploomber and"
            " notebooker in the first round only. Drawing: the same figures as SVG, in warm processes, without a"
            " notebook; with text as text, as pages have it, and with its outlines, as matplotlib writes a figure and"
            " as pages had it when the reach was set. (ploomber's `Parallel` asks without a pause who is"
            " next, which keeps a core busy.)",
            table(
                ["who", "seconds", "least–most", "ours on 1 ÷ it", "ours on 2 ÷ it", "reach"],
                timed("ours, 1 worker", pages[1]),
                timed("ours, 2 workers", pages[2]),
                *(
                    timed(
                        NAMES[name],
                        times[name],
                        shown(ratio(pages[1], times[name])),
                        *against(pages[2], times[name], reaches.get(name)),
                    )
                    for name in NAMES
                ),
                timed("drawing, 1 process", drawing[1], *against(pages[1], drawing[1])),
                timed("drawing, 2 processes", drawing[2], "", *against(pages[2], drawing[2])),
                timed("drawing with outlines, 1 process", outlines[1], *against(pages[1], outlines[1])),
                timed("drawing with outlines, 2 processes", outlines[2], "", *against(pages[2], outlines[2], 1.6)),
                timed(f"ours of {contenders.OLD_PAGES}, 2 workers", old_pages, "", *against(pages[2], old_pages, 0.4)),
            ),
            "The whole, week and pages:",
            table(
                ["who", "seconds", "least–most", "ours ÷ it"],
                timed("ours, 2 workers", times["all 2"]),
                *(
                    timed(NAMES[name], whole, shown(ratio(times["all 2"], whole)))
                    for name in NAMES
                    if (whole := more(their_week, times[name]))
                ),
            ),
        ]
    )


# -- (c) -------------------------------------------------------------------------------------------------------------


def reruns(place: Place, runs: int, notes: list[str]) -> str:
    """Time re-runs of both sides, after one whole run: with nothing changed, and with one cell of one unit changed."""
    ours, theirs, built = place.home("rerun"), place.home("rerun-theirs", place.drafted), place.new("ploomber-rerun")
    there = Place(place.folder, place.project, place.base, theirs, place.units, place.totals)
    table_of = {home: home / "data" / "raw" / contenders.AREA / f"{contenders.CUTOFF}.txt" for home in (ours, theirs)}
    arguments = (*place.units, "--raw", table_of[theirs])
    remade, versions = defaultdict(list), dict.fromkeys(table_of, 3)

    def our(*options: object) -> float:
        return counted("ours", contenders.reports(ours) / "units", lambda: contenders.ours(place, ours, *options))

    def their() -> float:
        return counted("ploomber", built, lambda: contenders.peer(there, "ploomber", built, *arguments))

    def counted(who: str, folder: Path, measure: Callable[[], float]) -> float:
        before = {path.name: path.read_bytes() for path in folder.glob("*.html")}
        took = measure()
        contenders.expect_pages(place, folder)
        remade[who].append(
            sum((folder / f"{code}.html").read_bytes() != before.get(f"{code}.html") for code in place.units)
        )
        return took

    def change(home: Path) -> None:
        """Publicity of the lowest unit: 19.3 %, then 19.4 % …"""
        old, versions[home] = versions[home], versions[home] + 1
        text = table_of[home].read_text("utf-8")
        if (row := f"<b>19.{old}</b>") not in text:
            raise NotDone(f"the raw table has no {row}")
        table_of[home].write_text(text.replace(row, f"<b>19.{versions[home]}</b>"), "utf-8")

    def our_changed() -> float:
        change(ours)
        return our("--reissue")

    def their_changed() -> float:
        change(theirs)
        return their()

    told("first runs, to be repeated")
    our("--units", "all")
    their()
    same = rounds({"ours": our, "ploomber": their}, runs, notes)
    remade.clear()
    changed = rounds({"ours": our_changed, "ploomber": their_changed}, runs, notes)
    pages = {who: f"{median(counts):.0f} of {len(place.units)}" for who, counts in remade.items()}
    environ = contenders.environment(place.project, "", ours)
    helped = [contenders.seconds(HELP, (), place.folder, environ) for _ in range(runs)]
    return "\n\n".join(
        [
            "## (c) Once more",
            "Week and pages as they are there already; then with one cell of the lowest unit's row changed in the raw"
            " table: ours as a re-issue, which keeps the earlier revision. ploomber's pages hang on their own unit's"
            " figures only, so those of other units keep what they say of it.",
            table(
                ["what", "ours, s", "ploomber, s", "ours ÷ it", "reach", "pages that differ, ours", "ploomber"],
                *(
                    [
                        what,
                        shown(median(times["ours"])),
                        shown(median(times["ploomber"])),
                        *against(times["ours"], times["ploomber"], 0.25),
                        *told_pages,
                    ]
                    for what, times, told_pages in (
                        ("nothing changed", same, ["0", "0"]),
                        ("one unit changed", changed, [pages.get("ours", "–"), pages.get("ploomber", "–")]),
                    )
                ),
            ),
            f"Nothing changed: {within(same['ours'], 0.6)}. `--help`: {within(helped, 0.3)}.",
        ]
    )


def within(values: list[float], most: float) -> str:
    """Seconds, and whether they are within the reach."""
    return f"{shown(median(values))} s (reach ≤ {most:.1f} s: {'met' if median(values) <= most else 'missed'})"


# -- (d) -------------------------------------------------------------------------------------------------------------


def sizes(place: Place) -> str:
    home, folder, unit = place.home("sizes"), place.folder / "their-week", contenders.BAD_UNIT
    contenders.ours(place, home, "--units", unit)
    contenders.their_week(place)
    contenders.peer(place, "papermill", folder, unit)
    ours = contenders.reports(home)
    message = email.message_from_bytes((ours / "mail.eml").read_bytes(), policy=email.policy.default)
    body = message.get_body(("html",)).get_content()
    files = {
        "report.html, ours": (ours / "report.html").read_text("utf-8"),
        "4_report.html, nbconvert": (folder / "4_report.html").read_text("utf-8"),
        f"units/{unit}.html, ours": (ours / "units" / f"{unit}.html").read_text("utf-8"),
        f"{unit}.html, nbconvert": (folder / f"{unit}.html").read_text("utf-8"),
        "the mail's HTML, ours": body,
    }
    rows = [
        [name, f"{len(text.encode()) / 1024:,.0f}", f"{len(gzip.compress(text.encode())) / 1024:,.0f}", requests(text)]
        for name, text in files.items()
    ]
    whole = (ours / "mail.eml").stat().st_size / 1024
    return "\n\n".join(
        [
            "## (d) Bytes, and requests to the outside",
            "Requests: what Chromium asks for when it opens the file, all refused.",
            table(
                ["file", "KiB", "KiB, gzip", "outside requests"],
                *rows,
                ["mail.eml, ours, with pictures and workbook", f"{whole:,.0f}", "–", "–"],
            ),
        ]
    )


def requests(html: str) -> str:
    """The number of addresses that Chromium requests while it opens the page; without Chromium it says so."""
    browser_of = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser_of is None:
        return "no Chromium"
    from playwright.sync_api import sync_playwright

    page_of, asked = "http://page.test/", []

    def refuse(route) -> None:
        if route.request.url == page_of:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        else:
            asked.append(route.request.url)
            route.abort()

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_of, args=["--no-sandbox", "--disable-dev-shm-usage"])
        page = browser.new_page()
        page.route("**/*", refuse)
        page.goto(page_of)
        page.wait_for_timeout(1000)
        browser.close()
    return str(len([url for url in asked if not url.startswith("data:")]))


# -- (e) -------------------------------------------------------------------------------------------------------------


def bad_unit(place: Place, notes: list[str]) -> str:
    """Let 5_unit fail for one unit; report the pages of the others, and the page in the failed one's place."""
    project = place.folder / "broken"
    shutil.copytree(place.project, project, dirs_exist_ok=True)
    source = project / "notebooks" / "5_unit.ipynb"
    notebook = nbformat.read(source, as_version=4)
    place_of = next(i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
    raising = f'if str(unit) == "{contenders.BAD_UNIT}":\n    raise RuntimeError("this unit is bad")'
    notebook.cells.insert(place_of + 1, v4.new_code_cell(raising))
    nbformat.write(notebook, source)

    home = place.home("bad")
    runs = {"ours": lambda: contenders.ours(place, home, "--units", "all", project=project, fails=True)}
    folders = {"ours": contenders.reports(home) / "units"}
    units = list(place.units)
    number = units.index(contenders.BAD_UNIT)
    some = units[number - 2 : number + 4]
    for name in NAMES:
        folders[name] = place.new(f"bad-{name}")
        runs[name] = lambda name=name: contenders.peer(place, name, folders[name], *some, project=project, fails=True)
    rows = []
    for name, run in runs.items():
        told(f"one bad unit: {name}")
        try:
            run()
        except NotDone as error:
            notes.append(f"one bad unit, {name}: {last_words(error)}")
        states = {code: contenders.state(place, folders[name], code) for code in (units if name == "ours" else some)}
        good = list(states.values()).count("good")
        rows.append([NAMES.get(name, name), f"{good} of {len(states)}", INSTEAD[states[contenders.BAD_UNIT]]])
    return "\n\n".join(
        [
            "## (e) One bad unit",
            f"5_unit raises for one unit, number {number + 1} of {len(units)} in the list; the peers make it, two"
            " before it and three after it. Reach: all others, and a page that says so.",
            table(["who", "good pages", "in the bad one's place"], *rows),
        ]
    )


INSTEAD = {
    "honest": "a page that says that there is none",
    "traceback": "a page with code and traceback",
    "nothing": "nothing",
    "good": "a page as if it were good",
    "else": "half a page",
}


# -- (f) -------------------------------------------------------------------------------------------------------------


def starts(place: Place, times: int, weeks_at_once: int) -> str:
    folder = place.new("starts")
    cell = v4.new_code_cell("print(6 * 7)")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(v4.new_notebook(cells=[cell], metadata=kernel), folder / "one.ipynb")
    script = contenders.PROJECT / "bench" / "start.py"
    commands = {
        "ours": lambda out: ["python", str(script), "one.ipynb", out],
        "papermill": lambda out: ["papermill", "--no-progress-bar", "one.ipynb", out],
    }
    failed = defaultdict(int)
    for number in range(1, times + 1):
        for name, command in commands.items():
            environ = contenders.environment(place.project, name.replace("ours", ""), place.drafted)
            outs = [folder / f"{name}-{number}-{i}.ipynb" for i in range(AT_ONCE)]
            ended = together([command(out.name) for out in outs], [environ] * AT_ONCE, folder)
            failed[name] += sum(
                status != 0 or "42" not in printed(out) for status, out in zip(ended, outs, strict=True)
            )
        told(f"{AT_ONCE} starts at once, {number} of {times}: failed so far {dict(failed)}")
    homes = [place.home(f"week-{i}") for i in range(weeks_at_once)]
    weeks = together(
        [["bash", "-c", contenders.OURS] for _ in homes],
        [contenders.environment(place.project, "", home) for home in homes],
        folder,
    )
    for home, status in zip(homes, weeks, strict=True):
        failed["weeks"] += status != 0 or not (contenders.reports(home) / "report.html").is_file()
    return "\n\n".join(
        [
            f"## (f) {AT_ONCE} parallel starts × {times}",
            "A notebook of one cell; failed: an exit status, or no output. Then whole weeks at once, each in a home of"
            " its own. Reach: none fails.",
            table(
                ["who", "starts", "failed"],
                ["ours", str(AT_ONCE * times), str(failed["ours"])],
                ["papermill", str(AT_ONCE * times), str(failed["papermill"])],
                ["ours, whole weeks", str(weeks_at_once), str(failed["weeks"])],
            ),
        ]
    )


def together(commands: list[list[str]], environs: list[dict[str, str]], folder: Path, limit_s: int = 600) -> list[int]:
    """Exit statuses of processes started at once; one that takes too long is killed and has failed."""
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    found = [
        shutil.which(command[0], path=environ["PATH"]) for command, environ in zip(commands, environs, strict=True)
    ]
    running = [
        subprocess.Popen([path, *command[1:]], cwd=folder, env=environ, **quiet)
        for path, command, environ in zip(found, commands, environs, strict=True)
    ]
    until, ended = time.monotonic() + limit_s, []
    for process in running:
        try:
            ended.append(process.wait(max(0, until - time.monotonic())))
        except subprocess.TimeoutExpired:
            process.kill()
            ended.append(process.wait())
    return ended


def printed(path: Path) -> str:
    if not path.is_file():
        return ""
    outputs = [output for cell in nbformat.read(path, as_version=4).cells for output in cell.get("outputs", [])]
    return "".join(output.get("text", "") for output in outputs)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="one round, to try it")
    options.add_argument("--only", default="week,rerun,bytes,bad,starts")
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--history", type=int, default=17)
    chosen = options.parse_args()
    runs, wanted, notes, load = 1 if chosen.quick else chosen.runs, chosen.only.split(","), [], os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        told("preparing: the project, the earlier weeks, the draft")
        place = contenders.prepared(Path(folder), chosen.history)
        parts = {
            "week": lambda: week_and_pages(place, runs, chosen.history, notes),
            "rerun": lambda: reruns(place, runs, notes),
            "bytes": lambda: sizes(place),
            "bad": lambda: bad_unit(place, notes),
            "starts": lambda: starts(place, *((1, 4) if chosen.quick else (2, 8))),
        }
        told_parts = [part() for name, part in parts.items() if name in wanted]
        head = ["# What `make bench` measured", facts(runs, load, chosen.history, place)]
    remarks = ["## Remarks", "\n".join(f"- {note}" for note in notes)] if notes else []
    text = "\n\n".join([*head, *told_parts, *remarks]) + "\n"
    print(text)
    if not chosen.quick and len(told_parts) == len(parts):
        RESULTS.write_text(text, "utf-8")
        told(f"written: {RESULTS.name}")


if __name__ == "__main__":
    sys.exit(main())
