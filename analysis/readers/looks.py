"""What in a cell of a web page may show another text than the one that is read, and is not understood.

Elements, attributes and declarations that leave a text as it is are listed; whatever is not listed is named. A picture
or an arrow beside words without a digit is let be.
"""

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from analysis.readers import declared, markup
from analysis.readers.declared import BLACK, WHITE, Colour
from analysis.readers.markup import names
from analysis.readers.stylesheet import Rule, Sheets, declarations

PLAIN = names(
    """
    html body main section article header footer nav aside div p pre center blockquote address form fieldset h1 h2 h3
    h4 h5 h6 br hr a abbr acronym b bdi big cite code data del dfn em font i ins kbd label mark nobr s samp small span
    strike strong sub sup time tt u var wbr script style template link meta table caption colgroup col thead tbody tfoot
    tr td th
    """
)
PREFIXES = ("o:", "st1:", "x:")  # tags of Word and Excel without a look of their own
# They show something that is no text of the page, or stand beside its text.
ADDED = names(
    """
    img svg canvas picture video audio iframe embed object map input select textarea button progress meter math ul ol dl
    li dd dt q i-con
    """
)
LOOKED_AT = names("style width height dir background popover face bgcolor color text href type hidden open")
WITHOUT_TEXT = frozenset({"script", "style", "template"})
CLOSED = names("details dialog template noscript object select textarea svg button datalist audio video")
LINK, MARKED = (0, 0, 238), (255, 255, 0)
OF_TABLES = frozenset({"td", "th", "tr", "col", "colgroup"})
MARKS = ("text-decoration: ", "vertical-align: super", "vertical-align: sub")  # read as marks of the text


@dataclass(frozen=True)
class Look:
    """What is not understood of one element; its own colours, and whether these are sure to hold."""

    odd: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    colours: frozenset[Colour] = frozenset()
    grounds: frozenset[Colour] = frozenset()
    sure: bool = True


@dataclass(frozen=True)
class State:
    """What holds for a text by all elements around it: ``beside`` are oddities that cannot change words."""

    odd: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    colours: frozenset[Colour] = frozenset({BLACK})
    grounds: frozenset[Colour] = frozenset({WHITE})

    def within(self, look: Look, counts: Callable[[str], bool] = lambda oddity: True) -> "State":
        return State(
            self.odd or tuple(filter(counts, look.odd)),
            self.beside or tuple(filter(counts, look.beside)),
            _below(self.colours, look.colours, look.sure),
            _below(self.grounds, look.grounds, look.sure),
        )

    def troubles(self) -> Iterator[tuple[str, bool]]:
        """Each oddity of a text in this state, and whether it cannot change words."""
        yield from ((each, False) for each in self.odd)
        yield from ((each, True) for each in self.beside)
        if colour := _lost(self.colours, self.grounds):
            yield "color: #{:02x}{:02x}{:02x}".format(*colour), False


@dataclass
class Judged:
    """The oddities of a rule's declarations, and their colours."""

    odd: list[str] = field(default_factory=list)
    colours: set[Colour] = field(default_factory=set)
    grounds: set[Colour] = field(default_factory=set)


