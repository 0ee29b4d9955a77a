"""Finds the files of the configuration, reads them, and gives their cells types.

The files are in the home's ``config/``. A file of an index that the program has, or a value of defaults.toml, that is
missing there is taken from the program's own configuration. Tables may be dated: a row is valid from ``valid_from`` to
``valid_to``, both days included; a row without ``valid_to`` is still in force.
"""

import csv
import io
import os
import re
import stat
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from analysis.config import formulas
from analysis.exits import AnalysisError

if TYPE_CHECKING:
    import pandas as pd

PROGRAM = Path(__file__).resolve().parents[2] / "config"  # the program's own configuration
INDEX, WORDING, AREA, DEFAULTS = "index-766", "wording", "area.toml", "defaults.toml"
INDEX_FILE, INDEX_KEY = "index.toml", "index_folder"  # of the index's folder; the key of area.toml that names it
OF_INDEX = "index/"  # before the names of tables of the index, wherever its folder is
TIER = " / "  # between the tiers of a header
KINDS = ("text", "score", "change", "percent", "points", "count")
ROLES = ("leads", "assists", "urges")
PERIODS = ("year", "quarter", "month", "none")  # since when a figure accumulates; none: it is of its own span
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DATED = {
    "valid_from": "the first day on which the row holds",
    "valid_to": "the last day on which the row holds; empty: it still does",
}
SOURCE = {"source": "where this is written, or that it is our reading"}
# Each file's columns in their order, with their meanings. Files of an area are named without a folder.
COLUMNS = {
    "index/groups.csv": {
        "group": "code of the group",
        "name_vi": "its name in Vietnamese",
        "name_en": "its name in English",
        "max_points": "points that the group can earn; on every day the groups sum to the maximum of the index",
        **DATED,
        **SOURCE,
    },
    "index/indicators.csv": {
        "indicator": "code of the indicator",
        "group": "code of its group",
        "scope": "which tables have it; area.toml names the scope of an area",
        "split": "whole: the scope's indicators of this group earn all of its points; part: some of them",
        "name_vi": "its name in Vietnamese",
        "name_en": "its name in English",
        "unit": "what its figures are",
        "max_points": "points that it can earn; above 0 unless the rule is none",
        "rule": "how a rate becomes points: in proportion, in proportion up to full_at_pct, or not at all",
        "full_at_pct": "of the rule capped: the rate, in percent, that earns all points",
        "if_no_cases": "what is earned where there was no case: all points, none, or null: it is not assessed",
        **DATED,
        **SOURCE,
        "nature": "flow: a share of cases as they come; stock: a state that can be mended at once; empty: neither",
    },
    "index/bands.csv": {
        "band": "name of the band in Vietnamese",
        "name_en": "its name in English",
        "from_points": "the lowest total of the band, in points; the last band begins at 0",
        **DATED,
        **SOURCE,
    },
    "units.csv": {
        "code": "code of the unit; the next row of a code, with another name or type, is still the same unit",
        "name": "its name, without its type",
        "type": "what it is called: xã, phường, thị trấn, đặc khu; may be empty",
        "kind": "units of one kind are ranked and compared among themselves; a key of [kinds] of area.toml",
        **DATED,
        "successor_code": "code of the unit that it became part of after valid_to; that unit then begins anew; empty or"
        " its own code: it became part of none",
        **SOURCE,
        "cluster": "name of the group of units (cụm, khối) that the office compares it in; empty: none. The next row of"
        " a code that differs in it alone is the same unit",
    },
    "aliases.csv": {
        "what": "what is written otherwise: the name of a unit, the header of a column, the name of an indicator",
        "written": "as tables write it",
        "meant": "the unit's code, the header in columns.csv, the indicator or group; TOTAL for the total",
        "reason": "key of the sentence that gives the reason of the repair; empty: it is no repair",
    },
    "columns.csv": {
        "header": "header of the column; the tiers of a header with ' / ' between; a note in brackets with % may be"
        " left out",
        "field": "what the column holds: unit, code, rank, total, previous_total, change, band, remark (the office's"
        " own words on the unit), other, an indicator or a group; in a table with one row a unit and indicator also"
        " group, indicator, numerator, denominator, value, published_points, max_points",
        "kind": "how its cells are read",
        "required": "whether a table without the column is refused",
        "decimals": "how many decimals its figures are shown with, 0 to 10; empty: as delivered; more than two are read"
        " only where they are declared here",
        "on_excess": "what a figure above its maximum does: refuse the table, or warn (up to excess_pct of area.toml)",
        "scale": "the figure that means all of it: 1 where 0.825 is 82.5%, 10 where 8.1 (or 8.1/10) is 81% or 81 of 100"
        " points; empty: figures are percentages or points as they stand",
        "signs": "what may stand behind a number, such as hồ sơ; several with ; between; a percentage may have %",
        "valid_from": "the first day on which the table has the column; empty: it always had",
        "valid_to": "the last day; empty: it still has it. Rows of one field or header may follow each other",
    },
    "province_rank.csv": {
        "cutoff": "the day on which the week's figures were closed",
        "rank": "place of the area among its peers on that day",
        "of": "how many peers there are",
        **SOURCE,
    },
    "sheets.csv": {
        "sheet": "name of a sheet of the workbook, or of a list of the JSON file",
        "rows": "what its rows are: units, the control row among others, or nothing to be read",
        "period_vi": "the period its figures cover, in Vietnamese; may be empty",
        "period_en": "the same in English",
        **DATED,
        **SOURCE,
        "accumulates": "since the beginning of what its figures count; none: each is of its own span; empty: it is not"
        " said here",
        "kind": "the kind of the units that it holds, a key of [kinds] of area.toml; empty: every kind",
    },
    "tasks.csv": {
        "code": "code of the task; another row of the code, later, is the task in other words",
        "department": "who has the task, by its Vietnamese name in [responsible] or [[departments]] of area.toml; "
        " empty: an order to the heads of all units",
        "role": "leads or assists the units concerned, or urges them; empty: the text stands alone",
        "indicators": "codes of the indicators or groups that it serves, separated by spaces; may be empty",
        "text_vi": "what is to be done, in Vietnamese: a sentence; with a role what follows the words of"
        " piece.task_leads, task_assists or task_urges",
        "text_en": "the same in English",
        **DATED,
        **SOURCE,
    },
    "targets.csv": {
        "indicator": "code of the indicator",
        "target": "its target from that day on, in percent; empty: it has none. Before its first row and after its last"
        " one that of [targets] of area.toml holds, where there is one",
        **DATED,
        **SOURCE,
    },
    "departments.csv": {
        "answers_for": "code of the indicator or group that the department answers for, from that day on in place of"
        " the one that [responsible] of area.toml names; empty: for none, but it has tasks in tasks.csv",
        "name_vi": "name of the department in Vietnamese, as within a sentence",
        "name_en": "its name in English",
        **DATED,
        **SOURCE,
    },
    "review.csv": {
        "file": "the file that the guess is in: of the area, or with its folder in config/",
        "row": "the row or key there; may be empty",
        "column": "the column there; may be empty",
        "value": "what was guessed",
        "question": "what a person is asked to check",
        "checked": "yes: a person has checked it, and mended the file where it was wrong; empty: not yet, and no report"
        " is made",
    },
}
# Files that an area may lack.
OPTIONAL = (
    *("aliases.csv", "province_rank.csv", "sheets.csv", "tasks.csv"),
    *("targets.csv", "departments.csv", "review.csv"),
)
# Columns at the end of a file that came later: offices' own files may lack them, and their cells may be empty.
LATER = {
    "index/indicators.csv": ("nature",),
    "sheets.csv": ("accumulates", "kind"),
    "units.csv": ("cluster",),
    "columns.csv": ("scale", "signs", *DATED),
}
NUMBERS = ("target", "max_points", "full_at_pct", "from_points", "decimals", "rank", "of", "scale")
DATES = ("valid_from", "valid_to", "cutoff")
ALLOWED = {
    "split": ("whole", "part"),
    "unit": ("percent", "count", "points"),
    "if_no_cases": ("full", "zero", "null"),
    "what": ("unit", "header", "indicator"),
    "rows": ("units", "control", "none"),
    ("columns", "kind"): KINDS,
    "accumulates": PERIODS,
    "required": ("yes", "no"),
    "on_excess": ("refuse", "warn"),
    "rule": tuple(formulas.RULES),
    "nature": ("flow", "stock"),
    "role": ROLES,
    "checked": ("yes",),
}
MAY_BE_EMPTY = ("role", "checked")  # of the columns that hold words
ALWAYS = ("from_points", "rank", "of", "valid_from", "cutoff")  # columns of numbers and days that must not be empty
REQUIRED = (
    "group",
    "indicator",
    "band",
    "code",
    "name",
    "header",
    "field",
    "written",
    "meant",
    "source",
    "text_vi",
    "text_en",
)
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
INDEX_NAME = re.compile(r"index(-[a-z0-9]+)+")
LINE = re.compile(r"\(at line (\d+), column \d+\)")
# What pandas says of a CSV that it cannot read; it counts rows from 0 where a quotation mark is not closed.
CELLS = re.compile(r"Expected (\d+) fields in line (\d+), saw (\d+)")
NOT_CLOSED = re.compile(r"EOF inside string starting at row (\d+)")
STATEMENT = re.compile(r"\[|[A-Za-z0-9_.-]+[ \t]*=")  # where a line of a TOML file begins a table or a key
MOST_STATEMENTS = 30  # our choice: lines of one text that look like keys
MOST_BYTES = 20 * 1024 * 1024  # our choice: no file of the configuration is nearly as large


