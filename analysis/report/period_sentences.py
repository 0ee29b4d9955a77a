"""What page, mail, Word document and workbook say about a period, section by section: sentences without markup.

Each function takes the edition: the period's tables with the rules and words to read them by. The words of the
sentences are in config/wording (``period.*``). A sentence that has nothing to say is "".
"""

import pandas as pd

from analysis.config.wording import MISSING, capital, uncapital
from analysis.method import period as method
from analysis.report import period_asks, sentences
from analysis.report.period_edition import PeriodEdition

MOST_NAMED = 5  # units that a sentence names; our choice
MOST_MOVED = 20  # units that changed their band, named one by one; our choice
ENDS = 3  # units named at either end of a figure; our choice


# -- what it is ------------------------------------------------------------------------------------------------------


def title(edition: PeriodEdition) -> str:
    """The title of the page: index, area and span; marked where it is a draft or a correction."""
    area = capital(edition.rules.settings["name"][edition.words.lang])
    return mark(edition.words.say("piece.title", area=area, period=capital(edition.label)), edition)


def heading(edition: PeriodEdition) -> str:
    """The subject line of the Word document."""
    return mark(edition.words.say("period.subject", span=edition.label), edition)


def subject(edition: PeriodEdition) -> str:
    """The subject of the mail: area, span, and the area's total with its change."""
    words, area = edition.words, edition.area
    news = edition.label
    if area is not None:
        total = words.number(area["total"])
        change = area["change"]
        told = total if pd.isna(change) else f"{total} ({words.number(change, signed=True)})"
        news = words.say("period.subject_news", span=edition.label, total=told)
    name = capital(edition.rules.settings["name"][words.lang])
    return mark(words.say("period.mail_subject", area=name, news=news), edition)


def mark(text: str, edition: PeriodEdition) -> str:
    """A title, marked as a draft or as a correction."""
    if edition.is_draft:
        return edition.words.say("period.draft_title", text=text)
    return text if edition.revision == 1 else edition.words.say("piece.corrected_title", text=text)


def correction_line(edition: PeriodEdition) -> str:
    """That this issue replaces the one before it, and why; and that its other totals follow, where there are any."""
    words, about = edition.words, {"revision": edition.revision, "replaced": edition.revision - 1}
    told = words.say("period.corrected", **about)
    return f"{told} {words.say('period.corrected_totals')}" if len(edition.tables["corrections"]) else told


def basis(edition: PeriodEdition) -> str:
    """How the figures are headed: ``Lũy kế từ đầu năm đến 27/11/2023``."""
    units = edition.tables["units"]
    words = {*edition.rules.accumulates(units).values()}
    since = words.pop() if len(words) == 1 else ""
    key = f"period.as_of_{since}" if since in ("year", "quarter", "month") else "period.as_of"
    return edition.words.say(key, date=edition.words.date(edition.days[-1]))


def about_lines(edition: PeriodEdition) -> list[str]:
    """What the period is compiled from: its weeks, those that are missing, and what it is compared with."""
    return [_weeks_line(edition), *missing_lines(edition), compared_line(edition)]


def _draft_line(edition: PeriodEdition) -> str:
    """That the span is not over; "" where it is."""
    words = edition.words
    if not edition.is_draft:
        return ""
    return words.say("period.draft", span=capital(edition.label), date=words.date(edition.as_of))


def _weeks_line(edition: PeriodEdition) -> str:
    words, days = edition.words, [edition.words.date(day) for day in edition.days]
    about = {"span": capital(edition.label), "last": days[-1]}
    if len(days) == 1:
        return words.say("period.one_week", **about)
    return words.say("period.weeks", count=len(days), first=days[0], **about)


def missing_lines(edition: PeriodEdition) -> list[str]:
    """The cut-offs that were expected and have no week; without a rhythm, the gaps."""
    words, rows = edition.words, edition.tables["period_weeks"]
    days = [edition.say_day(day) for day in rows.loc[rows["state"] == method.MISSING, "cutoff"]]
    lines = [words.say("period.missing", days=words.listed(days), count=len(days))] if days else []
    for each in rows[rows["state"] == method.GAP].itertuples():
        begin = edition.say_day(each.cutoff)
        if each.until:
            lines.append(words.say("period.gap", begin=begin, end=edition.say_day(each.until)))
        else:
            end = words.date(min(edition.as_of, edition.span.last))
            lines.append(words.say("period.gap_at_end", begin=begin, end=end))
    return lines


