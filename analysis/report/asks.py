"""Who is asked for what: units by name, indicators with the department in charge."""

import pandas as pd

from analysis.config.departments import find_code
from analysis.config.wording import MISSING, capital
from analysis.method import possible
from analysis.report import sentences
from analysis.report.edition import Edition

# What a unit is asked about: the findings of these kinds, in this order, unless they are only good to know.
ASKED_ABOUT = ("entered_band", "band", "fell", "step", "move", "signal", "route")


def request_rows(edition: Edition) -> list[dict]:
    """Section 3: ``name`` (of the indicator; "" where a unit is asked) and ``texts`` of each request.

    Units are asked about a weak band, a marked fall, a lost block of points or a signal, never about what is ordinary;
    each unit once, with all that it is asked about.
    """
    words, names, settings = edition.words, edition.names, edition.rules.settings
    lost, moves = edition.found("step"), edition.found("move")
    reasons = [
        (edition.found("band"), "piece.ask_weak", settings["fell_most"]),
        (edition.found("fell"), "piece.ask_fallen", settings["fell_most"]),
        (lost[lost["reference"] < 0], "piece.ask_stepped", settings["fell_most"]),
        (moves[moves["value"] < 0], "piece.ask_fallen", settings["fell_most"]),
        (find_fallen_signals(edition), "piece.ask_signal", settings["page"]["signals"]),
    ]
    asked, known = [], set()
    for rows, ask, most in reasons:
        codes = [code for code in dict.fromkeys(rows["unit_code"]) if code not in known]
        known |= set(codes)
        asked += _ask_units(edition, codes, ask, most)
    for indicator, department in edition.rules.settings["responsible"].items():
        if texts := _ask_about(edition, indicator):
            texts.append(words.say("piece.responsible", department=department[words.lang]))
            asked.append({"name": names.indicator(indicator), "texts": texts})
    return asked


def general_orders(edition: Edition) -> list[str]:
    """What the heads of all units are ordered, week by week: the tasks of tasks.csv that no department has."""
    return _say_tasks(edition, "")


def department_sections(edition: Edition) -> list[dict]:
    """A section for each department that has a standing task, or an indicator about which something is asked.

    ``code, name`` (to begin a line); ``standing``: its tasks of tasks.csv; ``asks``: this week's, each with the
    ``indicator``, its ``name`` and ``texts``; ``remarks``: the office's own words
    """
    lang, rules, sections = edition.words.lang, edition.rules, []
    for department in rules.departments:
        standing, asked = _say_tasks(edition, department.code), []
        for indicator, named in rules.settings["responsible"].items():
            if find_code(named["vi"]) == department.code and (texts := _ask_about(edition, indicator)):
                asked.append({"indicator": indicator, "name": edition.names.measured(indicator), "texts": texts})
        if standing or asked:
            about = {"code": department.code, "name": capital(department.called(lang))}
            sections.append(about | {"standing": standing, "asks": asked, "remarks": []})
    return sections


def _say_tasks(edition: Edition, department: str) -> list[str]:
    """The tasks in force of the department with this code; "": of no department."""
    tasks, words = edition.rules.tasks, edition.words
    its = tasks[tasks["department"].map(find_code) == department]
    texts = zip(its["role"], its[f"text_{words.lang}"], strict=True)
    return [words.say(f"piece.task_{role}", task=text) if role else text for role, text in texts]


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
        if values.empty:
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


def _ask_units(edition: Edition, codes: list[str], ask: str, most: int) -> list[dict]:
    """The requests to units by name: what each of the first ``most`` is asked about, and the sentence ``ask``; the
    others are counted."""
    asked = [_ask_unit(edition, code, ask) for code in codes[:most]]
    if others := len(codes[most:]):
        asked.append({"name": "", "texts": [edition.words.say("piece.others_asked", count=others)]})
    return asked


def _ask_unit(edition: Edition, code: str, ask: str) -> dict:
    texts = []
    for finding in ASKED_ABOUT:
        rows = edition.found(finding).query("unit_code == @code and severity != 'info'")
        texts += list(rows["text"].iloc[:1] if finding == "route" else rows["text"])
    name = edition.names.unit(code)
    if texts[0].startswith(name):
        texts[0] = edition.names.full_unit(code) + texts[0].removeprefix(name)
    department = _find_department(edition, code) if ask == "piece.ask_weak" else ""
    last = edition.words.say("piece.ask_weak_with", department=department) if department else edition.words.say(ask)
    return {"name": "", "texts": [*texts, last]}


