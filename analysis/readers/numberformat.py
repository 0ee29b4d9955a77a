"""What a spreadsheet's number format shows of a number: the number, a percentage, a date, nothing, or something else.

A format is a small language (ISO/IEC 29500-1, 18.8.31). Only what is known to show the number itself is let through:
rounding, groups of three, a percent sign, a colour, blank space, and a few units behind it. Any other part makes the
number one that a person does not see as it is stored.
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

PLAIN = "General"
# Formats that a workbook does not define. Any other number without a code is not known.
BUILT_IN = {
    **{0: PLAIN, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?"},
    **{13: "# ??/??", 37: "#,##0_);(#,##0)", 38: "#,##0_);[Red](#,##0)", 39: "#,##0.00_);(#,##0.00)"},
    **{40: "#,##0.00_);[Red](#,##0.00)", 41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)', 48: "##0.0E+0", 49: "@"},
    43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)',
    **dict.fromkeys((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)), "d/m/yyyy"),
}
# Quoted text; an escaped, a blank and a filling character; brackets; General; digits; any other character.
TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|(_.)|(\*.)|\[([^\]]*)\]|(General|Standard)|([0#?][0#?.,]*|\.[0#?]+)|(.)', re.I | re.S
)
DIGITS = re.compile(r"(?:[0#?]+(?:,[0#?]+)*)?(?:\.[0#?]*)?")
COLOUR = re.compile(r"black|blue|cyan|green|magenta|red|white|yellow|color ?[0-9]{1,2}", re.IGNORECASE)
CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?[0-9]+(?:\.[0-9]+)?)")
# Of the language only: other digits before it would ask for another script or calendar.
LOCALE = re.compile(r"\$-(?:(?:101)?[0-9a-f]{1,4}|(?:vi|en)(?:-[a-z]{2})?)", re.IGNORECASE)
ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
DATE = frozenset("dmyhsegb")
UNITS = frozenset({"", "%", "điểm", "đ", "hs", "hồ sơ", "bản", "lượt", "trường hợp", "points", "cases"})
MINUSES = frozenset({"-", "(…)"})  # of numbers below 0; accountants write them in brackets
LEAST = {"number": 1, "percent": 0.01}  # below it a format like # shows no digit before the point
LONGEST = 1_000  # characters of a format; Excel writes at most 255
FIRST_DAY = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}
COMPARE = {
    "<": float.__lt__, "<=": float.__le__, ">": float.__gt__, ">=": float.__ge__, "=": float.__eq__, "<>": float.__ne__,
}  # fmt: skip


class Shown(NamedTuple):
    """What a person sees of a number.

    kind   : number, percent or date; nothing where it is not shown; dash where a zero is, as accountants write it;
             format where something else is shown
    colour : the name of a colour in which the format shows it; "" for the font's own
    """

    kind: str
    colour: str = ""


class Section(NamedTuple):
    """One of the parts of a format that semicolons separate. ``sign`` : what it writes before the digits."""

    kind: str
    sign: str = ""
    colour: str = ""
    condition: tuple[str, float] | None = None
    least: bool = False  # shows a digit of every number, also of 0


def shown(value: float, number: int, code: str = "") -> Shown:
    """What the format shows of ``value``: ``shown(0.925, 164, "0.0%")`` => percent; built-in formats need no code."""
    if len(code) > LONGEST:
        return Shown("format")
    sections = _sections(code or BUILT_IN.get(number, '"?"'))
    section, bare = _of(float(value), sections)
    if section is None:
        return Shown("format")
    if section.kind in LEAST and section.sign not in (MINUSES if bare else {""} if value < 0 else {"", "+"}):
        return Shown("format")  # no minus, or one too many
    if section.kind == "dash" and value != 0:
        return Shown("format")
    if section.kind in LEAST and not section.least and abs(value) < LEAST[section.kind]:
        return Shown("format")
    return Shown(section.kind, section.colour)


def shown_text(text: str, code: str) -> str | None:
    """A text as its format shows it: ``shown_text("Kiến An", '"xã "@')`` => ``xã Kiến An``; None where it is filled up.

    A format of numbers only does not change a text.
    """
    if len(code) > LONGEST:
        return None
    parts = _split(code)
    if len(parts) < 4 and "@" not in TOKEN.sub(lambda found: found[8] or "", parts[-1]):
        return text
    shown = ""
    for quoted, escaped, blank, fill, _, plain, digits, other in TOKEN.findall(parts[-1]):
        if (fill and fill != "* ") or digits:
            return None
        shown += text if other == "@" or plain else quoted or escaped or (" " if blank else other)
    return shown


def moment(serial: float, from_1904: bool = False) -> datetime:
    """Day 45264 => 4 December 2023. The first sixty days are shifted: the format counts a false 29 February 1900."""
    lost = 1 if not from_1904 and 1 <= serial < 60 else 0
    return FIRST_DAY[from_1904] + timedelta(days=serial + lost)


def whole(number: float) -> float | int:
    """``319.0`` => ``319``, because a spreadsheet stores all numbers as floats.

    Raises : OverflowError for infinity.
    """
    return int(number) if number == int(number) and abs(number) < 1e15 else number


def _of(value: float, sections: list[Section]) -> tuple[Section | None, bool]:
    """The section for ``value``, and whether it shows a negative number without a minus of its own.

    None where programs differ, or none fits.
    """
    first, *others = sections
    if any(each.condition for each in sections):
        if value < 0 or not first.condition:
            return None, False
        for each in sections[: 3 if len(sections) > 3 else None]:
            if each.condition is None and each is others[0] and len(sections) > 2:
                continue  # it is for numbers below 0
            if each.condition is None or COMPARE[each.condition[0]](value, each.condition[1]):
                return each, False
        return None, False
    if value < 0 and others:
        return others[0], True
    return (others[1] if value == 0 and len(others) > 1 else first), False


@lru_cache(10_000)
def _sections(code: str) -> list[Section]:
    return [_section(part) for part in _split(code)]


@lru_cache(10_000)
def _split(code: str) -> list[str]:
    parts = [""]
    for found in TOKEN.finditer(code):
        if found[8] == ";":
            parts.append("")
        else:
            parts[-1] += found[0]
    return parts


def _section(part: str) -> Section:
    digits, before, behind, colour, condition = "", "", "", "", None
    percents, date, odd, seen = 0, False, False, False
    for quoted, escaped, blank, fill, bracket, plain, places, other in TOKEN.findall(part):
        literal = quoted or escaped
        if bracket:
            if COLOUR.fullmatch(bracket):
                colour = bracket.lower().replace(" ", "")
            elif found := CONDITION.fullmatch(bracket):
                condition = found[1], float(found[2])
            elif ELAPSED.fullmatch(bracket):
                date = seen = True
            else:
                odd = odd or not LOCALE.fullmatch(bracket)
            continue
        if blank:
            literal = " "
        elif fill:
            odd, literal = odd or fill != "* ", " "
        elif plain or places or other == "@":
            odd, seen = odd or bool(digits), True
            digits = PLAIN if plain else places or other
        elif other == "%":
            percents, odd = percents + 1, odd or not digits
            seen = True
        elif other and other.lower() in DATE and not (digits and other in "eE"):  # 0E+0 is a power of ten
            date = seen = True
        else:
            literal = literal or other
        seen = seen or bool(literal.strip())
        if digits:
            behind += literal
        else:
            before += literal
    if not seen:
        return Section("nothing", "", colour, condition)
    if date:
        return Section("date", "", colour, condition)
    sign, behind = before.strip(), behind.strip().casefold()
    if sign == "-" and not (odd or condition or behind or digits.strip("?")):
        return Section("dash", "", colour)
    if sign == "(" and behind.endswith(")"):
        sign, behind = "(…)", behind.removesuffix(")").rstrip()
    odd = odd or not digits or sign not in {"", "+", *MINUSES} or behind not in UNITS or percents > 1
    odd = odd or (digits[0] in "0#?." and not DIGITS.fullmatch(digits))
    whole_part = digits.partition(".")[0]
    least = digits in (PLAIN, "@") or "0" in digits or whole_part == ""
    kind = "format" if odd else "percent" if percents else "number"
    return Section(kind, sign, colour, condition, least)