def compared_line(edition: PeriodEdition) -> str:
    """What the results are compared with, or why with nothing."""
    words, before = edition.words, {"span": edition.previous_label}
    if edition.reason == method.NO_PREVIOUS:
        return words.say("period.no_previous", **before)
    about = before | {"date": words.date(edition.previous_day)}
    compared = words.say("period.compared", **about)
    if edition.reason == method.NEW_BANDS:
        return f"{compared} {words.say('period.new_bands', **about)}"
    return words.say(f"period.{edition.reason}", **about) if edition.reason else compared


def headline_lines(edition: PeriodEdition) -> list[str]:
    """What is read first: that it is a draft, the result, what became of the asks, and which weeks there are."""
    first = [_draft_line(edition), result_line(edition), period_asks.balance_line(edition)]
    return list(filter(None, [*first, *about_lines(edition)]))


# -- I. the result as a whole ----------------------------------------------------------------------------------------


def result_line(edition: PeriodEdition) -> str:
    """The area's total, band, place and change; "" where the table has no total of the whole area."""
    words, area = edition.words, edition.area
    if area is None:
        return ""
    fields = {"total": words.number(area["total"]), "band": edition.names.band(area["band"])}
    parts = [words.say("piece.result", area=capital(edition.rules.settings["name"][words.lang]), **fields)]
    if (change := area["change"]) == 0:
        parts.append(words.say("piece.unmoved", period=edition.previous_label))
    elif pd.notna(change):
        key = "piece.moved_up" if change > 0 else "piece.moved_down"
        parts.append(words.say(key, change=words.number(abs(change)), period=edition.previous_label))
    if told := say_place(edition, "TOTAL"):
        parts.append(told)
    return words.say("piece.sentence", text=", ".join(parts))


def say_place(edition: PeriodEdition, indicator: str) -> str:
    """``hạng giữ nguyên 7/11``, ``hạng 10/63, tăng 2 bậc``; "" where the area's place is not known."""
    words, held = edition.words, edition.place(indicator)
    if not held:
        return ""
    place, of, before, of_before = held
    about = {"place": f"{place}/{of}"}
    if before is None:
        return words.say("period.place", **about)
    if of != of_before:  # among others: places are no steps of one ladder
        return words.say("period.place_among", before=f"{before}/{of_before}", **about)
    if before == place:
        return words.say("period.place_same", **about)
    key = "period.place_up" if place < before else "period.place_down"
    return words.say(key, count=abs(before - place), **about)


def general_lines(edition: PeriodEdition) -> list[str]:
    """Section I: the area's result, the range of its units, how they moved, what became of the asks."""
    area = edition.rules.settings["name"][edition.words.lang]
    first = result_line(edition) or (edition.words.say("piece.no_area", area=area) if edition.has_totals else "")
    lines = [first, *([] if edition.has_totals else [edition.words.say("period.no_totals")])]
    for _, units in edition.units.groupby("kind", sort=False):
        lines += [_spread_line(edition, units), *_move_lines(edition, units)]
    return list(filter(None, lines))


def _spread_line(edition: PeriodEdition, units: pd.DataFrame) -> str:
    """The lowest and the highest total of the units of one kind, their median, and whose the ends are."""
    words, known = edition.words, units.dropna(subset="total")
    if len(known) < 2:
        return ""
    lowest, highest = known["total"].min(), known["total"].max()
    last, first = (
        sentences.name_first(words, known.loc[known["total"] == end, "unit_code"].map(edition.names.typed))
        for end in (lowest, highest)
    )
    ends = {"lowest": words.number(lowest), "last": last, "highest": words.number(highest), "first": first}
    kind = words.say(f"kind.{units['kind'].iat[0]}")
    return words.say("period.spread", kind=kind, median=words.number(known["total"].median()), **ends)


