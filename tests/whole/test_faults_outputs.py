"""Output that cannot be written: no command stops for it, and none writes it into another file."""

import re
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from support import smtp_server as mx
from support.district import RAW
from support.faults import failing, how_many, some
from support.outputs import GONE, OUTPUTS, called
from support.sampled import sampled
from support.settings import write_settings
from support.stand_in import put

from analysis.exits import Exit
from analysis.mail import sending
from analysis.weeks.home import PROJECT

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no output here is a full disk")

AREAS, DAYS, BAD = ("cho-moi", "second"), ("2023-11-27", "2023-12-04"), "2023-11-27"
ONLY_TEXT = {"gate", "mail --status", "--help"}  # what is printed is all that they make
FULL = {"a full disk", "a full disk for both"}
COMMANDS = {
    "week": (["week", "2023-12-04"], Exit.DONE),
    "week --due": (["week", "--due", "--area", "all", "--send"], Exit.DONE),  # nothing is due
    "week, wrong": (["week", "--no-such-option"], Exit.WRONG_USAGE),
    "gate": (["gate", RAW], Exit.DONE),
    "gate --out": (["gate", RAW, "--out", "{home}/out"], Exit.DONE),
    "score": (["score", RAW, "--cutoff", "2023-12-04", "--out", "{home}/out"], Exit.DONE),
    "site": (["site", "{home}/site", "--area", "cho-moi"], Exit.DONE),
    "mail": (["mail", "2023-12-04"], Exit.DONE),
    "mail --status": (["mail", "2023-12-04", "--status"], Exit.DONE),
    "tell": (["tell"], Exit.WRONG_USAGE),  # there is nobody to be told
    "new-area": (["new-area", "newly", "--from", RAW], Exit.DONE),
    "withdraw": (["withdraw", "2023-12-04", "--reason", "wrong day"], Exit.DONE),
    "--help": (["--help"], Exit.DONE),
}


def files(home: Path) -> dict[str, bytes]:
    """What is in every file; what tells the time of the call is left out."""
    found = {path.relative_to(home).as_posix(): path for path in sorted(home.rglob("*")) if path.is_file()}
    return {
        re.sub(r"\d{8}T\d+", "TIME", name): b"" if name.endswith(("reason.txt", ".lock")) else path.read_bytes()
        for name, path in found.items()
    }


@pytest.mark.parametrize("few", how_many(2, long=5))
def test_no_command_stops_where_its_output_cannot_be_written(real_home, tmp_path, counted, few):
    """Only a text that is all that a command makes is missed on a full disk."""

    def result(number: str, name: str, output: str) -> tuple[int, bytes, dict[str, bytes]]:
        home = shutil.copytree(real_home, tmp_path / number)
        words = [str(word).format(home=home) for word in COMMANDS[name][0]]
        status, said = called(output, *words, *([] if "help" in name else ["--home", home]))
        left = files(home)
        shutil.rmtree(home)
        return status, said, left

    tried, as_usual, wrong = some([(name, output) for name in COMMANDS for output in OUTPUTS], few), {}, {}
    for name, output in tried:
        if name not in as_usual:
            as_usual[name] = result("home", name, "")
        status, said, left = result("home", name, output)
        wanted = Exit.FAILED if name in ONLY_TEXT and output in FULL else COMMANDS[name][1]
        wrong[f"{name}, {output}"] = failing(
            as_usual=as_usual[name][0] == COMMANDS[name][1],
            status=status == wanted,
            same_files=left == as_usual[name][2],
            no_complaint=not re.search(rb"Traceback|Exception ignored|Broken", said),
            said_why=(b"No space left" in said) == (wanted != COMMANDS[name][1] and output == "a full disk"),
        )
        if wrong[f"{name}, {output}"]:
            print(name, output, status, as_usual[name][0], said[-500:], as_usual[name][1][-500:])
    counted("output that cannot be written", len(tried), {fault: each for fault, each in wrong.items() if each})


def schedule(home: Path, port: int) -> Path:
    """A home with two areas and two weeks each; one table will be refused; a recipient for each area."""
    for area in AREAS:
        put(home / "config" / area / "area.toml", "code = 1")
        for day in DAYS:
            put(
                home / "data" / "raw" / area / f"{day}.txt",
                "bad" if (area, day) == (AREAS[0], BAD) else f"{area} {day}",
            )
    rows = [f"{area},Lan,lan@{area}.example" for area in AREAS]
    put(home / "recipients.csv", "\n".join(["area,name,address", *rows]) + "\n")
    write_settings(home, port, domains=[f"{area}.example" for area in AREAS])
    return home


@pytest.mark.parametrize("way", sampled([["--due"], []], short=0, long=1))
@pytest.mark.parametrize("few", [2])
def test_a_schedule_makes_and_mails_every_week_whatever_becomes_of_its_lines(tmp_path, counted, way, few):
    """Without --due the areas' weeks are made in processes of their own."""
    outputs = some(["a full disk for both", *(each for each in OUTPUTS if each != "a full disk for both"), ""], few)
    due, wrong = bool(way), {}
    for number, output in enumerate(outputs):
        with mx.serving() as (port, seen):
            home = schedule(tmp_path / f"home {number}", port)
            command = ["week", *way, "--area", "all", "--send", "--home", home]
            status, said = called(output, *command, module="support.outputs")
        with closing(sqlite3.connect(sending.path(home))) as box:
            whole = box.execute("PRAGMA integrity_check").fetchall()
            states = box.execute("SELECT state FROM letters").fetchall()
        made = {(path.parts[-3], path.parts[-2]) for path in home.glob("reports/*/*/report.html")}
        wanted = {(area, day) for area in AREAS for day in DAYS} - {(AREAS[0], BAD)}
        wanted = wanted if due else {(area, DAYS[-1]) for area in AREAS}
        wrong[output] = failing(
            status=status == (Exit.REFUSED if due else Exit.DONE),
            made=made == wanted,
            mailed=sorted(seen.recipients()) == sorted(f"lan@{area}.example" for area, _ in wanted),
            settled=set(states) == {("accepted",)} and whole == [("ok",)],
            no_complaint=not re.search(rb"Traceback|Exception ignored|Broken", said),
        )
        if wrong[output]:
            print(output, status, said.decode()[-2000:])
    counted(
        f"schedule {' '.join(way)}", sum(map(bool, outputs)), {fault: each for fault, each in wrong.items() if each}
    )


def test_a_reader_that_leaves_after_the_first_line_has_that_line(tmp_path):
    """``gate … | head -1``, and the interpreter adds nothing of its own (exit status 120)."""
    import subprocess

    command = ["sh", "-c", '"$0" -m analysis gate "$1"; echo $? >&2', sys.executable, str(RAW)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as gate:
        first = gate.stdout.readline()
        gate.stdout.close()
        said = gate.stderr.read()
    assert (first.decode(), said) == ("ĐỐI CHIẾU:\n", b"0\n")


@pytest.mark.parametrize("missing", sampled(["all three closed", "closed", GONE], short=0, long=1))
def test_the_real_week_is_the_same_where_no_output_is(real_home, tmp_path, missing):
    home = tmp_path / "home"
    shutil.copytree(real_home / "config", home / "config")
    shutil.copytree(real_home / "data" / "raw", home / "data" / "raw")
    status, _ = called(missing, "week", "--due", "--area", "all", "--units", "30634,30637,30658", "--home", home)
    made = [
        {name: data for name, data in files(each).items() if not name.endswith("run.json")}
        for each in (home, real_home)
    ]
    assert status == Exit.DONE and made[0] == made[1]
