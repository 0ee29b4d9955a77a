"""The command line: options, help, printed text, exit status. ``analysis week``, ``python -m analysis week`` …

Only modules that every call needs are imported at the top; others are imported by the functions that use them, so that
``--help`` answers at once.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from analysis import console
from analysis.config import periods, spans, speech
from analysis.exits import AnalysisError, Exit, worst
from analysis.weeks import lacking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from analysis.config.rules import Rules
    from analysis.config.wording import Wording
    from analysis.gate.clean import Cleaned
    from analysis.run.pipeline import Outcome

UsageError = typer.BadParameter.__base__  # typer does not export this class

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="The weekly 766 report, from a district's raw table to the page its leaders act on.",
    epilog="Exit status: 0 done, 2 table refused or not there, or nothing published, 3 a run failed or a week differs"
    " from what was published, 4 mail refused, given up or uncertain, 5 that week is being made or mailed already, 64"
    " wrong usage.",
)


def _is_cutoff(text: str | None) -> str | None:
    if text is not None:
        try:
            return str(periods.typed_cutoff(text))
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
    return None


def _is_span(text: str) -> str:
    try:
        return spans.span(text.strip()).name
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _is_cutoff_or_span(text: str | None) -> str | None:
    return _is_span(text) if text is not None and spans.is_span(text.strip()) else _is_cutoff(text)


def _distinct(files: list[Path] | None) -> list[Path]:
    names = [path.name for path in files or []]
    if len(names) != len(set(names)):
        raise typer.BadParameter(f"two files of one name cannot be told apart: {', '.join(sorted(names))}")
    if odd := [str(path) for path in files or [] if not path.is_file()]:
        raise typer.BadParameter(f"expected a regular file, not a device or a pipe: {', '.join(odd)}")
    return files or []


def _pages(text: str | None) -> str | list[str] | None:
    if text in (None, "none", "all"):
        return text
    codes = [code.strip() for code in text.split(",")]
    if not all(codes):
        raise typer.BadParameter(f"expected none, all, or codes of units with commas between, got {text!r}")
    return codes


Tables = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE",
        exists=True,
        dir_okay=False,
        callback=_distinct,
        help="The table as it was delivered, or the several files that make it up; also CUTOFF-ghi-chu.txt or .docx,"
        " CUTOFF-xep-hang and CUTOFF-phan-hoi, .csv or .xlsx.",
    ),
]
Cutoff = Annotated[
    str,
    typer.Option(
        metavar="DATE", callback=_is_cutoff, help="The day the week's figures were closed, such as 2023-12-04."
    ),
]
Area = Annotated[
    str | None,
    typer.Option(
        metavar="AREA", help="A folder of config/, such as cho-moi. Default: the one whose area.toml says so."
    ),
]
Home = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        exists=True,
        file_okay=False,
        help="The folder that holds config/, data/ and reports/. Default: $ANALYSIS_HOME, else the project.",
    ),
]
Language = Literal["vi", "en"] | None
Lang = Annotated[
    Language,
    typer.Option(help="The language of messages and of help. Default: English in an English locale, else Vietnamese."),
]


@app.callback()
def program(context: typer.Context, lang: Lang = None, home: Home = None) -> None:
    before = {"lang": lang, "home": home}  # before the command they count for the command
    given = {name: value for name, value in before.items() if value}
    context.default_map = dict.fromkeys(context.command.commands, given)


@app.command(short_help="Make the report of one week.")
def week(
    cutoff: Annotated[
        str | None,
        typer.Argument(
            metavar="[CUTOFF]",
            callback=_is_cutoff,
            help="The day the week's figures were closed, such as 2023-12-04. Default: the newest table of the area.",
        ),
    ] = None,
    area: Annotated[
        str | None,
        typer.Option(
            metavar="AREA|all",
            help="A folder of config/, such as cho-moi; all: of every area, several at once. Default: the one whose"
            " area.toml says so.",
        ),
    ] = None,
    raw: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            callback=_distinct,
            help="The table as it was delivered; once for each of its files. Default: data/raw/AREA/CUTOFF*.*",
        ),
    ] = None,
    reissue: Annotated[
        bool,
        typer.Option(
            "--reissue", help="A table other than the published one is its correction: publish it, keep both."
        ),
    ] = False,
    lang: Annotated[
        Language,
        typer.Option(
            help="The language of the report and of messages. Default: the report in Vietnamese, messages in English"
            " in an English locale, else in Vietnamese."
        ),
    ] = None,
    units: Annotated[
        str | None,
        typer.Option(
            metavar="none|all|CODE,…",
            callback=_pages,
            help="Whose own pages to make beside the report; those of CODE,… are added to those that are there."
            " Default: those that the published week has, else none.",
        ),
    ] = None,
    remind: Annotated[
        bool | None,
        typer.Option(
            "--remind/--no-remind",
            show_default=False,
            help="Also write a reminder, and a form for replies, to each unit with an ask that is overdue or was made"
            " often (remind_from in area.toml). Default: as the published week has it, else none.",
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="How many of those pages at once, with --area all how many areas. Default: one for each processor.",
        ),
    ] = None,
    cluster: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Have those pages made by the workers of a Dask scheduler, such as tls://10.0.0.5:8786; tcp:// only on"
            " this machine: docs/schedule.md.",
        ),
    ] = "",
    cluster_insecure: Annotated[
        bool,
        typer.Option(
            "--cluster-insecure",
            help="Allow tcp:// to another machine. Whoever reaches that scheduler, or is between, can run code here.",
        ),
    ] = False,
    engine: Annotated[
        Literal["inprocess", "papermill"] | None,
        typer.Option(
            help="inprocess: a notebook's cells run in the process that is its own; papermill: in a kernel that"
            " papermill starts. Default: inprocess on Linux, else papermill."
        ),
    ] = None,
    due: Annotated[
        bool,
        typer.Option(
            "--due",
            help="Every week whose table has no report yet, oldest first; with --area all of every area. For schedules:"
            " docs/schedule.md.",
        ),
    ] = False,
    send: Annotated[
        bool,
        typer.Option(
            "--send",
            help="Then send its mail, or ask the operator first (release in mail.toml); nothing of a failed week.",
        ),
    ] = False,
    home: Home = None,
) -> int:
    """Make the report of one week: check the table, score it, compare it, write the page and the mail.

    Everything is published at once in reports/AREA/CUTOFF/, or nothing is. A second call with the same table changes
    nothing. A refused table leaves everything as it was and lists every cell to correct. Another table for a week
    already published is refused too, unless it is named a correction: --reissue. Only a unit's own page may fail alone:
    the rest is published, a page that says so stands in its place, and the same call makes it again.
    """
    if raw and not cutoff:
        raise typer.BadParameter("which week is it? --raw FILE needs the cut-off too", param_hint="CUTOFF")
    if due and (cutoff or raw or reissue):
        raise typer.BadParameter("it finds the weeks itself: no CUTOFF, --raw or --reissue with it", param_hint="--due")
    if area == "all" and (raw or reissue):
        raise typer.BadParameter("a table is of one area: no --raw or --reissue with all", param_hint="--area")
    if cluster:
        _check_cluster(cluster, cluster_insecure)
    home, areas = _places(home, area)
    from analysis.run import preload

    if area != "all" or due or cluster:  # else each area has its own process, which warms up itself
        preload.warm_up(home, areas[0])  # while this process imports what it needs
    from analysis.run import pipeline

    steps = pipeline.Pipeline(way=pipeline.EngineOptions(engine)) if engine else pipeline.Pipeline()
    words = _words(home, lang)
    about = {"lang": lang or speech.OF_PRODUCTS, "messages": words.lang}
    about |= {"units": units, "jobs": jobs, "cluster": cluster, "steps": steps, "remind": remind}
    try:
        if due:
            from analysis.run.due import make_all

            made = make_all(home, areas, send, by_schedule=not sys.stderr.isatty(), **about)
            return _made(home, made, send, words, about["lang"])
        if area == "all":
            from analysis.run.areas import make_all

            return _made(home, make_all(home, areas, cutoff, **about), send, words, about["lang"])
        made = pipeline.make_week(home, areas[0], cutoff, raw, reissue=reissue, **about)
        unread = [] if raw else pipeline.misnamed(home, areas[0], words)
        return _made(home, [made, *unread], send, words, about["lang"])
    except KeyboardInterrupt:
        _say(words.say("run.halted"), Exit.STOPPED)
        return Exit.STOPPED


def _check_cluster(address: str, is_plain_allowed: bool) -> None:
    from analysis.run.cluster import check_address

    try:
        check_address(address, is_plain_allowed)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--cluster") from None


def _made(home: Path, outcomes: "Iterable[Outcome]", send: bool, words: "Wording", lang: str) -> Exit:
    """Print every outcome, then send the mails; return the worst status.

    lang : of a letter to the operator
    All reports come before all mails, so that a mail server that says "later" delays no report.
    """
    statuses, mails = [], []
    for each in outcomes:
        _say(each.message, each.status)
        statuses += [] if each.status is None else [each.status]
        mails += each.mails
    statuses += _sent(home, mails, words, lang) if send and mails else []
    _tell_lacking(words)
    return worst(statuses)


def _say(text: str, status: Exit | None) -> None:
    if text:
        print(text, file=sys.stdout if status == Exit.DONE else sys.stderr, flush=True)


def _sent(home: Path, weeks: list[tuple[str, str]], words: "Wording", lang: str) -> list[Exit]:
    """Send the weeks' mails. This is outside the run, because a run sees no password."""
    from analysis.config import wording
    from analysis.mail import release

    statuses = []
    try:
        for status, text in release.send_weeks(home, weeks, words, wording.load(home, lang), _tell):
            _say_mail(text, status)
            statuses.append(status)
    except KeyboardInterrupt:
        _say_mail(words.say("mail.stopped"), Exit.STOPPED)
        statuses.append(Exit.STOPPED)
    return statuses