def band_rows(edition: PeriodEdition, kind: str) -> list[dict]:
    """The table of one kind: ``band``, ``units``, ``share``, and of the span before ``previous_units``,
    ``previous_share``, ``difference``; texts, "" where it is not compared. Bands that nobody has or had are
    left out."""
    words, rows = edition.words, edition.tables["period_bands"].query("kind == @kind")
    rows = rows[(rows["units"] > 0) | (rows["previous_units"] > 0)]
    told = []
    for each in rows.itertuples():
        has = pd.notna(each.previous_units)
        told.append(
            {
                "band": edition.names.band(each.band) if each.band else words.say("period.no_total"),
                "weak": each.band in edition.rules.settings["weak_bands"],
                "units": words.number(each.units, 0),
                "share": edition.names.percent(each.share),
                "previous_units": words.number(each.previous_units, 0) if has else "",
                "previous_share": edition.names.percent(each.previous_share) if has else "",
                "difference": words.number(each.units - each.previous_units, 0, signed=True) if has else "",
            }
        )
    return told


def _move_lines(edition: PeriodEdition, units: pd.DataFrame) -> list[str]:
    """How many units rose and fell since the span before, which did most, and which changed their band."""
    words, changes = edition.words, units["change"].dropna()
    if changes.empty:
        return []
    shares = {"rose": int((changes > 0).sum()), "fell": int((changes < 0).sum()), "same": int((changes == 0).sum())}
    key, more = "piece.counts", {}
    if unknown := len(units) - len(changes):
        key, more = "piece.counts_some", {"unknown": unknown}
    median = words.number(changes.median(), signed=True)
    about = {"count": len(units), "period": edition.previous_label, "median": median}
    lines = [words.say(key, **about, **shares, **more)]
    if len(changes) < 2:
        return lines
    for key, rising in (("period.rose_most", True), ("period.fell_most", False)):
        moved = units[units["change"] > 0] if rising else units[units["change"] < 0]
        named = _find_first(moved.sort_values("change", ascending=not rising, kind="stable"))
        if len(named):
            texts = [words.number(each, signed=True) for each in named["change"]]
            lines.append(words.say(key, units=_name(edition, named["unit_code"], texts, len(named))))
    return lines + _band_moves(edition, units)


def _find_first(moved: pd.DataFrame) -> pd.DataFrame:
    """The first MOST_NAMED units, without those that are tied with one that would be left out."""
    if len(moved) <= MOST_NAMED:
        return moved
    return moved.head(MOST_NAMED)[lambda its: its["change"] != moved["change"].iloc[MOST_NAMED]]


def _band_moves(edition: PeriodEdition, units: pd.DataFrame) -> list[str]:
    """The units whose band is another one than at the end of the span before: up, then down."""
    words, order = edition.words, {band: place for place, band in enumerate(edition.rules.bands["band"])}
    moved = units[(units["previous_band"] != "") & (units["band"] != units["previous_band"])]
    ways = moved["band"].map(order) - moved["previous_band"].map(order)
    lines = []
    for key, its in (("period.band_up", moved[ways < 0]), ("period.band_down", moved[ways > 0])):
        if len(its):
            names = edition.names
            texts = [
                f"{names.band(a)} → {names.band(b)}" for a, b in zip(its["previous_band"], its["band"], strict=True)
            ]
            lines.append(words.say(key, units=_name(edition, its["unit_code"], texts, MOST_MOVED)))
    return lines


def _name(edition: PeriodEdition, codes: pd.Series, texts: list[str], most: int) -> str:
    """``Hòa Bình (+1,20), Long Giang (+0,80) và 3 đơn vị khác``."""
    named = [f"{edition.names.unit(code)} ({text})" for code, text in zip(codes, texts, strict=True)]
    return edition.count_others(named, most)


# -- II. by groups and indicators ------------------------------------------------------------------------------------


def figure_rows(edition: PeriodEdition) -> list[dict]:
    """A row for each figure that the table prints, kind by kind of units: ``kind`` ("" where there is one), ``name``,
    ``area`` (value, change, place), ``best``, ``worst``, ``rose``, ``fell``; texts, "" where nothing is known."""
    several = edition.units["kind"].nunique() > 1
    return [
        {
            "kind": capital(edition.words.say(f"kind.{kind}")) if several else "",
            "name": edition.names.measured(code),
            "area": _say_area_figure(edition, code),
            **_say_ends(edition, code, kind),
        }
        for kind in edition.units["kind"].unique()
        for code in edition.printed
    ]


