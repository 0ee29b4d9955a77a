"""Builds the environment in .venv where that is needed, and hands over to a command in it: ``python3 start.py report``.

    python3 start.py                 what can be started (Windows: py start.py)
    python3 start.py report          the report of 4 December 2023, on the real table of Chợ Mới
    python3 start.py test [PATH…]    the tests but the long ones; of paths: all their tests
    python3 start.py long [PATH…]    the long tests
    python3 start.py sweep [PATH…]   every case of those of which test and long try some
    python3 start.py environment     only the environment
    python3 start.py week 2023-12-04 …, or any other command of ``analysis``

It needs no package. A Python that is too old must be able to read it, so as to say so; hence no syntax newer than
Python 3.6, and newer modules are imported where they are used.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(os.path.abspath(__file__)).parent  # not resolved: on Windows a network drive keeps its letter
VENV, OLD, LOCK = ROOT / ".venv", ROOT / ".venv.old", ROOT / ".venv.lock"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
READY = VENV / ".ready"  # holds the fingerprint of what the environment was built from
MADE_OF = ("requirements.lock", "pyproject.toml")
OLDEST = (3, 11)
DONE, FAILED, STOPPED = 0, 3, 130  # as in analysis/exits.py

REPORT = ["week", "2023-12-04", "--area", "cho-moi"]
# The rooms whose tests start kernels or a browser come last, so that a slip shows within seconds.
ROOMS = ["config", "method", "readers", "gate", "weeks", "report", "mail", "run", "whole"]
PYTEST = ["-m", "pytest", "--numprocesses", "2", "--dist", "worksteal"]
CHOSEN = {
    "test": ["-m", "not long and not sweep"],
    "long": ["-m", "(long or hypothesis) and not sweep", "--hypothesis-profile=long"],
    "sweep": ["-m", "sweep or hypothesis", "--hypothesis-profile=sweep"],
}

# An environment also counts as missing if its interpreter is gone, or if it belongs to a copy of this folder elsewhere.
BELONGS = "import analysis, os, sys; sys.exit(not os.path.samefile(sys.argv[1], analysis.__path__[0]))"
# How pip calls the reason when it does not reach the packages: in the words of urllib3 and of the system.
UNREACHED = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|RemoteDisconnected"
)
# In code, because the sentences' format is unknown to such a Python; in ASCII, because its console may know no more.
TOO_OLD = (
    "start.py needs Python {oldest} or newer; this is Python {version} ({python}). Start it with a newer one, such as: "
    "{example}"
)


class NotBuilt(Exception):
    """The environment could not be built; the message is the sentence to print."""


def main(arguments):
    """Returns the exit status, or does not return where the command takes this process over."""
    wants_help = not arguments or arguments[0] in ("-h", "--help", "help")
    try:
        if sys.version_info < OLDEST and (wants_help or not is_ready()):
            raise NotBuilt(_too_old(arguments))
        if wants_help:
            write(sentence("start.help", python=_typed()), sys.stdout)
            return DONE
        if not is_ready():
            build()
        return DONE if arguments[0] == "environment" else hand_over(arguments)
    except NotBuilt as error:
        write(error, sys.stderr)
        return FAILED
    except OSError as error:
        reason = error if error.filename is None else f"{error.filename}: {error.strerror}"
        write(sentence("start.failed", reason=reason), sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return STOPPED


def is_ready():
    """Whether the environment is whole, of today's lock and project file, and of this folder."""
    try:
        if READY.read_text("utf-8") != fingerprint():
            return False
        command = [str(PYTHON), "-I", "-c", BELONGS, str(ROOT / "analysis")]
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except (OSError, UnicodeError):
        return False


def fingerprint():
    """Of the content of the files that an environment is made of; their times change with every copy of the folder."""
    whole = hashlib.sha256()
    for name in MADE_OF:
        whole.update(hashlib.sha256((ROOT / name).read_bytes()).digest())
    return whole.hexdigest()


