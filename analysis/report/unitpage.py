"""The page of one unit, for its chairman: pieces of HTML.

A briefing, like the district's report and made of its findings, tables and sentences, but only those of one unit: its
figures and what to do about them first; then its place among its peers, what it is asked, what changed, where its
points are lost, how it can reach the next band, and what the table cannot show. What the first screen says no section
says again. Every piece takes the edition and the unit's code.
"""

from dataclasses import replace
from datetime import date
from functools import lru_cache

import pandas as pd
from IPython.display import HTML

from analysis import tables
from analysis.config.formulas import rate_pct
from analysis.config.rules import Rules
from analysis.config.wording import MISSING, Wording, capital, uncapital
from analysis.method import score
from analysis.method.standing import BAND
from analysis.report import (
    ask_course,
    asks,
    clusters,
    findings,
    headline,
    page,
    parts,
    phrases,
    places,
    ranking,
    sentences,
    table_rows,
    year_ago,
)
from analysis.report.charts import place
from analysis.report.charts.sheet import show_limit
from analysis.report.edition import Edition, once
from analysis.report.html_head import build_head, render_head
from analysis.report.parts import Part
from analysis.tables import ABOUT_UNIT, NOT_ITEMISED
from analysis.weeks import paths, table_files
from analysis.weeks.provenance import provenance as provenance_of
from analysis.weeks.store import Week

DRAWN = (  # by 5_unit
    *("units", "scores", "points", "changes", "contributions", "moves", "course", "signals", "own_rates"),
    "findings",
)
BAR = 72  # pixels of the bar of the part that is worth most points


def edition(week: Week, rules: Rules, words: Wording) -> Edition:
    """The edition that pages are made from. Raises NotFound where 1_clean to 3_trend have not written the tables.

    It knows what the kept one knows.
    """
    return keep_edition(week, rules, words).own_copy()


def keep_edition(week: Week, rules: Rules, words: Wording) -> Edition:
    """The edition that is kept for all units' pages, with what its pieces have found out. It is made again where the
    week's folder, its tables, the rules or the sentences are others; so its origin is that of its tables."""
    return _edition(
        week,
        rules,
        rules.worded(words),
        tuple((name, week.data(name)) for name in tables.BEFORE_REPORT),
    )


@lru_cache(maxsize=1)
def _edition(week: Week, rules: Rules, words: Wording, files: tuple[tuple[str, bytes], ...]) -> Edition:
    read = {name: table_files.from_csv(name, data) for name, data in files}
    found = {"findings": findings.collect(read, rules, words), ask_course.LEDGERS: ask_course.read_ledgers(week)}
    return Edition(rules, words, read | found, provenance=provenance_of(week))


def is_same(edition: Edition, code: str, held: dict[str, pd.DataFrame], shown: list[str]) -> bool:
    """Whether a page would be made the same again, under equal code, configuration and environment.

    held, shown : the tables DRAWN that it was made from, and its ``page_pieces``
    """
    return drawn_rows(edition.tables, code) == drawn_rows(held, code) and page_pieces(edition, code) == shown


def page_pieces(edition: Edition, code: str) -> list[str]:
    """The HTML pieces of a page, in order."""
    pieces = (first_screen, standing, requests, ask_course.asked, change, lost, route, unseen, provenance)
    return [description(edition, code), *(piece(edition, code).data for piece in pieces)]


def drawn_rows(held: dict[str, pd.DataFrame], code: str) -> list[str]:
    """The unit's own rows as CSV texts: the data that the charts of its page and the tables in its notebook show; and
    the days of the own rates of all units, on which its chart leaves a gap.

    The revision is left out. Figures are formatted as in the week's files, so that tables in memory and tables read
    from files give the same texts.
    """
    own = (held[name].drop(columns="revision", errors="ignore") for name in DRAWN)
    days = held["own_rates"]["cutoff"].drop_duplicates()
    rows = [each[each["unit_code"] == code] for each in own]
    return [each.to_csv(index=False, float_format=table_files.FLOATS) for each in (*rows, days)]


@once
def title(edition: Edition, code: str) -> str:
    """``Bộ chỉ số 766 – Xã Kiến An – Tuần 1 tháng 12 năm 2023``; marked where figures of this unit are corrected."""
    period = capital(edition.words.period(edition.rules.cutoff))
    text = edition.words.say("piece.title", area=edition.names.full_unit(code), period=period)
    return (
        sentences.mark_correction(text, edition) if edition.tables["corrections"]["unit_code"].eq(code).any() else text
    )