class ConfigError(AnalysisError, ValueError):
    """The configuration is wrong; the message lists every fault, one a line, with file, row or key, and value."""


class File(NamedTuple):
    """A file of rules: its name as in COLUMNS, its bytes, and whether it is the program's own.

    fault : why it cannot be read, as a sentence; "": it can
    """

    name: str
    data: bytes
    own: bool = False
    fault: str = ""


# -- where they are --------------------------------------------------------------------------------------------------


def of_area(home: Path, area: str) -> tuple[File, ...]:
    """The files of the index and of ``area``. Files of the index that the home lacks are the program's own.

    Order: the program's defaults.toml, the home's defaults.toml, area.toml.
    Raises : ConfigError where the area has no area.toml, or one of its files cannot be read.
    """
    config, folder = Path(home) / "config", Path(home) / "config" / area
    if read(folder / AREA, f"config/{area}/{AREA}") is None:
        raise ConfigError(
            f"area {area!r} is not configured: config/{area}/{AREA} does not exist"
            f" (there are: {', '.join(areas(home)) or 'none'})"
        )
    index, names = index_folder(home, area), [*COLUMNS, OF_INDEX + INDEX_FILE]
    names = [place(name, index) for name in names]
    paths = [(name, (config if "/" in name else folder) / name) for name in names]
    paths = [(name, path if _is_there(path) or "/" not in name else PROGRAM / name) for name, path in paths]
    paths += [(DEFAULTS, PROGRAM / DEFAULTS), (DEFAULTS, config / DEFAULTS), (AREA, folder / AREA)]
    paths += [(path.name, path) for path in sorted(folder.glob("columns-*.csv"))]
    known = {(name, path.resolve()): (name, path) for name, path in reversed(paths) if _is_there(path)}
    known = [*reversed(known.values())]  # of one file under two names the first
    foreign = config.resolve() != PROGRAM
    held = tuple(_file(name, path, area, foreign and PROGRAM in path.resolve().parents) for name, path in known)
    if faults := [file.fault for file in held if file.fault]:
        raise ConfigError("\n".join(faults))
    return held


