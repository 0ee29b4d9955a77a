"""Slips in files of the configuration: whatever is wrong with a file, each command that reads it says so in a sentence
that names the file, and the line where there is one; and it ends without a traceback."""

import io
import itertools
import os
import shutil
import traceback
from datetime import date
from pathlib import Path

import pytest
from support import smtp_server as mx
from support.faults import failing, how_many, some
from support.sampled import sampled
from support.settings import write_settings

from analysis import cli
from analysis.config import files, rules, wording
from analysis.exits import AnalysisError, Exit
from analysis.weeks import atomic
from analysis.weeks.home import PROJECT

AREA, CUTOFF, OPERATOR = "cho-moi", "2023-12-04", "it@office.example"
TABLE = PROJECT / "data" / "raw" / AREA / f"{CUTOFF}.txt"
TOML = {
    "area.toml": f"config/{AREA}/area.toml",
    "index.toml": "config/index-766/index.toml",
    "defaults.toml": "config/defaults.toml",
    "vi.toml": "config/wording/vi.toml",
    "en.toml": "config/wording/en.toml",
    "mail.toml": "mail.toml",
}
CSV = {
    **{name: f"config/{AREA}/{name}" for name in ("units.csv", "aliases.csv", "columns.csv", "tasks.csv")},
    **{name: f"config/index-766/{name}" for name in ("groups.csv", "indicators.csv", "bands.csv")},
    "province_rank.csv": f"config/{AREA}/province_rank.csv",
    "fields.csv": "config/wording/fields.csv",
}
PLACES = TOML | CSV


# -- what goes wrong with a file -------------------------------------------------------------------------------------


def edited(change):
    """A slip that makes other text out of the file's text."""
    return lambda path: path.write_text(change(path.read_text("utf-8")), "utf-8", newline="")


def whole(change):
    """A slip that makes other bytes out of the file's bytes."""
    return lambda path: path.write_bytes(change(path.read_bytes()))


def first_quote(text: str) -> str:
    """Without the last quotation mark of the first line that ends with one."""
    lines = text.splitlines()
    row = next((row for row, line in enumerate(lines) if line.split("#")[0].rstrip().endswith('"')), None)
    if row is None:
        return f'{text}"a\n'
    lines[row] = lines[row].split("#")[0].rstrip()[:-1]
    return "\n".join(lines)


def become_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def lead_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("gone"))


def become_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


ANY = {
    "a quotation mark is missing": edited(first_quote),
    "in UTF-16": whole(lambda data: data.decode("utf-8").encode("utf-16")),
    "in the Windows code page 1258": whole(
        lambda data: "# Chợ Mới\n".encode("cp1258", "ignore") + b"\xd0\xec\n" + data
    ),
    "a NUL byte": whole(lambda data: data[:40] + b"\0" + data[40:]),
    "nothing but zeros": whole(lambda data: bytes(len(data))),
    "a picture": whole(lambda data: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))),
    "a folder has its name": become_folder,
    "a link that leads nowhere": lead_nowhere,
    **({"a pipe has its name": become_pipe} if hasattr(os, "mkfifo") else {}),
}
OF_TOML = {
    "a key stands twice": edited(lambda text: f"zz = 1\nzz = 2\n{text}"),
    "cut off in its middle": edited(lambda text: text[: text.rindex('"')]),
    "a bracket is missing": edited(lambda text: f"zz = [1, 2\n{text}"),
    "curly quotation marks": edited(lambda text: f"zz = “x”\n{text}"),
    "a key without a value": edited(lambda text: f"zz =\n{text}"),
    "a table stands twice": edited(lambda text: f"{text}\n[zz]\na = 1\n[zz]\nb = 1\n"),
    "brackets without end": edited(lambda text: f"zz = {'[' * 3000}\n{text}"),
    "a number of too many digits": edited(lambda text: f"zz = {'9' * 5000}\n{text}"),
    "a control character by its number": edited(lambda text: f'zz = "a\\u0007b"\n{text}'),
    "a merge's marks": edited(lambda text: f"<<<<<<< HEAD\n{text}=======\n"),
    "a CSV in its place": edited(lambda text: "code,name\n1,2\n"),
}
OF_CSV = {
    "empty": whole(lambda data: b""),
    "a cell too many": edited(lambda text: text.rstrip("\n") + ",,,,,,,,,,,,,,x\n"),
    "another header": edited(lambda text: "a,b" + text[text.index("\n") :]),
    "no header": edited(lambda text: text[text.index("\n") + 1 :]),
    "a quotation mark is not closed": edited(lambda text: f'{text}"x,y\n'),
    "a merge's marks": edited(lambda text: f"{text}<<<<<<< HEAD\n"),
    "a TOML in its place": edited(lambda text: 'code = "893"\n'),
}
SLIPS = {name: ANY | OF_TOML for name in TOML} | {name: ANY | OF_CSV for name in CSV}
CASES = [(name, slip) for name, its in SLIPS.items() for slip in its]


