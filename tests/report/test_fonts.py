"""The fonts of pages and charts hold every letter of a report, and are what their script makes."""

import runpy
from unicodedata import combining

import pytest
from fontTools.ttLib import TTFont
from matplotlib import font_manager
from support.district import HOME

from analysis.report.charts import sheet
from analysis.report.templates import TEMPLATES

FONTS = TEMPLATES / "fonts"
WEIGHTS = (400, 600, 700)
ALPHABET = (
    "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
    "0123456789.,;:!?()[]{}/\\%&#@*+=<>_-–—−±×≤≥≠·…‘’“”‹›«»°²³§▲▼△▽◆←↑→↓ \u00a0"
)

OF_OTHER_FONTS = "◇○●"  # marks that Source Sans has not


def letters(weight: int, kind: str) -> set[str]:
    return set(map(chr, TTFont(FONTS / f"sans-{weight}.{kind}").getBestCmap()))


@pytest.mark.parametrize("weight", WEIGHTS)
def test_each_weight_has_the_vietnamese_alphabet_digits_signs_and_every_letter_of_the_sentences(weight):
    said = "".join(path.read_text("utf-8") for path in (HOME / "config" / "wording").glob("*.toml"))
    names = "".join(path.read_text("utf-8") for path in (HOME / "config").glob("*/units.csv"))
    wanted = {*ALPHABET, *ALPHABET.upper(), *said, *names} - {*OF_OTHER_FONTS}
    held = letters(weight, "ttf")
    assert sorted(each for each in wanted - held if each.isprintable() and not combining(each)) == []
    assert letters(weight, "woff2") == held


@pytest.mark.parametrize("weight", WEIGHTS)
def test_figures_are_equally_wide_so_that_columns_stand_below_each_other(weight):
    font = TTFont(FONTS / f"sans-{weight}.ttf")
    assert len({font["hmtx"][font.getBestCmap()[ord(digit)]][0] for digit in "0123456789−+"}) == 1


def test_the_three_weights_take_little_of_a_page():
    assert sum((FONTS / f"sans-{weight}.woff2").stat().st_size for weight in WEIGHTS) <= 36_000


def test_the_name_is_not_the_one_that_the_licence_reserves_and_the_licence_is_there():
    for weight in WEIGHTS:
        names = {each.nameID: str(each) for each in TTFont(FONTS / f"sans-{weight}.ttf")["name"].names}
        assert names[1] == "Report Sans" and not any("Source" in names[number] for number in (1, 2, 3, 4, 6))
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text("utf-8")


@pytest.mark.parametrize(("weight", "file"), [("normal", "sans-400.ttf"), ("bold", "sans-700.ttf")])
def test_charts_are_drawn_and_measured_with_the_fonts_of_the_page_and_what_they_lack_with_another(weight, file):
    found = font_manager.findfont(font_manager.FontProperties(family=sheet.FAMILY, weight=weight))
    assert found == str(FONTS / file)
    assert sheet.width_of("漢", 100, weight) > 0 < sheet.width_of("a漢b", 100, weight)


def test_they_are_what_their_script_makes(tmp_path):
    pytest.importorskip("brotli"), pytest.importorskip("font_source_sans_pro")
    runpy.run_path(str(HOME / "docs" / "fonts.py"))["make"](tmp_path)
    for weight in WEIGHTS:
        name = f"sans-{weight}.ttf"
        assert (tmp_path / name).read_bytes() == (FONTS / name).read_bytes(), "make fonts"
