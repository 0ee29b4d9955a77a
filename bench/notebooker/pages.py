"""The units' pages by notebooker: one call that iterates over the units, its database replaced by mongomock.

    python bench/notebooker/pages.py NOTEBOOKS OUT CODE…

The HTML that notebooker saves for each report is also written to OUT/CODE.html. Each report gets one try, because more
tries would only take more time.
"""

import json
import sys
from pathlib import Path

import mongomock
from mongomock.gridfs import enable_gridfs_integration
from notebooker import execute_notebook
from notebooker.serialization import mongo
from notebooker.serializers import pymongo
from notebooker.settings import BaseConfig

AREA, CUTOFF = "cho-moi", "2023-12-04"


def main(notebooks: str, out: str, *units: str) -> None:
    enable_gridfs_integration()
    pymongo.MongoClient = mongomock.MongoClient
    save = mongo.MongoResultSerializer.save_check_result

    def save_too(serializer, result):
        save(serializer, result)
        if getattr(result, "raw_html", ""):
            (Path(out) / f"{result.overrides['unit']}.html").write_text(result.raw_html, "utf-8")

    mongo.MongoResultSerializer.save_check_result = save_too
    config = BaseConfig(
        TEMPLATE_DIR=f"{out}/templates",
        OUTPUT_DIR=f"{out}/output",
        PY_TEMPLATE_BASE_DIR=notebooks,
        NOTEBOOKER_DISABLE_GIT=True,
        SERIALIZER_CLS="PyMongoResultSerializer",
        SERIALIZER_CONFIG={},
    )
    execute_notebook.execute_notebook_entrypoint(
        config=config,
        report_name="5_unit",
        overrides_as_json=json.dumps({"area": AREA, "cutoff": CUTOFF, "unit": units}),
        iterate_override_values_of="unit",
        report_title="",
        n_retries=1,
        job_id="bench",
        mailto="",
        error_mailto="",
        email_subject="",
        pdf_output=False,
        hide_code=False,
        prepare_notebook_only=False,
        scheduler_job_id=None,
        mailfrom=None,
        is_slideshow=False,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