def head(edition: Edition, code: str) -> HTML:
    """What the page says of itself in its head. It shows nothing."""
    return render_head(
        build_head(edition.rules.settings["public"], published_path(edition, code), description(edition, code))
    )


def published_path(edition: Edition, code: str) -> str:
    """Where the page is below reports/, such as ``cho-moi/2023-12-04/units/30634.html``."""
    return f"{edition.rules.area}/{edition.rules.cutoff}/{paths.unit_file(code)}.html"


def description(edition: Edition, code: str) -> str:
    """The news for whoever sees only a link to the page: rank and band, and what changed."""
    return " ".join([_standing(edition, code), *(_changed(edition, code) or _withheld(edition, code))[:1]])


def first_screen(edition: Edition, code: str) -> HTML:
    """Where this page is, the large figures, at most five items, and what stands further down."""
    above, below = _neighbours(edition, code)
    fields = {"title": title(edition, code), "figures": figures(edition, code), "items": items(edition, code)}
    fields |= {"is_ranked": edition.has_totals}
    return page.render_piece(
        "unit_headline", edition, above=above, below=below, contents=_contents(edition, code), **fields
    )


def _neighbours(edition: Edition, code: str) -> list[dict | None]:
    """``name`` and ``page`` of the units next above and next below by rank that have a page; None: there is none."""
    its = _of_its_kind(edition, code)["unit_code"].tolist()
    place, paged = its.index(code), edition.paged
    nearest = [next((each for each in row if each in paged), "") for row in (its[:place][::-1], its[place + 1 :])]
    file = {each: paths.unit_file(each).rpartition("/")[2] for each in nearest if each}
    return [{"name": edition.names.unit(each), "page": f"{file[each]}.html"} if each else None for each in nearest]


def _contents(edition: Edition, code: str) -> dict[str, str]:
    """The headings of the page by their anchors, in order."""
    say = edition.words.say
    named = {"standing": say("unit.standing_heading"), "requests": say("page.requests")}
    named |= {"asked": say("reminder.course_heading")}
    named |= {name: say(f"unit.{name}_heading") for name in ("change", "lost", "route", "unseen")}
    named["route"] = _route_heading(edition, code)
    if not _has_points(edition, code):
        named["lost"] = say("unit.figures_heading")
    is_empty = {
        "standing": not (_standing_lines(edition, code) or _strips(edition, code)),
        "asked": not ask_course.list_courses(edition, code),
        "change": not _change_lines(edition, code),
        "lost": not (_shown_parts(edition, code).size or _rest(edition, code)),
        "route": not _route_lines(edition, code),
    }
    return {id: name for id, name in named.items() if not is_empty.get(id)}


def figures(edition: Edition, code: str) -> list[dict]:
    """The large figures as ``headline.figures`` gives them: the unit's total, band, change and place; those known.

    Where no unit has a total, some of its own figures.
    """
    words, unit, count = edition.words, edition.unit(code), _of_its_kind(edition, code)["total"].count()
    if not edition.has_totals:
        return _own_figures(edition, code)
    if pd.isna(unit["total"]):
        return []
    weak, kind = unit["band"] in edition.rules.settings["weak_bands"], words.say(f"kind.{unit['kind']}")
    known = [
        (words.number(unit["total"]), headline.say_total_label(edition), False),
        (edition.names.band(unit["band"]), words.say("piece.band"), weak),
    ]
    if pd.notna(unit["change"]):
        label = words.say("headline.change", period=edition.previous_period)
        known.append((words.number(unit["change"], signed=True), label, False))
    if count > 1:
        known.append(
            (f"{words.number(unit['rank'], 0)}/{words.number(count, 0)}", words.say("unit.place", kind=kind), False)
        )
    return [dict(zip(("value", "label", "weak"), each, strict=True)) for each in known]


def _own_figures(edition: Edition, code: str, most: int = 4) -> list[dict]:
    names, own, flagged = edition.names, edition.figures[code], edition.flagged.get(code, ())
    told = [(each, own[each["figure"]].get(each["code"])) for each in sentences.told_columns(edition)]
    return [
        {"value": names.figure(each["code"], value), "label": uncapital(each["name"]), "weak": each["code"] in flagged}
        for each, value in told
        if pd.notna(value)
    ][:most]


