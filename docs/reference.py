"""Writes docs/configuration.md and docs/tables.md from the code: ``python docs/reference.py`` (make docs)."""

import tomllib
from pathlib import Path

from analysis import tables
from analysis.config import area, files, index, schema
from analysis.mail import recipients
from analysis.mail import schema as mail_schema

DOCS = Path(__file__).parent
WRITTEN = "<!-- Written by docs/reference.py (make docs) from the code; do not edit. -->"
OPEN = {"targets", "place_targets", "marks_below", "at_most", "responsible", "kinds"}  # taken whole

CONFIGURATION = f"""\
{WRITTEN}

# Configuration

Every key and column of `config/` and of `mail.toml`. The whole configuration is checked before anything is made: each
fault is a line with file, key or row, value and what is expected, and all of them are listed at once. A file may begin
with a byte order mark.

What a home's `config/` lacks is taken from the program's own `config/`: a key of `defaults.toml`, a sentence of
`wording/`, a file of `index-766/`. What the home has counts. A key that is not known is refused, with the nearest known
one; a key that once had a meaning is accepted with a warning.

Paths: files of an area are in `config/<area>/`, the others in `config/`.
"""

AREA = """\
## area.toml and defaults.toml

`config/<area>/area.toml` is about one area. `config/defaults.toml` holds what all areas share; it may hold any of these
keys, and `area.toml` overrides it key by key. Tables whose keys are codes of indicators
({open}) and lists of tables (such as `[[rebase]]`) are taken whole, from
`area.toml` where it has them. A key without a default must be there.

Types are strict: `true` is no number, `"3"` is none either.

What `area.toml` says holds always, also for weeks long past. Where a threshold, a department or another setting is
another one from a day on, leave the old one and add below all other tables:

```toml
[[change]]
valid_from = "2025-01-01"

[change.marks_below]                            # written whole, as it reads from that day on
CKMB = 60
DVCTT = 10
```

A week before that day, made again, is what it was. The same rule as between `defaults.toml` and `area.toml` says what
is taken key by key and what whole. Not otherwise from a day on: {fixed}. Targets and departments may also stand row by
row in `targets.csv` and `departments.csv`, with the days on which they hold.
"""

INDEX = """\
## index.toml

In the folder of an index (`index_folder` of `area.toml`), beside its `groups.csv`, `indicators.csv` and `bands.csv`,
which are called `index/…` below: how reports call the index. Without it they say "the index", and a warning names the
file. Every sentence of `wording/` may use `{index}`, `{index_within}`, `{index_full}`, `{index_decreed}`,
`{index_short}` and `{maximum}`.
"""

CSV = """\
## CSV files

The columns of each file are these, in this order, in UTF-8, with commas between them or, as a Vietnamese Excel saves a
CSV, with semicolons. Texts are read without the spaces around them. A day is written `2023-12-04` or `4/12/2023`.
In dated files (`valid_from`, `valid_to`) the periods of one code follow each other without gap or overlap; rows in
force are never edited: close them with `valid_to` and add a new row. Columns at the end that a file may lack say so.
"""

MAIL = """\
## mail.toml

In the home, beside `config/`, outside git; how mail is sent: [mail.md](mail.md). Without the file nothing is sent.
"""

TABLES = f"""\
{WRITTEN}

# Tables

The tables of a week, as CSV files in UTF-8 in `data/processed/<area>/<cut-off>/`. Reading and writing both check them.
*Text*: codes, names and sentences; missing is empty. *Number*: with a point; missing is empty, never 0. *Flag*: True or
False, never missing. Percentages run from 0 to 100. A text that a spreadsheet would evaluate begins with an apostrophe
in the file.
"""


def configuration() -> str:
    """The text of docs/configuration.md."""
    shared = tomllib.loads((files.PROGRAM / files.DEFAULTS).read_text("utf-8"))
    named = ", ".join(f"`[{name}]`" for name in area.Area.model_fields if name in OPEN)
    fixed = ", ".join(f"`{name}`" for name in area.FIXED)
    parts = [
        CONFIGURATION,
        AREA.format(open=named, fixed=fixed),
        *_model(area.Area, shared),
        INDEX,
        *_model(index.Index, {}),
        CSV,
    ]
    for name, columns in files.COLUMNS.items():
        also = " and `columns-*.csv`, one for each form of table" if name == "columns.csv" else ""
        optional = " (may be missing)" if name in files.OPTIONAL else ""
        parts += [f"### {name}{optional}\n", f"`{name}`{also}.\n" if also else "", _columns(name, columns)]
    parts += [MAIL, *_model(mail_schema.Mail, {})]
    parts += [
        "## The file of recipients\n\n`recipients` in `mail.toml` names it.\n",
        _columns("", recipients.COLUMNS),
    ]
    return "\n".join(part for part in parts if part).rstrip() + "\n"


