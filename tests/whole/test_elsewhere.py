"""It runs where there is no Linux: no module uses what Windows lacks without having asked whether it is there.

What happens then is what the other tests say: ``ELSEWHERE=1`` runs them without it (support/elsewhere).
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.elsewhere.only_linux import MODULES, NAMES
from support.sampled import sampled
from support.tree import modules

from analysis import console
from analysis.weeks.home import PROJECT

ASKED = {"FORKS", "hasattr", "sys.platform", "os.name"}  # in a condition; or a module that may be None
MISSING = {"ImportError", "ModuleNotFoundError", "AttributeError"}
WINDOWS = {"ctypes": ("windll", "WinDLL", "WinError"), "signal": ("CTRL_BREAK_EVENT",), "os": ("startfile",)}
OPTIONS = ("preexec_fn", "pass_fds")  # of subprocess
# What only runs in a process that was forked, or to fork one; ELSEWHERE=1 shows that nothing else comes there.
FORKED = {
    "analysis/run/processes/fork_server.py": {"ForkServer", "serve", "die_with_parent", "_start"},
    "analysis/run/processes/isolated.py": {"_guard"},
}


class Unguarded(ast.NodeVisitor):
    """Finds uses of what one system lacks, outside every condition that asks for it."""

    def __init__(self, free: set[str]) -> None:
        self.free, self.found, self.names, self.optional = free, [], {}, set()
        self.guarded = 0

    def visit_Import(self, node: ast.Import) -> None:
        for each in node.names:
            self.names[each.asname or each.name] = each.name
            if each.name.split(".")[0] in MODULES:
                self.note(node, f"import {each.name}")
                self.optional.add(each.asname or each.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if (node.module or "").split(".")[0] in MODULES:
            self.note(node, f"import {node.module}")
        for each in node.names:
            if each.name in (*NAMES.get(node.module, ()), *WINDOWS.get(node.module, ())):
                self.note(node, f"{node.module}.{each.name}")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.value, ast.Name):
            module = self.names.get(node.value.id)
            if module in MODULES or node.attr in (*NAMES.get(module, ()), *WINDOWS.get(module, ())):
                self.note(node, f"{module}.{node.attr}")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if ast.unparse(node) == "ctypes.CDLL(None)":
            self.note(node, "ctypes.CDLL(None)")
        self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg in OPTIONS:
            self.note(node.value, node.arg)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if node.value in OPTIONS:  # a keyword in a dict
            self.note(node, node.value)

    def note(self, node: ast.AST, what: str) -> None:
        if not self.guarded:
            self.found.append(f"{node.lineno}: {what}")

    def is_question(self, test: ast.expr) -> bool:
        parts = {ast.unparse(each) for each in ast.walk(test) if isinstance(each, (ast.Name, ast.Attribute))}
        return bool(parts & ASKED) or bool({part.rpartition(".")[2] for part in parts} & ASKED | parts & self.optional)

    def within(self, guarded: bool, *nodes: ast.AST) -> None:
        self.guarded += guarded
        for each in nodes:
            self.visit(each)
        self.guarded -= guarded

    def visit_body(self, body: list[ast.stmt]) -> None:
        """After ``if sys.platform != …: return`` the rest has been asked for."""
        asked = 0
        for each in body:
            self.visit(each)
            leaves = isinstance(each, ast.If) and isinstance(each.body[-1], (ast.Return, ast.Raise, ast.Continue))
            if leaves and self.is_question(each.test):
                asked += 1
                self.guarded += 1
        self.guarded -= asked

    def visit_If(self, node: ast.If | ast.IfExp) -> None:
        parts = [node.body, node.orelse] if isinstance(node, ast.IfExp) else [*node.body, *node.orelse]
        self.within(self.is_question(node.test), node.test, *parts)

    visit_IfExp = visit_If

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.within(self.is_question(node.values[0]), *node.values)

    def visit_Try(self, node: ast.Try) -> None:
        caught = {ast.unparse(part) for each in node.handlers if each.type for part in ast.walk(each.type)}
        self.within(bool(caught & MISSING), *node.body)
        self.within(False, *node.handlers, *node.orelse, *node.finalbody)

    def visit_With(self, node: ast.With) -> None:
        asked = any(ast.unparse(part) in MISSING for each in node.items for part in ast.walk(each.context_expr))
        self.within(asked, *node.items, *node.body)

    def visit_FunctionDef(self, node) -> None:
        is_free = node.name in self.free and not self.guarded
        self.within(False, *node.decorator_list, node.args)
        self.guarded += is_free
        self.visit_body(node.body)
        self.guarded -= is_free

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.within(node.name in self.free, *node.body)

    def visit_Module(self, node: ast.Module) -> None:
        self.visit_body(node.body)


def unguarded(text: str, free: set[str] = frozenset()) -> list[str]:
    visitor = Unguarded(free)
    visitor.visit(ast.parse(text))
    return visitor.found


def test_no_module_uses_what_one_system_lacks_without_asking_for_it():
    files = [*modules(), *(path for path in [PROJECT / "start.py"] if path.is_file())]
    names = {path.relative_to(PROJECT).as_posix(): path for path in files}
    found = {name: unguarded(path.read_text("utf-8"), FORKED.get(name, set())) for name, path in names.items()}
    assert {name: its for name, its in found.items() if its} == {}
    for name, free in FORKED.items():  # none of these is listed for nothing
        for each in free:
            assert unguarded(names[name].read_text("utf-8"), free - {each}), f"{name}: {each}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import fcntl", ["1: import fcntl"]),
        ("from resource import setrlimit", ["1: import resource"]),
        ("import os\nos.fork()", ["2: os.fork"]),
        ("import os as o\ndef f():\n    return o.getuid()", ["3: os.getuid"]),
        ("from os import killpg", ["1: os.killpg"]),
        ("import signal\nclass A:\n    by = signal.SIGKILL", ["3: signal.SIGKILL"]),
        ("import socket\nx = socket.AF_UNIX", ["2: socket.AF_UNIX"]),
        ("import ctypes\nx = ctypes.CDLL(None)", ["2: ctypes.CDLL(None)"]),
        ("import subprocess\nsubprocess.run([], pass_fds=[3])", ["2: pass_fds"]),
        ("import ctypes\nx = ctypes.windll.kernel32", ["2: ctypes.windll"]),
        ("try:\n    import resource\nexcept ImportError:\n    resource = None\nresource.RLIMIT_AS", ["5: resource.RLIMIT_AS"]),
        ("try:\n    import resource\nexcept ImportError:\n    resource = None\nif resource:\n    resource.RLIMIT_AS", []),
        ("try:\n    import fcntl\nexcept OSError:\n    pass", ["2: import fcntl"]),
        ("import os\nif hasattr(os, 'setsid'):\n    os.setsid()", []),
        ("import os, sys\nx = os.getuid() if sys.platform == 'linux' else 0", []),
        ("import os, sys\nx = sys.platform == 'linux' and os.getuid()", []),
        ("import os, sys\ndef f():\n    if sys.platform == 'win32':\n        return 0\n    return os.getuid()", []),
        ("import os, sys\ndef f():\n    if sys.platform == 'win32':\n        return 0\nos.getuid()", ["5: os.getuid"]),
        ("from contextlib import suppress\nwith suppress(ImportError):\n    import pwd", []),
        ("from contextlib import suppress\nwith suppress(OSError):\n    import pwd", ["3: import pwd"]),
    ],
)  # fmt: skip
def test_what_is_used_without_asking_is_found_and_what_is_asked_for_is_not(text, found):
    assert unguarded(text) == found


def test_without_what_only_linux_has_our_code_does_not_find_it_and_other_code_does(tmp_path):
    """Of the tests under ELSEWHERE=1: they would say nothing if nothing were switched off."""
    ours = tmp_path / "analysis_at_work.py"
    ours.write_text(
        """\
