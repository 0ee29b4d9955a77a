"""What units are asked by name: about their band, a fall, their own rate, and what the office itself asks of one.

Each unit once, with all its rows of the ledger that stand with the unit (OF_UNITS).
"""

import pandas as pd

from analysis.config.wording import capital, uncapital
from analysis.method.asked import BAND, FELL, OWN, SIGNAL
from analysis.report import ask_words
from analysis.report.edition import Edition
from analysis.tables import ADDRESSEES

UNIT = ADDRESSEES[0]
OF_UNITS = (BAND, FELL, SIGNAL, OWN)  # what stands with the unit, the strongest first; all else with its indicator
# The findings that tell a unit what it is asked about, in this order, unless they are only good to know.
ASKED_ABOUT = ("entered_band", "band", "fell", "step", "move", "signal", "route")
OF_BAND, OF_FALL = ("entered_band", "band"), ("fell", "step", "move")  # which tell a band, and a fall
ASKS = {BAND: "piece.ask_weak", FELL: "piece.ask_fallen", SIGNAL: "piece.ask_signal", OWN: "followup.do_own"}


def find_units(edition: Edition, kind: str) -> list[str]:
    """The units whose strongest ask that stands with the unit is of this kind, the farthest from its target first."""
    rows = edition.open_asks
    rows = rows[rows["kind"].isin(OF_UNITS) & (rows["addressee"] == UNIT)]
    rows = rows.assign(rank=rows["kind"].map(OF_UNITS.index), left=rows["target"] - rows["level"])
    first = rows.sort_values(["rank", "left"], ascending=[True, False], kind="stable").drop_duplicates("unit_code")
    return first.loc[first["kind"] == kind, "unit_code"].tolist()


def ask_units(edition: Edition, codes: list[str], kind: str, most: int) -> list[dict]:
    """The requests to units by name: what each of the first ``most`` is asked about, and what it is to do; the others
    are counted. Units of which no more is known than their weak band are asked together."""
    asked = [ask_unit(edition, code, kind) for code in codes[:most]]
    if kind == BAND:
        asked = _ask_together(edition, asked)
    if others := len(codes[most:]):
        asked.append({"name": "", "unit": "", "texts": [edition.words.say("piece.others_asked", count=others)]})
    return asked


def _ask_together(edition: Edition, asked: list[dict]) -> list[dict]:
    """The requests, one for all units of a band that are told nothing but their band and the same ask."""
    words, names, units = edition.words, edition.names, edition.units.set_index("unit_code")
    ask, alike = words.say(ASKS[BAND]), {}
    for each in asked:
        if len(each["texts"]) == 2 and each["texts"][-1] == ask and units.at[each["unit"], "band"]:
            alike.setdefault(units.at[each["unit"], "band"], []).append(each["unit"])
    rows = edition.open_asks.query("kind == @BAND").itertuples(index=False)
    times = {row.unit_code: ask_words.say_times(edition, row) for row in rows}
    for band, codes in alike.items():
        if len(codes) < 2:
            continue
        about = {code: ", ".join(filter(None, [words.number(units.at[code, "total"]), times[code]])) for code in codes}
        told = words.listed(f"{names.typed(code)} ({about[code]})" for code in codes)
        texts = [capital(words.say("piece.weak_together", units=told, band=names.band(band)))]
        together = {"name": "", "unit": "", "texts": [*texts, words.say("piece.ask_weak_together")]}
        place = next(at for at, each in enumerate(asked) if each["unit"] == codes[0])
        asked[place] = together
        asked = [each for each in asked if each["unit"] not in codes]
    return asked


def ask_unit(edition: Edition, code: str, kind: str) -> dict:
    """What a unit is asked that stands with the unit: all its rows, the strongest of this ``kind``.

    ``short`` has a text for each row and the ask; ``texts`` also what explains it.
    """
    told = tell_unit(edition, code, ASKED_ABOUT)
    texts = [text for about, its in told.items() for text in (its[:1] if about == "route" else its)]
    fallen = told["fell"][:1] or told["move"] or ([] if told["still"] else told["step"][:1])
    short = [*told["entered_band"], *told["band"], *told["still"], *fallen, *told["signal"]]
    ask = _find_ask(edition, code, kind)
    return {"name": "", "unit": code, "texts": [*texts, ask], "short": [*short, ask]}


