"""Finds the files of the configuration, reads them, and gives their cells types.

The files are in the home's ``config/``. A file of an index that the program has, or a value of defaults.toml, that is
missing there is taken from the program's own configuration. Tables may be dated: a row is valid from ``valid_from`` to
``valid_to``, both days included; a row without ``valid_to`` is still in force.
"""

import io
import re
import tomllib
from contextlib import suppress
from datetime import date, timedelta
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
OPTIONAL = ("aliases.csv", "province_rank.csv", "sheets.csv", "tasks.csv", "review.csv")  # files that an area may lack
# Columns at the end of a file that came later: offices' own files may lack them, and their cells may be empty.
LATER = {
    "index/indicators.csv": ("nature",),
    "sheets.csv": ("accumulates", "kind"),
    "columns.csv": ("scale", "signs", *DATED),
}
NUMBERS = ("max_points", "full_at_pct", "from_points", "decimals", "rank", "of", "scale")
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


class ConfigError(AnalysisError, ValueError):
    """The configuration is wrong; the message lists every fault, one a line, with file, row or key, and value."""


class File(NamedTuple):
    """A file of rules: its name as in COLUMNS, its bytes, and whether it is the program's own."""

    name: str
    data: bytes
    own: bool = False


# -- where they are --------------------------------------------------------------------------------------------------


def of_area(home: Path, area: str) -> tuple[File, ...]:
    """The files of the index and of ``area``. Files of the index that the home lacks are the program's own.

    Order: the program's defaults.toml, the home's defaults.toml, area.toml.
    Raises : ConfigError where the area has no area.toml.
    """
    config, folder = Path(home) / "config", Path(home) / "config" / area
    if not (folder / AREA).is_file():
        raise ConfigError(
            f"area {area!r} is not configured: config/{area}/{AREA} does not exist"
            f" (there are: {', '.join(areas(home)) or 'none'})"
        )
    index, names = index_folder(home, area), [*COLUMNS, OF_INDEX + INDEX_FILE]
    names = [place(name, index) for name in names]
    paths = [(name, (config if "/" in name else folder) / name) for name in names]
    paths = [(name, path if path.is_file() or "/" not in name else PROGRAM / name) for name, path in paths]
    paths += [(DEFAULTS, PROGRAM / DEFAULTS), (DEFAULTS, config / DEFAULTS), (AREA, folder / AREA)]
    paths += [(path.name, path) for path in sorted(folder.glob("columns-*.csv"))]
    known = dict.fromkeys((name, path.resolve()) for name, path in paths if path.is_file())
    foreign = config.resolve() != PROGRAM
    return tuple(File(name, path.read_bytes(), foreign and PROGRAM in path.parents) for name, path in known)


def index_folder(home: Path, area: str) -> str:
    """The folder of the area's index, as its area.toml or a defaults.toml says; a file with faults says nothing."""
    config, found = Path(home) / "config", INDEX
    for path in (PROGRAM / DEFAULTS, config / DEFAULTS, config / area / AREA):
        with suppress(OSError, ConfigError):
            found = parse_toml(path.read_bytes(), path.name).get(INDEX_KEY, found)
    return found if isinstance(found, str) and INDEX_NAME.fullmatch(found) else INDEX


def place(name: str, index: str) -> str:
    """Where the table ``name`` is below config/: ``index/groups.csv`` of index-766 => ``index-766/groups.csv``."""
    return f"{index}/{name.removeprefix(OF_INDEX)}" if name.startswith(OF_INDEX) else name


def of_wording(home: Path) -> tuple[File, ...]:
    """The files of wording/: first the program's own that the home lacks or has changed, then the home's."""
    config, names = Path(home) / "config", [f"{WORDING}/{name}" for name in ("fields.csv", "vi.toml", "en.toml")]
    taken = from_program(home)
    own = [File(name, (PROGRAM / name).read_bytes(), True) for name in names if PROGRAM / name in taken]
    return (*own, *(File(name, (config / name).read_bytes()) for name in names if (config / name).is_file()))


def areas(home: Path) -> list[str]:
    """The names of the areas that are configured in the home."""
    return sorted(path.parent.name for path in Path(home).glob(f"config/*/{AREA}"))


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
            default = parse_toml((Path(home) / shown).read_bytes(), shown).get("default", False)
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
    """The bytes of the file; empty where there is no file."""
    return path.read_bytes() if path.is_file() else b""


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
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
    found = LINE.search(said)
    line = int(found[1]) if found else _last_read(text) + 1  # the line where something begins that is not closed
    reason = LINE.sub("", said).replace("(at end of document)", "").strip()
    raise ConfigError(f"{shown} line {line}: {reason} (is a quotation mark, a bracket or an equals sign missing?)")


def _last_read(text: str) -> int:
    """How many lines from the beginning of a broken TOML file can be read."""
    lines = text.splitlines()
    for count in reversed(range(len(lines))):
        with suppress(tomllib.TOMLDecodeError):
            tomllib.loads("\n".join(lines[:count]))
            return count
    return 0


def table(area: str, name: str, data: bytes | None, faults: list[str], index: str = INDEX) -> "pd.DataFrame":
    """One CSV of the configuration with typed columns; its faults (columns, types, words) are added to ``faults``.

    index : the folder of the area's index
    """
    import pandas as pd

    shown = f"config/{place(name, index)}" if "/" in name else f"config/{area}/{name}"
    columns = list(COLUMNS[file_kind(name)])
    if data is None:
        faults.append(f"{shown}: the file is missing")
        return pd.DataFrame(columns=columns)
    try:
        text = decode(data, shown)
        header = text.partition("\n")[0]
        by = ";" if header.count(";") > header.count(",") else ","  # a Vietnamese Excel saves a CSV with semicolons
        table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, sep=by)
    except ConfigError as error:
        faults.append(str(error))
        return pd.DataFrame(columns=columns)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        faults.append(f"{shown}: {error}")
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


def empty(name: str) -> "pd.DataFrame":
    """The table without rows, for a file that an area lacks."""
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
            table[column] = pd.to_numeric(texts.replace("", None).str.replace(",", "."), errors="coerce")
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
