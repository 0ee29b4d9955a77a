"""Which tables and which code a week was made from; its page shows that as its origin."""

import hashlib
import json
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path

from analysis.characters import visible
from analysis.weeks.atomic import hashes, sha256
from analysis.weeks.home import PROJECT, environment
from analysis.weeks.store import Week, earlier_revisions

# git patterns of the files that ``code`` includes
CODE = (":(glob)analysis/**/*.py", ":(glob)notebooks/*.ipynb", "notebooks/templates")


def code(notebooks: Path = PROJECT / "notebooks") -> dict[str, str]:
    """sha256 of each file that can change a report: modules, notebooks, templates."""
    told = [*notebooks.glob("*.ipynb"), *(notebooks / "templates").rglob("[!.]*")]
    return _modules(PROJECT) | hashes(told, notebooks.parent)


@cache
def _modules(project: Path) -> dict[str, str]:
    """Read once a process: a module that changes meanwhile is not the one that the process has imported."""
    return hashes((project / "analysis").rglob("*.py"), project)


def fingerprint() -> str:
    """One sha256 over all files of ``code``."""
    return hashlib.sha256(json.dumps(code(), sort_keys=True).encode()).hexdigest()


def commit(project: Path = PROJECT) -> str:
    """The git commit that last changed the code, with "+" where the files differ from that commit; "" where not known.

    This is not always the newest commit, because a commit that changes only documents changes no report. It is not
    known in a copy without git's folder, or on a machine without git; the fingerprints of ``code`` still identify the
    files.
    """
    last = _git(project, "rev-list", "--max-count=1", "HEAD", "--", *CODE)
    changed = _git(project, "--no-optional-locks", "status", "--porcelain", "--untracked-files=all", "--", *CODE)
    return last[:12] + "+" * bool(changed) if last and changed is not None else ""


def _git(project: Path, *arguments: str) -> str | None:
    """git's answer; None where git fails. GIT_DIR is removed, because hooks may set it to another project."""
    # A service may run as another user than the owner of the project; it may still read the commit.
    command = ["git", "-c", f"safe.directory={project.resolve()}", "-C", str(project), *arguments]
    try:
        done = subprocess.run(command, env=environment(), capture_output=True, check=True, timeout=30)
        return done.stdout.decode()
    except (OSError, subprocess.SubprocessError):
        return None


def provenance(week: Week) -> dict[str, str]:
    """The origin of the week's figures, as its page shows it.

    file, hash : name and sha256 of each raw table, one per line
    remarks    : the same of the office's remarks, where there are any
    revision   : "1" for a first issue
    code       : version of the program, fingerprint of its files, and the commit if there is one
    """
    raw = week.raw_files()
    remarks = "\n".join(f"{visible(path.name)} ({sha256(path)})" for path in week.files_beside())
    return {
        "file": "\n".join(visible(path.name) for path in raw),
        "hash": "\n".join(map(sha256, raw)),
        **({"remarks": remarks} if remarks else {}),
        "revision": str(len(earlier_revisions(week)) + 1),
        "code": version_of_code(),
    }


@cache
def version_of_code() -> str:
    """Version of the program, fingerprint of its files, and the commit if there is one.

    It is found out once a process; processes that a run's server forks have what that found.
    """
    known = commit()
    return f"{version('analysis')}-{fingerprint()[:12]}" + (f", git {known}" if known else "")
