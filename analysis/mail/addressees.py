"""Who gets which letter: the rows of the file of recipients that name a unit or a department, in a published week.

A week lists its letters in ``mail/letters.csv``: every unit of its table and every department, each with the file of
its letter, or with none. The list is read without pandas, because the driver must start fast.
"""

import csv
import difflib
import io
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from analysis.config import files, units
from analysis.config.departments import find_code
from analysis.config.files import ConfigError
from analysis.mail import addresses, compose
from analysis.mail.recipients import Recipient
from analysis.mail.settings import bare

LIST = "mail/letters.csv"
COLUMNS = ("code", "kind", "name_vi", "name_en", "file")
UNIT, DEPARTMENT = "unit", "department"
MOST_RECIPIENTS = 200  # our choice: a longer list of one letter is probably a mistake


class Listed(NamedTuple):
    """A row of a week's list of letters. ``file`` : of its letter, below the week's tables; "": it has none."""

    code: str
    kind: str
    name_vi: str
    name_en: str
    file: str

    def is_called(self, name: str) -> bool:
        """Whether this is its code or one of its names; of a department, dashes and tones do not count."""
        if self.kind == DEPARTMENT and find_code(name) == self.code:
            return True
        return _whole(name) in {_whole(self.code), _whole(self.name_vi), _whole(self.name_en)}


def write_list(listed: Iterable[Listed]) -> str:
    """The list as the text of a CSV file."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows([COLUMNS, *listed])
    return lines.getvalue()


def read_list(data: bytes) -> list[Listed]:
    """The list from the bytes of its file. Raises MailError where they are no such list."""
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise compose.MailError(f"{LIST}: {error}") from None
    listed = [Listed(*row) for row in rows[1:] if len(row) == len(COLUMNS)]
    if rows[:1] != [[*COLUMNS]] or len(listed) < len(rows) - 1:
        raise compose.MailError(f"{LIST}: expected the columns {', '.join(COLUMNS)} in every row")
    if odd := [each.file for each in listed if each.file and not re.fullmatch(r"mail/[\w~][\w.~-]*\.eml", each.file)]:
        raise compose.MailError(f"{LIST}: {odd[0]!r} is no letter of the week")
    return listed


def assign(
    recipients: list[Recipient], listed: list[Listed], registry: Path, cutoff: str, how_to: str
) -> dict[tuple[str, str], str]:
    """Whom each letter goes to: (code, folded address) => ``Name <box@host>``; the code "" is the week's mail.

    recipients : the rows of the area
    listed     : the week's list of letters
    registry   : units.csv of the area, which knows the units that are no more; it need not be there
    how_to     : the command that makes a unit's page and letter, without the unit's code; "": a unit needs no page
    Raises     : ConfigError with every row that names nobody, a unit that is no more, or a unit without a page; and
                 for more than 200 recipients of one letter. A department without a section, and a unit that the week's
                 table lacks, have no letter this week, which is no fault.
    """
    past, found, faults = _registered(registry), {}, []
    for each in recipients:
        try:
            code = _find(each.about, listed, past, cutoff, how_to) if each.about else ""
        except LookupError as fault:
            faults.append(f"{each.where}: for: {each.about}: {fault}")
        else:
            found.setdefault((code, addresses.fold(bare(each.recipient))), each.recipient)
    faults += [
        f"{recipients[0].where.partition(':')[0]}: {count} recipients of {code or 'the week'}, more than the limit of"
        f" {MOST_RECIPIENTS}"
        for code, count in Counter(code for code, _ in found).items()
        if count > MOST_RECIPIENTS
    ]
    if faults:
        raise ConfigError("\n".join(faults))
    return found


def _find(name: str, listed: list[Listed], past: list[dict], cutoff: str, how_to: str) -> str:
    """The code of the one unit or department with this code or name. Raises LookupError with what is wrong."""
    called = [each for each in listed if each.is_called(name)]
    called = called or [each for each in listed if units.name_key(each.name_vi) == units.name_key(name)]
    if len(called) > 1:
        raise LookupError(f"several are called so; expected a code: {_shown(called)}")
    if called:
        (it,) = called
        if how_to and it.kind == UNIT and not it.file:
            raise LookupError(f"this unit has no page, so it has no letter; make them: {how_to} {it.code}")
        return it.code
    rows = [row for row in past if name == row["code"] or units.name_key(name) == units.name_key(row["name"])]
    if any(_is_in_force(row, cutoff) for row in rows):
        return next(row["code"] for row in rows if _is_in_force(row, cutoff))  # the week's table lacks it
    if rows:
        raise LookupError(f"no unit in force on {cutoff}; its successor: {_successors(rows, past, cutoff)}")
    names = {_whole(each.name_vi): each for each in listed}
    nearest = difflib.get_close_matches(_whole(name), names, n=1, cutoff=0.6)
    hint = f"; the nearest: {_shown([names[nearest[0]]])}" if nearest else ""
    raise LookupError(f"no unit of this week and no department has this code or name{hint}")


def _successors(rows: list[dict], past: list[dict], cutoff: str) -> str:
    """The units in force that the old ones became part of, each with its code and name; – where none is recorded."""
    seen, codes = set(), {row["successor_code"] or row["code"] for row in rows}
    while codes - seen:
        seen |= codes
        ended = [row for row in past if row["code"] in codes and not _is_in_force(row, cutoff)]
        codes |= {row["successor_code"] for row in ended if row["successor_code"]}
    heirs = {row["code"]: row["name"] for row in past if row["code"] in codes and _is_in_force(row, cutoff)}
    return ", ".join(f"{code} ({name})" for code, name in heirs.items()) or "–"


def _registered(path: Path) -> list[dict]:
    """The rows of units.csv as texts; none where the delivered table is the registry."""
    shown = f"config/{path.parent.name}/{path.name}"
    return [] if (data := files.read(path, shown)) is None else files.read_rows(path.name, data, shown)


def _is_in_force(row: dict, cutoff: str) -> bool:
    return row["valid_from"] <= cutoff and (not row["valid_to"] or cutoff <= row["valid_to"])


def _shown(listed: Iterable[Listed]) -> str:
    return ", ".join(f"{each.code} ({each.name_vi})" for each in listed)


def _whole(name: str) -> str:
    """``"UBND xã  Kiến An"`` => ``"xã kiến an"``: type and tone marks stay."""
    return units.spelling_key(name).removeprefix("ubnd ").removeprefix("ủy ban nhân dân ")