class Looks:
    """The looks of the elements of one page, by its style sheets, their attributes and their tags."""

    def __init__(self, page: etree._Element, blocks: Iterable[str]) -> None:
        self.sheets, self.blocks = Sheets(page), frozenset(blocks)
        self.looked_at = LOOKED_AT | self.sheets.attributes
        self.fitting: dict[tuple, list[Rule]] = {}
        self.looks: dict[tuple, Look] = {}
        self.judged: dict[int, Judged] = {}

    def of(self, element: etree._Element) -> Look:
        key = (element.tag, *((name, value) for name, value in element.attrib.items() if name in self.looked_at))
        if key not in self.fitting:
            self.fitting[key] = list(self.sheets.fitting(element))
        rules = [each for each in self.fitting[key] if not each.ancestors or self.sheets.within(each, element)]
        key = (key, *map(id, rules))
        if key not in self.looks:
            self.looks[key] = self._look(element, rules)
        return self.looks[key]

    def around(self, table: etree._Element) -> State:
        """What holds for the whole table: of elements around it only what its text inherits, or what hides it."""
        state = State()
        for each in (*reversed([*table.iterancestors()]), table):
            state = state.within(self.of(each), _holds_below)
            if each.tag in CLOSED and each.get("open") is None:
                state = State((*state.odd, f"<{each.tag}>"), state.beside, state.colours, state.grounds)
        return state

    def within(self, state: State, element: etree._Element) -> State:
        return state.within(self.of(element))

    def unread(self, state: State, cell: etree._Element, value: str, hidden: Callable, more: Iterable[str]) -> str:
        """What is not understood in the cell; empty where its text is seen as it is read.

        state : that of its row;  more : what is not understood of its column;  hidden : elements that are left out
        """
        words = any(map(str.isalpha, value)) and not any(map(str.isdigit, value))
        if value:
            state = State((*state.odd, *more), state.beside, state.colours, state.grounds)
        return next((what for what, beside in self._troubles(cell, state, hidden) if not (beside and words)), "")

    def _troubles(self, element: etree._Element, state: State, hidden: Callable) -> Iterator[tuple[str, bool]]:
        look = self.of(element)
        state = state.within(look)
        if _own_text(element):
            yield from state.troubles()
        yield from ((each, True) for each in look.added)
        for child in element.iterchildren(tag=etree.Element):
            if child.tag == "table":
                yield from [("<table>", False)] if _text(child) else []
            elif child.tag not in WITHOUT_TEXT and not hidden(child):
                yield from self._troubles(child, state, hidden)

    def _look(self, element: etree._Element, rules: list[Rule]) -> Look:
        odd, added, colours, grounds = [], [], set(), set()
        for rule in rules:
            its = self._judge(rule)
            if rule.beside:
                added += [f"{rule.said} {{{each}}}" for each in its.odd if each.startswith("content:")]
                continue
            odd += [(each, f"{rule.said} {{{each}}}") for each in its.odd if self._matters(each, element.tag)]
            colours |= its.colours
            grounds |= its.grounds
        own = self._judge_declarations(declarations(element.get("style", "")))
        odd += [(each, each) for each in own.odd if self._matters(each, element.tag) and not _read_as_such(each)]
        odd += [(each, each.replace(": ", "=")) for each in _attributes(element)]
        tag = element.tag
        if tag in ADDED and not (tag == "input" and element.get("type", "").casefold() == "hidden"):
            added.append(f"<{tag}>")
        elif tag not in PLAIN and tag not in ADDED and not tag.startswith(PREFIXES):
            odd.append((f"{tag}: ", f"<{tag}>"))
        colours |= own.colours | self._colour(element.get("color") or (element.get("text") if tag == "body" else ""))
        colours |= {LINK} if tag == "a" and element.get("href") is not None and not colours else set()
        grounds |= own.grounds | self._colour(element.get("bgcolor")) | ({MARKED} if tag == "mark" else set())
        return Look(
            tuple(said for oddity, said in odd if declared.name_of(oddity) not in declared.BESIDE_WORDS),
            tuple(said for oddity, said in odd if declared.name_of(oddity) in declared.BESIDE_WORDS),
            tuple(added),
            frozenset(colours),
            frozenset(grounds),
            not any(rule.unsure for rule in rules),
        )

    def _matters(self, oddity: str, tag: str) -> bool:
        name, _, value = oddity.partition(": ")
        if name == "display":
            return not declared.laid_out(value, tag, tag in self.blocks)
        # A cell, row or column grows to what it holds, unless it has no width or height at all.
        return not (name in ("width", "height") and tag in OF_TABLES and (declared.pixels(value) or 0) >= 1)

    def _judge(self, rule: Rule) -> Judged:
        if id(rule) not in self.judged:
            self.judged[id(rule)] = self._judge_declarations(rule.declarations)
        return self.judged[id(rule)]

    def _judge_declarations(self, its: list[tuple[str, str]]) -> Judged:
        judged = Judged([*declared.oddities(its, self.sheets.named, self.sheets.fonts)])
        for name, value in its:
            if name == "color":
                judged.colours |= self._colour(value)
            elif name in ("background", "background-color", "background-image"):
                judged.grounds |= self._colour(value)
        return judged

    def _colour(self, value: str | None) -> set[Colour]:
        return declared.colour(value.casefold(), self.sheets.named) if value else set()


def hides(element: etree._Element) -> bool:
    """Whether an element hides itself: by its attribute ``hidden`` or by its own style."""
    return element.get("hidden") is not None or ("style" in element.attrib and _hides(element.get("style")))


@functools.lru_cache(maxsize=10_000)
def _hides(style: str) -> bool:
    return any(map(_is_hiding, declarations(style)))


def _is_hiding(declaration: tuple[str, str]) -> bool:
    return declaration in (("display", "none"), ("visibility", "hidden"), ("visibility", "collapse"))


def _read_as_such(oddity: str) -> bool:
    """Whether the reader knows what this means in an element's own style: hidden text, struck or raised text."""
    name, _, value = oddity.partition(": ")
    return _is_hiding((name, value)) or oddity.startswith(MARKS)


def _attributes(element: etree._Element) -> Iterator[str]:
    """The oddities of an element's attributes."""
    for name in ("width", "height"):
        value = element.get(name, "").strip()
        number = markup.span(value) if value[:1].isdigit() else 1
        if value and (number == 0 or value.startswith("-")) and not value.startswith("0*"):
            yield f"{name}: {value[:20]}"
    for name, plain in (("dir", ("ltr", "auto", "")), ("background", ("",)), ("popover", (None,))):
        value = element.get(name)
        if value is not None and value.casefold() not in plain:
            yield f"{name}: {value[:20]}"
    if declared.SYMBOLS.search(element.get("face", "")):
        yield f"face: {element.get('face')[:20]}"


def _holds_below(said: str) -> bool:
    oddity = said.partition("{")[2].rstrip("}") or said
    return declared.name_of(oddity if ": " in oddity else oddity.replace("=", ": ", 1)) in declared.ABOVE | {"dir"}


@functools.lru_cache(maxsize=10_000)
def _lost(colours: frozenset[Colour], grounds: frozenset[Colour]) -> Colour | None:
    """A colour that text may have and that cannot be told from what may be behind it."""
    return next((each for each in sorted(colours) if any(declared.near(each, ground) for ground in grounds)), None)


def _below(above: frozenset[Colour], own: frozenset[Colour], sure: bool) -> frozenset[Colour]:
    return above if not own else own if sure else above | own


def _own_text(element: etree._Element) -> bool:
    return bool((element.text or "").strip()) or any((each.tail or "").strip() for each in element)


def _text(element: etree._Element) -> bool:
    return any(each.strip() for each in element.itertext())
