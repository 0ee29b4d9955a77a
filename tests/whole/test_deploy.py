"""The files under deploy/ and docs/schedule.md: what they call exists, and a schedule's call catches up by itself."""

import ast
import functools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from support import district, smtp_server
from support.settings import write_settings

from analysis.cli import main
from analysis.exits import Exit
from analysis.run import stages, unit_pages
from analysis.weeks.home import PROJECT

DEPLOY, PROJECT = PROJECT / "deploy", PROJECT
AREA, PUBLISHED, REFUSED, DUE = "cho-moi", "2023-12-04", "2023-12-11", "2023-12-18"
UNITS = ("analysis-766.service", "analysis-766.timer", "analysis-766-tell.service")


def text(name: str) -> str:
    return (PROJECT / name).read_text("utf-8")


def values(name: str, key: str) -> list[str]:
    """What a unit file says under a key."""
    return re.findall(rf"^{key}=(.*)$", text(f"deploy/{name}"), re.M)


# -- every command is one of ours ------------------------------------------------------------------------------------

CALL = re.compile(r"(?:bin/analysis|\{ANALYSIS\}|& \$analysis)((?: (?:[\w*./-]+|\{\{ params\.\w+ \}\}))*)")


def commands() -> list[str]:
    """Every call of the command line in deploy/ and docs/schedule.md, with what the DAG puts in put in."""
    said = [
        text("docs/schedule.md"),
        text("docs/operate.md"),
        *(path.read_text("utf-8") for path in sorted(DEPLOY.iterdir())),
    ]
    found = {match[1].strip() for each in said for match in CALL.finditer(each)} - {""}
    words = re.findall(r"^(?:CMD|    arguments =) (.*)$", "\n".join(said), re.M)
    for each in map(ast.literal_eval, words):
        found.add(" ".join(each) if isinstance(each, list) else each)
    shown = {"{{ params.cutoff }}": PUBLISHED, "{{ params.area }}": AREA}
    return sorted(functools.reduce(lambda call, name: call.replace(name, shown[name]), shown, each) for each in found)


def test_the_commands_are_found():
    assert {"tell", "week --due --area all", "week --due --area all --send", f"week {PUBLISHED} --area {AREA}"} <= set(
        commands()
    )


@pytest.mark.parametrize("command", commands())
def test_every_command_is_accepted_by_our_own_command_line(command, capsys):
    assert main([*shlex.split(command), "--help"]) == 0
    assert main([*shlex.split(command), "--no-such-option"]) == 64
    assert "--no-such-option" in capsys.readouterr().err  # it was the first that is not known


# -- systemd ---------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
def test_systemd_finds_no_fault_in_the_units(tmp_path):
    for name in UNITS:
        said = text(f"deploy/{name}").replace("/opt/analysis/.venv/bin/analysis", shutil.which("true"))
        (tmp_path / name).write_text(said.replace("WorkingDirectory=/opt/analysis", f"WorkingDirectory={PROJECT}"))
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(tmp_path / name for name in UNITS)], capture_output=True, text=True
    )
    ours = [line for line in checked.stderr.splitlines() if "analysis-766" in line]
    assert (checked.returncode, ours) == (0, [])


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith("service")])
def test_a_service_is_little_exposed_by_systemds_own_reckoning(name):
    command = [
        "systemd-analyze",
        "security",
        "--offline=yes",
        "--threshold=30",
        DEPLOY / name,
    ]  # 0 to 100, less is better
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
def test_the_timer_starts_on_working_mornings():
    (when,) = values("analysis-766.timer", "OnCalendar")
    about = ["--base-time=2023-12-01 12:00:00", "--iterations=2", when]
    for zone in ("UTC", "America/New_York"):  # of the machine; 07:30 in Việt Nam is 00:30 UTC
        command, zoned = ["systemd-analyze", "calendar", *about], os.environ | {"TZ": zone}
        told = subprocess.run(command, env=zoned, capture_output=True, text=True, check=True).stdout
        assert re.findall(r": (\w+ [\d-]+ [\d:]+) UTC", told) == ["Mon 2023-12-04 00:30:00", "Tue 2023-12-05 00:30:00"]
    assert values("analysis-766.timer", "Persistent") == ["true"]


