"""The files of a new area, as texts: what was found, the questions about each guess, and nothing of another area."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from analysis.config.files import COLUMNS, INDEX, TIER
from analysis.config.units import column_key, spelling_key
from analysis.config.wording import Wording
from analysis.gate.headers import target_of
from analysis.run.new_area.columns import Guess, Slip, shipped_slips
from analysis.run.new_area.draft import SCOPE, Draft, NewIndex, Question
from analysis.run.new_area.units import OWN_KIND

UNIT_OF = {"percent": "percent", "count": "count"}
DOCUMENT = ("superior", "agency", "issuer", "number_suffix", "place", "signer")
MAY_BE_EMPTY = ("superior", "basis")  # in the letterhead: asked for in review.csv
NAMES = ("vi", "en", "peers_vi", "peers_en")


@dataclass(frozen=True)
class Told:
    """What a person has said beside the table; "" where nothing."""

    vi: str = ""
    en: str = ""
    peers_vi: str = ""
    peers_en: str = ""
    code: str = ""


def area_files(draft: Draft, told: Told, source: str, cutoff: date, default: bool, words: Wording) -> dict[str, str]:
    """The text of each file of config/<area>/ but report.docx.

    source  : the names of the delivered files;  default : whether this is the home's only area
    """
    written = _source(source, words)
    files = {"area.toml": _area_toml(draft, told, written, default, words)}
    about = {"valid_from": str(cutoff), "source": written}
    files["units.csv"] = _csv("units.csv", (each._asdict() | about for each in draft.units))
    for name, form in draft.forms.items():
        files[name] = _csv("columns.csv", map(_column, written_columns(form)))
    aliases = [{"what": "header"} | slip._asdict() for slip in find_slips(draft.guesses)]
    aliases += [{"what": "indicator"} | slip._asdict() for slip in draft.spoken]
    files |= {"aliases.csv": _csv("aliases.csv", aliases)} if aliases else {}
    if draft.roles:
        files["sheets.csv"] = _csv(
            "sheets.csv", ({"sheet": name, "rows": role} | about for name, role in draft.roles.items())
        )
    files["review.csv"] = _csv("review.csv", (_question(each, words) for each in list_questions(draft, told, cutoff)))
    return files


def _source(files: str, words: Wording) -> str:
    """Where the area comes from, as one line, whatever a file is called."""
    shown = "".join(each if each.isprintable() else "\ufffd" for each in files)
    return words.say("new_area.source", file=shown)


def _question(asked: Question, words: Wording) -> dict[str, str]:
    place = {"file": asked.file, "row": asked.row, "column": asked.column, "value": asked.value}
    return place | {"question": words.say(f"new_area.ask.{asked.key}", **asked.fields)}


def _csv(name: str, rows: Iterable[dict[str, str]]) -> str:
    """A file of the configuration with all its columns; what a row does not say is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(COLUMNS[name]), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def written_columns(form: list[Guess]) -> list[Guess]:
    """The columns that columns.csv can hold: of two with one header, such as an empty one, only what is read."""
    keys = [column_key(find_meant(each.column.header)) for each in form]
    read = {key for key, each in zip(keys, form, strict=True) if each.field != "other"}
    kept, seen = [], set()
    for key, each in zip(keys, form, strict=True):
        if each.field != "other" or (key and key not in read | seen):
            kept.append(each)
            seen.add(key)
    return kept


def _column(guess: Guess) -> dict[str, str]:
    """A row of columns.csv. A column that some units leave empty is not required."""
    is_full = len(guess.column.filled) == len(guess.column.texts)
    required = "yes" if is_full and guess.field not in ("other", "rank", "remark") else "no"
    return {
        "header": find_meant(guess.column.header),
        "field": guess.field,
        "kind": guess.kind,
        "required": required,
        "decimals": guess.decimals,
        "on_excess": "refuse",
        "scale": guess.scale,
    }


def find_meant(header: str) -> str:
    """The header without a typing error that is known: ``"TIỀN ĐỘ GIẢI QUYẾT (%)"`` => ``"TIẾN ĐỘ …"``."""
    *groups, leaf = header.split(TIER)
    slip = shipped_slips().get(spelling_key(leaf))
    return TIER.join([*groups, slip.meant]) if slip else header


