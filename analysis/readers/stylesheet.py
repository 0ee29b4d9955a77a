"""The style sheets of a web page: which of their rules may hold for an element (CSS Syntax 3, Selectors 4).

What is not understood holds: a selector that cannot be read is one of every element, a condition that cannot be tried
is true. So a rule may be thought to hold that does not, but none is overlooked.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from analysis.readers.grid import Unreadable
from analysis.readers.markup import names

MOST_STYLE, MOST_RULES, MOST_TRIES, MOST_DEPTH = 1_000_000, 10_000, 500_000, 20
MOST_IN_SELECTOR, MOST_VALUE = 2_000, 200_000  # characters; a value may hold a picture or a font
NARROW = 1_000  # px: rules for a narrower window are for telephones
ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
TOKEN = re.compile(
    r"""/\*.*?(?:\*/|\Z)|<!--|-->|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|url\(\s*[^()"'\s]*\s*\)|\\.|[{};():]|[^\\"'/<{};():u-]+|.""",
    re.DOTALL | re.IGNORECASE,
)
IDENT = r"(?:[-\w]|[^\x00-\x7f]|\\[0-9a-fA-F]{1,6}\s?|\\.)+"
PART = re.compile(
    rf"(?P<class>\.{IDENT})|(?P<id>#{IDENT})|(?P<attribute>\[[^\]]*\])|(?P<pseudo>::?{IDENT})"
    rf"|(?P<combinator>\s*[>+~]\s*|\s+)|(?P<tag>\*|{IDENT})"
)
ATTRIBUTE = re.compile(rf"\[\s*({IDENT})\s*(?:([~|^$*]?)=\s*(\"[^\"]*\"|'[^']*'|[^\s\]]*)\s*[is]?)?\s*\]")
# States that a page is not in when it is opened, and parts that hold none of its text.
NOT_AT_FIRST = names("hover focus focus-within focus-visible active visited target empty")
NO_TEXT = names("selection placeholder marker backdrop file-selector-button cue")
BESIDE = frozenset({"before", "after"})
Declaration = tuple[str, str]  # name and value, both in small letters


@dataclass
class Compound:
    """What one element must be: ``td.low[lang]``. ``unsure``: with a condition that was not tried."""

    tag: str = ""
    ids: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    unsure: bool = False

    def asks(self) -> set[str]:
        """The attributes that it looks at."""
        its = {name for name, _, _ in self.attributes}
        return its | ({"class"} if self.classes else set()) | ({"id"} if self.ids else set())

    def fits(self, element: etree._Element) -> bool:
        return (
            self.tag in ("", "*", element.tag)
            and self.ids <= {element.get("id", "").casefold()}
            and self.classes <= set(element.get("class", "").casefold().split())
            and all(_has(element, *each) for each in self.attributes)
        )


@dataclass
class Rule:
    """One selector and its declarations. ``beside``: they are of text that the style sheet adds to the element's."""

    said: str
    subject: Compound
    ancestors: list[tuple[str, Compound]]  # from right to left, each with the combinator on its right
    declarations: list[Declaration]
    beside: bool = False

    @property
    def unsure(self) -> bool:
        return self.subject.unsure or any(each.unsure for _, each in self.ancestors)


class Sheets:
    """All style sheets of a page.

    Raises : Unreadable where they are too many or too long, or lie elsewhere.
    """

    def __init__(self, page: etree._Element) -> None:
        self.tries = 0
        self.by_key: dict[str, list[Rule]] = {}
        self.named: dict[str, set[str]] = {}  # custom properties: their values
        self.fonts: set[str] = set()  # families that the page brings along
        for link in page.iter("link"):
            rel = link.get("rel", "").casefold().split()
            if "stylesheet" in rel and "alternate" not in rel and _on_screen(link.get("media", "")):
                raise Unreadable("problem.file.style_elsewhere", name=_printable(link.get("href", "")))
        texts = [each.text or "" for each in page.iter("style") if _on_screen(each.get("media", ""))]
        if sum(map(len, texts)) > MOST_STYLE:
            raise Unreadable("problem.file.too_many_styles", limit=MOST_STYLE)
        self.rules = 0
        self.attributes: set[str] = set()  # those that a rule asks for
        for text in texts:
            self._add(_tokens(text))

    def fitting(self, element: etree._Element) -> Iterator[Rule]:
        """The rules whose subject the element is, or may be; ``within`` tells whether one holds for it there."""
        keys = [f".{each}" for each in element.get("class", "").casefold().split()]
        keys += [f"#{element.get('id', '').casefold()}", element.tag, "*"]
        for key in dict.fromkeys(keys):
            for rule in self.by_key.get(key, ()):
                self._count()
                if rule.subject.fits(element):
                    yield rule

    def within(self, rule: Rule, element: etree._Element) -> bool:
        return self._within(rule.ancestors, element)

    def _within(self, ancestors: list[tuple[str, Compound]], element: etree._Element) -> bool:
        if not ancestors:
            return True
        (combinator, wanted), *others = ancestors
        if combinator in "+~":
            return True
        above = [element.getparent()] if combinator == ">" else element.iterancestors()
        for each in above:
            self._count()
            if each is not None and wanted.fits(each) and self._within(others, each):
                return True
        return False

    def _count(self) -> None:
        self.tries += 1
        if self.tries > MOST_TRIES:
            raise Unreadable("problem.file.too_many_styles", limit=MOST_TRIES)

    def _add(self, tokens: list[str]) -> None:
        for prelude, body in _blocks(tokens):
            if prelude.startswith("@"):
                self._add_at(prelude, body)
            elif body is not None:
                self._add_rules(prelude, body)

    def _add_at(self, prelude: str, body: list[str] | None) -> None:
        name, _, condition = prelude[1:].partition(" ")
        name = name.casefold().partition("(")[0]
        if name == "import":
            raise Unreadable("problem.file.style_elsewhere", name=_printable(condition))
        if name == "font-face":
            self.fonts |= {value.strip("\"' ") for key, value in declarations(body or []) if key == "font-family"}
        elif name == "media" and not _on_screen(prelude[6:]):
            return
        elif body is not None and name not in ("page", "keyframes", "-webkit-keyframes", "-moz-keyframes", "list"):
            self._add(body)

    def _add_rules(self, prelude: str, body: list[str]) -> None:
        own, inner = [], []
        for each, block in _blocks(body):  # nested rules are those of every element
            (own if block is None else inner).append((each, block))
        declared = [each for text, _ in own for each in _declaration(text)]
        for name, value in declared:
            if name.startswith("--"):
                self.named.setdefault(name, set()).add(value)
        for selector in _parted(prelude, ","):
            if len(selector) > MOST_IN_SELECTOR:
                raise Unreadable("problem.file.too_many_styles", limit=MOST_IN_SELECTOR)
            self.rules += 1
            if self.rules > MOST_RULES:
                raise Unreadable("problem.file.too_many_styles", limit=MOST_RULES)
            rule = _rule(selector.strip(), declared)
            if rule:
                self.attributes |= rule.subject.asks()
                self.by_key.setdefault(_key(rule.subject), []).append(rule)
        for _, block in inner:
            self._add_rules("*", block)


def declarations(tokens: list[str] | str) -> list[Declaration]:
    """The declarations of a block, or of an element's attribute ``style``."""
    tokens = _tokens(tokens) if isinstance(tokens, str) else tokens
    return [each for text, body in _blocks(tokens) if body is None for each in _declaration(text)]


def _declaration(text: str) -> list[Declaration]:
    if len(text) > MOST_VALUE:
        raise Unreadable("problem.file.too_many_styles", limit=MOST_VALUE)
    name, colon, value = text.partition(":")
    name = _unescaped(name).strip().casefold()
    value = re.sub(r"\s*!\s*important\s*$", "", _unescaped(value).strip().casefold())
    return [(name, " ".join(value.split()))] if colon and name else []


def _tokens(text: str) -> list[str]:
    """What the text of a style sheet is made of, without comments.

    Raises : Unreadable where its blocks are nested so deep that nobody wrote them by hand.
    """
    tokens, depth = [each for each in TOKEN.findall(text) if not each.startswith(("/*", "<!--", "-->"))], 0
    for token in tokens:
        depth += (token == "{") - (token == "}" and depth > 0)
        if depth > MOST_DEPTH:
            raise Unreadable("problem.file.too_many_styles", limit=MOST_DEPTH)
    return tokens


def _blocks(tokens: list[str]) -> Iterator[tuple[str, list[str] | None]]:
    """What stands before each ``{``, with what is in the block; what ends with ``;`` or is left has no block."""
    words: list[str] = []
    body: list[str] = []
    depth = round_ = 0
    for token in tokens:
        if depth:
            depth += (token == "{") - (token == "}")
            if depth:
                body.append(token)
                continue
            yield "".join(words).strip(), body
            words, body = [], []
        elif token == "{":
            depth, round_ = 1, 0
        elif token == ";" and not round_:
            yield "".join(words).strip(), None
            words = []
        else:
            round_ += (token == "(") - (token == ")" and round_ > 0)
            words.append(token)
    if "".join(words).strip() or depth:
        yield "".join(words).strip(), body if depth else None


def _rule(selector: str, declarations: list[Declaration]) -> Rule | None:
    """None where it holds for no text of a page that has just been opened."""
    said, parts, current, beside = _printable(selector), [], Compound(), False
    at = 0
    while at < len(selector):
        found = PART.match(selector, at)
        if not found:
            return Rule(said, Compound("*", unsure=True), [], declarations)
        at, kind, text = found.end(), found.lastgroup, _unescaped(found[0]).casefold()
        if kind == "combinator":
            parts.append((text.strip() or " ", current))
            current = Compound()
        elif kind == "tag":
            current.tag = text
        elif kind == "class":
            current.classes.add(text[1:])
        elif kind == "id":
            current.ids.add(text[1:])
        elif kind == "attribute":
            one = ATTRIBUTE.fullmatch(found[0])
            if one:
                current.attributes.append((one[1].casefold(), one[2] if one[3] is not None else "?", _bare(one[3])))
            else:
                current.unsure = True
        else:
            name = text.lstrip(":")
            if selector[at : at + 1] == "(":
                at = _closing(selector, at)
            if name in NOT_AT_FIRST or name in NO_TEXT or (text.startswith("::-") and "first" not in name):
                return None
            if name in ("link", "any-link", "root"):
                current.tag = current.tag or ("html" if name == "root" else "a")
            elif name in BESIDE:
                beside = True
            else:
                current.unsure = True
    ancestors = [(combinator, each) for combinator, each in reversed(parts)]
    return Rule(said, current, ancestors, declarations, beside)


def _key(subject: Compound) -> str:
    """The key under which the rules for an element are found: a class, else an id, else a tag."""
    names = [f".{each}" for each in sorted(subject.classes)] + [f"#{each}" for each in sorted(subject.ids)]
    return names[0] if names else subject.tag or "*"


def _has(element: etree._Element, name: str, how: str, wanted: str) -> bool:
    value = element.get(name)
    if value is None or how == "?":
        return value is not None
    value, wanted = value.casefold(), wanted.casefold()
    return {
        "": value == wanted,
        "~": wanted in value.split(),
        "|": value == wanted or value.startswith(f"{wanted}-"),
        "^": value.startswith(wanted),
        "$": value.endswith(wanted),
        "*": wanted in value,
    }[how]


def _on_screen(media: str) -> bool:
    """Whether a condition may be true of a page that is looked at in a window of ordinary width."""
    return not media.strip() or any(_may_hold(each.casefold()) for each in media.split(","))


def _may_hold(query: str) -> bool:
    if re.match(r"\s*(only\s+)?(print|speech|aural)\b", query):
        return False
    most = re.search(r"max-width\s*:\s*([\d.]+)px", query)
    return not (most and float(most[1]) < NARROW)


def _parted(text: str, separator: str) -> list[str]:
    """The parts of a text between separators that stand in no brackets and no quotes."""
    parts, depth, quote, start = [], 0, "", 0
    for at, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == separator and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _closing(text: str, at: int) -> int:
    depth = 0
    for place in range(at, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return place + 1
    return len(text)


def _bare(text: str | None) -> str:
    return _unescaped((text or "").strip("\"'"))


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return ESCAPE.sub(lambda each: chr(min(int(each[1], 16), 0x10FFFF)) if each[1] else each[2], text)


def _printable(text: str) -> str:
    """At most 60 characters of a text from a page, for a sentence about it."""
    return "".join(each for each in " ".join(text.split()) if each.isprintable())[:60]
