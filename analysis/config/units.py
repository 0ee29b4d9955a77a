"""Makes tolerant keys, by which typed names of units and headers of columns are compared, and finds units by name.

A name gives the code of the one unit with exactly the same key, or nothing; it is never guessed (docs/method.md §5).
"""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

OFFICE = r"(?:ubnd|[ủu][ỷy] ban nhân dân)\s+"
PREFIX = re.compile(
    rf"^(?:{OFFICE})?(?:(xã|phường|thị trấn|đặc khu)\s+|(x|p|tt|đk)(?:\.\s*|\s+))(?=\w)|^{OFFICE}", re.IGNORECASE
)
SHORT = {"x": "xã", "p": "phường", "tt": "thị trấn", "đk": "đặc khu"}
LOOKALIKES = str.maketrans("αεικνορτυχаеорсухкмнтв", "aeiknoptuxaeopcyxkmhtb")  # Greek, Cyrillic => Latin
# "(%)", "(Chỉ tiêu trên 50%)", "(Từ 80% trở lên)": a unit or a target, not part of the column's name
ASIDE = re.compile(r"\([^()]*%[^()]*\)")
# The tone mark on the last letter of an open oa, oe or uy ("hoà"), in decomposed text. The u of "quý" is part of qu.
TONE_LAST = re.compile(
    r"(o(?=[ae])|(?<!q)u(?=y))([aey])([\u0300\u0301\u0303\u0309\u0323])(?![^\W\d_]|[\u0300-\u036f])", re.IGNORECASE
)
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
    """The text in a normal form: composed (NFC), without invisible characters, with single spaces, Vietnamese Đ.

    Compatibility forms stay what they are: a full-width letter or the ª of "Long Điền ª" is no letter of a name.
    """
    text = INVISIBLE.sub("", unicodedata.normalize("NFC", text)).replace("Ð", "Đ").replace("ð", "đ")
    return " ".join(text.split())


@lru_cache(maxsize=10_000)
def spelling_key(text: str) -> str:
    """``"HOÀ  Bình"`` => ``"hòa bình"``: lower case, and the old and the new place of a tone mark are one.

    As long as ``plain(text)``. Other tone marks stay: Tân, Tấn and Tận are three names.
    """
    apart = unicodedata.normalize("NFD", plain(text).lower())  # casefold would make "fi" of the one letter ﬁ
    return unicodedata.normalize("NFC", TONE_LAST.sub(r"\1\3\2", apart))


def name_key(name: str) -> str:
    """``"Xã  HOÀ BÌNH"`` => ``"hòa bình"``."""
    return PREFIX.sub("", spelling_key(name))


@lru_cache(maxsize=10_000)  # each form compares each header, alone and as one of two tiers
def header_key(text: str) -> str:
    """``"SỐ HOÁ / DVCTT (Chỉ tiêu trên 50%)"`` => ``"sốhóadvctt"``; letters and digits only."""
    return re.sub(r"\W", "", ASIDE.sub("", spelling_key(text)))


def column_key(text: str) -> str:
    """As ``header_key``, but with and without % are two: ``"Đúng hạn (%)"`` => ``"đúnghạn%"``."""
    return header_key(text) + "%" * ("%" in text)


def unit_type_of(name: str) -> str:
    """The type of a unit: ``"UBND xã Hòa Bình"`` and ``"X.Hòa Bình"`` => ``"xã"``; "" where its name has none."""
    found = PREFIX.match(plain(name))
    return (found[1] or SHORT.get((found[2] or "").lower(), "")).lower() if found else ""


def with_unit_type(unit_type: str, name: str, lang: str) -> str:
    """The unit's type and name, for the middle of a line: ``xã Kiến An``; in English only the name."""
    return f"{unit_type} {name}".strip() if lang == "vi" else name


def find_kinds(named: Mapping[str, tuple[str, str]], kinds: Mapping[str, Mapping]) -> dict[str, str]:
    """The kind of each unit of a table that is the registry, by code; "": none of the kinds is.

    named : type ("" where the name has none that we know) and name of each unit, by code
    kinds : [kinds] of area.toml: of each kind its types (without any, it is the kind of all other units), and together
            (its units are of this kind only where every unit is)
    """
    other = next((code for code, kind in kinds.items() if not kind["types"]), "")
    found = dict.fromkeys(named, other)
    for code, kind in kinds.items():
        types = tuple(f"{spelling_key(each)} " for each in kind["types"])
        own = [unit for unit, called in named.items() if f"{spelling_key(' '.join(called))} ".startswith(types)]
        if types and (not kind["together"] or len(own) == len(named)):
            found |= dict.fromkeys(own, code)
    return found