import os, sys, signal, socket, ctypes
try:
    import fcntl
except ImportError:
    fcntl = None
found = [sys.platform, os.name]
found += [name for module, name in ((os, "fork"), (os, "killpg"), (signal, "SIGKILL"), (socket, "AF_UNIX"))
         if hasattr(module, name)]
refused = []
for act in (lambda: open("a:b", "w"), lambda: os.mkdir("aux.txt"), lambda: os.rename("one", "two"),
            lambda: os.open(".", os.O_RDONLY), lambda: os.remove("held"), lambda: os.rename("folder", "new")):
    try:
        act()
    except OSError as error:
        refused.append(error.winerror)
""",
        "utf-8",
    )
    code = """\
import os, runpy, signal, socket, sys
for name in ("one", "two", "held"):
    open(name, "w").close()
os.mkdir("folder")
held, inside = open("held"), open("folder/inside", "w")
ours = runpy.run_path(sys.argv[1], run_name="analysis.at_work")
print(ours["found"], ours["fcntl"], ours["refused"])
print(os.waitpid(os.fork() or os._exit(3), 0)[1] >> 8, signal.SIGKILL, socket.AF_UNIX)
"""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1] / "support" / "elsewhere")}
    command = [sys.executable, "-c", code, str(ours)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8")
    assert done.stdout.splitlines() == ["['win32', 'nt'] None [123, 123, 183, 5, 32, 32]", "3 9 1"], done.stderr


SHOWN = "Không làm được – 57,45 điểm"


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        # by hand, from the tables of Windows-1258 and Windows-1252
        ("cp1258", b"Kh\xf4ng l\xe0m \xf0\xfd\xf5\xf2c \x96 57,45 \xf0i\xea\xd2m"),
        ("cp1252", b"Kh\xf4ng l\xe0m duoc \x96 57,45 di\xeam"),
        ("ascii", b"Khong lam duoc - 57,45 diem"),
        ("utf-8", SHOWN.encode()),
    ],
)
def test_a_letter_that_an_encoding_lacks_is_printed_as_near_as_it_has(encoding, written):
    assert SHOWN.encode(encoding, console.nearest(encoding)) == written
    assert "☂".encode(encoding, console.nearest(encoding)) == ("☂".encode() if encoding == "utf-8" else b"?")


ENCODINGS = {
    "Vietnamese Windows": {"PYTHONIOENCODING": "cp1258"},
    "Western Windows": {"PYTHONIOENCODING": "cp1252"},
    "ASCII": {"PYTHONIOENCODING": "ascii"},
    "C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


CALLS = {
    "--help": 0,
    "--lang vi week --help": 0,
    "--lang vi gate {table} --area cho-moi --out {home}/đã-xem": 2,
    "--lang vi mail 2023-12-04 --area cho-moi --home {home}": 2,
    "--lang vi week --area Chợ": 64,
}
QUICK = [("Vietnamese Windows", call) for call in CALLS if "gate" in call or "Chợ" in call]


@pytest.mark.parametrize(
    ("name", "call"), sampled([(name, call) for name in ENCODINGS for call in CALLS], 2, long=20, first=QUICK)
)
def test_in_every_encoding_commands_end_with_their_status(name, call, tmp_path):
    table = tmp_path / "2023-12-04.txt"
    table.write_text("STT\tĐơn vị\n1\tXã Mỹ Hội Đông\n", "utf-8")
    (tmp_path / "config" / "cho-moi").mkdir(parents=True)
    (tmp_path / "config" / "cho-moi" / "area.toml").touch()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "PYTHONUTF8"))}
    command = [sys.executable, "-m", "analysis", *(each.format(table=table, home=tmp_path) for each in call.split())]
    done = subprocess.run(command, env=environment | ENCODINGS[name], cwd=PROJECT, capture_output=True)
    assert (done.returncode, b"Traceback" in done.stderr) == (CALLS[call], False), done.stderr
    assert done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("gate", "{table}", "--area", "cho-moi", "--out", "{out}"), id="gate", marks=pytest.mark.long),
        pytest.param(("new-area", "vi-du", "--from", "{table}", "--home", "{out}"), id="new-area"),
    ],
)
def test_no_file_is_read_or_written_in_the_encoding_that_the_system_happens_to_have(arguments, tmp_path):
    table = PROJECT / "data" / "raw" / "cho-moi" / "2023-12-04.txt"
    (tmp_path / "config").mkdir()
    given = [each.format(table=table, out=tmp_path) for each in arguments]
    flags = ["-X", "warn_default_encoding", "-W", "always::EncodingWarning"]
    command = [sys.executable, *flags, "-m", "analysis", *given]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, encoding="utf-8")
    assert [line for line in done.stderr.splitlines() if "EncodingWarning" in line and "/analysis/" in line] == []
    assert any(tmp_path.rglob("*.csv")), done.stderr


def test_every_open_file_has_its_encoding_named():
    ruff = [sys.executable, "-m", "ruff", "check", "--preview", "--select", "PLW1514", "--no-cache", "analysis"]
    done = subprocess.run(ruff, cwd=PROJECT, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stdout.strip()) == (0, "All checks passed!")
