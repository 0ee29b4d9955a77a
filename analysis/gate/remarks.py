"""The office's own remarks → rows of the table ``remarks``, or problems with file, line and value.

They come in a file of paragraphs beside the table, or in a column of the table. A line ``[Kiến An]`` in the file is a
heading: what follows is about that unit, indicator, group of indicators or department, until the next heading.
"""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from analysis.config import units
from analysis.config.files import TIER
from analysis.config.rules import Rules
from analysis.config.wording import Wording
from analysis.gate.problems import Log
from analysis.readers import read
from analysis.tables import ABOUT_DEPARTMENT, ABOUT_INDICATOR, ABOUT_UNIT, ABOUT_WEEK

REMARKS = ["about", "code", "text", "source"]
HEADING = re.compile(r"\[([^\[\]]+)\]\s*:?")
# Marks that change the direction of text, so that a line reads otherwise than it is stored.
DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
NOT_TEXT = ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")  # control, half, private, unassigned; line and paragraph separator


class Headings:
    """What a heading can name, by every name that it goes by.

    registered : unit_code, unit_name of the week's units
    """

    def __init__(self, rules: Rules, registered: pd.DataFrame) -> None:
        its = registered.rename(columns={"unit_code": "code", "unit_name": "name"})
        self._registry = units.Registry(its, rules.aliases, rules.settings.get("name_suffix", ""))
        # An indicator before the column that shows it, and both before a group: a group may be called like its part.
        named: list[tuple[str, str, str]] = []
        for language in ("name_vi", "name_en"):
            named += [(name, ABOUT_INDICATOR, code) for code, name in _pairs(rules.indicators, "indicator", language)]
        known = {*rules.indicators["indicator"], *rules.groups["group"]}
        for form in rules.forms.values():
            shown = [(header, code) for code, header in _pairs(form, "field", "header") if code in known]
            named += [(header, ABOUT_INDICATOR, code) for header, code in shown]
            named += [(header.split(TIER)[-1], ABOUT_INDICATOR, code) for header, code in shown]
        for language in ("name_vi", "name_en"):
            named += [(name, ABOUT_INDICATOR, code) for code, name in _pairs(rules.groups, "group", language)]
        named += [(name, ABOUT_DEPARTMENT, each.code) for each in rules.departments for name in (each.vi, each.en)]
        named += [(code, ABOUT_INDICATOR, code) for code in sorted(known)]
        self._names = list(dict.fromkeys([*its["name"], *(name for name, _, _ in named)]))
        self._about = {units.header_key(name): (about, code) for name, about, code in reversed(named)}

    def find(self, name: str) -> tuple[str, str] | None:
        """What a heading is about, and its code; None where nothing has exactly this name."""
        if hit := self._registry.match(name):
            return ABOUT_UNIT, hit.code
        if name in self._registry.names:
            return ABOUT_UNIT, name
        return self._about.get(units.header_key(name))

    def nearest(self, name: str) -> str:
        """The name that is most like ``name``; "" if none is. Only for texts of problems."""
        return units.nearest(name, self._names)


def _pairs(table: pd.DataFrame, code: str, name: str) -> list[tuple[str, str]]:
    return [pair for pair in zip(table[code], table[name], strict=True) if pair[1]]


def read_files(paths: list[Path], headings: Headings, words: Wording) -> tuple[list[Log], list[dict]]:
    """The remarks of a week's files, and a log of each file's problems. There may be one file only."""
    logs, rows = [], []
    for path in paths:
        logs.append(log := Log(path.name, words))
        if len(paths) > 1:
            log.problem("problem.remarks_twice", names=words.listed([each.name for each in paths]))
            continue
        try:
            lines = read.paragraphs(path)
        except read.Unreadable as fault:
            log.problem(fault.key, **fault.fields)
        else:
            rows += _remarks(lines, log, headings)
    return logs, rows


def _remarks(lines: Iterable[tuple[int, str]], log: Log, headings: Headings) -> list[dict]:
    about, code, rows = ABOUT_WEEK, "", []
    for number, line in lines:
        if odd := odd_character(line):
            log.problem("problem.remark_character", log.place(number), code=odd)
            continue
        text = cleaned(line)
        if not text.startswith("["):
            row = dict(zip(REMARKS, (about, code, text, f"{log.file}:{number}"), strict=True))
            rows += [row] if is_said(text) else []
            continue
        heading = HEADING.fullmatch(text)
        if heading is None:
            log.problem("problem.remark_heading", log.place(number), text)
        elif found := headings.find(heading[1]):
            about, code = found
        else:
            nearest = headings.nearest(heading[1])
            key = "problem.unknown_heading_like" if nearest else "problem.unknown_heading"
            log.problem(key, log.place(number), heading[1], **({"nearest": nearest} if nearest else {}))
    return rows


def cleaned(text: str) -> str:
    """The text with composed letters and single spaces, without invisible characters. Its words stay as typed."""
    return " ".join(units.INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


def is_said(text: str) -> bool:
    """Whether a remark says anything: a dash says that there is none, a line of dashes only parts others."""
    return any(letter.isalnum() for letter in text)


def odd_character(text: str) -> str:
    """The first character that no remark may hold, such as ``U+202E``; "" where there is none."""
    odd = (each for each in text if DIRECTIONS.match(each) or (each != "\t" and unicodedata.category(each) in NOT_TEXT))
    return next((f"U+{ord(each):04X}" for each in odd), "")


def of_columns(rows: Iterable[tuple[str, str, str]]) -> list[dict]:
    """The remarks of the tables' own columns: (code of the unit, or "" for the area's row; text; source).

    A table with several rows for a unit may repeat a remark; it is kept once.
    """
    once: dict[tuple[str, str], dict] = {}
    for code, text, source in rows:
        row = dict(zip(REMARKS, (ABOUT_UNIT if code else ABOUT_WEEK, code, text, source), strict=True))
        once.setdefault((code, text), row)
    return list(once.values())
