"""Places in the province or the country, from a small file beside the week's table → rows of the table ``places``.

The file ``<cut-off>-xep-hang.csv`` (or ``.xlsx``) has a row for each place: ``đơn vị, phạm vi, chỉ số, hạng, trên``.
Only the last two columns must be there: without the others a row is the place of the area's total among its peers.
"""

from pathlib import Path

import pandas as pd

from analysis.config.rules import Rules
from analysis.config.units import header_key
from analysis.config.wording import Wording
from analysis.gate.problems import Log
from analysis.gate.remarks import Headings
from analysis.gate.small_tables import Row, find_nearest, read_rows
from analysis.tables import ABOUT_INDICATOR, ABOUT_UNIT, COUNTRY, PROVINCE

PLACES = ["unit_code", "scope", "indicator", "place", "of", "source"]
NAMES = {
    "unit": ("đơn vị", "tên đơn vị", "địa bàn", "unit"),
    "scope": ("phạm vi", "scope"),
    "indicator": ("chỉ số", "chỉ tiêu", "nhóm chỉ số", "tiêu chí", "group", "indicator"),
    "place": ("hạng", "thứ hạng", "xếp hạng", "place", "rank"),
    "of": ("trên", "trong số", "tổng số", "of"),
    "source": ("nguồn", "source"),
}
SCOPES = {
    PROVINCE: ("tỉnh", "trong tỉnh", "toàn tỉnh", "cấp tỉnh", "thành phố", "toàn thành phố", "province"),
    COUNTRY: ("cả nước", "trong cả nước", "toàn quốc", "quốc gia", "country", "nation"),
}
TOTAL = ("total", "tổng", "tổng điểm", "tổng số điểm", "tổng cộng")


def read_files(
    paths: list[Path], headings: Headings, registered: pd.DataFrame, rules: Rules, words: Wording
) -> tuple[list[Log], list[dict]]:
    """The rows of PLACES that the files say, and a log of each file's problems. A place is said once.

    registered : unit_code, unit_name of the week's units
    """
    find = _Finder(headings, registered, rules)
    logs, rows, first = [], [], {}
    for path in paths:
        logs.append(log := Log(path.name, words))
        for line in read_rows(path, NAMES, ("place", "of"), log):
            row = _place(line, log, find)
            if row is None:
                continue
            key = (row["unit_code"], row["scope"], row["indicator"])
            if key in first:
                log.problem("problem.place_twice", line.place(log, "place"), line.texts["place"], first=first[key])
                continue
            first[key] = f"{path.name}:{line.number}"
            rows.append(row)
        if not log.problems and not any(each.startswith(f"{path.name}:") for each in first.values()):
            log.problem("problem.no_places")
    return logs, rows


def with_configured(rows: list[dict], rules: Rules) -> pd.DataFrame:
    """The table ``places``: the rows of files; where none is the area's own total, its row of province_rank.csv too."""
    own = {"unit_code": rules.settings["code"], "scope": rules.settings["name"]["peers_in"], "indicator": "TOTAL"}
    held = rules.province_rank[rules.province_rank["cutoff"] == pd.Timestamp(rules.cutoff)]
    if not any(own.items() <= row.items() for row in rows):
        rows = [*(own | _configured(each) for each in held.itertuples()), *rows]
    return pd.DataFrame(rows, columns=PLACES).astype({"place": float, "of": float})


def _configured(row: object) -> dict:
    return {"place": row.rank, "of": row.of, "source": row.source}


class _Finder:
    """Finds what a cell names, by exactly one of its names; says what it may have meant where it names nothing."""

    def __init__(self, headings: Headings, registered: pd.DataFrame, rules: Rules) -> None:
        settings, self._headings = rules.settings, headings
        named = [settings["name"]["vi"], settings["name"]["en"], settings["code"], *settings["control_rows"]]
        named += [f"{office} {settings['name']['vi']}" for office in ("UBND", "Ủy ban nhân dân")]
        self.area, self.of_area = settings["code"], {header_key(name) for name in ["", *named]}
        self.peers_in = settings["name"]["peers_in"]
        self.scopes = {header_key(name): scope for scope, its in SCOPES.items() for name in its}
        totals = [form.loc[form["field"] == "total", "header"] for form in rules.forms.values()]
        self.totals = {header_key(name) for name in ["", *TOTAL, *(name for its in totals for name in its)]}
        self.unit_names = [*registered["unit_name"], settings["name"]["vi"]]
        tables = (rules.indicators, rules.groups)
        self.indicator_names = [name for its in tables for name in (*its["name_vi"], *its["name_en"]) if name]

    def unit(self, text: str) -> str | None:
        """The code of the unit, or of the area."""
        if header_key(text) in self.of_area:
            return self.area
        return self._found(text, ABOUT_UNIT)

    def indicator(self, text: str) -> str | None:
        """The indicator or group; TOTAL for the total."""
        return "TOTAL" if header_key(text) in self.totals else self._found(text, ABOUT_INDICATOR)

    def scope(self, text: str, unit: str | None) -> str | None:
        """Where it is a place: an area's own among its peers, a unit's in the province, where the cell does not say."""
        if not text:
            return self.peers_in if unit == self.area else PROVINCE
        return self.scopes.get(header_key(text))

    def _found(self, text: str, about: str) -> str | None:
        found = self._headings.find(text)
        return found[1] if found and found[0] == about else None


def _place(line: Row, log: Log, find: _Finder) -> dict | None:
    """The row, or None with every problem of its cells."""
    before = len(log.problems)
    said = dict.fromkeys(NAMES, "") | line.texts
    unit = _known(line, log, "unit", find.unit(said["unit"]), find.unit_names, "problem.unknown_unit")
    indicator = _known(
        line, log, "indicator", find.indicator(said["indicator"]), find.indicator_names, "problem.unknown_place_of"
    )
    scope = find.scope(said["scope"], unit)
    if scope is None:
        shown = [its[0 if log.words.lang == "vi" else -1] for its in SCOPES.values()]
        log.problem("problem.unknown_scope", line.place(log, "scope"), said["scope"], scopes=log.words.listed(shown))
    for field in ("place", "of"):
        if not (said[field].isascii() and said[field].isdigit()):
            log.problem("problem.not_a_count", line.place(log, field), said[field])
    if len(log.problems) > before:
        return None
    place, of = int(said["place"]), int(said["of"])
    if not 1 <= place <= of:
        log.problem("problem.no_place", line.place(log, "place"), said["place"], of=of)
        return None
    return dict(zip(PLACES, (unit, scope, indicator, place, of, said["source"]), strict=True))


def _known(line: Row, log: Log, field: str, code: str | None, names: list[str], key: str) -> str | None:
    """``code``, or a problem that names what the cell may have meant."""
    if code is None:
        text = line.texts[field]
        like = find_nearest(text, names)
        fields = {"nearest": like} if like else {}
        log.problem(f"{key}_like" if like else key, line.place(log, field), text, **fields)
    return code
