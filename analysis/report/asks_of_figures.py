"""What is asked about an indicator: the units below its mark by name, the target of the area, the zeros; and how the
units stand where nothing is asked.
"""

import math

import pandas as pd

from analysis.config.wording import capital
from analysis.method import possible
from analysis.method.asked import BAND, FELL, FLAG, TARGET, ZERO
from analysis.method.ledger import DONE
from analysis.method.steps import find_losses
from analysis.report import ask_words, sentences
from analysis.report.asks_of_units import OF_UNITS, UNIT
from analysis.report.edition import Edition, once

OF_POINTS = (BAND, FELL)  # the asks of units that a lost block of points belongs to
FEW_MISSED = 3  # our choice: units that miss a target of the area and are named


@once
def ask_about(edition: Edition, indicator: str) -> list[str]:
    """The request about one indicator: the units below its mark by name, the target that is missed, the zeros; whom it
    is asked about besides. About the group of satisfaction: the units that have lost a block of points. Nothing where
    nothing is asked."""
    texts = [
        *_ask_flagged(edition, indicator),
        *_ask_target(edition, indicator),
        *_ask_zeros(edition, indicator),
        *(_ask_about_losses(edition) if indicator == edition.rules.settings["step"]["group"] else []),
    ]
    return texts + _say_asked_apart(edition, indicator, bool(texts))


def _open(edition: Edition, kind: str, indicator: str | None = None) -> pd.DataFrame:
    """The open asks of a kind; ``left``: how far each is from its target."""
    rows = edition.open_asks
    rows = rows[(rows["kind"] == kind) & ((rows["indicator"] == indicator) if indicator else True)]
    return rows.assign(left=rows["target"] - rows["level"])


def _ask_flagged(edition: Edition, indicator: str) -> list[str]:
    """The units that are asked about the mark of an indicator, the farthest from it first: those below it, those that
    went to and fro across it, those without a figure; and whom the mark is not asked of, though they are below it."""
    words, names = edition.words, edition.names
    rows = _open(edition, FLAG, indicator).sort_values("left", ascending=False, kind="stable")
    if rows.empty:
        return []
    mark = rows["target"].dropna().max()
    limit, below, unknown = names.limit(indicator, mark), rows["left"] > 0, rows["level"].isna()
    steady = say_steady(edition, indicator, mark)
    told = (
        ("ask_flagged", below, {"limit": limit}),
        ("unsteady", ~below & ~unknown, {"limit": limit, "steady": steady}),
    )
    texts = [
        words.say(f"followup.{key}", units=name_asked(edition, rows[which]), **fields)
        for key, which, fields in (*told, ("no_figures", unknown, {}))
        if which.any()
    ]
    return texts + _say_met_by_week(edition, indicator, limit)


def say_steady(edition: Edition, indicator: str, mark: float) -> str:
    """What the figure is to be kept at where it goes to and fro across its mark."""
    return edition.names.limit(indicator, min(mark + edition.rules.settings["asks"]["least_move"], 100.0))


def _say_met_by_week(edition: Edition, indicator: str, limit: str) -> list[str]:
    """Who is below the mark as accumulated, but met it in its own week, and is therefore not asked. Not who is not
    asked for another reason: the office has closed the ask in this report."""
    rows, open_, own = edition.found("flag", indicator), edition.open_asks, edition.tables["week_rates"]
    asked = set(open_.loc[open_["indicator"] == indicator, "unit_code"])
    mark = edition.rules.settings["marks_below"].get(indicator, math.nan)
    met = set(own.loc[(own["indicator"] == indicator) & (own["rate"] >= mark), "unit_code"])
    rows = rows[rows["unit_code"].isin(met - asked)]
    if rows.empty:
        return []
    units = edition.unit_list(rows, most=edition.rules.settings["page"]["asked"], with_age=False)
    return [edition.words.say("followup.met_by_week", limit=limit, units=units)]


def _ask_target(edition: Edition, indicator: str) -> list[str]:
    """How many units reach the target, and who cannot any more; the ask is the whole area's."""
    rows = list(_open(edition, TARGET, indicator).itertuples(index=False))
    if not rows:
        return []
    words, (row,) = edition.words, rows
    target, times = ask_words.say_target(edition, row), ask_words.say_times(edition, row)
    if row.level != row.level:
        about = "; ".join(filter(None, [words.say("followup.no_level"), times]))
        return [words.say("followup.target_unknown", target=target, about=about)]
    about = "; ".join(filter(None, [_say_ends(edition, indicator), times]))
    fields = {"reached": words.number(row.level, 0), "of": words.number(row.target, 0), "target": target}
    return [words.say("followup.ask_reach", about=about, **fields), *_impossible_of(edition, indicator)]