@app.command(short_help="Make the report of a month, a quarter or a year.")
def period(
    span: Annotated[
        str,
        typer.Argument(
            metavar="PERIOD", callback=_is_span, help="A month, a quarter or a year: 2023-11, 2023-Q4, 2023."
        ),
    ],
    area: Area = None,
    is_open: Annotated[
        bool, typer.Option("--open", help="Make one that is not over as well, marked as a draft.")
    ] = False,
    lang: Annotated[
        Language,
        typer.Option(
            help="The language of the report and of messages. Default: the report in Vietnamese, messages in English"
            " in an English locale, else in Vietnamese."
        ),
    ] = None,
    home: Home = None,
) -> int:
    """Compile the stored weeks of a month, a quarter or a year into the periodical report.

    The weeks are those whose cut-off lies within; the result is that of the last one, compared with the last one of the
    period before. Everything is published at once in reports/AREA/PERIOD/, or nothing is. A second call changes nothing
    unless a week has changed: where one was corrected, the report is issued again, and the first issue is kept.
    """
    home, area = _place(home, area)
    from analysis.run import preload

    preload.warm_up(home, area)
    from analysis.run.period import make_period

    words = _words(home, lang)
    outcome = make_period(home, area, span, is_open, lang=lang or speech.OF_PRODUCTS, messages=words.lang)
    _say(outcome.message, outcome.status)
    _tell_lacking(words)
    return outcome.status


