"""Runs a week's gate in a child process, and turns its result into lines for people, tables and a page.

The driver imports this module; whatever reads tables is imported by the functions that need it.
"""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from analysis.config import periods
from analysis.config.files import ConfigError
from analysis.config.units import Unit
from analysis.config.wording import Wording
from analysis.run import notebook, preload
from analysis.run.processes import isolated

if TYPE_CHECKING:
    import pandas as pd

    from analysis.config.rules import Rules
    from analysis.gate.clean import Cleaned

OF_ACCEPTED = ("measurements", "points", "scores", "reconciliation")  # only an accepted file has these tables


class GateSummary(NamedTuple):
    """The part of the gate's result that a week needs, in plain values.

    refused : whether the tables are refused
    units   : the units in the tables
    lines   : lines for people: warnings about the configuration, and the problems of the tables
    page    : of refused tables, the page that shows them with their bad cells marked; None: there is none
    is_same : whether they are other tables than those of the published week, and hold the same figures
    """

    refused: bool
    units: list[Unit]
    lines: list[str]
    page: Path | None = None
    is_same: bool = False


def call_gate(raw: list[Path], home: Path, area: str, cutoff: str, words: Wording) -> GateSummary:
    """Call ``gate_week`` in a child process. Raises : as ``gate_week``; OSError where the child dies or is too slow."""
    try:
        return isolated.call(gate_week, raw, home, area, cutoff, words, of=preload.GATE)
    except (isolated.TookTooLong, isolated.Died) as error:
        raise OSError(f"{', '.join(path.name for path in raw)}: {notebook.ended(error, words)}") from error


def gate_week(raw: list[Path], home: Path, area: str, cutoff: str, words: Wording) -> GateSummary:
    """Gate the tables by the rules in force. Of refused ones gate.html is kept until the week's tables are accepted.

    Raises : ConfigError, also where something is open that a report needs; OSError where a file cannot be opened.
    """
    from analysis.config import rules
    from analysis.gate import replies
    from analysis.weeks import atomic, paths, store

    held = rules.load(home, area, periods.cutoff(cutoff))
    if held.open_points:
        raise ConfigError("\n".join(open_lines(held, words)))
    week = store.Week(home, area, cutoff, paths.processed(home, area, cutoff))
    cleaned = replies.gate_with_replies(raw, week, held, words)
    raw = [path for path in raw if not paths.is_reply(path)]
    found, kept = summarise(cleaned, words), paths.processed(home, area, "refused", cutoff)
    atomic.remove(kept, below=paths.processed(home, area))
    with suppress(OSError):  # where the disk is full there is no page, but the problems are still printed
        if found.refused:
            found = found._replace(page=save_page(kept, raw, cleaned, held, words))
        else:
            kept.parent.rmdir()  # unless other weeks are refused
    is_same = not found.refused and _is_same(raw, cleaned, paths.processed(home, area, cutoff), held, words)
    return found._replace(lines=[*held.warnings, *found.lines], is_same=is_same)


def _is_same(raw: list[Path], cleaned: "Cleaned", published: Path, rules: "Rules", words: Wording) -> bool:
    """Whether other tables than the published week's hold what that week's do: both are gated by today's rules."""
    from analysis.gate import clean
    from analysis.weeks import atomic, paths

    tables, beside = paths.held_raw(published)[0], [path for path in raw if paths.is_beside(path)]
    if not tables or atomic.digests(tables) == atomic.digests(path for path in raw if not paths.is_beside(path)):
        return False
    before = clean.gate([*tables, *beside], rules, words)
    return not before.refused and _figures(before) == _figures(cleaned)


def _figures(cleaned: "Cleaned") -> dict[str, list[list[str]]]:
    """What products depend on, whatever its form in the file: not its order, its name, or how a cell was typed."""
    told = {name: ["file"] for name in ("units", "source", "places")} | {"remarks": ["source"]}
    told |= {"measurements": ["file", "mark"]}  # what is printed bold is a form too
    frames = {name: getattr(cleaned, name).drop(columns=file, errors="ignore") for name, file in told.items()}
    return {name: sorted(frame.drop_duplicates().astype(str).to_numpy().tolist()) for name, frame in frames.items()}


def open_lines(rules: "Rules", words: Wording) -> list[str]:
    """What has to be filled in or checked before the area may have a report, as lines for people, below a heading."""
    lines = [words.say("run.open_points", area=rules.area, count=len(rules.open_points))]
    for place, question, value in rules.open_points:
        if question:
            lines.append("  " + words.say("run.unchecked", place=place, question=question, value=value))
        else:
            lines.append("  " + words.say("run.empty", place=place))
    return lines


