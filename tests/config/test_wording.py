"""Sentences are data, checked against their fields; numbers are written as the reader writes them."""

import ast
import shutil
from datetime import date

import pytest
from support.district import HOME, words
from support.tree import modules

from analysis.config import files, wording


@pytest.fixture
def home(tmp_path):
    shutil.copytree(HOME / "config", tmp_path / "config")
    return tmp_path


@pytest.mark.parametrize(
    ("lang", "value", "decimals", "signed", "text"),
    [
        ("vi", 57.45, 2, False, "57,45"),
        ("en", 57.45, 2, False, "57.45"),
        ("vi", 1746, 0, False, "1.746"),
        ("en", 1746, 0, False, "1,746"),
        ("vi", -5.78, 2, True, "−5,78"),
        ("vi", 0.29, 2, True, "+0,29"),
        ("vi", 0.0, 2, True, "0,00"),
        ("vi", 2.675, 2, False, "2,68"),  # half up, as published figures are
        ("vi", -0.004, 2, True, "0,00"),
        ("vi", float("nan"), 2, False, "–"),
    ],
)
def test_numbers_are_written_as_the_reader_writes_them(lang, value, decimals, signed, text):
    assert words(lang).number(value, decimals, signed) == text


def test_cutoffs_and_lists_are_named_in_the_readers_language():
    day = date(2023, 12, 4)
    assert (words("vi").period(day), words("en").period(day)) == ("tuần 1 tháng 12 năm 2023", "week 1 of December 2023")
    assert words("vi").period(date(2026, 10, 8)) == "ngày 08/10/2026"
    assert words("vi").listed(["A", "B", "C"]) == "A, B và C"


def test_a_sentence_asks_for_exactly_the_fields_it_is_offered():
    assert words().say("period.week", week=1, month=12) == "tuần 1 tháng 12"
    with pytest.raises(
        TypeError, match=r"period\.week: given the fields \['week'\], fields\.csv offers \['month', 'week'\]"
    ):
        words().say("period.week", week=1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('week = "tuần {week} tháng {month}"', 'week = "tuần {tuan} tháng {month}"', "vi.toml: period.week: the field {tuan} is not among those offered (month, week)"),
        ('week = "tuần {week} tháng {month}"', 'week = "tuần {week"', "vi.toml: period.week: 'tuần {week': expected '}' before end of string"),
        ('week = "tuần {week} tháng {month}"', 'week = "tuần', "vi.toml line 5: Illegal character"),
        ('week = "tuần {week} tháng {month}"', 'week = ""', "vi.toml: period.week: '' is not a sentence"),
        ('week = "tuần {week} tháng {month}"', 'week = "x"\nextra = "y"', "en.toml: the sentence period.extra is missing"),
    ],
)  # fmt: skip
def test_a_slip_in_a_sentence_is_found_when_the_wording_is_loaded(home, old, new, said):
    path = home / "config" / "wording" / "vi.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(wording.WordingError) as refused:
        wording.load(home, "vi")
    assert said in str(refused.value)


def test_a_sentence_that_the_home_lacks_is_the_programs_own_and_the_homes_wins(home):
    folder, before = home / "config" / "wording", wording.load(home, "vi")
    vi = (folder / "vi.toml").read_text("utf-8").replace('week = "tuần {week} tháng {month}"', "", 1)
    (folder / "vi.toml").write_text(vi.replace(before.sentences["page.skip"], "Bỏ qua"), "utf-8")
    held = wording.load(home, "vi")
    assert held.sentences == before.sentences | {"page.skip": "Bỏ qua"}
    for name in ("en.toml", "fields.csv"):
        (folder / name).unlink()
        assert wording.load(home, "vi").sentences == held.sentences
    assert wording.load(home, "en").sentences == wording.load(HOME, "en").sentences
    shutil.rmtree(folder)
    assert wording.load(home, "vi").sentences == before.sentences