def _find_ask(edition: Edition, code: str, kind: str) -> str:
    """What the unit is to do."""
    if kind == BAND and (department := _find_department(edition, code)):
        return edition.words.say("piece.ask_weak_with", department=department)
    is_lost = kind == FELL and edition.found("fell").loc[lambda rows: rows["unit_code"] == code].empty
    if is_lost and len(_find_lost(edition, code)):
        return edition.words.say("piece.ask_stepped")
    return edition.words.say(ASKS[kind])


def _find_lost(edition: Edition, code: str) -> pd.DataFrame:
    """The blocks of points that the unit lacks, of this time or from before."""
    steps = edition.found("step")
    return steps[(steps["unit_code"] == code) & (steps["reference"] < 0)]


def tell_unit(edition: Edition, code: str, kinds: tuple[str, ...]) -> dict[str, list[str]]:
    """What the findings of each of these kinds say of what a unit is asked about; nothing twice, and nothing else.

    The fall into a weak band tells the band, and the fall of a total its parts: of these only doubts are told again.
    ``still``: what is asked of it that none of these findings tells, or not that it was asked before.
    The first text begins with the unit's full name.
    """
    its, rows = edition.of_unit("findings", code), edition.open_asks
    rows = rows[(rows["unit_code"] == code) & (rows["addressee"] == UNIT) & rows["kind"].isin(OF_UNITS)]
    its = its[its["severity"] != "info"]
    asked = {*OF_BAND, *OF_FALL, "route"} if rows["kind"].isin([BAND, FELL]).any() else set()
    told = {kind: its.loc[its["finding"] == kind, "text"].tolist() if kind in asked else [] for kind in kinds}
    if "signal" in told:
        of_rows = set(rows.loc[rows["kind"] == SIGNAL, "indicator"])
        told["signal"] = its.loc[(its["finding"] == "signal") & its["indicator"].isin(of_rows), "text"].tolist()
    if told.get("entered_band"):
        told["band"] = []
    if told.get("fell"):
        doubt = edition.words.say("finding.part_revised")
        told["move"] = [text for text in told["move"] if text.endswith(doubt)]
    still = [_say_still(edition, row) for row in rows.itertuples(index=False) if not _is_told(told, its, row)]
    first = {kind: told.pop(kind) for kind in OF_BAND}
    return _begin_with_full_name(edition, code, first | {"still": still} | told)


def _is_told(told: dict[str, list[str]], its: pd.DataFrame, row) -> bool:
    """Whether the findings tell this ask, and how often it was asked, if that was more than once."""
    if row.kind == FELL:
        return row.times < 2 and any(told.get(kind) for kind in OF_FALL)
    if row.kind == SIGNAL:
        return bool(((its["finding"] == "signal") & (its["indicator"] == row.indicator)).any())
    return row.kind == BAND and (bool(told.get("band")) or (bool(told.get("entered_band")) and row.times < 2))


def _say_still(edition: Edition, row) -> str:
    """``Mỹ Hội Đông – tổng điểm: 51,10 điểm; cần đạt từ 56,88 điểm (lần 2).``"""
    fields = {"unit": ask_words.name_unit(edition, row), "ask": uncapital(ask_words.say_ask(edition, row)).rstrip(".")}
    if about := ", ".join(ask_words.say_about(edition, row)):
        return capital(edition.words.say("followup.still_again", about=about, **fields))
    return capital(edition.words.say("followup.still", **fields))


def _begin_with_full_name(edition: Edition, code: str, told: dict[str, list[str]]) -> dict[str, list[str]]:
    name = edition.names.unit(code)
    for texts in told.values():
        if texts:
            if begun := next((each for each in (name, capital(name)) if texts[0].startswith(each)), ""):
                texts[0] = edition.names.full_unit(code) + texts[0].removeprefix(begun)
            break
    return told


def _find_department(edition: Edition, code: str) -> str:
    """The department in charge of the first indicator on the unit's route, or of its group; "": none.

    Where no route leads to the next band, the indicators that can still add most come first.
    """
    rules, routes = edition.rules, edition.of_unit("routes", code)
    responsible = rules.settings["responsible"]
    groups = dict(zip(rules.indicators["indicator"], rules.indicators["group"], strict=True))
    on_route = routes["order"].notna() if routes["order"].notna().any() else routes["room_points"] > 0
    ordered = routes[on_route].sort_values(["order", "room_points"], ascending=[True, False], kind="stable")
    for indicator in ordered["indicator"]:
        if named := responsible.get(indicator) or responsible.get(groups.get(indicator)):
            return named[edition.words.lang]
    return ""
