"""The reading contract in print says what the program does: every example of both documents is tried.

An example is a row of a table in docs/: kind | typed | result. The English kinds are what ``TRIED`` is keyed by; a kind
may end in the place it is typed at, such as "cell G6".
"""

import datetime
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest
from support.district import CUTOFF, HOME, RAW, in_force, lines, saved, words

from analysis.config import units
from analysis.exits import Exit
from analysis.gate import clean, parse
from analysis.run import pipeline
from analysis.weeks import paths

DOCS = {"vi": "quy-uoc-bang-so-lieu.md", "en": "reading-contract.md"}
EXAMPLE = re.compile(r"\| (?!-)([^|]+?) \| (?:`([^|]*)`|\((?:để trống|nothing)\)) \| ([^|]+?) \|")
KIND = re.compile(r"(.+?)(?: ([A-Z]\d*))?")
RESULTS = {  # the first that fits
    "unchanged": r"nhận, không có gì thay đổi|accepted, nothing changes",
    "missing": r"coi là thiếu|missing",
    "warned": r"(?:nhận, cảnh báo|accepted, warning): (?P<said>.+)",
    "repaired": r"(?:sửa thành|read as) (?:`(?P<value>.+)`|ô trống|nothing) \((?P<said>.+)\)",
    "refused": r"(?:từ chối|refused): (?P<said>.+)",
    "accepted": r"(?:nhận|accepted)(?:: `(?P<value>.+)`)?",
}
ENGLISH = {
    **{"số lượng": "count", "tỷ lệ %": "percent", "điểm": "score", "tăng/giảm": "change", "tên đơn vị": "unit's name"},
    **{"ô số": "number cell", "ô định dạng %": "percent cell", "ô ngày": "date cell", "ô đúng/sai": "boolean cell"},
    **{"ô lỗi": "error cell", "ô công thức": "formula cell", "ô": "cell", "cả cột": "whole column"},
    **{"bỏ dòng": "row left out", "chép thêm dòng": "row repeated", "ẩn dòng": "row hidden", "ẩn cột": "column hidden"},
    **{"thêm dòng đầu": "line added on top", "thêm cột": "column added", "đổi chỗ hai cột": "two columns exchanged"},
    **{"tên tệp": "file name", "bảng Excel mang tên": "workbook by the name of", "ảnh mang tên": "picture by the name of"},
    **{"ẩn trang tính": "sheet hidden", "số dòng": "rows", "số cột": "columns", "số ký tự trong ô": "characters in cell"},
    **{"dòng ghi chú": "line of remarks", "số ký tự của dòng ghi chú": "characters in a line of remarks"},
    **{"số dòng ghi chú": "lines of remarks"},
    **{"số byte": "bytes", "gửi lại, ô": "sent again, cell", "gửi lại bản đính chính, ô": "correction sent again, cell"},
}  # fmt: skip


class Example(NamedTuple):
    rule: str
    kind: str
    typed: str
    result: str
    value: str | None
    said: str | None


class Found(NamedTuple):
    """What became of it: as in RESULTS, the value it has now, and the texts of its problems or the reason of a repair."""

    result: str
    value: str = ""
    said: tuple[str, ...] = ()


def rules(lang: str) -> list[str]:
    return re.findall(r"^## (K\d+)\. ", document(lang), re.MULTILINE)


def document(lang: str) -> str:
    return (HOME / "docs" / DOCS[lang]).read_text("utf-8")


def examples(lang: str) -> list[Example]:
    found = []
    for rule, section in re.findall(r"^## (K\d+)\. (.*?)(?=^## |\Z)", document(lang), re.MULTILINE | re.DOTALL):
        for kind, typed, result in EXAMPLE.findall(section):
            read = {name: re.fullmatch(pattern, result) for name, pattern in RESULTS.items()}
            name = next((name for name, match in read.items() if match), f"not understood: {result}")
            named = read[name].groupdict() if name in read else {}
            found.append(Example(rule, kind, typed, name, named.get("value"), named.get("said")))
    return found


def in_english(kind: str) -> str:
    """``"tỷ lệ %, ô ngày"`` => ``"percent, date cell"``; ``"ô G6"`` => ``"cell G6"``."""
    name, place = KIND.fullmatch(kind).groups()
    known = ENGLISH.get(name) or ", ".join(ENGLISH[part] for part in name.split(", "))
    return f"{known} {place}" if place else known


# -- each kind of example, tried -------------------------------------------------------------------------------------

STORED = {
    "number": float,
    "percent": float,
    "date": datetime.datetime.fromisoformat,
    "boolean": bool,
    "error": str,
    "formula": str,
}