def find_slips(guesses: Iterable[Guess]) -> Iterator[Slip]:
    """The known typing errors among the headers, for aliases.csv, so that the right spelling is read too."""
    for each in guesses:
        if slip := shipped_slips().get(spelling_key(each.column.header.split(TIER)[-1])):
            yield slip


def _area_toml(draft: Draft, told: Told, written: str, default: bool, words: Wording) -> str:
    """area.toml: what was found, with a mark behind each guess; the names and the letterhead as told, else empty."""
    review, fill = (words.say(f"new_area.{name}") for name in ("to_review", "to_fill"))
    lines = [f"# {written}. {words.say('new_area.head')}"]
    lines += [_line("code", draft.code, "" if told.code else review), _line("units", "units.csv")]
    lines += [_line("index_folder", draft.index, review)] if draft.index != INDEX else []
    lines.append(_line("scope", draft.scope, review))
    lines += [_line("default", True)] if default else []
    lines.append(_line("control_rows", list(draft.control.labels), review))
    lines += [_line("subtotal_rows", list(draft.subtotals), review)] if draft.subtotals else []
    lines += [_line("name_suffix", draft.suffix, review)] if draft.suffix else []
    lines += [_line("weak_bands", [], review)] if draft.new_index else []
    names = [_line(key, getattr(told, key), "" if getattr(told, key) else fill) for key in NAMES]
    lines += ["", "[name]", *names]
    if targets := find_targets(draft.guesses):
        lines += ["", "[targets]", *(_line(field, target, review) for field, target in targets.items())]
    if any(each.kind == OWN_KIND for each in draft.units):
        names = {"vi": words.say("new_area.kind_vi"), "en": words.say("new_area.kind_en")}
        lines += ["", f"[kinds.{OWN_KIND}]", *(_line(key, name, review) for key, name in names.items())]
    lines += ["", "[period]", _line("accumulates", "", review)]
    letterhead = [_line(key, "", review if key in MAY_BE_EMPTY else fill) for key in DOCUMENT]
    lines += ["", "[document]", *letterhead, _line("basis", [], review), _line("recipients", [], fill)]
    return "\n".join(lines) + "\n"


def _line(key: str, value: object, mark: str = "") -> str:
    text = f"{key} = {json.dumps(value, ensure_ascii=False)}"
    return f"{text:<48}# {mark}" if mark else text


def find_targets(guesses: Iterable[Guess]) -> dict[str, float]:
    """The targets that headers print: ``"DVCTT (Chỉ tiêu trên 50%)"`` => 50, by field; of rates only."""
    said = {each.field: target_of(each.column.header) for each in guesses if each.kind == "percent" and each.is_figure}
    return {field: int(target) if target == int(target) else target for field, target in said.items() if target}


def list_questions(draft: Draft, told: Told, cutoff: date) -> list[Question]:
    """A question about each guess, in the order of the files."""
    toml, asked = "area.toml", []
    if not told.code:
        asked.append(Question(toml, "code", "", draft.code, "code"))
    asked.append(
        Question(
            toml,
            "control_rows",
            "",
            ", ".join(draft.control.labels),
            "control" if draft.control.labels else "no_control",
        )
    )
    if draft.subtotals:
        asked.append(Question(toml, "subtotal_rows", "", ", ".join(draft.subtotals), "subtotals"))
    if draft.suffix:
        asked.append(Question(toml, "name_suffix", "", draft.suffix, "suffix"))
    if draft.scope:
        asked.append(Question(toml, "scope", "", draft.scope, "scope"))
    if targets := find_targets(draft.guesses):
        value = ", ".join(f"{field} = {target:g}" for field, target in targets.items())
        asked.append(Question(toml, "[targets]", "", value, "targets"))
    if any(each.kind == OWN_KIND for each in draft.units):
        asked.append(Question(toml, f"[kinds.{OWN_KIND}]", "", "", "kind"))
    asked += [Question(toml, "[period] accumulates", "", "", "accumulates")]
    asked += [Question(toml, f"[document] {key}", "", "", key) for key in MAY_BE_EMPTY]
    capitals = "units_in_capitals" if draft.in_capitals else "units" if draft.has_codes else "units_without_codes"
    asked.append(Question("units.csv", "", "", str(len(draft.units)), capitals, {"cutoff": str(cutoff)}))
    if draft.roles:
        value = ", ".join(f"{name or '(…)'}: {role}" for name, role in draft.roles.items())
        asked.append(Question("sheets.csv", "", "", value, "sheets"))
    for name, form in draft.forms.items():
        asked += _about_columns(name, form, draft)
    return asked + (_about_index(draft.new_index) if draft.new_index else [])