class Registry:
    """The units in force on a cut-off; finds a unit by name.

    registered : code, name, type ("" where it is not known);  aliases : what, written, meant (a code), reason
    suffix     : text that a table adds to every name, such as "tỉnh An Giang" in "UBND xã Đông Thái - tỉnh An Giang"
    """

    def __init__(self, registered: "pd.DataFrame", aliases: "pd.DataFrame", suffix: str = "") -> None:
        self.names = dict(zip(registered["code"], registered["name"], strict=True))
        types = zip(registered["code"], registered["type"], registered["name"], strict=True)
        self.types = {code: unit_type or unit_type_of(name) for code, unit_type, name in types}
        self._suffix = re.compile(rf"\s*-\s*{re.escape(spelling_key(suffix))}$") if suffix else None
        keys = {code: name_key(name) for code, name in self.names.items()}
        times = Counter(keys.values())
        self._own = {key: code for code, key in keys.items() if times[key] == 1}
        spoken = aliases[aliases["what"] == "unit"]
        self._unaccented = _by_unaccented(self.names.values())
        self._spoken = {name_key(each.written): Hit(each.meant, each.reason) for each in spoken.itertuples()}

    def bare(self, name: str) -> str:
        """The name without type and suffix: ``"UBND xã Đông Thái - tỉnh An Giang"`` => ``"Đông Thái"``."""
        name = plain(name)
        if self._suffix:
            name = name[: len(self._suffix.sub("", spelling_key(name)))]
        return PREFIX.sub("", name)

    def match(self, name: str) -> Hit | None:
        """The unit with this name, or with this alias; None unless there is exactly one.

        A name with invisible characters, decomposed accents or tone marks in the other place is found too, and is a
        repair with a reason.
        """
        key = spelling_key(self.bare(name))
        if code := self._own.get(key):
            return Hit(code, self._reason(name, code))
        hit = self._spoken.get(key)
        return hit if hit and hit.code in self.names else None

    def _reason(self, name: str, code: str) -> str:
        if plain(name).lower() != " ".join(name.lower().split()):
            return "repair.spelling"
        own = PREFIX.sub("", plain(self.names[code]))
        return "repair.tone_place" if self.bare(name).lower() != own.lower() else ""

    def other_type(self, name: str, code: str) -> str:
        """The unit with its own type, where ``name`` says another: ``"Xã Long Xuyên"`` => ``"phường Long Xuyên"``."""
        said, own = unit_type_of(name), self.types[code]
        return f"{own} {PREFIX.sub('', self.names[code])}" if said and own and said != own.lower() else ""

    def nearest(self, name: str) -> str:
        """The registered name that is most like ``name`` without accents; "" if none is. Only for texts of errors."""
        return _nearest(self.bare(name), self._unaccented)


def nearest(name: str, names: Iterable[str]) -> str:
    """The one of ``names`` that is most like ``name`` without accents; "" if none is, or two are equally."""
    return _nearest(name, _by_unaccented(names))


def _by_unaccented(names: Iterable[str]) -> dict[str, str]:
    return {_unaccented(each): each for each in names}


def _nearest(name: str, by_key: dict[str, str]) -> str:
    if len(name) > 2 * max(map(len, by_key), default=0):  # far too long to be like one
        return ""
    wanted = _unaccented(name)
    found = difflib.get_close_matches(wanted, by_key, n=2, cutoff=0.8)
    likeness = [difflib.SequenceMatcher(None, each, wanted).ratio() for each in found]
    return by_key[found[0]] if found and len(set(likeness)) == len(likeness) else ""


def _unaccented(name: str) -> str:
    marks_apart = unicodedata.normalize("NFKD", name_key(name).translate(LOOKALIKES).replace("đ", "d")).lower()
    return "".join(letter for letter in marks_apart if not unicodedata.combining(letter))
