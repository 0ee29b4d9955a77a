"""What people edited or added in a week's reports is theirs: kept through every run, said, and never mailed by it."""

import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.district import say
from support.drafts import DRAFT, STEPS, export, held, new_rule, office_file, reports, week
from support.office import SOFFICE
from support.stand_in import AREA, CUTOFF, accepted, contents, home, put  # noqa: F401

from analysis.exits import Exit
from analysis.run import due, pipeline, verify, withdraw
from analysis.weeks import atomic, paths, publish

EDITED = office_file("Số 766/BC-VP, đã sửa", who="Trần Thị Lan")


def edit(home: Path, data: bytes = EDITED, name: str = "report.docx") -> bytes:  # noqa: F811
    reports(home, name).write_bytes(data)
    return data


def test_an_edited_draft_is_kept_under_its_name_and_ours_stands_beside_it_and_both_are_said(home):  # noqa: F811
    week(home)
    edit(home)
    new_rule(home)
    outcome = week(home)
    assert outcome.status == Exit.DONE
    assert say("run.office_kept", name="report.docx", new="report.new.docx", folder=reports(home)) in outcome.message
    assert (held(home)["report.docx"], held(home)["report.new.docx"]) == (EDITED, office_file("first"))
    new_rule(home)
    assert "report.new.docx" in week(home).message  # nobody touched ours: it is replaced
    assert sorted(held(home)) == [
        "appendix.xlsx",
        *(f"report.{each}" for each in ("docx", "html", "new.docx")),
        "units/A.html",
    ]
    mine = edit(home, office_file("hai"), "report.new.docx")
    new_rule(home)
    assert "report.new-2.docx" in week(home).message
    kept = [held(home)[f"report.{each}docx"] for each in ("", "new.", "new-2.")]
    assert kept == [EDITED, mine, office_file("first")]


def test_where_the_office_has_taken_its_draft_away_ours_has_its_name_again(home):  # noqa: F811
    week(home)
    edit(home)
    new_rule(home)
    week(home)
    reports(home, "report.new.docx").replace(reports(home, "report.docx"))  # the office decided for ours
    assert "Không có gì mới" in week(home).message
    new_rule(home)
    assert "Văn phòng" not in week(home).message
    assert (held(home)["report.docx"], "report.new.docx" in held(home)) == (office_file("first"), False)


def test_an_edited_draft_makes_no_week_due_and_a_run_without_news_says_that_it_is_edited(home):  # noqa: F811
    raw = home / "data" / "raw" / AREA / f"{CUTOFF}.txt"
    assert pipeline.make_week(home, AREA, CUTOFF, steps=STEPS).status == Exit.DONE
    edit(home)
    put(reports(home, "Báo cáo 766 đã ký.pdf"), "signed")
    before = contents(home)
    assert list(due.make_weeks(home, AREA, steps=STEPS)) == []
    said = pipeline.make_week(home, AREA, CUTOFF, [raw], steps=STEPS).message
    assert "Không có gì mới" in said and say("run.office_edited", names="report.docx") in said
    assert contents(home) == before


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        pytest.param(b"\0" * 2000, marks=pytest.mark.long),
        pytest.param(office_file("first")[:60], marks=pytest.mark.long),
        office_file("first")[:60] + b"\0" * 99,
    ],
)
def test_a_draft_that_is_cut_off_or_empty_is_healed_and_leaves_nothing(home, damage):  # noqa: F811
    week(home)
    before = held(home)
    edit(home, damage)
    assert not publish.intact(home, atomic.load_json(paths.processed(home, AREA, CUTOFF, "run.json"))["products"])
    assert "Đã làm xong" in week(home).message
    assert held(home) == before


@pytest.mark.parametrize(
    "name",
    [
        "report.docx",
        "report.html",
        *[pytest.param(each, marks=pytest.mark.long) for each in ("units/A.html", "appendix.xlsx")],
    ],
)
def test_what_is_damaged_or_changed_otherwise_is_healed_and_its_bytes_are_kept_and_named(home, name):  # noqa: F811
    week(home)
    before = held(home)
    edit(home, b"PK what somebody may have written", name)
    said = week(home).message
    changed = f"{name.rpartition('.')[0]}.changed.{name.rpartition('.')[2]}"
    assert held(home) == before | {changed: b"PK what somebody may have written"}
    assert say("run.office_changed", name=name, kept=f"reports/{AREA}/{CUTOFF}/{changed}") in said
    edit(home, b"another", name)
    assert "Đã làm xong" in week(home).message
    assert held(home)[changed.replace(".changed.", ".changed-2.")] == b"another"
    edit(home, b"another", name)  # the same once more: kept already
    week(home)
    assert len(held(home)) == len(before) + 2


