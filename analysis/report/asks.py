"""Who is asked for what: the heads of all units, units by name, and each department by its tasks and indicators."""

from collections.abc import Callable

import pandas as pd

from analysis.config.departments import find_code
from analysis.config.wording import MISSING, capital
from analysis.method import possible, standing
from analysis.method.steps import PEERS, find_losses
from analysis.report import remarks, sentences
from analysis.report.edition import Edition
from analysis.report.phrases import say_short_age
from analysis.tables import ABOUT_DEPARTMENT, ABOUT_INDICATOR, NOT_ITEMISED

# What a unit is asked about: the findings of these kinds, in this order, unless they are only good to know.
ASKED_ABOUT = ("entered_band", "band", "fell", "step", "move", "signal", "route")


def request_rows(edition: Edition) -> list[dict]:
    """``name`` (of the indicator; "" where a unit is asked), ``unit`` (its code; not of an indicator) and ``texts`` of
    each request to units.

    Units are asked about a weak band, a marked fall, a lost block of points or a signal, never about what is ordinary;
    each unit once, with all that it is asked about. Then the indicators that no department answers for.
    """
    asked, known = [], set()
    for rows, ask, most in _reasons(edition):
        codes = [code for code in dict.fromkeys(rows["unit_code"]) if code not in known]
        known |= set(codes)
        asked += _ask_units(edition, codes, ask, most)
    return asked + _say_each(edition, _find_nobodys(edition), _ask_about)


def say_general_remarks(edition: Edition) -> list[str]:
    """The office's own remarks that no department's section holds."""
    return remarks.say_general(edition, _find_nobodys(edition))


def general_orders(edition: Edition) -> list[str]:
    """What the heads of all units are ordered, week by week: the tasks of tasks.csv that no department has."""
    return say_tasks(edition, "")


def department_sections(edition: Edition) -> list[dict]:
    """A section for each department that has a standing task, a remark, or an indicator about which something is asked.

    ``code, name`` (to begin a line); ``standing``: its tasks of tasks.csv; ``asks``: this week's, and ``watched``: how
    the units stand where nothing is asked, each with the ``indicator``, its ``name`` and ``texts``; ``remarks``: the
    office's own words
    """
    answering, sections = _find_answering(edition), []
    for department in edition.rules.departments:
        its = [indicator for indicator, code in answering.items() if code == department.code]
        asked, tasks = _say_each(edition, its, _ask_and_remark), say_tasks(edition, department.code)
        said = remarks.say_remarks(edition, ABOUT_DEPARTMENT, department.code)
        if tasks or asked or said:
            named = {each["indicator"] for each in asked}
            watched = _say_each(edition, [each for each in its if each not in named], _say_range)
            about = {"code": department.code, "name": capital(department.called(edition.words.lang))}
            sections.append(about | {"standing": tasks, "asks": asked, "watched": watched, "remarks": said})
    return sections


def asked_departments(edition: Edition) -> list[str]:
    """The names of the departments about whose indicators something is asked this week, as within a sentence."""
    asked = {code for indicator, code in _find_answering(edition).items() if _ask_about(edition, indicator)}
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


def _ask_and_remark(edition: Edition, indicator: str) -> list[str]:
    """The request about one indicator or group, and what the office itself says of it."""
    return _ask_about(edition, indicator) + remarks.say_remarks(edition, ABOUT_INDICATOR, indicator)


def say_tasks(edition: Edition, department: str) -> list[str]:
    """The tasks in force of the department with this code; "": of no department."""
    tasks, words = edition.rules.tasks, edition.words
    its = tasks[tasks["department"].map(find_code) == department]
    texts = zip(its["role"], its[f"text_{words.lang}"], strict=True)
    return [words.say(f"piece.task_{role}", task=text) if role else text for role, text in texts]


def unit_request(edition: Edition, code: str) -> list[str]:
    """What one unit is asked in ``request_rows``, also where it is only counted there: sentences, the ask last."""
    asks = [ask for rows, ask, _ in _reasons(edition) if code in set(rows["unit_code"])]
    return _ask_unit(edition, code, asks[0])["texts"] if asks else []


def unit_requests(edition: Edition, code: str) -> list[dict]:
    """What a unit is asked, each with a ``name`` (of the indicator; "" where the unit is meant) and ``texts``.

    First what the report asks it by name, with the first reason; then each of its figures that is below the threshold
    of the office, or zero where there is neither threshold nor target.
    """
    words, names, settings = edition.words, edition.names, edition.rules.settings
    asked, held = [], edition.figures[code]["value"]
    if texts := unit_request(edition, code):
        asked.append({"name": "", "texts": [texts[0], texts[-1]]})
    limits, responsible = settings["marks_below"], settings["responsible"]
    for indicator, group in edition.rules.indicators[["indicator", "group"]].itertuples(index=False):
        in_charge = responsible.get(indicator) or responsible.get(group)
        if indicator in edition.flagged.get(code, ()):
            value, limit = names.figure(indicator, held[indicator]), names.limit(indicator, limits[indicator])
            text = words.say("letter.ask_below", value=value, limit=limit)
        elif in_charge and held.get(indicator) == 0 and not {indicator} & {*limits, *settings["targets"]}:
            text = words.say("letter.ask_zero")
        else:
            continue
        named = [words.say("letter.responsible", department=in_charge[words.lang])] if in_charge else []
        asked.append({"name": names.indicator(indicator), "texts": [text, *named]})
    return asked


