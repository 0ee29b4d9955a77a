"""What page, mail, Word document and workbook say about a week: titles, sentences and rows of tables, without markup.

Each function takes the edition: the week's tables with the rules and words to read them by. The words of the sentences
are in config/wording (``piece.*``). A sentence that has nothing to say is "".
"""

from datetime import date

import pandas as pd

from analysis.config.wording import MISSING, Wording, capital, uncapital
from analysis.method import possible
from analysis.method.score import NOTHING_POINTS
from analysis.report import phrases
from analysis.report.edition import Edition
from analysis.tables import NOT_ITEMISED
from analysis.weeks import paths

# What a unit is asked about: the findings of these kinds, in this order, unless they are only good to know.
ASKED_ABOUT = ("entered_band", "band", "fell", "step", "move", "signal", "route")
MOST_IN_SUBJECT = 2
ORIGIN = ("file", "hash", "cutoff", "revision", "rules", "code")  # in the order of the page


def title(edition: Edition) -> str:
    words, rules = edition.words, edition.rules
    period = capital(words.period(rules.cutoff))
    text = words.say("piece.title", area=rules.settings["name"][words.lang], period=period)
    return mark_correction(text, edition)


def subject(edition: Edition) -> str:
    """The mail's subject, the news first: total and change of the area, who is weak, who fell notably.

    ``766 huyện Chợ Mới 04/12: 57,45 (+0,29); Kiến An Yếu; Mỹ Hội Đông −5,78``; a week without news has its title.
    """
    words, names, district, units = edition.words, edition.names, edition.district, edition.units
    news = []
    if district is not None and pd.notna(district["total"]):
        total, change = words.number(district["total"]), district["change"]
        news.append(total if pd.isna(change) else f"{total} ({words.number(change, signed=True)})")
    for band in edition.rules.settings["weak_bands"]:
        weak = units.loc[units["band"] == band, "unit_code"]
        news += _name_few(
            [f"{names.unit(code)} {names.band(band)}" for code in weak], "weak", edition, names.band(band)
        )
    fell = [
        f"{names.unit(each.unit_code)} {names.figure('CHANGE', each.value)}"
        for each in edition.found("fell").itertuples()
    ]
    news += _name_few(fell, "fell", edition)
    if not news:
        return title(edition)
    day = words.say("chart.day", day=edition.rules.cutoff)
    area = edition.rules.settings["name"][words.lang]
    return mark_correction(words.say("piece.mail_subject", area=area, day=day, news="; ".join(news)), edition)


def _name_few(named: list[str], what: str, edition: Edition, band: str = "") -> list[str]:
    """The units as named; more than two are counted, for a subject is cut after some 60 characters."""
    if len(named) <= MOST_IN_SUBJECT:
        return named
    fields = {"band": band} if band else {}
    return [edition.words.say(f"piece.subject_{what}", count=len(named), **fields)]


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
    lines = [
        words.say("piece.in_result", issuer=settings["document"]["issuer"], period=words.period(edition.rules.cutoff)),
        _result_line(edition) or words.say("piece.no_area", area=settings["name"][words.lang]),
        _no_standing_line(edition),
    ]
    for _, units in edition.units.groupby("kind"):
        lines += [_spread_line(edition, units), _bands_line(edition, units)]
    if district is not None and edition.names.groups_not_printed and district["not_itemised"] > NOTHING_POINTS:
        fields = {"explained": words.number(district["computed_total"]), "rest": words.number(district["not_itemised"])}
        lines.append(words.say("piece.itemised", area=settings["name"][words.lang], **fields))
    return list(filter(None, lines))


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


def find_fallen_signals(edition: Edition) -> pd.DataFrame:
    """The findings of units whose own rate is far below what is usual for them; not those of the area."""
    rows = edition.found("signal")
    return rows[(rows["severity"] == "watch") & (rows["unit_code"] != edition.names.control)]


