"""Codes → names for readers, and figures → texts for readers."""

import pandas as pd

from analysis.config.rules import Rules
from analysis.config.units import with_unit_type
from analysis.config.wording import MISSING, Wording, capital, uncapital
from analysis.method.possible import FLOW, STOCK
from analysis.method.score import COMPUTED
from analysis.tables import INDICATOR_OF, NOT_ITEMISED

FINEST = 10  # decimals: a file has no more digits


class Names:
    """Names of units, indicators, groups and bands in the language of the words; figures with their column's decimals.

    units : unit_code, unit_name, type; the control row's name is the area's own. A unit that is called like its area
            is told by its type too.
    """

    def __init__(self, rules: Rules, words: Wording, units: pd.DataFrame) -> None:
        self.words, self._rules, self.control = words, rules, rules.settings["code"]
        self.least_streak = rules.settings["trend"]["least_streak"]
        lang = f"name_{words.lang}"
        self._names = dict(zip(units["unit_code"], units["unit_name"], strict=True))
        self._units = dict(self._names)
        self._types = dict(zip(units["unit_code"], units["type"], strict=True))
        area = rules.settings["name"][words.lang]
        alike = [code for code, name in self._units.items() if f" {name} " in f" {area} "]
        self._units |= {code: self.typed(code) for code in alike}  # "thị trấn Chợ Mới" of huyện Chợ Mới
        self._units[self.control] = area
        self._indicators = dict(zip(rules.indicators["indicator"], rules.indicators[lang], strict=True))
        self._groups = dict(zip(rules.groups["group"], rules.groups[lang], strict=True))
        self._bands = dict(
            zip(rules.bands["band"], rules.bands["band" if words.lang == "vi" else "name_en"], strict=True)
        )
        self.is_total_computed = rules.settings["total"] == COMPUTED
        self.groups_not_printed = rules.groups_not_printed
        self.most_points = rules.maximum
        self._percent = set(rules.indicators.loc[rules.indicators["unit"] == "percent", "indicator"])
        self._flows, self._stocks = (
            set(rules.indicators.loc[rules.indicators["nature"] == nature, "indicator"]) for nature in (FLOW, STOCK)
        )
        self._decimals = {INDICATOR_OF.get(name, name): decimals for name, decimals in rules.decimals.items()}

    def unit(self, code: str) -> str:
        return self._units.get(code, code)

    def typed(self, code: str) -> str:
        """The unit's type and name, for the middle of a line: ``xã Kiến An``; for the area its name."""
        return with_unit_type(self._types.get(code, ""), self._names.get(code, self.unit(code)), self.words.lang)

    def full_unit(self, code: str) -> str:
        """The same, to begin a line: ``Xã Kiến An``."""
        return capital(self.typed(code))

    def indicator(self, code: str) -> str:
        return self._indicators.get(code) or self._total(code)

    def measured(self, code: str) -> str:
        """The name of the indicator, group or total with this code."""
        if code == NOT_ITEMISED:
            return self._total(code)
        return self._rules.named(code, self.words)

    def part(self, row) -> str:
        """The name of a part of a total, by its group and indicator; in lower case, for the middle of a sentence."""
        return uncapital(self.indicator(row.indicator) if row.indicator else self.group(row.group))

    def _total(self, code: str) -> str:
        """The name of a total or of a part of one. Where the table prints every group, what their sum lacks to the
        total is no hidden part: the two figures differ."""
        unprinted = code != NOT_ITEMISED or self.groups_not_printed
        return self.words.say(f"name.{code.lower()}" if unprinted else "name.total_less_groups")

    def total_heading(self) -> str:
        """The heading of a column of totals; of computed ones it says so."""
        return self.words.say("piece.total_computed" if self.is_total_computed else "piece.total")

    def rest_heading(self) -> str:
        """The heading of the column of what is not itemised."""
        return self.words.say("piece.not_itemised") if self.groups_not_printed else self._total(NOT_ITEMISED)

    def group(self, code: str) -> str:
        return self._groups[code]

    def band(self, code: str) -> str:
        """The name of a band; of none, which is that of a missing total, that the unit is not ranked."""
        return self._bands[code] if code else self.words.say("piece.unranked")

    def decimals(self, indicator: str) -> int:
        return self._decimals.get(indicator, 2 if indicator in self._percent else self.words.decimals)

    def telling_decimals(self, indicator: str, old: float, new: float) -> int:
        """The decimals of the column, or more if two different figures would look the same."""
        least = self.decimals(indicator)
        telling = (
            many for many in range(least, FINEST + 1) if self.words.number(old, many) != self.words.number(new, many)
        )
        return next(telling, least)

    def figure(self, indicator: str, value: float, decimals: int | None = None) -> str:
        """``("TT", 7.42)`` => ``7,42%``; a change carries its sign. decimals : those of the column where None."""
        decimals = self.decimals(indicator) if decimals is None else decimals
        text = self.words.number(value, decimals, signed=indicator == "CHANGE")
        return f"{text}%" if indicator in self._percent else text

    def is_percent(self, indicator: str) -> bool:
        return indicator in self._percent

    def is_flow(self, indicator: str) -> bool:
        """Whether it counts dossiers as they come, so that only what is still to come can move it."""
        return indicator in self._flows

    def is_stock(self, indicator: str) -> bool:
        """Whether config says that it is a state, which can be mended at once."""
        return indicator in self._stocks

    def rate(self, indicator: str, value: float) -> str:
        """A rate that we computed, with the decimals of its column, two at most: ``("TT", 7.416)`` => ``7,42%``."""
        return self.percent(value, min(self.decimals(indicator), 2))

    def percent(self, value: float, decimals: int = 1) -> str:
        text = self.words.number(value, decimals)
        return text if text == MISSING else f"{text}%"

    def limit(self, indicator: str, value: float) -> str:
        """A threshold or target without needless decimals: ``("TT", 30)`` => ``30%``."""
        text = self.words.number(value, 0 if value == int(value) else self.decimals(indicator))
        return f"{text}%" if indicator in self._percent else text