def _model(model: type[schema.Table], shared: dict) -> list[str]:
    """The keys of a model, a table of them for each of its tables. ``shared`` : defaults that a file holds."""
    listed = {name for name in model.model_fields if schema.entry_of(model, name)}
    plain = {
        name: about
        for name, about in schema.properties(model).items()
        if not schema.table_of(model, name) and name not in listed
    }
    parts = [_keys(model, plain, shared)]
    for name in model.model_fields:
        if kind := schema.table_of(model, name) or schema.entry_of(model, name):
            keys = schema.properties(model, name)
            about = "" if name in listed else model.model_fields[name].description
            head = f"[[{name}]]" if name in listed else f"[{name}]"
            parts += [f"### {head}\n\n{kind.__doc__}{f' It is {about}.' if about else ''}\n"]
            parts += [_keys(kind, keys, shared.get(name, {}))]
    return parts


def _keys(model: type[schema.Table], keys: dict[str, dict], shared: dict) -> str:
    rows = []
    for name, about in keys.items():
        field = model.model_fields[name]
        default = shared.get(name, None if field.is_required() else field.default)
        shown = "" if default is None else "none" if default in ("", {}) else f"`{schema.written(default)}`"
        expected = _code(schema.expected(about))
        examples = [f"`{schema.written(each)}`" for each in about.get("examples", ())]
        meaning = about["description"] + (f"; example: {examples[0]}" if examples else "")
        rows.append([f"`[{name}]`" if name in OPEN else f"`{name}`", expected, shown, meaning])
    return _table(["key", "expected", "default", "meaning"], rows)


def _columns(name: str, columns: dict[str, str]) -> str:
    rows = []
    later = files.LATER.get(name, ()) if name else recipients.LATER
    for column, meaning in columns.items():
        words = files.words_of(name, column) if name else ()
        kind = "a number" if column in files.NUMBERS else "a day" if column in files.DATES else "a text"
        kind = ", ".join(f"`{word}`" for word in words) or kind
        always = (
            (words and column not in (*later, *files.MAY_BE_EMPTY))
            or column in (*files.ALWAYS, *files.REQUIRED)
            or not name
        )
        needed = "the column may be missing" if column in later else "yes" if always else ""
        rows.append([f"`{column}`", kind, needed if name or column != "name" else "", meaning])
    return _table(["column", "holds", "must be filled", "meaning"], rows)


def dictionary() -> str:
    """The text of docs/tables.md."""
    parts = [TABLES]
    for name, table in tables.TABLES.items():
        rows = [[f"`{column}`", *_kind(about), about.description] for column, about in table.columns.items()]
        unique = f" One row for each {', '.join(f'`{column}`' for column in table.unique)}." if table.unique else ""
        writer = tables.WRITTEN_BY[name]
        writer = f"`{writer}`" if writer[0].isdigit() else "the run, of all its runs of `5_unit`"
        parts += [f"## {name}\n\nWritten by {writer}.{unique}\n"]
        parts += [_table(["column", "kind", "one of", "meaning"], rows)]
    return "\n".join(parts).rstrip() + "\n"


def _kind(column: tables.Column) -> tuple[str, str]:
    """Kind of a column, and the words that it may hold."""
    kind = column.kind + (", never empty" if column.is_key else "")
    return kind, ", ".join(f"`{word}`" if word else "empty" for word in column.one_of)


def _code(text: str) -> str:
    """A text of what is expected, with what is to be written as code."""
    return f"`{text}`" if text.startswith('"') and " or " not in text else text


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines) + "\n"


WRITES = {"configuration.md": configuration, "tables.md": dictionary}

if __name__ == "__main__":
    for name, text in WRITES.items():
        (DOCS / name).write_text(text(), encoding="utf-8")