def data_lines(edition: Edition) -> list[str]:
    """What was repaired and counted, what agrees, which figures are odd, and what the figures cannot show."""
    about_data = edition.found("data").query("indicator != 'CHANGE'")  # section 2 has what is known about changes
    texts = [*about_data["text"], *_reconciled_lines(edition), *edition.found("peer", NOT_ITEMISED)["text"]]
    if odd := edition.found("peer").query("indicator != @NOT_ITEMISED")["text"].tolist():
        texts += (
            odd
            if len(odd) <= edition.rules.settings["page"]["peers"]
            else [edition.words.say("piece.peers", count=len(odd))]
        )
    return texts


def _reconciled_lines(edition: Edition) -> list[str]:
    """What agrees and what does not; of many rows with the same fault, how many there are and how far they are off."""
    words, rows, counted = edition.words, edition.found("reconcile"), []
    kinds = {"rests": NOT_ITEMISED, "carried_many": "PREVIOUS_TOTAL", "differ_many": "TOTAL"}
    for key, indicator in kinds.items():
        its = rows[rows["indicator"] == indicator]
        if len(its) <= edition.rules.settings["page"]["peers"]:
            continue
        figures = its["value"] if indicator == NOT_ITEMISED else its["value"] - its["reference"]
        low, high = (words.number(end, signed=indicator != NOT_ITEMISED) for end in (figures.min(), figures.max()))
        range_ = low if low == high else words.say("piece.range", low=low, high=high)
        counted.append(words.say(f"piece.{key}", count=len(its), range=range_))
        if its["text"].str.endswith(words.say("finding.carried_used")).all():
            counted[-1] += " " + words.say("finding.carried_used")
        rows = rows.drop(its.index)
    return [*rows["text"], *counted]


def trend_lines(edition: Edition, with_waiting: bool = True) -> list[str]:
    """Section 2: the history there is, the area's own week, signals, long runs, and what is still possible.

    with_waiting : also for what there are still too few cut-offs; a letter does not say that
    """
    known = edition.found("data", "CHANGE")
    known = known if with_waiting else known[known["reference"].isna()]
    code, words = edition.names.control, edition.words
    area = capital(edition.rules.settings["name"][words.lang])
    named = [
        [words.say("piece.of_kind", kind=area, text=uncapital(line)) for line in lines]
        for lines in (week_rate_lines(edition, code), target_lines(edition, code))
    ]
    return [
        *known["text"],
        *_counts_line(edition),
        *_carried_line(edition),
        *named[0],
        *_signal_lines(edition),
        *_streak_lines(edition),
        *named[1],
        *forecast_lines(edition, code),
    ]


def week_rate_lines(edition: Edition, code: str) -> list[str]:
    """The own rate of each printed flow since the previous cut-off, beside what it is since the year began."""
    words, names = edition.words, edition.names
    held = {each.indicator: each for each in _of(edition.tables["week_rates"], code).itertuples()}
    own, begun, missing = [], [], {}
    for column in printed_columns(edition):
        if (rate := held.get(column["code"])) is None:
            continue
        name = uncapital(names.indicator(rate.indicator))
        if phrases.is_cumulative(rate, names):
            begun.append(name)
        elif shown := phrases.say_week_rate(rate, names):
            value = names.rate(rate.indicator, edition.rates[code].get(rate.indicator))
            own.append(words.say("week_rate.line", indicator=name, rate=shown, value=value))
        else:
            missing.setdefault(rate.basis, []).append(name)
    lines = [words.say("week_rate.own", since=_last_table(edition), rates="; ".join(own))] if own else []
    lines += [words.say("week_rate.begun", indicators=words.listed(begun))] if begun else []
    return lines + [words.say(f"week_rate.{basis}", indicators=words.listed(its)) for basis, its in missing.items()]


def _last_table(edition: Edition) -> str:
    """The label of the newest earlier cut-off whose table is known: totals may be compared with another one."""
    course, cutoff = edition.tables["course"], edition.rules.cutoff
    days = course.loc[(course["carried_by"] == "") & (course["cutoff"] < str(cutoff)), "cutoff"]
    if days.empty:
        return edition.words.say("period.previous")
    day = date.fromisoformat(days.max())
    return edition.words.period(day, with_year=day.year != cutoff.year)