def test_fields_that_an_older_program_offered_count_no_more(home):
    path = home / "config" / "wording" / "fields.csv"
    old = path.read_text("utf-8").replace("period.week,week month", "period.week,week") + "mine,of\n"
    path.write_text(old, "utf-8")
    for name in ("vi.toml", "en.toml"):
        toml = path.with_name(name)
        toml.write_text('mine = "x {of}"\n' + toml.read_text("utf-8"), "utf-8")
    held = wording.load(home, "vi")
    assert held.say("period.week", week=1, month=12) == "tuần 1 tháng 12" and held.say("mine", of=3) == "x 3"


def test_a_sentence_that_the_program_itself_lacks_is_found(home, monkeypatch):
    monkeypatch.setattr(files, "PROGRAM", home / "config")
    path = home / "config" / "wording" / "vi.toml"
    path.write_text(path.read_text("utf-8").replace('week = "tuần {week} tháng {month}"', "", 1), "utf-8")
    with pytest.raises(wording.WordingError, match=r"vi\.toml: the sentence period\.week is missing"):
        wording.load(home, "vi")


@pytest.mark.parametrize("text", ["sentence;fields\n", "sentence,fields\nperiod.week\n", ""])
def test_a_list_of_fields_that_is_none_is_named(home, text):
    (home / "config" / "wording" / "fields.csv").write_text(text, "utf-8")
    with pytest.raises(wording.WordingError, match=r"wording/fields\.csv: expected the columns sentence, fields"):
        wording.load(home, "vi")


def test_what_can_be_read_of_a_broken_wording_is_said_all_the_same(home, monkeypatch):
    monkeypatch.setattr(files, "PROGRAM", home / "config")
    folder, english = home / "config" / "wording", words("en").sentences["mail.operator_subject"]
    vi = (folder / "vi.toml").read_text("utf-8")
    subject = words().sentences["mail.operator_subject"]
    (folder / "vi.toml").write_text(vi.replace(subject, "{week}"), "utf-8")
    held = wording.load_what_can_be_read(home, "vi")
    assert held.say("mail.operator_subject") == english and held.say("page.skip") == words().say("page.skip")
    (folder / "vi.toml").write_text(vi.replace(subject, 'x"'), "utf-8")
    held = wording.load_what_can_be_read(home, "vi")
    assert (held.say("mail.operator_subject"), held.say("page.skip")) == (english, words("en").say("page.skip"))
    (folder / "en.toml").write_text("a = 'b", "utf-8")
    held = wording.load_what_can_be_read(home, "vi")
    assert held.say("mail.operator_subject") == "mail.operator_subject"
    assert held.say("period.week", week=1, month=2) == "period.week month=2 week=1"
    (folder / "fields.csv").write_bytes(b"\xff")
    held = wording.load_what_can_be_read(home, "vi")
    assert held.say("period.week", week=1, month=2) == "period.week month=2 week=1"


def said_in(path):
    """Every ``….say("key", field=…)`` of a module: (key, fields), where the key is written out and no ``**`` is used."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "say":
            key = node.args[0] if node.args else None
            if isinstance(key, ast.Constant):
                yield key.value, {each.arg for each in node.keywords}


def test_every_sentence_the_code_asks_for_exists_with_the_fields_it_gives():
    held = words()
    for path in modules():
        for key, fields in said_in(path):
            assert held.has(key), f"{path.name}: {key}"
            assert None in fields or fields == held.fields.get(key, set()), f"{path.name}: {key}"


def test_no_sentence_names_a_kind_of_unit_that_an_area_may_not_have():
    # Chợ Mới has no ward, An Giang no township; "cấp xã" is the law's word for whatever of them there is
    kinds = ("phường", "thị trấn", "đặc khu", "xã, ")
    assert [key for key, text in words().sentences.items() if any(kind in text for kind in kinds)] == []


def test_a_language_we_do_not_have_is_refused():
    with pytest.raises(ValueError, match="language 'fr': expected one of vi, en"):
        wording.load(HOME, "fr")


def test_what_is_remembered_of_the_wording_is_what_the_files_hold(home):
    before = wording.load(home, "vi")
    assert wording.load(home, "vi") is before
    path = home / "config" / "wording" / "vi.toml"
    path.write_text(path.read_text("utf-8").replace(before.sentences["page.skip"], "Bỏ qua"), "utf-8")
    assert wording.load(home, "vi").say("page.skip") == "Bỏ qua" != before.say("page.skip")
