"""The indexes that are made beside a run's products are those of what is published then, or are not used."""

from contextlib import suppress

import pytest
from support import played, two_weeks
from support.district import words
from support.faults import needs_fork
from support.indexed import AREA, FILES

from analysis.report import indexpage, published_weeks
from analysis.run import index_ahead
from analysis.weeks import atomic, paths, store

RUN = f"{two_weeks.SECOND}-1"
pytestmark = needs_fork


@pytest.fixture
def home(tmp_path):
    """One week is published, with its indexes; the next one is being made."""
    with played.at(tmp_path):
        first, second = two_weeks.tables()
        for folder, reports, tables in (
            (paths.processed(tmp_path, AREA, two_weeks.FIRST), paths.reports(tmp_path, AREA, two_weeks.FIRST), first),
            (paths.run_folder(tmp_path, AREA, RUN), paths.run_reports(tmp_path, AREA, RUN), second),
        ):
            for name, frame in tables.items():
                store.write_table(folder, name, frame)
            reports.mkdir(parents=True)
            for name in FILES if reports.name == two_weeks.FIRST else ():
                atomic.save(reports / name, name)
        renew(tmp_path)
        yield tmp_path


def renew(home) -> None:
    indexpage.save(home, AREA, words())
    indexpage.save_areas(home, words())


def publish(home) -> None:
    for name in FILES:
        atomic.save(paths.run_reports(home, AREA, RUN) / name, name)
    paths.run_folder(home, AREA, RUN).rename(paths.processed(home, AREA, two_weeks.SECOND))
    paths.run_reports(home, AREA, RUN).rename(paths.reports(home, AREA, two_weeks.SECOND))


def indexes(home) -> list[bytes]:
    places = paths.reports(home, AREA, "index.html"), paths.processed(home, AREA, "index.json")
    places += published_weeks.areas_page(home), published_weeks.areas_record(home)
    return [place.read_bytes() for place in places]


def ahead(home):
    return index_ahead.beside(home, AREA, two_weeks.SECOND, RUN, words())


def test_they_are_put_in_their_place_as_if_they_had_been_made_after_publishing(home):
    before = indexes(home)
    with ahead(home) as put:
        pass
    publish(home)
    put()
    made = indexes(home)
    assert two_weeks.SECOND.encode() in made[0] and made != before
    assert not published_weeks.is_stale(home, AREA, words()) and not published_weeks.are_areas_stale(home, words())
    for page in (paths.reports(home, AREA, "index.html"), published_weeks.areas_page(home)):
        page.unlink()
    renew(home)
    assert indexes(home) == made


def test_nothing_is_put_where_something_else_is_published_then(home):
    before = indexes(home)
    with ahead(home) as put:
        pass
    publish(home)
    (paths.reports(home, AREA, two_weeks.SECOND) / FILES[1]).unlink()
    put()
    assert indexes(home) == before and published_weeks.is_stale(home, AREA, words())


def test_indexes_that_cannot_be_made_are_nothing_to_the_run(home):
    before = indexes(home)
    (paths.run_folder(home, AREA, RUN) / "scores.csv").write_bytes(b"no table")
    paths.processed(home, AREA, two_weeks.FIRST, "scores.csv").unlink()
    with ahead(home) as put:
        pass
    put()
    assert indexes(home) == before


def test_where_the_run_fails_nothing_is_put_and_no_process_is_left(home):
    before = indexes(home)
    with suppress(KeyError), ahead(home):
        raise KeyError
    assert indexes(home) == before