def _carried_line(edition: Edition) -> list[str]:
    """That changes are told by the previous totals of the table, where these are not those that were published."""
    ours = edition.tables["carried"]["carrier"] == str(edition.rules.cutoff)
    return [edition.words.say("piece.carried")] if ours.any() else []


def week_rate_table(edition: Edition) -> dict[str, list]:
    """The own rates of this cut-off by unit: ``names`` of the indicators and ``rows`` (unit, cells as texts).

    The indicators are the printed flows that have a target or a department in charge, else all; no rows where no rate
    is known.
    """
    settings, names = edition.rules.settings, edition.names
    printed = [each["code"] for each in printed_columns(edition) if names.is_flow(each["code"])]
    chosen = [code for code in printed if code in settings["targets"] or code in settings["responsible"]] or printed
    held = {(each.unit_code, each.indicator): each for each in edition.tables["week_rates"].itertuples()}
    codes = [edition.names.control, *edition.units["unit_code"]]
    rows = []
    for code in codes:
        cells = [phrases.say_week_rate(rate, names) if (rate := held.get((code, each))) else "" for each in chosen]
        if any(cells):
            rows.append({"unit": capital(names.unit(code)), "cells": [cell or MISSING for cell in cells]})
    return {"names": [names.indicator(code) for code in chosen], "rows": rows}


def outlook_lines(edition: Edition, code: str) -> list[str]:
    """What each target still needs, or that it cannot be reached any more; and where the year will end."""
    return [*target_lines(edition, code), *forecast_lines(edition, code)]


def target_lines(edition: Edition, code: str) -> list[str]:
    """What each target still needs, or that it cannot be reached any more."""
    names, lines = edition.names, []
    rates = {each.indicator: each for each in _of(edition.tables["week_rates"], code).itertuples()}
    for each in _of(edition.tables["possible"], code).itertuples():
        rate = rates.get(each.indicator)
        shown = phrases.say_week_rate(rate, names) if rate and not phrases.is_cumulative(rate, names) else ""
        lines.append(phrases.say_target(each, shown, names))
    return lines


def forecast_lines(edition: Edition, code: str) -> list[str]:
    """On what the lines of targets rest, and where the year will end."""
    names, held, lines = edition.names, _of(edition.tables["possible"], code), []
    is_open = held["state"].ne(possible.REACHED) & held["value"].notna()
    is_counted = is_open & held["indicator"].map(names.is_flow).astype(bool)
    if is_counted.any():
        lines.append(edition.words.say("possible.assumed"))
    level = edition.rules.settings["year_end"]["level"]
    return lines + phrases.say_year_end(_of(edition.tables["year_end"], code), names, edition.target_day, level)


def _of(rows: pd.DataFrame, code: str) -> pd.DataFrame:
    """The unit's rows of a table. A mask is used, because a query takes ten times as long on many small tables."""
    return rows[rows["unit_code"] == code]


def _counts_line(edition: Edition) -> list[str]:
    """How many units rose, fell and stayed, each kind by itself: their periods may differ."""
    words, kinds, lines = edition.words, edition.units["kind"].nunique(), []
    for kind, units in edition.units.groupby("kind"):
        text = _counts_of(edition, units)
        if text and kinds > 1 and len(units) > 1:
            text = words.say("piece.of_kind", kind=capital(words.say(f"kind.{kind}")), text=uncapital(text))
        lines += [text] if text else []
    return lines


def _counts_of(edition: Edition, units: pd.DataFrame) -> str:
    """The counts of some units; one sentence where all moved alike, "" where nothing is compared."""
    words, changes = edition.words, units["change"].dropna()
    if changes.empty:
        return ""
    fields = {"count": len(changes), "period": edition.previous_period}
    if len(changes) == 1:
        unit = units.loc[changes.index[0]]
        kind, size = phrases.kind_of_move(unit["change"]), {"change": words.number(abs(unit["change"]))}
        named = {"unit": edition.names.full_unit(unit["unit_code"])}
        return words.say(f"finding.{kind}_alone", **named | (size if kind != "unmoved" else {}))
    if changes.nunique() == 1 and len(changes) == len(units):
        change = changes.iloc[0]
        if not change:
            return words.say("piece.all_same", **fields)
        return words.say(f"piece.all_{phrases.kind_of_move(change)}", change=words.number(abs(change)), **fields)
    shares = {"rose": (changes > 0).sum(), "fell": (changes < 0).sum(), "same": (changes == 0).sum()}
    return words.say("piece.counts", median=words.number(changes.median(), signed=True), **shares, **fields)


