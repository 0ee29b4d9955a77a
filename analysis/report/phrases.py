"""Phrases about one unit that findings, report and its page share, so that all of them say the same.

The sentences are in config/wording (``finding.*``, ``age.*``, ``gap.*``, ``week_rate.*``).
"""

import functools
from datetime import date

import pandas as pd

from analysis.config.wording import Wording, uncapital
from analysis.method import possible
from analysis.method.routes import round_need, round_up
from analysis.method.week_rates import COUNTS, ESTIMATE
from analysis.report.names import Names

NO_TOTAL = "no_total"  # the reason why the change of a unit is withheld that has no total now
NOTATION = ("decimal_comma", "thousands", "percent_sign", "percent_format", "dash")  # how a number may be written


def say_age(held, words: Wording) -> str:
    """Since when a finding has stood, as a sentence; "" where nothing earlier is known.

    held : since, weeks, is_open, as a row of the table ``standing``
    """
    if held.weeks == 1:
        return "" if held.is_open else words.say("age.new")
    fields = {"period": words.period(date.fromisoformat(held.since)), "count": words.number(held.weeks, 0)}
    return words.say("age.open" if held.is_open else "age.since", **fields)


def say_short_age(held, words: Wording) -> str:
    """The same in a few letters, for a list of names."""
    if held.weeks == 1:
        return "" if held.is_open else words.say("age.short_new")
    return words.say("age.short_open" if held.is_open else "age.short_since", count=words.number(held.weeks, 0))


def say_opened(ask, words: Wording) -> str:
    """How often an ask has been asked and since which report, as a sentence; "" of one that is new.

    ask : a row of the table ``asks``
    """
    if not ask.times >= 2:
        return ""
    period = words.period(date.fromisoformat(ask.opened))
    return words.say("followup.opened", period=period, count=words.number(ask.times, 0))


def say_gap(indicator: str, gap: float, names: Names, decimals: int | None = None) -> str:
    """``thấp hơn 11,26 điểm``; ``bằng`` where the gap would be shown as 0. decimals : None: those of the column."""
    words, decimals = names.words, names.decimals(indicator) if decimals is None else decimals
    amount = words.number(abs(gap), decimals)
    if amount == words.number(0, decimals):
        return words.say("gap.equal")
    unit = words.say("gap.percent" if names.is_percent(indicator) else "gap.points")
    return words.say("gap.below" if gap < 0 else "gap.above", amount=amount, unit=unit)


def say_amount(indicator: str, change: float, names: Names, signed: bool = False) -> str:
    """``1,2 điểm phần trăm`` of a rate; of a count or of points only the number."""
    amount = names.words.number(change, names.decimals(indicator), signed=signed)
    return f"{amount} {names.words.say('gap.percent')}" if names.is_percent(indicator) else amount


# -- moves -----------------------------------------------------------------------------------------------------------


