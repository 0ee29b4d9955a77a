"""A published week rebuilt elsewhere: the same bytes, or every difference by name and why."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.district import say
from support.stand_in import AREA, CUTOFF, accepted, contents, put

from analysis.exits import Exit
from analysis.run import pipeline, verify
from analysis.weeks import command, paths, store
from analysis.weeks.home import PROJECT

EARLIER = "2023-11-27"
SCORES, REPORT = f"data/processed/{AREA}/{CUTOFF}/scores.csv", f"reports/{AREA}/{CUTOFF}/report.html"
TABLE = "unit_code,total\n30634,{}\n30637,{}\n"


# -- what differs, and why -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recorded", "there", "rebuilt", "expected"),
    [
        pytest.param({"a": "1"}, {"a": "1"}, {"a": "1"}, [], id="the same"),
        pytest.param({"a": "1"}, {}, {"a": "1"}, [("missing", "reports/x/2023-12-04/a")], id="gone"),
        pytest.param({"a": "1"}, {"a": "2"}, {"a": "1"}, [("damaged", "reports/x/2023-12-04/a")], id="changed since"),
        pytest.param({}, {"a": "1"}, {}, [("extra", "reports/x/2023-12-04/a")], id="added since"),
        pytest.param(
            {"a": "1"}, {"a": "1"}, {"a": "2"}, [("other", "reports/x/2023-12-04/a")], id="made otherwise now"
        ),
        pytest.param({"a": "1"}, {"a": "1"}, {}, [("not_made", "reports/x/2023-12-04/a")], id="made no more"),
        pytest.param({}, {}, {"a": "1"}, [("new", "reports/x/2023-12-04/a")], id="made only now"),
        pytest.param(
            {"a": "1"},
            {"a": "2"},
            {"a": "3"},
            [("damaged", "reports/x/2023-12-04/a"), ("other", "reports/x/2023-12-04/a")],
            id="changed since, and made otherwise",
        ),
        pytest.param({"r1/a": "1"}, {"r1/a": "1"}, {}, [], id="an earlier revision is only kept"),
        pytest.param({"r1/a": "1"}, {"r1/a": "2"}, {}, [("damaged", "reports/x/2023-12-04/r1/a")], id="and looked at"),
        pytest.param({"a": "1"}, {"a": "2"}, None, [("damaged", "reports/x/2023-12-04/a")], id="cannot be rebuilt"),
        pytest.param(None, {"a": "1"}, {"a": "1"}, [], id="without a record what is there counts"),
        pytest.param(None, {"a": "1"}, {"a": "2"}, [("other", "reports/x/2023-12-04/a")], id="and is compared"),
    ],
)
def test_every_product_is_compared_with_the_record_and_with_itself_made_anew(recorded, there, rebuilt, expected):
    full = [
        each if each is None else {f"reports/x/2023-12-04/{name}": digest for name, digest in each.items()}
        for each in (recorded, there, rebuilt)
    ]
    assert verify.differences(*full) == [(path, kind) for kind, path in expected]


@pytest.mark.parametrize(
    ("published", "rebuilt", "expected"),
    [
        ("a,b\n1,2\n", "a,b\n1,2\n", []),
        ("a,b\n1,2\n3,4\n", "a,b\n1,2\n3,5\n", [(3, "b", "4", "5")]),
        ("a,b\n1,2\n", "a,c\n1,2\n", [(1, "b", "b", "c")]),
        ("a,b\n1,2\n", "a,b\n1,2\n3,4\n", [(3, "a", "", "3"), (3, "b", "", "4")]),
        ("a\n1\n", "a,b\n1,2\n", [(1, "b", "", "b"), (2, "b", "", "2")]),
        ("a\n1\n2\n3\n4\n", "a\n5\n6\n7\n8\n", [(2, "a", "1", "5"), (3, "a", "2", "6"), (4, "a", "3", "7")]),
        ("", "a\n", [(1, "a", "", "a")]),
        ('a\n"x\ny"\n', 'a\n"x\nz"\n', [(2, "a", "x\ny", "x\nz")]),
    ],
)
def test_the_first_cells_that_differ_are_named_by_row_and_column(published, rebuilt, expected):
    assert verify.cells(published.encode(), rebuilt.encode()) == expected


def test_what_has_changed_since_is_named_by_kind():
    earlier = {f"data/processed/{AREA}/{EARLIER}/scores.csv": "1", f"data/processed/{AREA}/{EARLIER}/units.csv": "1"}
    inputs = {"code": {"analysis/a.py": "1"}, "config": {"b": "1"}, "earlier": earlier, "versions": {"pandas": "3.1"}}
    before = {"inputs": inputs, "commit": "abc"}
    assert verify.because(before, before) == {}
    now = {"code": {"analysis/c.py": "1"}, "config": {"b": "2"}, "earlier": {}, "versions": {"pandas": "3.2"}}
    assert verify.because(before, {"inputs": now, "commit": ""}) == {
        "code": ["analysis/a.py", "analysis/c.py"],
        "config": ["b"],
        "earlier": [EARLIER],
        "versions": ["pandas 3.1 → 3.2"],
        "commit": ["abc → –"],
    }


# -- weeks without notebooks -----------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    shutil.copytree(PROJECT / "config" / "wording", home / "config" / "wording")
    put(home / "config" / AREA / "area.toml", "weak = 50")
    return home


def export(home, area, cutoff, name, words):
    """Tables and a page of what the raw table, the rules and the earlier weeks say."""
    folder = paths.run_folder(home, area, name)
    (raw,), _ = paths.held_raw(folder)
    (rule,) = home.glob("config/cho-moi/area.toml")
    history = "".join(
        each.read_text() for week in store.history(home, area, cutoff).values() for each in week.folder.glob("*.csv")
    )
    put(folder / "scores.csv", TABLE.format(raw.read_text(), rule.read_text().split()[-1]))
    revision = str(len(store.earlier_revisions(store.open_week(area, cutoff, name, home=home))) + 1)
    put(paths.run_reports(home, area, name) / "report.html", f"{raw.read_text()} {history} r{revision}")


STEPS = pipeline.Pipeline(
    lambda *_: accepted(), PROJECT / "notebooks", (), export, lambda line: None, index=lambda *_: None
)


def make(home: Path, text: str = "1", cutoff: str = CUTOFF, reissue: bool = False) -> None:
    raw = [put(home.parent / f"{cutoff}.txt", text)]
    assert pipeline.make_week(home, AREA, cutoff, raw, reissue=reissue, steps=STEPS).status == Exit.DONE


def verified(home: Path, status: int, steps: pipeline.Pipeline = STEPS) -> list[str]:
    before = contents(home)
    outcome = verify.verify_week(home, AREA, steps=steps)
    assert contents(home) == before  # whatever is found, nothing is written
    assert outcome.status == status, outcome.message
    return outcome.message.split("\n")


def file(home: Path, name: str, cutoff: str = CUTOFF) -> Path:
    return (
        home / "reports" / AREA / cutoff / name if name.endswith("html") else paths.processed(home, AREA, cutoff, name)
    )


def test_the_newest_week_is_verified_and_is_the_same_though_its_table_is_no_more_among_the_raw_ones(home):
    make(home, cutoff=EARLIER)
    make(home)
    (line,) = verified(home, Exit.DONE)
    assert line == say("verify.same", area=AREA, cutoff=CUTOFF, revision="r1", count=3)
    assert not list(Path(home.parent).glob("verify-*"))


def test_one_changed_byte_is_named_with_its_cell_and_how_to_restore_it(home):
    make(home)
    path = file(home, "scores.csv")
    path.write_text(path.read_text().replace("30634,1", "30634,7"))
    heading, damaged, cell, heal = verified(home, verify.DIFFERS)
    assert heading == say("verify.differs", area=AREA, cutoff=CUTOFF, revision="r1")
    assert damaged == say("verify.damaged", path=SCORES)
    assert cell == "  " + say("verify.cell", row=2, column="total", published=7, rebuilt=1)
    assert heal == say("verify.heal", area=AREA, cutoff=CUTOFF, command=command.typed(home))
    assert f"{command.typed(home)} week {CUTOFF} --area {AREA}" in heal


def test_a_product_that_is_gone_and_one_that_was_added_are_named(home):
    make(home)
    file(home, "report.html").unlink()
    put(file(home, "more.html"), "x")
    assert verified(home, verify.DIFFERS)[1:3] == [
        say("verify.missing", path=REPORT),
        say("verify.added", path=f"reports/{AREA}/{CUTOFF}/more.html"),
    ]


def test_a_changed_rule_is_named_as_the_reason(home):
    make(home)
    put(home / "config" / AREA / "area.toml", "weak = 55")
    assert verified(home, verify.DIFFERS)[1:] == [
        say("verify.other", path=SCORES),
        "  " + say("verify.cell", row=3, column="total", published=50, rebuilt=55),
        say("verify.because_config", names=f"config/{AREA}/area.toml"),
    ]


def test_a_changed_rule_that_changes_no_product_is_told_and_is_no_difference(home):
    make(home)
    put(home / "config" / AREA / "area.toml", "# why\nweak = 50")
    same, reason = verified(home, Exit.DONE)
    assert same == say("verify.same", area=AREA, cutoff=CUTOFF, revision="r1", count=3)
    assert reason == say("verify.because_config", names=f"config/{AREA}/area.toml")


def test_a_changed_earlier_week_is_named_as_the_reason(home):
    make(home, cutoff=EARLIER)
    make(home)
    put(file(home, "scores.csv", EARLIER), "another")
    assert verified(home, verify.DIFFERS)[1:] == [
        say("verify.other", path=REPORT),
        say("verify.because_earlier", names=EARLIER),
    ]


def test_a_week_that_was_made_after_a_later_one_is_rebuilt_beside_it(home):
    """As after new remarks on an earlier week: it tells what the later table carries of it."""

    def told(home, area, cutoff, name, words):
        export(home, area, cutoff, name, words)
        later = [day for day in store.published(home, area) if day > cutoff]
        put(paths.run_folder(home, area, name) / "carried.csv", "\n".join(["carrier", *later]) + "\n")

    steps = dataclasses.replace(STEPS, export=told)
    for day in (CUTOFF, EARLIER):
        table = [put(home.parent / f"{day}.txt", "1")]
        assert pipeline.make_week(home, AREA, day, table, steps=steps).status == Exit.DONE
    assert CUTOFF in file(home, "carried.csv", EARLIER).read_text("utf-8")
    outcome = verify.verify_week(home, AREA, EARLIER, steps)
    assert outcome.status == Exit.DONE, outcome.message


def test_a_program_that_gives_other_bytes_from_the_same_inputs_is_named_as_that(home):
    make(home)

    def by_chance(home, area, cutoff, name, words):
        export(home, area, cutoff, name, words)
        put(paths.run_reports(home, area, name) / "report.html", os.urandom(8).hex())

    lines = verified(home, verify.DIFFERS, dataclasses.replace(STEPS, export=by_chance))
    assert lines[1:3] == [say("verify.other", path=REPORT), say("verify.no_reason")]


def test_corrections_are_rebuilt_on_what_they_corrected(home):
    for number, text in enumerate("123"):
        make(home, text, reissue=number > 0)
    assert file(home, "report.html").read_text() == "3  r3"
    (line,) = verified(home, Exit.DONE)
    assert line == say(
        "verify.same", area=AREA, cutoff=CUTOFF, revision="r3", count=11
    )  # three of each, and two run.json kept
    put(file(home, "r1/report.html"), "damaged")
    damaged = say("verify.damaged", path=f"reports/{AREA}/{CUTOFF}/r1/report.html")
    assert verified(home, verify.DIFFERS)[1] == damaged


def test_without_its_record_a_week_is_compared_with_what_is_made_and_is_not_called_the_same(home):
    make(home)
    file(home, "run.json").unlink()
    lines = verified(home, verify.DIFFERS)
    assert len(lines) == 2 and lines[1] == say("verify.record_lost")
    put(file(home, "scores.csv"), TABLE.format(7, 50))
    assert verified(home, verify.DIFFERS)[2:] == [
        say("verify.other", path=SCORES),
        "  " + say("verify.cell", row=2, column="total", published=7, rebuilt=1),
    ]


def test_a_week_whose_table_was_changed_is_not_rebuilt_and_the_rest_is_looked_at(home):
    make(home)
    put(file(home, "raw") / f"{CUTOFF}.txt", "2")
    lines = verified(home, verify.DIFFERS)
    assert lines[1] == say("verify.damaged", path=f"data/processed/{AREA}/{CUTOFF}/raw/{CUTOFF}.txt")
    assert lines[2].startswith(say("verify.not_rebuilt", reason=""))


def test_remarks_are_rebuilt_from_the_weeks_own_and_never_from_those_that_stand_beside_the_table_now(home):
    beside = put(home / "data" / "raw" / AREA / f"{CUTOFF}-ghi-chu.txt", "first")
    make(home)
    put(beside, "second")
    assert f"{CUTOFF}-ghi-chu.txt" in [path.name for path in file(home, "raw").iterdir()]
    assert verified(home, Exit.DONE)


@pytest.mark.parametrize("text", ["other", ""])
def test_a_week_whose_remarks_were_changed_or_removed_is_not_rebuilt(home, text):
    put(home / "data" / "raw" / AREA / f"{CUTOFF}-ghi-chu.txt", "first")
    make(home)
    kept = file(home, "raw") / f"{CUTOFF}-ghi-chu.txt"
    put(kept, text) if text else kept.unlink()
    assert say("verify.raw_changed", folder=file(home, "raw")) in "\n".join(verified(home, verify.DIFFERS))


def test_replies_and_sent_forms_are_rebuilt_from_the_weeks_own(home, monkeypatch):
    monkeypatch.setattr("analysis.mail.forms.find_sent_forms", lambda *where: {"30634": "2023-12-05"})
    beside = put(home / "data" / "raw" / AREA / f"{CUTOFF}-phan-hoi.csv", "first")
    make(home)
    put(beside, "second")
    monkeypatch.setattr("analysis.mail.forms.find_sent_forms", lambda *where: {})
    assert sorted(path.name for path in file(home, "replies").iterdir()) == [beside.name, "forms.csv"]
    assert verified(home, Exit.DONE)
    put(file(home, "replies") / beside.name, "other")
    assert say("verify.raw_changed", folder=file(home, "raw")) in "\n".join(verified(home, verify.DIFFERS))


def test_a_run_that_fails_is_told_and_is_no_week_that_is_the_same(home):
    make(home)

    def fails(*_):
        raise OSError("no space")

    lines = verified(home, verify.DIFFERS, dataclasses.replace(STEPS, export=fails))
    assert lines[1].startswith(say("verify.not_rebuilt", reason="")) and "no space" in "".join(lines)


@pytest.mark.parametrize("cutoff", [None, CUTOFF])
def test_where_nothing_is_published_there_is_nothing_to_verify(home, cutoff):
    outcome = verify.verify_week(home, AREA, cutoff, STEPS)
    assert outcome.status == Exit.REFUSED
    assert outcome.message == say("verify.nothing_published", area=AREA, cutoff=cutoff or "????-??-??")


# -- the real week ---------------------------------------------------------------------------------------------------

LATER = """
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#define SHIFT (400L * 86400 + 7 * 3600)
int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = syscall(SYS_clock_gettime, clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += SHIFT;
    return failed;
}
time_t time(time_t *told) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (told) *told = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *told, void *zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    told->tv_sec = now.tv_sec; told->tv_usec = now.tv_nsec / 1000;
    return 0;
}
"""
# The command line, whose processes all keep the shifted clock.
CALL = (
    "import sys; from analysis.weeks.home import SHOWN; SHOWN.add('LD_PRELOAD');"
    " from analysis.cli import main; sys.exit(main(sys.argv[1:]))"
)


@pytest.fixture(scope="module")
def real(tmp_path_factory, corrected_home):
    """The real week, and its correction in one cell as r2, with one unit's page; no table is among the raw ones."""
    home = shutil.copytree(corrected_home, tmp_path_factory.mktemp("verify") / "home")
    shutil.rmtree(home / "data" / "raw")
    return home


