"""Reduces an SVG drawing of matplotlib to about a fifth of its bytes, with the same look.

A report is one file, and a chart of 135 units has thousands of letters. matplotlib writes each with a long name and its
own transformation. Here a letter is ``<use href="#a" x="872"/>``. Letters that are often side by side become one
symbol, paths have relative steps, and paths, cells and texts of the same look are grouped.
"""

import itertools
import re
import string
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

SPACE, LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
NOT_NEEDED = ("clipPath", "style", "metadata")  # no clip is needed, because nothing is outside the sheet
KEPT = {"d", "height", "id", "transform", "viewBox", "width", "x", "y"}
EM = 500  # units per letter size; matplotlib uses 6400, and 100 for a letter's place in its line
MANY = 5  # so many letters on one baseline take fewer bytes in a group
OFTEN = 5  # letters that are side by side so often take fewer bytes as one symbol
NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # matplotlib's comments may contain such characters
PLACED = re.compile(r"translate\(([-\d.]+) ([-\d.]+)\)")
TEXT = re.compile(PLACED.pattern + r" scale\(([\d.]+) -\3\)")  # its letters are upside down


def compact(document: str) -> str:
    """The compact ``<svg>`` element of ``document``, a figure that matplotlib's SVG backend wrote with text as paths.

    Places are rounded to a tenth of a point, letters to a five-hundredth of their size. Texts come last, above
    everything else, grouped by colour and size. Comments, clips and unused names are left out.
    """
    root = ElementTree.fromstring(NO_XML.sub("", document))
    for element in root.iter():
        _shorten(element)
    for mesh in root.iter("g"):
        if mesh.get("id", "").startswith("QuadMesh"):  # its cells do not overlap, so their order does not matter
            mesh[:] = sorted(mesh, key=lambda cell: cell.get("fill", ""))
    _set_texts(root)
    used = Counter(use.get("href") for use in root.iter("use"))
    names = dict(zip((name for name, _ in used.most_common()), _names(), strict=False))
    for element in root.iter():
        if element.get("href"):
            element.set("href", f"#{names[element.get('href')]}")
        if name := names.get(element.attrib.pop("id", "")):
            element.set("id", name)
    (root,) = _unwrapped(root)
    root.attrib |= {"xmlns": SPACE[1:-1], "stroke-linejoin": "round"}
    return ElementTree.tostring(root, encoding="unicode").replace(" />", "/>")


def _names() -> Iterator[str]:
    """a, b … Z, aa, ab …"""
    for length in itertools.count(1):
        yield from map("".join, itertools.product(string.ascii_letters, repeat=length))


def _shorten(element: Element) -> None:
    """Shorten each element: style as attributes, rounded numbers, letters upright and in ``EM`` units."""
    element.tag, element.text, element.tail = element.tag.removeprefix(SPACE), None, None
    looks = dict(re.findall(r"([\w-]+): *([^;]+)", element.get("style", "")))
    link, kept = element.get(LINK, "#")[1:], {name: text for name, text in element.attrib.items() if name in KEPT}
    element.attrib.clear()
    element.attrib |= kept | {name: re.sub(r"^#(.)\1(.)\2(.)\3$", r"#\1\2\3", text) for name, text in looks.items()}
    transform = element.attrib.pop("transform", "")
    if element.tag == "use":
        element.set("href", link)
        places = {x: float(kept[x]) for x in "xy" if x in kept}  # the place of a mark on a line
        if letter := PLACED.fullmatch(transform):
            places = {"x": float(letter[1]) * EM / 100}
        element.attrib |= {x: _number(at) for x, at in places.items()}
    elif element.tag == "path":
        letter = (EM / 6400, -EM / 6400, 0) if transform else (1, 1, 1)
        element.set("d", _path(element.get("d", ""), *letter))
    elif transform:
        element.set("transform", transform)


@lru_cache(maxsize=10_000)  # letters are the same in every chart
def _path(text: str, across: float, down: float, decimals: int) -> str:
    """``M 1 2 L 1 5`` => ``m1 2v3``. Points are rounded before steps are computed, so that errors do not add up."""
    steps, here, start, before = [], (0, 0), (0, 0), ""
    for command, numbers in re.findall("([MLQCz])([^MLQCz]*)", text):
        flat = [float(each) for each in numbers.split()]
        pairs = zip(flat[::2], flat[1::2], strict=True)
        points = [(round(x * across, decimals), round(y * down, decimals)) for x, y in pairs]
        step = [_number(each - at, decimals) for point in points for each, at in zip(point, here, strict=True)]
        letter = command.lower()
        if letter == "l" and "0" in step:
            letter, step = ("v", step[1:]) if step[0] == "0" else ("h", step[:1])
        steps += ["" if letter == before != "m" else letter, *step]
        here, before = (points[-1] if points else start), letter
        start = here if letter == "m" else start
    return re.sub(r"(?<=[a-z]) +| +(?=[-a-z])", "", " ".join(steps)).replace("  ", " ")


