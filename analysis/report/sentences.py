"""What page, mail, Word document and workbook say about a week: titles, sentences and rows of tables, without markup.

Each function takes the edition: the week's tables with the rules and words to read them by. The words of the sentences
are in config/wording (``piece.*``). A sentence that has nothing to say is "".
"""

from datetime import date

import pandas as pd

from analysis.config.wording import MISSING, Wording, capital
from analysis.report.edition import Edition
from analysis.tables import NOT_ITEMISED
from analysis.weeks import paths

NOTHING_POINTS = 0.05  # six rounded groups can leave so much unexplained: no more than rounding
ORIGIN = ("file", "hash", "cutoff", "revision", "rules", "code")  # in the order of the page


def title(edition: Edition) -> str:
    words, rules = edition.words, edition.rules
    period = capital(words.period(rules.cutoff))
    text = words.say("piece.title", area=rules.settings["name"][words.lang], period=period)
    return mark_correction(text, edition)


def subject(edition: Edition) -> str:
    """The mail's subject: area, week, total, band. Where the area has no total: area and week."""
    words, district = edition.words, edition.district
    if district is None:
        return title(edition)
    fields = {"total": words.number(district["total"]), "band": edition.names.band(district["band"])}
    period = words.period(edition.rules.cutoff)
    area = edition.rules.settings["name"][words.lang]
    return mark_correction(words.say("piece.mail_subject", area=area, period=period, **fields), edition)


def mark_correction(text: str, edition: Edition) -> str:
    """A title, marked where the week is re-issued."""
    return text if edition.revision == 1 else edition.words.say("piece.corrected_title", text=text)


def correction_line(edition: Edition) -> str:
    """That this issue replaces the one before it."""
    return edition.words.say("piece.corrected", revision=edition.revision, replaced=edition.revision - 1)


def correction_rows(edition: Edition) -> list[dict]:
    """``unit``, ``indicator``, ``old`` and ``new`` of each figure that changed since the issue before."""
    words, names = edition.words, edition.names
    return [
        {
            "unit": capital(names.unit(each.unit_code)),
            "indicator": names.measured(each.indicator),
            "old": words.number(each.old, decimals),
            "new": words.number(each.new, decimals),
        }
        for each in edition.tables["corrections"].itertuples()
        for decimals in [names.telling_decimals(each.indicator, each.old, each.new)]
    ]


def heading(edition: Edition) -> str:
    """The subject line of the Word document: what the report is about."""
    return edition.words.say("piece.subject", period=edition.words.period(edition.rules.cutoff))


def place_and_day(edition: Edition) -> str:
    """``Chợ Mới, ngày 04 tháng 12 năm 2023``"""
    place = edition.rules.settings["document"]["place"]
    return edition.words.say("piece.place", place=place, **day_fields(edition))


def day_fields(edition: Edition) -> dict[str, str | int]:
    """``day``, ``month`` and ``year`` of the cut-off as Decree 30 writes them: ``04``, ``12``, ``2023``."""
    cutoff = edition.rules.cutoff
    # Decree 30 pads only days below 10 and the months 1 and 2.
    month = f"{cutoff.month:02d}" if cutoff.month < 3 else cutoff.month
    return {"day": f"{cutoff.day:02d}", "month": month, "year": cutoff.year}


def minute_lines(edition: Edition) -> list[str]:
    """At most five lines for a reader with one minute: result, weakest, fallen, risen, what to act on."""
    lines = [
        _result_line(edition),
        _weakest_line(edition),
        _fallen_line(edition),
        _risen_line(edition),
        _to_do_line(edition),
    ]
    return list(filter(None, lines))


def result_lines(edition: Edition) -> list[str]:
    """Section 1: the area's result, the range of its units, their bands, and what the columns explain of its total."""
    words, district, settings = edition.words, edition.district, edition.rules.settings
    period = words.period(edition.rules.cutoff)
    lines = [
        words.say("piece.in_result_of", issuer=settings["document"]["issuer"], period=period),
        _result_line(edition),
        _no_standing_line(edition),
        *[_spread_line(edition, units) for _, units in edition.units.groupby("kind")],
        words.say("piece.bands", bands=words.listed(_count_bands(edition))),
    ]
    if district is not None and district["not_itemised"] > NOTHING_POINTS:
        fields = {"explained": words.number(district["computed_total"]), "rest": words.number(district["not_itemised"])}
        lines.append(words.say("piece.itemised", area=settings["name"][words.lang], **fields))
    return list(filter(None, lines))


