"""Checks the sums and rates that area.toml declares of each row: what was received is what came online and by hand.

Each check takes a sheet (``sheet.Reading``) and one of its records, and adds what it finds to the sheet's problems. A
figure that is missing, or a column that this table does not have, leaves nothing to compare.
"""

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from analysis.gate.problems import ERROR, WARNING

if TYPE_CHECKING:
    from analysis.gate.sheet import Reading, Record

SEVERITIES = {"error": ERROR, "warn": WARNING}


def check(sheet: "Reading", record: "Record") -> None:
    """Every declared sum and rate must hold in the row; where one does not, the cell of the total or rate is named."""
    for its in sheet.rules.settings.get("balances", ()):
        total, *parts = _values(record, [its["total"], *its["parts"]])
        if None not in (total, *parts) and abs(total - sum(parts)) > _exact(its["tolerance"]):
            named = " + ".join(_header(sheet, name) for name in its["parts"])
            said = {
                "parts": named,
                "sum": _shown(sheet, sum(parts)),
                "difference": _shown(sheet, total - sum(parts), True),
            }
            _fault(sheet, record, its["total"], "problem.wrong_balance", its["severity"], said)
    for its in sheet.rules.settings.get("shares", ()):
        rate, part, whole = _values(record, [its["rate"], its["part"], its["of"]])
        if None in (rate, part, whole) or whole == 0:
            continue
        counted = 100 * part / whole
        if abs(rate - counted) > _tolerance(sheet, its):
            said = {
                "part": _header(sheet, its["part"]),
                "whole": _header(sheet, its["of"]),
                "rate": sheet.words.number(float(counted)),
                "difference": sheet.words.number(float(rate - counted), signed=True),
            }
            _fault(sheet, record, its["rate"], "problem.wrong_share", its["severity"], said)


def _values(record: "Record", names: list[str]) -> list[Decimal | None]:
    held = (record.values.get(name) for name in names)
    return [None if value is None else _exact(value) for value in held]


def _exact(value: float) -> Decimal:
    """The number as it is written: 0.1 is a tenth, so that sums are compared without binary noise."""
    return Decimal(str(value))


def _tolerance(sheet: "Reading", share: dict) -> Decimal:
    """As declared, else half of the last digit that columns.csv declares of the rate, else of the second decimal."""
    if share["tolerance"] is not None:
        return _exact(share["tolerance"])
    declared = sheet.spec_of[share["rate"]]["decimals"]
    half = Decimal(5).scaleb(-1 - (2 if math.isnan(declared) else int(declared)))
    return _exact(sheet.layouts[share["rate"]].meant(str(half)))


def _header(sheet: "Reading", name: str) -> str:
    return sheet.heads[sheet.column_of[name]]


def _shown(sheet: "Reading", number: Decimal, signed: bool = False) -> str:
    return sheet.words.number(float(number), max(0, -number.normalize().as_tuple().exponent), signed=signed)


def _fault(sheet: "Reading", record: "Record", name: str, key: str, severity: str, said: dict) -> None:
    sheet.fault(key, record.row, sheet.column_of[name], SEVERITIES[severity], **said)
