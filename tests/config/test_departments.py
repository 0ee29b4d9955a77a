"""The departments of an area: each once, in the order of the configuration, under a code that a file can have."""

import dataclasses
from datetime import date

import pytest
from support.district import HOME, in_force

from analysis.config import rules
from analysis.config.departments import find_answering, find_code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Phòng Tư pháp", "phong-tu-phap"),
        ("Phòng Văn hóa – Thông tin", "phong-van-hoa-thong-tin"),
        ("phòng văn hoá–THÔNG TIN", "phong-van-hoa-thong-tin"),
        ("Văn phòng Đăng ký đất đai - Chi nhánh Chợ Mới", "van-phong-dang-ky-dat-dai-chi-nhanh-cho-moi"),
        ("Sở Khoa học & Công nghệ (Tổ 2)", "so-khoa-hoc-cong-nghe-to-2"),
        ("…", ""),
    ],
)
def test_a_code_is_the_name_in_ascii_without_tones(name, code):
    assert find_code(name) == code


def test_departments_stand_as_first_named_then_those_without_an_indicator():
    assert [each.code for each in in_force().departments] == [
        "phong-van-hoa-thong-tin",
        "bo-phan-mot-cua-huyen",
        "phong-tu-phap",
        "van-phong-dang-ky-dat-dai-chi-nhanh-cho-moi",
    ]


def test_a_department_that_is_named_twice_is_called_as_first_named():
    named = {"TT": {"vi": "Phòng A", "en": "one"}, "SH": {"vi": "phòng a", "en": "two"}}
    again = [{"vi": "PHÒNG A", "en": "three"}, {"vi": "Phòng B", "en": "four"}]
    held = dataclasses.replace(in_force(), settings={"responsible": named, "departments": again})
    assert [tuple(each) for each in held.departments] == [("phong-a", "Phòng A", "one"), ("phong-b", "Phòng B", "four")]
    assert [each.called("en") for each in held.departments] == ["one", "four"]


def test_an_area_without_tasks_has_none():
    held = rules.load(HOME, "gia-lai", date(2026, 10, 8))
    assert held.tasks.empty and held.departments == ()


def test_tasks_hold_from_the_day_that_they_were_given():
    assert in_force(date(2023, 12, 3)).tasks.empty and len(in_force(date(2023, 12, 4)).tasks) == 13


def test_who_answers_for_an_indicator_is_its_own_department_else_that_of_its_group():
    named = {"TTTT": {"vi": "Phòng A", "en": "one"}, "SH": {"vi": "Phòng B", "en": "two"}}
    groups = {"TT": "TTTT", "SH": "MDSH", "TD": "TDGQ"}
    assert find_answering({"responsible": named}, groups) == {"TT": "phong-a", "TTTT": "phong-a", "SH": "phong-b"}