@app.command(short_help="Say what of a table would be accepted, what not, and why.")
def gate(
    files: Tables,
    cutoff: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            callback=_is_cutoff,
            help="The day the week's figures were closed, such as 2023-12-04. Default: the day in the files' names.",
        ),
    ] = None,
    area: Area = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            file_okay=False,
            help="Write gate.html there, the table with its bad cells marked, and measurements.csv, repairs.csv and"
            " problems.csv; of a refused table no measurements.",
        ),
    ] = None,
    lang: Lang = None,
    home: Home = None,
) -> int:
    """Say what of a table, or of a file of replies, would be accepted, what is wrong, and why. Changes nothing."""
    _refuse_undated(files)
    cleaned, rules, words = _gated(files, cutoff or _cutoff_of(files), area, lang, home)
    from analysis.run import gating

    print("\n".join(gating.report_lines(cleaned, rules, words, files)))
    if out:
        accepted = {} if cleaned.refused else {"measurements": cleaned.measurements}
        print(gating.write_tables(out, accepted, cleaned, words, "utf-8-sig"))
        if len(cleaned.measurements) or cleaned.refused:
            print(words.say("run.page", page=gating.save_page(out, files, cleaned, rules, words)))
    status = Exit.REFUSED if cleaned.refused else Exit.DONE
    return status if out else _with_text(status)