def build():
    """Build the environment. Where that fails, the one that was there before is put back. Raises NotBuilt; OSError."""
    with alone() as held:
        if is_ready():  # another start has built it in the meantime
            return
        if not all(map(importlib.util.find_spec, ("venv", "ensurepip"))):
            raise NotBuilt(sentence("start.no_venv", python=sys.executable))
        write(sentence("start.building", folder=VENV), sys.stderr)
        made_of = fingerprint()
        _put_aside()
        try:
            # A Python that is itself one of .venv has just been put aside; the one behind it has not.
            _run([getattr(sys, "_base_executable", None) or sys.executable, "-I", "-m", "venv", VENV], held)
            pip = [PYTHON, "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            _run([*pip, "--require-hashes", "--requirement", ROOT / "requirements.lock"], held)
            _run([*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT], held)
            READY.write_text(made_of, "utf-8")
        except BaseException:
            remove(VENV)
            if OLD.exists():
                OLD.rename(VENV)
            raise
        remove(OLD)


def _put_aside():
    """Windows refuses to rename a folder whose programs are running; then nothing has changed yet. Raises NotBuilt."""
    if OLD.exists() and os.path.lexists(str(VENV)):
        remove(VENV)  # of a start that was killed while it built
    elif os.path.lexists(str(VENV)):
        try:
            VENV.rename(OLD)
        except PermissionError:
            raise NotBuilt(sentence("start.in_use", folder=VENV)) from None


def _run(command, held):
    """Run one step of the build in silence. Raises NotBuilt with the reason that the step tells."""
    # Its process holds the lock too: where only this one is killed, it goes on writing into the environment.
    inherited = {} if os.name == "nt" else {"pass_fds": [held.fileno()]}
    step = subprocess.run(
        [str(part) for part in command], cwd=str(ROOT), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **inherited,
    )  # fmt: skip
    if step.returncode == 0:
        return
    lines = [line for line in step.stdout.decode("utf-8", "replace").splitlines() if line.strip()]
    unreached = [re.sub("<[^>]*>:? ?", "", line) for line in lines if UNREACHED.search(line)]  # without objects' ids
    errors = [line for line in lines if line.startswith("ERROR")] or lines or [str(step.returncode)]
    key, reason = ("start.no_network", unreached[0]) if unreached else ("start.failed", errors[0])
    raise NotBuilt(sentence(key, reason=reason.strip()))


@contextmanager
def alone():
    """The open lock, which only one start has at a time; others wait. It ends with the processes that hold it."""
    with LOCK.open("a") as lock:
        if not _take(lock):
            write(sentence("start.waiting", folder=VENV), sys.stderr)
            while not _take(lock):
                time.sleep(0.5)
        yield lock


def _take(lock):
    """Whether we have the lock now; a file system that knows no locks counts as giving it."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True


def remove(path):
    """Remove a folder as far as possible, or a link to one."""
    if path.is_symlink():
        path.unlink()
    else:
        shutil.rmtree(str(path), ignore_errors=True)


def hand_over(arguments):
    """Let the command run in the environment; its exit status is ours."""
    name, rest = arguments[0], arguments[1:]
    # Such a command starts many processes; without compiled files each of them would compile the project again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if name in CHOSEN:
        os.chdir(str(ROOT))
        command = PYTEST + which_tests(name, rest)
    else:
        command = ["-P", "-m", "analysis", *(REPORT + rest if name == "report" else arguments)]
    command = [str(PYTHON), *command]
    return wait_for(command) if os.name == "nt" else os.execv(command[0], command)


def which_tests(name, arguments):
    """Arguments of pytest, called in this folder: the same, and where they name no file, all tests of that name."""
    named = [each for each in arguments if Path(each.split("::")[0]).exists()]
    chosen = [] if named and name == "test" else CHOSEN[name]
    every = [*Path("tests").glob("test_*.py"), *(Path("tests") / room for room in ROOMS)]
    return [*chosen, *arguments, *([] if named else map(str, every))]


def wait_for(command):
    """Its exit status. Windows sends Ctrl-C to it as well as to us; it ends in its own way."""
    signal.signal(signal.SIGINT, lambda *_: None)
    return subprocess.call(command)


# -- what people see -------------------------------------------------------------------------------------------------


def sentence(key, **fields):
    """The sentence in the language of whoever starts this; the key and the fields where no file can be read."""
    import tomllib

    from analysis.config import speech

    section, name = key.split(".")
    for language in (speech.language(speech.asked_for(sys.argv[1:])), *speech.LANGUAGES):
        try:
            path = ROOT / "config" / "wording" / (language + ".toml")
            return tomllib.loads(path.read_text("utf-8-sig"))[section][name].format(**fields)
        except (OSError, ValueError, LookupError, AttributeError):
            continue
    return " ".join([key, *(str(value) for value in fields.values())])


def write(text, stream):
    """Print a line; letters that the console cannot show become question marks."""
    shown = str(text).encode(stream.encoding or "ascii", "replace").decode(stream.encoding or "ascii")
    stream.write(shown + "\n")
    stream.flush()


def _typed():
    """How this file is started on this system."""
    return "py start.py" if os.name == "nt" else "python3 start.py"


def _too_old(arguments):
    example = " ".join(["py -3.13" if os.name == "nt" else "python3.13", "start.py", *arguments])
    versions = {"oldest": ".".join(map(str, OLDEST)), "version": "%d.%d.%d" % sys.version_info[:3]}
    return TOO_OLD.format(python=sys.executable, example=example, **versions)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