def items(edition: Edition, code: str) -> list[list[Part]]:
    """At most five items below the figures, in parts: what moved, what was lost, what is below a threshold, how far the
    next band is, which targets are missed, where most points are lost. What is left out stands further down."""
    told = [
        _no_total_item(edition, code),
        _moved_item(edition, code),
        _lost_item(edition, code),
        _signal_item(edition, code),
        _flagged_item(edition, code),
        _gap_item(edition, code),
        _target_item(edition, code),
        [Part(text) for text in filter(None, [_most_lost(edition, code)])],
    ]
    return [each for each in told if each][: headline.MOST_ITEMS] or [[Part(_standing(edition, code))]]


def minute(edition: Edition, code: str) -> HTML:
    """For its letter, a few lines: rank and band, what changed, a rate that has fallen, where points are lost, the way
    upwards."""
    fallen = asks.find_fallen_signals(edition)
    lines = [
        _standing(edition, code),
        *(_changed(edition, code) or _withheld(edition, code))[:1],
        *sentences.figure_change_lines(edition, code),
        *_found(edition, code, "step")[:1],
        *fallen.loc[fallen["unit_code"] == code, "text"],
        _most_lost(edition, code),
        *_routes(edition, code)[:1],
    ]
    return page.render_piece("minute", edition, title=title(edition, code), lines=filter(None, lines))


def standing(edition: Edition, code: str) -> HTML:
    """The unit's place among its peers: how long it has had its band, the median of its kind, and a picture."""
    words, strips, lines = edition.words, _strips(edition, code), _standing_lines(edition, code)
    if not strips and not lines:
        return HTML("")
    told = {"alt": _say_strips(strips, words), "key": _say_key(strips, words)}
    caption = "place_caption" if pd.notna(edition.unit(code)["total"]) else "place_caption_parts"
    if caption == "place_caption" and len(strips) == 1:
        caption = "place_caption_total"
    told["caption"] = words.say(f"unit.{caption}", unit=edition.names.typed(code))
    drawn = place.lay_out(strips) if strips else None
    return page.render_piece("place", edition, lines=lines, drawn=drawn, **told)


@once
def _standing_lines(edition: Edition, code: str) -> list[str]:
    """How long the unit has had its band, who has the same place, the median of its kind; nothing without a total."""
    words, unit, kind = edition.words, edition.unit(code), _of_its_kind(edition, code)
    lines = [_since(edition, code), _tied(edition, code)] if pd.notna(unit["total"]) else []
    if pd.notna(unit["total"]) and kind["total"].count() > 1:
        median = kind["total"].median()
        # between the figures as they are shown: a reader subtracts them
        gap = phrases.say_gap(
            "TOTAL", score.rounded(unit["total"], words.decimals) - score.rounded(median, words.decimals), edition.names
        )
        fields = {"median": words.number(median), "difference": gap}
        lines.append(words.say("unit.beside_median", kind=words.say(f"kind.{unit['kind']}"), **fields))
    lines += [*places.say_places(edition, code), *clusters.say_unit(edition, code), *year_ago.say_unit(edition, code)]
    return list(filter(None, lines))


@once
def _strips(edition: Edition, code: str) -> list[place.Strip]:
    """A strip for the total, where there is one, and one for each part of it that the table has figures of."""
    words, names, unit = edition.words, edition.names, edition.unit(code)
    strips, targets = [], edition.rules.settings["targets"]
    if pd.notna(unit["total"]):
        its = _of_its_kind(edition, code)
        scale, totals, bands = ranking.Scale(its, edition.rules.maximum), its["total"].dropna(), edition.rules.bands
        bands = bands[bands["from_points"].between(scale.low, scale.high, inclusive="neither")]
        limits = {
            each.from_points: f"{names.band(each.band)} ≥ {show_limit(each.from_points, words)}"
            for each in bands.itertuples()
        }
        median, own = totals.median() if len(totals) > 1 else None, words.number(unit["total"])
        about = words.say("unit.about_median", median=words.number(median)) if len(totals) > 1 else ""
        fields = {"median": median, "limits": limits, "label": names.unit(code)}
        fields["is_low"] = unit["band"] in edition.rules.settings["weak_bands"]
        peers = totals[its["unit_code"] != code]
        strips.append(
            place.Strip(names.total_heading(), own, about, unit["total"], peers, (scale.low, scale.high), **fields)
        )
    for each in _shown_parts(edition, code).itertuples():
        measured, values = each.indicator or each.group, _values(edition, code, each)
        if pd.isna(each.max_points) and not names.is_percent(measured):
            continue  # a count has no scale that ends
        if code not in values:
            continue
        target, has_peers = targets.get(measured), len(values) > 1
        about = [words.say("unit.about_median", median=names.figure(measured, values.median()))] if has_peers else []
        about += [words.say("unit.about_target", target=names.limit(measured, target))] if target else []
        most = max(100.0 if each.indicator else each.max_points, values.max())
        own, fields = (
            names.figure(measured, values[code]),
            {"median": values.median() if has_peers else None, "target": target},
        )
        fields["is_low"] = measured in edition.flagged.get(code, ())
        name, peers = capital(names.part(each)), values.drop(code)
        strips.append(place.Strip(name, own, " · ".join(about), values[code], peers, (0.0, most), **fields))
    return strips


