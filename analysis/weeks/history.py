"""Reads all published cut-offs into one frame, and finds where a new series begins. The cut-offs may be irregular.

Totals are compared only within a series (docs/method.md §9). A new series begins with a new year, with new rules of the
decision, or when a code means another unit (after a merger). Another name or type is still the same unit. A published
table may carry totals of a cut-off that was never published. They belong to the history, with their source, until that
cut-off is published itself.
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import islice, takewhile
from pathlib import Path

import pandas as pd

from analysis import tables
from analysis.config import periods, rules, units
from analysis.weeks import paths, store, table_files

COLUMNS = [
    *["cutoff", "unit_code", "unit_name", "total", "computed_total", "not_itemised", "band", "rank"],
    *["revision", "corrected", "carried_by", "since"],
]
TASK = "task"  # the kind of ask that stands for years
INDICATORS = ["cutoff", "unit_code", "indicator", "value", "numerator", "denominator", "published_points"]


# -- reading ---------------------------------------------------------------------------------------------------------


def load(
    home: Path,
    area: str,
    before: str = "",
    newest: int | None = None,
    without: Collection[str] = (),
    since: str = "",
) -> pd.DataFrame:
    """Every known total of the cut-offs earlier than ``before`` ("": of all cut-offs), including control rows.

    newest  : how many of the newest cut-offs to read; None: all
    since   : a day, ISO: whatever ``newest`` is, all cut-offs from then on are read
    without : published cut-offs to leave out, because their tables cannot be read
    Returns : COLUMNS, by cut-off, then in the order of the file. revision: the newest one of a published week (1: the
              first issue). corrected: whether a revision changed this unit's total. carried_by: "" for a published
              total, else the cut-off of the newest published table that carries it; such a total has no band (""),
              rank, computed total or revision (NaN). since: the day its series began, ISO.
    Raises  : TableError that names week and file where a file is not that table; NotFound where a table is missing.
    """
    begun, _, years = rules.beginnings(home, area)
    is_all_needed = begun is None and not years  # any earlier table may tell that a code is another unit's
    least = None if is_all_needed else newest
    folders = [folder for folder in _folders(home, area, before, least, since) if folder.name not in without]
    scores, changes = (_read(home, area, name, folders) for name in ("scores", "changes"))
    earlier = {folder: kept for folder in folders if (kept := store.revisions(folder))}
    corrections = _read(
        home, area, "corrections", [each for folder, kept in earlier.items() for each in (*kept, folder)]
    )
    revision = {folder.name: len(kept) + 1.0 for folder, kept in earlier.items()}
    published = issued(scores, corrections, revision)
    others = _keep_named(home, area, folders, _of_unpublished(changes, scores["cutoff"].unique()))
    frame = pd.concat([published, carried(others)], ignore_index=True)
    frame = frame.sort_values("cutoff", kind="stable", ignore_index=True)
    frame = _newest(frame, newest, since)
    return frame.assign(since=series(frame, *_beginnings(home, area, scores)))[COLUMNS]


def indicators(home: Path, area: str, before: str = "", newest: int | None = None) -> pd.DataFrame:
    """Every figure of the published weeks earlier than ``before``. Returns INDICATORS by cut-off, in file order.

    Raises : as ``load``.
    """
    return read(home, area, "measurements", before, newest)[INDICATORS]


def figures(week: store.Week, known: pd.DataFrame, newest: int) -> pd.DataFrame:
    """Every figure of the week that is being made and of the ``newest`` published cut-offs before it.

    known   : as ``load`` and ``rows`` return them
    Returns : INDICATORS and since (the day the unit's series began, ISO; "": not known), by cut-off; a total that no
              table prints is computed, and has its row of the indicator TOTAL too
    """
    now = week.read("measurements").assign(cutoff=week.cutoff)[INDICATORS]
    earlier = indicators(week.home, week.area, before=week.cutoff, newest=newest)
    began = known[["cutoff", "unit_code", "since"]].drop_duplicates(["cutoff", "unit_code"], keep="last")
    frame = pd.concat([earlier, now], ignore_index=True)
    published = known[(known["carried_by"] == "") & known["cutoff"].isin(frame["cutoff"])]
    frame = with_totals(frame, published).merge(began, how="left", on=["cutoff", "unit_code"])
    return frame.fillna({"since": ""})


def with_totals(measurements: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """The measurements and the totals that no table prints, each as a row of the indicator TOTAL.

    measurements, totals : cutoff (where both have it), unit_code, unit_name; of the totals total. NaN is left out
    """
    keys = [key for key in ("cutoff", "unit_code") if key in measurements and key in totals]
    printed = pd.MultiIndex.from_frame(measurements.loc[measurements["indicator"] == "TOTAL", keys])
    rows = totals.dropna(subset="total")
    rows = rows[~pd.MultiIndex.from_frame(rows[keys]).isin(printed)]
    rows = rows.assign(indicator="TOTAL", value=rows["total"], mark="").reindex(columns=measurements.columns)
    return pd.concat([measurements, rows], ignore_index=True) if len(rows) else measurements


def read(home: Path, area: str, name: str, before: str = "", newest: int | None = None) -> pd.DataFrame:
    """The table ``name`` of the published weeks, all of them or as ``load`` has it, as one frame by cut-off; its first
    column is the cutoff.

    Raises : as ``load``.
    """
    return _newest(_read(home, area, name, _folders(home, area, before, newest)), newest)


def ledgers(week: store.Week, newest: int | None = None, since: str = "") -> tuple[pd.DataFrame, list[str]]:
    """The table ``asks`` of the published weeks earlier than this one, each in its newest revision.

    newest  : how many of the newest to read; None: all. Those are read too that lie not before the day ``since``, or
              not before an ask of the newest, tasks left out, was opened
    Returns : the rows after their cutoff; and the cut-offs of the weeks that have the table, oldest first: weeks that
              older programs made have none
    Raises  : TableError that names week and file where a file is not that table.
    """
    weeks = store.newest_first(week.home, week.area, before=week.cutoff)
    weeks = (each.folder for each in weeks if (each.folder / "asks.csv").is_file())
    held = [*islice(weeks, newest)]
    if not held:
        return pd.DataFrame(columns=["cutoff", *tables.TABLES["asks"].columns]), []
    if newest:
        rows = _read(week.home, week.area, "asks", held)
        first = min([held[-1].name, *rows.loc[rows["kind"] != TASK, "opened"], *([since] if since else [])])
        held += takewhile(lambda folder: folder.name >= first, weeks)
    return _read(week.home, week.area, "asks", held[::-1]), [folder.name for folder in held[::-1]]


def places(home: Path, area: str, before: str = "", without: Collection[str] = ()) -> pd.DataFrame:
    """The places of the published weeks earlier than ``before`` ("": of all weeks), by cut-off.

    without : as in ``load``
    Returns : cutoff, and the columns of the table ``places``. A week made before there was that table may have the
              area's own place in ``place.csv``, or in province_rank.csv
    Raises  : TableError that names week and file where a file is not that table; as ``rules.load``.
    """
    columns, weeks = ["cutoff", *tables.TABLES["places"].columns], store.weeks(home, area, before)
    some = [each for day, each in weeks.items() if day not in without and _may_have_rows(each, "places")]
    folders = {each.cutoff: each.folder for each in some if store.is_whole(each)}
    held = [folder for folder in folders.values() if (folder / "places.csv").is_file()]
    older = [day for day, folder in folders.items() if folder not in held]
    parts = [_read(home, area, "places", held)] if held else []
    parts += [_place_of_older(home, area, older, folders)] if older else []
    frame = pd.concat([pd.DataFrame(columns=columns), *(part for part in parts if len(part))], ignore_index=True)
    frame = frame[columns].astype(dict.fromkeys(columns, str) | {"place": float, "of": float})
    return frame.sort_values("cutoff", kind="stable", ignore_index=True)


def _place_of_older(home: Path, area: str, days: list[str], folders: Mapping[str, Path]) -> pd.DataFrame:
    """The area's own place of weeks that have no table ``places``: that of a file of the week, else the configured."""
    held = rules.load(home, area, periods.cutoff(days[-1]))
    configured, rows = held.province_rank, []
    for day in days:
        said = configured[configured["cutoff"] == pd.Timestamp(day)]
        if (file := folders[day] / "place.csv").is_file() and len(its := pd.read_csv(file, keep_default_na=False)):
            said = its
        rows += [(day, float(each.rank), float(each.of), each.source) for each in said.itertuples()]
    frame = pd.DataFrame(rows, columns=["cutoff", "place", "of", "source"])
    own = {"unit_code": held.settings["code"], "scope": held.settings["name"]["peers_in"], "indicator": "TOTAL"}
    return frame.assign(**own)


def known_asks(week: store.Week) -> pd.DataFrame:
    """Every ask that a reply of this report may be about, by the newest report that has it.

    Returns : ask_id, addressee, unit_code, unit_name, department, indicator, kind, opened, is_open (before this
              report). Among them are those of earlier revisions, and what the published week itself asks first
    Raises  : as ``ledgers``
    """
    earlier, reports = ledgers(week)
    newest = earlier.drop_duplicates("ask_id", keep="last")
    is_open = (newest["cutoff"] == max(reports, default="")) & ~newest["state"].isin(tables.CLOSED)
    weeks = [*store.history(week.home, week.area, before=week.cutoff).values()]
    own = paths.processed(week.home, week.area, week.cutoff)
    folders = [kept for each in (*(each.folder for each in weeks), own) for kept in store.revisions(each)]
    folders = [each for each in (*folders, own) if (each / "asks.csv").is_file()]
    others = _read(week.home, week.area, "asks", folders) if folders else newest.iloc[:0]
    known = pd.concat([newest.assign(is_open=is_open), others.assign(is_open=False)]).drop_duplicates("ask_id")
    names = ["ask_id", "addressee", "unit_code", "unit_name", "department", "indicator", "kind", "opened", "is_open"]
    return known[names].reset_index(drop=True)


def replies(week: store.Week) -> pd.DataFrame:
    """The replies that the published weeks earlier than this one show first: rows of the table ``replies``.

    Raises : as ``ledgers``
    """
    weeks = store.weeks(week.home, week.area, before=week.cutoff)
    some = [each for each in weeks.values() if _may_have_rows(each, "replies")]
    files = {each.cutoff: each.folder / "replies.csv" for each in some if store.is_whole(each)}
    held = {day: file.read_bytes() for day, file in files.items() if file.is_file()}
    if not held:
        return pd.DataFrame(columns=list(tables.TABLES["replies"].columns))
    frame = table_files.from_csvs("replies", held)
    return frame[frame["cutoff"] == frame.index.str[:10]].reset_index(drop=True)


def find_begun(week: store.Week) -> dict[str, str]:
    """The newest day, ISO, up to the week's cut-off, on which a code began to stand for this unit, by unit_code."""
    scores = week.read("scores").assign(cutoff=week.cutoff)
    begun, _, _ = _beginnings(week.home, week.area, scores, week.cutoff)
    return begun[begun["day"] <= week.cutoff].groupby("unit_code")["day"].max().to_dict()


def rows(week: store.Week) -> pd.DataFrame:
    """The totals of a week that is being made, as ``load`` will return them when the week is published.

    Returns : COLUMNS; first the rows of an earlier cut-off (published or not) that the week's own table carries
    """
    scores = week.read("scores").assign(cutoff=week.cutoff)
    revisions = [*store.earlier_revisions(week), week]
    corrections = pd.concat(each.read("corrections") for each in revisions).assign(cutoff=week.cutoff)
    published = issued(scores, corrections, {week.cutoff: float(len(revisions))})
    frame = pd.concat([carried(_of_unpublished(_carried_by(week), [])), published], ignore_index=True)
    return frame.assign(since=series(frame, *_beginnings(week.home, week.area, scores, week.cutoff)))[COLUMNS]


def carriers(week: store.Week, previous_cutoff: str) -> pd.DataFrame:
    """The totals of other cut-offs that are carried by the week's own table and by the next published table.

    previous_cutoff : that the week is compared with, ISO. Previous totals whose table does not say of which cut-off
                      they are belong to the cut-off that their week was compared with.
    Returns : carrier (cut-off of the table), cutoff (of the total), unit_code, total
    """
    weeks = store.weeks(week.home, week.area)
    later = [*islice((each for day, each in weeks.items() if day > week.cutoff and store.is_whole(each)), 1)]
    compared = [(week, previous_cutoff)]
    compared += [(each, max(each.read("changes")["previous_cutoff"], default="")) for each in later]
    parts = [_carried_by(each).replace({"previous_cutoff": {"": day}}) for each, day in compared]
    frame = pd.concat(parts, ignore_index=True)
    names = {"cutoff": "carrier", "previous_cutoff": "cutoff", "previous_total": "total"}
    return frame.rename(columns=names)[["carrier", "cutoff", "unit_code", "total"]]


def _carried_by(week: store.Week) -> pd.DataFrame:
    """The previous totals that the week's own table carries, in the columns of the table ``changes``."""
    measurements = week.read("measurements")
    frame = measurements[measurements["indicator"] == "PREVIOUS_TOTAL"].rename(columns={"value": "previous_total"})
    return frame.assign(cutoff=week.cutoff, previous_cutoff=max(week.read("source")["previous_cutoff"], default=""))


def _may_have_rows(week: store.Week, name: str) -> bool:
    """False where the week's file of the table is no longer than its header, as of most tables beside the figures: so
    few weeks are looked at of which there is nothing to tell."""
    file = week.folder / f"{name}.csv"
    return not file.is_file() or file.stat().st_size > len(",".join(tables.TABLES[name].columns)) + 1


def _folders(home: Path, area: str, before: str, newest: int | None, since: str = "") -> list[Path]:
    """The folders of the requested weeks, and of earlier weeks of the same year, because a name may change there."""
    weeks = store.newest_first(home, area, before)
    wanted = [*islice(weeks, newest)]
    year = min([week.cutoff for week in wanted] + [since] * bool(since), default="")[:4]
    wanted += takewhile(lambda week: week.cutoff >= year, weeks)
    return [week.folder for week in reversed(wanted)]


def _of_unpublished(changes: pd.DataFrame, published: Iterable[str]) -> pd.DataFrame:
    """The rows with a previous total of a cut-off that is known and not published."""
    return changes[changes["previous_total"].notna() & ~changes["previous_cutoff"].isin(["", *published])]


def _keep_named(home: Path, area: str, folders: Iterable[Path], changes: pd.DataFrame) -> pd.DataFrame:
    """The rows of weeks whose table itself says of which cut-off its previous totals are; else that day is assumed.

    A week says so in its table ``source``; where that is missing, the day counts as said.
    """
    weeks = set(changes["cutoff"])
    its = [folder for folder in folders if folder.name in weeks and (folder / "source.csv").is_file()]
    if not its:
        return changes
    said = _read(home, area, "source", its).groupby("cutoff")["previous_cutoff"].max()
    return changes[changes["cutoff"].map(said).fillna(changes["previous_cutoff"]) == changes["previous_cutoff"]]


def _newest(frame: pd.DataFrame, newest: int | None, since: str = "") -> pd.DataFrame:
    wanted = sorted(frame["cutoff"].unique(), reverse=True)[:newest]
    is_wanted = frame["cutoff"].isin(wanted) | ((frame["cutoff"] >= since) & bool(since))
    return frame[is_wanted].reset_index(drop=True)


def _read(home: Path, area: str, name: str, folders: Iterable[Path]) -> pd.DataFrame:
    """One table from many folders as one frame, with the cut-off as its first column unless the table has its own."""
    base = paths.processed(home, area)
    try:
        files = {folder.relative_to(base).as_posix(): (folder / f"{name}.csv").read_bytes() for folder in folders}
    except FileNotFoundError as error:
        gone = Path(error.filename).relative_to(base)
        raise paths.NotFound(f"{area}: {gone} is gone; the history needs it: make that week again") from None
    frame = table_files.from_csvs(name, files)
    if "cutoff" not in frame:
        frame.insert(0, "cutoff", frame.index.str[:10])
    return frame.reset_index(drop=True)


def _beginnings(home: Path, area: str, named: pd.DataFrame, cutoff: str = "") -> tuple[pd.DataFrame, list[str], bool]:
    """The arguments ``begun``, ``changed`` and ``years`` of ``series`` for the area.

    named  : cutoff, unit_code, unit_name of its weeks, by cut-off; only of ``cutoff`` where that is given
    """
    begun, changed, years = rules.beginnings(home, area)
    if begun is not None:
        return begun, changed, years
    if cutoff:
        named = pd.concat([_read(home, area, "scores", _folders(home, area, cutoff, newest=1)), named])
    return find_other_units(named, years), changed, years


# -- rows ------------------------------------------------------------------------------------------------------------


def issued(scores: pd.DataFrame, corrections: pd.DataFrame, revision: dict[str, float]) -> pd.DataFrame:
    """The published totals, with their revision and whether they were corrected after publication.

    scores, corrections : of all weeks, with their cutoff;  revision : by cut-off; a first issue is left out
    Returns : the scores with revision, corrected (some revision changed this unit's total), carried_by = ""
    """
    keys = ["cutoff", "unit_code"]
    totals = pd.MultiIndex.from_frame(corrections.loc[corrections["indicator"] == "TOTAL", keys])
    return scores.assign(
        revision=scores["cutoff"].map(revision).fillna(1.0),
        corrected=pd.MultiIndex.from_frame(scores[keys]).isin(totals),
        carried_by="",
    )


def carried(changes: pd.DataFrame) -> pd.DataFrame:
    """The totals that tables carry for unpublished cut-offs, as rows of those cut-offs.

    changes : the rows with such a total, of all weeks, with their cutoff, by cut-off
    Returns : cutoff, unit_code, unit_name, total, band (""), corrected (False), carried_by. Where several tables carry
              the same total, the newest table is used
    """
    rows = changes.drop_duplicates(["previous_cutoff", "unit_code"], keep="last")
    rows = rows[["previous_cutoff", "unit_code", "unit_name", "previous_total", "cutoff"]]
    named = rows.set_axis(["cutoff", "unit_code", "unit_name", "total", "carried_by"], axis="columns")
    return named.assign(band="", corrected=False)


# -- series ----------------------------------------------------------------------------------------------------------


def series(rows: pd.DataFrame, begun: pd.DataFrame, changed: Iterable[str], years: bool = True) -> pd.Series:
    """The day on which the series of each row began. Totals of different series are never compared.

    rows    : cutoff, unit_code
    begun   : unit_code, day: when a unit was founded, or its code began to mean another unit
    changed : the days on which the rules changed
    years   : whether each year begins a series
    Returns : one ISO day for each row: the latest of 1 January (with ``years``), ``begun`` of the unit and ``changed``
              that is not after the cut-off
    Source  : docs/method.md §1 (years and rules) and §5 (codes reused)
    """
    of_all = {
        day: max(f"{day[:4]}-01-01" if years else "", _newest_by(day, changed)) for day in rows["cutoff"].unique()
    }
    of_unit = begun.groupby("unit_code")["day"].agg(list).to_dict()
    pairs = zip(rows["cutoff"].tolist(), rows["unit_code"].tolist(), strict=True)
    days = [max(of_all[day], _newest_by(day, of_unit.get(code, ()))) for day, code in pairs]
    return pd.Series(days, rows.index, dtype=str, name="since")


def _newest_by(cutoff: str, days: Iterable[str]) -> str:
    return max((day for day in days if day <= cutoff), default="")


def find_other_units(named: pd.DataFrame, years: bool = True) -> pd.DataFrame:
    """Where a code begins to mean another unit, as far as tables show it that are themselves the registry. Where each
    year begins a new series anyway (``years``), only changes within a year are found.

    named   : cutoff, unit_code, unit_name, by cut-off
    Returns : unit_code, day (the first cut-off at which the code has another name, if it may be another unit: since the
              table before, codes came or went, as in a merger, or its old or new name is another code's). Where all
              codes stay and the name is new, the unit was renamed: it is the same one.
    """
    keys = {name: units.name_key(name) for name in named["unit_name"].unique()}
    found, before, last, year = [], {}, {}, ""
    for day, its in named.groupby("cutoff"):
        if years and day[:4] != year:
            last, year = {}, day[:4]
        now = dict(zip(its["unit_code"], its["unit_name"].map(keys), strict=True))
        others = [code for code, name in now.items() if last.get(code, name) != name]
        if now.keys() == before.keys():
            earlier, later = set(before.values()), set(now.values())
            others = [code for code in others if now[code] in earlier or before[code] in later]
        found += [(code, day) for code in others]
        before, last = now, last | now
    return pd.DataFrame(found, columns=["unit_code", "day"], dtype=str)