def _find_department(edition: Edition, code: str) -> str:
    """The department in charge of the first indicator on the unit's route, with which it is to work; "": none."""
    responsible, routes = edition.rules.settings["responsible"], sentences.of_unit(edition.tables["routes"], code)
    first = routes[routes["order"].notna() & routes["indicator"].isin(responsible)].sort_values("order")
    return responsible[first["indicator"].iat[0]][edition.words.lang] if len(first) else ""


def _ask_about(edition: Edition, indicator: str) -> list[str]:
    """The request about one indicator: the marked units by name, the missed target; else its zeros or its range."""
    words, names, settings = edition.words, edition.names, edition.rules.settings
    values = sentences.unit_values(edition, indicator)
    texts = []
    if len(flagged := edition.found("flag", indicator)):
        limit = names.limit(indicator, settings["marks_below"][indicator])
        texts.append(words.say("piece.ask_flagged", limit=limit, units=edition.unit_list(flagged)))
    if len(missed := edition.found("target", indicator)):
        target = names.limit(indicator, settings["targets"][indicator])
        if len(missed) == len(edition.units) > 1:
            highest = names.figure(indicator, values["value"].max())
            key = "piece.ask_everyone_same" if values["value"].nunique() == 1 else "piece.ask_everyone"
            texts.append(words.say(key, target=target, count=len(missed), highest=highest))
        else:
            shown = edition.unit_list(missed, most=settings["fell_most"])
            texts.append(words.say("piece.ask_missing", target=target, count=len(missed), units=shown))
        texts += _impossible_of(edition, indicator)
    zero = values[values["value"] == 0]
    if not texts and len(zero):
        texts.append(words.say("piece.ask_zero", units=edition.unit_list(zero, with_value=False)))
    if not texts and len(values) == 1:
        (only,) = edition.named(values.assign(indicator=indicator), with_value=False)
        texts.append(
            words.say("piece.ask_only", unit=capital(only), value=names.figure(indicator, values["value"].iat[0]))
        )
    elif not texts and len(values) and values["value"].nunique() == 1:
        value = names.figure(indicator, values["value"].iat[0])
        texts.append(words.say("piece.ask_same", value=value, count=len(values)))
    if not texts and len(values):
        low = values.loc[values["value"].idxmin()]
        fields = {"lowest": names.figure(indicator, low["value"]), "unit": names.unit(low["unit_code"])}
        lowest = min(low["value"], edition.rates.get(names.control, {}).get(indicator, low["value"]))
        near = names.is_percent(indicator) and lowest >= settings["page"]["steady_pct"]
        key = "piece.ask_steady" if near else "piece.ask_range"
        texts.append(words.say(key, highest=names.figure(indicator, values["value"].max()), **fields))
    return texts


def _impossible_of(edition: Edition, indicator: str) -> list[str]:
    """How many units cannot reach the target any more by the day, and the most that any of them can."""
    held = edition.tables["possible"]
    lost = held[
        (held["indicator"] == indicator)
        & (held["state"] == possible.IMPOSSIBLE)
        & held["unit_code"].isin(edition.units["unit_code"])
    ]
    if lost.empty:
        return []
    best = lost.loc[lost["most"].idxmax()]
    fields = {"most": edition.names.percent(best["most"]), "unit": edition.names.unit(best["unit_code"])}
    fields["by"] = edition.words.date(edition.target_day)
    if len(lost) == 1:
        return [edition.words.say("piece.ask_impossible_one", **fields | {"unit": capital(fields["unit"])})]
    return [edition.words.say("piece.ask_impossible", count=len(lost), **fields)]


def _count_units(edition: Edition, finding: str, indicator: str, limits: str) -> str:
    """How many units a finding names for an indicator; a dash where no limit is set."""
    if indicator not in edition.rules.settings[limits]:
        return MISSING
    return edition.words.number(len(edition.found(finding, indicator)), 0)
