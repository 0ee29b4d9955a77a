"""A week's life on a network drive that lacks whatever such a drive may: all is done, and what is lost by it is said."""

import shutil
from collections import Counter
from pathlib import Path

import pytest
from support import smtp_server as mx
from support.district import changed
from support.homes import PROJECT
from support.network_drive import LACKS, network_drive
from support.outputs import called
from support.settings import write_settings
from support.stand_in import AREA, CUTOFF, put

from analysis.config import wording
from analysis.exits import Exit

LOST = (
    "lost.folder_sync",
    "lost.file_sync",
    "lost.exchange",
    "lost.times",
    "lost.lock",
    "lost.file_locks",
    "lost.private",
)


def told(said: bytes) -> dict[str, int]:
    """How often each loss was told; the sentences after the folder."""
    words = wording.load(PROJECT, "vi")
    sentences = {key: words.say(key, folder="").partition(":")[2] for key in (*LOST, "lost.wal")}
    return {key: count for key, sentence in sentences.items() if (count := said.decode().count(sentence))}


@pytest.mark.long
def test_a_week_is_published_corrected_mailed_and_verified_on_a_network_drive(tmp_path):
    files = tmp_path / "drive (files)" / "home"
    shutil.copytree(PROJECT / "config", files / "config")
    put(files / "recipients.csv", f"area,name,address\n{AREA},Lan,lan@leaders.example\n")
    (files / "data" / "raw" / AREA).mkdir(parents=True)
    shutil.copy(PROJECT / "data" / "raw" / AREA / f"{CUTOFF}.txt", files / "data" / "raw" / AREA)
    corrected = changed(tmp_path, 6, "G", "72.7")
    with network_drive(tmp_path / "drive", LACKS) as drive, mx.serving() as (port, seen):
        home = drive / "home"
        write_settings(files, port)

        def call(*command: object) -> tuple[int, dict[str, int]]:
            status, said = called("", *command, "--area", AREA, "--home", home)
            print(said.decode())
            return status, told(said)

        of_outbox = {"lost.file_sync": 1, "lost.file_locks": 1, "lost.private": 1}
        of_week = {"lost.folder_sync": 1, "lost.file_sync": 1, "lost.lock": 1}
        assert call("week", "--due", "--send") == (Exit.DONE, of_week | of_outbox)
        again = call("week", CUTOFF, "--raw", corrected, "--reissue", "--send")
        assert again == (Exit.DONE, of_week | of_outbox | {"lost.exchange": 1, "lost.times": 1})
        assert call("mail", CUTOFF, "--status")[0] == Exit.DONE
        assert call("verify", CUTOFF)[0] == Exit.DONE
        assert call("week", "--due", "--send") == (Exit.REFUSED, {"lost.lock": 1} | of_outbox)
    assert Counter(seen.recipients()) == {"lan@leaders.example": 2}
    assert b"2023-12-04" in b"".join(data for _, _, data in seen.taken)
    assert sorted(path.name for path in Path(files, "reports", AREA, CUTOFF).glob("r*")) == [
        "r1",
        "report.docx",
        "report.html",
    ]