def test_a_correction_takes_the_edited_draft_and_what_was_added_into_the_kept_issue_and_names_them(home):  # noqa: F811
    week(home)
    edit(home)
    put(reports(home, "đã ký.pdf"), "signed")
    put(reports(home, "ghi chép/1.txt"), "notes")
    before = held(home)
    said = week(home, "second", reissue=True).message
    assert {name[3:]: data for name, data in held(home).items() if name.startswith("r1/")} == before
    assert held(home)["report.docx"] == office_file("second")
    kept = f"reports/{AREA}/{CUTOFF}/r1"
    assert say("run.office_there", name="report.docx", kept=f"{kept}/report.docx") in said
    assert f"{kept}/đã ký.pdf" in said and f"{kept}/ghi chép" in said
    issue = held(home)
    new_rule(home)
    assert week(home, "second").status == Exit.DONE and held(home) == issue
    edit(home, office_file("sửa bản cũ"), "r1/report.docx")
    said = week(home, "second").message
    assert "Không có gì mới" in said and "r1/report.docx" not in said  # an earlier issue is not made again
    week(home, "third", reissue=True)
    assert held(home)["r1/report.docx"] == office_file("sửa bản cũ")
    assert held(home)["r2/report.docx"] == office_file("second")


def test_files_of_an_office_program_that_has_the_draft_open_are_no_work_and_hold_up_nothing(home):  # noqa: F811
    week(home)
    for name in ("~$port.docx", ".~lock.report.docx#"):
        put(reports(home, name), "open")
    assert list(due.make_weeks(home, AREA, steps=STEPS))[1:] == []
    new_rule(home)
    said = week(home).message
    assert "Văn phòng" not in said and "văn phòng" not in said


def test_a_week_withdrawn_keeps_what_people_did(home, monkeypatch):  # noqa: F811
    from support.district import words

    monkeypatch.setattr(withdraw, "renew_index", lambda *_: None)
    week(home)
    edit(home)
    put(reports(home, "đã ký.pdf"), "signed")
    assert withdraw.withdraw_week(home, AREA, CUTOFF, "nhầm ngày", words()).status == Exit.DONE
    (kept,) = paths.processed(home, AREA, "withdrawn").iterdir()
    assert (kept / "reports" / "report.docx").read_bytes() == EDITED
    assert (kept / "reports" / "đã ký.pdf").read_text() == "signed"


def test_verify_tells_what_the_office_edited_and_added_from_damage(home):  # noqa: F811
    local = f"{datetime(2023, 12, 5, 8, 30, tzinfo=UTC).astimezone():%H:%M %d/%m/%Y}"
    week(home)
    edit(home)
    put(reports(home, "đã ký.pdf"), "signed")
    put(reports(home, "ghi chép/1.txt"), "notes")
    outcome = verify.verify_week(home, AREA, CUTOFF, STEPS)
    heading, *lines = outcome.message.split("\n")
    place = f"reports/{AREA}/{CUTOFF}"
    assert outcome.status == Exit.DONE and heading.startswith(
        say("verify.same", area=AREA, cutoff=CUTOFF, revision="r1", count=5)[:30]
    )
    assert sorted(lines) == sorted(
        [
            say("verify.edited", path=DRAFT, who="Trần Thị Lan", when=local),
            say("verify.added", path=f"{place}/ghi chép"),
            say("verify.added", path=f"{place}/đã ký.pdf"),
        ]
    )
    new_rule(home)
    week(home)
    assert verify.verify_week(home, AREA, CUTOFF, STEPS).status == Exit.DONE  # report.new.docx is ours
    edit(home, b"damaged", "report.html")
    outcome = verify.verify_week(home, AREA, CUTOFF, STEPS)
    assert outcome.status == verify.DIFFERS and say("verify.damaged", path=f"{place}/report.html") in outcome.message


# -- edited while the run works --------------------------------------------------------------------------------------


def before_publishing(monkeypatch, act):
    monkeypatch.setattr(atomic, "sync", lambda folder: act())


def before_moving(monkeypatch, act):
    carry = publish.office.carry
    monkeypatch.setattr(publish.office, "carry", lambda *about: (act(about[0]), carry(*about))[1])


