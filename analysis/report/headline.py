"""What is read first: the title, the mail's subject, a few large figures, and at most five items below them."""

import re
from collections.abc import Iterable

import pandas as pd

from analysis.config.wording import capital, uncapital
from analysis.report import asks, followup, parts, phrases, places, sentences
from analysis.report.edition import Edition
from analysis.report.html_head import PREVIEW, Head, address, build_head
from analysis.report.parts import Part

MOST_IN_SUBJECT = 2  # our choice: units by name; more are counted
WIDEST_SUBJECT = 60  # characters; mail programs show about so many of a subject
# What a subject that is too long goes without, one more after the other: the change of the area is told by the first
# line of the mail, the names of units by its requests.
SHORTER = ((), ("change",), ("fell",), ("fell", "change"), ("fell", "weak"), ("fell", "weak", "change"))
MOST_FIGURES = 2  # our choice: figures whose moves are told first, where there are no totals
MOST_ITEMS, MOST_NAMED = 5, 3  # our choice: what a telephone shows at once, in items of at most two lines
DECIMALS = re.compile(r"[+−]?\d+[,.]\d+%?")


def title(edition: Edition) -> str:
    """``Bộ chỉ số 766 – huyện Chợ Mới – Tuần 1 tháng 12 năm 2023``, marked where the week is re-issued."""
    words, rules = edition.words, edition.rules
    period = capital(words.period(rules.cutoff))
    text = words.say("piece.title", area=rules.settings["name"][words.lang], period=period)
    return sentences.mark_correction(text, edition)


def mail_title(edition: Edition) -> str:
    """The first line of the mail: which area and period, in other words than the subject's."""
    words, rules = edition.words, edition.rules
    fields = {"area": capital(rules.settings["name"][words.lang]), "period": words.period(rules.cutoff)}
    return sentences.mark_correction(words.say("piece.mail_title", **fields), edition)


def subject(edition: Edition) -> str:
    """The mail's subject, the news first: total and change of the area, who is weak, who fell notably.

    ``766 Chợ Mới 04/12: 57,45; Kiến An Yếu; Mỹ Hội Đông −5,78``; a week without news has its title. The fullest one
    that has at most 60 characters, else the shortest there is.
    """
    if not _say_news(edition):
        return title(edition)
    day = edition.words.say("chart.day", day=edition.rules.cutoff)
    area = _bare(edition.rules.settings["name"][edition.words.lang])
    news = ["; ".join(_say_news(edition, without)) for without in SHORTER]
    subjects = [edition.words.say("piece.mail_subject", area=area, day=day, news=each) for each in news]
    subjects = [sentences.mark_correction(each, edition) for each in subjects]
    return next((each for each in subjects if len(each) <= WIDEST_SUBJECT), min(subjects, key=len))


def _bare(area: str) -> str:
    """``huyện Chợ Mới``, ``Chợ Mới district`` => ``Chợ Mới``; a name that is no more than a number stays whole."""
    kept = [word for word in area.split() if not word[0].islower()]
    return " ".join(kept) if any(word[0].isupper() for word in kept) else area


def head(edition: Edition) -> Head:
    """What the page says of itself: the news and, where it is known, its address."""
    rules, public = edition.rules, edition.rules.settings["public"]
    folder = f"{rules.area}/{rules.cutoff}"
    image = address(public, f"{folder}/{PREVIEW}") if figures_of_area(edition) else ""
    return build_head(public, f"{folder}/report.html", description(edition))._replace(image=image)


def figures_of_area(edition: Edition) -> list[str]:
    """The area's total, band, change and place as short texts, those that are known; none where it has no total."""
    area = edition.district
    is_known = area is not None and pd.notna(area["total"])
    return [each["value"] for each in figures(edition)] if is_known else []


def description(edition: Edition) -> str:
    """The news for whoever sees only a link to the page: the area's result, who is weak, who fell notably."""
    units = "; ".join(_unit_news(edition))
    sentence = edition.words.say("piece.sentence", text=units) if units else ""
    return " ".join(filter(None, [sentences.result_line(edition), sentence])) or title(edition)


