"""Working days in Vietnam, checked by hand against the days off that were announced."""

import pytest

from analysis.config.working_days import add_working_days


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2023-12-04", 0, "2023-12-04"),
        ("2023-12-04", 1, "2023-12-05"),
        ("2023-12-04", 5, "2023-12-11"),  # a week of five days
        ("2023-12-01", 1, "2023-12-04"),  # after a Friday
        ("2023-12-02", 1, "2023-12-04"),  # after a Saturday
        ("2023-08-31", 1, "2023-09-05"),  # National Day: 1 to 4 September off
        ("2024-02-07", 1, "2024-02-15"),  # Tết of Giáp Thìn: 8 to 14 February off
        ("2024-04-26", 1, "2024-05-02"),  # 29 April, worked on 4 May instead, to 1 May
        ("2023-12-29", 1, "2024-01-02"),  # into another year
    ],
)
def test_the_next_working_days_leave_out_weekends_and_the_holidays_of_the_country(day, count, expected):
    assert add_working_days(day, count) == expected