@app.command(short_help="Gate and scoring without notebooks.")
def score(
    files: Tables,
    cutoff: Cutoff,
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            file_okay=False,
            help="Write measurements.csv, repairs.csv, problems.csv, points.csv, scores.csv and reconciliation.csv"
            " there; of a refused table only repairs and problems.",
        ),
    ],
    area: Area = None,
    lang: Lang = None,
    home: Home = None,
) -> int:
    """Check a table and score it by the rules in force on its cut-off, without notebooks and without a report."""
    cleaned, rules, words = _gated(files, cutoff, area, lang, home)
    from analysis.run import gating

    print("\n".join(gating.report_lines(cleaned, rules, words, files)))
    print(gating.write_tables(out, gating.score_tables(cleaned, rules), cleaned, words))
    return Exit.REFUSED if cleaned.refused else Exit.DONE


@app.command("new-area", short_help="Make the configuration of a new area from its delivered table.")
def new_area(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The folder of config/ to make: letters, digits, hyphens.")
    ],
    tables: Annotated[
        list[Path],
        typer.Option(
            "--from",
            metavar="TABLE",
            exists=True,
            dir_okay=False,
            callback=_distinct,
            help="The table as it was delivered; once for each of the files of one cut-off.",
        ),
    ],
    cutoff: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            callback=_is_cutoff,
            help="The day the table's figures were closed. Default: the day in the files' names.",
        ),
    ] = None,
    name_vi: Annotated[str, typer.Option(help="The area's name in Vietnamese, such as 'huyện Chợ Mới'.")] = "",
    name_en: Annotated[str, typer.Option(help="The same in English.")] = "",
    peers_vi: Annotated[
        str, typer.Option(help="Whom the area is ranked among, in Vietnamese, such as 'tỉnh, thành phố'.")
    ] = "",
    peers_en: Annotated[str, typer.Option(help="The same in English.")] = "",
    code: Annotated[
        str, typer.Option(help="The area's own code, such as 893. Default: as the units' codes begin.")
    ] = "",
    index: Annotated[
        str,
        typer.Option(
            metavar="FOLDER",
            help="The folder of config/ of its index; one that is not there is made from the table's columns. Default:"
            " index-766 where a column fits it, else a new one.",
        ),
    ] = "",
    unit_column: Annotated[
        str, typer.Option(metavar="HEADER", help="The header of the column that names the units. Default: it is found.")
    ] = "",
    lang: Lang = None,
    home: Home = None,
) -> int:
    """Make the configuration of a new area, config/NAME, from a table as it was delivered.

    Units, columns and the header are read off the table. What is guessed is marked and listed in review.csv, what is
    missing is left empty, and nothing of another area is copied. gate and score can be tried at once; week refuses
    until every empty key is filled in and every row of review.csv is checked. Whole or not at all; never over a folder
    that is there.
    """
    from analysis.run.new_area import make
    from analysis.weeks.home import find_home

    home, day = (home.resolve() if home else find_home()), periods.cutoff(cutoff or _cutoff_of(tables))
    words = _words(home, lang)
    make.check_name(home, name, words)
    told = make.Told(name_vi, name_en, peers_vi, peers_en, code)
    if sys.stdin.isatty():
        told = make.ask_names(told, words, lambda text: typer.prompt(text, default="", show_default=False))
    made = make.make_area(home, name, tables, day, told, words, index, unit_column)
    print("\n".join(make.report_lines(home, made, tables, day, words)))
    return Exit.DONE


@app.command(short_help="Rebuild a published week and name every difference.")
def verify(
    cutoff: Annotated[
        str | None,
        typer.Argument(
            metavar="[CUTOFF|PERIOD]",
            callback=_is_cutoff_or_span,
            help="The day the week's figures were closed, such as 2023-12-04, or a period, such as 2023-11. Default:"
            " the newest published week.",
        ),
    ] = None,
    area: Area = None,
    lang: Lang = None,
    home: Home = None,
) -> int:
    """Rebuild a published week elsewhere, from its own table, and compare every product, byte for byte.

    Named are products that are missing, were added or changed since they were published, those that would be others
    now, with the first cells that differ, and what of code, rules, environment and earlier weeks has changed since.
    Changes nothing. Exit status 0: the week is what it was published as, and would be made the same.
    """
    home, area = _place(home, area)
    from analysis.run import verify as verifying

    outcome = verifying.verify_week(home, area, cutoff, messages=speech.language(lang))
    _say(outcome.message, outcome.status)
    return outcome.status


