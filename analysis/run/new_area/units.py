"""The units of a new area, as its table names them: names, types, codes; and the rows that are no units but totals."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from analysis.config.departments import find_code
from analysis.config.units import PREFIX, find_kinds, name_key, plain, unit_type_of
from analysis.gate import lines
from analysis.run.new_area.layout import Column, Sheet

ALSO_TOTALS = {"toàn quốc", "total", "grand total"}  # beside what the gate takes for the name of a total
OWN_KIND = "unit"  # of all units of a table, where their names do not say what they are
MOST = 0.8  # so many of the names end alike
SUFFIX = re.compile(r"\s*-\s*([^-]+)$")


class NewUnit(NamedTuple):
    """A unit as units.csv has it. ``kind`` : a key of [kinds]; OWN_KIND where no unit's name tells one."""

    code: str
    name: str
    type: str
    kind: str


@dataclass(frozen=True)
class Control:
    """The rows that are totals: their numbers, their names, and the code that is the area's own, "" where none is.

    subtotals : the names of those that sum only some of the units
    """

    rows: frozenset[int] = frozenset()
    labels: tuple[str, ...] = ()
    code: str = ""
    subtotals: tuple[str, ...] = ()


def find_totals(sheet: Sheet) -> Control:
    """The rows that a usual name of totals or subtotals tells, in whatever column it stands."""
    totals: dict[int, str] = {}
    subtotals: dict[int, str] = {}
    for place, row in enumerate(sheet.rows):
        for text in (column.texts[place] for column in sheet.columns):
            key = lines.total_key(text)
            if key == "problem.unnamed_control" or name_key(text) in ALSO_TOTALS:
                totals.setdefault(row, text)
            elif key:
                subtotals.setdefault(row, text)
    labels, parts = (tuple(dict.fromkeys(each.values())) for each in (totals, subtotals))
    return Control(frozenset([*totals, *subtotals]), labels, subtotals=parts)


def find_own_row(sheet: Sheet, unit: Column, code: Column) -> Control:
    """The row of the area itself, whose code all other codes begin with: H26 above H26.18 and H26.100."""
    for place, row in enumerate(sheet.rows):
        own = code.texts[place]
        if all(each == own or each.startswith(f"{own}.") for each in code.texts) and len(code.texts) > 1:
            return Control(frozenset({row}), (unit.texts[place],), own)
    return Control()


def find_area_code(codes: list[str], name: str) -> str:
    """The code that all codes begin with before a point, else one made from the area's name in the configuration."""
    heads = {code.rpartition(".")[0] for code in codes}
    return heads.pop() if len(heads) == 1 and "" not in heads else name.upper()


def find_suffix(names: list[str]) -> str:
    """What stands behind most names after a dash: ``"UBND xã Đông Thái - tỉnh An Giang"`` => tỉnh An Giang; or ""."""
    said = Counter(found[1].strip() for name in names if (found := SUFFIX.search(plain(name))))
    suffix, times = said.most_common(1)[0] if said else ("", 0)
    return suffix if times > 1 and times >= MOST * len(names) else ""


def list_units(names: list[str], codes: list[str] | None, suffix: str, kinds: Mapping[str, Mapping]) -> list[NewUnit]:
    """The units, in the table's order; where the table has no codes, they are made from the names.

    Names all in capitals are written with small letters, as within a sentence.
    kinds : [kinds] that areas share
    """
    bare = [plain(name) for name in names]
    bare = [SUFFIX.sub("", name) if suffix and name.endswith(suffix) else name for name in bare]
    types = [unit_type_of(name) for name in bare]
    own = [PREFIX.sub("", name) for name in bare]
    if all(name == name.upper() for name in own):
        own = [" ".join(word.capitalize() if len(word) > 1 else word for word in name.split()) for name in own]
    made = codes or _codes(own, types)
    found = find_kinds(dict(zip(made, zip(types, own, strict=True), strict=True)), kinds)
    is_told = any(kinds[kind]["types"] for kind in found.values() if kind)
    return [
        NewUnit(code, name, unit_type, found[code] if is_told else OWN_KIND)
        for code, name, unit_type in zip(made, own, types, strict=True)
    ]


def _codes(names: list[str], types: list[str]) -> list[str]:
    """A code for each name, in Latin letters; with its type, or a number, where two would be the same."""
    plain_codes = [find_code(name) or "unit" for name in names]
    times = Counter(plain_codes)
    codes, used = [], Counter()
    for code, unit_type in zip(plain_codes, types, strict=True):
        chosen = code if times[code] == 1 else find_code(f"{unit_type} {code}")
        used[chosen] += 1
        codes.append(chosen if used[chosen] == 1 else f"{chosen}-{used[chosen]}")
    return codes
