"""Makes the fonts of pages and charts anew: ``make fonts``.

They are Source Sans Pro (Adobe, SIL Open Font License 1.1) without the letters that no report holds: a page carries
them as WOFF2, charts are drawn and measured with the same outlines as TrueType. The licence reserves the name "Source",
so a font that was changed has another one.
"""

import shutil
import string
import unicodedata
from pathlib import Path

import font_source_sans_pro
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from analysis.report.templates import TEMPLATES
from analysis.weeks.home import PROJECT

FONTS, MADE = Path(font_source_sans_pro.__file__).parent / "files", TEMPLATES / "fonts"
NAME, WEIGHTS = "Report Sans", {400: "Regular", 600: "Semibold", 700: "Bold"}
VOWELS, MARKS = "aăâeêioôơuưy", ("", *"\u0300\u0309\u0303\u0301\u0323")  # grave, hook, tilde, acute, dot below
SIGNS = "\u00a0\u2009\u202f\u00ad§°±²³«·»×÷–—‘’‚“”„…‰‹›←↑→↓−≈≠≤≥▲△▼▽◆"


def letters() -> set[str]:
    """The letters of every text: ASCII, the Vietnamese alphabet, signs, and those of all sentences."""
    vietnamese = [unicodedata.normalize("NFC", vowel + mark) for vowel in VOWELS for mark in MARKS]
    said = "".join(path.read_text("utf-8") for path in sorted((PROJECT / "config/wording").glob("*.toml")))
    some = {*string.printable, *vietnamese, *map(str.upper, vietnamese), *"đĐ", *SIGNS, *said}
    return {letter for letter in some if letter.isprintable() or letter in SIGNS}


def subset(weight: int) -> TTFont:
    """The font of one weight with these letters only; of its features only kerning, so that all programs agree."""
    options = Options(layout_features=["kern"], hinting=False, notdef_outline=True, recalc_timestamp=False)
    options.name_IDs, options.drop_tables = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17], ["GSUB", "DSIG"]
    font = TTFont(FONTS / f"SourceSansPro-{WEIGHTS[weight]}.ttf", recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(letters()))
    subsetter.subset(font)
    font["OS/2"].usWeightClass = weight  # which matplotlib selects by
    style = WEIGHTS[weight]
    whole, file = f"{NAME} {style}", f"{NAME.replace(' ', '')}-{style}"
    for record in font["name"].names:
        told = {1: NAME, 2: style, 3: file, 4: whole, 6: file, 16: NAME, 17: style}
        record.string = told.get(record.nameID, record.toUnicode())
    return font


def make(folder: Path) -> None:
    """Write each weight as TrueType and as WOFF2, and the licence."""
    folder.mkdir(parents=True, exist_ok=True)
    for weight in WEIGHTS:
        font = subset(weight)
        font.save(folder / f"sans-{weight}.ttf")
        font.flavor = "woff2"
        font.save(folder / f"sans-{weight}.woff2")
    shutil.copyfile(FONTS / "LICENSE.txt", folder / "OFL.txt")


if __name__ == "__main__":
    make(MADE)
