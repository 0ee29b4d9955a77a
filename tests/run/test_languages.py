"""What is said follows --lang or the locale; what is made does not: the same bytes, whatever the operator speaks."""

import csv
import dataclasses
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.district import say as in_vietnamese
from support.district import words
from support.sampled import sampled
from support.stand_in import AREA, CUTOFF, accepted, contents, paged, published, put, steps

from analysis.cli import main
from analysis.config import wording
from analysis.exits import Exit
from analysis.run import areas, due, gating, pipeline, verify, withdraw
from analysis.weeks import atomic, paths
from analysis.weeks.home import PROJECT

LOCALES = {"C": "vi", "en_US.UTF-8": "en", "vi_VN.UTF-8": "vi"}


def say(lang: str, key: str, **fields) -> str:
    return words(lang).say(key, **fields)


# -- a week ----------------------------------------------------------------------------------------------------------


def recorded(home: Path, told: list[str]) -> pipeline.Pipeline:
    """A week whose report, index and gate write down in which language they were asked to speak."""

    def gate(raw, home, area, cutoff, words):
        told.append(f"gate {words.lang}")
        return accepted()

    def index(home, area, words):
        put(home / "reports" / area / "index.html", words.lang)

    return dataclasses.replace(steps(home, "1", told=told, stages=()), gate=gate, index=index)


@pytest.mark.parametrize(("lang", "messages"), [("vi", "en"), ("en", "vi"), ("vi", "vi"), ("en", "")])
def test_report_and_index_are_in_their_own_language_and_what_is_said_in_that_of_messages(home, lang, messages):
    told, spoken = [], messages or lang
    outcome = pipeline.make_week(home, AREA, CUTOFF, lang=lang, messages=messages, steps=recorded(home, told))
    report = home / "reports" / AREA / CUTOFF / "report.html"
    assert (report.read_text(), (home / "reports" / AREA / "index.html").read_text()) == (lang, lang)
    assert outcome.message.startswith(say(spoken, "run.done", report=report)) and told[0] == f"gate {spoken}"
    assert told[-1].startswith(say(spoken, "run.stage", stage="export", seconds="#").partition("#")[0])
    record = json.loads((home / "data/processed" / AREA / CUTOFF / "run.json").read_text("utf-8"))
    assert record["inputs"]["parameters"] == {"lang": lang, "province_rank": ""}


def test_a_page_that_failed_is_in_the_reports_language_and_what_is_told_of_it_in_that_of_messages(home):
    week = paged(home, "A", "B", broken={"A": "raises"})
    outcome = pipeline.make_week(home, AREA, CUTOFF, lang="vi", messages="en", units="all", steps=week)
    assert outcome.status == Exit.FAILED
    tables, reports = published(home)
    assert in_vietnamese("unit_page.missing_heading") in (reports / "units" / "A.html").read_text("utf-8")
    (row,) = [row for row in csv.DictReader((tables / "pages.csv").open(encoding="utf-8")) if row["unit_code"] == "A"]
    assert "ô lệnh" in row["reason"]
    heading = say("en", "run.pages_failed", count=1, reasons="#", kept="#").partition("#")[0]
    assert heading and heading in outcome.message


@pytest.mark.parametrize("locale", LOCALES)
def test_the_command_speaks_by_the_locale_and_the_report_is_vietnamese(home, locale, monkeypatch, capsys):
    played(home, monkeypatch)
    monkeypatch.setenv("LC_ALL", locale)
    assert main(["week", CUTOFF, "--home", str(home)]) == 0
    report = home / "reports" / AREA / CUTOFF / "report.html"
    assert say(LOCALES[locale], "run.done", report=report) in capsys.readouterr().out
    assert report.read_text() == "vi"


def test_the_same_week_is_the_same_bytes_under_every_locale_and_a_call_under_another_finds_nothing_new(
    home, monkeypatch, capsys
):
    played(home, monkeypatch)
    made = {}
    for locale in LOCALES:
        monkeypatch.setenv("LC_ALL", locale)
        shutil.rmtree(home / "reports", ignore_errors=True)
        shutil.rmtree(home / "data" / "processed", ignore_errors=True)
        assert main(["week", CUTOFF, "--home", str(home)]) == 0
        made[locale] = {name: data for name, data in contents(*published(home)).items() if "run.json" not in name}
        before = contents(*published(home))
        for other, lang in LOCALES.items():
            monkeypatch.setenv("LC_ALL", other)
            capsys.readouterr()
            assert main(["week", CUTOFF, "--home", str(home)]) == 0
            report = home / "reports" / AREA / CUTOFF / "report.html"
            assert say(lang, "run.nothing_new", report=report) in capsys.readouterr().out
            assert contents(*published(home)) == before
    assert made["C"] == made["en_US.UTF-8"] == made["vi_VN.UTF-8"] != {}


def played(home: Path, monkeypatch) -> None:
    """Make the weeks of the command line from ``recorded`` steps."""
    whole, told = pipeline.make_week, recorded(home, [])
    monkeypatch.setattr(pipeline, "make_week", lambda *about, **more: whole(*about, **more | {"steps": told}))


def test_every_way_to_make_weeks_keeps_the_two_languages_apart(home):
    told = []
    about = {"lang": "en", "messages": "vi", "steps": recorded(home, told)}
    (outcome, *_) = due.make_all(home, [AREA], **about)
    assert outcome.message.startswith(in_vietnamese("run.due", area=AREA, cutoff=CUTOFF))
    report = home / "reports" / AREA / CUTOFF / "report.html"
    assert report.read_text() == "en" and "gate vi" in told
    (nothing,) = [each.message for each in due.make_all(home, [AREA], **about) if each.status == Exit.DONE]
    assert nothing == in_vietnamese("run.nothing_due", areas=AREA)
    (missing,) = areas.make_all(home, [AREA], "2024-01-01", lang="en", messages="vi")
    assert missing.message == in_vietnamese("run.no_raw", area="*", cutoff="2024-01-01")


