"""Reads the file of recipients, and names every row that is none."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from analysis.config import files
from analysis.config.files import ConfigError
from analysis.mail import addresses, compose

COLUMNS = {
    "area": "the area whose report the recipient gets: a folder of config/",
    "name": "name of the recipient; may be empty",
    "address": "mailbox of the recipient, in ASCII",
    "for": "code or name of a unit or department: the recipient gets its letter, not the week's mail; may be empty",
}
LATER = ("for",)  # offices' own files may lack it
IN_NO_NAME = re.compile(r'[<>@"\\]')  # they end a name in a header
MOST_NAME = 200  # characters, our choice: a longer name is another thing that slipped into the cell
MOST_FAULTS = 20  # our choice: more lines are read by nobody; the others are counted
MOST_SHOWN = 60  # characters of a cell in a fault, our choice


class Recipient(NamedTuple):
    """A row of the file of recipients: ``Name <box@host>``; whom the letter is about, as written ("": the week)."""

    recipient: str
    about: str = ""
    where: str = ""  # file and row, for texts of errors


def read(path: Path, area: str, domains: frozenset[str], areas: set[str]) -> tuple[list[Recipient], list[str]]:
    """The recipients of ``area``, one of ``areas``, and the faults of the file, also in rows of other areas.

    An address has one row for the week's mail, and may have others, each for the letter of a unit or department.
    domains : folded
    """
    if not path.is_file():
        return [], [f"{path.name}: there is no such file; expected the columns {', '.join(COLUMNS)}"]
    try:
        columns, *rows = _rows(files.decode(path.read_bytes(), path.name), path.name) or [[]]
    except ConfigError as error:
        return [], [str(error)]
    least = [name for name in COLUMNS if name not in LATER]
    if not any(rows) or columns not in (list(COLUMNS), least):
        return [], [f"{path.name}: expected the columns {', '.join(COLUMNS)} and at least one row"]
    faults, own, of_week = [], [], set()
    for number, cells in enumerate(rows, start=2):
        if not any(map(str.strip, cells)):  # an empty line is a row for whoever counts, and says nothing
            continue
        where = f"{path.name}: row {number}"
        if not len(least) <= len(cells) <= len(columns):
            faults.append(f"{where}: expected {len(columns)} cells")
            continue
        row = dict.fromkeys(COLUMNS, "") | dict(zip(columns, map(str.strip, cells), strict=False))
        row["address"] = addresses.plain(row["address"])
        key = (row["area"], addresses.fold(row["address"]))
        wrong = list(_faults(row, domains, areas))
        if not wrong and not row["for"] and key in of_week:
            wrong = [f"{row['address']}: this address already has a row"]
        faults += [f"{where}: {each}" for each in wrong[:1]]
        if not wrong:
            recipient = f"{row['name']} <{row['address']}>"
            own += [Recipient(recipient, row["for"], where)] if row["area"] == area else []
            of_week |= set() if row["for"] else {key}
    if not own and not faults:
        faults.append(f"{path.name}: no row of the area {area}")
    left = len(faults) - MOST_FAULTS
    return own, faults[:MOST_FAULTS] + ([f"{path.name}: and {left} more rows with faults"] if left > 0 else [])


def _rows(text: str, name: str) -> list[list[str]]:
    """The cells of each row of a CSV; an empty line is a row without cells. Raises ConfigError that names the row."""
    rows = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=files.separator(text)))
    except csv.Error as error:
        fault = "a quotation mark does not begin or end its cell"
        raise ConfigError(f"{name}: row {len(rows) + 1}: {fault} ({error})") from None
    return rows


def _faults(row: dict[str, str], domains: frozenset[str], areas: set[str]) -> Iterator[str]:
    """What is wrong with a row, column by column."""
    if row["area"] not in areas:
        yield f"area {_shown(row['area'])}: expected a folder of config/: {', '.join(sorted(areas))}"
    if reason := _refused(row["address"]) or addresses.too_long(row["address"]):
        yield f"address {_shown(row['address'])}: {reason}"
    if len(row["name"]) > MOST_NAME:
        yield f"name {_shown(row['name'])}: {len(row['name']):,} characters; expected at most {MOST_NAME}"
    if row["name"].startswith("="):
        yield f"name {_shown(row['name'])}: a formula of a spreadsheet; expected a name"
    if IN_NO_NAME.search(row["name"]):
        yield f'name {_shown(row["name"])}: one of the characters < > @ " \\; expected a name without them'
    for column in ("name", "for"):
        if compose.UNSAFE.search(row[column]):
            yield f"{column} {_shown(row[column])}: control characters, line ends and encoded words are not allowed"
    if addresses.domain(row["address"]) not in domains:
        yield f"{row['address']}: the domain is not among those allowed ({', '.join(sorted(domains))})"


def _refused(address: str) -> str:
    """Why this is no address of one box; "" where it is one."""
    try:
        compose.address("", address)
    except compose.MailError as error:
        return str(error).removeprefix(f" {address!r}: ")
    return "expected the box alone, such as box@host.example" if "<" in address else ""


def _shown(cell: str) -> str:
    """A cell in quotation marks, without control characters; a long one is cut off."""
    return repr(cell if len(cell) <= MOST_SHOWN else f"{cell[:MOST_SHOWN]}…")
