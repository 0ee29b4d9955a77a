"""What units answer, and what the office says of its asks → rows of the table ``replies``, or every problem at once.

The files ``<cut-off>-phan-hoi*.csv`` or ``.xlsx`` stand beside the week's tables: the office's own table, or the form
that a unit was sent and has filled in. A row is found by the code of its ask, or by unit (or department) and indicator;
an ask, unit, indicator, kind or day that cannot be is refused by name. A row that nobody has answered says nothing.
"""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from analysis.config import departments, periods, units
from analysis.config.rules import Rules
from analysis.config.units import header_key
from analysis.config.wording import Wording
from analysis.gate import clean
from analysis.gate.clean import PROBLEMS, Cleaned, Refused
from analysis.gate.problems import ERROR, WARNING, Log, listed
from analysis.gate.remarks import Headings, cleaned, is_said, odd_character
from analysis.gate.small_tables import Row, find_nearest, read_rows
from analysis.method.answers import DONE, END, EXTEND, NO_REPLIES, OWN, REPLIES, REPLY, fits
from analysis.method.asked import TASK
from analysis.method.ledger import name_own
from analysis.tables import ABOUT_DEPARTMENT, ABOUT_INDICATOR, ABOUT_UNIT, NOT_ITEMISED
from analysis.weeks import history, paths, store
from analysis.weeks.store import Week

NAMES = {
    "ask": ("mã đề nghị", "mã", "ask_id"),
    "unit": ("đơn vị", "tên đơn vị", "cơ quan", "đơn vị, cơ quan", "phòng, ban", "unit"),
    "indicator": ("chỉ số", "chỉ tiêu", "indicator"),
    "words": ("đề nghị", "ask"),
    "day": ("ngày", "ngày phản hồi", "ngày văn bản", "day"),
    "text": ("nội dung", "nội dung phản hồi", "text"),
    "cause": ("nguyên nhân", "cause"),
    "solution": ("giải pháp", "solution"),
    "promised": ("hẹn", "ngày hẹn", "thời hạn", "promised"),
    "document": ("số văn bản", "số, ký hiệu văn bản", "document"),
    "kind": ("loại", "kind"),
}
WORDS_OF_KINDS = {
    REPLY: ("phản hồi", "reply"),
    EXTEND: ("gia hạn", "extend"),
    DONE: ("hoàn thành", "done"),
    END: ("kết thúc", "end"),
    OWN: ("đề nghị", "own"),
}
OF_OFFICE = (EXTEND, DONE, END, OWN)
PARTS = {"TOTAL": ("total", "tổng", "tổng điểm"), NOT_ITEMISED: (NOT_ITEMISED, "phần điểm bảng không thể hiện")}
PARTS[NOT_ITEMISED] += ("tổng điểm trừ tổng các nhóm",)
SAID = ("text", "cause", "solution", "document")  # texts; with a promise they are what is answered
LATEST = timedelta(days=6)  # after the cut-off: a week is closed by the next
EARLIEST_OWN = timedelta(days=92)  # before it, of an ask of the office itself; our choice
LATEST_PROMISE = timedelta(days=730)  # after the reply; our choice: beyond that a year is mistyped
NO_YEAR = re.compile(r"(\d{1,2})[/.-](\d{1,2})")


def read_replies(
    files: list[Path], known: pd.DataFrame, registered: pd.DataFrame, rules: Rules, words: Wording
) -> tuple[list[Log], pd.DataFrame]:
    """The rows of the table ``replies`` that the files say, and a log of each file's problems.

    known      : as ``history.known_asks`` has them
    registered : units of the week: unit_code, unit_name, type
    Returns    : one row for each ask that a line answers. ask_id is empty where no ask that is open before this report
                 is named or fits: the line then answers what this report asks first (``ledger``)
    """
    find = _Finder(known, registered, rules)
    logs, rows = [], []
    for path in paths.without_copies(files):
        logs.append(log := Log(path.name, words))
        rows += _read_file(path, log, find)
    return logs, pd.DataFrame(rows, columns=REPLIES).astype({"row": float})


