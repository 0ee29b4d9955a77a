"""Names of communes: one exact hit on a tolerant key, or none (K5)."""

import re
import unicodedata
from datetime import date

import pandas as pd
import pytest
from support.district import HOME

from analysis.config import rules, units

REGISTRY = pd.DataFrame({"code": ["1", "2", "3", "4"], "name": ["Hòa Bình", "Hòa An", "Tấn Mỹ", "Đặng"], "type": "xã"})
ALIASES = pd.DataFrame(
    {
        "what": ["unit", "unit", "unit", "header"],
        "written": ["Tân Mỹ", "Hòa Anh", "Cũ", "Hòa Bìn"],
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
        "Ủy ban nhân dân xã Hòa Bình",
        "UỶ BAN NHÂN DÂN XÃ HOÀ BÌNH",
        "TT. Hòa Bình",
        "TT.Hòa Bình",
        "TT Hòa Bình",
        "P.Hòa Bình",
        "p. hòa bình",
        "X.Hòa Bình",
        "X Hòa Bình",
        "ĐK. Hòa Bình",
        "UBND P.Hòa Bình",
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
    twins = pd.DataFrame({"code": ["1", "2"], "name": ["Châu Thành", "Xã Châu Thành"], "type": "xã"})
    assert units.Registry(twins, ALIASES).match("Châu Thành") is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("HÒA BÌNH", ""),
        ("xã Hòa Bình", ""),
        ("UBND xã Hòa Bình", ""),
        ("Hoà Bình", "repair.tone_place"),
        ("XÃ HOÀ BÌNH", "repair.tone_place"),
        (unicodedata.normalize("NFD", "Hoà Bình"), "repair.spelling"),
        ("Hòa\u200b Bình", "repair.spelling"),
        (unicodedata.normalize("NFD", "Hòa Bình"), "repair.spelling"),
    ],
)
def test_only_what_a_person_cannot_see_or_another_place_of_a_tone_mark_makes_an_own_name_a_repair(name, reason):
    assert KNOWN.match(name).reason == reason