def actor_rows(edition: Edition) -> list[dict]:
    """One row for each indicator that has a department in charge and figures: how many units are below the limits."""
    words, names = edition.words, edition.names
    rows = []
    for indicator, department in edition.rules.settings["responsible"].items():
        values = _unit_values(edition, indicator)
        if values.empty:
            continue
        lowest = values["value"].min()
        holders = values.loc[values["value"] == lowest, "unit_code"].map(names.unit)
        fields = {"unit": _name_first(words, holders), "value": names.figure(indicator, lowest)}
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
    """The lowest and the highest total of the units of one kind, and whose they are; of a single total only that."""
    words, known = edition.words, units.dropna(subset="total")
    if known.empty:
        return ""
    lowest, highest = known["total"].min(), known["total"].max()
    kind = words.say(f"kind.{units['kind'].iat[0]}")
    if len(known) == 1:
        return words.say(
            "piece.spread_one", unit=edition.names.full_unit(known["unit_code"].iat[0]), total=words.number(lowest)
        )
    if words.number(lowest) == words.number(highest):
        return words.say("piece.spread_tied", kind=kind, count=len(known), total=words.number(lowest))
    last, first = (
        _name_first(words, known.loc[known["total"] == end, "unit_code"].map(edition.names.typed))
        for end in (lowest, highest)
    )
    ends = {"lowest": words.number(lowest), "last": last, "highest": words.number(highest), "first": first}
    return words.say("piece.spread", kind=kind, **ends)


def _name_first(words: Wording, names: pd.Series) -> str:
    """The first of the names, and how many others there are."""
    name = names.iat[0]
    return name if len(names) == 1 else words.say("piece.and_others", unit=name, count=len(names) - 1)


def _bands_line(edition: Edition, units: pd.DataFrame) -> str:
    """How many units of one kind each band has; with the kind's name where there are several."""
    counts = units["band"].value_counts()
    bands = [
        edition.words.say("piece.band_count", count=counts[band], band=edition.names.band(band))
        for band in edition.rules.bands["band"]
        if band in counts
    ]
    if not bands:
        return ""
    listed = edition.words.listed(bands)
    if edition.units["kind"].nunique() == 1:
        return edition.words.say("piece.bands", bands=listed)
    kind = edition.words.say(f"kind.{units['kind'].iat[0]}")
    return edition.words.say("piece.bands_of", kind=kind, bands=listed)


def _signal_lines(edition: Edition) -> list[str]:
    """The changes that stand out; of many the first ones, and how many others there are."""
    texts, shown = edition.found("signal")["text"].tolist(), edition.rules.settings["page"]["signals"]
    others = texts[shown:]
    return texts[:shown] + ([edition.words.say("piece.other_signals", count=len(others))] if others else [])


def _streak_lines(edition: Edition) -> list[str]:
    """The units that fell, and those that rose, many cut-offs in a row; of many their number and the longest run."""
    words, least, most, lines = edition.words, edition.names.least_streak, edition.rules.settings["fell_most"], []
    runs = edition.tables["moves"].query("indicator == 'CHANGE'")
    runs = runs[runs["unit_code"].isin(edition.units["unit_code"])]
    for key, sign in (("piece.falling", -1), ("piece.rising", 1)):
        its = runs[sign * runs["streak"] >= least].sort_values("streak", key=abs, ascending=False, kind="stable")
        if 0 < len(its) <= most:
            named = [f"{edition.names.unit(each.unit_code)} ({abs(each.streak):.0f})" for each in its.itertuples()]
            lines.append(words.say(key, units=words.listed(named)))
        elif len(its):
            fields = {"least": words.number(least, 0), "longest": words.number(its["streak"].abs().max(), 0)}
            lines.append(words.say(f"{key}_many", count=len(its), **fields))
    return lines


