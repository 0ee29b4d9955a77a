"""Phrases about one unit that findings and its page share: its change and the parts of it, its ways to the next band.

The sentences are in config/wording (``finding.*``).
"""

import functools

import pandas as pd

from analysis.config.wording import Wording
from analysis.method.routes import round_need
from analysis.report.names import Names

SHOWN_POINTS = 0.005  # less is shown as 0,00


def say_move(unit, median: float, tables: dict[str, pd.DataFrame], names: Names) -> str:
    """One unit's change beside the median of all units, the parts of it where they are known, and how often in a row.

    unit : unit_code, unit_name, change;  median : of all units' changes
    """
    words = names.words
    kind = "fell" if unit.change < 0 else "rose" if unit.change > 0 else "unmoved"
    fields = {"unit": unit.unit_name, "median": words.number(median, signed=True)}
    fields |= {} if kind == "unmoved" else {"change": words.number(abs(unit.change))}
    texts = [words.say(f"finding.{kind}", **fields)]
    its, signals = (rows[rows["unit_code"] == unit.unit_code] for rows in (tables["contributions"], tables["signals"]))
    if parts := say_parts(its, names):
        texts.append(words.say("finding.parts", parts="; ".join(parts)))
    if (run := signals["streak"].abs().max()) >= names.least_streak:
        texts.append(words.say(f"finding.{kind}_again", count=words.number(run, 0)))
    return " ".join(texts)


def say_parts(contributions: pd.DataFrame, names: Names, most: int = 3) -> list[str]:
    """The parts of one unit's change, largest first: the ``most`` largest by name, the others as one figure."""
    shown = contributions[contributions["contribution"].abs() >= SHOWN_POINTS]
    ordered = shown.sort_values("contribution", key=abs, ascending=False, kind="stable")
    signed = functools.partial(names.words.number, signed=True)
    parts = [f"{names.part(each)} {signed(each.contribution)}" for each in ordered.head(most).itertuples()]
    others = contributions["contribution"].sum() - ordered.head(most)["contribution"].sum()
    if parts and abs(others) >= SHOWN_POINTS:
        parts.append(names.words.say("finding.other_parts", change=signed(others)))
    return parts


def say_route(route, names: Names) -> str:
    """One indicator as the way to the next band: what it alone would need."""
    words = names.words
    fields = {
        "unit": names.unit(route.unit_code),
        "gap": words.number(route.gap),
        "band": names.band(route.next_band),
        "indicator": names.indicator(route.indicator).lower(),
        "needed": say_needed(route, route.needed_pct, words),
    }
    if pd.notna(route.needed_cases):
        return words.say("finding.route_cases", cases=words.number(route.needed_cases, 0), **fields)
    return words.say("finding.route", **fields)


def say_mix(routes: pd.DataFrame, names: Names) -> str:
    """The cheapest mix of one unit, and whether peers have reached its rates; or that no mix of rates is enough."""
    words, first = names.words, routes.iloc[0]
    unit, band = names.unit(first["unit_code"]), names.band(first["next_band"])
    texts = [words.say("finding.route_gap", unit=unit, gap=words.number(first["gap"]), band=band)]
    if not first["mix_proven"]:
        best = ((routes["best_pct"] - routes["own_pct"]).clip(0, routes["room_pct"]) * routes["points_per_pct"]).sum()
        texts.append(words.say("finding.mix_best", most=words.number(best)))
    if routes["mix_pct"].isna().any():
        most = (routes["room_pct"] * routes["points_per_pct"]).sum()
        return " ".join([*texts, words.say("finding.mix_none", most=words.number(most))])
    taken = routes[routes["mix_pct"] > 0].sort_values("points_per_pct", ascending=False)
    steps = "; ".join(say_step(each, each.mix_pct, each.mix_cases, names) for each in taken.itertuples())
    return " ".join([*texts, words.say("finding.mix_proven" if first["mix_proven"] else "finding.mix", steps=steps)])


def say_step(route, pct: float, cases: float, names: Names) -> str:
    """One indicator's step: ``số hóa hồ sơ tăng thêm 3,8 điểm phần trăm``; with cases, where the table has counts."""
    words = names.words
    about = {"indicator": names.indicator(route.indicator).lower(), "needed": say_needed(route, pct, words)}
    if pd.isna(cases):
        return words.say("finding.mix_step", **about)
    return words.say("finding.mix_cases", cases=words.number(cases, 0), **about)


def say_needed(route, pct: float, words: Wording) -> str:
    """A need in percentage points: ``4,6``; with a second decimal where one decimal would exceed the room left."""
    needed = round_need(pct, route.room_pct)
    return words.number(needed, 1 if needed == round(needed, 1) else 2)
