"""Collects the problems of an input, and the repairs (cells that cleaning changed), each with its place."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from analysis.characters import visible
from analysis.config.wording import Wording

ERROR, WARNING, PASSED = "error", "warning", "passed"  # refused; accepted and shown; a line that is passed over
MOST_OF_A_KIND = 200
MOST_SHOWN = 200  # characters of a value
MOST_OF = {"problem.files_disagree": 20}  # a file that is another week's disagrees everywhere


class Problem(NamedTuple):
    """A problem before it is said: its kind is the key of its sentence."""

    severity: str
    place: dict
    value: str
    key: str
    fields: dict


class Log:
    """Collects problems and repairs, each with the place of its cell: file, row, column and column letter.

    problems : what ``listed`` makes rows of problems.csv of;  repairs : rows of repairs.csv
    """

    def __init__(self, file: str, words: Wording) -> None:
        self.file, self.words = visible(file), words
        self.problems: list[Problem] = []
        self.repairs: list[dict] = []

    def place(self, row: int | str = "", column: str = "", column_letter: str = "") -> dict:
        return {"file": self.file, "row": row, "column": column, "column_letter": column_letter}

    def problem(self, key: str, place: dict | None = None, value: str = "", severity: str = ERROR, **fields) -> None:
        self.problems.append(Problem(severity, place or self.place(), value, key, fields))


def listed(problems: Iterable[Problem], words: Wording) -> list[dict]:
    """The rows of problems.csv: the first 200 of a kind, the last of which says how many more.

    Warnings about an accepted input are all listed: the report counts them, and a table of registered units has few.
    """
    held = list(problems)
    refused = any(each.severity == ERROR for each in held)
    counts, seen, rows = Counter((each.key, each.severity) for each in held), Counter(), []
    for each in held:
        kind = each.key, each.severity
        seen[kind] += 1
        most = counts[kind] if each.severity == WARNING and not refused else MOST_OF.get(each.key, MOST_OF_A_KIND)
        if seen[kind] > most:
            continue
        said = words.say(each.key, **each.fields)
        if seen[kind] == most < counts[kind]:
            said = words.say("problem.and_more", problem=said, count=words.number(counts[kind] - most, 0))
        rows.append({"severity": each.severity, **each.place, "value": shortened(each.value), "problem": said})
    return rows


def shortened(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"