def _say_strips(strips: list[place.Strip], words: Wording) -> str:
    """The alternative text of the picture: what its rows say."""
    told = [
        words.say(
            "unit.place_alt",
            name=each.name,
            own=each.own,
            about="; ".join(filter(None, [each.about, *each.limits.values()])),
        )
        if each.about or each.limits
        else words.say("unit.place_alt_alone", name=each.name, own=each.own)
        for each in strips
    ]
    return " ".join(told)


def _say_key(strips: list[place.Strip], words: Wording) -> str:
    """What the marks of the picture mean; only of what it shows."""
    shown = {
        "key_own": True,
        "key_peers": any(each.median is not None for each in strips),
        "key_limits": any(each.limits for each in strips),
        "key_target": any(each.target for each in strips),
        "key_ends": any(not each.label for each in strips),
    }
    return " ".join(words.say(f"unit.{key}") for key, is_shown in shown.items() if is_shown)


def requests(edition: Edition, code: str) -> HTML:
    """What the unit is asked, with the department in charge, and the office's own words on it.

    Of what it is asked by name, the reason stands in full among the changes, except that its band is weak.
    """
    asked, weak = asks.unit_requests(edition, code), _found(edition, code, "band")
    by_name = {"name": "" if weak else edition.words.say("unit.change_heading")}
    asked = [each if each["name"] else by_name | {"texts": [*weak, each["texts"][-1]]} for each in asked]
    said, has_orders = edition.remarks(ABOUT_UNIT, code), bool(asks.general_orders(edition))
    return page.render_piece("unit_requests", edition, asked=asked, remarks=said, has_orders=has_orders)


def change(edition: Edition, code: str) -> HTML:
    """What changed and which part caused it, what is not known about it, and the own rates of the week. Else empty."""
    texts, heading = _change_lines(edition, code), edition.words.say("unit.change_heading")
    return page.render_piece("lines", edition, id="change", heading=heading, lines=texts) if texts else HTML("")


@once
def _change_lines(edition: Edition, code: str) -> list[str]:
    return [
        *(_changed(edition, code) or _withheld(edition, code)[1:]),
        *sentences.figure_change_lines(edition, code),
        *_own_reconciled(edition, code),
        *_found(edition, code, "entered_band", "left_band", "move", "apart", "step", "signal"),
        *sentences.week_rate_lines(edition, code),
    ]


def lost(edition: Edition, code: str) -> HTML:
    """Where the unit's points are lost: its figures beside the median, the best figure of its kind, and the target.

    A unit that is the only one of its kind has no median and no best figure beside its own. Empty where the table has
    nothing but totals.
    """
    held = lost_table(edition, code)
    return page.render_piece("lost", edition, bar=BAR, **held) if held["rows"] or held["note"] else HTML("")


def lost_table(edition: Edition, code: str, with_best: bool = True) -> dict:
    """What ``lost`` shows: ``rows``, ``has_peers`` (else no median and no best figure), ``has_targets``
    (else no column of them), and ``note`` of the rest.

    Of a unit whose figures earn no points the rows are its figures.
    """
    words, names, targets = edition.words, edition.names, edition.rules.settings["targets"]
    rows, lost = [], _shown_parts(edition, code)
    scale = BAR / lost["max_points"].max()
    for each in lost.itertuples():
        measured, values = each.indicator or each.group, _values(edition, code, each)
        rows.append(
            {
                "name": capital(names.part(each)),
                "lost": words.number(each.lost),
                "lost_px": round(scale * each.lost) if pd.notna(each.lost) else 0,
                "most_px": round(scale * each.max_points) if pd.notna(each.max_points) else 0,
                "points": f"{words.number(each.points)}/{words.limit(each.max_points)}",
                "value": names.figure(measured, values.get(code)),
                "median": names.figure(measured, values.median()) if len(values) > 1 else MISSING,
                "best": _best(edition, code, each) if with_best else "",
                "target": names.limit(measured, targets[measured]) if measured in targets else "",
                "flag": measured in edition.flagged.get(code, ()),
            }
        )
    has_peers = len(_of_its_kind(edition, code)) > 1
    has_points = _has_points(edition, code)
    shown = {"has_peers": has_peers, "has_points": has_points, "has_targets": any(each["target"] for each in rows)}
    return {"rows": rows, **shown, "note": _rest(edition, code)}


