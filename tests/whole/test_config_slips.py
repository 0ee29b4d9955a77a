"""A slip in a file of the configuration is a sentence with file and line in every command, and stops its area alone."""

import io
import shutil
import subprocess
import sys
from email import message_from_bytes, policy

import pytest
from support import smtp_server as mx
from support.sampled import sampled

from analysis.cli import main
from analysis.exits import Exit
from analysis.run import areas, due, gating, pipeline
from analysis.weeks import store
from analysis.weeks.home import PROJECT

AREA, CUTOFF = "cho-moi", "2023-12-04"
TABLE = PROJECT / "data" / "raw" / AREA / f"{CUTOFF}.txt"
PLACES = {
    "area.toml": f"config/{AREA}/area.toml",
    "defaults.toml": "config/defaults.toml",
    "vi.toml": "config/wording/vi.toml",
    "en.toml": "config/wording/en.toml",
    "mail.toml": "mail.toml",
}
RULES, WORDS = {"area.toml", "defaults.toml"}, {"vi.toml", "en.toml"}
# What a command reads; a slip elsewhere is none of its business.
COMMANDS = {
    "week": ("week", CUTOFF, "--area", AREA),
    "week --due": ("week", "--due", "--area", AREA),
    "gate": ("gate", TABLE, "--cutoff", CUTOFF, "--area", AREA),
    "gate of the default area": ("gate", TABLE, "--cutoff", CUTOFF),
    "score": ("score", TABLE, "--cutoff", CUTOFF, "--area", AREA, "--out", "out"),
    "verify": ("verify", CUTOFF, "--area", AREA),
    "mail": ("mail", CUTOFF, "--area", AREA),
    "tell": ("tell",),
}
READS = dict.fromkeys(COMMANDS, RULES | WORDS) | {"mail": WORDS | {"mail.toml"}, "tell": {"mail.toml"}}
SETTINGS = """\
sender = "Văn phòng <bao-cao@office.example>"
operator = "it@office.example"
recipients = "recipients.csv"
domains = ["office.example"]

[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
"""


@pytest.fixture
def home(real_home, tmp_path, monkeypatch):
    """A home with a published week, settings of the mail, and an operator."""
    home = tmp_path / "home"
    shutil.copytree(real_home, home)
    (home / "mail.toml").write_text(SETTINGS.format(port=9), "utf-8")
    (home / "recipients.csv").write_text(f"area,name,address\n{AREA},Lan,lan@office.example\n", "utf-8")
    shutil.copy(TABLE, home / "data" / "raw" / AREA / "2023-12-11.txt")  # a week that is due
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("nhật ký".encode()), "utf-8"))
    return home


def break_line(home, name: str) -> int:
    """Take the last quotation mark of the first line that has one; the number of that line."""
    path = home / PLACES[name]
    lines = path.read_text("utf-8").splitlines()
    number = next(number for number, line in enumerate(lines, start=1) if line.split("#")[0].rstrip().endswith('"'))
    lines[number - 1] = lines[number - 1].split("#")[0].rstrip()[:-1]
    path.write_text("\n".join(lines), "utf-8")
    return number


def answered(arguments, home, capsys) -> tuple[int, str]:
    status = main([*map(str, arguments), "--home", str(home)])
    said = capsys.readouterr()
    return status, said.out + said.err


CASES = [
    pytest.param(command, name, id=f"{command}: {name}") for command, names in READS.items() for name in sorted(names)
]


@pytest.mark.parametrize(("command", "name"), sampled(CASES, 8, long=len(CASES)))
def test_a_missing_quotation_mark_is_a_sentence_with_file_and_line(home, capsys, command, name):
    line = break_line(home, name)
    status, said = answered(COMMANDS[command], home, capsys)
    assert status == Exit.FAILED and f"{PLACES[name]} line {line}: " in said, said
    assert "Traceback" not in said


def mark(home, *names: str) -> None:
    for name in names or PLACES:
        (home / PLACES[name]).write_bytes(b"\xef\xbb\xbf" + (home / PLACES[name]).read_bytes())


@pytest.mark.parametrize(
    "command",
    sampled([name for name in COMMANDS if name not in ("week", "week --due", "verify")], 1, long=9, first=["gate"]),
)
def test_a_byte_order_mark_in_any_file_changes_nothing(home, capsys, command):
    before = answered(COMMANDS[command], home, capsys)
    mark(home)
    assert answered(COMMANDS[command], home, capsys) == before


@pytest.mark.long
def test_a_week_is_verified_by_files_with_byte_order_marks(home, capsys):
    """It says that these files have changed since, and that the week is the same."""
    mark(home)
    status, said = answered(COMMANDS["verify"], home, capsys)
    assert status == Exit.DONE and all(place in said for place in PLACES.values() if place != "mail.toml")


