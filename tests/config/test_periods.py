"""Cut-offs and week labels: a label names a week of a month, never a day of it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.config import periods


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2023, 12, 4), 1),  # the first Monday of December 2023
        (date(2023, 11, 27), 4),  # the fourth of November
        (date(2023, 10, 30), 5),  # a month with five Mondays
        (date(2023, 5, 1), 1),  # a month that begins on a Monday
        (date(2023, 12, 5), None),  # a Tuesday has no week label
    ],
)
def test_week_n_of_a_month_is_its_nth_monday(day, week):
    assert periods.week_of_month(day) == week


@pytest.mark.parametrize(
    ("text", "near", "expected"),
    [
        ("TUẦN 04/11", date(2023, 12, 4), date(2023, 11, 27)),  # not the fourth of November
        ("TUẦN 01/12", date(2023, 12, 4), date(2023, 12, 4)),  # not the first of December
        ("TUẦN 04/12", date(2024, 1, 1), date(2023, 12, 25)),  # the year before
        ("Tuần 1 tháng 12 năm 2022", date(2023, 12, 4), date(2022, 12, 5)),
        ("TUẦN 05/11", date(2023, 12, 4), None),  # November 2023 has four Mondays
        ("TUẦN 01/13", date(2023, 12, 4), None),
        ("Ngày 04/12/2023", date(2023, 12, 4), date(2023, 12, 4)),
        ("ngày 31/02/2023", date(2023, 12, 4), None),
        ("2023-12-04", date(2023, 12, 4), date(2023, 12, 4)),
    ],
)
def test_a_label_names_one_cutoff_or_none(text, near, expected):
    assert [day for _, day in periods.named_cutoffs(text, near)] == [expected]


def test_a_week_without_a_month_takes_the_month_of_the_date_beside_it():
    named = list(periods.named_cutoffs("(Thời gian chốt số liệu: Ngày 04/12/2023 -Tuần 1)", date(2023, 12, 4)))
    assert named == [("04/12/2023", date(2023, 12, 4)), ("Tuần 1", date(2023, 12, 4))]


def test_the_week_before_is_no_week_label():
    assert list(periods.named_cutoffs("TĂNG/ GIẢM SO VỚI TUẦN TRƯỚC", date(2023, 12, 4))) == []


@given(st.dates(date(2015, 1, 1), date(2030, 12, 31)))
def test_every_monday_is_found_again_by_its_own_label(day):
    monday = day - timedelta(days=day.weekday())
    week = periods.week_of_month(monday)
    assert periods.label_cutoff(week, monday.month, near=monday) == monday


def test_a_cutoff_that_is_no_date_is_refused_with_an_example():
    with pytest.raises(ValueError, match=r"'04/12/2023': expected an ISO date such as 2023-12-04"):
        periods.cutoff("04/12/2023")
