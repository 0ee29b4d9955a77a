"""Checks that a published week is unchanged, and that its inputs still give the same files, byte for byte.

The week is rebuilt in a temporary home, from its own raw table, remarks and replies; a period from the stored weeks.
The result is compared with the published files and with the fingerprints in run.json. Nothing is written in the real
home. What people edited or added in the reports is theirs: it is told, and is no damage.
"""

import csv
import io
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path

from analysis.config import spans, wording
from analysis.config.wording import Wording
from analysis.exits import Exit
from analysis.mail import status
from analysis.run import period, pipeline
from analysis.run.pipeline import Outcome, Pipeline
from analysis.weeks import atomic, command, office, paths, publish, store
from analysis.weeks import period as periods
from analysis.weeks import record as records

DIFFERS = Exit.FAILED
MOST_CELLS, MOST_NAMES = 3, 10  # at most: cells listed for one table, names listed for one sort of input
QUIET = Pipeline(tell=lambda line: None)


def verify_week(
    home: Path, area: str, cutoff: str | None = None, steps: Pipeline = QUIET, messages: str = "vi"
) -> Outcome:
    """Rebuild a published week and list every difference: DONE where there is none but people's own, else DIFFERS.

    home   : holds config/, data/ and reports/
    cutoff : ISO date, or the name of a period; None: the newest published week
    messages : the language of what is said; the week is rebuilt in its own
    Raises : ConfigError, WordingError where the configuration is wrong.
    """
    words = wording.load(home, messages)
    published = store.published(home, area)
    cutoff = cutoff or (published[-1] if published else None)
    if cutoff not in [*published, *periods.published(home, area)]:
        key = "period.verify_nothing" if cutoff and spans.is_span(cutoff) else "verify.nothing_published"
        return Outcome(Exit.REFUSED, words.say(key, area=area, cutoff=cutoff or "????-??-??"))
    rebuild, what = (_rebuild_period, "period") if spans.is_span(cutoff) else (_rebuild, "verify")
    record = records.read(home, area, cutoff)
    theirs = publish.of_people(home, area, cutoff)
    edited = {name for name, kind in theirs.items() if kind == office.EDITED}
    there = _products(home, area, cutoff, record, edited)
    with tempfile.TemporaryDirectory(prefix="verify-") as folder:
        rebuilt_home = Path(folder, "home")
        outcome = rebuild(home, area, cutoff, record, rebuilt_home, steps, words)
        rebuilt = _products(rebuilt_home, area, cutoff) if outcome.report else None
        now = records.read(rebuilt_home, area, cutoff)
        found = differences(record.get("products"), there, rebuilt)
        lines = [line for path, kind in found for line in _difference_lines(path, kind, home, rebuilt_home, words)]
    told = [(name, kind) for name, kind in theirs.items() if kind != office.CHANGED]
    lines += [_said_of_people(home, area, cutoff, *each, words) for each in told]
    if not record:
        lines.insert(0, words.say("verify.record_lost"))
    if rebuilt is None:
        lines.append(words.say("verify.not_rebuilt", reason=outcome.message))
    if record and now:
        said = because(record, now)
        lines += [words.say(f"verify.because_{name}", names=_some(names)) for name, names in said.items()]
        if not said and any(kind in ("other", "new", "not_made") for _, kind in found):
            lines.append(words.say("verify.no_reason"))
    kinds = {kind for _, kind in found}
    if kinds & {"missing", "damaged"} and not kinds & {"other", "new", "not_made"} and rebuilt is not None:
        lines.append(words.say(f"{what}.heal", area=area, cutoff=cutoff, command=command.typed(home)))
    same = not found and record and rebuilt is not None
    fields = {"area": area, "cutoff": cutoff, "revision": f"r{_revision(there)}"}
    count = len(there) - len(edited & {*publish.made_reports(home, paths.reports(home, area, cutoff), record)})
    heading = words.say("verify.same", count=count, **fields) if same else words.say("verify.differs", **fields)
    return Outcome(Exit.DONE if same else DIFFERS, "\n".join([heading, *lines]))


