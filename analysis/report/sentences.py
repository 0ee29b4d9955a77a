"""What page, mail, Word document and workbook say about a week, section by section: sentences without markup.

Each function takes the edition: the week's tables with the rules and words to read them by. The words of the sentences
are in config/wording (``piece.*``). A sentence that has nothing to say is "".
"""

import numpy as np
import pandas as pd

from analysis.config.wording import Wording, capital, uncapital
from analysis.method import possible
from analysis.method.score import nothing_points
from analysis.report import phrases, places, table_rows, year_ago
from analysis.report.edition import Edition, once
from analysis.tables import NOT_ITEMISED

MOST_FAR = 12  # our choice: totals far from the sum of their groups that one line names
ORIGIN = ("file", "hash", "remarks", "cutoff", "revision", "rules", "code")  # in the order of the page


def mark_correction(text: str, edition: Edition) -> str:
    """A title, marked where the week is re-issued."""
    return text if edition.revision == 1 else edition.words.say("piece.corrected_title", text=text)


def correction_line(edition: Edition) -> str:
    """That this issue replaces the one before it."""
    return edition.words.say("piece.corrected", revision=edition.revision, replaced=edition.revision - 1)


def doubts_line(edition: Edition) -> str:
    """How many things in the delivered table are to be looked at again, for who does not read "About the data".

    Totals that are not the sum of their groups have their own line (``totals_line``).
    """
    warnings, totals = edition.found("data"), edition.found("reconcile")
    warnings = warnings[warnings["value"].isna()]
    totals = totals[totals["indicator"].isin(["PREVIOUS_TOTAL", NOT_ITEMISED])]
    count = sum((each["severity"] == "watch").sum() for each in (warnings, totals))
    return edition.words.say("piece.doubts", count=count) if count else ""


def totals_line(edition: Edition, in_letter: bool = False) -> str:
    """How many published totals are not the sum of their groups, and where more is said; "" where all are.

    in_letter : names those that are far from it, for a letter has nothing about the data
    """
    count = len(edition.found("reconcile", "TOTAL").query("severity == 'watch'"))
    if not count:
        return ""
    compared = edition.tables["reconciliation"].query("indicator == 'TOTAL'")["difference"].notna().sum()
    more = (
        _far_totals_lines(edition, _far_totals(edition))
        if in_letter
        else [edition.words.say("piece.totals_differ_where")]
    )
    return " ".join([edition.words.say("piece.totals_differ", count=count, all=int(compared)), *more])


def heading(edition: Edition) -> str:
    """The subject line of the Word document: what the report is about."""
    key = "piece.subject" if edition.has_totals else "piece.subject_figures"
    return edition.words.say(key, period=edition.words.period(edition.rules.cutoff))


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


def result_lines(edition: Edition, in_letter: bool = False) -> list[str]:
    """Section 1: the area's result, the range of its units, their bands, and what the columns explain of its total.

    in_letter : without what is missing and how the columns are read; a letter does not say that
    """
    words, district, settings = edition.words, edition.district, edition.rules.settings
    intro = words.say(
        "piece.in_result", issuer=settings["document"]["issuer"], period=words.period(edition.rules.cutoff)
    )
    if not edition.has_totals:
        placed = [*places.say_places(edition, edition.names.control), *places.say_targets(edition)]
        return list(filter(None, [intro, result_line(edition), *placed, totals_note(edition), *figure_lines(edition)]))
    lines = [
        intro,
        result_line(edition) or words.say("piece.no_area", area=settings["name"][words.lang]),
        totals_line(edition, in_letter) if in_letter else _no_standing_line(edition),
        *places.say_places(edition, edition.names.control),
        *places.say_targets(edition),
        *year_ago.say_area(edition),
        totals_note(edition),
    ]
    for _, units in edition.units.groupby("kind"):
        lines += [_spread_line(edition, units), _bands_line(edition, units)]
    if (
        not in_letter
        and district is not None
        and edition.names.groups_not_printed
        and district["not_itemised"] > nothing_points(words.decimals)
    ):
        fields = {"explained": words.number(district["computed_total"]), "rest": words.number(district["not_itemised"])}
        lines.append(words.say("piece.itemised", area=settings["name"][words.lang], **fields))
    return list(filter(None, lines))