def request_rows(edition: Edition) -> list[dict]:
    """Section 3: ``name`` (of the indicator; "" where a unit is asked) and ``texts`` of each request."""
    words, names = edition.words, edition.names
    fallen, stepped = (list(dict.fromkeys(edition.found(finding)["unit_code"])) for finding in ("fell", "step"))
    named = [code for code in fallen if code in stepped or code in fallen[: edition.rules.settings["fell_most"]]]
    asked = [
        *[_ask_unit(edition, code, ("band", "route"), "piece.ask_weak") for code in edition.found("band")["unit_code"]],
        *[_ask_unit(edition, code, ("fell", "step"), "piece.ask_fallen") for code in named],
        *[_ask_unit(edition, code, ("step",), "piece.ask_stepped") for code in stepped if code not in fallen],
    ]
    if others := len(fallen) - len(named):
        asked.append({"name": "", "texts": [words.say("piece.others_fell", count=others)]})
    for indicator, department in edition.rules.settings["responsible"].items():
        texts = [
            *_ask_about(edition, indicator),
            words.say("piece.responsible", department=department[words.lang]),
        ]
        asked.append({"name": names.indicator(indicator), "texts": texts})
    return asked


def data_lines(edition: Edition) -> list[str]:
    """What was repaired and counted, what agrees, which figures are odd, and what the figures cannot show."""
    about_data = edition.found("data").query("indicator != 'CHANGE'")  # section 2 has what is known about changes
    texts = [*pd.concat([about_data, edition.found("reconcile"), edition.found("peer", NOT_ITEMISED)])["text"]]
    if odd := edition.found("peer").query("indicator != @NOT_ITEMISED")["text"].tolist():
        texts += (
            odd
            if len(odd) <= edition.rules.settings["page"]["peers"]
            else [edition.words.say("piece.peers", count=len(odd))]
        )
    return texts


def trend_lines(edition: Edition) -> list[str]:
    """Section 2: the history there is, changes that stand out, falls and rises in a row, the pace that targets need."""
    return [
        *edition.found("data", "CHANGE")["text"],
        *_signal_lines(edition),
        *_streak_lines(edition),
        *pace_lines(edition, edition.names.control),
    ]


def actor_rows(edition: Edition) -> list[dict]:
    """One row for each indicator that has a department in charge and figures: how many units are below the limits."""
    words, names = edition.words, edition.names
    rows = []
    for indicator, department in edition.rules.settings["responsible"].items():
        values = _unit_values(edition, indicator)
        if values.empty:
            continue
        low = values.loc[values["value"].idxmin()]
        fields = {"unit": names.unit(low["unit_code"]), "value": names.figure(indicator, low["value"])}
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


def origin(edition: Edition) -> dict[str, str]:
    """Where the figures come from: each value by its label, in the order of ORIGIN."""
    words, rules = edition.words, edition.rules
    since = max(table["valid_from"].max() for table in (rules.groups, rules.indicators, rules.bands))
    known = edition.provenance | {"cutoff": words.date(rules.cutoff), "rules": words.date(since)}
    return {words.say(f"piece.source_{key}"): known[key] for key in ORIGIN if key in known}


def _result_line(edition: Edition) -> str:
    """The area's total, band, rank and change; "" where the table has no row of the whole area."""
    words, district = edition.words, edition.district
    if district is None:
        return ""
    fields = {"total": words.number(district["total"]), "band": edition.names.band(district["band"])}
    parts = [words.say("piece.result", area=capital(edition.rules.settings["name"][words.lang]), **fields)]
    if edition.standing:
        peers = edition.rules.settings["name"]["peers_" + words.lang]
        parts.append(words.say("piece.standing", rank=edition.standing[0], of=edition.standing[1], peers=peers))
    if (change := district["change"]) == 0:
        parts.append(words.say("piece.unmoved", period=edition.previous_period))
    elif pd.notna(change):
        key = "piece.moved_up" if change > 0 else "piece.moved_down"
        parts.append(words.say(key, change=words.number(abs(change)), period=edition.previous_period))
    return words.say("piece.sentence", text=", ".join(parts))


