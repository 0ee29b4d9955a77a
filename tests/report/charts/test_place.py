"""A unit among its peers: where marks and texts stand."""

import pytest

from analysis.report.charts import place
from analysis.report.charts.place import Strip
from analysis.report.charts.sheet import SIZE, SMALL, width_of

LEFT, RIGHT = 6, place.WIDE - 6  # marks at the ends are whole


def row(**of):
    drawn = place.lay_out(
        [Strip(**{"name": "Tổng điểm", "own": "50", "about": "", "value": 50, "others": [], "ends": (0, 100)} | of)]
    )
    return drawn["rows"][0]


@pytest.mark.parametrize(("value", "x"), [(0, LEFT), (100, RIGHT), (50, place.WIDE // 2), (-5, LEFT), (130, RIGHT)])
def test_a_figure_stands_between_the_ends_and_one_beyond_them_at_the_nearest(value, x):
    assert row(value=value)["own"] == pytest.approx(x, abs=1)


def test_units_of_one_figure_share_a_mark():
    assert len(row(others=[10, 10.01, 90])["peers"]) == 2


def test_what_there_is_not_has_no_mark():
    drawn = row()
    assert (drawn["peers"], drawn["median"], drawn["target"], drawn["limits"]) == ([], None, None, [])


@pytest.mark.parametrize("value", [0, 3, 50, 97, 100])
def test_the_units_name_stays_on_the_sheet_wherever_its_mark_is(value):
    name = "Ban Quản lý Khu kinh tế Dung Quất"
    (text,) = [each for each in row(value=value, label=name)["texts"] if each.text == name]
    width = width_of(name, SIZE, "bold")
    left = text.x - {"start": 0, "middle": width / 2, "end": width}[text.anchor]
    assert left >= 0 and left + width <= place.WIDE + 0.5


def test_limits_that_are_close_have_their_labels_one_below_the_other():
    labels = {50.0: "Trung bình ≥ 50", 52.0: "Khá ≥ 52", 90.0: "Tốt ≥ 90"}
    one, two, three = (each for each in row(limits=labels)["texts"] if each.text in labels.values())
    assert two.y > one.y == three.y


@pytest.mark.parametrize("words", [2, 12])
def test_what_is_told_stands_beside_the_figure_or_where_there_is_no_room_below_it(words):
    drawn = row(name="Hồ sơ thanh toán trực tuyến", about="trung vị " * words)
    own = next(each for each in drawn["texts"] if each.kind == "own")
    told = [each for each in drawn["texts"] if each.kind == "" and "trung" in each.text]
    assert (told[0].y == own.y) == (words == 2)
    assert all(width_of(each.text, SMALL) <= place.WIDE for each in told)


def test_a_long_name_is_broken_and_rows_follow_each_other():
    long = "Tỷ lệ hồ sơ giải quyết thủ tục hành chính được số hóa kết quả và có chữ ký số " * 2
    one = Strip(long, "50", "trung vị 40", 50, [40], (0, 100))
    drawn = place.lay_out([one, one])
    first, second = drawn["rows"]
    assert sum(each.kind == "name" for each in first["texts"]) > 1
    assert first["top"] + place.ROOM < min(each.y for each in second["texts"])
    assert second["top"] + place.ROOM <= drawn["height"]
