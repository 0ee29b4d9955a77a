"""Reads run.json, the record of a published week. Whatever the file holds: what is no record of that week is none.

Its paths lead to files that are read, copied and compared, so that a record that names another place, such as ``../x``,
is none either. A week without a record is made again.
"""

import re
from pathlib import Path

from analysis.config.speech import LANGUAGES
from analysis.weeks import atomic, paths

NAME = "run.json"
APART = re.compile(r"[/\\]")  # a record may come from the other system
PARAMETERS = ("lang", "province_rank")


def read(home: Path, area: str, cutoff: str, folder: Path | None = None) -> dict:
    """The record of a week; {} where there is none. folder : of the week's tables, where they have another place"""
    record = atomic.load_json((folder or paths.processed(home, area, cutoff)) / NAME)
    return record if _is_record(record, area, cutoff) else {}


def read_products(home: Path, area: str, cutoff: str) -> dict[str, str] | None:
    """sha256 of the products of a week, by path below ``home``; None where the file is no record of it.

    The rest of the record, which lists every earlier week, is not looked at: this is asked of a hundred weeks at once.
    """
    made = atomic.load_json(paths.processed(home, area, cutoff) / NAME)
    products = made.get("products", {})
    is_own = made and (made.get("area", area), made.get("cutoff", cutoff)) == (area, cutoff)
    return products if is_own and _digests(products, _own(area, cutoff)) else None


def read_token(path: Path) -> dict[str, str]:
    """sha256 of each table that a stage wrote, by name, as its token says; {} where it is no token."""
    tables = atomic.load_json(path).get("tables")
    is_token = _texts_by_text(tables) and all(re.fullmatch(r"\w+", name, re.ASCII) for name in tables)
    return tables if is_token else {}


def _is_record(record: dict, area: str, cutoff: str) -> bool:
    inputs = record.get("inputs", {})
    return (
        record.get("area", area) == area
        and record.get("cutoff", cutoff) == cutoff
        and type(record.get("revision", 1)) is int
        and isinstance(inputs, dict)
        and all(_texts(record.get(name, [])) for name in ("units", "failed"))
        and all(_texts(inputs.get(name, [])) for name in ("raw", "remarks", "replies"))
        and isinstance(inputs.get("remind", False), bool)
        and isinstance(inputs.get("forms", ""), str)
        and (inputs.get("units", "none") in ("none", "all") or _texts(inputs["units"]))
        and all(_texts_by_text(inputs.get(name, {})) for name in ("config", "code", "versions"))
        and _texts_by_text(record.get("stages", {}))
        and isinstance(record.get("commit", ""), str)
        and _parameters(inputs.get("parameters", {}))
        and _digests(record.get("products", {}), _own(area, cutoff))
        and _digests(inputs.get("earlier", {}), [f"data/processed/{area}/"], deep=5)
    )


def _own(area: str, cutoff: str) -> list[str]:
    """The folders of a week below the home."""
    return [f"{top}/{area}/{cutoff}/" for top in ("data/processed", "reports")]


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _texts_by_text(value: object) -> bool:
    return isinstance(value, dict) and _texts([*value.values()])


def _parameters(value: object) -> bool:
    return _texts_by_text(value) and {*value} <= {*PARAMETERS} and value.get("lang", LANGUAGES[0]) in LANGUAGES


def _digests(value: object, below: list[str], deep: int = 4) -> bool:
    """Whether these are digests by path, each path in one of these folders and of so many parts at least."""
    return _texts_by_text(value) and all(
        path.startswith(tuple(below))
        and "\0" not in path
        and len(parts := APART.split(path)) >= deep
        and not {"", ".", ".."} & {*parts}
        for path in value
    )