def _rebuild(home: Path, area: str, cutoff: str, record: dict, into: Path, steps: Pipeline, words: Wording) -> Outcome:
    """Make the week in the empty home ``into``, from the rules, the earlier weeks and the earlier revisions.

    A later week whose table carries other totals of this one is there too, where the week was made after it. The
    published week itself is not there, so nothing of it can be reused: everything is made again.
    """
    shutil.copytree(home / "config", into / "config")
    published = paths.processed(home, area, cutoff)
    weeks = store.history(home, area)
    for each in (each for day, each in weeks.items() if day < cutoff or day in _find_carriers(published)):
        tables_only = shutil.ignore_patterns("*.ipynb", "raw", "units", "mail")
        shutil.copytree(each.folder, paths.processed(into, area, each.cutoff), ignore=tables_only)
    for place in (published, paths.reports(home, area, cutoff)):
        for each in store.revisions(place):
            shutil.copytree(each, into / each.relative_to(home), symlinks=True, ignore=_odd)
    inputs, held = record.get("inputs", {}), dict(zip(("raw", "remarks"), paths.held_raw(published), strict=True))
    digests = {name: atomic.digests(files) for name, files in held.items()}
    recorded = digests | {"remarks": []} | inputs if inputs else digests
    held["replies"], forms = paths.held_replies(published), published / "replies" / paths.FORMS
    digests["replies"] = atomic.digests(held["replies"])
    recorded = {"replies": []} | recorded
    if not held["raw"] or any(recorded[name] != digests[name] for name in held):
        return Outcome(Exit.FAILED, words.say("verify.raw_changed", folder=published / "raw"))
    pages = sorted(path.stem for path in (paths.reports(home, area, cutoff) / "units").glob("*.html"))
    about = inputs.get("parameters", {}) | {"units": inputs.get("units", pages or "none"), "messages": words.lang}
    about["remind"] = inputs.get("remind", False)
    about["forms"] = forms.read_bytes() if forms.is_file() else b""
    delivered = [path for its in held.values() for path in its]
    return pipeline.make_week(into, area, cutoff, delivered, steps=steps, **about)


def _rebuild_period(
    home: Path, area: str, name: str, record: dict, into: Path, steps: Pipeline, words: Wording
) -> Outcome:
    """Make the period in the empty home ``into``, from the rules, the stored weeks and its earlier issues.

    As on the day on which it was made: a week that came later is not there.
    """
    shutil.copytree(home / "config", into / "config")
    tables_only = shutil.ignore_patterns("*.ipynb", "raw", "units", "mail")
    known = record.get("inputs", {}).get("known")
    for day, week in store.weeks(home, area).items():
        if known is None or day in known:  # a later week is none that it was made with
            shutil.copytree(week.folder, paths.processed(into, area, day), ignore=tables_only)
    for place in (paths.processed(home, area, name), paths.reports(home, area, name)):
        for each in store.revisions(place):
            shutil.copytree(each, into / each.relative_to(home), symlinks=True, ignore=_odd)
    about = {"lang": record.get("inputs", {}).get("parameters", {}).get("lang", "vi"), "messages": words.lang}
    with suppress(TypeError, ValueError):
        about["today"] = date.fromisoformat(record.get("day"))
    return period.make_period(into, area, name, is_open=True, steps=steps, **about)


def _odd(folder: str, names: list[str]) -> list[str]:
    """What cannot be copied: neither a file nor a folder."""
    return [name for name in names if not Path(folder, name).is_file() and not Path(folder, name).is_dir()]


def _find_carriers(published: Path) -> set[str]:
    """The later cut-offs whose tables the published week compares itself with."""
    table = published / "carried.csv"
    with suppress(OSError, ValueError, csv.Error):  # damaged, which the comparison of files names
        rows = csv.DictReader(io.StringIO(table.read_text("utf-8"))) if table.is_file() else ()
        return {row.get("carrier") for row in rows} - {published.name}
    return set()


def _products(
    home: Path, area: str, cutoff: str, record: dict | None = None, edited: Iterable[str] = ()
) -> dict[str, str]:
    """sha256 by path below ``home`` of every file in the week's two folders, except run.json.

    record, edited : where they are given, only the published reports count, and edited ones as if they were not edited
    """
    tables, reports = paths.processed(home, area, cutoff), paths.reports(home, area, cutoff)
    made = publish.made_reports(home, reports, record or {})
    published = [reports / name for name in made] if made else reports.rglob("*")
    found = atomic.hashes([*tables.rglob("*"), *published], home)
    found |= {f"{reports.relative_to(home).as_posix()}/{name}": made[name] for name in edited if name in made}
    return {name: digest for name, digest in found.items() if Path(home, name) != tables / "run.json"}