def gate_with_replies(files: Iterable[Path], week: Week, rules: Rules, words: Wording) -> Cleaned:
    """The gate's result for everything that was delivered of a week: tables, what came beside them, and replies.

    Of replies alone only their problems; they are of the units that the area had last.
    """
    files = list(map(Path, files))
    answered = [path for path in files if paths.is_reply(path)]
    others = [path for path in files if not paths.is_reply(path)]
    cleaned = clean.gate(others, rules, words)
    if not answered:
        return cleaned
    if not others:
        cleaned = replace(cleaned, controls=cleaned.controls.iloc[:0], units=_find_units(week, cleaned.units))
    logs, _ = read_replies(answered, history.known_asks(week), cleaned.units, rules, words)
    problems = pd.concat([cleaned.problems, _list_problems(logs, words)], ignore_index=True)
    return replace(cleaned, problems=problems)


def _find_units(week: Week, none: pd.DataFrame) -> pd.DataFrame:
    """The units of the published week, or of the newest before it."""
    weeks = {day: each for day, each in store.weeks(week.home, week.area).items() if day <= week.cutoff}
    return weeks[max(weeks)].read("units") if weeks else none


def accept_replies(week: Week, registered: pd.DataFrame, rules: Rules, words: Wording) -> pd.DataFrame:
    """What ``read_replies`` makes of the week's own files. Raises Refused with all problems: a notebook stops."""
    files = week.reply_files()
    if not files:
        return NO_REPLIES
    logs, rows = read_replies(files, history.known_asks(week), registered, rules, words)
    problems = _list_problems(logs, words)
    if (problems["severity"] == ERROR).any():
        raise Refused(problems, words)
    return rows


def _list_problems(logs: Iterable[Log], words: Wording) -> pd.DataFrame:
    return pd.DataFrame(listed((each for log in logs for each in log.problems), words), columns=PROBLEMS)


def _read_file(path: Path, log: Log, find: "_Finder") -> list[dict]:
    """The rows of one file. A form of a unit, told by its name, is of that unit alone and holds its answers only."""
    form, rows, found = find.form_of(path.name), [], len(log.problems)
    lines = read_rows(path, NAMES, ("day", "text"), log, least_named=3)
    if lines and not {"ask", "unit"} & {*lines[0].columns}:
        log.problem("replies.no_subject", names=log.words.listed([NAMES["ask"][0], NAMES["unit"][0]]))
        return []
    unread = {each.place["row"] for each in log.problems[found:]}
    for line in (each for each in lines if each.number not in unread):
        rows += _Line(line, log, find, form).read()
    if not rows and len(log.problems) == found:
        log.problem("replies.nothing", severity=WARNING)
    return rows


class _Subject(NamedTuple):
    unit_code: str
    department: str
    indicator: str


class _Known(NamedTuple):
    """An ask, as ``history.known_asks`` has it."""

    ask_id: str
    addressee: str
    unit_code: str
    department: str
    indicator: str
    kind: str
    opened: str
    is_open: bool


