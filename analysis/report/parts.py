"""A sentence in parts: which of its words are strong, new this week, or lead to a page. Templates escape each part."""

import re
from typing import NamedTuple

from analysis.config.wording import Wording

MARKS = re.compile("([\ue000-\uf8ff])")  # private characters: each stands for the parts that belong there


class Part(NamedTuple):
    """Some words of a sentence. ``href``: the page that they lead to; "": none."""

    text: str
    strong: bool = False
    href: str = ""
    new: bool = False


def say(words: Wording, key: str, **fields: object) -> list[Part]:
    """``words.say`` in parts; a field that is a list of parts keeps them."""
    given = {name: value for name, value in fields.items() if isinstance(value, list)}
    marks = {chr(0xE000 + number): parts for number, parts in enumerate(given.values())}
    return _split(words.say(key, **fields | dict(zip(given, marks, strict=True))), marks)


def listed(words: Wording, items: list[list[Part]]) -> list[Part]:
    """``a, b và c``, each in parts."""
    marks = {chr(0xE000 + number): parts for number, parts in enumerate(items)}
    return _split(words.listed(list(marks)), marks)


def _split(text: str, marks: dict[str, list[Part]]) -> list[Part]:
    return [part for piece in MARKS.split(text) if piece for part in marks.get(piece, [Part(piece)])]


def plain(parts: list[Part]) -> str:
    """The words alone."""
    return "".join(part.text for part in parts)
