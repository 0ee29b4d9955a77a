"""Months, quarters and years: their names, their days, and what comes before them."""

from datetime import date

import pytest
from support.district import words

from analysis.config import rhythm, spans


@pytest.mark.parametrize(
    ("name", "first", "last", "previous", "vi", "en"),
    [
        ("2023-11", date(2023, 11, 1), date(2023, 11, 30), "2023-10", "tháng 11 năm 2023", "November 2023"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024-01", "tháng 2 năm 2024", "February 2024"),
        ("2024-01", date(2024, 1, 1), date(2024, 1, 31), "2023-12", "tháng 1 năm 2024", "January 2024"),
        ("2023-Q4", date(2023, 10, 1), date(2023, 12, 31), "2023-Q3", "quý IV năm 2023", "quarter IV of 2023"),
        ("2024-Q1", date(2024, 1, 1), date(2024, 3, 31), "2023-Q4", "quý I năm 2024", "quarter I of 2024"),
        ("2023", date(2023, 1, 1), date(2023, 12, 31), "2022", "năm 2023", "the year 2023"),
    ],
)
def test_a_span_has_a_name_days_and_one_before_it(name, first, last, previous, vi, en):
    its = spans.span(name)
    assert (its.name, its.first, its.last, its.previous.name) == (name, first, last, previous)
    assert (words("vi").span(its), words("en").span(its)) == (vi, en)
    assert spans.is_span(name)


@pytest.mark.parametrize(
    "text", ["2023-13", "2023-00", "2023-Q5", "2023-Q0", "2023-11-27", "23-11", "0000", "2023-q4", ""]
)
def test_what_names_no_span_is_refused_with_how_one_is_written(text):
    assert not spans.is_span(text)
    with pytest.raises(ValueError, match="expected a month, a quarter or a year: 2023-11, 2023-Q4, 2023"):
        spans.span(text)


@pytest.mark.parametrize(
    ("today", "closed"), [(date(2023, 11, 30), False), (date(2023, 12, 1), True), (date(2023, 11, 1), False)]
)
def test_a_span_is_closed_the_day_after_its_last_one(today, closed):
    assert spans.span("2023-11").is_closed(today) is closed


@pytest.mark.parametrize(
    ("cutoff", "within"), [("2023-10-31", False), ("2023-11-01", True), ("2023-11-30", True), ("2023-12-01", False)]
)
def test_a_span_holds_its_first_and_its_last_day(cutoff, within):
    assert spans.span("2023-11").holds(cutoff) is within


NOVEMBER = date(2023, 11, 1), date(2023, 11, 30)


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ({"weekday": "monday"}, [6, 13, 20, 27]),
        # nobody works from the 13th to the next Monday: of that week there is no table
        ({"weekday": "monday", "days_off": [f"2023-11-{day}" for day in range(13, 18)]}, [6, 20, 27]),
        ({"weekday": "monday", "days_off": ["2023-11-13"]}, [6, 13, 20, 27]),  # it is closed on the Tuesday
        ({"day": 15}, [15]),
        ({"day": 31}, [30]),  # the month's last
    ],
)
def test_the_rhythm_of_an_area_says_which_cutoffs_are_expected(said, days):
    rules = {"weekday": "", "day": 0, "days_off": []} | said
    assert [day.day for day in rhythm.list_expected(rules, *NOVEMBER)] == days
