"""Units whose figures count from different days are asked about once for each period."""

import pandas as pd

from analysis.method.counting import Counting

FIGURES = pd.DataFrame({"unit_code": ["a", "b", "d", "H01"], "value": [1.0, 2.0, 3.0, 4.0]})
COUNTING = Counting(["TT"], {"TT": 2}, "H01", {"a": "year", "b": "year", "d": "month", "H01": "year"})


def asked(figures: pd.DataFrame, settings: dict) -> pd.DataFrame:
    return figures.assign(**{name: str(value) for name, value in settings.items()})


def test_each_period_is_asked_about_with_its_own_units_and_everything_comes_back_once():
    frame = COUNTING.apply(asked, FIGURES, {"uneven": 3}).set_index("unit_code")
    assert frame["accumulates"].to_dict() == {"a": "year", "b": "year", "H01": "year", "d": "month"}
    assert set(frame["uneven"]) == {"3"} and set(frame["area"]) == {"H01"} and set(frame["flows"]) == {"['TT']"}


def test_the_false_signals_of_the_whole_report_are_shared_out_by_units():
    shares = COUNTING.apply(asked, FIGURES, {"false_a_year": 2.0}).drop_duplicates("accumulates")
    assert shares.set_index("accumulates")["false_a_year"].to_dict() == {"year": "1.5", "month": "0.5"}