def _said_of_people(home: Path, area: str, cutoff: str, name: str, kind: str, words: Wording) -> str:
    place = paths.reports(home, area, cutoff, name)
    path = place.relative_to(home).as_posix()
    if kind != office.EDITED:
        return words.say("verify.added", path=path)
    who, when = office.last_edit(place)
    return words.say("verify.edited", path=path, who=who or wording.MISSING, when=_say_time(when) or wording.MISSING)


def _say_time(written: str) -> str:
    """A time as an Office file has it, as local time; what is none stays as it is."""
    with suppress(ValueError, OverflowError, OSError):
        return status.say_time(datetime.fromisoformat(written).timestamp())
    return written


def differences(
    recorded: dict[str, str] | None, there: dict[str, str], rebuilt: dict[str, str] | None
) -> list[tuple[str, str]]:
    """Compare three mappings of sha256 by path: the record, the files of today, and the rebuilt files.

    recorded : from run.json; None: run.json is lost, and the files of today count as the record
    there    : the files of today
    rebuilt  : the rebuilt files; None: the week could not be rebuilt
    Returns  : each path that differs, with "missing", "damaged" or "extra" (today against the record), or "not_made",
               "new" or "other" (rebuilt against the record). Earlier revisions are not rebuilt, so they only have the
               first three.
    """
    before, found = there if recorded is None else recorded, []
    for path in sorted({*before, *there, *(rebuilt or ())}):
        was, is_now = before.get(path), there.get(path)
        if is_now != was:
            found.append((path, "missing" if is_now is None else "extra" if was is None else "damaged"))
        if rebuilt is None or _kept(path):
            continue
        made = rebuilt.get(path)
        if made != was:
            found.append((path, "not_made" if made is None else "new" if was is None else "other"))
    return found


def _kept(path: str) -> bool:
    """Whether a product belongs to an earlier revision: …/<cutoff>/r1/…"""
    return paths.is_revision(path.split("/")[4 if path.startswith("data/") else 3])


def _revision(products: dict[str, str]) -> int:
    return 1 + len({path.split("/")[4] for path in products if path.startswith("data/") and _kept(path)})


def cells(published: bytes, rebuilt: bytes) -> list[tuple[int, str, str, str]]:
    """The first cells in which two CSV tables differ: row (1 is the heading), column, both values ("": no cell)."""
    texts = (io.StringIO(data.decode("utf-8", "replace"), newline="") for data in (published, rebuilt))
    old, new = (list(csv.reader(text)) for text in texts)
    names = max(old[:1] + new[:1], key=len, default=[])
    found = []
    for row, (before, now) in enumerate(zip_longest(old, new, fillvalue=[]), start=1):
        for column, (was, made) in enumerate(zip_longest(before, now, fillvalue="")):
            if was != made:
                found.append((row, names[column] if column < len(names) else str(column + 1), was, made))
            if len(found) == MOST_CELLS:
                return found
    return found


def because(before: dict, now: dict) -> dict[str, list[str]]:
    """The inputs that have changed since the week was published, from two records of a run: names by sort of input."""
    was, made = before.get("inputs", {}), now.get("inputs", {})
    changed = {name: _changed(was.get(name, {}), made.get(name, {})) for name in ("code", "config", "earlier")}
    changed["earlier"] = sorted({path.split("/")[3] for path in changed["earlier"]})
    old, new = was.get("versions", {}), made.get("versions", {})
    changed["versions"] = [f"{name} {old.get(name, '–')} → {new.get(name, '–')}" for name in _changed(old, new)]
    if before.get("commit") != now.get("commit"):
        changed["commit"] = [f"{before.get('commit') or '–'} → {now.get('commit') or '–'}"]
    return {name: names for name, names in changed.items() if names}


def _changed(before: dict, now: dict) -> list[str]:
    return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))


def _difference_lines(path: str, kind: str, home: Path, rebuilt_home: Path, words: Wording) -> list[str]:
    lines = [words.say(f"verify.{kind}", path=path)]
    files = [home / path, rebuilt_home / path]
    if kind in ("damaged", "other") and path.endswith(".csv") and all(each.is_file() for each in files):
        names = ("row", "column", "published", "rebuilt")
        with suppress(csv.Error):  # so damaged that it is no table any more
            found = cells(*(each.read_bytes() for each in files))
            lines += ["  " + words.say("verify.cell", **dict(zip(names, each, strict=True))) for each in found]
    return lines


def _some(names: list[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" … (+{more})" if more > 0 else "")