def _say_news(edition: Edition, without: tuple[str, ...] = ()) -> list[str]:
    """Total of the area with its change, and the news of units; where ``without`` says so, no change, or units only
    counted."""
    words, district, news = edition.words, edition.district, []
    if district is not None and pd.notna(district["total"]):
        total, change = words.number(district["total"]), district["change"]
        told = pd.notna(change) and "change" not in without
        news.append(f"{total} ({words.number(change, signed=True)})" if told else total)
    return news + (_unit_news(edition, without) if edition.has_totals else _count_below(edition))


def _count_below(edition: Edition) -> list[str]:
    """What is news of a table without totals: how many units are below a threshold; without any, below a target."""
    below = say_below(edition, edition.tables["findings"]["indicator"])
    return [below] if below else []


def say_below(edition: Edition, indicators: Iterable[str]) -> str:
    """How many units are below the threshold in one of these indicators at least; where none is, below a target."""
    for what in ("flag", "target"):
        rows = edition.found(what)
        if count := rows.loc[rows["indicator"].isin(indicators), "unit_code"].nunique():
            return edition.words.say(f"letter.subject_{what}", count=count)
    return ""


def _unit_news(edition: Edition, without: tuple[str, ...] = ()) -> list[str]:
    """Which units are weak and which fell notably, each with its band or change; of many only how many."""
    names, units, news = edition.names, edition.units, []
    for band in edition.rules.settings["weak_bands"]:
        weak = units.loc[units["band"] == band, "unit_code"]
        named = [f"{names.unit(code)} {names.band(band)}" for code in weak]
        news += _name_few(named, "weak", edition, "weak" not in without, band=names.band(band))
    falls = edition.found("fell").itertuples()
    fell = [f"{names.unit(each.unit_code)} {names.figure('CHANGE', each.value)}" for each in falls]
    return news + _name_few(fell, "fell", edition, "fell" not in without)


def _name_few(named: list[str], what: str, edition: Edition, by_name: bool, **fields: str) -> list[str]:
    """The units as named; more than two are counted."""
    if not named or (by_name and len(named) <= MOST_IN_SUBJECT):
        return named
    return [edition.words.say(f"piece.subject_{what}", count=len(named), **fields)]


def preheader(edition: Edition) -> str:
    """What mail programs show after the subject, which it does not repeat: how many rose and fell, who is asked."""
    words = edition.words
    departments = asks.asked_departments(edition)
    asked = [words.say("piece.asked", departments="; ".join(departments))] if departments else []
    moved = sentences.counts_lines(edition) or sentences.figure_move_lines(edition)[:1]
    return " ".join([*moved, *asked])


def figures(edition: Edition) -> list[dict]:
    """The large figures: ``value``, its ``label``, whether it is ``weak``. What is not known is left out.

    The area's total, band, change and place; of a table without a row of the whole area how many units it has.
    """
    words, area = edition.words, edition.district
    if area is None or pd.isna(area["total"]):
        counts = edition.units.groupby("kind").size()
        return [
            {"value": words.number(count, 0), "label": words.say(f"kind.{kind}"), "weak": False}
            for kind, count in counts.items()
        ]
    known = [
        (words.number(area["total"]), say_total_label(edition), False),
        (
            edition.names.band(area["band"]),
            words.say("piece.band"),
            area["band"] in edition.rules.settings["weak_bands"],
        ),
    ]
    if pd.notna(area["change"]):
        label = words.say("headline.change", period=edition.previous_period)
        known.append((words.number(area["change"], signed=True), label, False))
    if edition.standing:
        peers = edition.rules.settings["name"]["peers_" + words.lang]
        label = places.with_short_move(words.say("headline.place", peers=peers), edition)
        known.append(("/".join(edition.standing), label, False))
    return [dict(zip(("value", "label", "weak"), each, strict=True)) for each in known]


def say_total_label(edition: Edition) -> str:
    """What stands below a large total: of how many points it is, and that it is computed where it is."""
    return edition.words.say("headline.total_computed" if edition.names.is_total_computed else "headline.total")


