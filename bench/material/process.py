"""What the process itself takes."""

from __future__ import annotations

from pathlib import Path


def peak_mib() -> float:
    """The most memory that this program has held at one time, in MiB.

    From the kernel's own account of the program: the usual `ru_maxrss` also counts what the process held before it
    became this program.
    """
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (line,) = (line for line in lines if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024
