"""The keys with which the deployment signs cookies and forms: the first signs, the others are still recognised.

They come from SIS_SECRET_KEY and SIS_SECRET_KEY_FALLBACKS, else from the file that SIS_SECRET_KEY_FILE names, else
from `var/secret_key`, which is made at the first start. A file holds one key a line.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from projections.database_file import make_folder

SECRET_BYTES = 32


class BadSecretKey(RuntimeError):
    """The file of the key is missing, empty or open to others."""


def secret_keys(usual: Path) -> tuple[str, ...]:
    """The keys, newest first; `usual` is the file where nobody names one. Raises BadSecretKey."""
    if key := os.environ.get("SIS_SECRET_KEY"):
        return (key, *os.environ.get("SIS_SECRET_KEY_FALLBACKS", "").split())
    if named := os.environ.get("SIS_SECRET_KEY_FILE"):
        return _read(Path(named))
    if not usual.exists():
        _make(usual)
    return _read(usual)


def _make(path: Path) -> None:
    """Make the file whole and private before it has its name: whoever starts at the same moment reads the one key."""
    make_folder(path.parent)
    descriptor, made = mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{secrets.token_hex(SECRET_BYTES)}\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(made)
    finally:
        Path(made).unlink()


def _read(path: Path) -> tuple[str, ...]:
    try:
        with path.open(encoding="ascii") as file:
            if os.fstat(file.fileno()).st_mode & 0o007:
                raise BadSecretKey(f"Every user of this machine may use the key in {path}: replace it, with mode 600")
            keys = tuple(file.read().split())
    except FileNotFoundError:
        raise BadSecretKey(
            f"The secret key {path} is missing: make it with `openssl rand -hex 32 | install -m 0640 -o root -g "
            f"GROUP /dev/stdin {path}`, GROUP being that of the user that the service runs as"
        ) from None
    except PermissionError:
        raise BadSecretKey(
            f"You may not read the secret key {path}: do this as the user that the service runs as, and see that the "
            "file has mode 0640 and the group of that user"
        ) from None
    except OSError as error:
        raise BadSecretKey(f"The secret key {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadSecretKey(f"{path} holds no key: a key is a line of letters and digits") from None
    if not keys:
        raise BadSecretKey(f"{path} is empty: write a key into it, as from `openssl rand -hex 32`")
    return keys
