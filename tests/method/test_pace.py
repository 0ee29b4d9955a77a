"""What a target needs per week."""

import numpy as np
import pandas as pd
from support.few_units import BANDS, course, scores

from analysis.method.pace import compute_pace


def paced(by, history, was=None):
    measured = pd.DataFrame([("a", "SH", 24.0, np.nan, np.nan)], columns=["unit_code", "indicator", *CELL])
    earlier = pd.DataFrame(was or [], columns=["cutoff", "unit_code", "indicator", *CELL])
    now = scores(a=49.0)
    return compute_pace(now, measured, history, earlier, BANDS, {"SH": 80.0}, "2023-12-04", by, 4).set_index(
        "indicator"
    )


CELL = ["value", "numerator", "denominator"]


TODAY = course(("2023-11-20", "a", 48.0, ""), ("2023-12-04", "a", 49.0, ""))


def test_the_pace_is_what_is_lacking_over_the_weeks_left_beside_what_the_last_weeks_brought():
    # 28 days to 1 January: 4 weeks; 1 point lacks to 50, 56 to 80 %; in the last two weeks 1 point and 3 % came
    frame = paced("2024-01-01", TODAY, [("2023-11-20", "a", "SH", 21.0, np.nan, np.nan)])
    assert frame["needed_per_week"].to_dict() == {"TOTAL": 0.25, "SH": 14.0}
    assert frame["recent_per_week"].to_dict() == {"TOTAL": 0.5, "SH": 1.5}
    assert frame["recent_weeks"].tolist() == [2.0, 2.0]


def test_without_an_earlier_figure_there_is_no_pace_to_compare_with():
    assert np.isnan(paced("2024-01-01", TODAY)["recent_per_week"]["SH"])


def test_weeks_of_another_series_are_no_pace():
    frame = paced("2024-01-01", TODAY.assign(since="2023-12-01"))
    assert frame["recent_per_week"].isna().all()


def test_from_its_day_on_a_target_has_no_pace():
    assert paced("2023-12-04", TODAY).empty


def test_a_target_that_is_reached_needs_no_pace():
    measured = pd.DataFrame([("a", "SH", 80.0, np.nan, np.nan)], columns=["unit_code", "indicator", *CELL])
    none = pd.DataFrame(columns=["cutoff", "unit_code", "indicator", *CELL])
    frame = compute_pace(scores(a=85.0), measured, TODAY, none, BANDS, {"SH": 80.0}, "2023-12-04", "2023-12-31", 4)
    assert frame.empty
