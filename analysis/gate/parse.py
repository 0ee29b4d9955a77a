"""The text of one cell → its value, by the kind of its column (docs/method.md §7). Nothing is guessed.

In a count, dots, spaces or NBSP between groups of three digits separate thousands. In every other number, digits after
a comma or a point are decimals: one or two, or as many as columns.csv declares. So ``1.746`` is 1746 as a count, is
refused as a percentage, and is 1.746 as a percentage of three decimals.
"""

import math
import re
import unicodedata
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from analysis.config.units import spelling_key

MISSING = frozenset({"", "-", "–", "—", "…", "...", "chưa báo cáo"})
SPACES = " \t\r\n\u00a0\u202f"
# [0-9] and not \d, because \d also matches the digits of other scripts
PLAIN_COUNT = re.compile(r"[0-9]+")
GROUPED_COUNT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+")
WHOLE_DECIMAL = re.compile(r"([0-9]+)\.0{1,2}")
DECIMAL = re.compile(r"([+-]?)([0-9]+)(?:[.,]([0-9]+))?")
THOUSANDS_OR_DECIMALS = re.compile(r"[+-]?[0-9]{1,3}[.,][0-9]{3}")
# "8,1/10", "90,09/100 điểm"; with idle zeros, as in "04/11", it is another thing
OF_MAXIMUM = re.compile(r"(?P<figure>(?:0|[1-9][0-9]*)(?:[.,][0-9]+)?)\s*/\s*(?P<most>[1-9][0-9]*)(?P<sign>\D*)")
SIGNED = re.compile(r"(?P<figure>.*[0-9])\s*(?P<sign>[^0-9]+)")
LEAST_DECIMALS = 2  # that are read also where columns.csv declares fewer
# A figure of so many digits, so near a short one, is a computed one.
NOISE_DIGITS, MOST_DIGITS, SHORT, NOISE = 12, 25, 6, Decimal("1e-9")
RANGES = {"score": (0, 100), "percent": (0, 100), "change": (-100, 100), "points": (0, 100), "count": (0, 10**9)}


class Layout(NamedTuple):
    """How the figures of a column are written.

    decimals : how many digits may stand behind the separator;  signs : what may stand behind a number
    scale    : the figure that means all of it; None: the figures are what they mean
    full     : what all of it is: 100 of a percentage, the maximum of points
    """

    decimals: int = LEAST_DECIMALS
    scale: float | None = None
    full: float = 100
    signs: tuple[str, ...] = ()

    def meant(self, figure: float | str) -> float:
        """The float nearest to what a figure means: ``0.8253`` on the scale 1 is 82.53, without binary noise."""
        return self._times(figure, self.full, self.scale)

    def figure(self, value: float) -> float:
        """How the column writes a value: 100 per cent on the scale 1 is 1."""
        return self._times(value, self.scale, self.full)

    def _times(self, number: float | str, multiplier: float | None, divisor: float | None) -> float:
        exact = Decimal(str(number))
        return float(exact if self.scale is None else exact * Decimal(str(multiplier)) / Decimal(str(divisor)))


USUAL = Layout()


@dataclass(frozen=True)
class Parsed:
    """A cell's value (None: missing), its clean text, and the wording keys of a repair or a fault.

    fields : of the sentence of a fault
    """

    value: float | None = None
    clean: str = ""
    repair: str = ""
    fault: str = ""
    fields: dict[str, str] = field(default_factory=dict)


def layout_of(column: dict) -> Layout:
    """How the figures of a column of columns.csv are written; ``column``: its row, by names of columns."""
    decimals, scale, signs = column["decimals"], column["scale"], column["signs"].split(";")
    return Layout(
        LEAST_DECIMALS if math.isnan(decimals) else max(LEAST_DECIMALS, int(decimals)),
        None if math.isnan(scale) else scale,
        signs=tuple(key for sign in signs if (key := spelling_key(sign))),
    )


def cell(value: object, cell_kind: str, kind: str, layout: Layout = USUAL) -> Parsed:
    """Parse a cell in a column of ``kind``.

    cell_kind : text, empty: parsed by ``number``; number: as stored; percent (stored with a % format): × 100, only in
                percent columns; dash (a stored 0 that is shown as "-", as accountants write it): 0, only in counts;
                date, boolean, error, formula (without a cached value), format (something else is shown), character
                (with characters that are not seen): a fault
    """
    if cell_kind in ("text", "empty"):
        return number(str(value), kind, layout)
    if cell_kind == "percent" and kind == "percent" and layout.scale in (None, 1, 100):
        stored = round(float(value) * 100, 10)
        return Parsed(stored, f"{stored:.10g}", repair="repair.percent_format")
    if cell_kind == "dash" and kind == "count":
        return Parsed(0.0, "0", repair="repair.dash")
    if cell_kind == "number" and math.isfinite(value):
        noted = _computed(repr(float(value)), SHORT)
        stored = noted.value if noted else float(value)
        if kind == "count" and stored != int(stored):
            return Parsed(fault="problem.not_a_count")
        meant = layout.meant(stored)
        return Parsed(meant, f"{meant:.10g}", repair="repair.float_noise" if noted else "")
    return Parsed(fault="problem.not_a_number" if cell_kind == "number" else f"problem.{cell_kind}_cell")