def totals_note(edition: Edition) -> str:
    """That the table has no totals and what is not told therefore, or that they are computed here; "" where it has."""
    computed = "_computed" if edition.names.is_total_computed else ""
    if not edition.has_totals:
        return edition.words.say(f"piece.no_totals{computed}")
    return edition.words.say("piece.computed_totals") if computed else ""


def figure_lines(edition: Edition) -> list[str]:
    """Of a table without totals: the area's own figures, then the range of each figure of the units, kind by kind."""
    words, names, lines = edition.words, edition.names, []
    columns = told_columns(edition)
    if edition.district is not None:
        figures = edition.figures[names.control]
        told = [(each, figures[each["figure"]].get(each["code"])) for each in columns]
        named = [f"{uncapital(each['name'])} {names.figure(each['code'], its)}" for each, its in told if pd.notna(its)]
        area = capital(edition.rules.settings["name"][words.lang])
        lines += [words.say("piece.figures_of_area", area=area, figures="; ".join(named))] if named else []
    for kind, units in edition.units.groupby("kind"):
        texts = list(filter(None, (_figure_line(edition, each, units) for each in columns)))
        lines += _of_kind(edition, kind, texts)
    return lines


def _of_kind(edition: Edition, kind: str, texts: list[str]) -> list[str]:
    """The sentences, each said to be of this kind of units, where there are several kinds."""
    if edition.units["kind"].nunique() == 1:
        return texts
    name = edition.words.say(f"kind.{kind}")
    return [edition.words.say("piece.of_kind", kind=name, text=uncapital(text)) for text in texts]


def _figure_line(edition: Edition, column: dict, units: pd.DataFrame) -> str:
    """From which to which figure units have in a printed column, and whose they are; "" where none has one."""
    words, names, code = edition.words, edition.names, column["code"]
    values = _column_values(edition, column, units)
    if values.empty:
        return ""
    low, high = (names.figure(code, end) for end in (values.min(), values.max()))
    name = capital(column["name"])
    last, first = (
        name_first(words, values.index[values == end].to_series().map(names.typed))
        for end in (values.min(), values.max())
    )
    if len(values) == 1:
        return words.say("piece.figure_one", indicator=name, value=low, unit=last)
    if low == high:
        return words.say("piece.figure_same", indicator=name, value=low, count=len(values))
    return words.say("piece.figure_range", indicator=name, lowest=low, last=last, highest=high, first=first)


def _column_values(edition: Edition, column: dict, units: pd.DataFrame) -> pd.Series:
    """The figures of a printed column of some units, by unit_code; missing left out."""
    cells = edition.tables["measurements"]
    cells = cells[(cells["indicator"] == column["code"]) & cells["unit_code"].isin(units["unit_code"])]
    return cells.set_index("unit_code")[column["figure"]].dropna()


def told_columns(edition: Edition) -> list[dict]:
    """The printed columns that are told in words where there are no totals: those that have a target, a threshold or a
    department in charge; without any the rates; without rates all."""
    settings, columns = edition.rules.settings, table_rows.printed_columns(edition)
    watched = {*settings["targets"], *settings["marks_below"], *settings["responsible"]}
    chosen = [each for each in columns if each["code"] in watched]
    return chosen or [each for each in columns if edition.names.is_percent(each["code"])] or columns


