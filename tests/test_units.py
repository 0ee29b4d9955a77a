"""Names of communes: one exact hit on a tolerant key, or none (K5)."""

import unicodedata

import pandas as pd
import pytest

from analysis import units

REGISTRY = pd.DataFrame({"code": ["1", "2", "3", "4"], "name": ["Hòa Bình", "Hòa An", "Tấn Mỹ", "Đặng"]})
ALIASES = pd.DataFrame(
    {
        "what": ["unit", "unit", "unit", "header"],
        "written": ["Tân Mỹ", "Hoà An", "Cũ", "Hòa Bìn"],
        "meant": ["3", "2", "9", "1"],
        "reason": ["repair.wrong_letter", "repair.spelling", "x", "x"],
    }
)


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
    assert units.match(name, REGISTRY, ALIASES) == ("1", "")


def test_the_icelandic_eth_is_read_as_the_vietnamese_letter_it_looks_like():
    assert units.match("Ðặng", REGISTRY, ALIASES) == ("4", "")


def test_a_known_wrong_name_is_matched_through_the_alias_table_with_its_reason():
    assert units.match("TÂN MỸ", REGISTRY, ALIASES) == ("3", "repair.wrong_letter")


@pytest.mark.parametrize("name", ["Hòa Bin", "Hòa", "Hoa Binh", "Tận Mỹ", "", "Hòa Bìn", "Cũ"])
def test_a_name_that_is_only_like_another_hits_nothing(name):
    assert units.match(name, REGISTRY, ALIASES) is None


def test_two_units_of_one_name_are_no_hit():
    assert units.match("Hòa An", pd.concat([REGISTRY, REGISTRY]), ALIASES) is None


def test_the_nearest_name_is_only_a_suggestion():
    assert units.nearest("Hòa Bin", REGISTRY) == "Hòa Bình"
    assert units.nearest("Xyz", REGISTRY) == ""
