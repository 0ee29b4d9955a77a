"""Who is asked for what: the heads of all units, units by name, and each department by its tasks and indicators.

What is asked is what the ledger of asks has open (table ``asks``); nothing is asked of a unit without a row there. A
row about a unit as a whole stands with the unit (asks_of_units.py), one about a figure with its indicator
(asks_of_figures.py).
"""

from collections.abc import Callable

import pandas as pd

from analysis.config.departments import find_code
from analysis.config.wording import MISSING, capital
from analysis.method.asked import FLAG, OWN, SIGNAL
from analysis.method.ledger import ONCE
from analysis.report import ask_words, remarks, sentences
from analysis.report.asks_of_figures import ask_about, say_met, say_range, say_steady
from analysis.report.asks_of_units import OF_UNITS, ask_unit, ask_units, find_units
from analysis.report.edition import Edition, once
from analysis.report.phrases import say_opened
from analysis.tables import ABOUT_DEPARTMENT, ABOUT_INDICATOR, ADDRESSEES

UNIT, UNITS, DEPARTMENT = ADDRESSEES


@once
def request_rows(edition: Edition) -> list[dict]:
    """``name`` (of the indicator; "" where a unit is asked), ``unit`` (its code; not of an indicator), ``texts`` and
    ``short`` (the same in few words) of each request to units.

    Each unit once, with all that it is asked about but its single figures; the strongest reason first. Then what the
    office asks all units itself, and the indicators that no department answers for.
    """
    asked = []
    for kind in OF_UNITS:
        codes, most = find_units(edition, kind), edition.rules.settings["fell_most"]
        most = edition.rules.settings["page"]["signals"] if kind == SIGNAL else len(codes) if kind == OWN else most
        asked += ask_units(edition, codes, kind, most)
    asked += [{"name": "", "unit": "", "texts": [text]} for text in _say_own(edition, UNITS, "")]
    return [{"short": row["texts"]} | row for row in asked + _say_each(edition, _find_nobodys(edition), ask_about)]


def say_general_remarks(edition: Edition) -> list[str]:
    """The office's own remarks that no department's section holds."""
    return remarks.say_general(edition, _find_nobodys(edition))


def general_orders(edition: Edition) -> list[str]:
    """What the heads of all units are ordered, week by week: the tasks of tasks.csv that no department has."""
    return say_tasks(edition, "")


@once
def department_sections(edition: Edition) -> list[dict]:
    """A section for each department that has a standing task, a remark, or an indicator about which something is asked.

    ``code, name`` (to begin a line); ``standing``: its tasks of tasks.csv; ``asks``: what is open or was met this week,
    and ``watched``: how the units stand where nothing is asked, each with the ``indicator``, its ``name`` and
    ``texts``; ``remarks``: the office's own words
    """
    answering, sections = _find_answering(edition), []
    for department in edition.rules.departments:
        its = [indicator for indicator, code in answering.items() if code == department.code]
        asked, tasks = _say_each(edition, its, _ask_met_and_remark), say_tasks(edition, department.code)
        own = _say_own(edition, DEPARTMENT, department.code)
        asked = [{"indicator": "", "name": edition.words.say("followup.own"), "texts": [text]} for text in own] + asked
        said = remarks.say_remarks(edition, ABOUT_DEPARTMENT, department.code)
        if tasks or asked or said:
            named = {each["indicator"] for each in asked}
            watched = _say_each(edition, [each for each in its if each not in named], say_range)
            about = {"code": department.code, "name": capital(department.called(edition.words.lang))}
            sections.append(about | {"standing": tasks, "asks": asked, "watched": watched, "remarks": said})
    return sections


def asked_departments(edition: Edition) -> list[str]:
    """The names of the departments about whose indicators something is asked this week, as within a sentence."""
    asked = {code for indicator, code in _find_answering(edition).items() if ask_about(edition, indicator)}
    own = edition.open_asks.query("kind == @OWN and addressee == @DEPARTMENT")
    asked |= set(own["department"])
    return [each.called(edition.words.lang) for each in edition.rules.departments if each.code in asked]


def _find_nobodys(edition: Edition) -> list[str]:
    return [indicator for indicator, code in _find_answering(edition).items() if not code]


def _find_answering(edition: Edition) -> dict[str, str]:
    """The code of the department that answers for each indicator and group that something may be asked or said about.

    An indicator without a department of its own is its group's; "": nobody's.
    """
    rules = edition.rules
    named = {code: find_code(each["vi"]) for code, each in rules.settings["responsible"].items()}
    groups = dict(zip(rules.indicators["indicator"], rules.indicators["group"], strict=True))
    limited = [code for limits in ("targets", "marks_below") for code in rules.settings[limits] if code in groups]
    limited += remarks.find_codes(edition)
    found = named | {code: named.get(groups.get(code, code), "") for code in limited if code not in named}
    # A remark on a group that nobody answers for as a whole is for whoever answers for one of its indicators.
    of_group = {groups[code]: department for code, department in found.items() if code in groups and department}
    return found | {code: of_group.get(code, "") for code, department in found.items() if not department}


def _say_each(edition: Edition, indicators: list[str], say: Callable[[Edition, str], list[str]]) -> list[dict]:
    """``indicator``, its ``name`` and the ``texts`` of ``say``, for each about which there is one."""
    texts = {indicator: say(edition, indicator) for indicator in indicators}
    name = edition.names.measured
    return [{"indicator": code, "name": name(code), "texts": said} for code, said in texts.items() if said]


