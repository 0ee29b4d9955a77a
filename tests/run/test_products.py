"""The letters of units and departments as files of a run: which are there, without attachments, the same each time."""

import email
import shutil
from email import policy
from pathlib import Path

import pytest
from support import two_weeks
from support.district import CONTROL, CUTOFF, HOME, RAW, edition, words

from analysis.mail import addressees
from analysis.run import products
from analysis.tables import BEFORE_REPORT
from analysis.weeks import atomic, paths, publish, store

AREA, DAY, KIEN_AN, FAILED = "cho-moi", str(CUTOFF), "30634", "30637"


def made(home: Path, run: str, with_pages: bool) -> Path:
    """The folder of a run's letters, from the tables of the real week; one page failed."""
    (home / "config").mkdir(parents=True)
    for name in ("cho-moi", "index-766", "wording", "defaults.toml"):
        (home / "config" / name).symlink_to(HOME / "config" / name)
    folder, week = publish.begin(home, AREA, DAY, run, [RAW]), store.open_week(AREA, DAY, run, home)
    held = edition().tables
    units = held["units"].query("unit_code in [@KIEN_AN, @FAILED]")[["unit_code", "unit_name"]]
    reasons = ["x" if code == FAILED else "" for code in units["unit_code"]]
    pages = units.assign(status=["failed" if reason else "made" for reason in reasons], reason=reasons)
    for name in BEFORE_REPORT:
        if name != "pages" or with_pages:
            week.write(name, pages if name == "pages" else held[name])
    products.letters(home, AREA, DAY, run, words())
    return folder / "mail"


def test_units_with_a_page_and_departments_with_a_section_have_a_letter_and_all_are_listed(tmp_path):
    folder = made(tmp_path, "2023-12-04-1", with_pages=True)
    listed = {each.code: each for each in addressees.read_list((folder / "letters.csv").read_bytes())}
    assert len(listed) == 18 + 4 and CONTROL not in listed
    there = {each.file.removeprefix("mail/") for each in listed.values() if each.file}
    assert there == {path.name for path in folder.glob("*.eml")} and len(there) == 1 + 4
    assert listed[KIEN_AN] == ("30634", "unit", "xã Kiến An", "Kiến An", "mail/30634.eml")
    assert listed[FAILED].file == ""
    assert listed["phong-tu-phap"][1:4] == ("department", "Phòng Tư pháp", "the Division of Justice")
    for path in folder.glob("*.eml"):
        message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
        assert not list(message.iter_attachments()) and message["X-Unsent"] == "1" and message.defects == []
    letter = email.message_from_bytes((folder / "30634.eml").read_bytes(), policy=policy.default)
    assert "49,18/100" in letter.get_body(("plain",)).get_content()


def test_the_same_week_gives_the_same_letters(tmp_path):
    first, second = (made(tmp_path / name, f"2023-12-04-{name}", with_pages=True) for name in ("1", "2"))
    assert atomic.hashes(first.iterdir(), first) == atomic.hashes(second.iterdir(), second)


def test_without_pages_only_departments_have_letters(tmp_path):
    folder = made(tmp_path, "2023-12-04-1", with_pages=False)
    assert KIEN_AN not in {path.stem for path in folder.iterdir()} and (folder / "phong-tu-phap.eml").is_file()


@pytest.mark.parametrize("code", ["..", "../x", "/etc/passwd", "a b", "", "xã", "a" * 65])
def test_a_code_that_is_no_plain_name_names_no_file_elsewhere(code):
    name = paths.letter_file(code)
    assert Path("mail").resolve() == Path(name).resolve().parent and name.startswith("mail/~")


def reminded(home: Path, run: str, remind_from: int) -> tuple[Path, Path, list[str]]:
    """The folders of a run of the second week with its reminders, and the codes of the units that have one."""
    (home / "config").mkdir(parents=True)
    for name in ("index-766", "wording", "defaults.toml"):
        (home / "config" / name).symlink_to(HOME / "config" / name)
    shutil.copytree(HOME / "config" / AREA, home / "config" / AREA)
    with (home / "config" / AREA / "area.toml").open("a") as settings:
        settings.write(f"\n[asks]\nremind_from = {remind_from}\n")
    publish.begin(home, AREA, two_weeks.SECOND, run, [RAW])
    week, held = store.open_week(AREA, two_weeks.SECOND, run, home), two_weeks.edition().tables
    for name in BEFORE_REPORT:
        if name != "pages":
            week.write(name, held[name])
    about = (home, AREA, two_weeks.SECOND, run, words())
    products.letters(*about)
    codes = products.reminders(*about)
    return paths.run_folder(home, AREA, run), paths.run_reports(home, AREA, run), codes


def test_each_reminded_unit_has_a_document_a_form_and_a_letter_with_the_form_alone_though_it_has_no_page(tmp_path):
    folder, reports, codes = reminded(tmp_path / "1", "2023-12-11-1", remind_from=2)
    assert len(codes) == 11 and KIEN_AN in codes
    names = {path.name for path in (reports / "units").iterdir()}
    assert names == {f"{code}-don-doc.docx" for code in codes} | {f"phan-hoi-{code}.xlsx" for code in codes}
    letter = email.message_from_bytes((folder / paths.reminder_letter(KIEN_AN)).read_bytes(), policy=policy.default)
    (form,) = letter.iter_attachments()
    assert form.get_filename() == f"phan-hoi-{KIEN_AN}.xlsx" and letter["X-Unsent"] == "1"
    assert form.get_content() == (reports / paths.form_file(KIEN_AN)).read_bytes()
    assert letter["Subject"] == "766 Kiến An 11/12: đôn đốc 3 đề nghị"
    listed = {each.code: each for each in addressees.read_list((folder / "mail" / "letters.csv").read_bytes())}
    assert not listed[KIEN_AN].file  # without a page it has no other letter


@pytest.mark.long
def test_the_same_week_gives_the_same_reminders(tmp_path):
    first, second = (reminded(tmp_path / name, f"2023-12-11-{name}", remind_from=2)[:2] for name in ("1", "2"))
    for one, other in zip(first, second, strict=True):
        assert list(one.rglob("*don-doc*"))
        assert atomic.hashes(one.rglob("*don-doc*"), one) == atomic.hashes(other.rglob("*don-doc*"), other)


def test_where_nobody_is_to_be_reminded_there_is_nothing(tmp_path):
    folder, reports, codes = reminded(tmp_path, "2023-12-11-1", remind_from=3)
    assert codes == [] and not (reports / "units").exists() and not list(folder.glob("mail/*don-doc*"))
