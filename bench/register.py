"""How long `sis import schools` takes on the national register, new and unchanged, and its largest memory.

The aims are 60 and 15 seconds, and 400 MiB. The file is looked for in the folder that SIS_REAL_DATA names.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

REGISTER = "gias/register_2024-06_all_establishments.csv.gz"


def main() -> None:
    folder = os.environ.get("SIS_REAL_DATA", "")
    register = Path(folder).absolute() / REGISTER
    if not folder or not register.is_file():
        print("SIS_REAL_DATA names no folder of real files: the national register is not measured")
        return
    with TemporaryDirectory() as there:
        environment = {**os.environ, "SIS_DATABASE_URL": f"sqlite:///{there}/national.sqlite"}
        for state in ("new", "unchanged"):
            began = perf_counter()
            command = [str(Path(sys.executable).with_name("sis")), "import", "schools", str(register)]
            process = subprocess.Popen(command, env=environment, cwd=there, stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = perf_counter() - began
            ended = os.waitstatus_to_exitcode(status)
            print(f"{state}: {seconds:.1f} s, {usage.ru_maxrss / 1024:.0f} MiB, exit {ended}")


if __name__ == "__main__":
    main()