def parsed(column: str, cell: str, typed: str, lang: str) -> Found:
    """A cell on its own, in a column of a kind."""
    read = parse.cell(STORED[cell](typed) if cell in STORED else typed, cell, column)
    if read.fault:
        return Found("refused", said=(words(lang).say(read.fault, **read.fields),))
    if read.value is None:
        return Found("missing")
    reason = (words(lang).say(read.repair),) if read.repair else ()
    return Found("repaired" if reason else "accepted", read.clean, reason)


def named(typed: str, lang: str) -> Found:
    registry = units.Registry(in_force().units, in_force().aliases)
    hit, says = registry.match(typed), words(lang).say
    if hit is None:
        nearest = registry.nearest(typed)
        return Found(
            "refused",
            said=(says("problem.unknown_unit_like", nearest=nearest) if nearest else says("problem.unknown_unit"),),
        )
    reason = (says(hit.reason),) if hit.reason else ()
    return Found("repaired" if reason else "accepted", registry.names[hit.code], reason)


def gated(path: Path, lang: str, place: str = "") -> Found:
    """A whole table: what is said of it, and whether the cell at ``place`` was repaired."""
    cleaned = clean.gate(path, in_force(), words(lang))
    for severity, result in (("error", "refused"), ("warning", "warned")):
        said = cleaned.problems.loc[cleaned.problems["severity"] == severity, "problem"]
        if len(said):
            return Found(result, said=tuple(said))
    here = cleaned.repairs[cleaned.repairs["column_letter"] + cleaned.repairs["row"].astype(str) == place]
    if len(here):
        return Found("repaired", here["clean"].item(), (here["reason"].item(),))
    return Found("accepted")


def table(place: str, typed: str, rows: list[list[str]]) -> list[list[str]]:
    rows[int(place[1:]) - 1][at(place)] = typed
    return rows


def at(letter: str) -> int:
    return ord(letter[0]) - ord("A")


def whole_column(place: str, typed: str, rows: list[list[str]]) -> list[list[str]]:
    for row in rows[4:]:
        if len(row) > 1:
            row[at(place)] = typed
    return rows


def without(place: str, typed: str, rows: list[list[str]]) -> list[list[str]]:
    return [row for number, row in enumerate(rows, 1) if number != int(typed)]


def repeated(place: str, typed: str, rows: list[list[str]]) -> list[list[str]]:
    return [*rows, rows[int(typed) - 1]]


def exchanged(place: str, typed: str, rows: list[list[str]]) -> list[list[str]]:
    one, other = map(at, typed.split(", "))
    for row in rows:
        if len(row) > 1:
            row[one], row[other] = row[other], row[one]
    return rows


def widened(place: str, typed: str, rows: list[list[str]]) -> list[list[str]]:
    return [[*row, typed if number == 3 else ""] for number, row in enumerate(rows, 1)]


MADE = {
    "cell": table,
    "whole column": whole_column,
    "row left out": without,
    "row repeated": repeated,
    "two columns exchanged": exchanged,
    "column added": widened,
    "line added on top": lambda place, typed, rows: [[typed], *rows],
    "rows": lambda place, typed, rows: [*rows, *[["", ""]] * (int(typed) - len(rows))],
    "columns": lambda place, typed, rows: [
        row + [""] * (int(typed) - len(row)) if row == rows[5] else row for row in rows
    ],
    "characters in cell": lambda place, typed, rows: table(place, "x" * int(typed), rows),
    "bytes": lambda place, typed, rows: [*rows, ["x" * (int(typed) - RAW.stat().st_size - 1)]],
}


def workbook(path: Path, hide: Callable[[openpyxl.Workbook], None] = lambda book: None) -> Path:
    """The real table as a workbook of one sheet, beside one without data."""
    book = openpyxl.Workbook()
    for row in lines():
        book.active.append([re.sub("<.*?>", "", text) for text in row])
    book.create_sheet("Trống")
    hide(book)
    book.save(path.with_suffix(".xlsx"))
    return path.with_suffix(".xlsx").rename(path)


def hidden(name: str, typed: str, folder: Path) -> Path:
    def hide(book: openpyxl.Workbook) -> None:
        if name == "sheet":
            book.worksheets[int(typed) - 1].sheet_state = "hidden"
        elif name == "row":
            book.active.row_dimensions[int(typed)].hidden = True
        else:
            book.active.column_dimensions[typed].hidden = True

    return workbook(folder / "table.xlsx", hide)