def route(edition: Edition, code: str) -> HTML:
    """The route to the next band, each indicator that alone would be enough, what targets still need, and where the
    year will end. Empty where nothing of this is known."""
    lines = _route_lines(edition, code)
    fields = {"id": "route", "heading": _route_heading(edition, code), "lines": lines}
    return page.render_piece("lines", edition, **fields) if lines else HTML("")


def _route_heading(edition: Edition, code: str) -> str:
    if pd.isna(edition.unit(code)["total"]):
        return edition.words.say("page.outlook")
    has_outlook = bool(sentences.outlook_lines(edition, code))
    return edition.words.say("unit.route_heading" if has_outlook else "unit.route_heading_alone")


@once
def _route_lines(edition: Edition, code: str) -> list[str]:
    texts = [*(_routes(edition, code) or [_no_route(edition, code)]), *sentences.outlook_lines(edition, code)]
    return list(filter(None, texts))


def unseen(edition: Edition, code: str) -> HTML:
    """What the table cannot show: groups that it does not print, history that is missing; nothing of other units."""
    history = edition.found("data", "CHANGE")
    is_ours = history["unit_code"].isin(["", edition.names.control, code]) & history["value"].isna()
    told = [*edition.found("data", NOT_ITEMISED)["text"], *history.loc[is_ours, "text"], *_corrected(edition, code)]
    told += [sentences.totals_note(edition)] if edition.has_totals and edition.names.is_total_computed else []
    told = [each for each in told if [Part(each)] != _moved_item(edition, code)]  # the first screen says it
    texts = [*told, *_found(edition, code, "peer"), edition.words.say("unit.unseen")]
    return page.render_piece(
        "lines", edition, id="unseen", heading=edition.words.say("unit.unseen_heading"), lines=texts
    )


def provenance(edition: Edition, code: str) -> HTML:
    """Where the figures come from, the same on each page. File and revision are only in the report of the area.

    So a correction that does not concern a unit leaves its page unchanged.
    """
    return _provenance(edition)


@once
def _provenance(edition: Edition) -> HTML:
    known = {name: value for name, value in edition.provenance.items() if name not in ("hash", "remarks", "revision")}
    return page.provenance(replace(edition, provenance=known))


# -- the items: each in parts, [] where there is nothing to say ------------------------------------------------------


def _no_total_item(edition: Edition, code: str) -> list[Part]:
    if not edition.has_totals:
        return [Part(sentences.totals_note(edition))]
    return [Part(_standing(edition, code))] if pd.isna(edition.unit(code)["total"]) else []


def _moved_item(edition: Edition, code: str) -> list[Part]:
    """That the change of the total stands out; or why no change is computed."""
    if pd.isna(edition.unit(code)["total"]):
        return []
    if pd.isna(edition.unit(code)["change"]):
        return [Part(_withheld(edition, code)[0])]
    way = edition.marked_totals.get(code, 0)
    return [Part(edition.words.say("unit.rose_marked" if way > 0 else "unit.fell_marked"))] if way else []


def _lost_item(edition: Edition, code: str) -> list[Part]:
    lost = edition.found("step")
    lost = lost[(lost["unit_code"] == code) & (lost["reference"] < 0)]
    name = Part(capital(edition.names.unit(code)), strong=True)
    return headline.say_lost(edition, name, code) if len(lost) else []


def _signal_item(edition: Edition, code: str) -> list[Part]:
    rows = asks.find_fallen_signals(edition)
    named = [
        [
            Part(uncapital(edition.names.indicator(each.indicator)), strong=True),
            *headline.mark_new(edition, each.since == str(edition.rules.cutoff)),
        ]
        for each in rows[rows["unit_code"] == code].itertuples()
    ]
    return parts.say(edition.words, "headline.signals", units=parts.listed(edition.words, named)) if named else []


def _flagged_item(edition: Edition, code: str) -> list[Part]:
    return _say_figures(edition, code, "flag", "unit.flagged")


def _target_item(edition: Edition, code: str) -> list[Part]:
    return _say_figures(edition, code, "target", "unit.missed")