def _reasons(edition: Edition) -> list[tuple[pd.DataFrame, str, int]]:
    """Why a unit is asked, the strongest reason first: the findings, the sentence of the ask, how many are named."""
    settings, lost, moves = edition.rules.settings, edition.found("step"), edition.found("move")
    return [
        (edition.found("band"), "piece.ask_weak", settings["fell_most"]),
        (edition.found("fell"), "piece.ask_fallen", settings["fell_most"]),
        (lost[lost["reference"] < 0], "piece.ask_stepped", settings["fell_most"]),
        (moves[moves["value"] < 0], "piece.ask_fallen", settings["fell_most"]),
        (find_fallen_signals(edition), "piece.ask_signal", settings["page"]["signals"]),
    ]


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


def _ask_units(edition: Edition, codes: list[str], ask: str, most: int) -> list[dict]:
    """The requests to units by name: what each of the first ``most`` is asked about, and the sentence ``ask``; the
    others are counted. Units of which no more is known than their weak band are asked together."""
    asked = [_ask_unit(edition, code, ask) for code in codes[:most]]
    if ask == "piece.ask_weak":
        asked = _ask_together(edition, asked, edition.words.say(ask))
    if others := len(codes[most:]):
        asked.append({"name": "", "unit": "", "texts": [edition.words.say("piece.others_asked", count=others)]})
    return asked


def _ask_together(edition: Edition, asked: list[dict], ask: str) -> list[dict]:
    """The requests, one for all units of a band that are told nothing but their band and this ``ask``."""
    words, names, units = edition.words, edition.names, edition.units.set_index("unit_code")
    alike: dict[str, list[str]] = {}
    for each in asked:
        if len(each["texts"]) == 2 and each["texts"][-1] == ask:
            alike.setdefault(units.at[each["unit"], "band"], []).append(each["unit"])
    for band, codes in alike.items():
        if len(codes) < 2:
            continue
        told = words.listed(f"{names.typed(code)} ({words.number(units.at[code, 'total'])})" for code in codes)
        texts = [capital(words.say("piece.weak_together", units=told, band=names.band(band)))]
        together = {"name": "", "unit": "", "texts": [*texts, words.say("piece.ask_weak_together")]}
        place = next(at for at, each in enumerate(asked) if each["unit"] == codes[0])
        asked[place] = together
        asked = [each for each in asked if each["unit"] not in codes]
    return asked


def _ask_unit(edition: Edition, code: str, ask: str) -> dict:
    told = tell_unit(edition, code, ASKED_ABOUT)
    texts = [text for kind, its in told.items() for text in (its[:1] if kind == "route" else its)]
    name = edition.names.unit(code)
    if texts[0].startswith(name):
        texts[0] = edition.names.full_unit(code) + texts[0].removeprefix(name)
    department = _find_department(edition, code) if ask == "piece.ask_weak" else ""
    last = edition.words.say("piece.ask_weak_with", department=department) if department else edition.words.say(ask)
    return {"name": "", "unit": code, "texts": [*texts, last]}


def tell_unit(edition: Edition, code: str, kinds: tuple[str, ...]) -> dict[str, list[str]]:
    """What the findings of each of these kinds say of a unit, unless they are only good to know; nothing twice.

    The fall into a weak band tells the band, and the fall of a total its parts: of these only doubts are told again.
    """
    its = sentences.of_unit(edition.tables["findings"], code)
    its = its[its["severity"] != "info"]
    told = {kind: its.loc[its["finding"] == kind, "text"].tolist() for kind in kinds}
    if told["entered_band"]:
        told["band"] = []
    if told["fell"]:
        doubt = edition.words.say("finding.part_revised")
        told["move"] = [text for text in told["move"] if text.endswith(doubt)]
    return told


def _find_department(edition: Edition, code: str) -> str:
    """The department in charge of the first indicator on the unit's route, or of its group; "": none.

    Where no route leads to the next band, the indicators that can still add most come first.
    """
    rules, routes = edition.rules, sentences.of_unit(edition.tables["routes"], code)
    responsible = rules.settings["responsible"]
    groups = dict(zip(rules.indicators["indicator"], rules.indicators["group"], strict=True))
    on_route = routes["order"].notna() if routes["order"].notna().any() else routes["room_points"] > 0
    ordered = routes[on_route].sort_values(["order", "room_points"], ascending=[True, False], kind="stable")
    for indicator in ordered["indicator"]:
        if named := responsible.get(indicator) or responsible.get(groups.get(indicator)):
            return named[edition.words.lang]
    return ""


