"""A chart that leaves word of the process that draws it."""

import os
import signal
import time
import warnings
from pathlib import Path

import papermill  # noqa: F401  it loads our engine, and must be there before that is

from analysis.report.charts import sheet


class Told(sheet.Chart):
    """A chart that leaves word of the process that draws it, and can go wrong there."""

    def _repr_mimebundle_(self, include=None, exclude=None):
        with Path(self.caption).open("a") as log:
            log.write(f"{os.getpid()}\n")
        if self.alt == "dies" and len(Path(self.caption).read_text().split()) == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.alt == "hangs" and len(Path(self.caption).read_text().split()) == 1:
            time.sleep(60)
        if self.alt == "takes a while":
            time.sleep(0.2)
            with Path(self.caption).open("a") as log:
                log.write(f"{os.getpid()}\n")
        if self.alt == "warns":
            warnings.warn("hãy chú ý", stacklevel=1)
        if self.alt == "fails":
            raise ValueError("không vẽ được")
        return {"image/svg+xml": f"<svg>{self.alt}</svg>"}, {"image/svg+xml": {"alt": self.alt}}
