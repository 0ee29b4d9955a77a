"""The text of one cell → its value, by the kind of its column (docs/method.md §7). Nothing is guessed.

A count takes dots, spaces or NBSP between groups of three as thousands; every other number takes a comma or a point
with one or two digits behind it as decimals. So ``1.746`` is 1746 certified copies, and refused as a percentage.
"""

import re
from dataclasses import dataclass

MISSING = frozenset({"", "-", "–", "—", "…", "...", "chưa báo cáo"})
# [0-9], not \d, which also takes the digits of other scripts
PLAIN_COUNT = re.compile(r"[0-9]+")
GROUPED_COUNT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+")
DECIMAL = re.compile(r"([+-]?[0-9]+)(?:[.,]([0-9]{1,2}))?")
THOUSANDS_OR_DECIMALS = re.compile(r"[+-]?[0-9]{1,3}[.,][0-9]{3}")
RANGES = {"score": (0, 100), "percent": (0, 100), "change": (-100, 100), "points": (0, 100), "count": (0, 10**9)}


@dataclass(frozen=True)
class Parsed:
    """A cell's value (None where missing), how it is written clean, and the wording keys of a repair or a fault."""

    value: float | None = None
    clean: str = ""
    repair: str = ""
    fault: str = ""


def number(text: str, kind: str) -> Parsed:
    """``number("78,7", "percent")`` => 78.7 with a repair; ``number("7l.2", "percent")`` => a fault and no value.

    kind : score, percent, points, change or count
    """
    stripped = text.strip(" \t\r\n\u00a0\u202f")
    if stripped.casefold() in MISSING:
        return Parsed()
    typed = stripped.replace("−", "-") if kind == "change" else stripped
    parsed = _count(typed) if kind == "count" else _decimal(typed, kind)
    low, high = RANGES[kind]
    if parsed.value is not None and not low <= parsed.value <= high:
        return Parsed(fault="problem.out_of_range")
    return parsed


def _count(text: str) -> Parsed:
    if PLAIN_COUNT.fullmatch(text):
        return Parsed(float(text), str(int(text)))
    if GROUPED_COUNT.fullmatch(text):
        digits = re.sub(r"\D", "", text)
        return Parsed(float(digits), str(int(digits)), repair="repair.thousands")
    return Parsed(fault="problem.not_a_count")


def _decimal(text: str, kind: str) -> Parsed:
    bare = text.removesuffix("%").rstrip() if kind == "percent" else text
    found = DECIMAL.fullmatch(bare)
    if not found:
        three = THOUSANDS_OR_DECIMALS.fullmatch(bare)
        return Parsed(fault="problem.three_decimals" if three else "problem.not_a_number")
    clean = f"{found[1]}.{found[2]}" if found[2] else found[1]
    return Parsed(float(clean), clean, repair="repair.decimal_comma" if "," in bare else "")