@pytest.mark.long
def test_the_real_week_is_made_the_same_in_another_folder_another_time_zone_and_400_days_later(real, tmp_path):
    place = tmp_path / "thư mục khác"
    shutil.copytree(real, place)
    environment = os.environ | {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONPATH": str(PROJECT)}
    compiler = shutil.which("cc") or shutil.which("gcc")
    if sys.platform == "linux" and compiler:
        (tmp_path / "later.c").write_text(LATER)
        library = tmp_path / "later.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-o", library, tmp_path / "later.c"], check=True)
        environment["LD_PRELOAD"] = str(library)
        shown = subprocess.run(
            [sys.executable, "-c", "import time; print(time.time())"], env=environment, capture_output=True
        )
        assert float(shown.stdout) > 400 * 86400 + (place / "config").stat().st_mtime - 86400
    call = [sys.executable, "-c", CALL, "verify", "--area", AREA, "--home", str(place)]
    done = subprocess.run(call, env=environment, capture_output=True, text=True, cwd="/", encoding="utf-8")
    before, after = say("verify.same", area=AREA, cutoff=CUTOFF, revision="r2", count="#").split("#")
    assert (done.returncode, before in done.stdout, after in done.stdout) == (0, True, True), done


@pytest.mark.long
def test_a_changed_threshold_is_named_with_the_first_cells_it_changes_in_the_real_week(real, tmp_path):
    home = Path(shutil.copytree(real, tmp_path / "home"))
    rule = home / "config" / AREA / "area.toml"
    assert rule.read_text("utf-8").count("\nCKMB = 50\n") == 1
    rule.write_text(rule.read_text("utf-8").replace("\nCKMB = 50\n", "\nCKMB = 60\n"), "utf-8")
    outcome = verify.verify_week(home, AREA, CUTOFF)
    assert outcome.status == verify.DIFFERS
    assert f"config/{AREA}/area.toml" in outcome.message
    findings = say("verify.other", path=f"data/processed/{AREA}/{CUTOFF}/findings.csv")
    first_cell = say("verify.cell", row="", column="", published="", rebuilt="").split()[0]
    assert f"{findings}\n  {first_cell} " in outcome.message
    assert "scores.csv" not in outcome.message
    assert json.loads((home / "data/processed" / AREA / CUTOFF / "run.json").read_text("utf-8"))["revision"] == 2
