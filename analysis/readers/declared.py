"""Which declarations of a style sheet leave a text to be seen as it is read, and the colours that they give it.

The list is of what is understood: a property that is not here, or a value that is not, may hide a digit, add one or
move it. ``oddities`` names those.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from analysis.readers.markup import names

Colour = tuple[int, int, int]
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
SYSTEM = {
    **dict.fromkeys(("windowtext", "canvastext", "text", "buttontext", "captiontext", "infotext"), BLACK),
    **dict.fromkeys(("window", "canvas", "white"), WHITE),
}
AS_ABOVE = frozenset({"inherit", "initial", "unset", "revert", "revert-layer"})
PLAIN = frozenset({"none", "normal", "auto"})
NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([a-z%]*)")
PIXELS = {
    **{"px": 1, "pt": 4 / 3, "pc": 16, "in": 96, "cm": 37.8, "mm": 3.78, "q": 0.945, "em": 16, "rem": 16, "ex": 8},
    **{"ch": 8, "vw": 12.8, "vh": 9, "vmin": 9, "vmax": 12.8},
}
SMALLEST = 4  # px: what is lower or narrower can be overlooked
SYMBOLS = re.compile(r"symbol|wingding|webding|dingbat|marlett|barcode|icon|awesome", re.IGNORECASE)
NAMED = re.compile(r"#[0-9a-f]{3,8}\b|(?:rgb|hsl)a?\([^)]*\)|[a-z]+")
MOST_IN_VALUE, MOST_IN_BLOCK = 2_000, 500  # characters, declarations; beyond them nothing is understood
FAINTEST, NEAREST = 0.2, 32  # of 1, of 255: text that is less opaque, or whose colour differs less from its ground

FREE = names(
    """
    accent-color appearance backface-visibility behavior border-collapse border-spacing box-decoration-break box-shadow
    box-sizing break-after break-before break-inside caption-side caret-color clear color-scheme cursor empty-cells
    font-display font-kerning font-optical-sizing font-stretch font-style font-synthesis
    font-weight hyphens image-rendering isolation line-break list-style list-style-image list-style-position
    list-style-type orphans overflow-anchor overflow-wrap overscroll-behavior page page-break-after page-break-before
    page-break-inside pointer-events print-color-adjust quotes resize ruby-align scroll-behavior speak src tab-size
    table-layout text-align text-align-last text-decoration-color text-decoration-skip-ink text-decoration-style
    text-decoration-thickness text-justify text-rendering text-shadow text-size-adjust text-underline-offset
    text-underline-position text-wrap touch-action transition transition-delay transition-duration
    transition-property transition-timing-function unicode-range user-select white-space widows will-change word-break
    word-wrap z-index background-attachment background-origin background-position
    background-position-x background-position-y background-repeat background-size background-blend-mode layout-grid
    layout-grid-mode punctuation-wrap text-autospace tab-stops vnd.ms-excel.numberformat size margin-header
    scrollbar-color scrollbar-width text-spacing-trim font-variant-ligatures align-content
    align-items align-self justify-content justify-items justify-self flex flex-grow flex-shrink flex-basis gap
    row-gap column-gap object-fit object-position aspect-ratio
    """
)
FREE_FAMILIES = ("--", "border", "outline", "scroll-", "mso-", "-moz-border", "-webkit-border", "-webkit-print")
SMOOTHING = ("font-smoothing", "osx-font-smoothing", "tap-highlight-color", "overflow-scrolling")
# Of text that inherits, or that is within something hidden: these count where they stand above a table, too.
ABOVE = names(
    """
    display-none visibility opacity font font-size font-family text-indent direction unicode-bidi letter-spacing
    word-spacing line-height text-transform clip clip-path mask transform filter zoom content-visibility
    text-security text-fill-color color text-decoration text-decoration-line all max-height max-width height width
    animation font-variant font-feature-settings far
    """
)
# These cannot change what words say: an arrow behind a header, a header turned on its side.
BESIDE_WORDS = names(
    """
    content transform rotate writing-mode text-orientation overflow overflow-x overflow-y text-overflow background
    background-image float position top left right bottom display
    """
)


def oddities(declarations: Iterable[tuple[str, str]], named: dict[str, set[str]], fonts: set[str]) -> Iterator[str]:
    """The properties of a block that may change what is seen of a text, with their values: ``text-indent: -99px``.

    named : the values of custom properties;  fonts : families that the page brings along, whose digits may be others
    """
    declarations = list(declarations)
    if len(declarations) > MOST_IN_BLOCK:
        yield f"style: {len(declarations)}"
        return
    fixed = any(name == "position" and value.endswith("sticky") for name, value in declarations)
    for name, value in declarations:
        if len(value) > MOST_IN_VALUE:
            if not _free(name) and not name.startswith("src"):
                yield f"{name}: {value[:40]}"
            continue
        if "var(" in value and not _free(name):
            value = _resolved(value, named)
        bare = re.sub(r"^-(?:webkit|moz|ms|o|khtml)-", "", name)
        if _free(name) or _free(bare) or bare in SMOOTHING:
            if name in ("mso-hide", "mso-text-raise", "mso-text-animation") and value not in ("none", "0", "0pt"):
                yield f"{name}: {value}"
            continue
        check = CHECKS.get(bare)
        if check is None:
            understood = value in PLAIN | AS_ABOVE
        elif bare in ("font", "font-family"):
            understood = check(value) and not any(each in value for each in fonts if each)
        else:
            understood = check(value) or (value in AS_ABOVE and bare not in ("display", "all", "content"))
        if not understood and not (fixed and bare in OFFSETS):
            yield f"{bare}: {value}"


def colour(value: str, named: dict[str, set[str]]) -> set[Colour]:
    """The colours that a value names; transparent ones are none."""
    if "var(" in value:
        value = _resolved(value, named)
    if len(value) > MOST_IN_VALUE:  # a picture
        return set()
    return {each for each in map(_colour, NAMED.findall(value)) if each}


def near(one: Colour, other: Colour) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) < NEAREST


def name_of(oddity: str) -> str:
    """``"display: none"`` => ``"display-none"``, any other oddity's property alone."""
    name, _, value = oddity.partition(": ")
    if name == "display" and value == "none":
        return "display-none"
    if name in OFFSETS or name.startswith("margin"):
        return "far" if any((each or 0) < -100 for each in map(pixels, value.split())) else name
    return name


