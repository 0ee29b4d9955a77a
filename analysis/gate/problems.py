"""Collects the problems of an input, and the repairs (cells that cleaning changed), each with its place."""

from analysis.config.wording import Wording

ERROR, WARNING = "error", "warning"  # refused; accepted and shown


class Log:
    """Collects problems and repairs, each with the place of its cell: file, row, column and column letter.

    problems : rows of problems.csv;  repairs : rows of repairs.csv
    """

    def __init__(self, file: str, words: Wording) -> None:
        self.file, self.words = file, words
        self.problems: list[dict] = []
        self.repairs: list[dict] = []

    def place(self, row: int | str = "", column: str = "", column_letter: str = "") -> dict:
        return {"file": self.file, "row": row, "column": column, "column_letter": column_letter}

    def problem(self, key: str, place: dict | None = None, value: str = "", severity: str = ERROR, **fields) -> None:
        said = self.words.say(key, **fields)
        self.problems.append({"severity": severity, **(place or self.place()), "value": value, "problem": said})