def _say_figures(edition: Edition, code: str, finding: str, key: str) -> list[Part]:
    """The unit's figures that such a finding is about: ``hồ sơ nộp trực tuyến 5,4%``."""
    rows, names = edition.found(finding), edition.names
    named = [
        [
            Part(f"{uncapital(names.indicator(each.indicator))} "),
            Part(names.figure(each.indicator, each.value), strong=True),
        ]
        for each in rows[rows["unit_code"] == code].itertuples()
    ]
    return parts.say(edition.words, key, figures=parts.listed(edition.words, named)) if named else []


def _gap_item(edition: Edition, code: str) -> list[Part]:
    """How many points the next band is away."""
    nearest, total = _next_band(edition, code), edition.unit(code)["total"]
    if nearest is None:
        return []
    gap = [Part(edition.words.number(nearest["from_points"] - total), strong=True)]
    return parts.say(edition.words, "unit.gap", gap=gap, band=edition.names.band(nearest["band"]))


# -- sentences -------------------------------------------------------------------------------------------------------


def _of_its_kind(edition: Edition, code: str) -> pd.DataFrame:
    """All units of the unit's kind, itself among them."""
    return edition.of_kind(edition.unit(code)["kind"])


def _found(edition: Edition, code: str, *kinds: str) -> list[str]:
    its = edition.of_unit("findings", code)
    return its.loc[its["finding"].isin(kinds), "text"].tolist()


def _own_reconciled(edition: Edition, code: str) -> list[str]:
    """That the unit's previous total in the table is not the one that was published."""
    rows = edition.found("reconcile", "PREVIOUS_TOTAL")
    return rows.loc[rows["unit_code"] == code, "text"].tolist()


def _corrected(edition: Edition, code: str) -> list[str]:
    """The shown earlier cut-offs at which this unit's own figures were corrected after publication."""
    its, words = edition.of_unit("course", code), edition.words
    days = its.loc[its["corrected"].astype(bool) & (its["carried_by"] == ""), "cutoff"]
    units = edition.names.typed(code)
    periods = [words.period(date.fromisoformat(day)) for day in days]
    return [words.say("finding.corrected_week", period=period, units=units) for period in periods]


@once
def _standing(edition: Edition, code: str) -> str:
    """Total, band and place among the units of its kind that have one. The only one of them has no place."""
    words, unit, its = edition.words, edition.unit(code), _of_its_kind(edition, code)
    if not edition.has_totals:
        return sentences.totals_note(edition)
    if pd.isna(unit["total"]):
        computed = "_computed" if edition.names.is_total_computed else ""
        return words.say(f"unit.no_total{computed}", unit=edition.names.full_unit(code))
    fields = {
        "unit": edition.names.full_unit(code),
        "total": words.number(unit["total"]),
        "band": edition.names.band(unit["band"]),
    }
    if (ranked := its["total"].count()) == 1:
        return words.say("unit.standing_alone", **fields)
    fields |= {"rank": words.number(unit["rank"], 0), "of": words.number(ranked, 0)}
    text = words.say("unit.standing", kind=words.say(f"kind.{unit['kind']}"), **fields)
    return " ".join(filter(None, [text, _tied(edition, code)]))


@once
def _tied(edition: Edition, code: str) -> str:
    """How many others have the same place; "": none."""
    ranks = _of_its_kind(edition, code)["rank"]
    tied = int((ranks == edition.unit(code)["rank"]).sum()) - 1
    return edition.words.say("unit.tied", count=tied) if tied > 0 else ""


def _since(edition: Edition, code: str) -> str:
    """Since when the unit has had its band without a break, as far as the published weeks of its series show it.

    Nothing where its request says so already, by the total that the table carries of the cut-off before.
    """
    words = edition.words
    its = edition.of_unit("course", code)
    its = its[its["carried_by"] == ""]
    series = its[its["since"] == its["since"].iloc[-1]]
    its = series[series["cutoff"] >= edition.rules.bands_since]
    is_new = len(its) < len(series)  # the bands had other limits before
    if len(its) < 2:
        weak = edition.ages.get((BAND, code, "TOTAL"))
        if weak and weak.weeks > 1:
            return ""
        return words.say("unit.first_bands") if is_new else _first_time(edition, series["since"].iloc[-1])
    other = its.index[its["band"] != its["band"].iloc[-1]]
    held = its.loc[other[-1] :].iloc[1:] if len(other) else its
    if len(held) == 1:
        return words.say("unit.new_band")
    fields = {"period": words.period(date.fromisoformat(held["cutoff"].iloc[0])), "count": words.number(len(held), 0)}
    if len(other):
        return words.say("unit.since", **fields)
    return words.say("unit.since_bands" if is_new else "unit.since_first", **fields)


