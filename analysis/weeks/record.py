"""Reads run.json, the record of a published week. Whatever the file holds: what is no record of that week is none.

Its paths lead to files that are read, copied and compared, so that a record that names another place, such as ``../x``,
is none either. A week without a record is made again.
"""

import hashlib
import json
import re
from pathlib import Path

from analysis.config.speech import LANGUAGES
from analysis.weeks import atomic, paths

NAME = "run.json"
APART = re.compile(r"[/\\]")  # a record may come from the other system
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
DEEP = 4  # parts of a week's folder: data/processed/<area>/<cut-off>
PARAMETERS = ("lang", "province_rank")


def read(home: Path, area: str, cutoff: str, folder: Path | None = None) -> dict:
    """The record of a week; {} where there is none. folder : of the week's tables, where they have another place

    Older programs recorded each table of the earlier weeks; here they are as ``by_week`` has them.
    """
    record = atomic.load_json((folder or paths.processed(home, area, cutoff)) / NAME)
    if not _is_record(record, area, cutoff):
        return {}
    if earlier := record.get("inputs", {}).get("earlier"):
        record["inputs"]["earlier"] = by_week(earlier)
    return record


def by_week(digests: dict[str, str]) -> dict[str, str]:
    """One digest for the tables of each week, by its folder: with each table of each earlier week, the records of many
    weeks would grow with the square of their number, and every run reads them.

    digests : of tables by path below the home; of a week's folder it is one already
    """
    found, weeks = {}, {}
    for path, digest in digests.items():
        parts = APART.split(path)
        if len(parts) > DEEP:
            weeks.setdefault("/".join(parts[:DEEP]), {})["/".join(parts)] = digest
        else:
            found[path] = digest
    told = {folder: json.dumps(its, sort_keys=True).encode() for folder, its in weeks.items()}
    return found | {folder: hashlib.sha256(its).hexdigest() for folder, its in told.items()}


def read_products(home: Path, area: str, cutoff: str) -> dict[str, str] | None:
    """sha256 of the products of a week, by path below ``home``; None where the file is no record of it.

    The rest of the record is not looked at: this is asked of hundreds of weeks at once.
    """
    made = atomic.load_json(paths.processed(home, area, cutoff) / NAME)
    products = made.get("products", {})
    return products if made and _is_of(made, area, cutoff) and _digests(products, _own(area, cutoff)) else None


def read_failed(home: Path, area: str, cutoff: str) -> list[str]:
    """The units whose pages failed, by the week's record; nothing else of it is looked at, as in ``read_products``."""
    made = atomic.load_json(paths.processed(home, area, cutoff) / NAME)
    failed = made.get("failed", [])
    return failed if _is_of(made, area, cutoff) and _texts(failed) else []


def read_token(path: Path) -> dict[str, str]:
    """sha256 of each table that a stage wrote, by name, as its token says; {} where it is no token."""
    tables = atomic.load_json(path).get("tables")
    is_token = _texts_by_text(tables) and all(re.fullmatch(r"\w+", name, re.ASCII) for name in tables)
    return tables if is_token else {}


def _is_record(record: dict, area: str, cutoff: str) -> bool:
    inputs = record.get("inputs", {})
    return (
        _is_of(record, area, cutoff)
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
        and _digests(earlier := inputs.get("earlier", {}), [f"data/processed/{area}/"])
        and all(DAY.fullmatch(APART.split(path)[DEEP - 1]) for path in earlier)
    )


def _is_of(record: dict, area: str, cutoff: str) -> bool:
    return (record.get("area", area), record.get("cutoff", cutoff)) == (area, cutoff)


def _own(area: str, cutoff: str) -> list[str]:
    """The folders of a week below the home."""
    return [f"{top}/{area}/{cutoff}/" for top in ("data/processed", "reports")]


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _texts_by_text(value: object) -> bool:
    return isinstance(value, dict) and _texts([*value.values()])


def _parameters(value: object) -> bool:
    return _texts_by_text(value) and {*value} <= {*PARAMETERS} and value.get("lang", LANGUAGES[0]) in LANGUAGES


def _digests(value: object, below: list[str], deep: int = DEEP) -> bool:
    """Whether these are digests by path, each path in one of these folders and of so many parts at least."""
    return _texts_by_text(value) and all(
        path.startswith(tuple(below))
        and "\0" not in path
        and len(parts := APART.split(path)) >= deep
        and not {"", ".", ".."} & {*parts}
        for path in value
    )