def _no_standing_line(edition: Edition) -> str:
    """Why the area's rank among its peers is missing; "" where it is there, or the table has no row of the area."""
    if edition.standing or edition.district is None:
        return ""
    words = edition.words
    return words.say("piece.no_standing", peers=edition.rules.settings["name"]["peers_" + words.lang])


def _spread_line(edition: Edition, units: pd.DataFrame) -> str:
    """The lowest and the highest total of the units of one kind, and whose they are."""
    words, last = edition.words, units.loc[units["total"].idxmin()]
    fields = {"highest": words.number(units["total"].max()), "first": units["unit_name"].iat[0]}
    kind = words.say(f"kind.{units['kind'].iat[0]}")
    return words.say("piece.spread", kind=kind, lowest=words.number(last["total"]), last=last["unit_name"], **fields)


def _signal_lines(edition: Edition) -> list[str]:
    """The changes that stand out; of many the first ones, and how many others there are."""
    texts, shown = edition.found("signal")["text"].tolist(), edition.rules.settings["page"]["signals"]
    others = texts[shown:]
    return texts[:shown] + ([edition.words.say("piece.other_signals", count=len(others))] if others else [])


def _streak_lines(edition: Edition) -> list[str]:
    """The units that fell, and those that rose, several cut-offs in a row; the longest first."""
    words, lines = edition.words, []
    signals = edition.tables["signals"]
    signals, least = signals[signals["unit_code"].isin(edition.units["unit_code"])], edition.names.least_streak
    for key, sign in (("piece.falling", -1), ("piece.rising", 1)):
        runs = signals[sign * signals["streak"] >= least].sort_values("streak", key=abs, ascending=False)
        if len(runs):
            named = [f"{edition.names.unit(each.unit_code)} ({abs(each.streak):.0f})" for each in runs.itertuples()]
            shown = named[: edition.rules.settings["fell_most"]]
            texts = {"units": words.listed(shown), "count": len(named), "least": words.number(least, 0)}
            lines.append(words.say(key if len(named) == len(shown) else f"{key}_of", **texts))
    return lines


def pace_lines(edition: Edition, code: str) -> list[str]:
    """What each target of a unit (or of the area) needs per week, beside what the last weeks brought."""
    words, names, rows = edition.words, edition.names, edition.tables["pace"]
    lines, unknown = [], []
    for each in rows[rows["unit_code"] == code].itertuples():
        total = each.indicator == "TOTAL"
        fields = {
            "indicator": names.indicator(each.indicator),
            "value": names.figure(each.indicator, each.value),
            "target": names.limit(each.indicator, each.target),
            "by": words.date(date.fromisoformat(each.by)),
            "needed": words.number(each.needed_per_week),
        }
        texts = [words.say("piece.pace_total" if total else "piece.pace", **fields)]
        if pd.isna(each.recent_per_week):
            unknown.append(fields["indicator"].lower())
        else:
            weeks = words.number(each.recent_weeks, 0 if each.recent_weeks.is_integer() else 1)
            recent = words.number(each.recent_per_week, signed=True)
            texts.append(words.say("piece.pace_recent", weeks=weeks, recent=recent))
        lines.append(" ".join(texts))
    return lines + ([words.say("piece.pace_unknown", indicators="; ".join(unknown))] if unknown else [])


def _weakest_line(edition: Edition) -> str:
    """The units of weak bands, and the first way to the next band of each."""
    weak, words = edition.found("band"), edition.words
    bands = words.listed(edition.names.band(band) for band in edition.rules.settings["weak_bands"])
    if weak.empty:
        return words.say("piece.no_weak", bands=bands)
    ways = edition.found("route").drop_duplicates("unit_code")["text"]
    return " ".join([words.say("piece.weak", band=bands, units=edition.unit_list(weak)), *ways])


