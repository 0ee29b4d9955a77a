"""docs/operate.md does what it says: what it lists is enough to restore, and its call deletes a person's address."""

import re
import shlex
import shutil
import subprocess
import sys

import pytest
from support import smtp_server
from support.homes import PROJECT
from support.settings import write_settings

from analysis.cli import main
from analysis.exits import Exit
from analysis.mail import outbox

PAGE = (PROJECT / "docs" / "operate.md").read_text("utf-8")
AREA, CUTOFF = "cho-moi", "2023-12-04"
LAN, MINH = "lan@leaders.example", "minh@leaders.example"


def named_paths() -> list[str]:
    rows = re.findall(r"^\| (`.*?`) \|", PAGE, re.M)
    return [path for row in rows for path in re.findall(r"`([^`]+)`", row)]


def test_the_documents_call_deletes_all_letters_of_one_person_and_leaves_no_trace_of_the_address(tmp_path):
    path = tmp_path / "data" / "outbox" / "outbox.sqlite"
    letters = [outbox.Letter(f"N <{box}>", box, "s@office.example", f"<{box}>", box.encode()) for box in (LAN, MINH)]
    with outbox.opened(path) as box:
        for day in ("2023-12-04", "2023-12-11"):
            box.queue(AREA, day, 1, letters, 0.0)
    (call,) = re.findall(r"^\.venv/bin/python (-c .*)$", PAGE, re.M)
    command = [sys.executable, *shlex.split(call)]
    assert command[-1] == LAN
    done = subprocess.run([*command[:-1], "Lan@leaders.example"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "2"), done.stderr
    left = b"".join(each.read_bytes() for each in path.parent.iterdir())
    assert LAN.encode() not in left and MINH.encode() in left


@pytest.mark.long
def test_a_home_restored_from_what_is_listed_verifies_knows_who_got_what_and_has_nothing_due(
    tmp_path, real_home, capfd
):
    home = shutil.copytree(real_home, tmp_path / "home")
    (home / "recipients.csv").write_text(f"area,name,address\n{AREA},Lan,{LAN}\n", "utf-8")
    (home / "smtp-password").write_text("x", "utf-8")
    with smtp_server.serving() as (port, seen):
        write_settings(home, port)
        assert main(["mail", CUTOFF, "--send", "--home", str(home)]) == Exit.DONE
    assert seen.recipients() == [LAN]

    (restored := tmp_path / "máy mới").mkdir()
    for name in named_paths():
        source, target = home / name, restored / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    shutil.rmtree(home)

    def said(*command: str) -> str:
        capfd.readouterr()
        assert main([*command, "--home", str(restored)]) == Exit.DONE
        return capfd.readouterr().out

    said("verify")
    status = said("mail", CUTOFF, "--status")
    assert LAN in status and "accepted" in status + said("mail", CUTOFF, "--status", "--lang", "en")
    before = (restored / "data" / "processed" / AREA / CUTOFF / "run.json").read_bytes()
    with smtp_server.serving() as (port, again):
        write_settings(restored, port)
        said("week", "--due", "--area", "all", "--send")
    assert again.recipients() == []
    assert (restored / "data" / "processed" / AREA / CUTOFF / "run.json").read_bytes() == before
