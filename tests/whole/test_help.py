"""Help in both languages: every text of it has its Vietnamese, and what is typed is the same in both."""

import re
import subprocess
import sys
import tomllib
import unicodedata
from collections import Counter

import pytest
import typer

from analysis.cli import app, main
from analysis.config import help_texts
from analysis.weeks.home import PROJECT

TYPED = re.compile(  # what of a text a person types, or finds on the disk: options, paths, names, numbers, capitals
    r"--[a-z-]+|[\w$./*:-]*/[\w./*-]*|\b[\w*-]+\.(?:csv|html|txt|docx|toml|md)\b|\.docx\b|\$?[A-Z_]{4,}[*.]*|\b\d[\d-]*\b"
    r"|\ball(?=:)|(?<=--area )all\b|\binprocess\b|\bpapermill\b|\bcho-moi\b|\bDask\b|\bLinux\b|Message-ID"
)
LETTERS = set("ăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ")


def commands() -> dict[str, object]:
    """The program and each of its commands, made anew: translated ones must not stay."""
    program = typer.main.get_command(app)
    return {"": program} | program.commands


def english() -> list[str]:
    said = [getattr(*each) for command in commands().values() for each in help_texts.spoken(command)]
    return [*help_texts.OF_PARSER, *dict.fromkeys(help_texts.one_line(text) for text in said if text)]


def dense(text: str) -> str:
    """The text without blanks: where a line is broken does not count."""
    return "".join(text.split())


def shown(capsys, *arguments: str) -> str:
    assert main([*arguments, "--help"]) == 0
    return capsys.readouterr().out


def test_every_command_and_every_option_has_a_text_of_help():
    lacking = [
        f"{name} {part.name}"
        for name, command in commands().items()
        for part, attribute in help_texts.spoken(command)
        if attribute == "help" and not getattr(part, attribute)
    ]
    assert lacking == []
    assert [name for name, command in commands().items() if name and not command.short_help] == []


def test_every_text_of_help_has_its_vietnamese_and_none_is_of_a_help_that_is_no_more():
    rows = tomllib.loads(help_texts.TEXTS.read_text("utf-8"))["text"]
    told = [help_texts.one_line(row["en"]) for row in rows]
    assert Counter(told) == Counter(english())
    assert [row for row in rows if {*row} != {"en", "vi"}] == []


@pytest.mark.parametrize("text", english())
def test_what_is_typed_is_the_same_in_both_languages(text):
    vietnamese = help_texts.texts()[text]
    assert Counter(TYPED.findall(text)) == Counter(TYPED.findall(help_texts.one_line(vietnamese)))
    assert vietnamese == unicodedata.normalize("NFC", vietnamese) and LETTERS & set(vietnamese.lower())


@pytest.mark.parametrize("name", commands())
def test_the_help_of_every_command_is_vietnamese_or_english_and_names_the_same_options(name, capsys, monkeypatch):
    command, words = commands()[name], name.split()
    texts = help_texts.texts()
    vietnamese = shown(capsys, *words)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    english = shown(capsys, *words)
    assert vietnamese == shown(capsys, *words, "--lang", "vi") != english == shown(capsys, *words, "--lang=en")
    assert vietnamese.startswith(f"Cách dùng: {english.split(': ', 1)[1].splitlines()[0]}")
    for part, attribute in help_texts.spoken(command):
        if attribute != "short_help" and (text := getattr(part, attribute)):
            for said, told in ((english, text), (vietnamese, texts[help_texts.one_line(text)])):
                assert all(dense(paragraph) in dense(said) for paragraph in told.split("\n\n"))
    options = [
        re.findall(r"^  (--[a-z-]+ ?\S*)", said.partition(heading)[2], re.M)
        for said, heading in ((vietnamese, "\nTùy chọn:"), (english, "\nOptions:"))
    ]
    assert options[0] == options[1] and len(options[0]) == len(command.params) + 1 - vietnamese.count("\nTham số:")
    assert not {"Usage", "Options", "Arguments", "Commands", "required", "default:"} & set(
        re.findall(r"[\w:]+", vietnamese)
    )


def test_the_programs_help_lists_every_command_in_its_language(capsys):
    said = help_texts.one_line(shown(capsys))
    for name, command in commands().items():
        if name:
            assert f"{name} {help_texts.texts()[command.short_help]}" in said


def test_a_text_without_its_vietnamese_stays_english():
    command = typer.main.get_command(app)
    before = command.help
    help_texts.translate(command, {"Options": "Tùy chọn"})
    said = command.get_help(command.context_class(command))
    assert command.help == before and before[:30] in said and "Tùy chọn:" in said and "Commands:" in said


def test_a_language_before_the_command_counts_for_the_command(capsys, monkeypatch):
    table = str(PROJECT / "data" / "raw" / "cho-moi" / "2023-12-04.txt")
    for before, after, said in (("en", (), "accepted"), ("en", ("--lang", "vi"), "được chấp nhận")):
        assert main(["--lang", before, "gate", table, *after, "--home", str(PROJECT)]) == 0
        assert f"2023-12-04.txt: {said}" in capsys.readouterr().out


def test_a_language_that_we_do_not_have_is_wrong_usage(capsys):
    assert main(["gate", "--lang", "fr"]) == 64
    assert "--lang" in capsys.readouterr().err


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_help_reads_one_small_file_and_imports_nothing_heavy(lang):
    drive = "import sys; from analysis.cli import main; main(sys.argv[1:]); print('|', *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", drive, "week", "--help", "--lang", lang], capture_output=True, text=True
    )
    imported = set(done.stdout.rpartition("|")[2].split())
    assert not imported & {"pandas", "babel", "joblib", "analysis.config.wording"}
    assert ("analysis.config.help_texts" in imported) == (lang == "vi")
    assert help_texts.TEXTS.stat().st_size < 50_000