@pytest.mark.long
def test_a_week_is_made_from_files_with_byte_order_marks_and_says_what_is_wrong_with_its_settings_of_the_mail(
    home, capsys
):
    mark(home, *(RULES | WORDS))
    line = break_line(home, "mail.toml")
    status, said = answered((*COMMANDS["week"], "--units", "none"), home, capsys)
    assert status == Exit.DONE and "Đã làm xong" in said and f"mail.toml line {line}: " in said


# -- the operator learns of it ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [sorted(RULES), ["vi.toml"], ["vi.toml", "en.toml"]], ids=" ".join)
def test_the_operator_is_told_whatever_file_is_broken(home, capsys, names):
    for name in names:
        break_line(home, name)
    with mx.serving() as (port, seen):
        (home / "mail.toml").write_text(SETTINGS.format(port=port), "utf-8")
        status, said = answered(("tell",), home, capsys)
    assert status == Exit.DONE, said
    ((_, to, data),) = seen.taken
    letter = message_from_bytes(data, policy=policy.default)
    assert to == "it@office.example" and "nhật ký" in letter.get_content()


# -- a slip in one area stops no other --------------------------------------------------------------------------------


def quick(made: list) -> pipeline.Pipeline:
    """A week of which only the rules are read."""

    def gate(raw, home, area, cutoff, words):
        from analysis.config import rules

        rules.load(home, area, cutoff_of(cutoff))
        made.append(area)
        return gating.GateSummary(False, [], [])

    def export(home, area, cutoff, name, words):
        from analysis.weeks import paths

        path = paths.run_reports(home, area, name) / "report.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(area)

    return pipeline.Pipeline(gate, PROJECT / "no notebooks", (), export, lambda line: None, index=lambda *_: None)


def cutoff_of(text):
    from analysis.config import periods

    return periods.cutoff(text)


@pytest.fixture
def two_areas(tmp_path):
    home = tmp_path / "home"
    shutil.copytree(PROJECT / "config", home / "config")
    for area in (AREA, "gia-lai"):
        (home / "data" / "raw" / area).mkdir(parents=True)
        (home / "data" / "raw" / area / f"{CUTOFF}.txt").write_text(area)
    break_line(home, "area.toml")
    return home


def test_with_every_week_that_is_due_the_other_area_is_made(two_areas):
    made: list[str] = []
    ended = {
        area: [outcome for _, outcome in due.make_weeks(two_areas, area, steps=quick(made))]
        for area in (AREA, "gia-lai")
    }
    assert made == ["gia-lai"] and ended["gia-lai"][0].status == Exit.DONE
    assert ended[AREA][0].status == Exit.FAILED
    assert ended[AREA][0].message.startswith(f"config/{AREA}/area.toml line ")


def test_with_a_week_of_all_areas_the_other_area_is_made(two_areas):
    ended = dict(areas.make_weeks(two_areas, [AREA, "gia-lai"], jobs=1, steps=quick([])))
    assert ended["gia-lai"].status == Exit.DONE and store.published(two_areas, "gia-lai") == [CUTOFF]
    assert ended[AREA].status == Exit.FAILED and ended[AREA].message.startswith(f"config/{AREA}/area.toml line ")
    assert store.published(two_areas, AREA) == []


@pytest.mark.parametrize("others", sampled(["--area gia-lai", "--area an-giang"], 1, long=1))
def test_a_command_about_another_area_says_nothing_of_it(two_areas, capsys, others):
    status, said = answered(("gate", TABLE, "--cutoff", "2026-10-08", *others.split()), two_areas, capsys)
    assert status == Exit.REFUSED and "area.toml" not in said  # the table is not that area's


# -- what it costs ----------------------------------------------------------------------------------------------------


def test_a_week_with_nothing_to_do_reads_no_settings_and_imports_no_model(real_home, tmp_path):
    shutil.copytree(real_home, tmp_path / "home")
    drive = (
        "import sys\nfrom pathlib import Path\nfrom analysis.run import pipeline as run\n"
        f"outcome = run.make_week(Path(sys.argv[1]), '{AREA}', '{CUTOFF}')\nprint(outcome.message)\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", drive, str(tmp_path / "home")]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert "Không có gì mới" in done.stdout, done.stderr
    imported = set(done.stderr.split())
    assert "analysis.config.files" in imported and not imported & {
        "pydantic",
        "pandas",
        "analysis.config.schema",
        "analysis.config.area",
    }


def test_the_help_imports_no_model():
    """typer itself imports pydantic."""
    drive = "import sys; from analysis.cli import main; main(['week', '--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", drive], capture_output=True, text=True, encoding="utf-8")
    imported = set(done.stdout.split())
    assert "--cluster" in imported and not imported & {
        "analysis.config.schema",
        "analysis.config.area",
        "analysis.mail.schema",
    }
