"""Takes a published week back that was delivered under a wrong day: kept aside whole, and nobody is written to.

Its tables, reports, delivered files and the record of its letters leave their places; the weeks after it are due again.
The steps are made in a hidden folder, which gets its name at the end: a call that was killed is finished by the same
call.
"""

from datetime import UTC, datetime
from pathlib import Path

from analysis.config import wording
from analysis.config.speech import OF_PRODUCTS
from analysis.config.wording import Wording
from analysis.exits import AnalysisError, Exit
from analysis.mail import sending
from analysis.run.pipeline import Outcome, renew_index
from analysis.weeks import atomic, command, locks, paths, publish, record, store

REASON, REACHED = "reason.txt", "reached.txt"


def withdraw_week(home: Path, area: str, cutoff: str, reason: str, words: Wording) -> Outcome:
    """Take the week back, and say where it is kept, who may have got its mail, and which weeks are due again.

    words : of what is said; the index keeps the language of the week that is the newest now
    A waiting letter of it is not sent any more. Raises : WeekIsBusy, OutboxError.
    """
    work = paths.processed(home, area, f".withdraw-{cutoff}")
    places = {"tables": paths.processed(home, area, cutoff), "reports": paths.reports(home, area, cutoff)}
    if not any(path.is_dir() for path in (work, *places.values())):
        return Outcome(Exit.REFUSED, words.say("withdraw.nothing", area=area, cutoff=cutoff))
    try:
        with publish.locked(home, area, cutoff):
            publish.tidy(home, area, cutoff)
            reached = _begin(home, area, cutoff, reason, work, words)
            delivered = [(path, work / "raw" / path.name) for path in paths.delivered_files(home, area, cutoff)]
            for path, kept in [*((place, work / name) for name, place in places.items()), *delivered]:
                if path.exists():
                    kept.parent.mkdir(exist_ok=True)
                    atomic.move(path, kept)
            final = paths.processed(home, area, "withdrawn", f"{cutoff}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
            final.parent.mkdir(exist_ok=True)
            atomic.move(work, final)
            atomic.sync_entry(final.parent)
            not_listed = _renew_index(home, area, words)
    except locks.Busy as busy:
        return Outcome(Exit.BUSY, publish.say_busy(busy, cutoff, words))
    later = [day for day in store.published(home, area) if day > cutoff]
    said = [words.say("withdraw.done", area=area, cutoff=cutoff, kept=final.relative_to(home), reason=reason)]
    said += [words.say("withdraw.reached", names=words.listed(reached)) if reached else words.say("withdraw.unmailed")]
    said += (
        [words.say("withdraw.later", cutoffs=words.listed(later), area=area, command=command.typed(home))]
        if later
        else []
    )
    return Outcome(Exit.DONE, "\n".join([*said, *not_listed, words.say("withdraw.site")]))


def _renew_index(home: Path, area: str, words: Wording) -> list[str]:
    """Renew the index; where that fails the week is withdrawn all the same: the line that says so."""
    try:
        renew_index(home, area, _index_words(home, area))
    except (AnalysisError, OSError) as error:
        return [words.say("withdraw.not_listed", reason=error)]
    return []


def _index_words(home: Path, area: str) -> Wording:
    """The wording in which the newest published week was made."""
    days = store.published(home, area)
    made = record.read(home, area, days[-1]) if days else {}
    return wording.load(home, made.get("inputs", {}).get("parameters", {}).get("lang", OF_PRODUCTS))


def _begin(home: Path, area: str, cutoff: str, reason: str, work: Path, words: Wording) -> list[str]:
    """Stop the week's letters, and write down the reason and who may have got one. Returns those names."""

    def keep(names: list[str]) -> None:
        if names or not (work / REACHED).is_file():  # the letters may have been filed aside by a call that was killed
            atomic.save(work / REASON, f"{datetime.now().astimezone().isoformat(timespec='seconds')}\n{reason}\n")
            atomic.save(work / REACHED, "".join(f"{name}\n" for name in names))

    sending.withdraw(home, area, cutoff, words, keep)
    return (work / REACHED).read_text("utf-8").splitlines()
