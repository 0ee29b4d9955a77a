"""Makes the folder of a new area from its delivered tables, whole or not at all, and says what it found.

The configuration is tried on its own tables before it is in its place: what the gate would say is part of the answer.
"""

import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from analysis.config import files, rules
from analysis.config.wording import Wording
from analysis.exits import AnalysisError, Exit
from analysis.gate import clean
from analysis.readers import read
from analysis.report.templates import TEMPLATES
from analysis.run import gating
from analysis.run.new_area import folder
from analysis.run.new_area.columns import find_vocabulary
from analysis.run.new_area.draft import Draft, NoTable, make_draft, with_new_index
from analysis.run.new_area.folder import Told
from analysis.run.new_area.layout import Sheet, read_sheet
from analysis.weeks import atomic, command, paths

NAME = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
MOST_IN_NAME = 60  # our choice: it is part of every path and address
RESERVED = ("all", "wording", "none")
MOST_PROBLEMS = 10  # of the trial; gate lists all


class NotMade(AnalysisError):
    """No folder is made; the message says why."""

    def __init__(self, message: str, status: Exit = Exit.WRONG_USAGE) -> None:
        super().__init__(message)
        self.status = status


class Made(NamedTuple):
    """A new area: where it is, what was found, what the gate says of its tables, and what is left open.

    faults : of the configuration itself, such as two units of one name: to be mended there before anything is tried
    trial  : lines of the gate's errors; [] where the tables are accepted
    """

    place: Path
    draft: Draft
    faults: list[str]
    trial: list[str]
    open_points: int


def check_name(home: Path, name: str, words: Wording) -> None:
    """Raises NotMade where ``name`` is no safe name of a folder, or is taken, in whatever letters."""
    if not NAME.fullmatch(name) or len(name) > MOST_IN_NAME:
        raise NotMade(words.say("new_area.bad_name", name=name[:MOST_IN_NAME], most=MOST_IN_NAME))
    config = Path(home) / "config"
    taken = [path.name for path in config.iterdir()] if config.is_dir() else []
    if (
        name.lower() in RESERVED
        or paths.is_device(name)
        or name.lower().startswith("index-")
        or name.lower() in map(str.lower, taken)
    ):
        raise NotMade(words.say("new_area.taken", name=name))


def make_area(
    home: Path,
    name: str,
    tables: list[Path],
    cutoff: date,
    told: Told,
    words: Wording,
    index: str = "",
    unit_header: str = "",
) -> Made:
    """Write config/<name>/, and the folder of a new index where the table needs one, or nothing.

    tables      : as delivered, of one cut-off
    index       : the folder of the index; "": that of 766 where a column fits it, else a new one
    unit_header : the header of the column of units, where a person has named it
    Raises  : NotMade; OSError where a file cannot be opened.
    """
    check_name(home, name, words)
    sheets = _read(tables, cutoff, words)
    try:
        draft = _draft(home, name, sheets, cutoff, index, unit_header, told.code)
    except NoTable as fault:
        raise NotMade(words.say(fault.key, **fault.fields), Exit.REFUSED) from None
    source, only = ", ".join(path.name for path in tables), not files.areas(home)
    texts = {
        f"{name}/{file}": text.encode()
        for file, text in folder.area_files(draft, told, source, cutoff, only, words).items()
    }
    texts[f"{name}/report.docx"] = (TEMPLATES / "document" / "report.docx").read_bytes()
    if draft.new_index:
        of_index = folder.index_files(draft.new_index, source, cutoff, words).items()
        texts |= {f"{draft.index}/{file}": text.encode() for file, text in of_index}
    tried = _try(home, name, draft.index, texts, tables, cutoff, words)
    _write(Path(home) / "config", texts, words)
    return Made(Path(home) / "config" / name, draft, *tried)


def _read(tables: list[Path], cutoff: date, words: Wording) -> list[tuple[str, str, Sheet | None]]:
    """Every sheet of the files: file, name, and its table, None where it holds none."""
    sheets = []
    for path in tables:
        try:
            cells = read.cells(path)
        except read.Unreadable as fault:
            reason = words.say(fault.key, **fault.fields)
            raise NotMade(words.say("new_area.unreadable", file=path.name, reason=reason), Exit.REFUSED) from None
        for name, its in cells.groupby("sheet", sort=False):
            sheets.append((path.name, name, read_sheet(its, path.name, name, cutoff)))
    return sheets


def _draft(home: Path, name: str, sheets: list, cutoff: date, index: str, unit_header: str, code: str) -> Draft:
    """The draft by the index that is named; by that of 766, or by a new one where no column fits it."""
    if index not in ("", files.INDEX) and not _index_file(home, index, "groups.csv").is_file():
        return with_new_index(_drafted(home, name, sheets, cutoff, "", unit_header, code), index)
    draft = _drafted(home, name, sheets, cutoff, index or files.INDEX, unit_header, code)
    if index or draft.fits_index:
        return draft
    own = f"index-{name.lower()}"
    return with_new_index(_drafted(home, name, sheets, cutoff, "", unit_header, code), own)


def _drafted(home: Path, name: str, sheets: list, cutoff: date, index: str, unit_header: str, code: str) -> Draft:
    """The draft by the groups and indicators of an index; "": by none."""
    tables = []
    for file in ("groups.csv", "indicators.csv"):
        key, path = f"index/{file}", _index_file(home, index, file)
        held = files.table(name, key, files.read(path, f"config/{index}/{file}"), []) if index else files.empty(key)
        tables.append(files.in_force(held, cutoff))
    draft = make_draft(name, sheets, find_vocabulary(*tables, index == files.INDEX), _kinds(home), unit_header, code)
    draft.index = index or draft.index
    return draft


