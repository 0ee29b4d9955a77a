"""What tests have fork servers prepare, and ask of what is forked from them."""

import os
import time
from pathlib import Path

import psutil

done = []  # what was done to prepare, in the process of a fork server


def prepare(what):
    done.append(what)


def fails(what):
    done.append(what)
    raise RuntimeError("a font is missing")


def look():
    return [*done], os.getppid()


def environment():
    return dict(os.environ), Path(f"/proc/{psutil.Process().parent().ppid()}/environ").read_text()


def parent_of_guard():
    return psutil.Process().parent().ppid()


def prepare_long(what):
    time.sleep(2)
