"""Reads an answer of the national portal in JSON: each list of records becomes a table, with the keys as its header.

Until 2025 the portal returned one list of records with texts; since 2026 it returns an object that has several lists
and single records of numbers (docs/method.md). Everything is read:

- the name of a table is its path, ``data.evaluation``;
- an object of plain values in a record (``groupScores``) belongs to the record, with columns ``groupScores / CKMB``;
- days and weeks in objects that are in no list become a line above every table;
- a list in a record (``metrics``) becomes a long table, ``data.evaluation.metrics``. Its rows begin with the texts of
  the record around them (code and name of the unit). Where they have such a key themselves, that of the record around
  them is named by its path and stands last: ``data.evaluation.code``.
"""

import json
import math
import re
from collections.abc import Iterator

from analysis.readers import from_text
from analysis.readers.grid import Grid, Tables, Unreadable, titles

MOST_LEVELS, MOST_DIGITS = 20, 30
CALENDAR = re.compile("tu[ầâa]n|th[áa]ng|n[ăa]m|week|month|year", re.I)
ROOT = "root"  # the path of the records of an answer that is itself a list
Record = dict[str, object]
Texts = dict[tuple[str, str], str]  # of the records around, by key and the path of the record


def tables(data: bytes) -> Tables:
    how = {"object_pairs_hook": _object, "parse_int": _whole, "parse_float": _decimal, "parse_constant": _no_number}
    records: dict[str, list[tuple[Texts, Record]]] = {}
    answer = json.loads(from_text.decoded(data).lstrip("\ufeff"), **how)
    _collect(answer, [], {}, records)
    envelope = titles(list(_envelope(answer, [])))
    found = Tables()
    for path, rows in records.items():
        grid = found.add(path)
        grid.above = envelope
        own = dict.fromkeys(key for _, record in rows for key in record)
        around = dict.fromkeys(place for texts, _ in rows for place in texts)
        innermost = dict(around.keys())  # key => path of the last record that has it
        above = [key for key in innermost if key not in own]
        beyond = [(key, of) for key, of in around if key in own or innermost[key] != of]
        grid.check(len(rows) + 1, len(above) + len(own) + len(beyond))
        for column, key in enumerate([*above, *own, *(f"{of or ROOT}.{key}" for key, of in beyond)], 1):
            grid.put(1, column, key)
        for row, (texts, record) in enumerate(rows, 2):
            nearest = {key: text for (key, _), text in texts.items()}
            values = [*map(nearest.get, above), *map(record.get, own), *map(texts.get, beyond)]
            for column, value in enumerate(values, 1):
                grid.put(row, column, "" if value is None else value, _kind(value))
    return found


def _envelope(value: object, path: list[str]) -> Iterator[str]:
    """The days and weeks said in each object that is in no list, as one line: ``"day 2026-10-01, week 1"``.

    The key of a text has its path, for a day under ``previous`` is that of another answer.
    """
    if not isinstance(value, dict):
        return
    texts = [f"{'.'.join([*path, key])} {each}" for key, each in value.items() if _is_dated(each)]
    texts += [f"{key} {each}" for key, each in value.items() if isinstance(each, int) and CALENDAR.fullmatch(key)]
    yield from [", ".join(texts)] if texts else []
    for key, inner in value.items():
        yield from _envelope(inner, [*path, key])


def _is_dated(value: object) -> bool:
    """Whether a text may say a day or a week: it has two figures, one of eight digits, or a week."""
    return isinstance(value, str) and re.search(r"\d\D+\d|\d{8}|tu[ầâa]n|week|W\d", value, re.I) is not None


def _collect(value: object, path: list[str], above: Texts, records: dict, listed: bool = False) -> None:
    """Put every record in ``value`` under its path, together with the texts of the records around it."""
    if len(path) > MOST_LEVELS:
        raise Unreadable("problem.file.broken", error=f"more than {MOST_LEVELS} levels of objects")
    if isinstance(value, list):
        for each in value:
            inner = {path[-1] if path else "": each} if _is_plain(each) else each
            _collect(inner, path, above, records, listed=True)
    elif isinstance(value, dict):
        own, rest = _record(value, listed)
        if own:
            rows = records.setdefault(".".join(path), [])
            rows.append((above, own))
            Grid(".".join(path)).check(len(rows) + 1, len(own))
        if path or listed:  # the outermost object is only an envelope
            place = ".".join(path)
            above = above | {(key, place): text for key, text in value.items() if isinstance(text, str)}
        for key, inner in rest.items():
            _collect(inner, [*path, key], above, records, listed)


def _record(value: Record, listed: bool) -> tuple[Record, Record]:
    """The plain values of an object, and its other values.

    An object of plain values is part of the record around it, if that is in a list or holds nothing else.
    """
    plain = {key: each for key, each in value.items() if _is_plain(each)}
    groups = {key: each for key, each in value.items() if isinstance(each, dict) and all(map(_is_plain, each.values()))}
    if not listed and (not plain or len(plain) + len(groups) < len(value)):
        groups = {}
    own: Record = {}
    for key, each in value.items():
        own |= {f"{key} / {name}": inner for name, inner in groups[key].items()} if key in groups else {}
        own |= {key: each} if key in plain else {}
    return own, {key: each for key, each in value.items() if key not in plain and key not in groups}


def _is_plain(value: object) -> bool:
    return not isinstance(value, dict | list)


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else "text"


def _object(pairs: list[tuple[str, object]]) -> Record:
    found: Record = {}
    for key, value in pairs:
        if key in found:
            raise Unreadable("problem.file.doubled_name", name=key[:100])
        found[key] = value
    return found


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise Unreadable("problem.file.broken", error=f"a number of {len(digits)} digits")
    return int(digits)


def _decimal(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _no_number(digits)


def _no_number(word: str) -> None:
    raise Unreadable("problem.file.broken", error=f"{word} is no number")