def _file(name: str, path: Path, area: str = "", own: bool = False) -> File:
    """The file, or why it cannot be read. area : whose folder holds a file that is named without one"""
    shown = f"config/{name if '/' in name or name == DEFAULTS else f'{area}/{name}'}" + " of the program" * own
    try:
        return File(name, read(path, shown) or b"", own)
    except ConfigError as error:
        return File(name, b"", own, str(error))


def read(path: Path, shown: str) -> bytes | None:
    """The bytes of a file of the configuration; None where there is none. ``shown`` is its name in the message.

    Raises : ConfigError where it cannot be read, or where something else has its name, such as a folder.
    """
    try:
        if not _is_there(path):
            return None
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise ConfigError(f"{shown}: a folder has this name; expected a file")
        if not stat.S_ISREG(about.st_mode):
            raise ConfigError(f"{shown}: not a regular file")
        if about.st_size > MOST_BYTES:
            raise ConfigError(f"{shown}: larger than {MOST_BYTES // 1024**2} MB; this is no file of the configuration")
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{shown}: cannot be read: {error.strerror or error}") from None


def _is_there(path: Path) -> bool:
    """Whether something has this name, also a link that leads nowhere, and what we may not look at."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def index_folder(home: Path, area: str) -> str:
    """The folder of the area's index, as its area.toml or a defaults.toml says; a file with faults says nothing."""
    config, found = Path(home) / "config", INDEX
    for path in (PROGRAM / DEFAULTS, config / DEFAULTS, config / area / AREA):
        with suppress(ConfigError):
            given = _index_key(read(path, path.name) or b"")
            found = found if given is None else given
    return found if isinstance(found, str) and INDEX_NAME.fullmatch(found) else INDEX