# -- what is said of a published week --------------------------------------------------------------------------------


@pytest.mark.parametrize("messages", ["vi", "en"])
def test_a_week_is_verified_in_its_own_language_and_told_in_that_of_messages(home, messages):
    made = recorded(home, [])
    assert pipeline.make_week(home, AREA, CUTOFF, lang="en", steps=made).status == Exit.DONE
    outcome = verify.verify_week(home, AREA, CUTOFF, made, messages=messages)
    about = {"area": AREA, "cutoff": CUTOFF, "revision": "r1"}
    count = len(contents(*published(home))) - 1
    assert outcome.message == say(messages, "verify.same", count=count, **about)
    refusing = dataclasses.replace(made, gate=lambda *_: accepted(refused=True))
    outcome = verify.verify_week(home, AREA, CUTOFF, refusing, messages=messages)
    assert say(messages, "run.refused", file=f"{CUTOFF}.txt") in outcome.message


@pytest.mark.parametrize(("made_in", "messages"), [("vi", "en"), ("en", "vi")])
def test_after_a_withdrawal_the_index_is_in_the_language_of_the_newest_week(home, made_in, messages, monkeypatch):
    put(home / "data" / "raw" / AREA / "2023-11-27.txt", "raw")
    for day, lang in (("2023-11-27", made_in), (CUTOFF, messages)):
        assert pipeline.make_week(home, AREA, day, lang=lang, steps=recorded(home, [])).status == Exit.DONE
    renewed = []
    monkeypatch.setattr(withdraw, "renew_index", lambda home, area, words: renewed.append(words.lang))
    said = withdraw.withdraw_week(home, AREA, CUTOFF, "x", wording.load(home, messages)).message
    assert renewed == [made_in] and say(messages, "withdraw.site") in said
    withdraw.withdraw_week(home, AREA, "2023-11-27", "x", wording.load(home, messages))
    assert renewed == [made_in, "vi"]  # where no week is left


# -- the real table --------------------------------------------------------------------------------------------------

TABLE = PROJECT / "data" / "raw" / "cho-moi" / "2023-12-04.txt"


@pytest.fixture
def refused(tmp_path):
    """The real table with a letter in a figure and a decimal comma."""
    path = tmp_path / "2023-12-04.txt"
    path.write_text(TABLE.read_text("utf-8").replace("\t72.6\t", "\t7l.6\t"), "utf-8")
    return path


@pytest.mark.parametrize(
    ("locale", "asked", "lang"),
    sampled(
        [
            ("C", (), "vi"),
            ("en_GB.UTF-8", (), "en"),
            ("en_GB.UTF-8", ("--lang", "vi"), "vi"),
            ("C", ("--lang=en",), "en"),
        ],
        short=2,
        long=2,
        first=[("en_GB.UTF-8", (), "en"), ("en_GB.UTF-8", ("--lang", "vi"), "vi")],
    ),
)
def test_what_a_gate_says_prints_and_writes_is_in_one_language(refused, locale, asked, lang, monkeypatch, capsys):
    monkeypatch.setenv("LC_ALL", locale)
    for command in (["gate"], ["score", "--cutoff", CUTOFF]):
        out = refused.parent / command[0]
        assert main([*command, str(refused), "--out", str(out), *asked, "--home", str(PROJECT)]) == Exit.REFUSED
        said = capsys.readouterr().out
        assert say(lang, "run.refused", file=refused.name) in said
        assert say(lang, "problem.not_a_number") in said
        assert say(lang, "problem.not_a_number") in (out / "problems.csv").read_text("utf-8")
        assert say(lang, "repair.decimal_comma") in (out / "repairs.csv").read_text("utf-8")
    assert f'<html lang="{lang}"' in (refused.parent / "gate" / "gate.html").read_text("utf-8")


def test_gate_html_of_a_refused_week_is_in_the_language_of_messages(refused, tmp_path):
    shutil.copytree(PROJECT / "config", tmp_path / "home" / "config")
    home = tmp_path / "home"
    found = gating.gate_week([refused], home, AREA, CUTOFF, wording.load(home, "en"))
    assert '<html lang="en"' in found.page.read_text("utf-8")


@pytest.mark.long
def test_a_real_week_and_its_letters_are_the_same_bytes_under_every_locale(tmp_path):
    made = {}
    for locale, lang in LOCALES.items():
        home = tmp_path / locale
        for name in ("config", "data/raw"):
            shutil.copytree(PROJECT / name, home / name)
        call = [
            sys.executable,
            "-m",
            "analysis",
            "week",
            CUTOFF,
            "--area",
            AREA,
            "--units",
            "30634",
            "--home",
            str(home),
        ]
        environment = {"LC_ALL": locale, "PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin", "HOME": str(home)}
        done = subprocess.run(call, capture_output=True, text=True, env=environment)
        report = paths.reports(home, AREA, CUTOFF, "report.html")
        assert say(lang, "run.done", report=report) in done.stdout, done.stderr
        made[locale] = json.loads(paths.processed(home, AREA, CUTOFF, "run.json").read_text("utf-8"))["products"]
        made[locale] |= {"index": atomic.sha256(home / "reports" / AREA / "index.html")}
    assert made["C"] == made["en_US.UTF-8"] == made["vi_VN.UTF-8"]
    assert any(name.endswith("mail.eml") for name in made["C"]) and any("/mail/" in name for name in made["C"])
