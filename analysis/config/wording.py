"""Sentences and numbers in the reader's language.

Every sentence that a person reads is in ``config/wording/<lang>.toml`` under a dotted key. ``fields.csv`` in the same
folder lists the fields that the code gives to each sentence. Both languages must have the same keys, and a sentence may
use only its listed fields, and those in ``OF_INDEX``. So a mistake is found when the wording is loaded, not when the
sentence is first needed.
"""

import csv
import io
import math
import string
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import babel.dates
import babel.lists
import babel.numbers

from analysis.characters import visible
from analysis.config import files, periods, spans
from analysis.config.files import ConfigError, File
from analysis.config.spans import Span
from analysis.config.speech import LANGUAGES
from analysis.exits import AnalysisError

MISSING = "–"
QUARTERS = ("I", "II", "III", "IV")
# What every sentence may say of the index that the report is about: its name as in a title, within a sentence, in full
# and with its decree, and as in a subject; all its points.
OF_INDEX = frozenset({"index", "index_within", "index_full", "index_decreed", "index_short", "maximum"})
FIELDS = ["sentence", "fields"]  # the columns of fields.csv


class WordingError(AnalysisError, ValueError):
    """The wording files are wrong; the message lists every fault with file, key and value."""


@dataclass(frozen=True, eq=False)
class Wording:
    """The sentences of one language, and its way of writing numbers, dates and lists.

    index    : the fields OF_INDEX; empty where the sentences are about no certain index
    decimals : those of points, and of other numbers where a call does not say them
    weeks    : whether a cut-off on a Monday is called by its week
    """

    lang: str
    sentences: dict[str, str]
    fields: dict[str, frozenset[str]]
    index: dict[str, str] = field(default_factory=dict)
    decimals: int = 2
    weeks: bool = True

    def about(self, index: dict, maximum: float, kinds: dict, decimals: int) -> "Wording":
        """The wording of a report on an index.

        index : as in index.toml (see index.Index); {}: it has no name;  kinds : by code, vi and en: all its units. A
                sentence ``kind.…`` of the home, from before there were kinds in area.toml, wins.
        """
        lang, said = self.lang, self._unnamed()
        if index:
            within = index["within"][lang]
            said |= {"index": index["name"][lang], "index_within": within, "index_short": index["short"]}
            said["index_full"] = (index["full"] or index["within"])[lang]
            said["index_decreed"] = f"{within} ({index['decree'][lang]})" if index["decree"] else within
        said["maximum"] = self.limit(maximum)
        named = {f"kind.{code}": kind[lang] for code, kind in kinds.items()}
        weeks = index.get("weeks", False)
        return replace(self, index=said, sentences=named | self.sentences, decimals=decimals, weeks=weeks)

    def _unnamed(self) -> dict[str, str]:
        name, within, short = (self.sentences.get(f"unnamed_index.{key}", "") for key in ("name", "within", "short"))
        named = {"index": name, "index_within": within, "index_full": within, "index_decreed": within}
        return named | {"index_short": short, "maximum": "100"}

    def say(self, key: str, **fields: object) -> str:
        """The sentence ``key`` with its fields filled in.

        Raises : KeyError where there is no such sentence; TypeError where the fields are not those in fields.csv.
        """
        offered = self.fields.get(key, frozenset())
        if set(fields) != offered:
            raise TypeError(f"sentence {key}: given the fields {sorted(fields)}, fields.csv offers {sorted(offered)}")
        return _Formatter(self.lang).vformat(self.sentences[key], (), (self.index or self._unnamed()) | fields)

    def has(self, key: str) -> bool:
        return key in self.sentences

    def number(self, value: float | None, decimals: int | None = None, signed: bool = False) -> str:
        """``57.45`` => ``57,45`` (vi) or ``57.45`` (en), rounded half up; missing => ``–``; signed adds + or −."""
        decimals = self.decimals if decimals is None else decimals
        if value is None or math.isnan(value):
            return MISSING
        rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        text = _pattern(decimals).apply(abs(rounded), babel.Locale.parse(self.lang))
        sign = "−" if rounded < 0 else "+" if signed and rounded > 0 else ""
        return sign + text

    def limit(self, value: float) -> str:
        """A limit or a maximum with the decimals that it has: ``50``, ``62,5``."""
        return self.number(value, len(f"{value:g}".partition(".")[2]))

    def date(self, day: date) -> str:
        """``2023-12-04`` => ``04/12/2023`` (vi) or ``4 December 2023`` (en)."""
        return babel.dates.format_date(day, "dd/MM/yyyy" if self.lang == "vi" else "d MMMM yyyy", locale=self.lang)

    def period(self, cutoff: date, with_year: bool = True) -> str:
        """The label of a cut-off: ``tuần 1 tháng 12 năm 2023``; without ``weeks``, and if the cut-off is no Monday,
        ``ngày 08/10/2026``."""
        week = periods.week_of_month(cutoff) if self.weeks else None
        if week is None:
            return self.say("period.day", date=self.date(cutoff))
        month = cutoff.month if self.lang == "vi" else babel.dates.format_date(cutoff, "MMMM", locale=self.lang)
        key = "period.week_of_year" if with_year else "period.week"
        fields = {"week": week, "month": month} | ({"year": cutoff.year} if with_year else {})
        return self.say(key, **fields)

    def span(self, span: Span) -> str:
        """``tháng 11 năm 2023``, ``quý IV năm 2023``, ``năm 2023``."""
        if span.kind == spans.QUARTER:
            return self.say("period.quarter", quarter=QUARTERS[span.number - 1], year=span.first.year)
        if span.kind == spans.YEAR:
            return self.say("period.year", year=span.first.year)
        month = span.number if self.lang == "vi" else babel.dates.format_date(span.first, "MMMM", locale=self.lang)
        return self.say("period.month", month=month, year=span.first.year)

    def listed(self, names: list[str]) -> str:
        """``[a, b, c]`` => ``a, b và c``."""
        return babel.lists.format_list(list(names), locale=self.lang)