@lru_cache
def _index_key(data: bytes) -> object:
    """What a TOML file says of the folder of the index; None: nothing. Cached by the file's content."""
    return parse_toml(data, "").get(INDEX_KEY)


def place(name: str, index: str) -> str:
    """Where the table ``name`` is below config/: ``index/groups.csv`` of index-766 => ``index-766/groups.csv``."""
    return f"{index}/{name.removeprefix(OF_INDEX)}" if name.startswith(OF_INDEX) else name


def of_wording(home: Path) -> tuple[File, ...]:
    """The files of wording/: first the program's own that the home lacks or has changed, then the home's."""
    config, names = Path(home) / "config", [f"{WORDING}/{name}" for name in ("fields.csv", "vi.toml", "en.toml")]
    taken = from_program(home)
    own = [_file(name, PROGRAM / name, own=True) for name in names if PROGRAM / name in taken]
    return (*own, *(_file(name, config / name) for name in names if _is_there(config / name)))


def areas(home: Path) -> list[str]:
    """The names of the areas that are configured in the home, also of one whose area.toml is a link that leads nowhere:
    whoever reads it says so."""
    return sorted(each.name for each in Path(home).glob("config/*/") if os.path.lexists(each / AREA))


def default_area(home: Path, areas: list[str]) -> str | None:
    """The area whose area.toml says ``default = true``; None where none does.

    Raises : ConfigError where two do; and where none does, and one of the files cannot be read or has another value for
             ``default``.
    """
    chosen, faults = _defaults(home, areas)
    if doubled := doubled_default(home, areas):
        raise ConfigError(doubled)
    if faults and not chosen:
        raise ConfigError("\n".join(faults))
    return chosen[0] if chosen else None


def doubled_default(home: Path, areas: list[str]) -> str:
    """The sentence that names every file that says ``default = true``, where several do; else ""."""
    chosen, _ = _defaults(home, areas)
    named = " and ".join(f"config/{area}/{AREA}" for area in chosen)
    return f"{named}: each says default = true; only one area can be meant where none is named" if chosen[1:] else ""


