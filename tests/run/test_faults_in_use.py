"""A file that somebody has open in Word or Excel, as Windows guards it: what may be done is done, the rest is said."""

import dataclasses
from pathlib import Path

import pytest
from support.district import words
from support.faults import failing
from support.stand_in import AREA, CUTOFF, contents, published, put, steps, week_of

from analysis import cli
from analysis.exits import Exit
from analysis.run import pipeline, withdraw
from analysis.weeks import atomic, in_use, paths

CLOSE = "Đóng tệp"
OPEN = {
    "the report in Word": "reports/{area}/{cutoff}/report.html",
    "a table in Excel": "data/processed/{area}/{cutoff}/scores.csv",
    "the record of the week": "data/processed/{area}/{cutoff}/run.json",
    "the delivered table, as the week keeps it": "data/processed/{area}/{cutoff}/raw/one.txt",
    "the page of an earlier issue": "reports/{area}/{cutoff}/r1/report.html",
}


def leftovers(home) -> list[str]:
    roots = [paths.processed(home, AREA), paths.reports(home, AREA)]
    return [path.name for root in roots for path in root.glob(".*")]


@pytest.mark.parametrize("name", OPEN)
def test_a_week_with_an_open_file_stays_whole_and_the_next_run_heals(home, opened, counted, name):
    assert week_of(home, "one").status == week_of(home, "two", reissue=True).status == Exit.DONE
    path = home / OPEN[name].format(area=AREA, cutoff=CUTOFF).replace("one", "two" if "raw" in OPEN[name] else "one")
    before = contents(*published(home))
    assert str(path) in before
    opened(path)
    refused = week_of(home, "three", reissue=True)
    checks = failing(
        refused=refused.status == Exit.FAILED,
        said=CLOSE in refused.message and any(str(each) in refused.message for each in published(home)),
        whole=contents(*published(home)) == before,
        tidy=leftovers(home) == [],
    )
    opened()
    checks += failing(
        healed=week_of(home, "three", reissue=True).status == Exit.DONE,
        new=(published(home)[1] / "report.html").read_text("utf-8") == "three",
    )
    counted("file in use", 1, {name: checks} if checks else {})


def test_an_index_that_is_open_is_said_and_the_week_is_published(home, opened, counted):
    index, told = put(paths.reports(home, AREA, "index.html"), "earlier"), []
    opened(index)
    week = dataclasses.replace(steps(home, stages=(), told=told), index=lambda *_: atomic.save(index, "new"))
    made = pipeline.make_week(home, AREA, CUTOFF, steps=week)
    checks = failing(
        done=made.status == Exit.DONE and published(home)[1].is_dir(),
        said=any(CLOSE in line and str(index) in line for line in told),
        kept=index.read_text("utf-8") == "earlier",
    )
    counted("file in use", 1, {"index": checks} if checks else {})


def names(home) -> list[str]:
    """The names of all files of the week, wherever they are, but for what is said of its withdrawal."""
    files = [path for folder in ("data", "reports") for path in (home / folder).rglob("*") if path.is_file()]
    return sorted(path.name for path in files if path.name not in (withdraw.REASON, withdraw.REACHED))


def test_a_week_with_an_open_file_is_not_half_withdrawn(home, opened, counted):
    assert week_of(home, "one").status == Exit.DONE
    before, wrong = names(home), {}
    files = [path for folder in published(home) for path in folder.rglob("*") if path.is_file()]
    for path in files:
        opened(next(home.rglob(path.name)))
        with pytest.raises(PermissionError) as caught:
            withdraw.withdraw_week(home, AREA, CUTOFF, "wrong day", words())
        checks = failing(said=CLOSE in in_use.advice(caught.value, words()), nothing_doubled=names(home) == before)
        if checks:
            wrong[path.name] = checks
    opened()
    done = withdraw.withdraw_week(home, AREA, CUTOFF, "wrong day", words())
    if done.status != Exit.DONE or names(home) != before or any(folder.exists() for folder in published(home)):
        wrong["then"] = [done.message]
    counted("file in use", len(files), wrong)


COMMANDS = {
    "gate": ("out/gate.html", ["gate", "2023-12-04.txt", "--area", AREA, "--out", "out"]),
    "a table of gate": ("out/problems.csv", ["gate", "2023-12-04.txt", "--area", AREA, "--out", "out"]),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_whose_file_is_open_names_it(tmp_path, opened, counted, monkeypatch, capsys, name):
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "2023-12-04.txt", "STT\tĐơn vị\n1\tXã Mỹ Hội Đông\n")
    file, arguments = COMMANDS[name]
    opened(path := put(tmp_path / file, "earlier"))
    status, said = cli.main(arguments), capsys.readouterr().err
    checks = failing(
        status=status == Exit.FAILED,
        said=CLOSE in said and Path(file).name in said and "Traceback" not in said,
        kept=path.read_text("utf-8") == "earlier",
        tidy=[each for each in path.parent.iterdir() if each.name.startswith(".")] == [],
    )
    opened()
    checks += failing(healed=cli.main(arguments) == Exit.REFUSED and path.read_text("utf-8") != "earlier")
    counted("file in use", 1, {name: checks} if checks else {})


def test_an_error_of_another_kind_is_not_called_an_open_file():
    error = PermissionError(13, "Permission denied", "/x")
    assert in_use.advice(error, words()) == ""
    assert in_use.advice(FileNotFoundError(2, "No such file", "/x"), words()) == ""
    error.winerror = 32
    assert "/x: " in in_use.advice(error, words())
