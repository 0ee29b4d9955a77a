"""Copies what is public of the published weeks into a folder for a web server.

Public are the pages and the workbook of each week, and the indexes; report.docx, which is a draft, only on request. The
mail, earlier issues and everything below data/ are not, nor what a page marks as internal (internal.py), nor a
draft with any of it. A workbook or
draft that the office has edited is not copied either, only what was published: where our file stands beside it that one
is, else what the copy already has. Links to what is not copied become plain text; an item of a list that offers such a
file to be saved is left out.

Each file is changed in one step, the indexes after what they link to, and what is no longer public is deleted last. So
a call that is stopped leaves a copy whose links all lead somewhere, and the next call completes it. A record in the
folder lists the files of the copy; nothing else there is ever changed or deleted.
"""

import hashlib
import html
import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote
from xml.sax.saxutils import escape

from analysis.config import periods
from analysis.config.files import ConfigError
from analysis.config.wording import Wording
from analysis.exits import AnalysisError, Exit
from analysis.report.html_head import PREVIEW, address
from analysis.report.published_weeks import (
    DOCUMENT,
    NAME,
    REPORT,
    WORKBOOK,
    Published,
    find_drafts,
    published,
    published_periods,
)
from analysis.run.internal import is_internal, take_out_internal
from analysis.run.pipeline import Outcome
from analysis.weeks import atomic, locks, office, paths, publish, record
from analysis.weeks.paths import NoArea