def _ask_about(edition: Edition, indicator: str) -> list[str]:
    """The request about one indicator: the marked units by name, the missed target; else its zeros. About the group of
    satisfaction: the units that have lost a block of points. Nothing where nothing is asked."""
    words, names, settings = edition.words, edition.names, edition.rules.settings
    if indicator == settings["step"]["group"] and (texts := _ask_about_losses(edition)):
        return texts
    values, most, texts = sentences.unit_values(edition, indicator), settings["page"]["asked"], []
    if len(flagged := edition.found("flag", indicator)):
        limit = names.limit(indicator, settings["marks_below"][indicator])
        texts.append(words.say("piece.ask_flagged", limit=limit, units=edition.unit_list(flagged, most=most)))
    if len(missed := edition.found("target", indicator)):
        target = names.limit(indicator, settings["targets"][indicator])
        if len(missed) == len(edition.units) > 1:
            highest = names.figure(indicator, values["value"].max())
            key = "piece.ask_everyone_same" if values["value"].nunique() == 1 else "piece.ask_everyone"
            texts.append(words.say(key, target=target, count=len(missed), highest=highest))
        else:
            shown = edition.unit_list(missed, most=most)
            texts.append(words.say("piece.ask_missing", target=target, count=len(missed), units=shown))
        texts += _impossible_of(edition, indicator)
    zero = values[values["value"] == 0]
    if not texts and len(zero):
        texts.append(words.say("piece.ask_zero", units=edition.unit_list(zero, with_value=False, most=most)))
    return texts


def _ask_about_losses(edition: Edition) -> list[str]:
    """The units that have lost a block of points of the group of satisfaction, with what is to be checked."""
    words, group = edition.words, edition.rules.settings["step"]["group"]
    steps, most, named = edition.tables["steps"], edition.rules.settings["page"]["asked"], []
    if (lost := find_losses(steps, group)).empty:
        return []
    below = set(steps.loc[(steps["against"] == PEERS) & (steps["blocks"] < 0), "unit_code"])
    for each in lost.head(most).itertuples():
        about = [words.say("piece.lost_about", points=words.limit(each.points))]
        held = edition.ages.get((standing.PEER, each.unit_code, NOT_ITEMISED)) if each.unit_code in below else None
        about += filter(None, [say_short_age(held, words)] if held else [])
        named.append(f"{edition.names.unit(each.unit_code)} ({'; '.join(about)})")
    if others := len(lost) - len(named):
        named.append(words.say("piece.others", count=others))
    printed = "_printed" if edition.rules.is_printed(group) else ""
    return [words.say(f"piece.ask_lost{printed}", units=words.listed(named))]


def _say_range(edition: Edition, indicator: str) -> list[str]:
    """From which to which figure the units have, of an indicator about which nothing is asked; nothing of a group."""
    words, names = edition.words, edition.names
    values = sentences.unit_values(edition, indicator)
    if values.empty or indicator not in set(edition.rules.indicators["indicator"]):
        return []
    if len(values) == 1:
        (only,) = edition.named(values.assign(indicator=indicator), with_value=False)
        value = names.figure(indicator, values["value"].iat[0])
        return [words.say("piece.ask_only", unit=capital(only), value=value)]
    if values["value"].nunique() == 1:
        value = names.figure(indicator, values["value"].iat[0])
        return [words.say("piece.ask_same", value=value, count=len(values))]
    low = values["value"].min()
    holders = values.loc[values["value"] == low, "unit_code"].map(names.unit)
    fields = {"lowest": names.figure(indicator, low), "unit": sentences.name_first(words, holders)}
    lowest = min(low, edition.rates.get(names.control, {}).get(indicator, low))
    near = names.is_percent(indicator) and lowest >= edition.rules.settings["page"]["steady_pct"]
    key = "piece.ask_steady" if near else "piece.ask_range"
    return [words.say(key, highest=names.figure(indicator, values["value"].max()), **fields)]


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
    words, names = edition.words, edition.names
    most = names.percent(lost["most"].max())
    best = lost.loc[lost["most"].map(names.percent) == most, "unit_code"].map(names.unit)
    fields = {"most": most, "unit": sentences.name_first(words, best), "by": words.date(edition.target_day)}
    if len(lost) == 1:
        return [words.say("piece.ask_impossible_one", **fields | {"unit": capital(fields["unit"])})]
    if len(lost) == len(edition.units):
        return [words.say("piece.ask_impossible_all", **fields)]
    return [words.say("piece.ask_impossible", count=len(lost), **fields)]


def _count_units(edition: Edition, finding: str, indicator: str, limits: str) -> str:
    """How many units a finding names for an indicator; a dash where no limit is set."""
    if indicator not in edition.rules.settings[limits]:
        return MISSING
    return edition.words.number(len(edition.found(finding, indicator)), 0)
