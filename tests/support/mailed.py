"""A home with a published week that can be mailed, and its recipients; nothing is computed in it."""

import csv
import dataclasses
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

from analysis.mail import addressees, compose, recipients, sender
from analysis.mail.addressees import Listed
from analysis.weeks import atomic, paths, store
from analysis.weeks.home import PROJECT
from support.district import say

AREA, CUTOFF = WEEK = "cho-moi", "2023-12-04"
SUBJECT = "[Chỉ số 766] huyện Chợ Mới, Tuần 1 tháng 12 năm 2023: 57,45 điểm"
CORRECTED = say("piece.corrected_title", text=SUBJECT)
MONDAY = datetime(2023, 12, 4, tzinfo=UTC)
NOON = 1_700_000_000.0
NAMES = {"lan": "Nguyễn Thị Lan", "minh": "Trần Minh", "hoa": "Hoa, Phòng Tư pháp"}
BODY = '<html lang="vi"><body><p>Kiến An 49,18</p><table><tr><td>−5,78</td></tr></table></body></html>'


def filled(home: Path, monkeypatch, words) -> Path:
    shutil.copytree(PROJECT / "config" / "wording", home / "config" / "wording")
    (home / "config" / AREA).mkdir()
    (home / "config" / AREA / "area.toml").write_text("code = 1")
    monkeypatch.delenv(sender.PASSWORD, raising=False)
    publish_week(home, words)
    write_recipients(home, *NAMES)
    return home


in_a_child = sender._in_child


def hand_over_here(monkeypatch) -> None:
    """Hand over letters in this process. That each has a process of its own is tried in tests/mail/test_sender.py."""

    def here(job: dict, server: sender.Server) -> tuple[int, str]:
        return sender.done(json.dumps(job | {"server": dataclasses.asdict(server)}))

    monkeypatch.setattr(sender, "_in_child", here)


def hand_over_in_children(monkeypatch) -> None:
    """After ``hand_over_here``: each letter has a process of its own again."""
    monkeypatch.setattr(sender, "_in_child", in_a_child)


def publish_week(home: Path, words, subject: str = SUBJECT, body: str = BODY, cutoff: str = CUTOFF) -> None:
    """The week's mail as a run publishes it; a second one keeps the first as r1."""
    place = paths.reports(home, AREA, cutoff)
    if place.exists():
        number = len(store.revisions(place)) + 1
        place.rename(place.with_name("old"))
        place.mkdir()
        place.with_name("old").rename(place / f"r{number}")
    place.mkdir(parents=True, exist_ok=True)
    message = compose.build_mail(
        body, subject=subject, words=words, sender="report@example.invalid", date=MONDAY, seed="x"
    )
    compose.save(message, place / "mail.eml")
    write_down(home, cutoff)


def write_down(home: Path, cutoff: str = CUTOFF) -> None:
    """run.json of what lies there, as a run that made it so would write it."""
    places = (paths.processed(home, AREA, cutoff), paths.reports(home, AREA, cutoff))
    made = {name: sha for place in places for name, sha in atomic.hashes(place.rglob("*"), home).items()}
    atomic.save_json(places[0] / "run.json", {"products": made})


def write_recipients(home: Path, *boxes: str, rows: list[tuple[str, ...]] | None = None) -> None:
    rows = rows or [(AREA, NAMES.get(box, box), f"{box}@leaders.example") for box in boxes]
    with (home / "recipients.csv").open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([recipients.COLUMNS, *rows])


LAN, MINH = "lan@leaders.example", "minh@leaders.example"
LISTED = [
    Listed("30634", addressees.UNIT, "xã Kiến An", "Kiến An", "mail/30634.eml"),
    Listed("30637", addressees.UNIT, "xã Mỹ Hội Đông", "Mỹ Hội Đông", ""),
    Listed("phong-tu-phap", addressees.DEPARTMENT, "Phòng Tư pháp", "the Division of Justice", "mail/phong-tu-phap.eml"),
]  # fmt: skip


def publish_letters(home: Path, words, **contents: str) -> None:
    """The letters of a published week, after its mail, as a run publishes them; a second time the first stay as r1."""
    folder = paths.processed(home, *WEEK)
    if (folder / "mail").exists():
        number = len(store.revisions(folder)) + 1
        folder.rename(folder.with_name("old"))
        folder.mkdir()
        folder.with_name("old").rename(folder / f"r{number}")
    (folder / "mail").mkdir(parents=True)
    for each in (each for each in LISTED if each.file):
        content = contents.get(each.name_en.replace(" ", "_"), "1")
        about = {"subject": f"766 {each.name_vi}", "words": words, "date": MONDAY, "seed": each.code}
        compose.save(compose.build_mail(f"<p>{each.name_vi} {content}</p>", **about), folder / each.file)
    (folder / addressees.LIST).write_text(addressees.write_list(LISTED), "utf-8")
    write_down(home)


def publish_reminders(home: Path, words, *codes: str) -> None:
    """The reminders of units beside the letters of the published week; each with a form, as a run makes them."""
    folder, form = paths.processed(home, *WEEK), home / "form.xlsx"
    form.write_bytes(b"a form")
    for code in codes:
        about = {"subject": f"766 {code}", "words": words, "date": MONDAY, "seed": code}
        name = Path(paths.form_file(code)).name
        message = compose.build_mail(f"<p>{code}</p>", **about)
        compose.save(message, folder / paths.reminder_letter(code), {name: form})
    form.unlink()
    write_down(home)