# -- the commands that read it ---------------------------------------------------------------------------------------

RULES = {*CSV, "area.toml", "index.toml", "defaults.toml"} - {"fields.csv"}
WORDS = {"vi.toml", "en.toml", "fields.csv"}
COMMANDS = {
    "gate": ("gate", TABLE, "--cutoff", CUTOFF, "--area", AREA),
    "score": ("score", TABLE, "--cutoff", CUTOFF, "--area", AREA, "--out", "out"),
    "mail": ("mail", CUTOFF, "--area", AREA),
    "site": ("site", "www"),
    "tell": ("tell",),
    "new-area": ("new-area", "thu", "--from", TABLE, "--cutoff", CUTOFF, "--code", "1"),
    "withdraw": ("withdraw", CUTOFF, "--area", AREA, "--reason", "x"),
    "verify": ("verify", "--area", AREA),
    "week --due --area all": ("week", "--due", "--area", "all"),
    "week of another area": ("week", CUTOFF, "--area", "gia-lai"),
}
MUST_SAY = {
    **dict.fromkeys(("gate", "score", "site"), RULES | WORDS),
    **dict.fromkeys(("mail",), WORDS | {"mail.toml"}),
    **dict.fromkeys(("withdraw", "verify", "new-area", "week --due --area all", "week of another area"), WORDS),
    "tell": {"mail.toml"},
}
EVERY = (
    4  # of a command's slips one in so many is tried, others with other commands; our choice, as each takes a second
)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with settings of the mail, and a published week of one word, of which nothing is due."""
    home = tmp_path / "home"
    shutil.copytree(PROJECT / "config", home / "config")
    write_settings(home, operator=OPERATOR)
    (home / "recipients.csv").write_text(f"area,name,address\n{AREA},Lan,lan@leaders.example\n", "utf-8")
    for top in ("reports", "data/processed"):
        (home / top / AREA / CUTOFF).mkdir(parents=True)
    mail = home / "reports" / AREA / CUTOFF / "mail.eml"
    mail.write_text("Subject: x\n\nx\n")
    made = {"products": atomic.hashes([mail], home)}  # without this record nothing would be mailed
    atomic.save_json(home / "data" / "processed" / AREA / CUTOFF / "run.json", made)
    monkeypatch.chdir(tmp_path)
    return home


def answered(command: str, home: Path, monkeypatch, capsys) -> tuple[int, str]:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"log"), "utf-8"))
    try:
        status = cli.main([*map(str, COMMANDS[command]), "--home", str(home)])
    except BaseException as error:  # what a person would see as a traceback
        status = f"{type(error).__name__}: {error} {traceback.extract_tb(error.__traceback__)[-1]}"
    said = capsys.readouterr()
    return status, said.out + said.err


def kept(home: Path, aside: Path) -> None:
    """The configuration as it was before the last slip."""
    for name in ("config", "mail.toml"):
        place = home / name
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
        (shutil.copytree if (aside / name).is_dir() else shutil.copy)(aside / name, place)


@pytest.mark.parametrize("command", sampled([*COMMANDS], 5, long=len(COMMANDS)))
def test_a_slip_in_any_file_is_a_sentence_in_every_command(home, tmp_path, monkeypatch, capsys, counted, command):
    shutil.copytree(home, tmp_path / "aside")
    wrong: dict[str, list[str]] = {}
    its = [case for case in CASES if case[0] in MUST_SAY[command]]
    cases = some(its[[*COMMANDS].index(command) % EVERY :: EVERY], 3)
    for name, slip in cases:
        SLIPS[name][slip](home / PLACES[name])
        status, said = answered(command, home, monkeypatch, capsys)
        checks = {
            "ends with a status": isinstance(status, int) and status != Exit.DONE,
            "names the file": PLACES[name] in said,
            "no traceback": "Traceback" not in said,
        }
        if not all(checks.values()):
            wrong[f"{name}: {slip}"] = [*failing(**checks), f"{status} {said[-300:]}"]
        kept(home, tmp_path / "aside")
        for place in ("www", "out"):
            shutil.rmtree(tmp_path / place, ignore_errors=True)
    counted(f"slip in the configuration, {command}", len(cases), wrong)


@pytest.mark.parametrize("few", how_many(6, long=40))
def test_rules_and_words_of_any_slip_are_refused_with_file_and_place(home, tmp_path, counted, few):
    """The same without commands, for every file and every slip: what reads them raises nothing but its own errors."""
    shutil.copytree(home, tmp_path / "aside")
    wrong: dict[str, list[str]] = {}
    cases = some([case for case in CASES if case[0] != "mail.toml"], few)
    with_line = {*OF_TOML} - {"a control character by its number"}
    for name, slip in cases:
        SLIPS[name][slip](home / PLACES[name])
        said = ""
        try:
            if name in WORDS:
                wording.load(home, "vi")
            else:
                rules.load(home, AREA, date.fromisoformat(CUTOFF))
        except AnalysisError as error:
            said = str(error)
        except Exception as error:
            said = f"Traceback {error!r}"
        place = f"{PLACES[name]} line " if name in TOML and slip in with_line else PLACES[name]
        if place not in said or "Traceback" in said:
            wrong[f"{name}: {slip}"] = [said[:300]]
        kept(home, tmp_path / "aside")
    counted("slip in a file of rules or words", len(cases), wrong)


# -- the alarm -------------------------------------------------------------------------------------------------------

UNRELATED = {
    **{f"{name}: {slip}": (name, SLIPS[name][slip]) for name, slip in CASES if name != "mail.toml"},
    "recipients.csv: a folder": ("recipients.csv", become_folder),
    "recipients.csv: no UTF-8": ("recipients.csv", whole(lambda data: b"\xff" + data)),
    "mail.toml: another key": ("mail.toml", edited(lambda text: f"recipents = 1\n{text}")),
    "mail.toml: domains of numbers": ("mail.toml", edited(lambda text: text.replace("domains =", "domains = 3 #"))),
    "mail.toml: another key of the server": ("mail.toml", edited(lambda text: f"{text}\ntimeout = 5\n")),
    "config: gone": ("config", shutil.rmtree),
    "config: no area": (f"config/{AREA}/area.toml", Path.unlink),
}


@pytest.mark.parametrize("few", how_many(2, long=16))
def test_the_operator_is_told_whatever_else_is_broken(home, tmp_path, monkeypatch, capsys, counted, few):
    shutil.copytree(home, tmp_path / "aside")
    wrong: dict[str, list[str]] = {}
    names = some([*UNRELATED], few)
    for what in names:
        with mx.serving() as (port, seen):
            write_settings(home, port, operator=OPERATOR)
            name, slip = UNRELATED[what]
            slip(home / PLACES.get(name, name))
            status, said = answered("tell", home, monkeypatch, capsys)
            checks = {
                "told": status == Exit.DONE,
                "a letter": len(seen.taken) == 1,
                "no traceback": "Traceback" not in said,
            }
        if not all(checks.values()):
            wrong[what] = [*failing(**checks), f"{status} {said[-300:]}"]
        kept(home, tmp_path / "aside")
        recipients = home / "recipients.csv"
        if recipients.is_dir():
            recipients.rmdir()
            shutil.copy(tmp_path / "aside" / "recipients.csv", recipients)
    counted("what must not silence the alarm", len(names), wrong)


def test_every_file_and_every_slip_is_tried():
    assert len(CASES) == len(TOML) * len(ANY | OF_TOML) + len(CSV) * len(ANY | OF_CSV) > 200
    assert {*itertools.chain(*MUST_SAY.values())} == {*PLACES}
    assert {files.AREA, files.DEFAULTS} < {*PLACES}