def _about_columns(name: str, form: list[Guess], draft: Draft) -> list[Question]:
    rows = {each.column.number: str(place) for place, each in enumerate(written_columns(form), start=2)}
    asked = []
    if known := [each for each in form if each.sure and each.field != "other"]:
        value = "; ".join(f"{each.column.header} → {each.field}" for each in known)
        asked.append(Question(name, "", "field", value, "by_name"))
    if indicators := [each for each in form if each.why == "indicator"]:
        value = "; ".join(f"{each.column.header} → {each.field}" for each in indicators)
        asked.append(Question(name, "", "field", value, "indicator"))
    for each in (each for each in form if not each.sure and each.field != "other" and each.why != "indicator"):
        others = (*each.others, *(draft.tied if each.field == "unit" else ()))
        key, fields = ("one_of", {"others": ", ".join(others)}) if others else (each.why, {})
        asked.append(
            Question(name, rows[each.column.number], "field", f"{each.column.header} → {each.field}", key, fields)
        )
    if scaled := [each for each in form if each.scale]:
        value = "; ".join(f"{each.column.header}: {each.scale}" for each in scaled)
        asked.append(Question(name, "", "scale", value, "scale"))
    if passed := [each.column.header for each in form if each.field == "other" and each.column.is_figures]:
        asked.append(Question(name, "", "field", ", ".join(passed), "passed"))
    return asked


def _about_index(index: NewIndex) -> list[Question]:
    asked = [Question(f"{index.folder}/index.toml", "", "", index.short, "index")]
    if index.has_total:
        asked.append(Question("area.toml", "weak_bands", "", "", "weak_bands"))
    if index.indicators:
        value = ", ".join(each.column.header for each in index.indicators)
        asked.append(Question(f"{index.folder}/indicators.csv", "", "", value, "indicators"))
    return asked


# -- a new index -----------------------------------------------------------------------------------------------------


def index_files(index: NewIndex, source: str, cutoff: date, words: Wording) -> dict[str, str]:
    """The text of each file of the folder of a new index. Its columns earn nothing until a person gives them points."""
    written = _source(source, words)
    about = {"valid_from": str(cutoff), "source": written}
    review = words.say("new_area.to_review")
    maximum = f"{index.maximum:g}"
    group = {"group": index.group, "name_vi": "Bộ chỉ số", "name_en": "The index", "max_points": maximum}
    lines = [f"# {written}. {words.say('new_area.head')}", _line("short", index.short, review)]
    lines += [f"{f'maximum = {maximum}':<48}# {review}"]
    lines += ["", "[name]", _line("vi", "Bộ chỉ số", review), _line("en", "The index", review)]
    lines += ["", "[within]", _line("vi", "bộ chỉ số", review), _line("en", "the index", review)]
    shared = {"group": index.group, "scope": SCOPE, "split": "part", "rule": "none", "if_no_cases": "null"}
    indicators = [
        {"indicator": each.field, "name_vi": each.column.header, "name_en": each.column.header}
        | {"unit": UNIT_OF.get(each.kind, "points")}
        | shared
        | about
        for each in index.indicators
    ]
    return {
        "index.toml": "\n".join(lines) + "\n",
        "groups.csv": _csv("index/groups.csv", [group | about] if indicators else []),
        "indicators.csv": _csv("index/indicators.csv", indicators),
        "bands.csv": _csv("index/bands.csv", []),
    }