def test_what_is_started_tells_the_time_of_viet_nam_too():
    """The hour from which a table is missed, and the times that are told, are those of the office."""
    zoned = [
        [each for each in values(name, "Environment")[0].split() if each.startswith("TZ=")] for name in UNITS[:3:2]
    ]
    assert zoned == [["TZ=Asia/Ho_Chi_Minh"]] * 2
    assert "ENV ANALYSIS_HOME=/var/lib/analysis TZ=Asia/Ho_Chi_Minh" in text("deploy/Containerfile")
    assert "TZ={ZONE} .venv/bin/analysis" in text("deploy/airflow_dag.py")


def test_a_service_may_write_only_what_a_week_writes_and_a_failure_is_told_to_the_operator():
    service, tell = UNITS[0], UNITS[2]
    assert values(service, "ProtectSystem") == values(tell, "ProtectSystem") == ["strict"]
    assert values(service, "ReadWritePaths") == ["/opt/analysis/data /opt/analysis/reports"]
    assert values(service, "ReadOnlyPaths") == ["/opt/analysis/data/raw"]
    assert values(tell, "ReadWritePaths") == []
    assert values(service, "OnFailure") == [tell]
    assert "--send" not in values(tell, "ExecStart")[0]
    for name in (service, tell):
        assert values(name, "LoadCredential") == ["smtp-password:/etc/analysis/smtp-password"]
        assert values(name, "RestrictAddressFamilies") == ["AF_UNIX AF_INET AF_INET6"]


# -- Windows ---------------------------------------------------------------------------------------------------------

FOLDER = Path(os.environ.get("TREE_SITTER", PROJECT / ".npm"))  # .ci/run installs the packages there
PACKAGES = ("web-tree-sitter", "tree-sitter-powershell")
COMMON = {"-ErrorAction", "-Confirm"}
# What each cmdlet takes, of what we use: learn.microsoft.com/powershell/module, modules ScheduledTasks (Windows Server
# 2022), Microsoft.PowerShell.Core, .Management, .Security and .Utility (5.1).
CMDLETS = {
    "Add-Content": "LiteralPath Encoding Value",
    "ForEach-Object": "Process",
    "Get-ChildItem": "LiteralPath Filter",
    "Get-Command": "Name CommandType",
    "Get-Content": "LiteralPath Encoding Tail",
    "Get-Credential": "UserName Message",
    "Get-Date": "Format",
    "Get-ScheduledTask": "TaskName TaskPath",
    "Get-TimeZone": "Id ListAvailable Name",
    "Join-Path": "Path ChildPath",
    "New-ScheduledTaskAction": "Execute Argument WorkingDirectory Id",
    "New-ScheduledTaskPrincipal": "UserId LogonType RunLevel ProcessTokenSidType RequiredPrivilege Id",
    "New-ScheduledTaskSettingsSet": "DisallowDemandStart DisallowHardTerminate Compatibility DeleteExpiredTaskAfter "
    "AllowStartIfOnBatteries Disable MaintenanceExclusive Hidden RunOnlyIfIdle IdleWaitTimeout NetworkId NetworkName "
    "DisallowStartOnRemoteAppSession MaintenancePeriod MaintenanceDeadline StartWhenAvailable DontStopIfGoingOnBatteries "
    "WakeToRun IdleDuration RestartOnIdle DontStopOnIdleEnd ExecutionTimeLimit MultipleInstances Priority RestartCount "
    "RestartInterval RunOnlyIfNetworkAvailable",
    "New-ScheduledTaskTrigger": "Weekly DaysOfWeek WeeksInterval At RandomDelay",
    "New-TimeSpan": "Days Hours Minutes Seconds",
    "Out-Null": "InputObject",
    "Register-ScheduledTask": "Force Password User Principal TaskName TaskPath Action Description Settings Trigger RunLevel",
    "Remove-Item": "LiteralPath Recurse Force",
    "Select-Object": "First Last Skip",
    "Set-Content": "LiteralPath Encoding Value",
    "Set-Location": "LiteralPath",
    "Sort-Object": "Property Descending",
    "Split-Path": "Parent Leaf",
    "Test-Path": "LiteralPath PathType",
    "Unregister-ScheduledTask": "TaskName TaskPath",
    "Write-Output": "InputObject",
    "Write-Warning": "Message",
}
# Register-ScheduledTask takes an account in one of two ways, by its parameter sets.
ACCOUNTS = ({"User", "Password"}, {"Principal"})