def _first_time(edition: Edition, since: str) -> str:
    """That this cut-off is the first of the unit's series, and why: another year, other rules or another unit.

    since : the day the series began, ISO. A reason is given only where the area has published cut-offs before that day,
            and for a year or rules only where this is the first one from that day on.
    """
    words, rules, course = edition.words, edition.rules, edition.tables["course"]
    days = course.loc[course["carried_by"] == "", "cutoff"]
    is_first = not days.between(since, str(rules.cutoff), inclusive="left").any()
    if not (days < since).any():
        return words.say("unit.first_time")
    if since == f"{rules.cutoff.year}-01-01":
        return words.say("unit.first_of_year", year=rules.cutoff.year) if is_first else words.say("unit.first_time")
    if rules.groups["valid_from"].eq(pd.Timestamp(since)).any():
        return words.say("unit.first_of_rules" if is_first else "unit.first_time")
    return words.say("unit.first_of_unit")


@once
def _changed(edition: Edition, code: str) -> list[str]:
    """The change and its parts, whether it is ordinary, and the rank move; an empty list where it is not known."""
    words, unit = edition.words, edition.unit(code)
    if pd.isna(unit["change"]):
        return []
    rows = edition.of_unit("moves", code)
    row = next(rows[rows["indicator"] == "CHANGE"].itertuples())
    texts = [capital(phrases.say_move(row, edition.of_unit("contributions", code), edition.names))]
    if unit["change"] and not row.marked and pd.notna(row.median):
        texts.append(words.say("unit.ordinary"))
    if pd.notna(unit["previous_rank"]) and unit["rank_move"]:
        fields = {"rank": words.number(unit["rank"], 0), "previous": words.number(unit["previous_rank"], 0)}
        texts.append(words.say("unit.up" if unit["rank_move"] > 0 else "unit.down", **fields))
    return texts


@once
def _withheld(edition: Edition, code: str) -> list[str]:
    """Why no change is computed, and what the table prints all the same."""
    words, unit, rows = edition.words, edition.unit(code), edition.of_unit("moves", code)
    if pd.isna(unit["total"]):
        return []  # that it has none is said of it
    reason = rows.loc[rows["indicator"] == "CHANGE", "reason"].max()
    texts = [words.say("unit.no_change" if reason == "no_previous" else f"finding.withheld_{reason}")]
    if pd.notna(unit["printed_previous"]):
        texts.append(words.say("unit.printed_previous", previous=words.number(unit["printed_previous"])))
    return texts


@once
def _lost_parts(edition: Edition, code: str) -> pd.DataFrame:
    """The parts that explain the unit's total, most lost points first; a completely computed group by its indicators.

    Returns : group, indicator ("" for a whole group), points, max_points, lost
    """
    its = edition.of_unit("points", code)
    computed = set(its.loc[(its["indicator"] == "") & (its["status"] == "computed"), "group"])
    known = score.explained(its)
    parts = pd.concat(
        [known[~known["group"].isin(computed)], its[its["group"].isin(computed) & (its["indicator"] != "")]]
    )
    parts = parts[parts["points"].notna() | (parts["status"] == "not assessed")].fillna({"points": 0.0})
    parts = parts.assign(lost=(parts["max_points"] - parts["points"]).clip(lower=0))
    return parts.sort_values("lost", ascending=False, kind="stable")


@once
def _shown_parts(edition: Edition, code: str) -> pd.DataFrame:
    """``_lost_parts``; of a unit whose figures earn no points each printed figure, without points."""
    if _has_points(edition, code):
        return _lost_parts(edition, code)
    groups = edition.rules.indicators.set_index("indicator")["group"]
    printed = [each["code"] for each in table_rows.printed_columns(edition) if each["figure"] == "value"]
    known = [each for each in printed if pd.notna(edition.figures[code]["value"].get(each))]
    frame = pd.DataFrame({"group": [groups[each] for each in known], "indicator": known})
    return frame.assign(points=float("nan"), max_points=float("nan"), lost=float("nan"))


def _has_points(edition: Edition, code: str) -> bool:
    return len(_lost_parts(edition, code)) > 0


