"""One cell's text → its value: the reading contract, K1 to K4."""

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.gate import parse

COUNTS = [
    ("1.746", 1746, "repair.thousands"),
    ("1746", 1746, ""),
    ("1 746", 1746, "repair.thousands"),
    ("1\u00a0746", 1746, "repair.thousands"),
    ("1.234.567", 1234567, "repair.thousands"),
    ("0", 0, ""),
    (" 34 ", 34, ""),
    ("007", 7, "repair.leading_zeros"),
]
DECIMALS = [
    ("percent", "78,7", 78.7, "repair.decimal_comma"),
    ("percent", "13.2", 13.2, ""),
    ("percent", "72", 72, ""),
    ("percent", "92,5 %", 92.5, "repair.decimal_comma"),
    ("percent", "92.5%", 92.5, "repair.percent_sign"),
    ("percent", "92.5\u00a0", 92.5, "repair.sign"),
    ("change", "−5.78", -5.78, "repair.sign"),
    ("percent", "072.6", 72.6, "repair.leading_zeros"),
    ("percent", "072.60", 72.6, "repair.leading_zeros"),
    ("score", "57.80", 57.8, ""),
    ("change", "-5.78", -5.78, ""),
    ("change", "−5,78", -5.78, "repair.decimal_comma"),
    ("change", "+0.29", 0.29, ""),
    ("percent", "100", 100, ""),
    ("percent", "0", 0, ""),
]
REFUSED = [
    ("count", "1.74", "problem.not_a_count"),
    ("count", "17.46", "problem.not_a_count"),
    ("count", "12.5", "problem.not_a_count"),
    ("count", "1,746", "problem.not_a_count"),
    ("count", "-3", "problem.not_a_count"),
    ("count", "1.746.2", "problem.not_a_count"),
    ("percent", "1.746", "problem.three_decimals"),
    ("percent", "7l.2", "problem.not_a_number"),
    ("percent", "7Z.6", "problem.not_a_number"),
    ("percent", "+7.2", "problem.not_a_number"),  # only a change carries a plus
    ("percent", "1e1", "problem.not_a_number"),
    ("percent", "inf", "problem.not_a_number"),
    ("percent", "nan", "problem.not_a_number"),
    ("percent", "0x10", "problem.not_a_number"),
    ("percent", "(5,2)", "problem.not_a_number"),
    ("percent", "57.45*", "problem.not_a_number"),
    ("percent", "７２.６", "problem.not_a_number"),  # full-width digits
    ("percent", "٧٢.٦", "problem.not_a_number"),  # another script's digits
    ("score", "57.45%", "problem.not_a_number"),  # only a percent column carries the sign
]


@pytest.mark.parametrize(("text", "value", "repair"), COUNTS)
def test_a_count_takes_separators_between_groups_of_three_as_thousands(text, value, repair):
    parsed = parse.number(text, "count")
    assert (parsed.value, parsed.repair, parsed.fault) == (value, repair, "")


@pytest.mark.parametrize(("kind", "text", "value", "repair"), DECIMALS)
def test_any_other_number_takes_comma_or_point_as_decimals(kind, text, value, repair):
    parsed = parse.number(text, kind)
    assert (parsed.value, parsed.repair, parsed.fault) == (value, repair, "")


@pytest.mark.parametrize(("kind", "text", "fault"), REFUSED)
def test_what_is_no_plain_number_is_refused_and_has_no_value(kind, text, fault):
    parsed = parse.number(text, kind)
    assert (parsed.value, parsed.fault) == (None, fault)


NOT_REPORTED = "Chưa báo cáo"


@pytest.mark.parametrize(
    "text",
    [
        *["", "  ", "-", "–", "…"],
        *[unicodedata.normalize(form, NOT_REPORTED) for form in ("NFC", "NFD")],
        "chưa báo cáo",
    ],
)
@pytest.mark.parametrize("kind", ["count", "percent"])
def test_a_dash_or_nothing_is_missing_and_not_zero(text, kind):
    assert parse.number(text, kind) == parse.Parsed()


TYPED = [
    ("a stored number is taken as stored", 0.925, "number", "percent", 0.925, "", ""),
    ("a percent format means hundredths", 0.925, "percent", "percent", 92.5, "repair.percent_format", ""),
    ("without the noise of binary fractions", 0.07, "percent", "percent", 7.0, "repair.percent_format", ""),
    ("a percent format has no place in a score", 0.925, "percent", "score", None, "", "problem.percent_cell"),
    ("a number is not a text", 1.746, "number", "count", None, "", "problem.not_a_count"),
    ("a whole float is a count", 1746.0, "number", "count", 1746.0, "", ""),
    ("a text is read as a text", "1.746", "text", "count", 1746.0, "repair.thousands", ""),
    ("a date", "2023-12-04", "date", "percent", None, "", "problem.date_cell"),
    ("true", True, "boolean", "count", None, "", "problem.boolean_cell"),
    ("an error", "#DIV/0!", "error", "percent", None, "", "problem.error_cell"),
    ("a formula without a result", "=A1", "formula", "percent", None, "", "problem.formula_cell"),
    ("a number that is shown as another", 72.6, "format", "percent", None, "", "problem.format_cell"),
    ("a text with hidden characters", r"72.6\u202e", "character", "percent", None, "", "problem.character_cell"),
    ("a computer's rounding error", 72.60000000000001, "number", "percent", 72.6, "repair.float_noise", ""),
    ("a rounding error of a whole number", 318.99999999999994, "number", "count", 319.0, "repair.float_noise", ""),
    ("a rounding error below nothing", -5.779999999999994, "number", "change", -5.78, "repair.float_noise", ""),
    ("eleven digits are meant", 72.600000001, "number", "percent", 72.600000001, "", ""),
    ("twelve digits far from a short number", 72.6123456789, "number", "percent", 72.6123456789, "", ""),
    ("infinity", float("inf"), "number", "score", None, "", "problem.not_a_number"),
    ("nothing", "", "empty", "score", None, "", ""),
]


@pytest.mark.parametrize(
    ("value", "cell", "kind", "expected", "repair", "fault"),
    [case[1:] for case in TYPED],
    ids=[case[0] for case in TYPED],
)
def test_a_typed_cell_keeps_its_type(value, cell, kind, expected, repair, fault):
    parsed = parse.cell(value, cell, kind)
    assert (parsed.value, parsed.repair, parsed.fault) == (expected, repair, fault)


@given(st.text(max_size=12), st.sampled_from(sorted(parse.RANGES)))
def test_any_text_gives_a_finite_value_or_a_fault_or_is_missing(text, kind):
    parsed = parse.number(text, kind)
    assert (parsed.value is None) != (parsed.value is not None and math.isfinite(parsed.value) and not parsed.fault)


@given(st.integers(0, 999_999_999))
def test_a_count_means_the_same_with_and_without_dots(count):
    assert (
        parse.number(f"{count:,}".replace(",", "."), "count").value == count == parse.number(str(count), "count").value
    )