def find_slips(repairs: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """The rows of the table ``repairs`` that were typed wrong. Another way to write a number is no slip."""
    notation = [words.say(f"repair.{name}") for name in NOTATION]
    return repairs[~repairs["reason"].isin(notation)]


def say_move(move, contributions: pd.DataFrame, names: Names) -> str:
    """One unit's change, the median of its peers' where there is one, its parts where they are known, and how often in
    a row.

    move : a row of the table ``moves``, of the indicator CHANGE, with a move
    """
    words, kind = names.words, kind_of_move(move.move)
    fields = {"unit": names.unit(move.unit_code)}
    fields |= {} if kind == "unmoved" else {"change": words.number(abs(move.move))}
    text = words.say(f"finding.{kind}_alone", **fields)
    if pd.notna(move.median):
        text = words.say(f"finding.{kind}", median=words.number(move.median, signed=True), **fields)
    texts = [text]
    if parts := say_parts(contributions[contributions["unit_code"] == move.unit_code], names):
        texts.append(words.say("finding.parts", parts="; ".join(parts)))
    if abs(move.streak) >= names.least_streak:
        again = "fell_again" if move.streak < 0 else "rose_again"
        texts.append(words.say(f"finding.{again}", count=words.number(abs(move.streak), 0)))
    return " ".join(texts)


def kind_of_move(move: float) -> str:
    return "fell" if move < 0 else "rose" if move > 0 else "unmoved"


def say_withheld(moves: pd.DataFrame, names: Names) -> list[tuple[str, int | None]]:
    """Why changes are not computed: for each reason a sentence about all units (None), or about so many by name."""
    words, texts = names.words, []
    units = moves[(moves["indicator"] == "CHANGE") & (moves["unit_code"] != names.control)]
    for reason, its in units[units["reason"] != ""].groupby("reason", sort=False):
        if reason == NO_TOTAL and len(its) == len(units):
            continue  # what a table without totals does not tell is told of the week as a whole
        computed = "_computed" if reason == NO_TOTAL and names.is_total_computed else ""
        if len(its) == len(units):
            texts.append((words.say(f"finding.withheld_{reason}"), None))
        else:
            named = words.listed(names.unit(code) for code in its["unit_code"])
            texts.append((words.say(f"finding.withheld_{reason}{computed}_of", units=named), len(its)))
    return texts


def say_part(move, change: float, names: Names) -> str:
    """The move of one part of a total; where the total moved the other way, that too.

    move : a row of the table ``moves``;  change : of the unit's total
    """
    words, down = names.words, move.move < 0
    fields = {"unit": names.unit(move.unit_code), "part": uncapital(names.measured(move.indicator))}
    fields |= {"move": words.number(abs(move.move))}
    key = "finding.part_fell" if down else "finding.part_rose"
    if change * move.move < 0:
        key, fields = f"{key}_hidden", fields | {"change": words.number(abs(change))}
    if pd.isna(move.median):
        return words.say(f"{key}_alone", **fields)
    return words.say(key, median=words.number(move.median, signed=True), **fields)


def shown_points(words: Wording) -> float:
    """The least points that are shown as more than 0,00."""
    return 10.0**-words.decimals / 2


def say_parts(contributions: pd.DataFrame, names: Names, most: int = 3) -> list[str]:
    """The parts of one unit's change, largest first: the ``most`` largest by name, the others as one figure."""
    shown = contributions[contributions["contribution"].abs() >= shown_points(names.words)]
    ordered = shown.sort_values("contribution", key=abs, ascending=False, kind="stable")
    signed = functools.partial(names.words.number, signed=True)
    parts = [f"{names.part(each)} {signed(each.contribution)}" for each in ordered.head(most).itertuples()]
    others = contributions["contribution"].sum() - ordered.head(most)["contribution"].sum()
    if parts and abs(others) >= shown_points(names.words):
        parts.append(names.words.say("finding.other_parts", change=signed(others)))
    return parts


# -- the week's own rate ---------------------------------------------------------------------------------------------


def is_cumulative(rate, names: Names) -> bool:
    """Whether the rate is the printed one itself: of the first cut-off of its period, where nothing was before.

    Only there are the bounds no wider than the rounding of the printed figure (docs/method.md §13).
    """
    return rate.basis == ESTIMATE and rate.high - rate.low <= 1.001 * 10.0 ** -names.decimals(rate.indicator)


def say_week_rate(rate, names: Names) -> str:
    """The own rate of the dossiers since the previous cut-off, exact or with its bounds; "" where it is not known.

    rate : a row of the table ``week_rates``
    """
    words = names.words
    shown = {name: names.rate(rate.indicator, getattr(rate, name)) for name in ("rate", "low", "high")}
    if is_cumulative(rate, names):
        return shown["rate"]
    if rate.basis == COUNTS:
        hits, cases = round(rate.rate * rate.cases / 100), rate.cases
        counted = {"hits": words.number(hits, 0), "cases": words.number(cases, 0)}
        return words.say("week_rate.counts", rate=shown["rate"], **counted)
    return words.say("week_rate.estimate", **shown) if rate.basis == ESTIMATE else ""


def say_signal(signal, rate, is_apart: bool, names: Names, cutoff: date | None) -> str:
    """One standing signal: which rate has risen or fallen against what is usual, since when, and what it is this week.

    signal   : a row of the table ``signals``;  rate : the same unit's and indicator's row of ``week_rates``, or None
    is_apart : most units move together this week, and this is what the unit does beyond that
    cutoff   : of this week; None: it is not said since when

    Without a usual rate only the area has a signal: where most of its units move together.
    """
    words = names.words
    fields = {"indicator": uncapital(names.indicator(signal.indicator)), "unit": names.unit(signal.unit_code)}
    kind = f"finding.signal_{'fell' if signal.signal == 'down' else 'rose'}"
    if pd.isna(signal.baseline):
        texts = [words.say(f"{kind}_together", **fields)]
    elif is_apart:
        texts = [words.say(f"{kind}_apart", **fields)]
    else:
        texts = [words.say(kind, baseline=names.rate(signal.indicator, signal.baseline), **fields)]
    if rate is not None and (shown := say_week_rate(rate, names)):
        texts.append(words.say("finding.signal_now", rate=shown))
    if cutoff:
        since = date.fromisoformat(signal.since)
        is_new, period = since == cutoff, words.period(since)
        texts.append(words.say("finding.signal_new") if is_new else words.say("finding.signal_since", period=period))
    return " ".join(texts)


# -- routes ----------------------------------------------------------------------------------------------------------


def say_routes(routes: pd.DataFrame, names: Names) -> list[tuple[str, str]]:
    """The route of one unit to the next band, then each other indicator that alone would be enough by the day.

    routes  : its rows of the table ``routes``
    Returns : pairs of indicator (TOTAL for the route itself) and sentence; none in the highest band
    """
    if routes.empty:
        return []
    mix = routes[routes["order"].notna()].sort_values("order")
    said = [("TOTAL", _say_mix(routes, mix, names))]
    alone = routes[routes["enough"].astype(bool) & (routes["nature"] != possible.STEP)]
    alone = alone.assign(is_flow=alone["nature"] == possible.FLOW).sort_values(["is_flow", "needed_pct"], kind="stable")
    for each in alone.itertuples():
        if mix["indicator"].tolist() != [each.indicator]:
            fields = {"way": _say_need(each, "needed", names), "holder": names.unit(each.best_unit)}
            best = names.rate(each.indicator, each.best_pct)
            said.append((each.indicator, names.words.say("finding.route_alone", best=best, **fields)))
    return said


def _say_mix(routes: pd.DataFrame, mix: pd.DataFrame, names: Names) -> str:
    """What the unit lacks, and what brings it: a lost block of points first, then the mix; or that nothing does."""
    words, first = names.words, routes.iloc[0]
    fields = {"gap": words.number(first["gap"]), "band": names.band(first["next_band"])}
    texts = [words.say("finding.route_gap", unit=names.unit(first["unit_code"]), **fields)]
    steps, rates = mix[mix["nature"] == possible.STEP], mix[mix["nature"] != possible.STEP]
    for each in steps.itertuples():
        points = words.limit(each.room_points)
        texts.append(words.say("finding.route_step", points=points, group=uncapital(names.group(each.indicator))))
    is_open = routes.loc[routes["nature"] != possible.STEP, "mix_points"].isna().any()
    if is_open:
        most = routes.loc[routes["nature"] != possible.STEP, "room_points"].sum()
        by = words.date(date.fromisoformat(first["by"]))
        key = "finding.route_none" if most >= shown_points(words) else "finding.route_nothing"
        shown = {"most": words.number(most)} if most >= shown_points(words) else {}
        texts.append(words.say(key, by=by, **shown))
    elif len(rates):
        ways = "; ".join(_say_need(each, "mix", names) for each in rates.itertuples())
        judged = f"finding.route_{'reached' if first['mix_proven'] else 'beyond'}{'_one' if len(rates) == 1 else ''}"
        key = "finding.route_mix_after" if len(steps) else "finding.route_mix"
        texts.append(words.say(key, ways=ways, reached=words.say(judged)))
    return " ".join(texts)


def _say_need(route, of: str, names: Names) -> str:
    """What one indicator would have to reach: ``of`` it alone (needed), or in the mix.

    A flow: its rate on what is still to come. Otherwise: from what to what, and the percentage points between.
    """
    words, cases = names.words, getattr(route, f"{of}_cases")
    fields = {
        "indicator": uncapital(names.indicator(route.indicator)),
        "own": names.rate(route.indicator, route.own_pct),
    }
    if route.nature == possible.FLOW:
        rate = min(round_up(getattr(route, f"{of}_rate")), 100.0)
        fields |= {"rate": names.percent(rate), "by": words.date(date.fromisoformat(route.by))}
        kind = "flow"
    else:
        needed = round_need(getattr(route, f"{of}_pct"), route.room_pct)
        decimals = 1 if needed == round(needed, 1) else 2
        to = min(round_up(route.own_pct + getattr(route, f"{of}_pct")), 100.0)
        fields |= {"needed": words.number(needed, decimals), "to": names.percent(to)}
        kind = "stock"
    if pd.isna(cases):
        return words.say(f"finding.need_{kind}", **fields)
    return words.say(f"finding.need_{kind}_cases", cases=words.number(cases, 0), **fields)


# -- targets and the end of the year ---------------------------------------------------------------------------------


def say_target(held, rate: str, names: Names) -> str:
    """Whether one target is reached, what it still needs, or what can be had where it cannot be reached any more.

    held : a row of the table ``possible``;  rate : the week's own rate, as ``say_week_rate`` says it, or ""
    """
    words, by = names.words, date.fromisoformat(held.by)
    fields = {"indicator": names.indicator(held.indicator), "target": names.limit(held.indicator, held.target)}
    if pd.isna(held.value):
        return words.say("possible.no_cases", **fields)
    fields |= {"value": names.rate(held.indicator, held.value)}
    if held.state == possible.REACHED:
        return words.say("possible.reached", **fields)
    if held.state == possible.IMPOSSIBLE:
        most = names.percent(held.most)
        if (by.month, by.day) == (12, 31):
            return words.say("possible.impossible", most=most, **fields)
        return words.say("possible.impossible_by", most=most, by=words.date(by), **fields)
    if not names.is_flow(held.indicator):
        return words.say("possible.stock" if names.is_stock(held.indicator) else "possible.open", **fields)
    needed = names.percent(min(round_up(held.needed), 100.0))
    text = words.say("possible.flow", needed=needed, by=words.date(by), **fields)
    return f"{text} {words.say('possible.now', rate=rate)}" if rate else text


def say_year_end(rows: pd.DataFrame, names: Names, by: date, level: float) -> list[str]:
    """Where a unit's total will end, and how likely each band is; [] where nothing is said yet.

    rows : the unit's rows of the table ``year_end``
    """
    words, total = names.words, rows[rows["indicator"] == "TOTAL"]
    if total.empty:
        return []
    ends = {name: words.number(total[name].iloc[0], words.decimals - 1) for name in ("low", "high")}
    shares = {"level": names.percent(100 * level, 0), "by": words.date(by), **ends}
    shares["unit"] = names.typed(total["unit_code"].iat[0])
    shown = total[total["odds"] >= 0.005].sort_values("odds", ascending=False)
    odds = [
        words.say("possible.band_odds", band=names.band(each.band), odds=_say_odds(each.odds, names))
        for each in shown.itertuples()
    ]
    return [words.say("possible.year_end", **shares), words.say("possible.odds", bands="; ".join(odds))]


def _say_odds(odds: float, names: Names) -> str:
    if odds > 0.99:
        return names.words.say("possible.almost_sure", odds=names.percent(99, 0))
    return names.percent(max(100 * odds, 1), 0)