def _kinds(home: Path) -> dict[str, dict]:
    """[kinds] of defaults.toml, the home's own where it has them."""
    kinds: dict[str, dict] = {}
    for path in (files.PROGRAM / files.DEFAULTS, Path(home) / "config" / files.DEFAULTS):
        shown = f"config/{files.DEFAULTS}"
        if (data := files.read(path, shown)) is not None:
            kinds = files.parse_toml(data, shown).get("kinds", kinds)
    return {code: {"types": [], "together": False} | kind for code, kind in kinds.items()}


def _index_file(home: Path, index: str, file: str) -> Path:
    own = Path(home) / "config" / index / file
    return own if own.is_file() else files.PROGRAM / index / file


def _try(
    home: Path, name: str, index: str, texts: dict[str, bytes], tables: list[Path], cutoff: date, words: Wording
) -> tuple[list[str], list[str], int]:
    """The new configuration tried in a folder that is thrown away: its faults, the gate's errors, what is open."""
    with tempfile.TemporaryDirectory() as place:
        config = Path(place) / "config"
        for known in (files.PROGRAM / index, Path(home) / "config" / index):
            if known.is_dir():
                shutil.copytree(known, config / index, dirs_exist_ok=True)
        if (defaults := Path(home) / "config" / files.DEFAULTS).is_file():
            config.mkdir(exist_ok=True)
            shutil.copy(defaults, config)
        _put(config, texts)
        try:
            held = rules.load(Path(place), name, cutoff)
        except files.ConfigError as error:
            return str(error).splitlines(), [], 0
        cleaned = clean.gate(tables, held, words)
    errors = cleaned.problems[cleaned.problems["severity"] == "error"]
    return [], gating.problem_lines(errors, words), len(held.open_points)


def _put(config: Path, texts: dict[str, bytes]) -> None:
    for name, data in texts.items():
        atomic.save(config / name, data)


def _write(config: Path, texts: dict[str, bytes], words: Wording) -> None:
    """Write the folders beside their places, then give them their names; on any error nothing is left."""
    folders = sorted({name.partition("/")[0] for name in texts}, key=lambda each: not each.startswith("index-"))
    part, placed = config / f".new-area-{secrets.token_hex(6)}", []
    try:
        _put(part, texts)
        for each in folders:  # the index first: an area without its index would be a fault in every command
            if (config / each).exists():
                raise NotMade(words.say("new_area.taken", name=each))
            atomic.move(part / each, config / each)
            placed.append(config / each)
    except BaseException:
        for each in placed:
            atomic.remove(each)
        raise
    finally:
        atomic.remove(part)


def ask_names(told: Told, words: Wording, ask: Callable[[str], str]) -> Told:
    """What a person says of the names that no option told; an empty answer leaves the name empty."""
    questions = {"vi": "which", "en": "which_en", "peers_vi": "which_peers", "peers_en": "which_peers_en"}
    said = {key: ask(words.say(f"new_area.{each}")) for key, each in questions.items() if not getattr(told, key)}
    return replace(told, **said)


# -- what is told ----------------------------------------------------------------------------------------------------


def report_lines(home: Path, made: Made, tables: list[Path], cutoff: date, words: Wording) -> list[str]:
    """What was found, how sure it is, what is left, and the next command, as lines for people."""
    draft, name = made.draft, made.place.name
    types = _counted(each.type or each.kind for each in draft.units)
    lines = [words.say("new_area.done", place=made.place)]
    lines.append(words.say("new_area.units", count=len(draft.units), types=types))
    lines.append(words.say("new_area.with_codes" if draft.has_codes else "new_area.made_codes"))
    labels = ", ".join(draft.control.labels)
    lines.append(words.say("new_area.control", labels=labels) if labels else words.say("new_area.no_control"))
    for file, form in draft.forms.items():
        lines.append(words.say("new_area.columns", file=file, count=len(form)))
        for each in form:
            sure = "passed" if each.field == "other" else "sure" if each.sure else "guess"
            how = words.say(f"new_area.{sure}")
            kind = "" if each.field == "other" else f", {each.kind}"
            lines.append(f"  {each.column.header} → {each.field}{kind}: {how}")
    lines += [words.say("new_area.sheet", name=sheet or "(…)", role=role) for sheet, role in draft.roles.items()]
    if draft.new_index:
        lines.append(words.say("new_area.new_index", folder=draft.index))
    if made.faults:
        lines.append(words.say("new_area.faults", count=len(made.faults)))
        lines += [f"  {fault}" for fault in made.faults]
    elif made.trial:
        lines.append(words.say("new_area.refused", count=len(made.trial) - 1))
        lines += made.trial[1 : MOST_PROBLEMS + 1]
    else:
        lines.append(words.say("new_area.accepted"))
    if not made.faults:
        lines.append(words.say("new_area.open", count=made.open_points, place=made.place))
    named = " ".join(str(path) for path in tables)
    lines.append(words.say("new_area.next", area=name, tables=named, cutoff=str(cutoff), command=command.typed(home)))
    return lines


def _counted(words: Iterable[str]) -> str:
    counts: dict[str, int] = {}
    for each in words:
        counts[each] = counts.get(each, 0) + 1
    return ", ".join(f"{count} {each}" for each, count in counts.items())
