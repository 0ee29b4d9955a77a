"""pyproject.toml says what the project needs; requirements.lock and environment.yml say the same with versions."""

import ast
import functools
import re
import sys
import tomllib
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support.tree import modules

from analysis.run import pipeline

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
RUNTIME = PROJECT["project"]["dependencies"]
EXTRAS = PROJECT["project"]["optional-dependencies"]
DEVELOPMENT = EXTRAS["dev"]


def by_name(requirements):
    return {canonicalize_name(each.name): each for each in map(Requirement, requirements)}


def locked():
    """Each entry of the lock: its requirement, and the lines below it as text."""
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    return [
        (Requirement(head.removesuffix("\\")), rest) for head, _, rest in (entry.partition("\n") for entry in entries)
    ]


def conda_packages():
    """The packages of environment.yml without what only conda needs to name: Python, pip and the project itself."""
    listed = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    from_pypi = [name for part in listed if isinstance(part, dict) for name in part["pip"]]
    assert "-e ." in from_pypi
    return by_name({*(part for part in listed if isinstance(part, str)), *from_pypi} - {"python>=3.11", "pip", "-e ."})


@functools.cache  # two tests ask for those of the package
def imports(path):
    """The top-level modules that a source file imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


def test_conda_and_pip_install_the_same_packages():
    assert conda_packages().keys() == by_name(RUNTIME + DEVELOPMENT).keys()


def test_conda_installs_the_locked_versions():
    pins = {f"{canonicalize_name(pin.name)}{pin.specifier}" for pin, _ in locked()}
    assert {f"{name}{package.specifier}" for name, package in conda_packages().items()} - pins == set()


def test_the_lock_satisfies_every_requirement_of_the_project():
    needed = by_name(RUNTIME + DEVELOPMENT)
    pins = [(canonicalize_name(pin.name), next(iter(pin.specifier))) for pin, _ in locked()]
    assert needed.keys() <= {name for name, _ in pins}
    assert [
        f"{name} {pin.version} is not {needed[name].specifier}"
        for name, pin in pins
        if name in needed and pin.version not in needed[name].specifier
    ] == []


def test_every_locked_package_is_one_version_with_hashes():
    assert [
        str(pin)
        for pin, rest in locked()
        if not re.fullmatch(r"==[\w.+!-]+", str(pin.specifier)) or "--hash=sha256:" not in rest
    ] == []


def test_the_lock_names_no_address():
    assert re.findall(r"\w+://\S*|file:\S*|--[\w-]*(?:index|find-links|host)\S*|\S+ @ \S+", LOCK) == []


@pytest.mark.parametrize(
    ("folder", "requirements"),
    [("analysis", RUNTIME + EXTRAS["cluster"]), ("tests", RUNTIME + DEVELOPMENT)],
    ids=["analysis", "tests"],
)
def test_every_imported_package_is_a_declared_dependency(folder, requirements):
    sources = modules(folder)
    scripts = [path for place in ("bench", "tests/support/elsewhere") for path in (ROOT / place).glob("*.py")]
    ours = {"analysis", "support", *(path.stem for path in scripts)}
    imported = {module for path in sources for module in imports(path)} - ours - sys.stdlib_module_names
    holders = packages_distributions()  # module => the distributions that hold it, as in yaml => PyYAML
    declared = by_name(requirements).keys()
    assert [
        name for name in sorted(imported) if declared.isdisjoint(map(canonicalize_name, holders.get(name, [])))
    ] == []


def test_a_run_records_the_version_of_every_package_that_its_products_may_hang_on():
    """The rest only starts, locks, sends or draws bars."""
    imported = {module for path in modules() for module in imports(path)} - {"analysis"} - sys.stdlib_module_names
    holders = packages_distributions()
    named = {canonicalize_name(holders[module][0]) for module in imported}
    others = {"distributed", "filelock", "joblib", "psutil", "pydantic", "pyzmq", "tqdm", "typer"}
    assert named - others - set(pipeline.VERSIONS_OF) == set()


def test_the_project_installs_only_the_analysis_package():
    assert distribution("analysis").read_text("top_level.txt").split() == ["analysis"]