def _defaults(home: Path, areas: list[str]) -> tuple[list[str], list[str]]:
    """The areas that say ``default = true``, and the faults of files that cannot be asked."""
    chosen, faults = [], []
    for area in areas:
        shown = f"config/{area}/{AREA}"
        try:
            default = parse_toml(read(Path(home) / shown, shown) or b"", shown).get("default", False)
        except ConfigError as error:
            faults.append(str(error))
            continue
        if not isinstance(default, bool):
            faults.append(f"{shown}: default = {default!r}: expected true or false")
        chosen += [area] if default is True else []
    return chosen, faults


def from_program(home: Path) -> list[Path]:
    """The program's own files that are used in addition to those of the home.

    These are the files of the index that the home lacks, and the files read key by key that the home has changed.
    """
    config = Path(home) / "config"
    names = [place(name, INDEX) for name in [*COLUMNS, OF_INDEX + INDEX_FILE] if name.startswith(OF_INDEX)]
    lacking = [name for name in names if not (config / name).is_file()]
    merged = [DEFAULTS, *(f"{WORDING}/{path.name}" for path in sorted((PROGRAM / WORDING).glob("[!.]*")))]
    others = [name for name in merged if _bytes(config / name) != _bytes(PROGRAM / name)]
    return [PROGRAM / name for name in lacking + others if (PROGRAM / name).is_file()]


def _bytes(path: Path) -> bytes:
    """The bytes of the file; empty where there is none that can be read."""
    try:
        return read(path, path.name) or b""
    except ConfigError:
        return b""


# -- what they hold --------------------------------------------------------------------------------------------------


def decode(data: bytes, shown: str) -> str:
    """The text of a file in UTF-8, with a byte order mark or without.

    Raises : ConfigError that names file and line; also for a control character, which no page, letter or document may
             hold.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{shown} line {line}: not written in UTF-8; save the file as UTF-8") from None
    if odd := CONTROL.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        raise ConfigError(f"{shown} line {line}: the control character U+{ord(odd[0]):04X}; type this line again")
    return text


def parse_toml(data: bytes, shown: str) -> dict:
    """The values of a TOML file. ``shown`` is its name in the message. Raises ConfigError that names file and line."""
    text = decode(data, shown)
    try:
        values = tomllib.loads(text)
        for place, odd in _control_characters(values):
            raise ConfigError(f"{shown}: {place}: the control character U+{ord(odd):04X}; type this text again")
        return values
    except ConfigError:
        raise
    except ValueError as error:  # a TOMLDecodeError, or of Python, such as a number of too many digits
        said = str(error)
    except RecursionError:
        said = "brackets within brackets, more than can be read"
    found = LINE.search(said)
    line = int(found[1]) if found else _find_unclosed(text)
    reason = LINE.sub("", said).replace("(at end of document)", "").strip()
    raise ConfigError(f"{shown} line {line}: {reason} (is a quotation mark, a bracket or an equals sign missing?)")


def _find_unclosed(text: str) -> int:
    """The line of a broken TOML file where something begins that cannot be read, such as a bracket that is not closed.

    Each key with its value is read by itself: to read the file from its beginning to each of its lines takes minutes.
    """
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if STATEMENT.match(line)]
    number = 0
    while number < len(starts):
        for after in range(number + 1, number + 1 + MOST_STATEMENTS):
            end = starts[after] if after < len(starts) else len(lines)
            with suppress(ValueError, RecursionError):
                tomllib.loads("\n".join(lines[starts[number] : end]))
                break
        else:
            return starts[number] + 1
        number = after
    return 1


def _control_characters(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    """The control characters in texts, which a text may name by its number; each with the key of its text."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _control_characters(each, f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for each in value:
            yield from _control_characters(each, place)
    elif isinstance(value, str) and (odd := CONTROL.search(value)):
        yield place, odd[0]