def _ask_met_and_remark(edition: Edition, indicator: str) -> list[str]:
    """The request about one indicator or group, who met one, and what the office itself says of it."""
    met = say_met(edition, indicator)
    return ask_about(edition, indicator) + met + remarks.say_remarks(edition, ABOUT_INDICATOR, indicator)


def say_tasks(edition: Edition, department: str) -> list[str]:
    """The tasks in force of the department with this code; "": of no department."""
    tasks, words = edition.rules.tasks, edition.words
    its = tasks[tasks["department"].map(find_code) == department]
    texts = zip(its["role"], its[f"text_{words.lang}"], strict=True)
    return [words.say(f"piece.task_{role}", task=text) if role else text for role, text in texts]


def unit_requests(edition: Edition, code: str) -> list[dict]:
    """What a unit is asked, each with a ``name`` (of the indicator; "" where the unit is meant) and ``texts``.

    First what the report asks it by name, in few words; then each of its figures that it is asked about, with the
    department in charge.
    """
    words, names, settings = edition.words, edition.names, edition.rules.settings
    rows = edition.open_asks[(edition.open_asks["unit_code"] == code) & (edition.open_asks["addressee"] == UNIT)]
    of_unit, asked = rows[rows["kind"].isin(OF_UNITS)], []
    if len(of_unit):
        kind = min(of_unit["kind"], key=OF_UNITS.index)
        asked.append({"name": "", "texts": ask_unit(edition, code, kind)["short"]})
    responsible = settings["responsible"]
    groups = dict(zip(edition.rules.indicators["indicator"], edition.rules.indicators["group"], strict=True))
    for row in rows[~rows["kind"].isin(OF_UNITS)].itertuples(index=False):
        text = _say_figure(edition, row)
        again = _say_again(edition, row)
        in_charge = responsible.get(row.indicator) or responsible.get(groups.get(row.indicator))
        named = [words.say("letter.responsible", department=in_charge[words.lang])] if in_charge else []
        asked.append({"name": names.indicator(row.indicator), "texts": [text, *again, *named]})
    return asked


def _say_figure(edition: Edition, row) -> str:
    """What a unit is asked about one of its figures."""
    words, value, limit = edition.words, ask_words.say_level(edition, row), ask_words.say_target(edition, row)
    if row.kind == FLAG:
        if row.level != row.level:
            return words.say("letter.ask_mark_no_figure", limit=limit)
        if row.level < row.target:
            return words.say("letter.ask_below", value=value, limit=limit)
        steady = say_steady(edition, row.indicator, row.target)
        return words.say("letter.ask_unsteady", value=value, limit=limit, steady=steady)
    return words.say("letter.ask_zero" if row.level == row.level else "letter.ask_no_figure")


def _say_again(edition: Edition, row) -> list[str]:
    """How often it was asked, and since when; that its own week alone met it."""
    words = edition.words
    once = [words.say("followup.once_sentence")] if ONCE in row.note.split() else []
    return [*filter(None, [say_opened(row, words)]), *once]


def find_fallen_signals(edition: Edition) -> pd.DataFrame:
    """The findings of units whose own rate is far below what is usual for them; not those of the area."""
    rows = edition.found("signal")
    return rows[(rows["severity"] == "watch") & (rows["unit_code"] != edition.names.control)]


def actor_rows(edition: Edition) -> list[dict]:
    """One row for each indicator that has a department in charge and figures: how many units are below the limits."""
    words, names = edition.words, edition.names
    rows = []
    for indicator, department in edition.rules.settings["responsible"].items():
        values = sentences.unit_values(edition, indicator)
        if values.empty or indicator not in set(edition.rules.indicators["indicator"]):
            continue
        lowest = values["value"].min()
        holders = values.loc[values["value"] == lowest, "unit_code"].map(names.unit)
        fields = {"unit": sentences.name_first(words, holders), "value": names.figure(indicator, lowest)}
        rows.append(
            {
                "department": capital(department[words.lang]),
                "indicator": names.indicator(indicator),
                "flagged": _count_units(edition, "flag", indicator, "marks_below"),
                "missed": _count_units(edition, "target", indicator, "targets"),
                "lowest": words.say("piece.lowest_value", **fields),
            }
        )
    return rows


def _say_own(edition: Edition, addressee: str, department: str) -> list[str]:
    """What the office itself asks all units or a department, in its own words."""
    texts = []
    for row in edition.open_asks.query("kind == @OWN").itertuples(index=False):
        if row.addressee == addressee and (addressee != DEPARTMENT or row.department == department):
            about = ", ".join(ask_words.say_about(edition, row))
            ask = capital(ask_words.say_ask(edition, row).rstrip("."))
            key = "followup.own_again" if about else "piece.sentence"
            texts.append(edition.words.say(key, text=ask, **({"about": about} if about else {})))
    return texts


def _count_units(edition: Edition, finding: str, indicator: str, limits: str) -> str:
    """How many units a finding names for an indicator; a dash where no limit is set."""
    if indicator not in edition.rules.settings[limits]:
        return MISSING
    return edition.words.number(len(edition.found(finding, indicator)), 0)
