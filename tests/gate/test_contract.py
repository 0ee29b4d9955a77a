"""The reading contract in print says what the program does: every example of both documents is tried.

An example is a row of a table in docs/: kind | typed | result. The English kinds are what ``TRIED`` is keyed by; a kind
may end in the place it is typed at, such as "cell G6".
"""

import datetime
import re
import shutil
import tomllib
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet
from support import delivered, hostile
from support.district import CUTOFF, HOME, RAW, in_force, lines, saved, words
from support.sampled import one_of_each, sampled, spread

from analysis.config import units
from analysis.exits import Exit
from analysis.gate import clean, parse
from analysis.readers import kinds
from analysis.run import pipeline, withdraw
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
    "passed": r"(?:nhận, bỏ qua|accepted, passed over)(?:: (?P<said>.+))?",
    "accepted": r"(?:nhận|accepted)(?:: `(?P<value>.+)`)?",
}
ENGLISH = {
    "số lượng": "count",
    "tỷ lệ %": "percent",
    "điểm": "score",
    "tăng/giảm": "change",
    "tên đơn vị": "unit's name",
    "ô số": "number cell",
    "ô định dạng %": "percent cell",
    "ô ngày": "date cell",
    "ô đúng/sai": "boolean cell",
    "ô lỗi": "error cell",
    "ô công thức": "formula cell",
    "ô": "cell",
    "cả cột": "whole column",
    "bỏ dòng": "row left out",
    "chép thêm dòng": "row repeated",
    "ẩn dòng": "row hidden",
    "ẩn cột": "column hidden",
    "thêm dòng đầu": "line added on top",
    "thêm cột": "column added",
    "đổi chỗ hai cột": "two columns exchanged",
    "tên tệp": "file name",
    "bảng Excel mang tên": "workbook by the name of",
    "ảnh mang tên": "picture by the name of",
    "ẩn trang tính": "sheet hidden",
    "số dòng": "rows",
    "số cột": "columns",
    "số ký tự trong ô": "characters in cell",
    "dòng ghi chú": "line of remarks",
    "số ký tự của dòng ghi chú": "characters in a line of remarks",
    "số dòng ghi chú": "lines of remarks",
    "số byte": "bytes",
    "gửi lại, ô": "sent again, cell",
    "gửi lại bản đính chính, ô": "correction sent again, cell",
    "tỷ lệ % có 4 chữ số thập phân": "percent of 4 decimals",
    "tỷ lệ % có 3 chữ số thập phân": "percent of 3 decimals",
    "tỷ lệ thang 1": "percent on a scale of 1",
    "điểm thang 10": "score on a scale of 10",
    "số lượng có “hồ sơ”": "count of “hồ sơ”",
    "dấu gõ rời": "accents apart",
    "thêm dòng trên tiêu đề": "line added above the header",
    "thêm dòng dưới tiêu đề": "line added under the header",
    "thêm dòng giữa bảng": "line added among the units",
    "thêm cột số dòng phía trước": "column of row numbers added in front",
    "thêm dòng cuối": "line added at the end",
    "bảng thứ hai ở dưới, số cột": "second table below, its columns",
    "ký tự trong ô": "character in cell",
    "số dòng có tên lạ": "lines of unknown units",
    "định dạng số của ô": "number format of cell",
    "số 4 có định dạng, ô": "4 with the format, cell",
    "màu số trong ô": "colour of the figure in cell",
    "màu theo quy tắc trong ô": "colour by a rule in cell",
    "phông chữ của ô": "font of cell",
    "cỡ chữ trong ô": "size of the letters in cell",
    "gạch ngang ô": "struck through, cell",
    "số lưu trong ô": "number stored in cell",
    "dòng không có chiều cao": "row without height",
    "cột không có chiều rộng": "column without width",
    "khung chữ trên trang tính": "text box on the sheet",
    "trang bìa": "cover sheet",
    "tên trang tính": "name of the sheet",
    "đầu trang in": "head of the printed page",
    "ký hiệu trong ô Word": "symbol in Word cell",
    "chữ ẩn trong ô Word": "hidden text in Word cell",
    "chữ gạch ngang trong ô Word": "struck text in Word cell",
    "chữ nâng lên trong ô Word": "raised text in Word cell",
    "chú thích trong ô Word": "footnote in Word cell",
    "sửa đổi chưa duyệt trong ô Word": "tracked text in Word cell",
    "bảng trong ô Word": "table in Word cell",
    "khung chữ trong ô Word": "text box in Word cell",
    "chữ ẩn trong ô trang web": "hidden text in web page cell",
    "chữ ẩn theo kiểu trong ô trang web": "text hidden by its class in web page cell",
    "chữ nâng lên trong ô trang web": "raised text in web page cell",
    "chữ chú âm trong ô trang web": "ruby in web page cell",
    "bảng trong ô trang web": "table in web page cell",
    "ngày trong tệp JSON": "answer of a server, its day",
    "bản sao để cạnh bảng": "copy beside the table",
    "tệp khác để cạnh bảng": "other file beside the table",
    "thứ hạng trong tỉnh": "place in the province",
    "thu hồi rồi gửi lại, ô": "withdrawn and sent again, cell",
    "tệp PDF mang tên": "PDF by the name of",
    "tệp Word cũ mang tên": "old Word document by the name of",
    "tệp nén mang tên": "archive by the name of",
    "tệp Excel nhị phân mang tên": "binary workbook by the name of",
    "bảng OpenDocument mang tên": "OpenDocument table by the name of",
    "thư mục mang tên": "folder by the name of",
    "tệp chữ TCVN3 mang tên": "text in TCVN3 by the name of",
    "bảng Excel có mật khẩu mang tên": "workbook with a password by the name of",
}


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
    known = ENGLISH.get(name) or ", ".join(ENGLISH.get(part) or _key(part) for part in name.split(", "))
    return f"{known} {place}" if place else known


