"""One cell's text → its value: the reading contract, K1 to K4."""

import math
import unicodedata
from decimal import Decimal

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
    ("12.0", 12, "repair.whole_decimal"),  # as programs write a count that they hold as a fraction
    ("1746.00", 1746, "repair.whole_decimal"),
    ("12.000", 12000, "repair.thousands"),
    ("11.999999999999998", 12, "repair.float_noise"),
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
    ("percent", "72.599999999999994", 72.6, "repair.float_noise"),
    ("percent", "72,599999999999994", 72.6, "repair.float_noise"),
    ("score", "65.790000000000006", 65.79, "repair.float_noise"),
    ("change", "-5.7800000000000011", -5.78, "repair.float_noise"),
    ("percent", "72.6000000001", 72.6, "repair.float_noise"),  # 12 digits, within 1e-9
]
REFUSED = [
    ("count", "12.5", "problem.not_a_count"),
    ("count", "12.01", "problem.not_a_count"),
    ("count", "12,0", "problem.not_a_count"),  # a comma has no place in a count
    ("count", "1.746.0", "problem.not_a_count"),
    ("count", "11.99999999", "problem.not_a_count"),  # ten digits are no noise
    ("count", "-12.0", "problem.not_a_count"),
    ("percent", "72.5999", "problem.more_decimals"),
    ("percent", "72.600000002", "problem.more_decimals"),  # 11 digits
    ("percent", "72.6000000020", "problem.more_decimals"),  # 12 digits, 2e-9 away
    ("percent", "33.333333333333336", "problem.more_decimals"),  # 33.33 is another number
    ("percent", "8.1/10", "problem.not_a_number"),  # no scale is declared
    ("score", "70 điểm", "problem.not_a_number"),  # no sign is declared
    ("count", "35 hồ sơ", "problem.not_a_count"),
    ("count", "1.74", "problem.not_a_count"),
    ("count", "17.46", "problem.not_a_count"),
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


# decimals, scale, full, signs of the column; kind and text; value and repair, or a fault.
LAID_OUT = [
    ((4, 1, 100, ""), "percent", "0.8253", 82.53, ""),
    ((4, 1, 100, ""), "percent", "1.0000", 100, ""),
    ((4, 1, 100, ""), "percent", "0,8253", 82.53, "repair.decimal_comma"),
    ((4, 1, 100, ""), "score", "0.8002", 80.02, ""),
    ((4, 1, 80, ""), "score", "0.5", 40, ""),  # an index of 80 points
    ((4, 1, 100, ""), "percent", "0.82531", None, "problem.more_decimals"),
    ((4, 1, 100, ""), "percent", "82.53%", None, "problem.not_a_number"),  # % of what?
    ((3, None, 100, ""), "percent", "1.746", 1.746, ""),
    ((3, None, 100, ""), "percent", "1,746", 1.746, "repair.decimal_comma"),
    ((3, None, 100, ""), "count", "1.746", 1746, "repair.thousands"),
    ((0, None, 100, ""), "percent", "12.55", 12.55, ""),  # fewer decimals are shown, two are read
    ((1, None, 100, ""), "percent", "1.746", None, "problem.three_decimals"),
    ((10, None, 100, ""), "percent", "0.0123456789", 0.0123456789, ""),
    ((10, None, 100, ""), "percent", "0.01234567891", None, "problem.more_decimals"),
    ((2, 10, 100, ""), "score", "8.1", 81, ""),
    ((2, 10, 100, ""), "score", "8.1/10", 81, "repair.of_maximum"),
    ((2, 10, 100, ""), "score", "8,1 / 10", 81, "repair.decimal_comma"),
    ((2, 10, 18, ""), "points", "8.1/10", 14.58, "repair.of_maximum"),
    ((2, 10, 100, ""), "score", "8.1/100", None, "problem.other_scale"),
    ((2, 10, 100, ""), "score", "8.1/1", None, "problem.other_scale"),
    ((2, 10, 100, ""), "score", "8.1/10/10", None, "problem.not_a_number"),
    ((2, 12, 100, ""), "score", "04/12", None, "problem.not_a_number"),  # a day, a week
    ((2, 100, 100, "điểm"), "score", "90,09/100 điểm", 90.09, "repair.decimal_comma"),
    ((2, 100, 100, "điểm"), "score", "90/100điểm", 90, "repair.of_maximum"),
    ((2, 100, 100, "điểm"), "score", "90/100 phiếu", None, "problem.not_a_number"),
    ((2, 100, 100, ""), "percent", "92.5%", 92.5, "repair.percent_sign"),
    ((2, None, 100, "hồ sơ; hs"), "count", "35 hồ sơ", 35, "repair.unit_sign"),
    ((2, None, 100, "hồ sơ; hs"), "count", "35 HS", 35, "repair.unit_sign"),
    ((2, None, 100, "hồ sơ; hs"), "count", "1.746 hồ sơ", 1746, "repair.thousands"),
    ((2, None, 100, "hồ sơ; hs"), "count", "35 bộ", None, "problem.not_a_count"),
    ((2, None, 100, "hồ sơ; hs"), "count", "hồ sơ 35", None, "problem.not_a_count"),
    ((2, None, 100, "hồ sơ; hs"), "count", "35 hồ sơ hs", None, "problem.not_a_count"),
    ((2, None, 100, "hồ sơ"), "count", "３５ hồ sơ", None, "problem.not_a_count"),
    ((2, None, 100, "điểm"), "score", "70 điểm", 70, "repair.unit_sign"),
    ((2, None, 100, "điểm"), "score", unicodedata.normalize("NFD", "70 ĐIỂM"), 70, "repair.unit_sign"),
    ((2, None, 100, "ngày"), "count", "12\u00a0ngày", 12, "repair.unit_sign"),
]


def column(decimals, scale, full, signs):
    row = {"decimals": float(decimals), "scale": math.nan if scale is None else float(scale), "signs": signs}
    return parse.layout_of(row)._replace(full=full)


@pytest.mark.parametrize(("layout", "kind", "text", "value", "said"), LAID_OUT)
def test_a_column_is_read_by_the_decimals_the_scale_and_the_signs_that_are_declared_of_it(
    layout, kind, text, value, said
):
    parsed = parse.number(text, kind, column(*layout))
    assert (parsed.value, parsed.repair + parsed.fault) == (value, said)


def test_decimals_that_are_not_declared_are_two():
    assert parse.layout_of({"decimals": math.nan, "scale": math.nan, "signs": ""}) == parse.USUAL


def test_another_maximum_behind_the_stroke_is_named_with_that_of_the_column():
    parsed = parse.number("8.1/100", "score", column(2, 10, 100, ""))
    assert parsed.fields == {"printed": "100", "scale": "10"}


STORED = [
    ("a number is scaled as a text is", 0.8253, "number", "percent", (4, 1, 100, ""), 82.53, ""),
    ("with the noise of binary fractions", 0.1 + 0.2, "number", "percent", (4, 1, 100, ""), 30, ""),
    ("a percent format means the same on the scale 1", 0.925, "percent", "percent", (4, 1, 100, ""), 92.5, ""),
    ("and contradicts any other", 0.925, "percent", "percent", (2, 10, 100, ""), None, "problem.percent_cell"),
    ("a count that is whole but for noise", 11.999999999999998, "number", "count", (0, None, 100, ""), 12, ""),
    ("a count that is not", 11.9999, "number", "count", (0, None, 100, ""), None, "problem.not_a_count"),
]


@pytest.mark.parametrize(
    ("value", "cell", "kind", "layout", "expected", "fault"),
    [case[1:] for case in STORED],
    ids=[case[0] for case in STORED],
)
def test_a_stored_number_is_read_by_the_layout_of_its_column(value, cell, kind, layout, expected, fault):
    parsed = parse.cell(value, cell, kind, column(*layout))
    assert (parsed.value, parsed.fault) == (expected, fault)


@given(
    st.integers(0, 10).flatmap(lambda d: st.tuples(st.just(d), st.integers(0, 10 ** (d + 3)))),
    st.sampled_from([None, 1, 10, 100]),
    st.sampled_from([100, 80, 18]),
    st.sampled_from([".", ","]),
)
def test_any_decimal_of_any_scale_is_read_exactly(number, scale, full, separator):
    decimals, digits = number
    typed = Decimal(digits).scaleb(-decimals)
    text = f"{typed:.{decimals}f}".replace(".", separator)
    parsed = parse.number(text, "score", column(decimals, scale, full, ""))
    exact = typed if scale is None else typed * full / scale
    assert Decimal(repr(parsed.value)) == exact


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
    ("a zero shown as an accountant's dash, in a count", 0, "dash", "count", 0.0, "repair.dash", ""),
    ("a zero shown as an accountant's dash, in a percentage", 0, "dash", "percent", None, "", "problem.dash_cell"),
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