def items(edition: Edition) -> list[list[Part]]:
    """At most five items below the figures, in parts: who is weak, who fell, what was lost, who rose, what is missed,
    and what became of what the last report asked.

    Of more than five the last stay: that there are no totals, the targets, and what became of asks. What is left out
    stands further down on the page.
    """
    told = [
        _no_area_item(edition),
        _totals_item(edition),
        _weak_item(edition),
        _bands_item(edition),
        _fallen_item(edition),
        _carried_item(edition),
        _lost_item(edition),
        _hidden_item(edition),
        _signal_item(edition),
        _risen_item(edition),
        *_figure_items(edition),
    ]
    last = [each for each in (_no_totals_item(edition), _target_item(edition), followup.item(edition)) if each]
    told = [each for each in told if each]
    return [*told[: MOST_ITEMS - len(last)], *last]


def minute_lines(edition: Edition) -> list[str]:
    """The result, that totals are computed where they are, and the items as plain sentences."""
    computed = sentences.totals_note(edition) if edition.has_totals else ""
    return list(filter(None, [sentences.result_line(edition), computed, *map(parts.plain, items(edition))]))


# -- the items: each in parts, [] where there is nothing to say ------------------------------------------------------


def _no_totals_item(edition: Edition) -> list[Part]:
    return [] if edition.has_totals else [Part(sentences.totals_note(edition))]


def _figure_items(edition: Edition) -> list[list[Part]]:
    """Of a table without totals: the moves of its first figures; without an earlier cut-off their ranges."""
    if edition.has_totals:
        return []
    texts = sentences.figure_move_lines(edition) or sentences.figure_lines(edition)
    return [[Part(text)] for text in texts[:MOST_FIGURES]]


def _no_area_item(edition: Edition) -> list[Part]:
    area = edition.rules.settings["name"][edition.words.lang]
    return (
        []
        if edition.district is not None or not edition.has_totals
        else [Part(edition.words.say("piece.no_area", area=area))]
    )


def _totals_item(edition: Edition) -> list[Part]:
    text = sentences.totals_line(edition)
    return [Part(text)] if text else []


def _weak_item(edition: Edition) -> list[Part]:
    """The units of weak bands, the lowest first; of several kinds each by itself, for their periods may differ."""
    weak, words = edition.found("band"), edition.words
    if not edition.has_totals or not edition.rules.settings["weak_bands"]:
        return []
    bands = words.listed(edition.names.band(band) for band in edition.rules.settings["weak_bands"])
    if weak.empty:
        return [Part(words.say("piece.no_weak", bands=bands))] if bands else []
    kinds = edition.units.set_index("unit_code")["kind"]
    if kinds.nunique() == 1:
        return parts.say(words, "piece.weak", band=bands, units=_name_units(edition, weak))
    told = []
    for kind, its in weak.groupby(weak["unit_code"].map(kinds), sort=False):
        units = _name_units(edition, its, most=1)
        name = capital(words.say(f"kind.{kind}"))
        text = parts.say(words, "headline.weak_of_kind", band=bands, kind=name, units=units)
        told += [*([Part(" ")] if told else []), *text]
    return told


def _bands_item(edition: Edition) -> list[Part]:
    """That the bands of this week are not those of the one before, so that their counts do not compare."""
    changes, words = edition.tables["changes"], edition.words
    previous = max(changes["previous_cutoff"], default="")
    if changes["previous_total"].isna().all() or previous >= edition.rules.bands_since:
        return []
    return [Part(words.say("headline.new_bands", period=edition.previous_period))]


def _fallen_item(edition: Edition) -> list[Part]:
    """The marked falls; without any, how many units rose and fell; without a comparison, why there is none."""
    words, fell = edition.words, edition.found("fell")
    if not edition.has_totals:
        return []
    if edition.units["change"].isna().all():
        return [Part(" ".join(text for text, _ in phrases.say_withheld(edition.tables["moves"], edition.names)))]
    if len(fell):
        units = _name_units(edition, fell)
        return parts.say(words, "piece.fell_marked", units=units, period=edition.previous_period)
    texts = sentences.counts_lines(edition)
    if (edition.units["change"] < 0).any():
        texts = [*texts, words.say("piece.none_fell_marked")]
    return [Part(" ".join(texts))]


