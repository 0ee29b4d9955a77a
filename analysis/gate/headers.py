"""Finds the header of a delivered table, and the field of each column.

A header has one tier or two; in two tiers a group covers several leaves, and its merged cells are read as empty ones. A
column is recognised by its name and never by its position: by its leaf or by "group / leaf". Upper and lower case,
spaces and line breaks do not matter (docs/method.md §7). Known typing errors are rows of aliases.csv. A week in a
header ("TUẦN 04/11") becomes "this week" or "the week before", in relation to the cut-off.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import pandas as pd

from analysis.config import periods
from analysis.config.files import TIER
from analysis.config.units import ASIDE, header_key, plain, spelling_key

THIS_WEEK, WEEK_BEFORE = "TUẦN NÀY", "TUẦN TRƯỚC"
TARGET = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")
SEARCHED_ROWS = 60
FURTHEST_ROWS = 12  # at most so many rows between a header's two tiers


@dataclass(frozen=True)
class Header:
    """The header of a table.

    rows     : its rows
    columns  : frame by column number: text (as delivered, tiers joined), row, field ("" where config has none),
               week (date named in it, or NaT), meant (the header an alias stands for, else ""), reason (of the alias)
    """

    rows: tuple[int, ...]
    columns: pd.DataFrame = field(repr=False)


def target_of(text: str) -> float | None:
    """The target printed in a header: ``"SỐ HÓA (Từ 80% trở lên)"`` => 80; ``"(%)"`` names none."""
    found = [TARGET.search(aside) for aside in ASIDE.findall(plain(text))]
    return next((float(each[1].replace(",", ".")) for each in found if each), None)


def find(
    cells: pd.DataFrame, forms: dict[str, pd.DataFrame], aliases: pd.DataFrame, cutoff: date
) -> tuple[str, Header] | None:
    """The form of table, and its header: the rows that name most of the form's fields.

    cells   : row, column, value (text); forms : by name, each as columns.csv; aliases : as in config/<area>/
    Returns : name of the form and header; None where no row names the units' column (name or code) and another field.
    """
    texts: dict[int, dict[int, str]] = {}
    for row, column, value in zip(cells["row"], cells["column"], map(str, cells["value"]), strict=True):
        if value.strip():
            texts.setdefault(row, {})[column] = value
    widest = int(cells["column"].max()) if len(cells) else 0
    numbers = sorted(texts)[:SEARCHED_ROWS]
    # The two rows of a header may have an empty line between them, or line breaks within their cells.
    spans = [(row,) for row in numbers] + [pair for pair in pairwise(numbers) if pair[1] - pair[0] <= FURTHEST_ROWS]
    slips = {spelling_key(row.written): row for row in aliases[aliases["what"] == "header"].itertuples()}
    best, most = None, 1
    for name, form in forms.items():
        whose = {header_key(each) for each in form.loc[form["field"].isin(["unit", "code"]), "header"]}
        for span in spans:
            if not whose & {header_key(text) for row in span for text in texts[row].values()}:
                continue  # no column names the unit, so this is no header
            header = _read(span, texts, widest, form, slips, cutoff)
            known = set(header.columns["field"]) - {"", "other"}
            if known & {"unit", "code"} and len(known) > most:
                best, most = (name, header), len(known)
    return best


def _read(
    span: tuple[int, ...],
    texts: dict[int, dict[int, str]],
    widest: int,
    form: pd.DataFrame,
    slips: dict[str, tuple],
    cutoff: date,
) -> Header:
    top, leaf, group, found = texts[span[0]], texts[span[-1]], "", {}
    for column in range(1, widest + 1):
        group = top.get(column, "" if column not in leaf else group)
        if len(span) == 1 or column not in leaf:
            tiers, row = [top.get(column, "")], span[0]
        else:
            tiers, row = [group, leaf[column]] if group else [leaf[column]], span[-1]
        if any(tiers):
            found[column] = row, TIER.join(" ".join(tier.split()) for tier in tiers)
    weeks = {column: _week(text, cutoff) for column, (_, text) in found.items()}
    named = [column for column, (_, text) in found.items() if periods.names_week(text)]
    # If no header names the cut-off, the first week counts as this week; so only that cell is refused.
    this = {column for column, week in weeks.items() if week == cutoff} or set(named[:1])
    mended = {column: _mended(text, slips) for column, (_, text) in found.items()}
    fields = _fields([_relative(text, column in this) for column, (text, _) in mended.items()], form)
    rows = [(*found[column], weeks[column], *mended[column], name) for column, name in zip(found, fields, strict=True)]
    index = pd.Index(list(found), name="column", dtype="int64")
    return Header(span, pd.DataFrame(rows, index, ["row", "text", "week", "meant", "reason", "field"]))


def _mended(text: str, slips: dict[str, tuple]) -> tuple[str, str]:
    """The header text with a typing error corrected that aliases.csv lists, and the alias's reason."""
    *groups, leaf = text.split(TIER)
    slip = slips.get(spelling_key(leaf))
    return (TIER.join([*groups, slip.meant]), slip.reason) if slip else (text, "")


def _week(text: str, cutoff: date) -> date | None:
    return next((day for _, day in periods.named_cutoffs(text, cutoff)), None)


def _relative(text: str, this: bool) -> str:
    if not periods.names_week(text):
        return text
    return periods.WEEK.sub(THIS_WEEK if this else WEEK_BEFORE, unicodedata.normalize("NFC", text))


def _fields(texts: list[str], form: pd.DataFrame) -> list[str]:
    """The field of each header: by its whole text, else by its leaf if only one field has that leaf."""
    leaves = [_leaf_key(header) for header in form["header"]]
    whole = {header_key(header): name for header, name in zip(form["header"], form["field"], strict=True)}
    leaf = {key: name for key, name in zip(leaves, form["field"], strict=True) if leaves.count(key) == 1}
    return [whole.get(header_key(text)) or leaf.get(_leaf_key(text)) or "" for text in texts]


def _leaf_key(header: str) -> str:
    return header_key(header.split(TIER)[-1])
