"""The server of a run: what is forked from it makes and compares pages, and makes the report and what people open.

It has read the run's rules, sentences and tables, so that none of these processes does; and found the week's findings,
which all of them ask for but the report's notebook, whose cells find them before the reader's eyes.
"""

from functools import lru_cache, partial
from pathlib import Path

from analysis.run import preload
from analysis.run.processes.fork_server import ForkServer
from analysis.weeks import store


@lru_cache(maxsize=1)
def fork_server(home: Path, area: str, cutoff: str, run: str, lang: str) -> ForkServer:
    """The server of a run whose tables before the report are written, in the language of its products.

    There is one such server at a time; ``forget`` ends it.
    """
    return ForkServer(partial(_prepare, home, area, cutoff, run, lang), of=preload.PAGES)


def forget() -> None:
    """Drop the server of the last run. It ends by itself when no process can send it orders any more."""
    fork_server.cache_clear()


def _prepare(home: Path, area: str, cutoff: str, run: str, lang: str) -> None:
    """Read the week; where units get pages make what one page shows: what all pages ask of the week is then known to
    each process that is forked from this one."""
    from analysis.report import export, figures, unitpage

    week = store.open_week(area, cutoff, run, home)
    words = week.words(lang)
    kept = unitpage.keep_edition(week, week.rules(), words)
    for code in kept.tables["pages"]["unit_code"][:1]:
        for chart in filter(None, [*figures.contributions(kept, code), figures.own_rates(kept, code)]):
            chart.svg()
        pieces = unitpage.page_pieces(kept, code)
        export.page(export.as_notebook(pieces, "page"), words, unitpage.title(kept, code))