def picture(path: Path) -> Path:
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    return path


def sent_again(place: str, typed: str, reissue: bool, lang: str, folder: Path) -> Found:
    """The real table published, then sent with one cell as typed: through the week itself, without its notebooks."""

    def export(home, area, cutoff, name, words):
        (paths.run_reports(home, area, name) / "report.html").write_text("report")

    home = folder / "home"
    shutil.copytree(HOME / "config", home / "config")
    steps = pipeline.Pipeline(notebooks=folder, stages=(), export=export, tell=lambda line: None, index=lambda *_: None)
    day = str(CUTOFF)
    first = pipeline.make_week(home, "cho-moi", day, [saved(folder, lines(), f"{day}.txt")], lang, steps=steps)
    assert first.status == Exit.DONE, first.message
    second = saved(folder, table(place, typed, lines()), f"{day}.txt")
    again = pipeline.make_week(home, "cho-moi", day, [second], lang, reissue=reissue, steps=steps)
    if again.message == words(lang).say("run.nothing_new", report=first.report):
        return Found("unchanged")
    return Found("accepted" if again.status == Exit.DONE else "refused", said=(again.message,))


def remarked(text: str, lang: str, folder: Path) -> Found:
    """The real table with a file of remarks beside it."""
    beside = folder / f"{CUTOFF}-ghi-chu.txt"
    beside.write_text(text, "utf-8")
    cleaned = clean.gate([saved(folder, lines()), beside], in_force(), words(lang))
    return Found("refused" if cleaned.refused else "accepted", said=tuple(cleaned.problems["problem"]))


def tried(kind: str, typed: str, lang: str, folder: Path) -> Found:
    """What becomes of an example, by its English kind."""
    name, place = KIND.fullmatch(kind).groups()
    if name in MADE:
        return gated(saved(folder, MADE[name](place, typed, lines())), lang, place)
    if name == "unit's name":
        return named(typed, lang)
    if name == "file name":
        return gated(saved(folder, lines(), typed), lang)
    if name == "workbook by the name of":
        return gated(workbook(folder / typed), lang)
    if name == "picture by the name of":
        return gated(picture(folder / typed), lang)
    if name.endswith(" of remarks"):
        made = {"characters in a line": lambda: "x" * int(typed), "lines": lambda: "x\n" * int(typed)}
        return remarked(made.get(name.removesuffix(" of remarks"), lambda: typed)(), lang, folder)
    if name.endswith(" hidden"):
        return gated(hidden(name.removesuffix(" hidden"), typed, folder), lang)
    if name.endswith("sent again, cell"):
        return sent_again(place, typed, name.startswith("correction"), lang, folder)
    column, _, cell = name.partition(", ")
    return parsed(column, cell.removesuffix(" cell") or "text", typed, lang)


# -- the tests -------------------------------------------------------------------------------------------------------


def test_both_documents_have_the_thirteen_rules_in_order():
    assert rules("vi") == rules("en") == [f"K{number}" for number in range(1, 14)]


def test_both_documents_have_the_same_examples_with_the_same_results():
    vietnamese = [each._replace(kind=in_english(each.kind), said=None) for each in examples("vi")]
    assert vietnamese == [each._replace(said=None) for each in examples("en")]


@pytest.mark.parametrize("lang", DOCS)
def test_every_rule_has_an_example_that_is_accepted_and_one_that_is_refused(lang):
    for rule in rules(lang):
        results = {each.result for each in examples(lang) if each.rule == rule}
        assert "refused" in results and len(results) > 1, rule


@pytest.mark.parametrize("lang", DOCS)
def test_every_row_of_every_table_is_read_as_an_example(lang):
    rows = re.findall(r"^\|(?! ?-).*\|$", document(lang), re.MULTILINE)
    heads = [row for row in rows if row in ("| Loại | Ghi | Kết quả |", "| Kind | Typed | Result |")]
    assert len(heads) == 13 and len(rows) - len(heads) == len(examples(lang)) >= 60


EVERY = [(lang, each) for lang in DOCS for each in examples(lang)]


@pytest.mark.parametrize(
    ("lang", "example"), EVERY, ids=[f"{lang} {each.rule} {each.kind} {each.typed}" for lang, each in EVERY]
)
def test_an_example_is_true(lang, example, tmp_path):
    kind = in_english(example.kind) if lang == "vi" else example.kind
    found = tried(kind, example.typed, lang, tmp_path)
    assert found.result == example.result, found
    assert example.value in (None, found.value)
    assert example.said is None or any(example.said in said for said in found.said), found.said