@app.command(short_help="Take a published week back that was delivered under a wrong day.")
def withdraw(
    cutoff: Annotated[
        str,
        typer.Argument(metavar="CUTOFF", callback=_is_cutoff, help="The day under which the week was published."),
    ],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is kept with the week.")],
    area: Area = None,
    lang: Lang = None,
    home: Home = None,
) -> int:
    """Take a published week back: its tables, reports and delivered files are kept aside whole, none is deleted.

    The weeks after it are due again, because they were compared with it. Who was sent its mail is named; no letter goes
    out by itself, and one that still waits is stopped.
    """
    if not reason.strip():
        raise typer.BadParameter("say why, for whoever looks for the week later", param_hint="--reason")
    home, area = _place(home, area)
    from analysis.run.withdraw import withdraw_week

    words = _words(home, lang)
    outcome = withdraw_week(home, area, cutoff, reason.strip(), words)
    _say(outcome.message, outcome.status)
    _tell_lacking(words)
    return outcome.status


@app.command(short_help="Copy what is public of the published weeks into a folder for a web server.")
def site(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", file_okay=False, help="The folder of the copy: a new or empty one, or the last."),
    ],
    area: Annotated[
        str,
        typer.Option(metavar="AREA|all", help="A folder of config/, such as cho-moi. Default: every area."),
    ] = "all",
    word: Annotated[
        bool,
        typer.Option(
            "--word",
            help="Copy report.docx too: a draft, without number and signature; none that tells replies or what is"
            " overdue.",
        ),
    ] = False,
    lang: Annotated[
        Language,
        typer.Option(
            help="The language of the indexes and of messages. Default: the indexes in Vietnamese, messages in English"
            " in an English locale, else in Vietnamese."
        ),
    ] = None,
    home: Home = None,
) -> int:
    """Copy what is public of the published weeks into a folder for a web server, or renew the copy.

    Copied are page and workbook of each week, and of each period that is over, and the units' pages, without replies
    and what is overdue; the indexes are made for the copy. Never copied are mails, reminders, earlier issues, or
    anything below data/. Files that have not changed stay untouched, those of a replaced week are deleted; nothing is
    changed or deleted that this command has not made. A week that is not what was published stops the copy before
    anything is written.
    """
    home, areas = _places(home, area)
    from analysis.config import wording
    from analysis.run.site import make_site

    words, indexes = _words(home, lang), wording.load(home, lang or speech.OF_PRODUCTS)
    try:
        outcome = make_site(home, areas, folder, words, word, indexes)
    except KeyboardInterrupt:
        _say(words.say("site.stopped"), Exit.STOPPED)
        return Exit.STOPPED
    _say(outcome.message, outcome.status)
    _tell_lacking(words)
    return outcome.status


@app.command(short_help="Tell the operator that something failed.")
def tell(
    lang: Annotated[
        Language,
        typer.Option(
            help="The language of the letter and of messages. Default: the letter in Vietnamese, messages in English"
            " in an English locale, else in Vietnamese."
        ),
    ] = None,
    home: Home = None,
) -> int:
    """Send what is on standard input, such as the last lines of a log, to the operator that mail.toml names.

    For schedules (docs/schedule.md). One letter, one try, to that one address and nobody else; the outbox of the
    week's mail is not touched.
    """
    from analysis.config import wording
    from analysis.mail import operator
    from analysis.weeks.home import find_home

    home = home.resolve() if home else find_home()

    # The log may be about a fault in a sentence.
    letter = wording.load_what_can_be_read(home, lang or speech.OF_PRODUCTS)
    words = wording.load_what_can_be_read(home, speech.language(lang))
    status, said = operator.tell(home, operator.as_text(sys.stdin.buffer.read()), letter, words)
    _say(said, status)
    return status


