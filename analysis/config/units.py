"""Makes tolerant keys, by which typed names of units and headers of columns are compared, and finds units by name.

A name gives the code of the one unit with exactly the same key, or nothing; it is never guessed (docs/method.md §5).
"""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

PREFIX = re.compile(r"^(?:ubnd\s+)?(xã|phường|thị trấn|đặc khu|tt\.?|p\.)\s+|^ubnd\s+", re.IGNORECASE)
LOOKALIKES = str.maketrans("αεικνορτυχаеорсухкмнтв", "aeiknoptuxaeopcyxkmhtb")  # Greek, Cyrillic => Latin
# "(%)", "(Chỉ tiêu trên 50%)", "(Từ 80% trở lên)": a unit or a target, not part of the column's name
ASIDE = re.compile(r"\([^()]*%[^()]*\)")
INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")


class Hit(NamedTuple):
    """The unit that has a name. ``reason`` is the wording key of the repair; "" where it is the unit's own name."""

    code: str
    reason: str


class Unit(NamedTuple):
    """A unit in a table; ``unit_type`` is what it is called, such as "xã"."""

    code: str
    name: str
    unit_type: str


def plain(text: str) -> str:
    """The text in a normal form: composed (NFKC), without invisible characters, with single spaces, Vietnamese Đ."""
    text = INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).replace("Ð", "Đ").replace("ð", "đ")
    return " ".join(text.split())


def name_key(name: str) -> str:
    """``"Xã  HÒA BÌNH"`` => ``"hòa bình"``. Tone marks stay: Tân, Tấn and Tận are three names."""
    return PREFIX.sub("", plain(name).casefold())


@lru_cache(maxsize=10_000)  # each form compares each header, alone and as one of two tiers
def header_key(text: str) -> str:
    """``"SỐ HÓA / DVCTT (Chỉ tiêu trên 50%)"`` => ``"sốhóadvctt"``; letters and digits only."""
    return re.sub(r"\W", "", ASIDE.sub("", plain(text)).casefold())


def unit_type_of(name: str) -> str:
    """The type of a unit: ``"UBND xã Hòa Bình"`` => ``"xã"``; "" where its name has none."""
    found = PREFIX.match(plain(name))
    return (found[1] or "").lower() if found else ""


def with_unit_type(unit_type: str, name: str, lang: str) -> str:
    """The unit's type and name, for the middle of a line: ``xã Kiến An``; in English only the name."""
    return f"{unit_type} {name}".strip() if lang == "vi" else name


class Registry:
    """The units in force on a cut-off; finds a unit by name.

    registered : code, name;  aliases : what, written, meant (a code), reason
    suffix     : text that a table adds to every name, such as "tỉnh An Giang" in "UBND xã Đông Thái - tỉnh An Giang"
    """

    def __init__(self, registered: "pd.DataFrame", aliases: "pd.DataFrame", suffix: str = "") -> None:
        self.names = dict(zip(registered["code"], registered["name"], strict=True))
        self._suffix = re.compile(rf"\s*-\s*{re.escape(plain(suffix))}$", re.IGNORECASE) if suffix else None
        keys = {code: name_key(name) for code, name in self.names.items()}
        times = Counter(keys.values())
        self._own = {key: code for code, key in keys.items() if times[key] == 1}
        spoken = aliases[aliases["what"] == "unit"]
        self._spoken = {name_key(each.written): Hit(each.meant, each.reason) for each in spoken.itertuples()}

    def bare(self, name: str) -> str:
        """The name without type and suffix: ``"UBND xã Đông Thái - tỉnh An Giang"`` => ``"Đông Thái"``."""
        name = plain(name)
        return PREFIX.sub("", self._suffix.sub("", name) if self._suffix else name)

    def match(self, name: str) -> Hit | None:
        """The unit with this name, or with this alias; None unless there is exactly one.

        A name with invisible characters or decomposed accents is found too, and is a repair with a reason.
        """
        key = self.bare(name).casefold()
        if code := self._own.get(key):
            return Hit(code, "" if plain(name).casefold() == " ".join(name.casefold().split()) else "repair.spelling")
        hit = self._spoken.get(key)
        return hit if hit and hit.code in self.names else None

    def nearest(self, name: str) -> str:
        """The registered name that is most like ``name`` without accents; "" if none is. Only for texts of errors."""
        return nearest(self.bare(name), self.names.values())


def nearest(name: str, names: Iterable[str]) -> str:
    """The one of ``names`` that is most like ``name`` without accents; "" if none is, or two are equally."""
    by_key = {_unaccented(each): each for each in names}
    wanted = _unaccented(name)
    found = difflib.get_close_matches(wanted, by_key, n=2, cutoff=0.8)
    likeness = [difflib.SequenceMatcher(None, each, wanted).ratio() for each in found]
    return by_key[found[0]] if found and len(set(likeness)) == len(likeness) else ""


def _unaccented(name: str) -> str:
    marks_apart = unicodedata.normalize("NFD", name_key(name).translate(LOOKALIKES).replace("đ", "d"))
    return "".join(letter for letter in marks_apart if not unicodedata.combining(letter))