@pytest.mark.parametrize(
    ("name", "bare", "kind"),
    [
        ("UBND xã Đông Thái - tỉnh An Giang", "Đông Thái", "xã"),
        ("UBND Đặc khu Phú Quốc - tỉnh An Giang", "Phú Quốc", "đặc khu"),
        ("Ủy ban nhân dân xã Đông Thái - TỈNH AN GIANG", "Đông Thái", "xã"),
        ("Uỷ ban nhân dân phường Rạch Giá", "Rạch Giá", "phường"),
        ("TT.Chợ Mới", "Chợ Mới", "thị trấn"),
        ("P.Long Xuyên", "Long Xuyên", "phường"),
        ("X. Kiến An", "Kiến An", "xã"),
        ("ĐK. Phú Quốc", "Phú Quốc", "đặc khu"),
        ("P. 1", "1", "phường"),
        ("TTChợ Mới", "TTChợ Mới", ""),
        ("Xanh", "Xanh", ""),
        ("Phú Quốc", "Phú Quốc", ""),
        ("TT.", "TT.", ""),
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


# Old style, new style. Where there is only one way to write a syllable, the other one is a mistake.
ONE_SPELLING = [
    *[("Hòa", "Hoà"), ("HÓA", "HOÁ"), ("khỏe", "khoẻ"), ("thủy", "thuỷ"), ("THỤY", "THUỴ"), ("lũy kế", "luỹ kế")],
    *[
        ("ủy ban", "uỷ ban"),
        ("Số hóa / chứng thực", "Số hoá / chứng thực"),
        ("hóa,", "hoá,"),
        ("òa", "oà"),
        ("lòe", "loè"),
    ],
]
TWO_SPELLINGS = [
    *[("quý", "qúy"), ("QUỲ", "QÙY"), ("hoài", "hòai"), ("hoàn", "hòan"), ("thuyền", "thuỳên"), ("khuỷu", "khủyu")],
    *[("của", "cuả"), ("Hòa", "Hóa"), ("Hoà", "Hoa"), ("Tân", "Tấn"), ("thuở", "thủơ"), ("Hòa Bình", "HoàBình")],
    *[("hoằ", "hòă"), ("mía", "miá")],
]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(("old", "new"), ONE_SPELLING)
def test_the_old_and_the_new_place_of_a_tone_mark_are_one_spelling(old, new, form):
    new = unicodedata.normalize(form, new)
    assert units.spelling_key(new) == units.spelling_key(old) == unicodedata.normalize("NFC", old.lower())
    assert units.name_key(f"Xã {new}") == units.name_key(old)
    assert units.header_key(f"{new} (%)") == units.header_key(old)


@pytest.mark.parametrize(("one", "other"), TWO_SPELLINGS)
def test_other_tone_marks_in_other_places_are_two_spellings(one, other):
    assert units.spelling_key(one) != units.spelling_key(other)
    assert units.header_key(one) != units.header_key(other)


@pytest.mark.parametrize(
    "name", ["Long Điền ª", "Ｌong Điền A", "Long Điền Ａ", "Long Điền ᴬ", "Long Điền ⓐ", "Long Điền 𝐀", "Long Điền ₐ"]
)
def test_a_letter_in_a_compatibility_form_is_another_letter_and_only_suggests_a_name(name):
    registry = units.Registry(
        pd.DataFrame({"code": ["1", "2"], "name": ["Long Điền A", "Long Điền B"], "type": "xã"}), ALIASES
    )
    assert registry.match(name) is None
    assert registry.nearest(name) == "Long Điền A"
    assert units.header_key(name) != units.header_key("Long Điền A")


@pytest.mark.parametrize(
    ("letters", "others"), [("ﬁ", "fi"), ("ſ", "s"), ("ß", "ss"), ("Ⅰ", "I"), ("２", "2"), ("²", "2")]
)
def test_one_letter_is_not_taken_for_others(letters, others):
    assert units.header_key(letters) != units.header_key(others)


@pytest.mark.parametrize(("own", "typed"), [("Hoà Thuận", "HÒA THUẬN"), ("Thuỵ Liên", "Thụy Liên")])
def test_a_register_in_the_new_style_knows_the_old_one(own, typed):
    registry = units.Registry(pd.DataFrame({"code": ["1"], "name": [own], "type": "xã"}), ALIASES, "tỉnh Khánh Hoà")
    assert registry.match(f"Xã {typed} - tỉnh Khánh Hòa") == ("1", "repair.tone_place")
    assert registry.match(f"Xã {own} - tỉnh Khánh Hòa") == ("1", "")
    assert registry.bare(f"Xã {typed} - tỉnh Khánh Hòa") == registry.bare(f"Xã {typed} - TỈNH KHÁNH HOÀ") == typed


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Long Xuyên", ""),
        ("Phường Long Xuyên", ""),
        ("P.Long Xuyên", ""),
        ("Xã Long Xuyên", "phường Long Xuyên"),
        ("TT. Long Xuyên", "phường Long Xuyên"),
        ("UBND xã LONG XUYÊN - tỉnh An Giang", "phường Long Xuyên"),
        ("Phường Long Phú", ""),
        ("Xã Long Phú", "phường Long Phú"),
        ("Xã Sở Nội vụ", ""),
    ],
)
def test_a_name_with_the_type_of_another_unit_is_found_and_its_own_type_is_told(typed, told):
    names = ["Long Xuyên", "phường Long Phú", "Sở Nội vụ"]
    register = pd.DataFrame({"code": ["1", "2", "3"], "name": names, "type": ["phường", "", ""]})
    registry = units.Registry(register, ALIASES, "tỉnh An Giang")
    assert registry.other_type(typed, registry.match(typed).code) == told


def test_every_unit_of_a_province_is_known_in_the_other_style_and_in_every_way_its_type_is_written():
    held = rules.load(HOME, "an-giang", date(2025, 10, 31))
    registry = units.Registry(held.units, held.aliases, held.settings["name_suffix"])
    communes = held.units[held.units["type"] != ""]
    for each in (each for each in held.units.itertuples() if re.search("[òó]a", each.name)):
        typed = each.name.replace("òa", "oà").replace("óa", "oá")
        for name in (typed, typed.upper(), f"UBND {typed} - tỉnh An Giang", unicodedata.normalize("NFD", typed)):
            assert registry.match(name).code == each.code, name
            assert registry.other_type(name, each.code) == ""
    short = {"xã": "X", "phường": "P", "đặc khu": "ĐK"}
    for each in communes.itertuples():
        kinds = [each.type, each.type.upper(), f"Ủy ban nhân dân {each.type}", f"UBND {each.type}"]
        written = [f"{kind} " for kind in kinds] + [f"{short[each.type]}{sign}" for sign in (".", ". ", " ")]
        for name in (f"{before}{each.name}" for before in written):
            assert registry.match(name) == (each.code, ""), name
            assert registry.other_type(name, each.code) == "", name
            assert units.unit_type_of(name) == each.type