@once
def _with_rest(edition: Edition, code: str) -> pd.DataFrame:
    """``_lost_parts`` and the part that the table does not itemise. Of points out of its bounds the nearest bound is
    used: no more can be lost than the part is worth, and no less than nothing."""
    parts, unit = _lost_parts(edition, code), edition.unit(code)
    most = edition.names.most_points - parts["max_points"].sum()
    if edition.names.is_total_computed or not edition.names.groups_not_printed or pd.isna(unit["not_itemised"]):
        return parts
    points = min(max(unit["not_itemised"], 0.0), most)
    rest = {"group": "", "indicator": NOT_ITEMISED, "points": points, "max_points": most, "lost": most - points}
    return pd.concat([parts, pd.DataFrame([rest])]).sort_values("lost", ascending=False, kind="stable")


def _most_lost(edition: Edition, code: str, most: int = 3) -> str:
    words, names = edition.words, edition.names
    parts = _with_rest(edition, code)
    told = [
        words.say(
            "unit.lost_part",
            part=names.part(each),
            lost=words.number(each.lost),
            most=words.limit(each.max_points),
        )
        for each in parts[parts["lost"] >= phrases.shown_points(words)].head(most).itertuples()
    ]
    return words.say("unit.most_lost", parts="; ".join(told)) if told else ""


@once
def _rest(edition: Edition, code: str) -> str:
    """The points that no column explains, and the median of the unit's kind if it has others."""
    words, own = edition.words, edition.unit(code)["not_itemised"]
    its = _of_its_kind(edition, code)["not_itemised"].dropna()
    if pd.isna(own) or edition.names.is_total_computed or its.abs().max() <= score.nothing_points(words.decimals):
        return ""
    key = "unit.rest" if edition.names.groups_not_printed else "unit.rest_of_sum"
    if len(its) == 1:
        return words.say(f"{key}_alone", value=words.number(own))
    return words.say(key, value=words.number(own), median=words.number(its.median()))


def _best(edition: Edition, code: str, part) -> str:
    """The best figure of a part and who has it: the unit itself, else the best-placed one, and how many others:
    ``100,00% (Long Kiến và 2 đơn vị khác)``."""
    words, names = edition.words, edition.names
    best, holders = _find_best(edition, edition.unit(code)["kind"], part.group, part.indicator)
    if not holders:
        return MISSING
    holder = words.say("unit.this_unit") if code in holders else names.unit(holders[0])
    if others := len(holders) - 1:
        holder = words.say("piece.and_others", unit=holder, count=others)
    return f"{best} ({holder})"


@once
def _find_best(edition: Edition, kind: str, group: str, indicator: str) -> tuple[str, list[str]]:
    """The best figure of a part among the units of a kind, compared as figures are shown, and the codes of those who
    have it; ("", []) of fewer than two units."""
    values, names = _values_of(edition, kind, group, indicator), edition.names
    if len(values) < 2:
        return "", []
    best = names.figure(indicator or group, values.max())
    return best, [code for code, value in values.items() if names.figure(indicator or group, value) == best]


def _routes(edition: Edition, code: str) -> list[str]:
    """The route to the next band, then each other indicator that alone would be enough: the sentences of the report."""
    return [capital(text) for _, text in phrases.say_routes(edition.of_unit("routes", code), edition.names)]


def _no_route(edition: Edition, code: str) -> str:
    words, total, nearest = edition.words, edition.unit(code)["total"], _next_band(edition, code)
    if pd.isna(total):
        return ""
    if nearest is None:
        return words.say("unit.highest")
    gap = words.number(nearest["from_points"] - total)
    return words.say("unit.no_route", gap=gap, band=edition.names.band(nearest["band"]))


def _next_band(edition: Edition, code: str) -> pd.Series | None:
    """The nearest band above the unit's; None: it is in the highest one, or has no total."""
    bands = edition.rules.bands
    higher = bands[bands["from_points"] > edition.unit(code)["total"]]
    return None if higher.empty else higher.loc[higher["from_points"].idxmin()]


def _values(edition: Edition, code: str, part) -> pd.Series:
    """The figure of a part for all units of the unit's kind, by unit code: a rate in percent, or a group's points."""
    return _values_of(edition, edition.unit(code)["kind"], part.group, part.indicator)


@once
def _values_of(edition: Edition, kind: str, group: str, indicator: str) -> pd.Series:
    codes = edition.of_kind(kind)["unit_code"]
    if indicator:
        cells = edition.tables["measurements"]
        cells = cells[cells["indicator"] == indicator].set_index("unit_code")
        return rate_pct(cells).reindex(codes).dropna()
    cells = edition.tables["points"]
    cells = cells[(cells["group"] == group) & (cells["indicator"] == "")].set_index("unit_code")
    return cells["points"].reindex(codes).dropna()