class _Finder:
    """Finds asks, units, departments and indicators by what people call them."""

    def __init__(self, known: pd.DataFrame, registered: pd.DataFrame, rules: Rules) -> None:
        settings = rules.settings
        self.cutoff, self.area = rules.cutoff, settings["code"]
        self.asks: dict[str, object] = {}
        self._folded: dict[str, str] = {}
        for row in known.itertuples(index=False):
            self._learn(row)
        self._is_published = str(rules.cutoff) in set(known["opened"])
        self._headings = Headings(rules, registered)
        self._tasks = {row.code: departments.find_code(row.department) for row in rules.tasks.itertuples()}
        now = dict(zip(registered["unit_code"], registered["unit_name"], strict=True))
        self.units_now = {settings["code"], *now}
        once = {row.unit_code: row.unit_name for row in self.asks.values() if row.unit_code}  # also merged since
        self.names = once | now | {self.area: settings["name"]["vi"]}
        self.departments = {each.code: each.vi for each in rules.departments}
        own = (settings["name"]["vi"], settings["name"]["en"], self.area, *settings["control_rows"])
        self._of_area = {header_key(name) for name in own}
        self._of_once = {units.name_key(name): code for code, name in once.items()}
        tables_ = (rules.indicators, rules.groups)
        self._indicators = [name for each in tables_ for name in (*each["name_vi"], *each["name_en"]) if name]
        self._parts = {header_key(name): code for code, its in PARTS.items() for name in its}
        self._called = {
            code: {header_key(name) for name in called}
            for each, key in zip(tables_, ("indicator", "group"), strict=True)
            for code, *called in each[[key, "name_vi", "name_en"]].itertuples(index=False, name=None)
        }
        self._forms = {Path(paths.form_file(code)).stem.casefold(): code for code in self.names}
        self._numbers: dict[tuple[str, str], int] = {}

    def form_of(self, file: str) -> str:
        """The unit whose form the file is, by its name; "": it is the office's own table.

        Behind the unit's code may stand more, after a sign that is no letter and no digit: ``…-30634-lan-2.xlsx``.
        """
        named = Path(file).stem[11:].casefold()
        fit = [form for form in self._forms if named.startswith(form) and not named[len(form) :][:1].isalnum()]
        return self._forms[max(fit, key=len)] if fit else ""

    def ask(self, text: str) -> str | None:
        """The code of the ask as we write it; None: there is none. What a week asks first is not known before it was
        published: then a code of this report is one of somebody and something that there is."""
        typed = "".join(text.split())
        if found := self._folded.get(typed.casefold()):
            return found
        code, indicators, opened, *number = [*typed.split(":"), "", ""][: max(3, typed.count(":") + 1)]
        if self._is_published or opened != str(self.cutoff) or not all(each.isdecimal() for each in number[:1]):
            return None
        about = indicators.replace("+", " ")
        addressee, unit, department = self._addressee_of(code)
        if not addressee or any(self.indicator(each) != each for each in about.split()):
            return None
        kind = OWN if number else TASK if code in self._tasks else ""
        self._learn(_Known(typed, addressee, unit, department, about, kind, opened, False))
        return typed

    def _addressee_of(self, code: str) -> tuple[str, str, str]:
        """Who is asked by a code: addressee, unit and department."""
        if code in self.units_now:
            return ("units" if code == self.area else "unit"), code, ""
        department = self._tasks.get(code, code if code in self.departments else None)
        return ("", "", "") if department is None else ("department" if department else "units", "", department)

    def _learn(self, ask: object) -> None:
        self.asks[ask.ask_id] = ask
        self._folded[ask.ask_id.casefold()] = ask.ask_id

    def nearest_ask(self, text: str, unit: str) -> str:
        """The ask that is most like what was typed; else the first open one of the unit; else ""."""
        like = difflib.get_close_matches(text.casefold(), self._folded, n=1, cutoff=0.6)
        of_unit = [each.ask_id for each in self.asks.values() if unit and each.unit_code == unit and each.is_open]
        return self._folded[like[0]] if like else next(iter(of_unit), "")

    def subject(self, text: str) -> tuple[str, str] | None:
        """The code of a unit (or the area), or of a department: (unit, department); None: nobody is called so."""
        if header_key(text) in self._of_area:
            return self.area, ""
        if text in self.departments or (code := departments.find_code(text)) in self.departments:
            return "", text if text in self.departments else code
        found = self._headings.find(text)
        if found and found[0] in (ABOUT_UNIT, ABOUT_DEPARTMENT):
            return (found[1], "") if found[0] == ABOUT_UNIT else ("", found[1])
        code = text if text in self.names else self._of_once.get(units.name_key(text))
        return (code, "") if code else None

    def nearest_subject(self, text: str) -> str:
        return find_nearest(text, [*self.names.values(), *self.departments.values()], units.name_key)

    def indicator(self, text: str) -> str | None:
        """The indicator, group or part of the total with this name or code."""
        if part := self._parts.get(header_key(text)):
            return part
        found = self._headings.find(text)
        return found[1] if found and found[0] == ABOUT_INDICATOR else None

    def nearest_indicator(self, text: str) -> str:
        return find_nearest(text, self._indicators, header_key)

    def is_called(self, codes: str, text: str) -> bool:
        """Whether the text names all that an ask is about: an indicator, several, a part of the total."""
        key = header_key(text)
        return all(
            any(name in key for name in (self._called.get(code) or {header_key(each) for each in PARTS.get(code, ())}))
            for code in codes.split()
        )

    def open_asks(self, unit: str, department: str, indicator: str) -> list:
        """The asks that were open before this report, of a unit or department, about an indicator or about anything."""
        return [
            each
            for each in self.asks.values()
            if each.is_open
            and (each.unit_code == unit if unit else each.addressee == "department" and each.department == department)
            and (not indicator or indicator in each.indicator.split())
        ]

    def asks_first(self, unit: str, department: str, indicator: str) -> bool:
        """Whether the published report asks such a thing for the first time."""
        new = [each for each in self.asks.values() if each.opened == str(self.cutoff)]
        return any(
            fits(_Subject(unit, department, indicator), each.unit_code or each.department, each.indicator)
            for each in new
        )

    def number_own(self, code: str, indicator: str) -> int:
        """How many asks of the office itself there are so far in this report, of that addressee and indicator."""
        self._numbers[code, indicator] = self._numbers.get((code, indicator), 0) + 1
        return self._numbers[code, indicator]


