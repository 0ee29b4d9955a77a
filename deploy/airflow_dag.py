"""The weekly 766 report in Airflow 3, or 2.9 and later with the provider package standard: the DAG to schedule.

One task, the project's own command, which publishes a week whole or not at all and catches up by itself.
docs/schedule.md.
"""

import os
from pathlib import Path
from shlex import quote

import pendulum
from airflow.providers.standard.operators.bash import BashOperator

try:
    from airflow.sdk import DAG
except ImportError:  # Airflow 2
    from airflow import DAG

PROJECT = os.environ.get("ANALYSIS_PROJECT", "/opt/analysis")
HOME = os.environ.get("ANALYSIS_HOME", PROJECT)  # the command reads it too
ZONE = "Asia/Ho_Chi_Minh"
ANALYSIS = f"cd {quote(PROJECT)} && TZ={ZONE} .venv/bin/analysis"
LOG = Path(HOME, "data/outbox/airflow.log")
START = pendulum.datetime(2023, 12, 4, tz=ZONE)

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
