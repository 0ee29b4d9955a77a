"""What new-area makes of the delivered sheets: the draft of an area, as plain data, with every question it leaves.

Which sheet holds the units, which one more of their figures, which the area's own row, which nothing to be read; then
the units, and the columns of each form of table. Nothing is written here (folder.py).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from analysis.config.departments import find_code
from analysis.config.files import INDEX
from analysis.config.units import header_key, name_key
from analysis.exits import AnalysisError, Exit
from analysis.run.new_area import columns, units
from analysis.run.new_area.columns import USUAL, Guess, Slip, Vocabulary, find_kind, find_spoken, guess_long
from analysis.run.new_area.layout import Column, Sheet
from analysis.run.new_area.units import Control, NewUnit

SCOPE = "table"  # of the indicators of a new index
LEAST_UNITS = 2
SAME_UNITS = 0.9  # sheets that share so many units are about the same ones


class NoTable(AnalysisError):
    """The files hold no table of units. ``key`` is the key of the sentence that says so; ``fields`` are its fields."""

    status = Exit.REFUSED

    def __init__(self, key: str, **fields: object) -> None:
        super().__init__(key, fields)
        self.key, self.fields = key, fields


@dataclass(frozen=True)
class Held:
    """A sheet with its column of units, of codes, and its rows that are totals; ``sheet`` is without these rows."""

    sheet: Sheet
    unit: tuple[Column, bool]
    code: tuple[Column, bool] | None
    control: Control
    tied: tuple[str, ...] = ()  # other columns that may name the units just as well

    @property
    def names(self) -> list[str]:
        return list(self.unit[0].texts)

    @property
    def codes(self) -> list[str] | None:
        return list(self.code[0].texts) if self.code else None

    @property
    def identities(self) -> set[str]:
        return set(self.codes or map(name_key, self.names))

    @property
    def headers(self) -> set[str]:
        return {header_key(each.header) for each in self.sheet.columns}


@dataclass(frozen=True)
class Question:
    """A row of review.csv: where the guess stands, what it is, and the key and fields of the sentence that asks."""

    file: str
    row: str
    column: str
    value: str
    key: str
    fields: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class NewIndex:
    """An index that the program does not have, as far as a table shows it.

    folder     : of config/;  short : as in the subject of a mail;  maximum : all its points
    indicators : the columns of figures that are no total; their fields are the new codes
    """

    folder: str
    short: str
    maximum: float
    has_total: bool
    indicators: tuple[Guess, ...]

    @property
    def group(self) -> str:
        """The code of its one group, which holds all indicators until a person says otherwise."""
        return find_code(self.short).upper().replace("-", "_")


@dataclass
class Draft:
    """An area before it is written.

    index   : the folder of its index;  new_index : what is to be written there, where it is new
    roles   : of each sheet of a file with several: units, control, none
    forms   : the columns of each form of table, by the name of its file
    suffix  : what stands behind every unit's name
    spoken  : how a table with one row a unit and indicator calls its indicators, where that is known
    """

    area: str
    code: str
    scope: str
    control: Control
    subtotals: tuple[str, ...]
    suffix: str
    units: list[NewUnit]
    forms: dict[str, list[Guess]]
    roles: dict[str, str]
    has_codes: bool
    in_capitals: bool
    tied: tuple[str, ...]
    spoken: tuple[Slip, ...] = ()
    index: str = INDEX
    new_index: NewIndex | None = None

    @property
    def guesses(self) -> list[Guess]:
        return [guess for form in self.forms.values() for guess in form]

    @property
    def fits_index(self) -> bool:
        """Whether a column is an indicator or a group of the index that the headers were read by."""
        return any(guess.field != "other" and guess.field not in USUAL for guess in self.guesses)


def hold(sheet: Sheet, words: Vocabulary, unit_header: str = "") -> Held | None:
    """The sheet with its units; None where no column names them, or fewer than two rows are left.

    unit_header : the header of the column that a person has named
    """
    totals = units.find_totals(sheet)
    kept = sheet.without(totals.rows)
    candidates = columns.find_unit_columns(kept, words)
    if unit_header:
        candidates = [
            (each, True)
            for each in kept.columns
            if header_key(each.header) == header_key(unit_header) and each.is_distinct
        ]
    if not candidates or len(kept.rows) < LEAST_UNITS:
        return None
    unit, said = candidates[0]
    tied = (
        tuple(each.header for each, _ in candidates[1:] if columns.is_tied(unit, each, words))
        if not unit_header
        else ()
    )
    code = columns.find_code_column(kept, unit, words)
    if code and not totals.labels:
        own = units.find_own_row(kept, unit, code[0])
        kept, totals = kept.without(own.rows), replace(own, subtotals=totals.subtotals)
        unit = kept.column(unit.number)
        code = (kept.column(code[0].number), code[1])
    return Held(kept, (unit, said and not tied), code, totals, tied)


def make_draft(
    area: str,
    sheets: list[tuple[str, str, Sheet | None]],
    words: Vocabulary,
    kinds: Mapping[str, Mapping],
    unit_header: str = "",
    code: str = "",
) -> Draft:
    """The draft of the area ``area`` from its sheets: file, name, and what was read; None where there is no table.

    kinds   : [kinds] that areas share
    code    : of the area, where a person has said it
    Raises  : NoTable where no sheet names units.
    """
    held = {(file, name): hold(sheet, words, unit_header) for file, name, sheet in sheets if sheet}
    held = {place: each for place, each in held.items() if each}
    long = {(file, name): guesses for file, name, sheet in sheets if sheet and (guesses := guess_long(sheet))}
    held = {place: each for place, each in held.items() if place not in long}
    if not held:
        if not any(sheet for _, _, sheet in sheets):
            raise NoTable("new_area.no_header")
        headers = [each.header for _, _, sheet in sheets if sheet for each in sheet.columns if each.header]
        raise NoTable("new_area.no_units", headers=", ".join(headers))
    turned = {place: each for place, each in held.items() if columns.is_turned(each.sheet, each.unit[0], words)}
    if len(turned) == len(held):
        first = next(iter(turned.values()))
        raise NoTable("new_area.turned", header=first.unit[0].header, names=", ".join(first.names))
    held = {place: each for place, each in held.items() if place not in turned}
    main = max(held, key=lambda place: len(held[place].sheet.rows))
    own = held[main].control.code or code or units.find_area_code(held[main].codes or [], area)
    roles = {place: _role(each, held[main], own) for place, each in held.items()}
    controls = [place for place, role in roles.items() if role == "control"]
    roles |= dict.fromkeys(controls[1:], "none")  # the area's row of one period only
    read = [held[place] for place in held if roles[place] == "units"]
    scope = columns.find_scope([each.sheet for each in read], words)
    forms = _forms(read, words.in_scope(scope))
    for guesses in long.values():
        forms[f"columns-{len(forms) + 1}.csv"] = guesses
    roles |= dict.fromkeys(long, "units")
    first = read[0]
    names = [name for each in _apart(read) for name in each.names]
    codes = [code for each in _apart(read) for code in each.codes] if all(each.code for each in read) else None
    suffix = units.find_suffix(names)
    return Draft(
        area,
        own,
        scope,
        _control(read, [held[place] for place in controls[:1]], own),
        tuple(dict.fromkeys(label for each in read for label in each.control.subtotals)),
        suffix,
        units.list_units(names, codes, suffix, kinds),
        forms,
        {name: roles.get((file, name), "none") for file, name, _ in sheets if _several(file, sheets)},
        codes is not None,
        all(name == name.upper() for name in names),
        first.tied,
        tuple(slip for guesses in long.values() for slip in find_spoken(guesses)),
    )


def _several(file: str, sheets: list[tuple[str, str, Sheet | None]]) -> bool:
    return sum(each == file for each, _, _ in sheets) > 1


def _role(each: Held, main: Held, own: str) -> str:
    """What the rows of a sheet are, beside those of the main one."""
    shared = len(each.identities & main.identities) / len(main.identities)
    if each is main or (shared >= SAME_UNITS and each.headers != main.headers):
        return "units"
    if each.headers == main.headers and not shared:
        if each.codes and own in each.codes:
            return "control"
        if each.codes and all(code.startswith(f"{own}.") for code in each.codes):
            return "units"
    return "none"


def _apart(read: list[Held]) -> list[Held]:
    """The sheets that hold other units than those before them."""
    kept: list[Held] = []
    for each in read:
        if not any(each.identities & other.identities for other in kept):
            kept.append(each)
    return kept


def _control(read: list[Held], own: list[Held], code: str) -> Control:
    """The control row of all sheets: of those of units, else the area's row on a sheet of its own."""
    if said := next((each.control for each in read if each.control.labels), None):
        return said
    for each in own:
        place = each.codes.index(code)
        return Control(frozenset(), (each.names[place],), code)
    return Control()