def figure_move_lines(edition: Edition) -> list[str]:
    """Of how many units without a total each figure rose and fell since the previous cut-off, and of which it did most;
    kind by kind. Nothing where no cut-off is compared."""
    words, names, lines = edition.words, edition.names, []
    moved = edition.tables["figure_changes"]
    for kind, units in edition.units.groupby("kind"):
        of_kind, texts = moved[moved["unit_code"].isin(units["unit_code"])], []
        for column in told_columns(edition):
            its = of_kind[of_kind["indicator"] == column["code"]].set_index("unit_code")["change"]
            if its.empty:
                continue
            shares = {"rose": int((its > 0).sum()), "fell": int((its < 0).sum()), "same": int((its == 0).sum())}
            name, period = capital(column["name"]), edition.previous_period
            told = [words.say("piece.figure_moves", indicator=name, period=period, **shares)]
            for key, end, wanted in (("rose", its.max(), its.max() > 0), ("fell", its.min(), its.min() < 0)):
                if wanted and len(its) > 1:
                    unit = name_first(words, its.index[its == end].to_series().map(names.typed))
                    change = phrases.say_amount(column["code"], end, names, signed=True)
                    told.append(words.say(f"piece.figure_{key}_most", unit=unit, change=change))
            texts.append(words.say("piece.sentence", text="; ".join(told)))
        lines += _of_kind(edition, kind, texts)
    return lines


def _area_figure_lines(edition: Edition) -> list[str]:
    """The area's own figures with their changes since the previous cut-off, as one sentence."""
    words, names, told = edition.words, edition.names, []
    held = edition.of_unit("figure_changes", names.control).set_index("indicator")
    for column in told_columns(edition):
        if (code := column["code"]) in held.index:
            change = phrases.say_amount(code, held.at[code, "change"], names, signed=True)
            fields = {"indicator": uncapital(column["name"]), "value": names.figure(code, held.at[code, "value"])}
            told.append(words.say("piece.figure_moved", change=change, **fields))
    area = capital(edition.rules.settings["name"][words.lang])
    fields = {"area": area, "period": edition.previous_period, "figures": "; ".join(told)}
    return [words.say("piece.figures_of_area_moved", **fields)] if told else []


def figure_change_lines(edition: Edition, code: str) -> list[str]:
    """Of a unit without a total: each of its figures beside that of the previous cut-off."""
    words, names, lines = edition.words, edition.names, []
    held = edition.of_unit("figure_changes", code).set_index("indicator")
    for column in told_columns(edition):
        if column["code"] not in held.index:
            continue
        its = held.loc[column["code"]]
        fields = {"indicator": capital(column["name"]), "value": names.figure(column["code"], its["value"])}
        fields |= {"period": edition.previous_period}
        if kind := {1: "rose", -1: "fell"}.get(np.sign(its["change"])):
            fields["previous"] = names.figure(column["code"], its["previous_value"])
            fields["change"] = phrases.say_amount(column["code"], abs(its["change"]), names)
        lines.append(words.say(f"piece.figure_{kind or 'unmoved'}", **fields))
    return lines


def data_lines(edition: Edition) -> list[str]:
    """What was repaired and counted, what agrees, which figures are odd, and what the figures cannot show."""
    about_data = edition.found("data").query("indicator != 'CHANGE'")  # section 2 has what is known about changes
    far = _far_totals(edition)
    rests = edition.found("peer", NOT_ITEMISED)
    rests = rests[~rests["unit_code"].isin(far["unit_code"])]
    texts = [*about_data["text"], *_reconciled_lines(edition), *_far_totals_lines(edition, far), *rests["text"]]
    if odd := edition.found("peer").query("indicator != @NOT_ITEMISED")["text"].tolist():
        texts += (
            odd
            if len(odd) <= edition.rules.settings["page"]["peers"]
            else [edition.words.say("piece.peers", count=len(odd))]
        )
    return texts or [edition.words.say("piece.nothing_about_data")]


def _far_totals(edition: Edition) -> pd.DataFrame:
    """The totals far from the sum of their groups, the furthest first, where there are too many to name all."""
    rows = edition.found("reconcile", "TOTAL")
    rows = rows.assign(off=(rows["value"] - rows["reference"]).abs()).sort_values("off", ascending=False, kind="stable")
    is_many = len(rows) > edition.rules.settings["page"]["peers"]
    return rows[is_many & (rows["off"] > _large_points(edition))]


def _large_points(edition: Edition) -> float:
    return edition.rules.settings["large_difference_pct"] * edition.names.most_points / 100