def _say_ends(edition: Edition, indicator: str) -> str:
    """Where nobody reaches the target the highest figure; else the few that do not, or the lowest figure."""
    words, names = edition.words, edition.names
    values, missed = sentences.unit_values(edition, indicator), edition.found("target", indicator)
    if len(missed) == len(values) > 1:
        highest = names.figure(indicator, values["value"].max())
        return words.say("followup.all_alike" if values["value"].nunique() == 1 else "followup.highest", value=highest)
    if 0 < len(missed) <= FEW_MISSED:
        named = [f"{names.unit(each.unit_code)} {names.figure(indicator, each.value)}" for each in missed.itertuples()]
        return words.say("followup.missed_by", units=words.listed(named))
    low = values.loc[values["value"] == values["value"].min()]
    fields = {"value": names.figure(indicator, low["value"].iat[0])}
    return words.say("followup.lowest", unit=sentences.name_first(words, low["unit_code"].map(names.unit)), **fields)


def _ask_zeros(edition: Edition, indicator: str) -> list[str]:
    rows = _open(edition, ZERO, indicator)
    zero, texts = rows["level"] == 0, []
    if zero.any():
        texts.append(edition.words.say("piece.ask_zero", units=name_asked(edition, rows[zero], with_level=False)))
    if len(rest := rows[~zero]):
        texts.append(edition.words.say("followup.no_figures", units=name_asked(edition, rest, with_level=False)))
    return texts


def _say_asked_apart(edition: Edition, indicator: str, is_asked: bool) -> list[str]:
    """The units that are asked about this indicator where they are asked by name."""
    rows = edition.open_asks
    apart = rows[(rows["indicator"] == indicator) & rows["kind"].isin(OF_UNITS) & (rows["addressee"] == UNIT)]
    if apart.empty or (indicator == edition.rules.settings["step"]["group"] and is_asked):
        return []
    units = name_asked(edition, apart.drop_duplicates("unit_code"), with_level=False, with_times=False)
    return [edition.words.say("followup.asked_apart", units=units)]


def name_asked(edition: Edition, rows: pd.DataFrame, with_level: bool = True, with_times: bool = True) -> str:
    """``Mỹ Hiệp (26,4%, lần 2), Hội An (37,7%; chờ xác nhận) và 3 đơn vị khác`` in the order of the rows of asks."""
    most, named = edition.rules.settings["page"]["asked"], []
    for row in rows.head(most).itertuples(index=False):
        about = [ask_words.say_level(edition, row)] if with_level and row.level == row.level else []
        about += ask_words.say_about(edition, row) if with_times else []
        name = ask_words.name_unit(edition, row)
        named.append(f"{name} ({', '.join(about)})" if about else name)
    if others := len(rows) - len(named):
        named.append(edition.words.say("piece.others", count=others))
    return edition.words.listed(named)


def say_met(edition: Edition, indicator: str) -> list[str]:
    """Who met by a figure this week what was asked about this indicator: its mark, which is named, for it may lie below
    the target of the area, or anything else."""
    rows, say, texts = edition.tables["asks"], edition.words.say, []
    rows = rows[(rows["state"] == DONE) & (rows["indicator"] == indicator) & (rows["addressee"] == UNIT)]
    rows = rows[[not ask_words.is_by_word(row) for row in rows.itertuples()]]
    for limit, its in ask_words.split_by_mark(edition, rows):
        units = ask_words.name_met(edition, its)
        texts.append(
            say("followup.met_mark", limit=limit, units=units) if limit else say("followup.met_of", units=units)
        )
    return texts


def _ask_about_losses(edition: Edition) -> list[str]:
    """The units that have lost a block of points of the group of satisfaction, with what is to be checked.

    Those units are asked by name; here stands whom the department is to look at.
    """
    words, group = edition.words, edition.rules.settings["step"]["group"]
    most, named, asked = (
        edition.rules.settings["page"]["asked"],
        [],
        set(edition.open_asks.query("kind in @OF_POINTS")["unit_code"]),
    )
    lost = find_losses(edition.tables["steps"], group)
    lost = lost[lost["unit_code"].isin(asked)]
    if lost.empty:
        return []
    for each in lost.head(most).itertuples():
        about = words.say("piece.lost_about", points=words.limit(each.points))
        named.append(f"{edition.names.unit(each.unit_code)} ({about})")
    if others := len(lost) - len(named):
        named.append(words.say("piece.others", count=others))
    printed = "_printed" if edition.rules.is_printed(group) else ""
    return [words.say(f"piece.ask_lost{printed}", units=words.listed(named))]


def say_range(edition: Edition, indicator: str) -> list[str]:
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
