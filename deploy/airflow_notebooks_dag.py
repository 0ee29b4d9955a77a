"""One week of the 766 report notebook by notebook in Airflow, started by hand; the DAG to schedule is airflow_dag.py.

The notebooks run on the week's draft, which publishes nothing. The last task is the project's own command, which runs
them again in a private folder, because only so is what is published known to be whole. A file of its own, because the
provider package papermill is slow to import, and Airflow gives up a file that takes too long. docs/schedule.md.
"""

import os
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
NOTEBOOKS = ("1_clean", "2_score", "3_trend", "4_report")

with DAG(
    "analysis_766_notebooks",
    schedule=None,
    start_date=pendulum.datetime(2023, 12, 4, tz="Asia/Ho_Chi_Minh"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 0},
    params={
        "area": Param("cho-moi", type="string", pattern="^[a-z0-9]+(-[a-z0-9]+)*$"),
        "cutoff": Param("2023-12-04", type="string", pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    },
):
    folder = f"{HOME}/data/processed/{{{{ params.area }}}}/draft/{{{{ params.cutoff }}}}"
    last = BashOperator(task_id="draft", bash_command=f"mkdir -p {quote(folder)}")
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
    last >> BashOperator(task_id="publish", bash_command=f"cd {quote(PROJECT)} && .venv/bin/analysis {arguments}")
