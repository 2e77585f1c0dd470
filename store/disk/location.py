"""Where the store lies, and where it may not lie."""

import os
import re
from pathlib import Path

from store.disk import user
from store.disk.files import note_own
from validators.own_folders import NOWHERE, own_folder
from validators.problems import Problem

VARIABLE = "KEYWORK_STORE"
MOUNTS = Path("/proc/self/mountinfo")

# A write-ahead log needs memory shared between the processes and locks that hold; over a network there is neither.
# fmt: off
NETWORK = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.ceph", "fuse.davfs2", "fuse.gcsfuse",
        "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.smbnetfs", "fuse.sshfs", "gpfs", "lustre",
        "ncpfs", "nfs", "nfs4", "orangefs", "prl_fs", "smb2", "smb3", "smbfs", "sshfs", "vboxsf",
    }
)
# fmt: on
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/{1,2}")


def store_path(text: str | None, mounts: Path = MOUNTS) -> Path:
    """The store's path: the argument, else KEYWORK_STORE, else the place the platform gives a program's data.

    Raises Problem for a URL, for a directory, and for a place on a network file system; and under a service's account
    for another store than its own. One of his own under the account's key would show a person that key, with the roles
    of a store that has none.
    """
    own = os.environ.get(VARIABLE)
    if text and text != own and user.is_guest():
        raise Problem("The store is the one that the service's account names here: leave out --store.")
    text = text or own
    if text and (URL.match(text) or text.startswith("file:")):
        scheme = text.partition(":")[0]
        raise Problem(f"The store cannot be a {scheme} address, not yet: name a file on this computer.")
    if text and "\0" in text:
        raise Problem("The store's name holds a NUL byte: name a file on this computer.")
    try:
        path = Path(text).expanduser() if text else own_folder("data") / "keywork.db"
    except RuntimeError:
        raise Problem(f"The store's path {text} begins with a home folder that nobody has: name it in full.") from None
    if path.is_relative_to(NOWHERE):
        raise Problem("This account has no home folder: name the store with --store PATH and its key with --key-file.")
    try:
        if path.is_dir():
            raise Problem(f"The store {path} is a directory: name a file in it.")
        kind = file_system(path, mounts)
    except (OSError, RuntimeError):
        raise Problem(f"The store's path {path} cannot be followed: check the name.") from None
    if kind in NETWORK:
        raise Problem(
            f"The store {path} lies on a network file system ({kind}), where a database gets damaged:"
            " choose a local disk and work there over SSH."
        )
    return note_own(path)


def refuse_maker(path: Path) -> None:
    """Raise Problem for somebody under a service's account: its store is made, or brought back, by the account or root.

    In a new store nobody has a role and everybody may do everything, also be shown the key of the one that was there.
    """
    if user.is_guest():
        there = f"There is a store at {path} already" if path.exists() else f"There is no store at {path}"
        raise Problem(f"{there}: whoever runs this computer makes it or brings it back, as the service's account.")


def file_system(path: Path, mounts: Path = MOUNTS) -> str:
    """The type of the file system that holds a path; empty where the system does not tell. Raises OSError."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    resolved = path.resolve()
    longest, found = -1, ""
    for line in lines:
        head, _, tail = line.partition(" - ")
        parts, types = head.split(), tail.split()
        if len(parts) < 5 or not types:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), parts[4]))
        # The last of several mounts on one point is the one that shows.
        if resolved.is_relative_to(point) and len(point.parts) >= longest:
            longest, found = len(point.parts), types[0]
    return found