def _key(part: str) -> str:
    """A key of area.toml, which is the same in both languages."""
    assert part.startswith("`"), f"not translated: {part}"
    return part


# -- each kind of example, tried -------------------------------------------------------------------------------------

STORED = {
    "number": float,
    "percent": float,
    "date": datetime.datetime.fromisoformat,
    "boolean": bool,
    "error": str,
    "formula": str,
}
DECLARED = {  # columns of which columns.csv declares more
    "percent of 4 decimals": ("percent", parse.Layout(4)),
    "percent of 3 decimals": ("percent", parse.Layout(3)),
    "percent on a scale of 1": ("percent", parse.Layout(4, 1)),
    "score on a scale of 10": ("score", parse.Layout(2, 10)),
    "count of “hồ sơ”": ("count", parse.Layout(signs=("hồ sơ",))),
}


def parsed(column: str, cell: str, typed: str, lang: str) -> Found:
    """A cell on its own, in a column of a kind."""
    typed = unicodedata.normalize("NFD", typed) if cell == "accents apart" else typed
    kind, layout = DECLARED.get(column, (column, parse.USUAL))
    read = parse.cell(
        STORED[cell](typed) if cell in STORED else typed, cell if cell in STORED else "text", kind, layout
    )
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


def gated(path: Path, lang: str, place: str = "", **settings: object) -> Found:
    """A whole table: what is said of it, and whether the cell at ``place`` was repaired. settings : other keys of
    area.toml"""
    cleaned = clean.gate(path, hostile.keys(**settings)(in_force()), words(lang))
    for severity, result in (("error", "refused"), ("warning", "warned"), ("passed", "passed")):
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


def line_at(row: int | None) -> Callable[[str, str, list[list[str]]], list[list[str]]]:
    """A line more as row ``row``, or as the last one; its cells with ";" between."""
    return lambda place, typed, rows: [*rows[: row and row - 1], typed.split("; "), *(rows[row - 1 :] if row else [])]


def doubled(place: str, typed: str, rows: list[list[str]]) -> list[list[str]]:
    return [*rows, [""], *(row[: int(typed)] for row in rows[2:])]


MADE = {
    "cell": table,
    "whole column": whole_column,
    "row left out": without,
    "row repeated": repeated,
    "two columns exchanged": exchanged,
    "column added": widened,
    "column of row numbers added in front": lambda place, typed, rows: [
        [str(number), *row] for number, row in enumerate(rows, int(typed))
    ],
    "line added on top": line_at(1),
    "line added above the header": line_at(3),
    "line added under the header": line_at(5),
    "line added among the units": line_at(13),
    "line added at the end": line_at(None),
    "second table below, its columns": doubled,
    "character in cell": lambda place, typed, rows: table(place, chr(int(typed[2:], 16)) + "72.6", rows),
    "lines of unknown units": lambda place, typed, rows: [*rows, *[["", "Xã Tân Mới", "50"]] * int(typed)],
    "rows": lambda place, typed, rows: [*rows, *[["", ""]] * (int(typed) - len(rows))],
    "columns": lambda place, typed, rows: [
        row + [""] * (int(typed) - len(row)) if row == rows[5] else row for row in rows
    ],
    "characters in cell": lambda place, typed, rows: table(place, "x" * int(typed), rows),
    "bytes": lambda place, typed, rows: [*rows, ["x" * (int(typed) - RAW.stat().st_size - 1)]],
}


