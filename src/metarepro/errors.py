"""What the person who called can put right, and how to say so."""

import errno

_MAKE_ROOM = "free some space on that disk"
_PERMIT = "check who may read and write there"
#: What to do about the errors of an operating system.
_TO_DO = {
    errno.ENOSPC: _MAKE_ROOM,
    errno.EDQUOT: _MAKE_ROOM,
    errno.EFBIG: "raise the limit of the size of files (ulimit -f)",
    errno.EACCES: _PERMIT,
    errno.EPERM: _PERMIT,
    errno.EROFS: _PERMIT,
    errno.EEXIST: "keep that file, or delete it",
    errno.ENOENT: "check the name",
    errno.ENOTDIR: "check the name",
    errno.EISDIR: "check the name",
    errno.ENAMETOOLONG: "choose a shorter name",
}


class InputError(Exception):
    """Something that the person who called can put right; the message says how."""


def advice(error: OSError) -> str:
    """One line: the file, what is wrong, and what to do."""
    place = f"{error.filename}: " if error.filename is not None else ""
    to_do = _TO_DO.get(error.errno or 0, "fix that")
    return f"{place}{error.strerror or error}; {to_do} and start again"
