"""The area's place in its province or nation, from a small file beside the week's table → a row of the table ``place``.

The file ``<cut-off>-xep-hang.csv`` has a header and one row: ``thứ hạng,trong số,nguồn`` or ``rank,of,source``; where
the place comes from may be left out.
"""

from pathlib import Path

from analysis.config.units import header_key
from analysis.config.wording import Wording
from analysis.gate.problems import Log
from analysis.readers import read

PLACE = ["rank", "of", "source"]
NAMES = {
    "rank": ("rank", "thứ hạng", "hạng", "xếp hạng"),
    "of": ("of", "trong số", "tổng số"),
    "source": ("source", "nguồn"),
}


def read_files(paths: list[Path], words: Wording) -> tuple[list[Log], list[dict]]:
    """The place, and a log of each file's problems: one file of a week at most, without a doubt what it says."""
    logs, rows = [], []
    for path in paths:
        logs.append(log := Log(path.name, words))
        try:
            cells = read.cells(path)
        except read.Unreadable as fault:
            log.problem(fault.key, **fault.fields)
            continue
        lines = cells.pivot_table(index="row", columns="column", values="value", aggfunc="first").fillna("").map(str)
        lines = lines[(lines != "").any(axis=1)]
        fields = {header_key(name): field for field, its in NAMES.items() for name in its}
        header = {column: fields.get(header_key(text)) for column, text in lines.iloc[0].items()}
        if {"rank", "of"} - set(header.values()):
            log.problem("problem.place_columns", log.place(lines.index[0]))
        elif len(lines) != 2:
            log.problem("problem.place_rows", count=len(lines) - 1)
        else:
            said = {field: text.strip() for column, text in lines.iloc[1].items() if (field := header[column])}
            rows += _place(said, log, lines.index[1])
    return logs, rows


def _place(said: dict[str, str], log: Log, row: int) -> list[dict]:
    for field in ("rank", "of"):
        if not (said[field].isascii() and said[field].isdigit()):
            log.problem("problem.not_a_count", log.place(row, field), said[field])
            return []
    rank, of = int(said["rank"]), int(said["of"])
    if not 1 <= rank <= of:
        log.problem("problem.no_place", log.place(row, "rank"), said["rank"], of=of)
        return []
    return [{"rank": rank, "of": of, "source": said.get("source", "")}]
