"""A disk as slow as a cloud's: a small library, compiled when it is wanted, that lets fsync take longer."""

from __future__ import annotations

import os
import subprocess
import tempfile
from functools import cache
from hashlib import sha256
from pathlib import Path

SOURCE = Path(__file__).with_name("slow_fsync.c")
SLOW_MS = 2.0


def slow(milliseconds: float = SLOW_MS) -> dict[str, str]:
    """What to add to a process's environment so that each of its waits for the disk is longer by that much."""
    if not milliseconds:
        return {}
    return {"LD_PRELOAD": str(_compiled()), "SLOW_FSYNC_MS": str(milliseconds)}


@cache
def _compiled() -> Path:
    """The library, in a folder that any user may read, since a database server has one of its own."""
    version = sha256(SOURCE.read_bytes()).hexdigest()[:12]
    library = Path(tempfile.gettempdir()) / f"sis-bench-{os.getuid()}" / f"slow_fsync-{version}.so"
    if not library.exists():
        library.parent.mkdir(mode=0o755, exist_ok=True)
        made = library.with_suffix(f".{os.getpid()}")
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", made, SOURCE, "-ldl"], check=True)
        made.chmod(0o755)
        made.rename(library)
    return library
