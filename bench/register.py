"""How long `sis import schools` takes on the national register, new and unchanged, and its largest memory.

The aims are 60 and 15 seconds, and 400 MiB. The file is looked for in the folder that SIS_REAL_DATA names.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter

from bench.material.place import Place
from bench.material.timing import NotHere, Told

REGISTER = "gias/register_2024-06_all_establishments.csv.gz"


def of_schools(place: Place) -> Told:
    """The register taken in twice by the command line. Raises NotHere without the file."""
    folder = os.environ.get("SIS_REAL_DATA", "")
    register = Path(folder).absolute() / REGISTER
    if not folder or not register.is_file():
        raise NotHere("SIS_REAL_DATA names no folder of real files")
    environment = {**os.environ, "SIS_DATABASE_URL": f"sqlite:///{place.file()}"}
    figures: dict[str, float] = {}
    for state in ("new", "unchanged"):
        began = perf_counter()
        command = [str(Path(sys.executable).with_name("sis")), "import", "schools", str(register), "--la", "all"]
        process = subprocess.Popen(command, env=environment, cwd=place.folder, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        if os.waitstatus_to_exitcode(status):
            raise RuntimeError(f"sis import schools ended with {status}")
        figures[f"{state}, s"] = perf_counter() - began
        figures[f"{state}, MiB"] = usage.ru_maxrss / 1024
    return Told("register", "The national register of schools, imported", "", figures)