def table(area: str, name: str, data: bytes | None, faults: list[str], index: str = INDEX) -> "pd.DataFrame":
    """One CSV of the configuration with typed columns; its faults (columns, types, words) are added to ``faults``.

    index : the folder of the area's index
    """
    shown = f"config/{place(name, index)}" if "/" in name else f"config/{area}/{name}"
    held, its_faults = _read_table(name, shown, data)
    faults += its_faults
    return held.copy()


@lru_cache(maxsize=64)  # by the file's bytes, so that it is never out of date; callers get copies
def _read_table(name: str, shown: str, data: bytes | None) -> tuple["pd.DataFrame", list[str]]:
    """The typed table, and its faults."""
    faults: list[str] = []
    return _typed_table(name, shown, data, faults), faults


def _typed_table(name: str, shown: str, data: bytes | None, faults: list[str]) -> "pd.DataFrame":
    import pandas as pd

    columns = list(COLUMNS[file_kind(name)])
    if data is None:
        faults.append(f"{shown}: the file is missing")
        return pd.DataFrame(columns=columns)
    try:
        text = decode(data, shown)
        by = separator(text)
        table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, sep=by)
        table = table.fillna("")  # of a row with too few cells
    except ConfigError as error:
        faults.append(str(error))
        return pd.DataFrame(columns=columns)
    except ValueError as error:
        faults.append(_csv_fault(shown, str(error)))
        return pd.DataFrame(columns=columns)
    if not isinstance(table.index, pd.RangeIndex):  # pandas takes a cell too many in the first row for an index
        kind = {",": "comma", ";": "semicolon"}[by]
        faults.append(f"{shown} row 2: more cells than columns; write a text with a {kind} in quotation marks")
        return pd.DataFrame(columns=columns)
    later = LATER.get(file_kind(name), ())
    most = len(table.columns)
    if list(table.columns) != columns[:most] or most < len(columns) - len(later):
        may = f" ({', '.join(later)} may be missing)" if later else ""
        faults.append(f"{shown}: the columns are {', '.join(table.columns)}; expected {', '.join(columns)}{may}")
        return table
    return typed(table.assign(**dict.fromkeys(columns[most:], "")), name, shown, faults)


def _csv_fault(shown: str, said: str) -> str:
    """A sentence with file and row about a CSV that pandas cannot read."""
    if found := CELLS.search(said):
        most, row, count = found.groups()
        counts = f"{count} cells, more than the {most} columns"
        return f"{shown} row {row}: {counts}; write a text with a comma in quotation marks"
    if found := NOT_CLOSED.search(said):
        return f"{shown} row {int(found[1]) + 1}: a quotation mark is not closed"
    return f"{shown}: {said}"


def read_rows(name: str, data: bytes, shown: str) -> list[dict[str, str]]:
    """The rows of a CSV of the configuration as texts, without pandas; days are ISO.

    Raises : ConfigError where it is no CSV with these columns; unfit cells are not looked for.
    """
    text = decode(data, shown)
    try:
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator(text), restval="", strict=True)
        found = [{key: (each or "").strip() for key, each in row.items() if key} for row in rows]
    except csv.Error as error:
        raise ConfigError(f"{shown} row {rows.line_num}: {error}") from None
    columns, given = COLUMNS[file_kind(name)], list(rows.fieldnames or ())
    if lacking := [column for column in columns if column not in (*given, *LATER.get(file_kind(name), ()))]:
        raise ConfigError(f"{shown}: the columns are {', '.join(given)}; expected also {', '.join(lacking)}")
    return [row | {key: _iso(row[key]) for key in DATES if key in row} for row in found]


def separator(text: str) -> str:
    """What stands between the cells of a CSV: a Vietnamese Excel saves it with semicolons."""
    header = text.partition("\n")[0]
    return ";" if header.count(";") > header.count(",") else ","


