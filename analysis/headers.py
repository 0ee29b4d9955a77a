"""Where a delivered table's header stands, and which column of it is which field.

A header has one tier, or two: a group over several leaves, its span flattened to empty cells. A column is known by
its name, never by its position: by its leaf or by "group / leaf", whatever the case, the spacing and the line breaks
(docs/method.md §7). Known typing slips are rows of aliases.csv. Weeks named in headers ("TUẦN 04/11") become
"this week" or "the week before" in relation to the cut-off.
"""

import re
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from analysis import periods
from analysis.units import plain

THIS_WEEK, WEEK_BEFORE = "TUẦN NÀY", "TUẦN TRƯỚC"
TIER = " / "
# "(%)", "(Chỉ tiêu trên 50%)", "(Từ 80% trở lên)": a unit or a target, not part of the column's name
ASIDE = re.compile(r"\([^()]*%[^()]*\)")
TARGET = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")
SEARCHED_ROWS = 60


@dataclass(frozen=True)
class Header:
    """The header of a table.

    rows     : the rows it takes up
    columns  : frame by column number: text (as delivered, tiers joined), row, field ("" where config knows none),
               week (date named in it, or NaT), meant (the header an alias stands for, else ""), reason (of the alias)
    """

    rows: tuple[int, ...]
    columns: pd.DataFrame = field(repr=False)


def header_key(text: str) -> str:
    """``"SỐ HÓA / DVCTT (Chỉ tiêu trên 50%)"`` => ``"sốhóadvctt"``; letters and digits only."""
    return re.sub(r"\W", "", ASIDE.sub("", plain(text)).casefold())


def target_of(text: str) -> float | None:
    """The target printed in a header: ``"SỐ HÓA (Từ 80% trở lên)"`` => 80; ``"(%)"`` names none."""
    found = [TARGET.search(aside) for aside in ASIDE.findall(plain(text))]
    return next((float(each[1].replace(",", ".")) for each in found if each), None)


def find(cells: pd.DataFrame, columns: pd.DataFrame, aliases: pd.DataFrame, cutoff: date) -> Header | None:
    """The rows that name the most fields of columns.csv; None where no row names the unit's column and one more.

    cells   : row, column, value (text); columns, aliases : as in config/<area>/
    """
    filled = cells[cells["value"].map(lambda value: bool(str(value).strip()))]
    texts = {
        row: dict(zip(rows["column"], rows["value"].astype(str), strict=True)) for row, rows in filled.groupby("row")
    }
    widest = int(cells["column"].max()) if len(cells) else 0
    numbers = sorted(texts)[:SEARCHED_ROWS]
    spans = [(row,) for row in numbers] + [(row, row + 1) for row in numbers if row + 1 in texts]
    best, most = None, 1
    for span in spans:
        header = _read(span, texts, widest, columns, aliases, cutoff)
        known = header.columns["field"]
        if (known == "unit").any() and known.nunique() - (known == "").any() > most:
            best, most = header, known.nunique() - (known == "").any()
    return best


def _read(
    span: tuple[int, ...],
    texts: dict[int, dict[int, str]],
    widest: int,
    columns: pd.DataFrame,
    aliases: pd.DataFrame,
    cutoff: date,
) -> Header:
    top, leaf, group, rows = texts[span[0]], texts[span[-1]], "", []
    for column in range(1, widest + 1):
        group = top.get(column, "" if column not in leaf else group)
        if len(span) == 1 or column not in leaf:
            tiers, row = [top.get(column, "")], span[0]
        else:
            tiers, row = [group, leaf[column]] if group else [leaf[column]], span[-1]
        if any(tiers):
            rows.append({"column": column, "row": row, "text": TIER.join(" ".join(tier.split()) for tier in tiers)})
    found = pd.DataFrame(rows, columns=["column", "row", "text"]).set_index("column")
    found["week"] = [_week(text, cutoff) for text in found["text"]]
    found = found.join(_named(found["text"], aliases))
    this_week = cutoff if cutoff in set(found["week"]) else max(found["week"].dropna(), default=cutoff)
    read_as = [_relative(text, week, this_week) for text, week in zip(found["meant"], found["week"], strict=True)]
    return Header(span, found.assign(field=_fields(read_as, columns)))


def _named(texts: pd.Series, aliases: pd.DataFrame) -> pd.DataFrame:
    """What each header text means once typing slips that aliases.csv knows are mended, and the slip's reason."""
    slips = aliases[aliases["what"] == "header"]
    known = {plain(row.written).casefold(): row for row in slips.itertuples()}
    hits = [known.get(plain(text.split(TIER)[-1]).casefold()) for text in texts]
    meant = [
        TIER.join([*text.split(TIER)[:-1], hit.meant]) if hit else text for text, hit in zip(texts, hits, strict=True)
    ]
    return pd.DataFrame({"meant": meant, "reason": [hit.reason if hit else "" for hit in hits]}, index=texts.index)


def _week(text: str, cutoff: date) -> date | None:
    return next((day for _, day in periods.named_cutoffs(text, cutoff)), None)


def _relative(text: str, week: date | None, this_week: date) -> str:
    if not periods.WEEK.search(text):
        return text
    return periods.WEEK.sub(THIS_WEEK if week == this_week else WEEK_BEFORE, text)


def _fields(texts: list[str], columns: pd.DataFrame) -> list[str]:
    """The field each header names: by the whole of it, else by its leaf where only one field has that leaf."""
    whole = dict(zip(columns["header"].map(header_key), columns["field"], strict=True))
    leaves = columns["header"].map(lambda header: header_key(header.split(TIER)[-1]))
    leaf = dict(
        zip(leaves[~leaves.duplicated(keep=False)], columns["field"][~leaves.duplicated(keep=False)], strict=True)
    )
    return [whole.get(header_key(text)) or leaf.get(header_key(text.split(TIER)[-1])) or "" for text in texts]