def pixels(value: str) -> float | None:
    """A length in pixels, of ordinary type; None where it is relative to something else, or no length."""
    found = NUMBER.fullmatch(value)
    if not found or (found[2] not in PIXELS and float(found[1]) != 0):
        return None
    return float(found[1]) * PIXELS.get(found[2], 1)


def _free(name: str) -> bool:
    return name in FREE or name.startswith(FREE_FAMILIES)


def _resolved(value: str, named: dict[str, set[str]]) -> str:
    """The value with custom properties in it replaced; those that have several values stay."""
    for _ in range(10):
        found = re.search(r"var\(\s*(--[^,()\s]+)\s*(?:,([^()]*))?\)", value)
        if not found or len(value) > 1_000:
            break
        known = named.get(found[1], set())
        if len(known) > 1 or not (known or found[2] is not None):
            break
        value = value[: found.start()] + (next(iter(known), None) or found[2].strip()) + value[found.end() :]
    return value


def _colour(text: str) -> Colour | None:
    if text in SYSTEM:
        return SYSTEM[text]
    if found := re.fullmatch(r"rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)(?:[\s,/]+([\d.]+)(%?))?\s*\)", text):
        seen = found[4] is None or float(found[4]) / (100 if found[5] else 1) >= FAINTEST
        return tuple(min(255, int(float(each))) for each in found.groups()[:3]) if seen else None
    from PIL import ImageColor  # names and other notations; few pages need it

    try:
        found = ImageColor.getrgb(text)
    except ValueError:
        return None
    return found[:3] if len(found) == 3 or found[3] >= 255 * FAINTEST else None


def _is_colour(value: str) -> bool:
    return value in AS_ABOVE | {"currentcolor"} or _colour(value) is not None


def _ground(value: str) -> bool:
    return "url(" not in value and "element(" not in value and "var(" not in value and "image" not in value


