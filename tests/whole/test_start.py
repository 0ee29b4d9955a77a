"""start.py builds the environment where that is needed, says why where it cannot, and hands over.

A tiny project stands in for this one: its lock names no package, and its ``analysis`` says what it is asked. Python's
venv and pip are the real ones, and no network is needed.
"""

import ast
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path

import pytest
from support.district import say, words

from analysis.config.speech import LANGUAGES
from analysis.weeks.home import PROJECT

HANDED_OVER = """\
import sys
print("analysis", *sys.argv[1:])
sys.exit(int(sys.argv[-1]) if sys.argv[-1].isdigit() else 0)
"""
# It takes longer to stop than Python waits before it kills a child.
SLOW_TO_STOP = """\
import time
try:
    print("runs", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(0.5)  # longer than Python itself waits after Ctrl+C
    raise SystemExit(130)
"""

# A build backend, because setuptools could only come from a network.
BACKEND = """\
import os, zipfile


def build_editable(folder, settings=None, metadata=None):
    name, about = "analysis-1-py3-none-any.whl", "analysis-1.dist-info"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        wheel.writestr("analysis.pth", os.getcwd())
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\\nName: analysis\\nVersion: 1\\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{about}/RECORD", "")
    return name
"""
BUILT_BY_IT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
ANOTHER_PACKAGE = f"not-to-be-had==1 --hash=sha256:{'0' * 64}\n"
NO_NETWORK = {"PIP_INDEX_URL": "https://localhost:1/simple", "PIP_RETRIES": "1", "PIP_CONFIG_FILE": os.devnull}


