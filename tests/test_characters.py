"""Characters that are not seen but change what is seen reach no person as they are."""

import os
import subprocess
import sys

import pytest
from support.district import HOME, lines
from support.hostile import text
from support.sampled import sampled

from analysis.characters import first_code, in_one_line, visible
from analysis.config.wording import load


@pytest.mark.parametrize(
    ("held", "shown"),
    [
        ("69,29", "69,29"),
        ("Kiến An – “xã” ₫", "Kiến An – “xã” ₫"),
        ("a\tb\nc\r\n\u00a0\u200b\ufeff", "a\tb\nc\r\n\u00a0\u200b\ufeff"),
        ("\u202e92,96", r"\u202e92,96"),
        ("a\u202ab\u202cc", r"a\u202ab\u202cc"),
        ("\u2066\u2067\u2068\u2069", r"\u2066\u2067\u2068\u2069"),
        ("\u200e\u200f\u061c", r"\u200e\u200f\u061c"),
        ("\x1b[31m", r"\u001b[31m"),
        ("\0\x07\x7f\x85\x9b", r"\u0000\u0007\u007f\u0085\u009b"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\ufffe\uffff\ufdd0", r"\ufffe\uffff\ufdd0"),
        ("\U000e0041", r"\U000e0041"),
        (os.fsdecode(b"b\xe1ng.txt"), r"b\udce1ng.txt"),
    ],
)
def test_a_character_that_is_not_seen_is_shown_by_its_code(held, shown):
    assert visible(held) == shown
    assert visible(shown) == shown
    shown.encode()


def test_a_line_of_a_terminal_stays_one_line():
    assert in_one_line("72,6\r\nđược nhận\tx\u202e") == r"72,6  được nhận x\u202e"


def test_the_first_code_is_named_as_people_name_it():
    assert (first_code(r"a\u202eb\u200f"), first_code(r"\U000e0041"), first_code("a")) == ("U+202E", "U+E0041", "")


def test_no_field_of_a_sentence_turns_it_around():
    said = load(HOME, "vi").say("problem.unknown_unit_like", nearest="Kiến An\u202e")
    assert r"Kiến An\u202e" in said and "\u202e" not in said


NAMES = [os.fsencode("b\u202e\x1b[31m.txt"), b"b\xe1ng.txt"]
SPOILED = text(
    [
        ["\x1b[2J", *row[1:]] if at == 0 else [*row[:6], "\u202e6.27", *row[7:]] if at == 5 else row
        for at, row in enumerate(lines())
    ]
)
FORBIDDEN = [b"\x1b", "\u202e".encode(), b"\xe1ng.txt", b"\xed\xb3", b"Traceback"]


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes on Linux only")
@pytest.mark.parametrize("name", sampled(NAMES, short=0, long=1))
@pytest.mark.parametrize(("data", "status"), [(text(lines()), 0), (SPOILED, 2)])
@pytest.mark.parametrize("command", ["gate", "score"])
def test_no_command_lets_them_through_whatever_the_name_of_the_file(tmp_path, command, data, status, name):
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(data)
    asked = [command, path, "--area", "cho-moi", "--cutoff", "2023-12-04", "--home", HOME, "--out", tmp_path / "out"]
    done = subprocess.run([sys.executable, "-m", "analysis", *asked], capture_output=True, cwd=HOME, check=False)
    written = [done.stdout, done.stderr, *(each.read_bytes() for each in (tmp_path / "out").iterdir())]
    assert done.returncode == status
    assert not [each for each in FORBIDDEN for held in written if each in held]


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes on Linux only")
@pytest.mark.parametrize("name", sampled(NAMES, short=0, long=1))
def test_a_week_is_made_of_a_file_whatever_its_name(tmp_path, name):
    raw = tmp_path / "data" / "raw" / "cho-moi"
    raw.mkdir(parents=True)
    for each in ("config", "notebooks"):
        (tmp_path / each).symlink_to(HOME / each)
    (raw / f"2023-12-04-{os.fsdecode(name)}").write_bytes(text(lines()))
    asked = ["week", "2023-12-04", "--area", "cho-moi", "--home", tmp_path]
    done = subprocess.run([sys.executable, "-m", "analysis", *asked], capture_output=True, cwd=HOME, check=False)
    made = [
        path
        for folder in ("reports", "data/processed")
        for path in (tmp_path / folder).rglob("*")
        if path.suffix in (".html", ".json", ".csv", ".eml", ".ipynb")
    ]
    assert done.returncode == 0 and len(made) > 10
    written = [done.stdout, done.stderr, *(path.read_bytes() for path in made)]
    assert not [each for each in FORBIDDEN for held in written if each in held]