def _far_totals_lines(edition: Edition, far: pd.DataFrame) -> list[str]:
    words, fields = edition.words, {}
    if far.empty:
        return []
    units = [
        words.say(
            "piece.far_total",
            unit=edition.names.unit(each.unit_code),
            total=words.number(each.value),
            sum=words.number(each.reference),
        )
        for each in far.head(MOST_FAR).itertuples()
    ]
    fields = {"count": len(far), "size": words.number(_large_points(edition)), "units": "; ".join(units)}
    more = len(far) - len(units)
    return [words.say("piece.far_totals", **fields) + (" " + words.say("piece.far_more", count=more) if more else "")]


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


def trend_lines(edition: Edition, in_letter: bool = False) -> list[str]:
    """Section 2: what moved, and what is still possible.

    in_letter : of the history only what names units, and no rates that cannot be told
    """
    return [*moved_lines(edition, in_letter), *area_outlook_lines(edition)]


def moved_lines(edition: Edition, in_letter: bool = False) -> list[str]:
    """The history there is, how many moved, who left a weak band or rose, the area's own week, signals, long runs."""
    known = edition.found("data", "CHANGE")
    known = known[known["value"].notna()] if in_letter else known
    return [
        *known["text"],
        *counts_lines(edition),
        *([] if edition.has_totals else [*_area_figure_lines(edition), *figure_move_lines(edition)]),
        *carried_lines(edition),
        *_risen_lines(edition),
        *_of_area(edition, week_rate_lines(edition, edition.names.control, only_known=in_letter)),
        *_signal_lines(edition),
        *_streak_lines(edition),
    ]


def area_outlook_lines(edition: Edition) -> list[str]:
    """What each target of the area still needs, or that it cannot be reached any more; and where the year will end."""
    code = edition.names.control
    return [*_of_area(edition, target_lines(edition, code)), *forecast_lines(edition, code)]


def _of_area(edition: Edition, lines: list[str]) -> list[str]:
    """The sentences, each said to be of the whole area."""
    area = edition.rules.settings["name"][edition.words.lang]
    return [edition.words.say("piece.of_kind", kind=area, text=uncapital(line)) for line in lines]


def _risen_lines(edition: Edition) -> list[str]:
    """The units that left a weak band, and the notable rises; of many the first ones, and how many others there are."""
    lines, settings = [], edition.rules.settings
    for finding, most in (("left_band", settings["fell_most"]), ("rose", settings["rose_most"])):
        texts = edition.found(finding)["text"].tolist()
        lines += texts[:most]
        if others := len(texts[most:]):
            lines.append(edition.words.say(f"piece.others_{finding}", count=others))
    return lines


def week_rate_lines(edition: Edition, code: str, only_known: bool = False) -> list[str]:
    """The own rate of each printed flow since the previous cut-off, beside what it is since the year began; then why
    others are missing, unless ``only_known``."""
    words, names = edition.words, edition.names
    held = {each.indicator: each for each in edition.of_unit("week_rates", code).itertuples()}
    own, begun, missing = [], [], {}
    for column in table_rows.printed_columns(edition):
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
    if only_known:
        return lines
    return lines + [words.say(f"week_rate.{basis}", indicators=words.listed(its)) for basis, its in missing.items()]


def _last_table(edition: Edition) -> str:
    """The label of the newest earlier cut-off whose table is known: totals may be compared with another one."""
    if (day := edition.published_before) is None:
        return edition.words.say("period.previous")
    return edition.words.period(day, with_year=day.year != edition.rules.cutoff.year)


def carried_lines(edition: Edition) -> list[str]:
    """That changes are told by the previous totals of the table, where these are not those that were published."""
    ours = edition.tables["carried"]["carrier"] == str(edition.rules.cutoff)
    return [edition.words.say("piece.carried")] if ours.any() else []


@once
def outlook_lines(edition: Edition, code: str) -> list[str]:
    """What each target still needs, or that it cannot be reached any more; and where the year will end."""
    return [*target_lines(edition, code), *forecast_lines(edition, code)]