@app.command(short_help="Show, send or follow the mail of a published week.")
def mail(
    cutoff: Annotated[
        str,
        typer.Argument(
            metavar="CUTOFF|PERIOD",
            callback=_is_cutoff_or_span,
            help="The day the week's figures were closed, such as 2023-12-04, or a period, such as 2023-11.",
        ),
    ],
    preview: Annotated[
        bool, typer.Option("--preview", help="Write what each recipient would get; send nothing. The default.")
    ] = False,
    send: Annotated[
        bool,
        typer.Option("--send", help="Send it, with later tries where a server says later; once to each recipient."),
    ] = False,
    status: Annotated[bool, typer.Option("--status", help="Say who got what.")] = False,
    resend_uncertain: Annotated[
        bool,
        typer.Option(
            "--resend-uncertain", help="Send again what may or may not have arrived, under the same Message-ID."
        ),
    ] = False,
    changed: Annotated[
        bool,
        typer.Option(
            "--changed",
            help="With --send: send it also to those who have it already where it has changed since, as by remarks.",
        ),
    ] = False,
    hold: Annotated[
        bool, typer.Option("--hold", help="Stop it: no schedule sends it any more, until somebody calls --send.")
    ] = False,
    remind: Annotated[
        bool,
        typer.Option(
            "--remind", help="Of the week's reminders, each with the unit's form for replies, and of nothing else."
        ),
    ] = False,
    area: Area = None,
    lang: Lang = None,
    home: Home = None,
) -> int:
    """Show, send or follow the mail of a published week. Nothing leaves without --send or --resend-uncertain.

    Server and recipients stand in mail.toml in the home, outside git (docs/mail.md). Sending may be stopped and called
    again at any time: what was accepted is not sent twice, and what is uncertain only when asked for.
    """
    if sum((preview, send, status, resend_uncertain, hold)) > 1:
        raise typer.BadParameter("expected only one of --preview, --send, --status, --resend-uncertain, --hold")
    if changed and not send:
        raise typer.BadParameter("--changed goes with --send")
    if remind and hold:
        raise typer.BadParameter("no schedule sends reminders: there is nothing to stop", param_hint="--hold")
    if remind and spans.is_span(cutoff):
        raise typer.BadParameter("a period has no reminders, a week has", param_hint="--remind")
    home, area = _place(home, area)
    from analysis.mail import sending

    words = _words(home, lang)
    if status:
        return _with_text(_mailed(words, sending.status, home, area, cutoff, words))
    if hold:
        return _mailed(words, sending.hold, home, area, cutoff, words)
    if send or resend_uncertain:
        return _mailed(words, sending.send, home, area, cutoff, words, _tell, resend_uncertain, changed, remind)
    return _mailed(words, sending.preview, home, area, cutoff, words, remind)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _mailed(words: "Wording", act: "Callable[..., tuple[Exit, str]]", *arguments) -> Exit:
    """Call ``act`` on the week's mail and print its result, or the reason why it is not possible."""
    try:
        status, text = act(*arguments)
    except AnalysisError as error:
        status, text = error.status, str(error)
    except KeyboardInterrupt:
        status, text = Exit.STOPPED, words.say("mail.stopped")
    _say_mail(text, status)
    _tell_lacking(words)
    return status


def _say_mail(text: str, status: Exit) -> None:
    print(text, file=sys.stdout if status in (Exit.DONE, Exit.UNSETTLED) else sys.stderr)


def _tell_lacking(words: "Wording") -> None:
    """Say once what the file system of a folder does not offer, and what is lost by it."""
    for each in lacking.untold():
        _tell(words.say(f"lost.{each.what}", folder=each.folder))


def _place(home: Path | None, area: str | None) -> tuple[Path, str]:
    """The home and the area that was asked for, or the default area."""
    if area == "all":
        raise typer.BadParameter("one area, not all", param_hint="--area")
    home, areas = _places(home, area)
    return home, areas[0]


def _places(home: Path | None, area: str | None) -> tuple[Path, list[str]]:
    """The home and the areas that were asked for; all areas for ``all``."""
    from analysis.config import files
    from analysis.weeks.home import find_home

    home = home.resolve() if home else find_home()
    areas = files.areas(home)
    if not areas:
        raise typer.BadParameter(f"{home} holds no area: expected config/<area>/area.toml", param_hint="--home")
    if area is None and len(areas) > 1:
        area = files.default_area(home, areas)
    elif doubled := files.doubled_default(home, areas):
        _tell(doubled)  # harmless where an area is named, until a command names none
    if area == "all":
        return home, areas
    if area is None and len(areas) > 1:
        raise typer.BadParameter(f"there are several, name one: {', '.join(areas)}", param_hint="--area")
    if area not in (None, *areas):
        raise typer.BadParameter(f"{area!r} is not configured; there are: {', '.join(areas)}", param_hint="--area")
    return home, [area or areas[0]]