def _parts(test: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda value: all(map(test, value.split()))


def _size(least: float) -> Callable[[str], bool]:
    """A width, height or size of type; relative ones count by their share of the ordinary one."""

    def test(value: str) -> bool:
        found = NUMBER.fullmatch(value)
        if found and found[2] == "%":
            return float(found[1]) >= 1
        return value in SIZES or ((length := pixels(value)) is not None and length >= least)

    return test


SIZES = names(
    """auto none min-content max-content fit-content small medium large smaller larger x-small xx-small x-large
    xx-large xxx-large -webkit-fill-available stretch"""
)


def _between(low: float, high: float) -> Callable[[str], bool]:
    return lambda value: (
        value in PLAIN or (value.endswith("%") and not value.startswith("-")) or _within(pixels(value), low, high)
    )


def _within(length: float | None, low: float, high: float) -> bool:
    return length is not None and low <= length <= high


def _type_size(value: str) -> bool:
    found = NUMBER.fullmatch(value)
    return float(found[1]) >= 40 if found and found[2] == "%" else _size(SMALLEST)(value)


def _line_height(value: str) -> bool:
    found = NUMBER.fullmatch(value)
    if value == "normal" or not found:
        return value == "normal"
    size = {"": 16, "%": 0.16}.get(found[2])
    return _within(float(found[1]) * size if size else pixels(value), 8, 1_000)


def _family(value: str) -> bool:
    return not SYMBOLS.search(value) and "var(" not in value


def _font(value: str) -> bool:
    sizes = [each.partition("/")[0] for each in value.split(",")[0].split() if each[0] in "0123456789.+-"]
    weights = {str(each) for each in range(100, 1000, 100)}
    return _family(value) and all(_type_size(each) for each in sizes if each not in weights)


def _opacity(value: str) -> bool:
    found = NUMBER.fullmatch(value)
    return bool(found) and float(found[1]) / (100 if found[2] == "%" else 1) >= FAINTEST


def _one_of(*values: str) -> Callable[[str], bool]:
    return lambda value: value in values


OFFSETS = frozenset({"top", "left", "right", "bottom", "inset"})
SIDES = ("", "-top", "-right", "-bottom", "-left", "-inline", "-block", "-inline-start", "-inline-end")
CHECKS: dict[str, Callable[[str], bool]] = {
    "all": lambda value: False,
    "background": _ground,
    "background-color": lambda value: _ground(value),
    "background-image": _ground,
    "color": _is_colour,
    "content": _one_of("none", "normal", '""', "''"),
    "direction": _one_of("ltr"),
    "display": _one_of(),  # by the tag: ``laid_out``
    "font": _font,
    "font-family": _family,
    "font-size": _type_size,
    "font-variant": _one_of("normal", "none", "small-caps", "all-small-caps", "tabular-nums", "lining-nums"),
    "font-variant-caps": _one_of("normal", "small-caps", "all-small-caps"),
    "font-variant-numeric": _one_of("normal", "tabular-nums", "lining-nums", "lining-nums tabular-nums"),
    "font-feature-settings": _one_of("normal", '"tnum"', "'tnum'", '"kern"', "'kern'"),
    "letter-spacing": _between(-2, 10),
    "word-spacing": _between(-2, 20),
    "line-height": _line_height,
    "opacity": _opacity,
    "overflow": _one_of("visible", "auto", "scroll"),
    "overflow-x": _one_of("visible", "auto", "scroll"),
    "overflow-y": _one_of("visible", "auto", "scroll"),
    "position": _one_of("static", "relative", "sticky"),
    "text-decoration": lambda value: "line-through" not in value and "var(" not in value,
    "text-decoration-line": lambda value: "line-through" not in value and "var(" not in value,
    "text-indent": _between(0, 100),
    "text-overflow": _one_of("clip"),
    "text-transform": _one_of("none", "uppercase", "lowercase", "capitalize"),
    "unicode-bidi": _one_of("normal"),
    "vertical-align": _one_of("baseline", "top", "middle", "bottom", "text-top", "text-bottom", "center", "0"),
    "visibility": _one_of("visible"),
    "zoom": _one_of("1", "100%", "normal", "1.0"),
    "writing-mode": _one_of("horizontal-tb", "lr-tb", "lr"),
    **dict.fromkeys(("width", "height", "max-width", "max-height", "inline-size", "block-size"), _size(SMALLEST)),
    **dict.fromkeys(("min-width", "min-height", "min-inline-size", "min-block-size"), lambda value: True),
    **{f"margin{side}": _parts(_between(-2, 500)) for side in SIDES},
    **{f"padding{side}": _parts(_between(0, 300)) for side in SIDES},
    **dict.fromkeys(OFFSETS, lambda value: value == "auto" or pixels(value) == 0),
}
INLINE = frozenset({"inline", "inline-block", "contents", "inherit", "initial", "unset", "revert"})
BLOCK = frozenset({"block", "flow-root", "inherit"})
LAYOUT = {
    **{"td": {"table-cell"}, "th": {"table-cell"}, "tr": {"table-row"}, "tbody": {"table-row-group"}},
    **{"thead": {"table-header-group"}, "tfoot": {"table-footer-group"}, "col": {"table-column"}},
    **{"colgroup": {"table-column-group"}, "table": {"table", "inline-table", "block"}, "caption": {"table-caption"}},
}


def laid_out(value: str, tag: str, block: bool) -> bool:
    """Whether ``display`` leaves an element of this tag as it is read: a word in a line, or a line of its own."""
    return value in LAYOUT.get(tag, BLOCK if block else INLINE) | {"revert"}