def target_lines(edition: Edition, code: str) -> list[str]:
    """What each target still needs, or that it cannot be reached any more."""
    names, lines = edition.names, []
    rates = {each.indicator: each for each in edition.of_unit("week_rates", code).itertuples()}
    for each in edition.of_unit("possible", code).itertuples():
        rate = rates.get(each.indicator)
        shown = phrases.say_week_rate(rate, names) if rate and not phrases.is_cumulative(rate, names) else ""
        lines.append(phrases.say_target(each, shown, names))
    return lines


def forecast_lines(edition: Edition, code: str) -> list[str]:
    """On what the lines of targets rest, and where the year will end."""
    names, held, lines = edition.names, edition.of_unit("possible", code), []
    is_open = held["state"].ne(possible.REACHED) & held["value"].notna()
    is_counted = is_open & held["indicator"].map(names.is_flow).astype(bool)
    if is_counted.any():
        lines.append(edition.words.say("possible.assumed"))
    level = edition.rules.settings["year_end"]["level"]
    return lines + phrases.say_year_end(edition.of_unit("year_end", code), names, edition.target_day, level)


def counts_lines(edition: Edition) -> list[str]:
    """How many units rose, fell and stayed, each kind by itself: their periods may differ."""
    words, kinds, lines = edition.words, edition.units["kind"].nunique(), []
    for kind, units in edition.units.groupby("kind"):
        text = _counts_of(edition, units)
        if text and kinds > 1 and len(units) > 1:
            text = words.say("piece.of_kind", kind=words.say(f"kind.{kind}"), text=uncapital(text))
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
    if unknown := len(units) - len(changes):
        shares["unknown"] = unknown
    key = "piece.counts_some" if unknown else "piece.counts"
    return words.say(key, median=words.number(changes.median(), signed=True), **shares, **fields)


def origin(edition: Edition) -> dict[str, str]:
    """Where the figures come from: each value by its label, in the order of ORIGIN."""
    words, rules = edition.words, edition.rules
    since = pd.concat([table["valid_from"] for table in (rules.groups, rules.indicators, rules.bands)]).max()
    known = edition.provenance | {"cutoff": words.date(rules.cutoff), "rules": words.date(since)}
    return {words.say(f"piece.source_{key}"): known[key] for key in ORIGIN if key in known}


def result_line(edition: Edition) -> str:
    """The area's total, band, rank and change; "" where the table has no total of the whole area."""
    words, district = edition.words, edition.district
    if district is None or pd.isna(district["total"]):
        return ""
    fields = {"total": words.number(district["total"]), "band": edition.names.band(district["band"])}
    parts = [words.say("piece.result", area=capital(edition.rules.settings["name"][words.lang]), **fields)]
    if edition.standing:
        peers = edition.rules.settings["name"]["peers_" + words.lang]
        standing = words.say("piece.standing", rank=edition.standing[0], of=edition.standing[1], peers=peers)
        parts.append(places.with_move(standing, edition))
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
        name_first(words, known.loc[known["total"] == end, "unit_code"].map(edition.names.typed))
        for end in (lowest, highest)
    )
    ends = {"lowest": words.number(lowest), "last": last, "highest": words.number(highest), "first": first}
    return words.say("piece.spread", kind=kind, **ends)


def name_first(words: Wording, names: pd.Series) -> str:
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


def basis_lines(edition: Edition) -> list[str]:
    """The legal basis, a line each; all but the last end with a semicolon (Decree 30/2020/NĐ-CP)."""
    held, say = edition.rules.settings["document"]["basis"], edition.words.say
    lines = [
        say("piece.basis", basis=each) if isinstance(each, str) else "{way} {text}".format(**each) for each in held
    ]
    return [*(f"{each};" for each in lines[:-1]), *(f"{each}." for each in lines[-1:])]


def unit_values(edition: Edition, indicator: str) -> pd.DataFrame:
    """unit_code and value of one indicator, units only, missing left out."""
    cells = edition.tables["measurements"]
    cells = cells[(cells["indicator"] == indicator) & cells["unit_code"].isin(edition.units["unit_code"])]
    return cells.dropna(subset="value")