def _weakest_line(edition: Edition) -> str:
    """The units of weak bands, who has left them, and the routes of the first ones to the next band."""
    weak, words = edition.found("band"), edition.words
    bands = words.listed(edition.names.band(band) for band in edition.rules.settings["weak_bands"])
    left = edition.found("left_band")["text"].tolist()
    if weak.empty:
        return " ".join([words.say("piece.no_weak", bands=bands), *left])
    shown = edition.rules.settings["fell_most"]
    routes = edition.found("route").drop_duplicates("unit_code")
    routes = routes[routes["unit_code"].isin(weak["unit_code"].head(edition.rules.settings["page"]["minute_routes"]))]
    kinds = edition.units.set_index("unit_code")["kind"]
    of_kinds = [its for _, its in weak.groupby(weak["unit_code"].map(kinds), sort=False)]
    texts = [words.say("piece.weak", band=bands, units=edition.unit_list(its, most=shown)) for its in of_kinds]
    if kinds.nunique() > 1:  # the figures of one kind may be of another period than those of the other
        named = [capital(words.say(f"kind.{kinds[its['unit_code'].iat[0]]}")) for its in of_kinds]
        pairs = zip(named, texts, strict=True)
        texts = [words.say("piece.of_kind", kind=kind, text=uncapital(text)) for kind, text in pairs]
    return " ".join([*texts, *routes["text"], *left])


def _fallen_line(edition: Edition) -> str:
    """The units with a marked fall or a lost block of points; without a marked fall how many rose and fell."""
    words, period = edition.words, edition.previous_period
    changes = edition.units["change"]
    if changes.isna().all():
        return ""
    fell, lost = edition.found("fell"), edition.found("step")
    hidden = edition.found("move").query("value < 0 and unit_code not in @fell.unit_code")
    if len(fell):
        shown = edition.unit_list(fell, most=edition.rules.settings["fell_most"])
        texts = [words.say("piece.fell_marked", units=shown, period=period)]
    else:
        texts = _counts_line(edition)
        if (changes < 0).any():
            texts.append(words.say("piece.none_fell_marked"))
    texts += _carried_line(edition)
    most = edition.rules.settings["page"]["minute_routes"]
    texts += hidden["text"].head(most).tolist()
    losses = lost[lost["reference"] < 0].drop_duplicates("unit_code")
    for each in losses.head(most).itertuples():
        its = (
            edition.tables["steps"].query("unit_code == @each.unit_code and blocks < 0").set_index("against")["blocks"]
        )
        if its.nunique() == 1 and "before" in its:
            its = its[["before"]]  # all that is lacking was lost this time
        points = {name: words.number(-blocks, 0) for name, blocks in its.items()}
        unit = edition.names.unit(each.unit_code)
        texts.append(words.say(f"piece.lost_{'_'.join(points)}", unit=unit, **points))
    if others := len(losses) - most:
        texts += [words.say("piece.others_lost", count=others)] if others > 0 else []
    return " ".join([*texts, *find_fallen_signals(edition)["text"].head(most)])


def _risen_line(edition: Edition) -> str:
    """The units with a marked rise, and how many rose, fell and stayed, unless the line of the falls has that."""
    words = edition.words
    if edition.units["change"].isna().all():
        return " ".join(text for text, _ in phrases.say_withheld(edition.tables["moves"], edition.names))
    rose = edition.found("rose")
    texts = [words.say("piece.rose_marked", units=words.listed(_name_most_risen(edition, rose)))] if len(rose) else []
    return " ".join([*texts, *(_counts_line(edition) if len(edition.found("fell")) else [])])