def four(sheet: Worksheet, place: str, typed: str) -> None:
    sheet[place] = 4
    sheet[place].number_format = typed


def coloured(sheet: Worksheet, place: str, typed: str) -> None:
    sheet[place].font = Font(color=typed)


def shown_by_rule(sheet: Worksheet, place: str, typed: str) -> None:
    rule = CellIsRule(operator="greaterThan", formula=["0"], font=Font(color=typed))
    sheet.conditional_formatting.add(place, rule)


EXCEL = {  # what is done to the first sheet of a workbook
    "number format of cell": lambda sheet, place, typed: setattr(sheet[place], "number_format", typed),
    "4 with the format, cell": four,
    "colour of the figure in cell": coloured,
    "colour by a rule in cell": shown_by_rule,
    "font of cell": lambda sheet, place, typed: setattr(sheet[place], "font", Font(name=typed)),
    "size of the letters in cell": lambda sheet, place, typed: setattr(sheet[place], "font", Font(size=typed)),
    "struck through, cell": lambda sheet, place, typed: setattr(sheet[place], "font", Font(strike=True)),
    "number stored in cell": lambda sheet, place, typed: setattr(sheet[place], "value", float(typed)),
    "row hidden": lambda sheet, place, typed: setattr(sheet.row_dimensions[int(typed)], "hidden", True),
    "row without height": lambda sheet, place, typed: setattr(sheet.row_dimensions[int(typed)], "height", 0.5),
    "column hidden": lambda sheet, place, typed: setattr(sheet.column_dimensions[typed], "hidden", True),
    "column without width": lambda sheet, place, typed: setattr(sheet.column_dimensions[typed], "width", 0.1),
    "sheet hidden": lambda sheet, place, typed: setattr(
        sheet.parent.worksheets[int(typed) - 1], "sheet_state", "hidden"
    ),
    "cover sheet": lambda sheet, place, typed: setattr(sheet.parent.worksheets[1]["A1"], "value", typed),
    "name of the sheet": lambda sheet, place, typed: setattr(sheet, "title", typed),
    "head of the printed page": lambda sheet, place, typed: setattr(sheet.oddHeader.center, "text", typed),
}


def workbook(path: Path, dress: Callable[[Worksheet], object] = hostile.as_delivered) -> Path:
    """The real table as a workbook of one sheet, beside one without data."""
    path.write_bytes(hostile.xlsx(hostile.typed(), dress, Trống=[]))
    return path


IN_WORD = {  # what is added to a cell of a document: the XML of a run
    "symbol": "<w:r {ns}><w:sym w:font='Symbol' w:char='{typed}'/></w:r>",
    "hidden text": "<w:r {ns}><w:rPr><w:vanish/></w:rPr><w:t>{typed}</w:t></w:r>",
    "struck text": "<w:r {ns}><w:rPr><w:strike/></w:rPr><w:t>{typed}</w:t></w:r>",
    "raised text": "<w:r {ns}><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>{typed}</w:t></w:r>",
    "footnote": "<w:r {ns}><w:footnoteReference w:id='{typed}'/></w:r>",
    "tracked text": "<w:ins {ns} w:id='1' w:author='x'><w:r><w:t>{typed}</w:t></w:r></w:ins>",
    "text box": "<w:r {ns}><w:pict><w:txbxContent><w:p><w:r><w:t>{typed}</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>",
    "table": "<w:tbl {ns}><w:tr><w:tc><w:p><w:r><w:t>{typed}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
}
IN_PAGE = {
    "hidden text": "<span style='display:none'>{typed}</span>",
    "text hidden by its class": "<span class=an>{typed}</span>",
    "raised text": "<sup>{typed}</sup>",
    "ruby": "<ruby>72<rt>{typed}</rt></ruby>",
    "table": "<table><tr><td>{typed}</td></tr></table>",
}