def _fallen_line(edition: Edition) -> str:
    """The units that fell; and of which the fall, or the gap to the peers, has the size of satisfaction items."""
    fell, words = edition.found("fell"), edition.words
    if edition.units["change"].isna().all():
        return ""
    if fell.empty:
        return words.say("piece.none_fell", period=edition.previous_period)
    settings, printed = edition.rules.settings, edition.names.prints_satisfaction
    named, size = fell.head(settings["fell_most"]), settings["step"]["size_points"]
    texts = [words.say("piece.fell", units=edition.unit_list(named), period=edition.previous_period)]
    if others := len(fell) - len(named):
        texts.append(words.say("piece.others_fell", count=others))
    levels = edition.found("step", NOT_ITEMISED).set_index("unit_code")["value"]
    steps = edition.found("step", "CHANGE").query("value < 0")
    for step in steps[steps["unit_code"].isin(named["unit_code"])].itertuples():
        fields = {"items": words.number(-step.reference / size, 0), "size": words.number(size, 0)}
        key = "piece.fell_step_printed" if printed else "piece.fell_step"
        texts.append(words.say(key, unit=edition.names.unit(step.unit_code), **fields))
        if step.unit_code in levels:
            texts.append(words.say("piece.fell_level", gap=words.number(-levels[step.unit_code])))
    return " ".join(texts)


def _risen_line(edition: Edition) -> str:
    """The units that rose most, and the median of all."""
    rose, words = edition.found("rose"), edition.words
    if edition.units["change"].isna().all():
        return words.say("piece.no_changes")
    if rose.empty:
        return words.say("piece.none_rose", period=edition.previous_period)
    if len(rose) == len(edition.units) and rose["value"].nunique() == 1:
        change = words.number(rose["value"].iat[0])
        return words.say("piece.all_rose", count=len(rose), change=change, period=edition.previous_period)
    median = words.number(rose["reference"].iat[0], signed=True)
    return words.say("piece.rose", units=words.listed(_name_most_risen(edition, rose)), median=median)


def _name_most_risen(edition: Edition, rose: pd.DataFrame) -> list[str]:
    """Each unit by name; of more than ``rose_most`` units, those that share the last place are counted instead."""
    words, last = edition.words, rose["value"] == rose["value"].min()
    if len(rose) <= edition.rules.settings["rose_most"]:
        return edition.named(rose)
    shared = words.say("piece.rose_alike", count=last.sum(), change=edition.names.figure("CHANGE", rose["value"].min()))
    return [*edition.named(rose[~last]), shared]


def _to_do_line(edition: Edition) -> str:
    """The targets that all, some or no units miss, and how many units are below the thresholds; "" with neither."""
    words, names, everyone = edition.words, edition.names, len(edition.units)
    targets = {
        f"{names.indicator(indicator).lower()} {names.limit(indicator, target)}": len(
            edition.found("target", indicator)
        )
        for indicator, target in edition.rules.settings["targets"].items()
    }
    if not targets:
        line = ""
    elif not any(targets.values()):
        line = words.say("piece.none_missed", targets=words.listed(targets))
    elif set(targets.values()) == {everyone}:
        line = words.say("piece.targets_everyone", count=everyone, targets=words.listed(targets))
    else:
        missed = [
            words.say("piece.missed", target=name, count=count, of=everyone) for name, count in targets.items() if count
        ]
        line = words.say("piece.targets", missed=words.listed(missed))
    counts = edition.found("flag").query("indicator != 'CHANGE'").groupby("indicator", sort=False).size()
    low = [
        words.say("piece.low", indicator=names.indicator(name).lower(), count=count) for name, count in counts.items()
    ]
    return " ".join(filter(None, [line, words.say("piece.act_first", low=words.listed(low)) if low else ""]))


def _ask_unit(edition: Edition, code: str, about: tuple[str, ...], ask: str) -> dict:
    """The request to one unit by name: its findings of the kinds ``about``, and the sentence ``ask``."""
    texts = []
    for finding in about:
        rows = edition.found(finding).query("unit_code == @code")
        texts += list(rows["text"].iloc[:1] if finding == "route" else rows["text"])
    name = edition.names.unit(code)
    if texts[0].startswith(name):
        texts[0] = edition.names.full_unit(code) + texts[0].removeprefix(name)
    return {"name": "", "texts": [*texts, edition.words.say(ask)]}


