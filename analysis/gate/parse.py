"""The text of one cell → its value, by the kind of its column (docs/method.md §7). Nothing is guessed.

In a count, dots, spaces or NBSP between groups of three digits separate thousands. In every other number, one or two
digits after a comma or a point are decimals. So ``1.746`` is 1746 as a count, and is refused as a percentage.
"""

import math
import re
import unicodedata
from dataclasses import dataclass, replace

MISSING = frozenset({"", "-", "–", "—", "…", "...", "chưa báo cáo"})
SPACES = " \t\r\n\u00a0\u202f"
# [0-9] and not \d, because \d also matches the digits of other scripts
PLAIN_COUNT = re.compile(r"[0-9]+")
GROUPED_COUNT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+")
DECIMAL = re.compile(r"([+-]?)([0-9]+)(?:[.,]([0-9]{1,2}))?")
THOUSANDS_OR_DECIMALS = re.compile(r"[+-]?[0-9]{1,3}[.,][0-9]{3}")
# Decimals of a short number; digits of one with noise, and how far that may reach.
SHORT, NOISY, NOISE = 4, 12, 1e-9
RANGES = {"score": (0, 100), "percent": (0, 100), "change": (-100, 100), "points": (0, 100), "count": (0, 10**9)}


@dataclass(frozen=True)
class Parsed:
    """A cell's value (None: missing), its clean text, and the wording keys of a repair or a fault."""

    value: float | None = None
    clean: str = ""
    repair: str = ""
    fault: str = ""


def cell(value: object, cell_kind: str, kind: str) -> Parsed:
    """Parse a cell in a column of ``kind``.

    cell_kind : text, empty: parsed by ``number``; number: as stored; percent (stored with a % format): × 100, only in
                percent columns; date, boolean, error, formula (without a cached value), format (something else is
                shown), character (with characters that are not seen): a fault
    """
    if cell_kind in ("text", "empty"):
        return number(str(value), kind)
    if cell_kind == "percent" and kind == "percent":
        stored = round(float(value) * 100, 10)
        return Parsed(stored, f"{stored:.10g}", repair="repair.percent_format")
    if cell_kind == "number" and math.isfinite(value):
        stored = without_noise(float(value))
        if kind == "count" and stored != int(stored):
            return Parsed(fault="problem.not_a_count")
        return Parsed(stored, f"{stored:.10g}", repair="repair.float_noise" if stored != value else "")
    return Parsed(fault="problem.not_a_number" if cell_kind == "number" else f"problem.{cell_kind}_cell")


def without_noise(stored: float) -> float:
    """The decimal that a computer's arithmetic missed: ``72.60000000000001`` => 72.6. Any other number stays."""
    short = round(stored, SHORT)
    digits = len(re.sub("[^0-9]", "", repr(stored).partition("e")[0]).strip("0"))
    return short if digits >= NOISY and abs(stored - short) < NOISE else stored


def number(text: str, kind: str) -> Parsed:
    """``number("78,7", "percent")`` => 78.7 with a repair; ``number("7l.2", "percent")`` => a fault and no value.

    kind : score, percent, points, change or count. The range of the value is not checked here.
    """
    stripped = text.strip(SPACES)
    if unicodedata.normalize("NFC", stripped).casefold() in MISSING:
        return Parsed()
    typed = stripped.replace("−", "-") if kind == "change" else stripped
    parsed = _count(typed) if kind == "count" else _decimal(typed, kind)
    if parsed.fault or parsed.repair or parsed.clean == text.strip(" "):
        return parsed
    return replace(parsed, repair="repair.sign" if typed != text.strip(" ") else "repair.leading_zeros")


def _count(text: str) -> Parsed:
    if PLAIN_COUNT.fullmatch(text):
        return Parsed(float(text), str(int(text)))
    if GROUPED_COUNT.fullmatch(text):
        digits = re.sub(r"\D", "", text)
        return Parsed(float(digits), str(int(digits)), repair="repair.thousands")
    return Parsed(fault="problem.not_a_count")


def _decimal(text: str, kind: str) -> Parsed:
    bare = text.removesuffix("%").rstrip(SPACES) if kind == "percent" else text
    found = DECIMAL.fullmatch(bare)
    if not found or (found[1] == "+" and kind != "change"):
        three = THOUSANDS_OR_DECIMALS.fullmatch(bare)
        return Parsed(fault="problem.three_decimals" if three else "problem.not_a_number")
    clean = f"{found[1]}{int(found[2])}" + (f".{found[3]}" if found[3] else "")
    reason = "repair.decimal_comma" if "," in bare else "repair.percent_sign" if bare != text else ""
    return Parsed(float(clean), clean, repair=reason)