def put_project(folder):
    """The tiny project at ``folder``, without an environment."""
    for name in ("start.py", "config/wording/vi.toml", "config/wording/en.toml", "analysis/config/speech.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, folder / name)
    (folder / "analysis" / "__init__.py").touch()
    (folder / "analysis" / "__main__.py").write_text(HANDED_OVER, "utf-8")
    (folder / "backend.py").write_text(BACKEND, "utf-8")
    (folder / "pyproject.toml").write_text(BUILT_BY_IT, "utf-8")
    (folder / "requirements.lock").write_text("# no package", "utf-8")
    return folder


def environment(**more):
    """Without what names other places for packages, other Pythons, another language and the make that calls the tests."""
    odd = ("PIP_", "PYTHON", "VIRTUAL_ENV", "ANALYSIS_", "LANG", "LC_", "MAKE", "MFLAGS")
    return {name: value for name, value in os.environ.items() if not name.startswith(odd)} | more


def begin(folder, *arguments, python=sys.executable, **more):
    command = [python, str(folder / "start.py"), *arguments]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    return subprocess.Popen(command, env=environment(PYTHONUTF8="1", **more), **pipes)


def start(folder, *arguments, **more):
    """The exit status and what is said."""
    with begin(folder, *arguments, **more) as started:
        said = started.communicate(timeout=300)
    return started.returncode, *said


def ask(folder, expression):
    """What ``expression`` is in the folder's start.py, as text."""
    asked = f"import sys; sys.path.insert(0, {str(folder)!r}); import start; print({expression})"
    about = {"encoding": "utf-8", "env": environment(), "cwd": folder}
    return subprocess.check_output([sys.executable, "-c", asked], **about).strip()


def building(folder):
    return say("start.building", folder=folder / ".venv") + "\n"


@pytest.fixture
def bare(tmp_path):
    return put_project(tmp_path / "Báo cáo tuần, Chợ Mới")


@pytest.fixture
def whole(bare):
    """With a whole environment, made without pip, which takes time."""
    venv.create(bare / ".venv", symlinks=os.name != "nt")
    place = sysconfig.get_path("purelib", vars={"base": str(bare / ".venv"), "platbase": str(bare / ".venv")})
    (Path(place) / "analysis.pth").write_text(str(bare), "utf-8")
    (bare / ".venv" / ".ready").write_text(ask(bare, "start.fingerprint()"), "utf-8")
    assert ask(bare, "start.is_ready()") == "True"
    return bare


def test_the_first_start_builds_the_environment_and_hands_over_with_the_commands_status(bare):
    assert start(bare, "week", "2023-12-04", "--lang", "en", "4") == (
        4,
        "analysis week 2023-12-04 --lang en 4\n",
        say("start.building", lang="en", folder=bare / ".venv") + "\n",
    )
    assert start(bare, "gate", "bảng số 1.xlsx") == (0, "analysis gate bảng số 1.xlsx\n", "")


def test_a_whole_environment_is_not_built_again(whole):
    assert start(whole, "report") == (0, "analysis week 2023-12-04 --area cho-moi\n", "")
    for name in ("requirements.lock", "pyproject.toml"):
        os.utime(whole / name)  # as after a copy; the content is the same
    assert start(whole, "report", "--send", "2") == (2, "analysis week 2023-12-04 --area cho-moi --send 2\n", "")
    assert start(whole, "environment") == (0, "", "")


def change_lock(folder):
    path, then = folder / "requirements.lock", (folder / "requirements.lock").stat()
    path.write_text("# no packages\n", "utf-8")
    os.utime(path, ns=(then.st_atime_ns, then.st_mtime_ns))


SPOILED = {
    "the lock is another": change_lock,
    "the project file is another": lambda folder: (folder / "pyproject.toml").write_text(BUILT_BY_IT + "\n", "utf-8"),
    "its build was killed": lambda folder: (folder / ".venv" / ".ready").unlink(),
    "its end was written in part": lambda folder: (folder / ".venv" / ".ready").write_bytes(b"\xc3"),
    "its interpreter is gone": lambda folder: Path(ask(folder, "start.PYTHON")).unlink(),
    "its packages are gone": lambda folder: shutil.rmtree(folder / ".venv" / "lib"),
    "there is none": lambda folder: shutil.rmtree(folder / ".venv"),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_an_environment_is_built_again_where(spoil, whole):
    spoil(whole)
    assert ask(whole, "start.is_ready()") == "False"


def test_an_environment_is_built_again_where_its_folder_was_moved_or_copied(whole):
    copy = shutil.copytree(whole, whole.with_name("copy"), symlinks=True)
    assert (ask(whole, "start.is_ready()"), ask(copy, "start.is_ready()")) == ("True", "False")
    moved = whole.rename(whole.with_name("moved"))
    assert ask(moved, "start.is_ready()") == "False"


@pytest.mark.long
def test_of_two_starts_at_once_one_builds_what_is_out_of_date_and_the_other_waits(whole):
    change_lock(whole)
    (whole / ".venv" / "left").touch()
    both = [begin(whole, "week", each) for each in ("6", "7")]
    said = [each.communicate(timeout=300) for each in both]
    assert [(each.returncode, out) for each, (out, _) in zip(both, said, strict=True)] == [
        (6, "analysis week 6\n"),
        (7, "analysis week 7\n"),
    ]
    waiting = say("start.waiting", folder=whole / ".venv") + "\n"
    assert sorted(told for _, told in said) == sorted([building(whole), waiting])
    assert not (whole / ".venv" / "left").exists() and not (whole / ".venv.old").exists()


@pytest.mark.long
def test_a_build_without_network_says_so_runs_nothing_and_keeps_the_environment_that_was_there(whole):
    (whole / "requirements.lock").write_text(ANOTHER_PACKAGE, "utf-8")
    (whole / ".venv" / "kept").touch()
    status, out, told = start(whole, "week", "5", **NO_NETWORK)
    assert (status, out) == (3, "")
    assert told.startswith(building(whole) + say("start.no_network", reason="")) and told.count("\n") == 2
    assert (whole / ".venv" / "kept").exists() and ask(whole, "start.is_ready()") == "False"
    assert not (whole / ".venv.old").exists()


@pytest.mark.long
def test_a_package_that_is_not_the_locked_one_is_said_in_one_sentence_and_leaves_nothing_half_built(bare):
    (bare / "requirements.lock").write_text(ANOTHER_PACKAGE, "utf-8")
    wheel = bare.parent / "not_to_be_had-1-py3-none-any.whl"  # pip would split the name of a folder at its spaces
    wheel.write_bytes(b"PK\5\6" + bytes(18))  # an empty archive
    status, out, told = start(bare, "week", "5", PIP_FIND_LINKS=str(wheel.parent), PIP_NO_INDEX="1")
    assert (status, out) == (3, "")
    assert told.startswith(building(bare) + say("start.failed", reason="ERROR: THESE PACKAGES DO NOT MATCH THE HASHES"))
    assert told.count("\n") == 2 and not (bare / ".venv").exists()


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="no kill")
def test_after_a_build_was_killed_the_next_start_waits_for_what_it_left_running_and_builds_anew(bare):
    killed = begin(bare, "week", "5")
    while not list((bare / ".venv").rglob("pip")):
        time.sleep(0.05)
        assert killed.poll() is None
    killed.send_signal(signal.SIGKILL)
    status, out, told = start(bare, "week", "6")
    killed.communicate()
    assert (status, out) == (6, "analysis week 6\n")
    assert told == say("start.waiting", folder=bare / ".venv") + "\n" + building(bare)


def old_python(version):
    """That of pyenv; such a version is in no system that has Python 3.11."""
    for python in Path.home().glob(f".pyenv/versions/{version}.*/bin/python"):
        return str(python)
    pytest.skip(f"there is no Python {version}")


@pytest.mark.parametrize("command", [["report"], []], ids=str)
@pytest.mark.parametrize("version", ["3.6", "3.7", "3.8", "3.9", "3.10"])
def test_a_python_that_is_too_old_is_refused_in_one_sentence(version, command, bare):
    status, out, told = start(bare, *command, python=old_python(version))
    assert (status, out, told.count("\n")) == (3, "", 1)
    assert told.startswith(f"start.py needs Python 3.11 or newer; this is Python {version}.")
    assert told.endswith(" ".join(["start.py", *command]) + "\n")
    assert not (bare / ".venv").exists()


def test_a_python_that_is_too_old_starts_what_a_newer_one_has_built(whole):
    assert start(whole, "week", "4", python=old_python("3.[6-9]")) == (4, "analysis week 4\n", "")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_command_it_says_what_there_is_and_builds_nothing(lang, bare):
    expected = say("start.help", lang=lang, python="py start.py" if os.name == "nt" else "python3 start.py") + "\n"
    for arguments in ([], ["--help"]):
        assert start(bare, *arguments, LANG=f"{lang}_XX.UTF-8") == (0, expected, "")
    assert not (bare / ".venv").exists()


def test_a_console_that_cannot_show_vietnamese_gets_question_marks(bare):
    told = subprocess.check_output([sys.executable, bare / "start.py"], env=environment(PYTHONIOENCODING="cp1252"))
    assert "b?ng s? li?u th?t c?a huy?n Ch? M?i" in told.decode("cp1252")


@pytest.mark.skipif(os.name == "nt", reason="sends the signal as a terminal does")
def test_ctrl_c_leaves_the_command_the_time_that_it_needs_to_stop(bare):
    call = f"import start, sys; sys.exit(start.wait_for([sys.executable, '-c', {SLOW_TO_STOP!r}]))"
    with subprocess.Popen(
        [sys.executable, "-c", call],
        cwd=bare,
        env=environment(),  # a test before this one may have called `main`, which forbids imports from the folder
        stdout=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests in the background ignore it
    ) as started:
        assert started.stdout.readline() == b"runs\n"
        os.killpg(started.pid, signal.SIGINT)
        assert started.wait(30) == 130


def test_where_the_folder_may_not_be_written_the_file_is_named(bare):
    (bare / ".venv.lock").mkdir()  # also root cannot write that
    status, _, told = start(bare, "week")
    reason = told.removeprefix(say("start.failed", reason="")).strip()
    assert (status, reason.rpartition(": ")[0]) == (3, str(bare / ".venv.lock"))


def test_the_sentences_of_start_exist_with_the_fields_that_it_gives():
    """It cannot use the code that says sentences elsewhere, because that needs packages."""
    asked = {}
    for node in ast.walk(ast.parse((PROJECT / "start.py").read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and getattr(node.func, "id", "") == "sentence"
            and isinstance(node.args[0], ast.Constant)
        ):
            asked[node.args[0].value] = {each.arg for each in node.keywords}
    asked |= {key: {"reason"} for key in ("start.no_network", "start.failed")}  # one of them, chosen before
    held = words()
    assert asked == {key: held.fields[key] for key in held.sentences if key.startswith("start.")}


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("test", "not long and not sweep"),
        ("long", "(long or hypothesis) and not sweep"),
        ("sweep", "sweep or hypothesis"),
    ],
)
def test_where_no_file_is_named_every_file_of_tests_is_looked_at(name, chosen):
    arguments = ast.literal_eval(ask(PROJECT, f"start.which_tests({name!r}, ['-x'])"))
    assert arguments[:2] == ["-m", chosen] and "-x" in arguments
    below = {PROJECT / each for each in arguments if each.startswith("tests")}
    assert [path for path in (PROJECT / "tests").rglob("test_*.py") if not below & {path, *path.parents}] == []


def test_of_a_file_that_is_named_all_tests_are_run_but_of_the_long_ones_only_those():
    asked = ["tests/whole/test_start.py::test_a", "--numprocesses=4"]
    assert ask(PROJECT, f"start.which_tests('test', {asked})") == str(asked)
    assert ast.literal_eval(ask(PROJECT, f"start.which_tests('long', {asked})"))[-2:] == asked


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
def test_the_commands_of_the_readme_are_those_of_make_and_of_ci():
    readme, ci = ((PROJECT / name).read_text("utf-8") for name in ("README.md", ".ci/run"))
    for name in ("report", "test"):
        assert f"\npython3 start.py {name} " in readme and f"`py start.py {name}`" in readme
    for name in ("report", "test", "long", "sweep"):
        called = subprocess.check_output(["make", "--dry-run", name], cwd=PROJECT, env=environment(), encoding="utf-8")
        assert called.startswith(f"python3 start.py {name}") and len(called.splitlines()) == 1
    assert ci.endswith("make lint\nmake test\nmake long\nmake ratio\n")
