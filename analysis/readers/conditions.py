"""Conditional formats of a sheet (ISO/IEC 29500-1, 18.3.1.18): the cells that they may show otherwise.

A rule that compares with a number is tried. Where any other rule applies is not known, so it counts everywhere.
"""

import re
from collections.abc import Callable, Iterator

from analysis.readers import numberformat, workbook
from analysis.readers.appearance import Style
from analysis.readers.grid import MOST_CELLS, MOST_ROWS, STRUCK, Grid, Unreadable

NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
OPERATORS = {
    **{"lessThan": "<", "lessThanOrEqual": "<=", "greaterThan": ">", "greaterThanOrEqual": ">="},
    **{"equal": "=", "notEqual": "<>"},
}


class Rule:
    """One rule: where, when, and what it changes."""

    def __init__(self, attributes: dict[str, str]) -> None:
        self.type = attributes.get("type", "")
        self.operator = attributes.get("operator", "")
        self.number = attributes.get("dxfId")
        self.areas = ""
        self.formulas: list[str] = []
        self.own: workbook.Change | None = None
        self.without_value = False  # it shows a bar or a picture only

    def may_apply(self, value: object, kind: str) -> bool:
        if self.type == "containsBlanks":
            return False
        if self.type in ("containsErrors", "notContainsErrors"):
            return (kind == "error") == (self.type == "containsErrors")
        literals = [float(each) for each in self.formulas if NUMBER.fullmatch(each)]
        if self.type != "cellIs" or kind not in ("number", "percent") or len(literals) < len(self.formulas):
            return True
        if self.operator in OPERATORS and len(literals) == 1:
            return numberformat.COMPARE[OPERATORS[self.operator]](float(value), literals[0])
        if self.operator in ("between", "notBetween") and len(literals) == 2:
            return (min(literals) <= value <= max(literals)) == (self.operator == "between")
        return True


class Conditions:
    """Collects the rules of a sheet; ``disguise`` says of its cells what they change."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.first = 0  # the first rule of the areas that are being read
        self.taking: list[str] | None = None
        self.areas = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "conditionalFormatting":
            self.first, self.areas = len(self.rules), attributes.get("sqref", "")
        elif tag == "cfRule":
            self.rules.append(Rule(attributes))
            self.rules[-1].areas = self.areas
        elif tag in ("formula", "f", "sqref"):
            self.taking = []
        elif self.rules:
            rule = self.rules[-1]
            if tag in ("dataBar", "iconSet"):
                rule.without_value |= not workbook.is_on(attributes.get("showValue", "1"))
            elif tag == "dxf":
                rule.own = workbook.Change()
            elif rule.own:
                rule.own.take(tag, attributes)

    def end(self, tag: str) -> None:
        if self.taking is not None and tag in ("formula", "f", "sqref"):
            text, self.taking = "".join(self.taking).strip(), None
            if tag == "sqref":  # of rules in an extension it comes behind them
                for rule in self.rules[self.first :]:
                    rule.areas = text
            elif self.rules:
                self.rules[-1].formulas.append(text)

    def text(self, characters: str) -> None:
        if self.taking is not None:
            self.taking.append(characters)

    def disguise(self, grid: Grid, style_at: Callable[[int, int], Style], made: workbook.Styles) -> None:
        """Hide the cells that a rule may hide; give those that it may show otherwise the kind ``format``."""
        for rule in self.rules:
            change = rule.own or (
                dict(enumerate(made.changes)).get(workbook.index(rule.number)) if rule.number else None
            )
            if not (rule.without_value or (change and (change.code or change.look.marks or change.look.colour))):
                continue
            for row, column in _cells(grid, rule.areas):
                value, kind, mark = grid.rows[row][column]
                if not rule.may_apply(value, kind):
                    continue
                shown = _shown(value, kind, change.code) if change else kind
                if (
                    rule.without_value
                    or shown == "nothing"
                    or (change and _unseen(change, style_at(row, column), made))
                ):
                    grid.hidden_cells.add((row, column))
                elif shown != kind:
                    grid.rows[row][column] = value, "format", mark


def _shown(value: object, kind: str, code: str) -> str:
    return numberformat.shown(value, 0, code).kind if code and kind in ("number", "percent") else kind


def _unseen(change: workbook.Change, style: Style, made: workbook.Styles) -> bool:
    own = change.look.font(made.colours)
    colour = own.colour if change.look.colour else style.font.colour
    behind = change.fill.colour(made.colours, conditional=True) or style.behind
    return STRUCK in own.marks or not style.font._replace(colour=colour).is_seen(behind)


def _cells(grid: Grid, areas: str) -> Iterator[tuple[int, int]]:
    """The cells of the grid in the areas, such as ``G6:G23 K6``. Raises : Unreadable where the areas are too many."""
    for area in areas.split():
        first, _, last = area.replace("$", "").partition(":")
        (top, left), (bottom, right) = workbook.place(first), workbook.place(last or first)
        for row in range(max(top, 1), min(bottom, MOST_ROWS) + 1):
            grid.used["conditions"] += 1 + len(grid.rows.get(row, ()))
            if grid.used["conditions"] > MOST_CELLS:
                raise Unreadable("problem.file.too_many_cells", limit=MOST_CELLS)
            yield from ((row, column) for column in grid.rows.get(row, ()) if left <= column <= right)
