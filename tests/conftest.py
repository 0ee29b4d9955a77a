"""How tests run: profiles of properties, shared fixtures, and the counts of faults at the end."""

import gc
import importlib
import itertools
import os
import re
import sys
from pathlib import Path

# jsonschema would import a grammar of addresses that takes a second, in every process of a test run.
sys.modules.setdefault("rfc3987_syntax", None)

WITHOUT = str(Path(__file__).parent / "support" / "elsewhere")
if os.environ.get("ELSEWHERE") and "only_linux" not in sys.modules:  # a child found it on PYTHONPATH as it began
    sys.path.insert(0, WITHOUT)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [WITHOUT, os.environ.get("PYTHONPATH")]))
    sys.modules.pop("sitecustomize", None)
    importlib.import_module("sitecustomize")

import hypothesis  # noqa: E402

os.environ["LC_ALL"] = "C.UTF-8"  # messages are Vietnamese, whatever the machine's own language

pytest_plugins = ["support.stored", "support.browser", "support.faults", "support.homes", "support.shown"]

gc.set_threshold(100_000, 50, 100)  # the thousands of tests are garbage to look through again and again
# A busy machine is no fault. What make long and make sweep try more often, make test tries as well.
for profile, examples in {"busy": 20, "long": 100, "sweep": 300}.items():
    hypothesis.settings.register_profile(profile, deadline=None, max_examples=examples)
hypothesis.settings.load_profile("busy")


def pytest_terminal_summary(terminalreporter):
    """How many faults were tried and survived, also where the tests ran in several processes."""
    for each in itertools.chain.from_iterable(terminalreporter.stats.values()):
        for name, value in getattr(each, "user_properties", ()):
            if name == "count" and each.when == "call":
                terminalreporter.write_line(value)
    for what, tests in ONE_FAULT_EACH.items():
        ended = {
            kind: sum(re.search(tests, each.nodeid) is not None for each in terminalreporter.stats.get(kind, ()))
            for kind in ("passed", "failed")
        }
        if tried := sum(ended.values()):
            terminalreporter.write_line(f"{what}: {tried} faults, {ended['passed']} survived")


ONE_FAULT_EACH = {  # what is tried, by the tests that try it
    "kernel": r"test_kernels\.py::(?!.*outlive)",  # that what a cell starts ends with it is no fault
    "mail server": r"test_sender\.py::test_(each_fault_of_a_server|a_server_that_speaks_for_ever)",
}