@pytest.mark.parametrize("was_edited", [True, False])
@pytest.mark.parametrize("reissue", [True, False])
@pytest.mark.parametrize("moment", ["during export", "before the exchange", "after the exchange"])
def test_what_is_saved_while_the_run_works_is_kept(home, monkeypatch, moment, reissue, was_edited):  # noqa: F811
    week(home)
    if was_edited:
        edit(home)
    late, text = office_file("lưu sau cùng"), "second" if reissue else "first"
    new_rule(home)

    def save(folder: Path | None = None) -> None:
        folder = folder or reports(home)
        part = folder / "~WRD0001.tmp"  # as Word saves
        part.write_bytes(late)
        part.replace(folder / "report.docx")
        put(folder / "ghi chép.txt", "notes")

    def exporting(*about):
        save()
        return export(*about)

    if moment == "before the exchange":
        before_publishing(monkeypatch, save)
    if moment == "after the exchange":
        before_moving(monkeypatch, save)
    outcome = week(home, text, reissue, **({"export": exporting} if moment == "during export" else {}))
    folder = "r1/" if reissue else ""
    assert (held(home)[f"{folder}report.docx"], held(home)[f"{folder}ghi chép.txt"]) == (late, b"notes")
    assert held(home)["report.docx" if reissue else "report.new.docx"] == office_file(text)
    assert "report.docx" in outcome.message and "ghi chép.txt" in outcome.message
    assert not list(home.rglob(".*"))


def test_who_saves_after_the_exchange_into_the_new_folder_and_who_saved_before_both_keep_their_work(
    home,  # noqa: F811
    monkeypatch,
):
    week(home)
    edit(home)
    new_rule(home)
    before_moving(monkeypatch, lambda _: edit(home, office_file("mới nhất")))
    said = week(home).message
    assert held(home)["report.docx"] == office_file("mới nhất")
    assert held(home)["report.changed.docx"] == EDITED and "report.changed.docx" in said


# -- a real office program -------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.skipif(not SOFFICE, reason="no LibreOffice")
def test_text_that_a_clerk_typed_and_an_office_program_saved_survives_a_correction_as_a_file_that_is_named(
    home,  # noqa: F811
    tmp_path,
):
    import docx

    template = home.parent / "template.docx"
    document = docx.Document()
    document.add_paragraph("Báo cáo")
    document.save(template)

    def with_word(home, area, cutoff, name, words):
        export(home, area, cutoff, name, words)
        atomic.save(paths.run_reports(home, area, name) / "report.docx", template.read_bytes())

    week(home, export=with_word)
    opened = docx.Document(reports(home, "report.docx"))
    opened.add_paragraph("Số 766/BC-VP: nội dung cán bộ gõ thêm")
    opened.save(tmp_path / "typed.docx")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    saved = ["--convert-to", "docx:Office Open XML Text", "--outdir", tmp_path / "saved", tmp_path / "typed.docx"]
    subprocess.run([SOFFICE, profile, "--headless", *saved], check=True, capture_output=True, timeout=300)
    (tmp_path / "saved" / "typed.docx").replace(reports(home, "report.docx"))
    assert "report.docx" in week(home, export=with_word).message.partition("Văn phòng đã sửa")[2]
    said = week(home, "second", reissue=True, export=with_word).message
    kept = reports(home, "r1/report.docx")
    assert str(kept.relative_to(home)) in said
    with zipfile.ZipFile(kept) as file:
        assert "nội dung cán bộ gõ thêm" in file.read("word/document.xml").decode()


# -- a correction that corrects nothing ------------------------------------------------------------------------------


def gate_of_words(raw, home, area, cutoff, lang):  # noqa: F811
    """Tables are the same where they say the same words, however these are spaced."""
    (held,) = paths.held_raw(paths.processed(home, area, cutoff))[0] or [raw[0]]
    return accepted()._replace(
        is_same=held.read_text() != raw[0].read_text() and held.read_text().split() == raw[0].read_text().split()
    )


@pytest.mark.parametrize("reissue", [True, False])
def test_a_table_of_the_same_figures_makes_no_other_issue_and_is_said_to_hold_them(home, reissue):  # noqa: F811
    week(home, gate=gate_of_words)
    before = contents(home / "reports", home / "data")
    for _ in range(2):
        outcome = week(home, "first ", reissue, gate=gate_of_words)
        assert (outcome.status, outcome.is_issue) == (Exit.DONE, False)
        assert say("run.same_figures", file="first .txt", cutoff=CUTOFF) in outcome.message
        assert "Không có gì mới" in outcome.message
        assert contents(home / "reports", home / "data") == before
    edit(home, b"damaged", "report.html")
    assert "Đã làm xong" in week(home, "first ", reissue, gate=gate_of_words).message  # healed by the published table
    assert held(home)["report.html"] == b"first"
    assert week(home, "second", reissue, gate=gate_of_words).status == (Exit.DONE if reissue else Exit.REFUSED)