def _ask_about(edition: Edition, indicator: str) -> list[str]:
    """The request about one indicator: the marked units by name, the missed target; else its zeros or its range."""
    words, names, settings = edition.words, edition.names, edition.rules.settings
    values = _unit_values(edition, indicator)
    texts = []
    if len(flagged := edition.found("flag", indicator)):
        limit = names.limit(indicator, settings["marks_below"][indicator])
        texts.append(words.say("piece.ask_flagged", limit=limit, units=edition.unit_list(flagged)))
    if len(missed := edition.found("target", indicator)):
        everyone = len(missed) == len(edition.units)
        fields = {
            "target": names.limit(indicator, settings["targets"][indicator]),
            "count": len(missed),
            "highest": names.figure(indicator, values["value"].max()),
        }
        texts.append(words.say("piece.ask_everyone" if everyone else "piece.ask_some", **fields))
    zero = values[values["value"] == 0]
    if not texts and len(zero):
        texts.append(words.say("piece.ask_zero", units=edition.unit_list(zero, with_value=False)))
    if not texts and len(values):
        low = values.loc[values["value"].idxmin()]
        fields = {"lowest": names.figure(indicator, low["value"]), "unit": names.unit(low["unit_code"])}
        texts.append(words.say("piece.ask_steady", highest=names.figure(indicator, values["value"].max()), **fields))
    return texts


def _unit_values(edition: Edition, indicator: str) -> pd.DataFrame:
    """unit_code and value of one indicator, units only, missing left out."""
    cells = edition.tables["measurements"]
    cells = cells[(cells["indicator"] == indicator) & cells["unit_code"].isin(edition.units["unit_code"])]
    return cells.dropna(subset="value")


def _count_units(edition: Edition, finding: str, indicator: str, limits: str) -> str:
    """How many units a finding names for an indicator; a dash where no limit is set."""
    if indicator not in edition.rules.settings[limits]:
        return MISSING
    return edition.words.number(len(edition.found(finding, indicator)), 0)


def _count_bands(edition: Edition) -> list[str]:
    """How many units each band has, best band first."""
    counts = edition.units["band"].value_counts()
    return [
        edition.words.say("piece.band_count", count=counts[band], band=edition.names.band(band))
        for band in edition.rules.bands["band"]
        if band in counts
    ]


def list_thresholds(edition: Edition) -> str:
    """The thresholds that mark a cell, as one phrase."""
    marks = edition.rules.settings["marks_below"].items()
    return edition.words.listed(
        f"{edition.names.indicator(name)} < {edition.names.limit(name, limit)}" for name, limit in marks
    )


def area_rows(edition: Edition) -> list[dict]:
    """The row of the whole area; none where the table has none."""
    return [] if edition.district is None else [table_row(edition, edition.district, control=True)]


def printed_columns(edition: Edition) -> list[dict]:
    """The columns of indicators and groups in the order of columns.csv: code, figure, name, target ("": none)."""
    targets, names = edition.rules.settings["targets"], edition.names
    groups, indicators = set(edition.rules.groups["group"]), set(edition.rules.indicators["indicator"])
    return [
        {
            "code": each.field,
            "figure": "published_points" if each.kind == "points" else "value",
            "name": names.group(each.field) if each.kind == "points" else names.indicator(each.field),
            "target": names.limit(each.field, targets[each.field]) if each.field in targets else "",
        }
        for each in edition.rules.columns.itertuples()
        if each.field in (groups if each.kind == "points" else indicators)
    ]


def column_name(column: dict, words: Wording) -> str:
    """``Số hóa hồ sơ (chỉ tiêu 80%)``"""
    return (
        f"{column['name']} ({words.say('piece.target', target=column['target'])})"
        if column["target"]
        else column["name"]
    )


def table_row(edition: Edition, unit: pd.Series, control: bool = False) -> dict:
    """One row of the table of all units, by the names that templates use.

    unit : a row of ``edition.units``, or ``edition.district``;  control : whether it is the area's own row
    """
    words, names = edition.words, edition.names
    figures = edition.figures.get(unit["unit_code"])
    flagged = edition.flagged.get(unit["unit_code"], set())
    return {
        "control": control,
        "rank": words.number(unit["rank"], 0) if not control else "",
        "unit": capital(names.unit(unit["unit_code"])),
        "page": f"{paths.unit_file(unit['unit_code'])}.html" if unit["unit_code"] in edition.paged else "",
        "total": words.number(unit["total"]),
        "band": names.band(unit["band"]),
        "weak": unit["band"] in edition.rules.settings["weak_bands"],
        "previous_total": words.number(unit["previous_total"]),
        "change": words.number(unit["change"], signed=True),
        "fell": "CHANGE" in flagged,
        "cells": [
            {
                "text": words.number(figures[column["figure"]].get(column["code"]), names.decimals(column["code"])),
                "flag": column["code"] in flagged,
            }
            for column in printed_columns(edition)
        ],
        "not_itemised": words.number(unit["not_itemised"]),
    }
