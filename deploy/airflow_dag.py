"""The weekly 766 report in Airflow 3, or 2.9 and later with the provider packages standard and papermill.

``analysis_766`` is the one to schedule: one task, the project's own command, which publishes a week whole or not at
all and catches up by itself. ``analysis_766_notebooks``, started by hand, shows a week notebook by notebook on its
draft, which publishes nothing; its last task is the same command, which runs the notebooks again in a private folder,
because only so is what is published known to be whole. docs/schedule.md.
"""

import os
from pathlib import Path
from shlex import quote

import pendulum
from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.providers.standard.operators.bash import BashOperator

try:
    from airflow.sdk import DAG, Param
except ImportError:  # Airflow 2
    from airflow import DAG
    from airflow.models.param import Param

PROJECT = os.environ.get("ANALYSIS_PROJECT", "/opt/analysis")
HOME = os.environ.get("ANALYSIS_HOME", PROJECT)  # the command reads it too
ANALYSIS = f"cd {quote(PROJECT)} && .venv/bin/analysis"
LOG = Path(HOME, "data/outbox/airflow.log")
START = pendulum.datetime(2023, 12, 4, tz="Asia/Ho_Chi_Minh")
NOTEBOOKS = ("1_clean", "2_score", "3_trend", "4_report")

with DAG(
    "analysis_766",
    schedule="30 7 * * 1-5",
    start_date=START,
    catchup=False,  # the command itself finds the weeks that were missed
    max_active_runs=1,
    default_args={"retries": 0},  # a refused table stays refused until somebody corrects it
):
    week = BashOperator(
        task_id="week",
        bash_command=f"mkdir -p -m 700 {quote(str(LOG.parent))} && set -o pipefail && "
        f"{ANALYSIS} week --due --area all --send 2>&1 | tee {quote(str(LOG))}",
    )
    tell = BashOperator(
        task_id="tell",
        bash_command=f"{ANALYSIS} tell <{quote(str(LOG))}; exit 1",
        trigger_rule="one_failed",  # and it fails itself: a run is what its last task is
    )
    week >> tell

with DAG(
    "analysis_766_notebooks",
    schedule=None,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 0},
    params={
        "area": Param("cho-moi", type="string", pattern="^[a-z0-9]+(-[a-z0-9]+)*$"),
        "cutoff": Param("2023-12-04", type="string", pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    },
):
    folder = f"{HOME}/data/processed/{{{{ params.area }}}}/draft/{{{{ params.cutoff }}}}"
    last = BashOperator(task_id="draft", bash_command=f"mkdir -p '{folder}'")
    for name in NOTEBOOKS:
        notebook = PapermillOperator(
            task_id=name,
            input_nb=f"{PROJECT}/notebooks/{name}.ipynb",
            output_nb=f"{folder}/{name}.ipynb",
            parameters={"area": "{{ params.area }}", "cutoff": "{{ params.cutoff }}"},
            kernel_name="analysis-766",  # the project's environment, not Airflow's
            language_name="python",
        )
        last >> notebook
        last = notebook
    arguments = "week {{ params.cutoff }} --area {{ params.area }}"
    last >> BashOperator(task_id="publish", bash_command=f"{ANALYSIS} {arguments}")