def summarise(cleaned: "Cleaned", words: Wording) -> GateSummary:
    """Reduce the gate's result to: whether the tables are refused, their units, and the problems as lines to print."""
    units = cleaned.units[["unit_code", "unit_name", "type"]].itertuples(index=False, name=None)
    return GateSummary(cleaned.refused, [Unit(*each) for each in units], problem_lines(cleaned.problems, words))


def problem_lines(problems: "pd.DataFrame", words: Wording) -> list[str]:
    """The gate's problems as lines for people: lines that were passed over, errors, warnings, each sort under
    a heading with a count."""
    from analysis.gate import clean

    lines = []
    for severity, key in (("passed", "run.passed"), ("error", "run.errors"), ("warning", "run.warnings")):
        its = problems[problems["severity"] == severity]
        if len(its):
            lines += [words.say(key, count=len(its))]
            lines += [f"  {line}" for line in clean.problem_lines(its, words)]
    return lines


def report_lines(cleaned: "Cleaned", rules: "Rules", words: Wording, files: list[Path]) -> list[str]:
    """The gate's result as lines for people: controls, repairs, lines passed over, problems, and last the verdict."""
    from analysis.gate import clean

    lines = [words.say("run.controls")] if len(cleaned.controls) else []
    for each in cleaned.controls.itertuples():
        counts = {"found": words.number(each.found, 0), "expected": words.number(each.expected, 0)}
        about = {"indicator": rules.named(each.indicator, words)} if each.indicator else {}
        of_table = "_of_table" if each.control == "units" and rules.from_file else ""  # it is the registry itself
        lines.append("  " + words.say(f"finding.control_{each.control}{of_table}", **about, **counts))
    if len(cleaned.repairs):
        said = [words.say("run.repair", clean=each.clean, reason=each.reason) for each in cleaned.repairs.itertuples()]
        repairs = cleaned.repairs.rename(columns={"raw": "value"}).assign(problem=said)
        lines.append(words.say("run.repairs", count=len(repairs)))
        lines += [f"  {line}" for line in clean.problem_lines(repairs, words)]
    lines += problem_lines(cleaned.problems, words)
    verdict, names = "run.refused" if cleaned.refused else "run.accepted", ", ".join(path.name for path in files)
    return [*lines, words.say(verdict, file=names)]


def score_tables(cleaned: "Cleaned", rules: "Rules") -> "dict[str, pd.DataFrame]":
    """The tables of an accepted file by name: measurements, points, scores, reconciliation. A refused file has none."""
    from analysis.method import score

    if cleaned.refused:
        return {}
    measured = cleaned.measurements
    points = score.points(measured, rules.indicators, rules.groups)
    total, tolerance = rules.settings["total"], rules.settings["sum_tolerance_points"]
    scores = score.scores(measured, points, rules.bands, cleaned.units, total, rules.points_decimals)
    reconciled = score.reconciliation(points, scores, tolerance, total, rules.points_decimals)
    return {"measurements": measured, "points": points, "scores": scores, "reconciliation": reconciled}


def write_tables(
    out: Path, accepted: "dict[str, pd.DataFrame]", cleaned: "Cleaned", words: Wording, encoding: str = "utf-8"
) -> str:
    """Write the tables ``accepted``, repairs and problems into ``out``; return the sentence that names the files.

    Tables of an accepted file that an earlier call wrote there are removed first.
    encoding : "utf-8-sig" where a person opens them: without the mark at its beginning Excel misreads a CSV's accents
    """
    from analysis.weeks import atomic, table_files

    for name in OF_ACCEPTED:
        (out / f"{name}.csv").unlink(missing_ok=True)
    frames = {**accepted, "repairs": cleaned.repairs, "problems": cleaned.problems}
    for name, frame in frames.items():
        atomic.save(out / f"{name}.csv", table_files.to_csv(name, frame).encode(encoding))
    return words.say("run.written", folder=out, names=", ".join(f"{name}.csv" for name in frames))


def save_page(out: Path, files: list[Path], cleaned: "Cleaned", rules: "Rules", words: Wording) -> Path:
    """Write gate.html, which shows the delivered tables and the gate's result; return its path."""
    from analysis.report import gatepage
    from analysis.weeks import atomic, paths

    tables = [path for path in files if not (paths.is_beside(path) or paths.is_reply(path))]
    page = gatepage.page(gatepage.delivered(tables), cleaned, words, rules)
    return atomic.save(out / "gate.html", page)
