"""Names of communes: one exact hit on a tolerant key, or none (K5)."""

import unicodedata

import pandas as pd
import pytest

from analysis.config import units

REGISTRY = pd.DataFrame({"code": ["1", "2", "3", "4"], "name": ["Hòa Bình", "Hòa An", "Tấn Mỹ", "Đặng"]})
ALIASES = pd.DataFrame(
    {
        "what": ["unit", "unit", "unit", "header"],
        "written": ["Tân Mỹ", "Hoà An", "Cũ", "Hòa Bìn"],
        "meant": ["3", "2", "9", "1"],
        "reason": ["repair.wrong_letter", "repair.spelling", "x", "x"],
    }
)
KNOWN = units.Registry(REGISTRY, ALIASES)


@pytest.mark.parametrize(
    "name",
    [
        "Hòa Bình",
        "HÒA BÌNH",
        "xã Hòa Bình",
        "Xã  Hòa\u00a0Bình ",
        "UBND xã Hòa Bình",
        "TT. Hòa Bình",
        "Hòa\u200b Bình",
        unicodedata.normalize("NFD", "Hòa Bình"),
        "Hòa\nBình",
    ],
)
def test_ordinary_spellings_of_a_name_hit_its_unit(name):
    assert KNOWN.match(name).code == "1"


def test_the_icelandic_eth_is_read_as_the_vietnamese_letter_it_looks_like():
    assert KNOWN.match("Ðặng").code == "4"


def test_a_known_wrong_name_is_matched_through_the_alias_table_with_its_reason():
    assert KNOWN.match("TÂN MỸ") == ("3", "repair.wrong_letter")


@pytest.mark.parametrize("name", ["Hòa Bin", "Hòa", "Hoa Binh", "Tận Mỹ", "", "Hòa Bìn", "Cũ"])
def test_a_name_that_is_only_like_another_hits_nothing(name):
    assert KNOWN.match(name) is None


def test_two_units_of_one_name_are_no_hit():
    twins = pd.DataFrame({"code": ["1", "2"], "name": ["Châu Thành", "Xã Châu Thành"]})
    assert units.Registry(twins, ALIASES).match("Châu Thành") is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("HÒA BÌNH", ""),
        ("xã Hòa Bình", ""),
        ("Hòa\u200b Bình", "repair.spelling"),
        (unicodedata.normalize("NFD", "Hòa Bình"), "repair.spelling"),
    ],
)
def test_only_what_a_person_cannot_see_makes_an_own_name_a_repair(name, reason):
    assert KNOWN.match(name).reason == reason


@pytest.mark.parametrize(
    ("name", "bare", "kind"),
    [
        ("UBND xã Đông Thái - tỉnh An Giang", "Đông Thái", "xã"),
        ("UBND Đặc khu Phú Quốc - tỉnh An Giang", "Phú Quốc", "đặc khu"),
        ("Thanh tra tỉnh An Giang", "Thanh tra tỉnh An Giang", ""),
        ("xã Kông Bơ La - Gia Lai", "Kông Bơ La - Gia Lai", "xã"),
    ],
)
def test_what_stands_around_a_name_is_taken_off(name, bare, kind):
    registry = units.Registry(REGISTRY, ALIASES, "tỉnh An Giang")
    assert (registry.bare(name), units.unit_type_of(name)) == (bare, kind)


def test_the_nearest_name_is_only_a_suggestion():
    assert KNOWN.nearest("Hòa Bin") == "Hòa Bình"
    assert KNOWN.nearest("Xyz") == ""
