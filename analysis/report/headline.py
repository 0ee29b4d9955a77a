"""What is read first: the title, the mail's subject, and at most five lines for a reader with one minute."""

import pandas as pd

from analysis.config.wording import capital, uncapital
from analysis.method import possible
from analysis.report import asks, phrases, sentences
from analysis.report.edition import Edition
from analysis.report.head import PREVIEW, Head, address, build_head

MOST_IN_SUBJECT = 2  # units by name; more are counted
WIDEST_SUBJECT = 60  # characters; mail programs show about so many of a subject
# What a subject that is too long goes without, one more after the other: the change of the area is told by the first
# line of the mail, the names of units by its requests.
SHORTER = ((), ("change",), ("fell",), ("fell", "change"), ("fell", "weak"), ("fell", "weak", "change"))


def title(edition: Edition) -> str:
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
    words, district = edition.words, edition.district
    if district is None or pd.isna(district["total"]):
        return []
    change = [] if pd.isna(district["change"]) else [words.number(district["change"], signed=True)]
    place = ["/".join(edition.standing)] if edition.standing else []
    return [words.number(district["total"]), edition.names.band(district["band"]), *change, *place]


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
    return news + _unit_news(edition, without)


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
    departments = [each["name"] for each in asks.department_sections(edition)]
    asked = [words.say("piece.asked", departments="; ".join(departments))] if departments else []
    return " ".join([*sentences.counts_lines(edition), *asked])


def minute_lines(edition: Edition) -> list[str]:
    """At most five lines for a reader with one minute: result, weakest, fallen, risen, what to act on."""
    lines = [
        sentences.result_line(edition),
        _weakest_line(edition),
        _fallen_line(edition),
        _risen_line(edition),
        _to_do_line(edition),
    ]
    return list(filter(None, lines))


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
        texts = sentences.counts_lines(edition)
        if (changes < 0).any():
            texts.append(words.say("piece.none_fell_marked"))
    texts += sentences.carried_lines(edition)
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
    return " ".join([*texts, *asks.find_fallen_signals(edition)["text"].head(most)])


def _risen_line(edition: Edition) -> str:
    """The units with a marked rise, and how many rose, fell and stayed, unless the line of the falls has that."""
    words = edition.words
    if edition.units["change"].isna().all():
        return " ".join(text for text, _ in phrases.say_withheld(edition.tables["moves"], edition.names))
    rose = edition.found("rose")
    texts = [words.say("piece.rose_marked", units=words.listed(_name_most_risen(edition, rose)))] if len(rose) else []
    return " ".join([*texts, *(sentences.counts_lines(edition) if len(edition.found("fell")) else [])])


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
        if len(sentences.unit_values(edition, indicator))
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
    held = sentences.of_unit(edition.tables["possible"], edition.names.control)
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
