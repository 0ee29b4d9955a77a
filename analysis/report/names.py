"""Codes → names for readers, and figures → texts for readers."""

import pandas as pd

from analysis.config.rules import Rules
from analysis.config.units import with_unit_type
from analysis.config.wording import Wording, capital
from analysis.tables import INDICATOR_OF

FINEST = 10  # decimals: a file has no more digits


class Names:
    """Names of units, indicators, groups and bands in the language of the words; figures with their column's decimals.

    units : unit_code, unit_name, type; the control row's name is the area's own
    """

    def __init__(self, rules: Rules, words: Wording, units: pd.DataFrame) -> None:
        self.words, self._rules, self.control = words, rules, rules.settings["code"]
        self.least_streak = rules.settings["trend"]["least_streak"]
        lang = f"name_{words.lang}"
        self._units = dict(zip(units["unit_code"], units["unit_name"], strict=True))
        self._types = dict(zip(units["unit_code"], units["type"], strict=True))
        self._units[self.control] = rules.settings["name"][words.lang]
        self._indicators = dict(zip(rules.indicators["indicator"], rules.indicators[lang], strict=True))
        self._groups = dict(zip(rules.groups["group"], rules.groups[lang], strict=True))
        self._bands = dict(
            zip(rules.bands["band"], rules.bands["band" if words.lang == "vi" else "name_en"], strict=True)
        )
        whole = rules.columns.loc[rules.columns["kind"] == "points", "field"]
        self.prints_satisfaction = rules.settings["step"]["group"] in set(whole)
        self._percent = set(rules.indicators.loc[rules.indicators["unit"] == "percent", "indicator"])
        decimals = rules.columns.dropna(subset="decimals").set_index("field")["decimals"].astype(int)
        self._decimals = decimals.rename(index=INDICATOR_OF).to_dict()

    def unit(self, code: str) -> str:
        return self._units[code]

    def typed(self, code: str) -> str:
        """The unit's type and name, for the middle of a line: ``xã Kiến An``; for the area its name."""
        return with_unit_type(self._types.get(code, ""), self.unit(code), self.words.lang)

    def full_unit(self, code: str) -> str:
        """The same, to begin a line: ``Xã Kiến An``."""
        return capital(self.typed(code))

    def indicator(self, code: str) -> str:
        return self._indicators.get(code) or self.words.say(f"name.{code.lower()}")

    def measured(self, code: str) -> str:
        """The name of the indicator, group or total with this code."""
        return self._rules.named(code, self.words)

    def part(self, row) -> str:
        """The name of a part of a total, by its group and indicator; in lower case, for the middle of a sentence."""
        name = self.indicator(row.indicator) if row.indicator else self.group(row.group)
        return name[:1].lower() + name[1:]

    def group(self, code: str) -> str:
        return self._groups[code]

    def band(self, code: str) -> str:
        return self._bands[code]

    def decimals(self, indicator: str) -> int:
        return self._decimals.get(indicator, 2)

    def telling_decimals(self, indicator: str, old: float, new: float) -> int:
        """The decimals of the column, or more if two different figures would look the same."""
        least = self.decimals(indicator)
        telling = (
            many for many in range(least, FINEST + 1) if self.words.number(old, many) != self.words.number(new, many)
        )
        return next(telling, least)

    def figure(self, indicator: str, value: float) -> str:
        """``("TT", 7.42)`` => ``7,42%``; a change carries its sign."""
        text = self.words.number(value, self.decimals(indicator), signed=indicator == "CHANGE")
        return f"{text}%" if indicator in self._percent else text

    def limit(self, indicator: str, value: float) -> str:
        """A threshold or target without needless decimals: ``("TT", 30)`` => ``30%``."""
        text = self.words.number(value, 0 if value == int(value) else self.decimals(indicator))
        return f"{text}%" if indicator in self._percent else text