RECORD, LOCK = ".766-site.json", ".766-site.lock"
OWN = ("config", "data", "reports")  # folders of the home
ATTEMPTS = 3  # a week may be published meanwhile
MOST_NAMED = 5  # files that a refusal names; our choice
DOWNLOAD = re.compile(r"<li\b[^>]*>\s*(<a\b[^>]*\sdownload=[^>]*>(?:(?!</a>).)*</a>)\s*</li>\s*", re.DOTALL)
LINK = re.compile(r'<a\b[^>]*?\shref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


class Refused(AnalysisError):
    """The folder cannot hold the copy, or a file of the copy was edited there; nothing was changed."""

    status = Exit.WRONG_USAGE


class Differs(AnalysisError):
    """A published file is not what was published; no further file was changed."""


@dataclass(frozen=True)
class File:
    """A file of the copy: a published file with its sha256 when it was published, or a page that is made here."""

    source: Path | None = None
    recorded: str = ""
    made: bytes = b""


def make_site(
    home: Path, areas: list[str], folder: Path, words: Wording, with_word: bool = False, indexes: Wording | None = None
) -> Outcome:
    """Make the copy in ``folder``, or renew it. What another call has copied there and this one does not is deleted.

    areas   : those to copy; one without a published week is left out
    words   : of what is said
    indexes : of the indexes; None: the same
    An area whose configuration is wrong is named, and the outcome is FAILED; what the copy holds of it stays.
    Raises : Refused, Differs; ConfigError where that of every area is wrong; OSError.
    """
    folder = folder.resolve()
    if home.is_relative_to(folder) or any(folder.is_relative_to(home / name) for name in OWN):
        raise Refused(words.say("site.own_place", folder=folder))
    weeks, wrong = _listed(home, areas)
    if wrong and not weeks:
        raise ConfigError("\n".join(wrong.values()))
    if not weeks:
        return Outcome(Exit.REFUSED, words.say("site.nothing_published", areas=words.listed(areas)))
    _check_is_ours(folder, words)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with _locked(folder):
            about = (words, with_word, indexes or words)
            changed, deleted, count = _renew_while_published(home, weeks, {*wrong}, folder, *about)
    except locks.Busy as busy:
        return Outcome(Exit.BUSY, words.say("site.busy", folder=folder) + busy.advice(words))
    key = "site.done" if changed or deleted else "site.nothing_new"
    about = {"changed": changed, "deleted": deleted} if changed or deleted else {}
    said = [words.say("site.left_out", area=area, reason=reason) for area, reason in wrong.items()]
    said.append(words.say(key, folder=folder / NAME, count=count, **about))
    copied = [(area, each.cutoff) for area, its in weeks.items() for each in [*its, *_find_periods(home, area)]]
    names = [path for area, cutoff in copied for path in _edited(home, area, cutoff, with_word)]
    said += [words.say("site.office", names=words.listed(names))] if names else []
    drafts = [
        path for area, cutoff in copied for path in _made(home, area, cutoff, with_word) if path.endswith(DOCUMENT)
    ]
    names = [path for path in drafts if is_internal(home / path)]
    said += [words.say("site.internal_word", names=words.listed(names))] if names else []
    return Outcome(Exit.FAILED if wrong else Exit.DONE, "\n".join(said))


def _listed(home: Path, areas: list[str]) -> tuple[dict[str, list[Published]], dict[str, str]]:
    """The published weeks by area, without areas that have none; and what is wrong with other areas."""
    from analysis.config import rules

    weeks, wrong = {}, {}
    for area in areas:
        try:
            if its := published(home, area):
                rules.load(home, area, periods.cutoff(its[-1].cutoff))
                weeks[area] = its
        except (ConfigError, NoArea) as error:
            wrong[area] = str(error)
    return weeks, wrong


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Allow only one call for a folder at a time; a folder that stays empty is removed. Raises locks.Busy."""
    try:
        with locks.held(folder / LOCK, named=False):  # this machine's name is not for a folder that is public
            yield
    finally:
        with suppress(OSError):
            folder.rmdir()  # only where nothing was copied


def _renew_while_published(
    home: Path,
    weeks: dict[str, list[Published]],
    wrong: set[str],
    folder: Path,
    words: Wording,
    with_word: bool,
    indexes: Wording,
) -> tuple[int, int, int]:
    """The same as ``_renew``, tried again where a week is published meanwhile. wrong : areas whose files stay"""
    stay = {path: digests for path, digests in _record(folder).items() if path.split("/")[0] in wrong}
    kept = {area: its for area in sorted(wrong) if (its := _kept_weeks(home, area, {*stay}))}
    for _ in range(ATTEMPTS - 1):
        with suppress(Differs):
            return _renew(folder, _plan(home, weeks, kept, folder, words, with_word, indexes), stay, words)
        weeks = {area: published(home, area) for area in weeks}
    return _renew(folder, _plan(home, weeks, kept, folder, words, with_word, indexes), stay, words)


def _kept_weeks(home: Path, area: str, stay: set[str]) -> list[Published]:
    """The weeks of an area whose files stay in the copy as they are, with what the copy holds of them."""
    if f"{area}/{NAME}" not in stay:
        return []
    weeks = [
        week._replace(files=tuple(link for link in week.files if f"{area}/{link}" in stay))
        for week in published(home, area)
    ]
    return [week for week in weeks if week.files]


# -- what is public --------------------------------------------------------------------------------------------------


def _plan(
    home: Path,
    weeks: dict[str, list[Published]],
    kept: dict[str, list[Published]],
    folder: Path,
    words: Wording,
    with_word: bool,
    indexes: Wording,
) -> dict[str, File]:
    """The files of the copy by their path in it, what links after what is linked to.

    kept : of areas of which nothing is copied now, the weeks that the copy holds
    """
    from analysis.config import rules
    from analysis.report import indexpage

    plan, addresses = {}, {}
    for area, its in weeks.items():
        listed: dict[str, Published] = {}
        over = _find_periods(home, area)
        for each in [*its, *over]:
            files = dict(_files(home, area, each.cutoff, folder, words, with_word))
            plan |= files
            links = tuple(path.removeprefix(f"{area}/") for path in files)
            listed[each.cutoff] = each._replace(files=tuple(link for link in links if link in each.files))
        held = rules.load(home, area, periods.cutoff(its[-1].cutoff))
        rows = indexpage.period_rows([listed[each.cutoff] for each in over], [], held, indexes)
        about = {"up": len(weeks | kept) > 1, "asks": indexpage.read_asks(home, area), "periods": rows}
        own = [listed[week.cutoff] for week in its]
        page = indexpage.build_index(own, indexpage.read(home, area), held, indexes, **about)
        plan[f"{area}/{NAME}"] = File(made=take_out_internal(page).encode())
        public = held.settings["public"]
        if public["robots"] == "index" and public["base_url"]:
            pages = [f"{area}/{NAME}", *(f"{area}/{each.cutoff}/{REPORT}" for each in [*its, *over])]
            addresses |= {address(public, page): address(public, "sitemap.xml") for page in pages}
    both = dict(sorted((weeks | kept).items()))
    plan[NAME] = File(made=indexpage.build_areas_index(home, both, indexes).encode())
    return plan | (_for_search_engines(addresses) if addresses else {})


def _find_periods(home: Path, area: str) -> list[Published]:
    """The months, quarters and years that are public: those that are over. A draft is the office's own."""
    drafts = find_drafts(home, area)
    return [each for each in published_periods(home, area) if each.cutoff not in drafts]


def _files(
    home: Path, area: str, cutoff: str, folder: Path, words: Wording, with_word: bool
) -> Iterator[tuple[str, File]]:
    """The public files of a week. Raises Differs where its record is missing."""
    base, made = home / "reports", _made(home, area, cutoff, with_word)
    if not any(Path(path).name == REPORT for path in made):
        raise Differs(words.say("site.no_record", area=area, cutoff=cutoff))
    for path in sorted(made, key=lambda path: (path.endswith(NAME), path.endswith(REPORT), path)):
        source, place = home / path, Path(home, path).relative_to(base).as_posix()
        if publish.is_edited(home, path, made[path]):
            source = office.find_published(source, made[path], folder / place)
        if source and not (source.suffix == ".docx" and is_internal(source)):
            yield place, File(source, made[path])


def _made(home: Path, area: str, cutoff: str, with_word: bool) -> dict[str, str]:
    """sha256 of the public products of a week, by path below home; {} where its record is missing."""
    folder = paths.reports(home, area, cutoff)
    made = record.read(home, area, cutoff).get("products", {})
    names = [REPORT, NAME, WORKBOOK, PREVIEW, *([DOCUMENT] if with_word else [])]
    public = {folder / "units": None, folder: names}  # None: every page
    return {
        path: digest
        for path, digest in made.items()
        if (parent := Path(home, path).parent) in public and _is_public(Path(path).name, public[parent])
    }


def _is_public(name: str, names: list[str] | None) -> bool:
    """Whether a file is one of these, or of units a page: their reminders and forms are internal."""
    return name.endswith(".html") if names is None else name in names


def _edited(home: Path, area: str, cutoff: str, with_word: bool) -> list[str]:
    """What would be public of a week, had the office not edited it."""
    made = _made(home, area, cutoff, with_word)
    return [path for path, digest in made.items() if publish.is_edited(home, path, digest)]


def _for_search_engines(addresses: dict[str, str]) -> dict[str, File]:
    """sitemap.xml, and robots.txt where the copy is at the root of its server: elsewhere nobody asks for it.

    addresses : of pages; the value is the address of the sitemap
    """
    urls = "".join(f"<url><loc>{escape(each)}</loc></url>\n" for each in addresses)
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    files = {"sitemap.xml": File(made=text.encode())}
    # https://office.example/sitemap.xml has three slashes
    sitemaps = sorted({each for each in addresses.values() if each.count("/") == 3})
    if sitemaps:
        lines = ["User-agent: *", "Allow: /", *(f"Sitemap: {each}" for each in sitemaps)]
        files["robots.txt"] = File(made=("\n".join(lines) + "\n").encode())
    return files


def _content(path: str, file: File, plan: dict[str, File], words: Wording) -> bytes:
    """The bytes of a file of the copy. Raises Differs where it is not what was published."""
    if file.source is None:
        return file.made
    data = file.source.read_bytes() if file.source.is_file() else b""
    if hashlib.sha256(data).hexdigest() != file.recorded:
        raise Differs(words.say("site.differs", path=file.source))
    if not path.endswith(".html"):
        return data
    try:
        page = take_out_internal(data.decode())
    except ValueError as error:
        raise Differs(words.say("site.internal", path=file.source)) from error
    return _without_dead_links(path, page, plan).encode()


def _without_dead_links(path: str, page: str, plan: dict[str, File]) -> str:
    """The page with only the text of links to files that are not in the copy, and without offers to save such files."""

    def kept(link: re.Match) -> str:
        target = html.unescape(link[1]).partition("#")[0]
        if not target or ":" in target:
            return link[0]
        place = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(target)))
        return link[0] if place in plan or posixpath.join(place, NAME) in plan else link[2]

    def offered(item: re.Match) -> str:
        link = LINK.fullmatch(item[1])
        return "" if link and kept(link) != item[1] else item[0]

    return LINK.sub(kept, DOWNLOAD.sub(offered, page))