def empty(name: str) -> "pd.DataFrame":
    """The table without rows, for a file that an area lacks."""
    return _empty(name).copy()


@cache
def _empty(name: str) -> "pd.DataFrame":
    import pandas as pd

    return typed(pd.DataFrame(columns=list(COLUMNS[name]), dtype=str), name, name, [])


def file_kind(name: str) -> str:
    """The name in COLUMNS of a file: every columns-*.csv has the columns of columns.csv."""
    return "columns.csv" if name.startswith("columns") else name


def words_of(name: str, column: str) -> tuple[str, ...]:
    """The words that are allowed in a column of a file; empty: any text."""
    return ALLOWED.get((Path(file_kind(name)).stem, column)) or ALLOWED.get(column) or ()


def typed(table: "pd.DataFrame", name: str, shown: str, faults: list[str]) -> "pd.DataFrame":
    """The table with numbers as floats and dates as timestamps. Unfit cells and unknown words are faults."""
    import pandas as pd

    later = LATER.get(file_kind(name), ())
    for column in table:
        allowed = words_of(name, column)
        texts = table[column].str.strip()
        is_needed = column in ALWAYS and column not in later
        if column in NUMBERS:
            read_as = pd.to_numeric(texts.replace("", None).str.replace(",", "."), errors="coerce").astype(float)
            table[column] = read_as.mask(read_as.abs() == float("inf"))
            wrong = table[column].isna() & ((texts != "") | is_needed)
        elif column in DATES:
            table[column] = pd.to_datetime(texts.map(_iso).replace("", None), format="%Y-%m-%d", errors="coerce")
            wrong = table[column].isna() & ((texts != "") | is_needed)
        elif allowed:
            table[column] = texts
            wrong = ~texts.isin(allowed) & ~((texts == "") & (column in (*later, *MAY_BE_EMPTY)))
        else:
            table[column] = texts
            wrong = (texts == "") & (column in REQUIRED)
        expected = f", expected one of {', '.join(allowed)}" if allowed else ""
        faults += [
            f"{shown} row {row + 2}: {column}: {texts[row]!r} is not valid{expected}" for row in table.index[wrong]
        ]
    return table


def _iso(text: str) -> str:
    """``"25/12/2023"``, as Excel saves a day, => ``"2023-12-25"``; any other text as it is."""
    return re.sub(r"(\d{1,2})/(\d{1,2})/(\d{4})", lambda day: f"{day[3]}-{day[2]:0>2}-{day[1]:0>2}", text)


# -- what holds on a day ---------------------------------------------------------------------------------------------


def in_force(table: "pd.DataFrame", day: date) -> "pd.DataFrame":
    """The rows of a dated table that are valid on ``day``; one without ``valid_from`` always was."""
    import pandas as pd

    when = pd.Timestamp(day)
    return table[~(table["valid_from"] > when) & ~(table["valid_to"] < when)].reset_index(drop=True)


def changes(*tables: "pd.DataFrame") -> list[date]:
    """The days on which rows of a dated table begin or end; between two of them nothing changes."""
    begins = {day.date() for table in tables for day in table["valid_from"].dropna()}
    ends = {day.date() + timedelta(days=1) for table in tables for day in table["valid_to"].dropna()}
    return sorted(begins | {day for day in ends if any(not in_force(table, day).empty for table in tables)})


def same_since(table: "pd.DataFrame", columns: list[str], day: date) -> date:
    """The day from which on these columns of a dated table have said what they say on ``day``.

    Rows that are closed and entered anew with the same content are no change. Where nothing is in force: ``day``.
    """

    def said(when: date) -> "pd.DataFrame":
        return in_force(table, when)[columns].sort_values(columns, ignore_index=True)

    since = day
    for earlier in reversed([each for each in changes(table) if each <= day]):
        if not said(earlier).equals(said(day)):
            break
        since = earlier
    return since