def _say_area_figure(edition: PeriodEdition, code: str) -> str:
    """``14,2 (tăng 4,4), hạng giữ nguyên 10/63``"""
    rows = edition.figures
    rows = rows[(rows["unit_code"] == edition.names.control) & (rows["indicator"] == code)]
    if rows.empty:
        return ""
    row, told = rows.iloc[0], []
    if pd.notna(row["value"]):
        value, change = edition.names.figure(code, row["value"]), _say_change(edition, code, row["change"])
        told.append(f"{value} ({change})" if change else value)
    place = say_place(edition, code)
    return ", ".join([*told, *([place] if place else [])])


def _say_change(edition: PeriodEdition, code: str, change: float) -> str:
    """``tăng 4,4``, ``không đổi``; "" where it is not compared."""
    words = edition.words
    if pd.isna(change):
        return ""
    text = words.number(abs(change), edition.names.decimals(code))
    if change == 0:
        return words.say("period.same")
    return words.say("period.up" if change > 0 else "period.down", change=text)


def _say_ends(edition: PeriodEdition, code: str, kind: str) -> dict[str, str]:
    """The units of a kind with the best and the worst figure, and those that rose and fell most."""
    rows = edition.figures
    rows = rows[(rows["indicator"] == code) & (rows["kind"] == kind)].dropna(subset="value")
    told = dict.fromkeys(("best", "worst", "rose", "fell"), "")
    if rows["value"].nunique() == 1 and len(rows) > 1:
        value = edition.names.figure(code, rows["value"].iat[0])
        told["best"] = edition.words.say("period.all_equal", count=len(rows), value=value)
    elif len(rows) > 1:
        told["best"] = _say_end(edition, code, rows, "value", rows["value"].max())
        told["worst"] = _say_end(edition, code, rows, "value", rows["value"].min())
    moved = rows.dropna(subset="change")
    if len(moved) > 1:
        most, least = moved["change"].max(), moved["change"].min()
        told["rose"] = _say_end(edition, code, moved, "change", most) if most > 0 else ""
        told["fell"] = _say_end(edition, code, moved, "change", least) if least < 0 else ""
    return told


def _say_end(edition: PeriodEdition, code: str, rows: pd.DataFrame, column: str, end: float) -> str:
    """The units that share one end of a figure or of its change, the others counted, and the figure itself."""
    names = [edition.names.unit(each) for each in rows.loc[rows[column] == end, "unit_code"]]
    if column == "value":
        text = edition.names.figure(code, end)
    else:
        text = edition.words.number(end, edition.names.decimals(code), signed=True)
    return edition.words.say("period.end", units=edition.count_others(names, ENDS), value=text)


def figure_lines(edition: PeriodEdition) -> list[str]:
    """Section II in sentences, for Word: one for each figure and kind of units."""
    words, lines = edition.words, []
    for row in figure_rows(edition):
        about = [words.say(f"period.{name}", text=row[name]) for name in ("best", "worst", "rose", "fell") if row[name]]
        area = edition.rules.settings["name"][words.lang]
        about = [*([words.say("period.of_area", area=area, text=row["area"])] if row["area"] else []), *about]
        if about:
            name = f"{row['name']} ({uncapital(row['kind'])})" if row["kind"] else row["name"]
            lines.append(words.say("period.figure", name=name, text="; ".join(about)))
    return lines


# -- where it comes from ---------------------------------------------------------------------------------------------


def origin(edition: PeriodEdition) -> dict[str, str]:
    """Where the figures come from: each value by its label."""
    words, rows = edition.words, edition.tables["period_weeks"].dropna(subset="revision")
    weeks = [
        words.say("period.week_revised", date=edition.say_day(each.cutoff), revision=f"{each.revision:.0f}")
        if each.revision > 1
        else edition.say_day(each.cutoff)
        for each in rows.itertuples()
    ]
    rules = edition.rules
    since = pd.concat([table["valid_from"] for table in (rules.groups, rules.indicators, rules.bands)]).max()
    told = {words.say("period.source_weeks"): ", ".join(weeks)}
    told |= {words.say("period.source_as_of"): words.date(min(edition.as_of, edition.span.last))}
    told |= {words.say("piece.source_revision"): edition.provenance.get("revision", "1")}
    told |= {words.say("piece.source_rules"): words.date(since)}
    return told | {words.say("piece.source_code"): edition.provenance.get("code", MISSING)}