class _Readable(Wording):
    """Sentences of which some may be missing; a missing one is replaced by its key and its fields."""

    def say(self, key: str, **fields: object) -> str:
        try:
            return super().say(key, **fields)
        except (KeyError, TypeError):
            return " ".join([key, *(f"{name}={value}" for name, value in sorted(fields.items()))])


@cache
def _pattern(decimals: int) -> babel.numbers.NumberPattern:
    """How a number is written; read once, for a week has many thousands of them."""
    return babel.numbers.parse_pattern("#,##0" + ("." + "0" * decimals if decimals else ""))


class _Formatter(string.Formatter):
    """Fills in a sentence; ``{count:unit|units}`` takes the form of the language for that number."""

    def __init__(self, lang: str) -> None:
        self._form = babel.Locale.parse(lang).plural_form

    def format_field(self, value: object, format_spec: str) -> str:
        if "|" not in format_spec:
            return visible(super().format_field(value, format_spec))
        one, others = format_spec.split("|")
        return one if self._form(1 if str(value) == "1" else 2) == "one" else others


def uncapital(text: str) -> str:
    """The text for the middle of a sentence: ``Số hóa hồ sơ`` => ``số hóa hồ sơ``; ``TTHC …`` stays."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def capital(text: str) -> str:
    """The text with a capital first letter, to begin a line: ``huyện Chợ Mới`` => ``Huyện Chợ Mới``."""
    return text[:1].upper() + text[1:]


def load(home: Path, lang: str) -> Wording:
    """Check both languages against each other and against fields.csv, and return the wording of ``lang``.

    A sentence that the home lacks is taken from the program. The fields of the program's sentences are those of the
    program's fields.csv, whatever the home's file says.
    Raises : WordingError with every fault; ValueError for a language we do not have.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"language {lang!r}: expected one of {', '.join(LANGUAGES)}")
    return _of_files(lang, files.of_wording(home))


def load_what_can_be_read(home: Path, lang: str) -> Wording:
    """The wording of ``lang`` for messages that must be sent even where the wording has faults.

    A sentence that is missing or faulty is replaced by that of the other language, else by its key and its fields.
    """
    texts, fields, _ = _read(files.of_wording(home))
    for each in LANGUAGES:
        wrong = {fault.key for fault in _faults(each, texts, fields)}
        texts[each] = {key: text for key, text in texts[each].items() if key not in wrong}
    (other,) = {*LANGUAGES} - {lang}
    return _Readable(lang, texts[other] | texts[lang], fields)