def in_word(what: str, place: str, typed: str) -> bytes:
    """The real table as a Word document, with something more in the cell that is at ``place`` in the text file."""

    def add(made: docx.document.Document) -> None:
        row = int(place[1:]) - 1 - hostile.TITLE_ROWS
        around = made if row < 0 else made.tables[0].rows[row].cells[at(place)]  # titles are no rows of a document's
        added, line = parse_xml(IN_WORD[what].format(ns=nsdecls("w"), typed=typed)), around.paragraphs[-1]._p
        (line.addprevious if what == "table" else line.append)(added)

    return hostile.word(hostile.typed(), add)


def in_page(what: str, place: str, typed: str) -> bytes:
    rows = table(place, f"<b></b>72.6{IN_PAGE[what].format(typed=typed)}", hostile.typed())
    return hostile.page(rows, lambda page: f"<style>.an {{display: none}}</style>{page}")


OTHER_FILES = {
    "folder": None,
    "picture": b"\x89PNG\r\n\x1a\n",
    "PDF": b"%PDF-1.7",
    "old Word document": b"{\\rtf1 x}",
    "archive": delivered.zipped({"bang.txt": "x"}),
    "binary workbook": delivered.zipped(
        {"_rels/.rels": delivered.relations(r1="officeDocument xl/workbook.bin"), "xl/workbook.bin": b"x"}
    ),
    "workbook with a password": kinds.OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
    "OpenDocument table": delivered.zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}),
    "text in TCVN3": "§¬n vÞ\tTæng ®iÓm\n".encode("latin-1"),
}


def delivered_as(data: bytes | None, path: Path) -> Path:
    if data is None:
        path.mkdir()
    else:
        path.write_bytes(data)
    return path


def answered(said: str) -> bytes:
    """The real table as the answer of a server, with a day in its envelope."""
    rows = [list(hostile.headers("tab").values()), *(row for row in hostile.typed()[4:] if row)]
    return hostile.answer(rows, lambda text: text.replace('"code": "OK"', f'"ngày": "{said}"'))


def in_folder(name: str, data: bytes, lang: str, folder: Path) -> Found:
    """The real table in data/raw/, and another file beside it."""
    raw = folder / "data" / "raw" / "cho-moi"
    raw.mkdir(parents=True)
    saved(raw, lines(), f"{CUTOFF}.txt")
    (raw / name).write_bytes(data)
    if raw / name in paths.raw_files(folder, "cho-moi", str(CUTOFF)):
        return Found("accepted")
    about = {"area": "cho-moi", "names": name}
    if name in paths.misnamed_raw(folder, "cho-moi"):
        return Found("passed", said=(words(lang).say("run.misnamed", **about),))
    unread = {path.name for path in paths.reserved_raw(folder, "cho-moi", str(CUTOFF)) if not paths.is_beside(path)}
    return Found("passed", said=(words(lang).say("run.not_read", **about),) if name in unread else ())


def sent_again(place: str, typed: str, kind: str, lang: str, folder: Path) -> Found:
    """The real table published, then sent with one cell as typed: through the week itself, without its notebooks."""

    def export(home, area, cutoff, name, words):
        (paths.run_reports(home, area, name) / "report.html").write_text("report")

    home = folder / "home"
    shutil.copytree(HOME / "config", home / "config")
    steps = pipeline.Pipeline(notebooks=folder, stages=(), export=export, tell=lambda line: None, index=lambda *_: None)
    day = str(CUTOFF)
    first = pipeline.make_week(home, "cho-moi", day, [saved(folder, lines(), f"{day}.txt")], lang, steps=steps)
    assert first.status == Exit.DONE, first.message
    if kind == "withdrawn and sent again":
        taken = withdraw.withdraw_week(home, "cho-moi", day, "…", words(lang))
        assert taken.status == Exit.DONE, taken.message
    second = saved(folder, table(place, typed, lines()), f"{day}.txt")
    reissue = kind == "correction sent again"
    again = pipeline.make_week(home, "cho-moi", day, [second], lang, reissue=reissue, steps=steps)
    if again.message == words(lang).say("run.nothing_new", report=first.report):
        return Found("unchanged")
    return Found("accepted" if again.status == Exit.DONE else "refused", said=(again.message,))


def beside(name: str, text: str, lang: str, folder: Path) -> Found:
    """The real table with a file of remarks, or of the place, beside it."""
    path = folder / f"{CUTOFF}-{name}"
    path.write_text(text, "utf-8")
    cleaned = clean.gate([saved(folder, lines()), path], in_force(), words(lang))
    return Found("refused" if cleaned.refused else "accepted", said=tuple(cleaned.problems["problem"]))