def _carried_item(edition: Edition) -> list[Part]:
    return [Part(text) for text in sentences.carried_lines(edition)]


def _lost_item(edition: Edition) -> list[Part]:
    """The unit that probably lost most blocks of points, this time or earlier; the others are counted."""
    lost = edition.found("step").query("reference < 0").drop_duplicates("unit_code")
    if lost.empty:
        return []
    told = say_lost(edition, _link_unit(edition, lost["unit_code"].iat[0]), lost["unit_code"].iat[0])
    if others := len(lost) - 1:
        told += [Part(" " + edition.words.say("piece.others_lost", count=others))]
    return told


def say_lost(edition: Edition, unit: Part, code: str) -> list[Part]:
    """How many points a unit probably lost in blocks, this time or earlier; ``unit`` is its name.

    The unit must have lost some.
    """
    its = edition.tables["steps"].query("unit_code == @code and blocks < 0").set_index("against")["blocks"]
    if its.nunique() == 1 and "before" in its:
        its = its[["before"]]  # all that is lacking was lost this time
    points = {name: [Part(edition.words.limit(-blocks), strong=True)] for name, blocks in its.items()}
    return parts.say(edition.words, f"piece.lost_{'_'.join(points)}", unit=[unit], **points)


def _hidden_item(edition: Edition) -> list[Part]:
    """The largest marked fall of a part of a total that did not itself fall notably; the others are counted."""
    told_already = pd.concat([edition.found("fell"), edition.found("step")])["unit_code"]
    hidden = edition.found("move").query("value < 0")
    hidden = hidden[~hidden["unit_code"].isin(told_already)]
    if hidden.empty:
        return []
    code, measured = hidden[["unit_code", "indicator"]].iloc[0]
    moves, changes = edition.tables["moves"], edition.units.set_index("unit_code")["change"]
    (move,) = moves[(moves["unit_code"] == code) & (moves["indicator"] == measured)].itertuples()
    text = phrases.say_part(move._replace(median=float("nan")), changes[code], edition.names)
    told = link_and_stress(edition, capital(text), code)
    if others := hidden["unit_code"].nunique() - 1:
        told += [Part(" " + edition.words.say("piece.others_lost", count=others))]
    return told


def _signal_item(edition: Edition) -> list[Part]:
    """The units whose own rate is far below what is usual for them, with the indicator."""
    rows = asks.find_fallen_signals(edition)
    named = [
        [
            _link_unit(edition, each.unit_code),
            Part(f" ({uncapital(edition.names.indicator(each.indicator))}"),
            *mark_new(edition, each.since == str(edition.rules.cutoff)),
            Part(")"),
        ]
        for each in rows.head(MOST_NAMED).itertuples()
    ]
    return parts.say(edition.words, "headline.signals", units=_count_others(edition, named, rows)) if named else []


def _risen_item(edition: Edition) -> list[Part]:
    """The units that left a weak band, and those with a marked rise."""
    words, told = edition.words, []
    left, rose = edition.found("left_band"), edition.found("rose")
    if len(left):
        bands = words.listed(edition.names.band(band) for band in edition.rules.settings["weak_bands"])
        told += parts.say(words, "headline.left", bands=bands, units=_name_units(edition, left))
    if len(rose):
        told += [Part(" ")] if told else []
        told += parts.say(words, "piece.rose_marked", units=_name_most_risen(edition, rose))
    return told


def _name_most_risen(edition: Edition, rose: pd.DataFrame) -> list[Part]:
    """At most ``rose_most`` units by name, none of them tied with one that is only counted; the others counted."""
    words, most = edition.words, edition.rules.settings["rose_most"]
    if len(rose) <= most:
        return _name_units(edition, rose, most=most)
    is_named = rose["value"] > rose["value"].iloc[most]
    if most and not is_named.any():
        is_named = rose["value"] == rose["value"].max()  # more than so many share the first place
    named, others = [_name_unit(edition, each) for each in rose[is_named].itertuples()], rose.loc[~is_named, "value"]
    if len(others) > 1 and others.nunique() == 1:
        change = edition.names.figure("CHANGE", others.iloc[0])
        named.append([Part(words.say("piece.rose_alike", count=len(others), change=change))])
    elif len(others):
        named.append([Part(words.say("piece.others", count=len(others)))])
    return parts.listed(words, named)