@lru_cache(maxsize=100_000)
def _number(value: float, decimals: int = 1) -> str:
    """``0.50`` => ``.5``, ``-0.0`` => ``0``."""
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if decimals else text
    return re.sub(r"^(-?)0\.", r"\1.", text) if text.strip("-0") else "0"


def _set_texts(root: Element) -> None:
    """Move all texts to the end, after the outlines of letters; group those of the same colour and size."""
    texts, outlines = [], SubElement(root, "defs")
    for group in list(root.iter("g")):
        for text in group.findall("g"):
            if placed := TEXT.fullmatch(text.get("transform", "")):
                group.remove(text)
                texts.append((text, *(float(each) for each in placed.groups())))
    looks, lines = {}, []
    for text, x, y, size in texts:
        outlines.extend(text.findall("defs/path"))
        scale = size * 100 / EM
        look = (("fill", text.get("fill", "")), ("transform", f"scale({_number(scale, 5)})"))
        looks.setdefault(look, {}).setdefault(round(y / scale), []).append((round(x / scale), len(lines)))
        lines.append([(use.get("href"), float(use.get("x", 0))) for use in text.findall("use")])
    lines = _with_pairs(lines, outlines)
    for look, baselines in looks.items():
        group = SubElement(root, "g", {name: value for name, value in look if value})
        for y, places in baselines.items():
            letters = [(name, x + round(further)) for x, number in places for name, further in lines[number]]
            group.extend(_set(letters, y))


def _set(letters: list[tuple[str, int]], y: int) -> list[Element]:
    """The elements of letters on one baseline; many letters get a group, which has the place only once."""
    if len(letters) < MANY:
        return [Element("use", href=name, x=str(x), y=str(y)) for name, x in letters]
    group, left = Element("g", transform=f"translate({letters[0][1]} {y})"), letters[0][1]
    group.extend(Element("use", {"href": name} | ({"x": str(x - left)} if x != left else {})) for name, x in letters)
    return [group]


def _with_pairs(lines: list[list[tuple[str, float]]], outlines: Element) -> list[list[tuple[str, float]]]:
    """Define frequent pairs of neighbouring letters once, then frequent pairs of these, and so on."""
    joined = {}
    while often := {pair for pair, count in Counter(itertools.chain(*map(_pairs, lines))).items() if count >= OFTEN}:
        joined |= {pair: f"{len(joined) + i} joined" for i, pair in enumerate(sorted(often))}
        lines = [_with_joined(line, joined) for line in lines]
    used = {name for line in lines for name, _ in line}
    for (one, other, apart), name in reversed(joined.items()):
        if name in used:
            used |= {one, other}
            group = SubElement(outlines, "g", id=name)
            group.extend([Element("use", href=one), Element("use", href=other, x=str(apart))])
    return lines


def _pairs(line: list[tuple[str, float]]) -> Iterator[tuple[str, str, int]]:
    """The pairs of neighbours in a line, and their distances."""
    for (one, x), (other, further) in itertools.pairwise(line):
        yield one, other, round(further - x)


def _with_joined(line: list[tuple[str, float]], joined: dict[tuple[str, str, int], str]) -> list[tuple[str, float]]:
    shorter, taken = [], False
    for here, pair in zip(line, [*_pairs(line), None], strict=True):
        if taken:
            taken = False
            continue
        taken = pair in joined
        shorter.append((joined[pair], here[1]) if taken else here)
    return shorter


def _unwrapped(element: Element) -> list[Element]:
    """``element`` without needless parts; only its children where it is a needless group."""
    if element.tag in NOT_NEEDED or element.get("d") == "":
        return []
    children = _merged([part for child in element for part in _unwrapped(child)])
    element[:] = children
    if element.tag in ("g", "defs"):
        _gather(element)
        if not children or (element.tag == "g" and not element.attrib):
            return children
    return [element]


def _merged(parts: list[Element]) -> list[Element]:
    """Merge consecutive paths of the same look into one."""
    merged = []
    for part in parts:
        before = merged[-1] if merged else Element("")
        if part.tag == before.tag == "path" and "id" not in part.attrib and _look(part) == _look(before):
            before.set("d", before.get("d") + part.get("d").replace("m", "M", 1))
        else:
            merged.append(part)
    return merged


def _look(part: Element) -> dict[str, str]:
    return {name: value for name, value in part.attrib.items() if name != "d"}


def _gather(group: Element) -> None:
    """Move attributes that all parts of a group share to the group."""
    looks = [{look for look in part.attrib.items() if look[0].startswith(("fill", "stroke"))} for part in group]
    for name, value in sorted(set.intersection(*looks)) if len(looks) > 1 else ():
        group.set(name, value)
        for part in group:
            del part.attrib[name]