# -- the folder ------------------------------------------------------------------------------------------------------


def _check_is_ours(folder: Path, words: Wording) -> None:
    """Raises Refused where the folder holds something, but no record of a copy."""
    others = sorted(path.name for path in folder.iterdir() if not path.name.startswith(LOCK)) if folder.is_dir() else []
    if others and not _record(folder):
        raise Refused(words.say("site.foreign", folder=folder, names=", ".join(others[:MOST_NAMED])))


def _record(folder: Path) -> dict[str, list[str]]:
    """The files of the copy, each with the sha256 that it may have; {} without a record."""
    held = atomic.load_json(folder / RECORD).get("files")
    is_record = isinstance(held, dict) and all(
        "\0" not in path and isinstance(each, list) and all(isinstance(digest, str) for digest in each)
        for path, each in held.items()
    )
    return held if is_record else {}


def _renew(folder: Path, plan: dict[str, File], stay: dict[str, list[str]], words: Wording) -> tuple[int, int, int]:
    """Bring the folder to the plan. Returns how many files were written, deleted, and are there.

    stay   : files of the copy that are in no plan and are not deleted, as the record has them
    Raises : Refused, Differs before anything is changed; Differs while a week is being published again.
    """
    held = _record(folder)
    there = {path: _digest(folder, path, words) for path in {*plan, *held}}
    for path in held:
        atomic.part_of(folder / path).unlink(missing_ok=True)  # of a call that was killed
    wanted = {path: hashlib.sha256(_content(path, file, plan, words)).hexdigest() for path, file in plan.items()}
    taken = sorted(path for path in wanted if there[path] and path not in held)
    if taken:
        raise Refused(words.say("site.foreign", folder=folder, names=", ".join(taken[:MOST_NAMED])))
    edited = sorted(path for path in held if there[path] and there[path] not in (*held[path], wanted.get(path)))
    if edited:
        raise Refused(words.say("site.edited", folder=folder, names=", ".join(edited[:MOST_NAMED])))
    changed = [path for path in wanted if there[path] != wanted[path]]
    stale = sorted(path for path in held if path not in {*wanted, *stay})
    final = stay | {path: [digest] for path, digest in wanted.items()}
    if held != final:
        either = {path: sorted({*held.get(path, []), *final.get(path, [])}) for path in {*held, *final}}
        atomic.save_json(folder / RECORD, {"files": either})
    for path in changed:
        content = _content(path, plan[path], plan, words)
        if hashlib.sha256(content).hexdigest() != wanted[path]:
            raise Differs(words.say("site.differs", path=plan[path].source))
        atomic.save(folder / path, content)
    for path in stale:
        (folder / path).unlink(missing_ok=True)
        _remove_empty(folder, (folder / path).parent)
    if held != final:
        atomic.save_json(folder / RECORD, {"files": final})
    return len(changed), len(stale), len(wanted)


def _digest(folder: Path, path: str, words: Wording) -> str:
    """sha256 of a file in the folder, "" where there is none. Raises Refused where it would not be in the folder."""
    place = folder / path
    if not (place.parent.resolve() / place.name).is_relative_to(folder) or place.is_symlink() or place.is_dir():
        raise Refused(words.say("site.foreign", folder=folder, names=path))
    return atomic.sha256(place) if place.is_file() else ""


def _remove_empty(folder: Path, below: Path) -> None:
    while below != folder and below.is_dir() and not any(below.iterdir()):
        below.rmdir()
        below = below.parent