def _name_most_risen(edition: Edition, rose: pd.DataFrame) -> list[str]:
    """At most ``rose_most`` units by name, none of them tied with one that is only counted; the others counted."""
    words, most = edition.words, edition.rules.settings["rose_most"]
    if len(rose) <= most:
        return edition.named(rose)
    is_named = rose["value"] > rose["value"].iloc[most]
    if most and not is_named.any():
        is_named = rose["value"] == rose["value"].max()  # more than so many share the first place
    others = rose.loc[~is_named, "value"]
    if others.empty:
        return edition.named(rose)
    if len(others) > 1 and others.nunique() == 1:
        change = edition.names.figure("CHANGE", others.iloc[0])
        counted = words.say("piece.rose_alike", count=len(others), change=change)
    else:
        counted = words.say("piece.others", count=len(others))
    return [*edition.named(rose[is_named]), counted]


def _to_do_line(edition: Edition) -> str:
    """The targets that all, some or no units miss, those that the area cannot reach any more, and how many units are
    below the thresholds; "" with neither."""
    words, names, everyone = edition.words, edition.names, len(edition.units)
    targets = {
        f"{uncapital(names.indicator(indicator))} {names.limit(indicator, target)}": len(
            edition.found("target", indicator)
        )
        for indicator, target in edition.rules.settings["targets"].items()
        if len(_unit_values(edition, indicator))
    }
    if not targets:
        line = ""
    elif not any(targets.values()):
        line = words.say("piece.none_missed", targets=words.listed(targets))
    elif set(targets.values()) == {everyone} and everyone > 1:
        line = words.say("piece.targets_everyone", count=everyone, targets=words.listed(targets))
    else:
        missed = [
            words.say("piece.missed", target=name, count=count, of=everyone) for name, count in targets.items() if count
        ]
        line = words.say("piece.targets", missed=words.listed(missed))
    counts = edition.found("flag").groupby("indicator", sort=False).size()
    low = [
        words.say("piece.low", indicator=uncapital(names.indicator(name)), count=count)
        for name, count in counts.items()
    ]
    low = [words.say("piece.act_first", low=words.listed(low))] if low else []
    return " ".join(filter(None, [line, _impossible_line(edition), *low]))


def _impossible_line(edition: Edition) -> str:
    """The targets that the area cannot reach any more by the day, and the most that it can."""
    held = _of(edition.tables["possible"], edition.names.control)
    lost = [
        edition.words.say(
            "possible.short",
            indicator=uncapital(edition.names.indicator(each.indicator)),
            target=edition.names.limit(each.indicator, each.target),
            most=edition.names.percent(each.most),
        )
        for each in held[held["state"] == possible.IMPOSSIBLE].itertuples()
    ]
    by = edition.words.date(edition.target_day)
    return edition.words.say("possible.area", by=by, targets="; ".join(lost)) if lost else ""


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
    responsible, routes = edition.rules.settings["responsible"], _of(edition.tables["routes"], code)
    first = routes[routes["order"].notna() & routes["indicator"].isin(responsible)].sort_values("order")
    return responsible[first["indicator"].iat[0]][edition.words.lang] if len(first) else ""


def _ask_about(edition: Edition, indicator: str) -> list[str]:
    """The request about one indicator: the marked units by name, the missed target; else its zeros or its range."""
    words, names, settings = edition.words, edition.names, edition.rules.settings
    values = _unit_values(edition, indicator)
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


def appendix_note(edition: Edition) -> str:
    """What the marks of the table of all units mean, and what its row of the whole area is, where it has one."""
    words, names = edition.words, edition.names
    marks = [each for each in edition.rules.settings["marks_below"].items() if each[0] != "CHANGE"]
    limits = words.listed(f"{names.indicator(name)} < {names.limit(name, limit)}" for name, limit in marks)
    lines = [words.say("piece.appendix_marks", thresholds=limits) if limits else words.say("piece.appendix_falls")]
    lines += [words.say("piece.appendix_area")] if edition.district is not None else []
    return " ".join(lines)


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
        "previous_total": words.number(unit["printed_previous"]),
        "change": words.number(unit["printed_change"], signed=True),
        "fell": unit["unit_code"] in edition.fallen,
        "cells": [
            {
                "text": words.number(figures[column["figure"]].get(column["code"]), names.decimals(column["code"])),
                "flag": column["code"] in flagged,
            }
            for column in printed_columns(edition)
        ],
        "not_itemised": words.number(unit["not_itemised"]),
    }