def lacking_grammar() -> str:
    if not shutil.which("node"):
        return "node is not installed"
    absent = [name for name in PACKAGES if not (FOLDER / "node_modules" / name).is_dir()]
    return f"npm packages {', '.join(absent)} are not in {FOLDER.name}" if absent else ""


def parsed(script: str) -> dict:
    """What the grammar of PowerShell finds in a script: faults, commands with their parameters, tables to splat."""
    command = ["node", "--liftoff-only", PROJECT / "tests" / "support" / "powershell.mjs", FOLDER]
    done = subprocess.run(command, input=script, capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


needs_grammar = pytest.mark.skipif(bool(lacking_grammar()), reason=lacking_grammar())


@needs_grammar
def test_windows_script_is_powershell_and_every_cmdlet_takes_the_parameters_that_it_is_given():
    script = text("deploy/windows.ps1")
    found = parsed(script)
    assert found["faults"] == []
    own = {*re.findall(r"^function ([\w-]+)", script, re.M), "$analysis", "$each.Name", "$python.Name"}
    unknown = []
    for line, name, parameters in found["commands"]:
        if name in own:
            continue
        known = COMMON | {f"-{each}" for each in CMDLETS.get(name, "").split()}
        splatted = {f"-{key}" for each in parameters if each[0] == "@" for key in found["tables"]["$" + each[1:]]}
        given = splatted | {each for each in parameters if each[0] == "-"}
        unknown += [f"{line}: {name} {each}" for each in sorted(given - known)]
        unknown += [] if name in CMDLETS else [f"{line}: {name}"]
    assert unknown == []
    assert {"StartWhenAvailable", "AllowStartIfOnBatteries", "DontStopIfGoingOnBatteries", "MultipleInstances",
            "ExecutionTimeLimit"} == set(found["tables"]["$settings"])  # fmt: skip
    assert set(found["tables"]["$account"]) == set.union(*ACCOUNTS)
    used = {name: parameters for _, name, parameters in found["commands"]}
    assert "-Force" in used["Register-ScheduledTask"]  # the same call again replaces the task
    assert "Unregister-ScheduledTask" in used and "Get-TimeZone" in used


@needs_grammar
@pytest.mark.parametrize(
    ("old", "new"),
    [("} elseif ($Remove) {", "elseif ($Remove) {"), ("foreach ($each in", "foreach ($each of")],
)
def test_a_windows_script_that_is_broken_would_be_seen(old, new):
    script = text("deploy/windows.ps1")
    assert script.count(old) == 1 and parsed(script.replace(old, new))["faults"]


def test_the_windows_script_reads_the_same_in_every_code_page_and_quotes_its_folder():
    script = text("deploy/windows.ps1")
    assert script.isascii()  # without a mark, Windows PowerShell 5 reads a file in the machine's code page
    assert '-File `"$PSCommandPath`"' in script
    assert re.findall(r" -Path \$", script) == []  # -LiteralPath: a folder's name may hold brackets


# -- cron, Airflow, container -------------------------------------------------------------------------------


def cron_line() -> str:
    *zones, line = [line for line in text("deploy/crontab").splitlines() if line and not line.startswith("#")]
    assert zones == ["CRON_TZ=Asia/Ho_Chi_Minh", "TZ=Asia/Ho_Chi_Minh"]  # of the start; of what is started
    return line


def test_the_line_for_cron_is_one_that_cron_reads():
    line = cron_line()
    minute, hour, day, month, weekday, command = line.split(maxsplit=5)
    assert (minute, hour, day, month, weekday) == ("30", "7", "*", "*", "1-5")
    assert "%" not in command  # cron ends the line there
    assert subprocess.run(["sh", "-n", "-c", command]).returncode == 0


def test_in_cron_a_failure_is_told_and_a_success_is_not(tmp_path):
    """The line itself, with a command in place of ours that writes down how it was called."""
    command = cron_line().split(maxsplit=5)[5].replace("/opt/analysis", str(tmp_path))
    ours = tmp_path / ".venv" / "bin" / "analysis"
    ours.parent.mkdir(parents=True)
    for status, expected in ((0, ["week"]), (3, ["week", "tell refused"])):
        script = f"#!/bin/sh\n[ $1 = week ] && {{ echo refused; echo week >>calls; exit {status}; }}\n"
        ours.write_text(script + "echo $1 $(cat) >>calls\n")
        ours.chmod(0o755)
        (tmp_path / "calls").unlink(missing_ok=True)
        subprocess.run(["sh", "-c", command], env=os.environ | {"HOME": str(tmp_path)})
        assert (tmp_path / "calls").read_text().splitlines() == expected


SCHEDULED, NOTEBOOKS = "airflow_dag.py", "airflow_notebooks_dag.py"


def imported(name: str) -> set[str]:
    """The modules that a DAG's file imports."""
    found = set()
    for node in ast.walk(ast.parse(text(f"deploy/{name}"), name)):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_the_dag_to_schedule_imports_nothing_that_is_slow():
    bash, slow = "airflow.providers.standard.operators.bash", "airflow.providers.papermill.operators.papermill"
    assert imported(SCHEDULED) == {"os", "pathlib", "shlex", "pendulum", "airflow", "airflow.sdk", bash}
    assert slow in imported(NOTEBOOKS)  # Airflow gives up a file whose import takes too long: that file alone


def test_the_dag_of_notebooks_names_notebooks_and_parameters_that_there_are():
    tree = ast.parse(text(f"deploy/{NOTEBOOKS}"))
    assigned = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign)}
    notebooks = ast.literal_eval(assigned["NOTEBOOKS"])
    assert notebooks == tuple(stage for stage in stages.STAGES if stage != unit_pages.STAGE)
    for name in notebooks:
        cells = nbformat.read(PROJECT / "notebooks" / f"{name}.ipynb", as_version=4).cells
        (parameters,) = [cell.source for cell in cells if "parameters" in cell.metadata.get("tags", [])]
        assert {"area", "cutoff"} <= {node.targets[0].id for node in ast.parse(parameters).body}