def _forms(read: list[Held], words: Vocabulary) -> dict[str, list[Guess]]:
    """The columns of each form of table: columns.csv of the first sheet, columns-2.csv … where headers are others."""
    forms: dict[str, list[Guess]] = {}
    seen: list[set[str]] = []
    for each in read:
        if each.headers in seen:
            continue
        seen.append(each.headers)
        name = "columns.csv" if not forms else f"columns-{len(forms) + 1}.csv"
        forms[name] = columns.guess_columns(each.sheet, each.unit, each.code, words)
    return forms


def with_new_index(draft: Draft, folder: str) -> Draft:
    """The draft with an index of its own: every column of figures that is nothing else becomes an indicator."""
    short = folder.removeprefix("index-").upper()
    codes: Counter[str] = Counter({find_code(short).upper().replace("-", "_"): 1})
    forms = {name: [_as_indicator(each, codes) for each in form] for name, form in draft.forms.items()}
    guesses = [each for form in forms.values() for each in form]
    total = next((each for each in guesses if each.field == "total"), None)
    maximum = 1.0 if total and max(total.column.values) <= 1 else 100.0
    indicators = tuple(each for each in guesses if each.why == "indicator")
    index = NewIndex(folder, short, maximum, total is not None, indicators)
    return replace(draft, forms=forms, scope=SCOPE if indicators else "", index=folder, new_index=index)


def _as_indicator(guess: Guess, codes: Counter[str]) -> Guess:
    if guess.field != "other" or guess.why not in ("unknown", "again") or not _tells(guess.column):
        return guess
    code = find_code(guess.column.header).upper().replace("-", "_") or "COLUMN"
    codes[code] += 1
    code = code if codes[code] == 1 else f"{code}_{codes[code]}"
    return replace(guess, field=code, kind=find_kind(guess.column), why="indicator")


def _tells(column: Column) -> bool:
    """Whether a column holds figures that tell units apart: the year of the table does not."""
    return column.is_figures and len(set(column.values)) > 1