class _Line:
    """One line of a file, and what it says. Every problem goes to the log; a line with one gives no row."""

    def __init__(self, line: Row, log: Log, find: _Finder, form: str) -> None:
        self.line, self.log, self.find, self.form = line, log, find, form
        self.said = dict.fromkeys(NAMES, "") | line.texts

    def read(self) -> list[dict]:
        said = self.said
        said |= {name: "" for name in SAID if not is_said(said[name])}  # a dash says that there is nothing to say
        if not any(said[name] for name in (*SAID, "promised", "kind")):
            if said["day"]:
                self.problem("replies.only_day", "day", severity=WARNING)
            if said["words"] and (ask := self.find.ask(said["ask"])) and not self.is_own_words(self.find.asks[ask]):
                self.problem("replies.other_words", "words", ask=ask)  # the answer itself, typed in the wrong column
            return []
        before = len(self.log.problems)
        for name in SAID:
            if odd := odd_character(re.sub(r"[\r\n]", " ", said[name])):
                self.problem("problem.remark_character", name, code=odd)
            said[name] = cleaned(said[name])
        kind, (ask, unit, department, indicator) = self.kind(), self.subject()
        day = self.day("day")
        promised = self.promise(day, kind)
        if kind == REPLY and not promised and not any(said[name] for name in SAID):
            self.problem("replies.no_words", "text")
        if kind == OWN and not said["text"]:
            self.problem("replies.no_words", "text")
        if kind == OWN and said["ask"]:
            self.problem("replies.own_with_code", "ask")
        if kind == OWN and unit and unit not in self.find.units_now:
            self.problem("replies.gone_unit", "unit")
        if not self.is_well(before):
            return []
        row = dict.fromkeys(REPLIES, "") | {name: said[name] for name in SAID}
        row |= {"cutoff": str(self.find.cutoff), "file": self.log.file, "row": self.line.number, "kind": kind}
        row |= {"day": str(day), "promised": str(promised or "")}
        about = {"unit_code": unit, "department": department, "indicator": indicator}
        if kind == OWN:
            self.check_days([], day, self.find.cutoff - EARLIEST_OWN)
            code = unit or department
            number = self.find.number_own(code, indicator)
            about["ask_id"] = name_own(code, indicator, str(self.find.cutoff), number)
            return [row | about] if self.is_well(before) else []
        asks = self.asks(ask, kind, unit, department, indicator, day)
        rows = [row | about | {"ask_id": each} for each in asks]
        return rows if self.is_well(before) else []

    def is_well(self, before: int) -> bool:
        return all(each.severity == WARNING for each in self.log.problems[before:])

    def problem(self, key: str, field: str, value: str | None = None, **fields) -> None:
        shown = self.said[field] if value is None else value
        self.log.problem(key, self.line.place(self.log, field), shown, **fields)

    def unknown(self, key: str, field: str, nearest: str, **fields) -> None:
        """The problem that nothing is called so, with what is nearest, if anything is."""
        known = {"nearest": nearest} if nearest else {}
        self.problem(f"{key}_like" if nearest else key, field, **known, **fields)

    def kind(self) -> str:
        text = self.said["kind"]
        known = {header_key(name): kind for kind, its in WORDS_OF_KINDS.items() for name in its}
        kind = known.get(header_key(text), "") if text else REPLY
        if not kind:
            shown = [its[0 if self.log.words.lang == "vi" else -1] for its in WORDS_OF_KINDS.values()]
            self.problem("replies.unknown_kind", "kind", kinds=self.log.words.listed(shown))
        elif self.form and kind in OF_OFFICE:
            self.problem("replies.kind_in_form", "kind")
        return kind

    def subject(self) -> tuple[str, str, str, str]:
        """Code of the ask (as far as one is named), unit, department and indicator; they must be of one another."""
        said, find = self.said, self.find
        unit, department = self.named_subject()
        indicator = self.named_indicator()
        ask = find.ask(said["ask"]) if said["ask"] else ""
        if said["ask"] and ask is None:
            self.unknown("replies.unknown_ask", "ask", find.nearest_ask(said["ask"], unit))
        elif ask:
            held = find.asks[ask]
            own = held.department if held.addressee == "department" else held.unit_code
            is_of_all = held.addressee == "units" and (unit or self.form)  # any unit may answer what all are asked
            if said["unit"] and (unit or department) and own not in (unit, department) and not is_of_all:
                self.problem("replies.other_unit", "unit", name=self.name(own), ask=ask)
            is_same = indicator in (None, *held.indicator.split()) or find.is_called(held.indicator, said["indicator"])
            if said["indicator"] and not (is_same and held.indicator):
                self.problem("replies.other_indicator", "indicator", ask=ask)
            if said["words"] and not self.is_own_words(held):
                self.problem("replies.other_words", "words", ask=ask)
            if not is_of_all:
                unit, department = ("", own) if held.addressee == "department" else (own, "")
            unit = unit or (self.form if is_of_all else "")
            indicator = held.indicator
        elif said["words"]:
            self.problem("replies.words_without_ask", "words")
        elif not (unit or department) and not said["unit"]:
            self.problem("replies.nobody", "text", shorten(self.said["text"]))
        if self.form and (unit or department) and unit != self.form:
            field = "unit" if said["unit"] else "ask"
            self.problem("replies.not_of_form", field, name=self.name(self.form))
        return ask or "", unit, department, indicator or ""

    def named_subject(self) -> tuple[str, str]:
        text = self.said["unit"]
        if not text:
            return (self.form, "") if self.form and not self.said["ask"] else ("", "")
        found = self.find.subject(text)
        if found is None:
            self.unknown("replies.unknown_unit", "unit", self.find.nearest_subject(text))
        return found or ("", "")

    def named_indicator(self) -> str | None:
        """The indicator; "" where none is named, or where the ask's own is named as the form does; None: unknown."""
        text = self.said["indicator"]
        if not text or (found := self.find.indicator(text)):
            return found if text else ""
        ask = self.find.ask(self.said["ask"]) if self.said["ask"] else None
        if ask and self.find.is_called(self.find.asks[ask].indicator, text):
            return self.find.asks[ask].indicator.split()[0] if self.find.asks[ask].indicator else ""
        self.unknown("replies.unknown_indicator", "indicator", self.find.nearest_indicator(text))
        return None

    def is_own_words(self, ask) -> bool:
        """Whether the locked words are those of this ask, as far as can be seen: they say since when it is asked."""
        return date.fromisoformat(ask.opened) in periods.days_in(self.said["words"])

    def name(self, code: str) -> str:
        return self.find.names.get(code) or self.find.departments.get(code, code)

    def day(self, field: str) -> date | None:
        text = self.said[field]
        if not text:
            if field == "day":
                self.problem("replies.no_day", field, "")
            return None
        found = find_day(text, self.find.cutoff)
        if found is None:
            self.problem("replies.not_a_day", field)
        return found

    def promise(self, day: date | None, kind: str) -> date | None:
        promised = self.day("promised")
        if kind == EXTEND and not self.said["promised"]:
            self.problem("replies.no_new_day", "promised", "")
        if promised and day and not day <= promised <= day + LATEST_PROMISE:
            self.problem("replies.promise_out_of_range", "promised", since=self.log.words.date(day))
        return promised

    def check_days(self, asks: Collection, day: date, earliest: date | None = None) -> list:
        """The asks that were opened by then; a problem where none was, or the day is after the report's week."""
        words, latest = self.log.words, self.find.cutoff + LATEST
        opened = [each for each in asks if date.fromisoformat(each.opened) <= day]
        first = earliest or min((date.fromisoformat(each.opened) for each in asks), default=None)
        if day > latest or (first and day < first):
            key = "replies.own_day_out_of_range" if earliest else "replies.day_out_of_range"
            self.problem(key, "day", first=words.date(first), last=words.date(latest))
        return opened

    def asks(self, ask: str, kind: str, unit: str, department: str, indicator: str, day: date) -> list[str]:
        """The codes of the asks that the line is about; [""]: none that was open before this report."""
        find, shown = self.find, {"name": self.name(unit or department)}
        if ask:
            held = find.asks[ask]
            self.check_days([held], day)
            if held.kind == TASK and kind != REPLY:
                self.problem("replies.of_task", "kind")
            elif not held.is_open and held.opened != str(find.cutoff):
                self.problem("replies.closed_ask", "ask", ask, severity=WARNING)
            return [ask]
        fit = find.open_asks(unit, department, indicator)
        if kind != REPLY:
            fit = [each for each in fit if each.kind != TASK]
            if len(fit) > 1:
                self.problem("replies.several_asks", "kind", asks=self.log.words.listed([each.ask_id for each in fit]))
                return []
            if not fit:
                self.problem("replies.no_ask", "kind", **shown)
                return []
        if not fit:
            self.check_days([], day, find.cutoff - EARLIEST_OWN)
            if not find.asks_first(unit, department, indicator):
                self.problem("replies.no_open_ask", "unit" if self.said["unit"] else "text", severity=WARNING, **shown)
            return [""]
        return [each.ask_id for each in self.check_days(fit, day)]


def find_day(text: str, near: date) -> date | None:
    """The one day that the text names; without a year the one that is nearest."""
    days = periods.days_in(text)
    if len(days) == 1:
        return days[0]
    found = NO_YEAR.fullmatch(text.strip())
    if days or not found:
        return None
    day, month = map(int, found.groups())
    return min(_in_years(day, month, near), key=lambda each: abs(each - near), default=None)


def _in_years(day: int, month: int, near: date) -> Iterator[date]:
    for year in (near.year - 1, near.year, near.year + 1):
        try:
            yield date(year, month, day)
        except ValueError:
            continue


def shorten(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