AIRFLOW = os.environ.get("AIRFLOW", "")  # the command of an Airflow 3 with the providers standard and papermill
PATIENCE = 900  # seconds for one call of Airflow, of our choice: it takes half a minute only to start
needs_airflow = pytest.mark.skipif(not AIRFLOW, reason="AIRFLOW names no airflow command")


@pytest.fixture(scope="module")
def airflow(tmp_path_factory):
    """Runs a DAG of deploy/ once, on a home, in an Airflow of our own: its exit status, and what it said."""
    folder = tmp_path_factory.mktemp("airflow")
    dags = folder / "dags"
    own = {"HOME": str(folder), "AIRFLOW_HOME": str(folder / "airflow"), "AIRFLOW__CORE__DAGS_FOLDER": str(dags)}
    own |= {"AIRFLOW__CORE__LOAD_EXAMPLES": "False", "ANALYSIS_PROJECT": str(PROJECT)}

    def call(*command: object, **other: str) -> tuple[int, str]:
        about = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "cwd": folder, "timeout": PATIENCE}
        done = subprocess.run(command, env=os.environ | own | other, text=True, encoding="utf-8", **about)
        return done.returncode, done.stdout

    def run(file: str, dag: str, home: Path, **other: str) -> tuple[int, str]:
        shutil.rmtree(dags, ignore_errors=True)
        dags.mkdir()
        copied = shutil.copy(DEPLOY / file, dags)
        return call(AIRFLOW, "dags", "test", dag, "--dagfile-path", copied, ANALYSIS_HOME=str(home), **other)

    for command in (
        (sys.executable, "-m", "ipykernel", "install", "--user", "--name", "analysis-766"),
        (AIRFLOW, "db", "migrate"),
    ):
        status, said = call(*command)
        assert status == 0, said
    return run


@pytest.fixture
def due(tmp_path) -> Path:
    """A home with a table whose week is due."""
    home = tmp_path / "nhà làm báo cáo"
    shutil.copytree(PROJECT / "config", home / "config")
    (home / "data" / "raw" / AREA).mkdir(parents=True)
    shutil.copy(district.RAW, home / "data" / "raw" / AREA)
    (home / "recipients.csv").write_text(f"area,name,address\n{AREA},Lan,lan@leaders.example\n", "utf-8")
    return home