def _target_item(edition: Edition) -> list[Part]:
    """The targets that all, some or no units miss; without targets how many units are below the thresholds."""
    words, names, everyone = edition.words, edition.names, len(edition.units)
    targets = {
        f"{uncapital(names.indicator(indicator))} {names.limit(indicator, target)}": len(
            edition.found("target", indicator)
        )
        for indicator, target in edition.rules.settings["targets"].items()
        if len(sentences.unit_values(edition, indicator))
    }
    if not targets:
        return _flagged_item(edition)
    if not any(targets.values()):
        return [Part(words.say("piece.none_missed", targets=words.listed(targets)))]
    if set(targets.values()) == {everyone} and everyone > 1:
        count = [Part(words.number(everyone, 0), strong=True)]
        return parts.say(words, "piece.targets_everyone", count=count, targets=words.listed(targets))
    missed = [
        parts.say(words, "piece.missed", target=name, count=[Part(words.number(count, 0), strong=True)], of=everyone)
        for name, count in targets.items()
        if count
    ]
    return parts.say(words, "piece.targets", missed=parts.listed(words, missed))


def _flagged_item(edition: Edition) -> list[Part]:
    words, counts = edition.words, edition.found("flag").groupby("indicator", sort=False).size()
    low = [
        words.say("piece.low", indicator=uncapital(edition.names.indicator(name)), count=count)
        for name, count in counts.items()
    ]
    return [Part(words.say("piece.act_first", low=words.listed(low)))] if low else []


# -- their parts -----------------------------------------------------------------------------------------------------


def _name_units(edition: Edition, rows: pd.DataFrame, most: int = MOST_NAMED) -> list[Part]:
    """``Hòa Bình (5,27%, mới), Long Giang (6,45%) và 3 đơn vị khác`` in the order of the rows, linked."""
    named = [_name_unit(edition, each) for each in rows.head(most).itertuples()]
    return _count_others(edition, named, rows)


def _count_others(edition: Edition, named: list[list[Part]], rows: pd.DataFrame) -> list[Part]:
    if others := len(rows) - len(named):
        named = [*named, [Part(edition.words.say("piece.others", count=others))]]
    return parts.listed(edition.words, named)


def _name_unit(edition: Edition, each) -> list[Part]:
    """The unit of a finding with its figure, and whether that is new this week."""
    held, rows = edition.ages.get((each.finding, each.unit_code, each.indicator)), edition.open_asks
    asked = rows.loc[(rows["unit_code"] == each.unit_code) & (rows["indicator"] == each.indicator), "times"]
    is_new = held is not None and held.weeks == 1 and not held.is_open and not (asked > 1).any()
    figure = Part(edition.names.figure(each.indicator, each.value), strong=True)
    unit = _link_unit(edition, each.unit_code)
    return [unit, Part(" ("), figure, *mark_new(edition, is_new), Part(")")]


def mark_new(edition: Edition, is_new: bool) -> list[Part]:
    return [Part("; "), Part(edition.words.say("age.short_new"), new=True)] if is_new else []


def _link_unit(edition: Edition, code: str) -> Part:
    return Part(edition.names.unit(code), strong=True, href=edition.unit_page(code))


def link_and_stress(edition: Edition, text: str, code: str) -> list[Part]:
    """The sentence of a finding in parts: its unit linked, its first figure strong."""
    told = []
    for name in (edition.names.full_unit(code), edition.names.unit(code)):
        if not told and text.casefold().startswith(name.casefold()):
            told, text = [_link_unit(edition, code)._replace(text=text[: len(name)])], text[len(name) :]
    if found := DECIMALS.search(text):
        before, after = text[: found.start()], text[found.end() :]
        return [*told, Part(before), Part(found[0], strong=True), Part(after)]
    return [*told, Part(text)]