def _refuse_undated(files: list[Path]) -> None:
    """A form for replies as a unit sends it back lacks the cut-off in its name, and would be read as a table."""
    from analysis.weeks import paths

    for path in files:
        if paths.RESERVED.fullmatch(f"-{path.name}"):
            why = f"'{path.name}': expected a name that begins with the cut-off of the report that is to show it"
            raise typer.BadParameter(f"{why}: 2023-12-11-{path.name}", param_hint="FILE")


def _cutoff_of(files: list[Path]) -> str:
    days = sorted({day for path in files for day in periods.days_in(path.stem)})
    if len(days) != 1:
        told = "tell several: " + ", ".join(map(str, days)) if days else "tell none"
        raise typer.BadParameter(f"which week is it? The files' names {told}", param_hint="--cutoff")
    return str(days[0])


def _words(home: Path, lang: str | None) -> "Wording":
    """The wording of messages."""
    from analysis.config import wording

    return wording.load(home, speech.language(lang))


def _gated(
    files: list[Path], cutoff: str, area: str | None, lang: str | None, home: Path | None
) -> "tuple[Cleaned, Rules, Wording]":
    home, area = _place(home, area)
    from analysis.config import rules as configured
    from analysis.gate import replies
    from analysis.weeks import paths, store

    words = _words(home, lang)
    rules = configured.load(home, area, periods.cutoff(cutoff))
    for warning in rules.warnings:
        _tell(warning)
    if rules.open_points:
        _tell(words.say("run.not_yet", area=area, count=len(rules.open_points)))
    week = store.Week(home, area, str(rules.cutoff), paths.processed(home, area, str(rules.cutoff)))
    return replies.gate_with_replies(files, week, rules, words), rules, words


def main(arguments: list[str] | None = None) -> int:
    os.environ["PYTHONSAFEPATH"] = "1"  # no process that we start imports from the folder in which we were called
    lacking.forget()
    with console.unfailing():
        return _main(sys.argv[1:] if arguments is None else arguments)


def _main(arguments: list[str]) -> int:
    name = "analysis" if Path(sys.argv[0]).stem == "analysis" else "python -m analysis"
    if arguments[:1] == ["week"] and "--help" not in arguments:
        from analysis.run import preload

        preload.begin()  # it starts while the command line is read
    command = typer.main.get_command(app)
    wants_help = not arguments or "--help" in arguments
    if wants_help and speech.language(speech.asked_for(arguments)) == "vi":
        from analysis.config import help_texts

        try:
            help_texts.translate(command)
        except AnalysisError as error:
            _tell(f"{error}")  # the help itself is English then
    try:
        status = command(arguments, prog_name=name, standalone_mode=False) or 0
        return _with_text(status) if wants_help else status
    except UsageError as error:
        error.show()
        return Exit.WRONG_USAGE
    except AnalysisError as error:
        print(error, file=sys.stderr)
        return error.status
    except OSError as error:
        said = error if error.filename is None else f"{error.filename}: {error.strerror}"
        print(_in_use(error, arguments) or said, file=sys.stderr)
        return Exit.FAILED


def _in_use(error: OSError, arguments: list[str]) -> str:
    """The sentence about a file that somebody has open; "" for any other error."""
    from analysis.config import wording
    from analysis.weeks import home, in_use

    words = wording.load_what_can_be_read(home.PROJECT, speech.language(speech.asked_for(arguments)))
    return in_use.advice(error, words)


def _with_text(status: int) -> int:
    """The status of a command whose printed text is all that it makes: FAILED where the text could not be written.

    Any other command has done its work, whether somebody could read about it or not.
    """
    if error := console.unwritten():
        print(f"stdout: {error.strerror}", file=sys.stderr)
        return worst([Exit(status), Exit.FAILED])
    return status
