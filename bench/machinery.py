"""What each piece of machinery saves: the week with it, and with it switched off, in turn.

    python bench/machinery.py [--runs 5] [--history 3] [--only word,word] [--units all]

A piece is switched off in a copy of the project, by lines at the end of one of its modules: the program itself has no
switches for this. The week is that of ``compare``. What saves less than 3 % of what it serves is to go.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

import compare
import contenders
from contenders import Place, told

PRELOAD = "run/preload.py"
FORK_SERVER, ISOLATED = "run/processes/fork_server.py", "run/processes/isolated.py"
OFF = {  # what is switched off: the module, and the lines at its end
    "a server for the gate, before that for tables": (
        PRELOAD,
        """
_gate = prepare_gate
def prepare_gate():
    _gate()
    prepare_tables(PROJECT)
GATE = TABLES = ForkServer(prepare_gate)
PAGES.of = GATE
""",
    ),
    "a server for tables, before that for pages": (
        PRELOAD,
        """
_tables = prepare_tables
def prepare_tables(home, area=""):
    _tables(home, area)
    prepare_pages(home)
PAGES = TABLES
def warm_up(home, area):
    TABLES.prepare = partial(prepare_tables, home, area)
    TABLES.begin()
""",
    ),
    "servers that begin before they are asked": (PRELOAD, "begin = warm_up = lambda *_: None\n"),
    "a kernel and a notebook's checks made ready in the server": (
        PRELOAD,
        """
def prepare_tables(home, area=""):
    from analysis.config import files, rules

    with suppress(files.ConfigError):
        rules.beginnings(home, area or "cho-moi")
    with _as_if_without("rfc3987_syntax"):
        _import(FOR_TABLES)
""",
    ),
    "pieces of pages compiled in the server": (
        PRELOAD,
        """
_pages = prepare_pages
def prepare_pages(home):
    from analysis.report import templates
    compile_pieces, templates.compile_pieces = templates.compile_pieces, lambda: None
    _pages(home)
    templates.compile_pieces = compile_pieces
""",
    ),
    "a page exported in the server": (
        PRELOAD,
        """
_pages = prepare_pages
def prepare_pages(home):
    import analysis.report.export as export
    page, export.page = export.page, lambda *about: None
    _pages(home)
    export.page = page
""",
    ),
    "a server of the run that has read the week": ("run/editions.py", "def _prepare(*about): pass\n"),
    "products and indexes made beside the report's notebook": (
        ISOLATED,
        """
@contextlib.contextmanager
def beside(functions, *arguments, **about):
    yield lambda: together(functions, *arguments, **about)
""",
    ),
    "indexes made before the week is published": (
        "run/index_ahead.py",
        """
@contextmanager
def beside(*about):
    yield lambda: None
""",
    ),
    "limits on memory": (ISOLATED, "resource = None\n"),
    "no garbage collected while servers prepare": (FORK_SERVER, "gc.disable = gc.freeze = lambda: None\n"),
}


def switched_off(project: Path, copy: Path, name: str) -> Path:
    """A copy of the project without one piece of machinery."""
    module, lines = OFF[name]
    shutil.copytree(project, copy)
    path = copy / "analysis" / module
    path.write_text(f"{path.read_text('utf-8')}\n\n{lines}", "utf-8")
    return copy


def week(place: Place, project: Path, options: list[str]) -> float:
    home = place.home()
    took = contenders.ours(place, home, *options, project=project)
    contenders.expect_week(place, contenders.reports(home) / "report.html")
    return took


def measured(place: Place, runs: int, words: list[str], options: list[str]) -> str:
    """The table of what each piece saves: medians, and the median of the rounds' ratios."""
    names = [name for name in OFF if any(word in name for word in words)]
    projects = {name: switched_off(place.project, place.folder / f"off-{i}", name) for i, name in enumerate(names)}
    measures = {"with all": lambda: week(place, place.project, options)}
    measures |= {name: lambda its=its: week(place, its, options) for name, its in projects.items()}
    for measure in measures.values():
        measure()  # so that all is compiled
    notes: list[str] = []
    times = compare.rounds(measures, runs, notes)
    whole = times["with all"]
    rows = [
        [name, *compare.timed(name, times[name])[1:], f"{(compare.ratio(times[name], whole) - 1) * 100:+.0f} %"]
        for name in names
    ]
    head = ["switched off", "s", "range", "the week takes"]
    return "\n\n".join(
        [
            "## What each piece of machinery saves",
            "The week without it, against the week with all, in turn; what saves less than 3 % of what it serves goes.",
            compare.table(head, compare.timed("nothing", whole, "–"), *rows),
            *notes,
        ]
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--history", type=int, default=3)
    options.add_argument("--only", default="")
    options.add_argument("--units", default="none")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="machinery-") as folder:
        told("preparing: the project, the earlier weeks")
        place = contenders.prepared(Path(folder), chosen.history)
        print("\n" + measured(place, chosen.runs, chosen.only.split(","), ["--units", chosen.units]))


if __name__ == "__main__":
    main()
