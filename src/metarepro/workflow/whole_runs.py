"""What a run of everything finds changed: before it, by content, and while it went on."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from metarepro.errors import InputError
from metarepro.manifest.files import digest_of, input_files, is_input, shown
from metarepro.manifest.listing import (
    EXTRA,
    LOCAL,
    MANIFEST,
    MISSING,
    Difference,
    differences,
    folders_to,
    read_manifest,
)

#: There once all was made here, with the digest of the manifest: without it nothing vouches for
#: results that someone else made, or that were changed together with their manifest.
WHOLE = Path(".snakemake/whole_run")
_NAMED = 5

#: A file to its date, the date of its last change of any kind, its size and its place on the disk.
Stamps = dict[str, tuple[int, ...]]


def forget_altered_results() -> bool:
    """Remove results that are not as the last whole run made them, so that this one makes them.

    Says in a line which these are, and in another which inputs are others: Snakemake sees those by
    itself (rules/code.smk).

    Returns
    -------
    bool
        Whether there is a record of a whole run that holds; without one all must be made.
    """
    if not WHOLE.exists():
        return False
    try:
        found = _since_the_last()
    except InputError as error:
        _say(f"Everything is made again: {error}")
        return False
    _name("Inputs that changed since the last run", [d for d in found if is_input(d.file)])
    altered = _altered(found)
    _name("Results that changed since the last run, made again", altered)
    for output in {difference.output for difference in altered}:
        _remove(Path(output))
    return True


def is_vouched_for() -> bool:
    """Whether no result is other than the last whole run made it; some may be missing.

    What is made of such results without `metarepro run` is as good as what that makes.
    """
    try:
        found = _since_the_last() if WHOLE.exists() else None
    except InputError:
        return False
    return found is not None and all(d.kind == MISSING for d in _altered(found))


def _since_the_last() -> list[Difference]:
    """Differences from what the last whole run read and made.

    Raises
    ------
    InputError
        If its manifest is no longer there as it was.
    """
    entries = read_manifest(Path())
    if WHOLE.read_text(encoding="utf-8") != _digest_of_manifest():
        raise InputError(f"{MANIFEST} is not that of the last run")
    return differences(Path(), entries)


def _altered(found: Sequence[Difference]) -> list[Difference]:
    """Of differences those of results, without files that no rule makes."""
    return [d for d in found if not is_input(d.file) and (d.kind, d.output) != (EXTRA, d.file)]


def _remove(output: Path) -> None:
    """Remove a result; where a link leads to it, the link, and nothing that it leads to."""
    if link := next(filter(Path.is_symlink, folders_to(output)), None):
        link.unlink()
    elif output.is_dir():
        shutil.rmtree(output)
    else:
        output.unlink(missing_ok=True)


def stamps() -> Stamps:
    """What any change of an input changes, even one that was taken back."""
    found: Stamps = {}
    for path in map(Path, input_files(Path())):
        about = path.stat()
        numbers = (about.st_mtime_ns, about.st_ctime_ns, about.st_size, about.st_ino)
        found[path.as_posix()] = numbers
    return found


def close(before: Stamps, *, finished: bool) -> bool:
    """Close a run: say what changed while it went on and what no rule makes; else vouch for it.

    Parameters
    ----------
    before : dict
        `stamps` at its start.
    finished : bool
        Whether it made everything.

    Returns
    -------
    bool
        Whether the inputs and the results stayed as the run read and made them.
    """
    after = stamps()
    changed = sorted(path for path in before | after if before.get(path) != after.get(path))
    found = _differences() if finished and not changed else []
    changed += [d.file for d in found if (d.kind, d.output) != (EXTRA, d.file)]
    if changed:
        WHOLE.unlink(missing_ok=True)
        _say(f"Changed during the run, so start it again: {_listed(changed)}")
        return False
    if found:
        _say(f"No rule makes these, so delete them: {_listed([d.file for d in found])}")
    if finished:
        WHOLE.parent.mkdir(exist_ok=True)
        WHOLE.write_text(_digest_of_manifest(), encoding="utf-8")
    return True


def _differences() -> list[Difference]:
    """Differences from the manifest; none where a workflow of someone else's writes none."""
    return differences(Path(), read_manifest(Path())) if Path(MANIFEST).exists() else []


def _digest_of_manifest() -> str:
    return digest_of(path for path in (MANIFEST, LOCAL) if Path(path).is_file())


def _name(what: str, found: Sequence[Difference]) -> None:
    if found:
        _say(f"{what}: {_listed([f'{d.file} ({d.kind})' for d in found])}")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(map(shown, names[:_NAMED])) + more


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