REMARKS = {
    "line of remarks": lambda typed: typed,
    "characters in a line of remarks": lambda typed: "x" * int(typed),
    "lines of remarks": lambda typed: "x\n" * int(typed),
}


def tried(kind: str, typed: str, lang: str, folder: Path) -> Found:
    """What becomes of an example, by its English kind."""
    kind, _, keys = kind.partition(", `")
    name, place = KIND.fullmatch(kind).groups()
    what, _, where = name.partition(" in ")
    if name in MADE:
        rows = MADE[name](place, typed, lines())
        return gated(saved(folder, rows), lang, place, **tomllib.loads(keys.rstrip("`")))
    if name in EXCEL:
        return gated(workbook(folder / "table", lambda sheet: EXCEL[name](sheet, place, typed)), lang, place)
    if name in REMARKS:
        return beside("ghi-chu.txt", REMARKS[name](typed), lang, folder)
    if where in ("Word cell", "web page cell"):
        data = (in_word if where == "Word cell" else in_page)(what, place, typed)
        return gated(delivered_as(data, folder / "table"), lang)
    simple: dict[str, Callable[[], Found]] = {
        "answer of a server, its day": lambda: gated(delivered_as(answered(typed), folder / "table"), lang),
        "text box on the sheet": lambda: gated(
            delivered_as(delivered.boxed(hostile.xlsx(hostile.typed()), typed), folder / "table"), lang
        ),
        "unit's name": lambda: named(typed, lang),
        "unit's name, accents apart": lambda: named(unicodedata.normalize("NFD", typed), lang),
        "file name": lambda: gated(saved(folder, lines(), typed), lang),
        "workbook by the name of": lambda: gated(workbook(folder / typed), lang),
        "copy beside the table": lambda: in_folder(typed, RAW.read_bytes(), lang, folder),
        "other file beside the table": lambda: in_folder(typed, b"x", lang, folder),
        "place in the province": lambda: beside("xep-hang.csv", f"thứ hạng,trong số\n{typed}\n", lang, folder),
    }
    if name in simple:
        return simple[name]()
    if name.endswith("sent again, cell"):
        return sent_again(place, typed, name.removesuffix(", cell"), lang, folder)
    if name.endswith(" by the name of"):
        return gated(delivered_as(OTHER_FILES[name.removesuffix(" by the name of")], folder / typed), lang)
    column, _, cell = name.partition(", ")
    return parsed(column, cell.removesuffix(" cell") or "text", typed, lang)


# -- the tests -------------------------------------------------------------------------------------------------------


def test_both_documents_have_the_thirteen_rules_in_order():
    assert rules("vi") == rules("en") == [f"K{number}" for number in range(1, 14)]


def test_both_documents_have_the_same_examples_with_the_same_results():
    vietnamese = [each._replace(kind=in_english(each.kind), said=None) for each in examples("vi")]
    assert vietnamese == [each._replace(said=None) for each in examples("en")]


@pytest.mark.parametrize("name", [*DOCS.values(), "huong-dan-cho-can-bo.md"])
def test_every_link_to_a_section_leads_to_one(name):
    texts = {each.name: each.read_text("utf-8") for each in (HOME / "docs").glob("*.md")}
    found = re.findall(r"\]\(([\w-]+\.md)#([^)]+)\)", texts[name])
    titles = {each: re.findall("^#+ (.+)$", text, re.MULTILINE) for each, text in texts.items()}
    slugs = {each: {re.sub(r"[^\w -]", "", its.lower()).replace(" ", "-") for its in titles[each]} for each in titles}
    assert found and [(page, slug) for page, slug in found if slug not in slugs[page]] == []


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


EVERY = [
    pytest.param(lang, each, id=f"{lang} {each.rule} {each.kind} {each.typed}")
    for lang in DOCS
    for each in examples(lang)
]
TELLING = one_of_each(EVERY, lambda param: (param.values[1].rule, param.values[1].result))


@pytest.mark.parametrize(("lang", "example"), sampled(EVERY, short=30, long=40, first=spread(TELLING, 30)))
def test_an_example_is_true(lang, example, tmp_path):
    kind = in_english(example.kind) if lang == "vi" else example.kind
    found = tried(kind, example.typed, lang, tmp_path)
    assert found.result == example.result, found
    assert example.value in (None, found.value)
    assert example.said is None or any(example.said in said for said in found.said), found.said