@pytest.mark.long
@needs_airflow
def test_airflow_runs_a_good_week_to_success_and_tells_the_operator_of_a_refused_one(airflow, due):
    with smtp_server.serving() as (port, seen):
        write_settings(due, port, operator="IT <it@office.example>")
        status, said = airflow(SCHEDULED, "analysis_766", due)
        assert (status, seen.recipients()) == (0, ["lan@leaders.example"]), said
        assert (due / "reports" / AREA / PUBLISHED / "report.html").is_file()

        refused = due / "data" / "raw" / AREA / f"{REFUSED}.txt"
        refused.write_text(district.RAW.read_text("utf-8"), "utf-8")  # that of another week
        status, said = airflow(SCHEDULED, "analysis_766", due)
        assert (status, seen.recipients()) == (1, ["lan@leaders.example", "it@office.example"]), said
        assert "DagRun failed" in said
        assert not (due / "reports" / AREA / REFUSED).exists()


@pytest.mark.long
@needs_airflow
def test_airflow_runs_the_notebooks_on_the_draft_and_then_publishes(airflow, due, tmp_path):
    (kept := tmp_path / "drafts").mkdir()  # behind a link, for else the draft goes when its week is published
    (due / "data" / "processed" / AREA).mkdir(parents=True)
    (due / "data" / "processed" / AREA / "draft").symlink_to(kept)
    patient = {"AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "300"}  # docs/schedule.md
    status, said = airflow(NOTEBOOKS, "analysis_766_notebooks", due, **patient)
    assert status == 0, said
    notebooks = {f"{name}.ipynb" for name in stages.STAGES if name != unit_pages.STAGE}
    assert notebooks | {"findings.csv"} <= {path.name for path in (kept / PUBLISHED).iterdir()}
    assert (due / "reports" / AREA / PUBLISHED / "report.html").is_file()


def test_what_the_container_copies_is_there_and_it_runs_as_nobody_in_particular():
    lines = text("deploy/Containerfile").replace("\\\n", " ").splitlines()
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY") and "--from" not in line]
    assert {name for names in copied for name in names} == {
        *("pyproject.toml", "requirements.lock", "analysis", "config", "notebooks")
    }
    assert all((PROJECT / name).exists() for names in copied for name in names)
    assert [line for line in lines if line.startswith("USER")] == ["USER analysis"]
    assert [line for line in lines if line.startswith("FROM")] == [
        "FROM python:3.11-slim AS build",
        "FROM python:3.11-slim",
    ]


def test_the_document_links_to_every_file_that_is_there():
    linked = re.findall(r"\]\(\.\./deploy/([\w.-]+)\)", text("docs/schedule.md"))
    assert sorted({*linked, "Containerfile"}) == sorted(path.name for path in DEPLOY.iterdir())


# -- catching up -----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_call_of_the_timer_makes_up_for_what_was_missed_and_goes_on_after_a_refused_table(
    tmp_path, capfd, real_home
):
    """Three raw tables: one published, one refused, for it is that of another week, and one missed."""
    home = shutil.copytree(real_home, tmp_path / "home")
    raw = home / "data" / "raw" / AREA
    table = district.RAW.read_text("utf-8")
    later = table.replace("04/12/2023 -Tuần 1", "18/12/2023 -Tuần 3").replace("04/11)", "02/12)")
    (command,) = values("analysis-766.service", "ExecStart")
    call = [*shlex.split(command.partition("bin/analysis ")[2]), "--home", str(home)]
    call.remove("--send")
    before = record(home, PUBLISHED)
    assert main(call) == Exit.DONE  # nothing is due

    (raw / f"{REFUSED}.txt").write_text(table, "utf-8")
    (raw / f"{DUE}.txt").write_text(later.replace("TUẦN 01/12", "TUẦN 03/12"), "utf-8")
    capfd.readouterr()
    assert main(call) == Exit.REFUSED
    said = capfd.readouterr()
    assert f"{AREA}, kỳ chốt {REFUSED}: {REFUSED}.txt: bị từ chối" in said.err
    assert f"{AREA}: tuần {REFUSED} chưa có báo cáo." in said.err
    assert f"{AREA}, kỳ chốt {DUE}: Đã làm xong báo cáo" in said.out
    assert sorted(path.name for path in (home / "reports" / AREA).glob("20*")) == [PUBLISHED, DUE]
    assert record(home, PUBLISHED) == before
    due = record(home, DUE)
    assert any(PUBLISHED in name for name in json.loads(due)["inputs"]["earlier"])

    assert main(call) == Exit.REFUSED  # told again, and nothing else is done
    assert record(home, DUE) == due


def record(home: Path, cutoff: str) -> bytes:
    return (home / "data" / "processed" / AREA / cutoff / "run.json").read_bytes()