@lru_cache
def _of_files(lang: str, held: tuple[File, ...]) -> Wording:
    """The same as ``load``, cached by the files' content."""
    texts, fields, faults = _read(held)
    if not faults:  # of a file that cannot be read every sentence would be missing
        faults = [str(fault) for each in LANGUAGES for fault in _faults(each, texts, fields)]
    if faults:
        raise WordingError("\n".join(faults))
    return Wording(lang, texts[lang], fields)


def _read(held: tuple[File, ...]) -> tuple[dict[str, dict[str, str]], dict[str, frozenset[str]], list[str]]:
    """The sentences by language and key, the fields of each, and the faults of files that cannot be read."""
    texts: dict[str, dict[str, str]] = {lang: {} for lang in LANGUAGES}
    fields: dict[str, frozenset[str]] = {}
    faults = []
    for file in held:  # the program's own come first
        lang, shown = Path(file.name).stem, f"config/{file.name}" + " of the program" * file.own
        if file.fault:
            faults.append(file.fault)
            continue
        try:
            if lang in LANGUAGES:
                texts[lang] |= _flat(files.parse_toml(file.data, shown))
            else:
                fields = _fields(files.decode(file.data, shown), shown) | fields
        except ConfigError as error:
            faults.append(str(error))
    return texts, fields, faults


def _fields(text: str, shown: str) -> dict[str, frozenset[str]]:
    reader, rows = csv.reader(io.StringIO(text), strict=True), []
    expected = f"expected the columns {', '.join(FIELDS)} in every row"
    began = 1
    try:
        for row in reader:
            if row and (len(row) != len(FIELDS) or (not rows and row != FIELDS)):
                raise ConfigError(f"{shown}: {expected}, also in line {began}")
            rows += [row] if row else []
            began = reader.line_num + 1
    except csv.Error as error:
        raise ConfigError(f"{shown}: {expected}, also in line {began}: {error}") from None
    if not rows:
        raise ConfigError(f"{shown}: {expected}")
    return {sentence: frozenset(named.split()) for sentence, named in rows[1:]}


def _flat(table: dict, prefix: str = "") -> dict[str, str]:
    flat = {}
    for name, value in table.items():
        key = f"{prefix}{name}"
        flat |= _flat(value, f"{key}.") if isinstance(value, dict) else {key: value}
    return flat


class _Fault(NamedTuple):
    """A fault of one sentence."""

    file: str
    key: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what}"


def _faults(lang: str, texts: dict[str, dict[str, str]], fields: dict[str, frozenset[str]]) -> list[_Fault]:
    file = f"config/wording/{lang}.toml"
    known = set().union(*texts.values()) | set(fields)
    faults = [_Fault(file, key, f"the sentence {key} is missing") for key in sorted(known - set(texts[lang]))]
    for key, text in texts[lang].items():
        if not isinstance(text, str) or not text.strip():
            faults.append(_Fault(file, key, f"{key}: {text!r} is not a sentence"))
            continue
        try:
            parts = [each for each in string.Formatter().parse(text) if each[1] is not None]
            used = {name for _, name, _, _ in parts}
            for _, _, form, conversion in parts:
                _check_form(form, conversion)
        except ValueError as error:
            faults.append(_Fault(file, key, f"{key}: {text!r}: {error}; a field is written {{name}}"))
            continue
        offered = ", ".join(sorted(fields.get(key, ()))) or "none"
        faults += [
            _Fault(file, key, f"{key}: the field {{{name}}} is not among those offered ({offered})")
            for name in sorted(used - fields.get(key, frozenset()) - OF_INDEX)
        ]
    return faults


def _check_form(form: str, conversion: str | None) -> None:
    """Raises ValueError where a field is written in a way that no value of ours can be shown in."""
    if conversion not in (None, "r", "s", "a"):
        raise ValueError(f"unknown conversion !{conversion}")
    if "|" in form:
        if form.count("|") > 1:
            raise ValueError(f"expected two forms with | between, got {form!r}")
        return
    for value in ("", 1, 1.0, date.min):
        with suppress(ValueError):
            if "{" not in form and format(value, form) is not None:
                return
    raise ValueError(f"unknown form {form!r}")