def number(text: str, kind: str, layout: Layout = USUAL) -> Parsed:
    """``number("78,7", "percent")`` => 78.7 with a repair; ``number("7l.2", "percent")`` => a fault and no value.

    kind : score, percent, points, change or count. The range of the value is not checked here.
    """
    stripped = text.strip(SPACES)
    if unicodedata.normalize("NFC", stripped).casefold() in MISSING:
        return Parsed()
    typed = stripped.replace("−", "-") if kind == "change" else stripped
    bare, reason, printed = _without_signs(typed, kind, layout)
    if printed is not None and printed != layout.scale:
        fields = {"printed": f"{printed:g}", "scale": f"{layout.scale:g}"}
        return Parsed(fault="problem.other_scale", fields=fields)
    parsed = _count(bare) if kind == "count" else _decimal(bare, kind, layout.decimals)
    if parsed.fault:
        return parsed
    if not parsed.repair and parsed.clean != text.strip(" "):
        other = "repair.sign" if typed != text.strip(" ") else "repair.leading_zeros"
        parsed = replace(parsed, repair=reason or other)
    if layout.scale is None:
        return parsed
    meant = layout.meant(parsed.clean)
    return replace(parsed, value=meant, clean=f"{meant:.10g}")


def _without_signs(text: str, kind: str, layout: Layout) -> tuple[str, str, float | None]:
    """The number without what is declared to stand behind it; the reason of that repair; a maximum behind a stroke."""
    of = OF_MAXIMUM.fullmatch(text) if layout.scale is not None else None
    if of and spelling_key(of["sign"]) in ("", *layout.signs):
        return of["figure"], "repair.of_maximum", float(of["most"].replace(",", "."))
    signed = SIGNED.fullmatch(text)
    if signed and spelling_key(signed["sign"]) in layout.signs:
        return signed["figure"], "repair.unit_sign", None
    if signed and signed["sign"] == "%" and kind == "percent" and layout.scale in (None, 100):
        return signed["figure"], "repair.percent_sign", None
    return text, "", None


def _count(text: str) -> Parsed:
    if PLAIN_COUNT.fullmatch(text):
        return Parsed(float(text), str(int(text)))
    if GROUPED_COUNT.fullmatch(text):
        digits = re.sub(r"\D", "", text)
        return Parsed(float(digits), str(int(digits)), repair="repair.thousands")
    if whole := WHOLE_DECIMAL.fullmatch(text):
        return Parsed(float(whole[1]), str(int(whole[1])), repair="repair.whole_decimal")
    computed = _computed(text, 0)
    return computed if computed and computed.value >= 0 else Parsed(fault="problem.not_a_count")


def _decimal(text: str, kind: str, decimals: int) -> Parsed:
    found = DECIMAL.fullmatch(text)
    if not found or (found[1] == "+" and kind != "change"):
        return Parsed(fault="problem.not_a_number")
    if len(found[3] or "") > decimals:
        three = THOUSANDS_OR_DECIMALS.fullmatch(text)
        many = Parsed(fault="problem.more_decimals", fields={"most": str(decimals)})
        return _computed(text, decimals) or (Parsed(fault="problem.three_decimals") if three else many)
    clean = f"{found[1]}{int(found[2])}" + (f".{found[3]}" if found[3] else "")
    return Parsed(float(clean), clean, repair="repair.decimal_comma" if "," in text else "")


def _computed(text: str, decimals: int) -> Parsed | None:
    """``72.599999999999994`` => 72.6: a short number with the noise of binary fractions, as programs write it."""
    found = DECIMAL.fullmatch(text)
    if not found or not found[3] or not NOISE_DIGITS <= len(found[2] + found[3]) <= MOST_DIGITS:
        return None
    exact = Decimal(text.replace(",", "."))
    short = round(exact, min(decimals, SHORT))
    return Parsed(float(short), f"{float(short):.10g}", "repair.float_noise") if abs(exact - short) <= NOISE else None
