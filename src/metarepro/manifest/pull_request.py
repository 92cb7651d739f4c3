"""Whether a pull request of data is one: it changes nothing but data and results.

In the checks of a pull request this runs as it is in the base, before anything of the pull request
does, with Python alone: `python3 -P -m metarepro.manifest.pull_request BASE`, in the merge of both.
Without -P Python would import modules of that folder, which the pull request may have brought.
"""

import sys

from metarepro.errors import InputError
from metarepro.manifest.commits import commit_id, git
from metarepro.manifest.files import is_evidence, shown

_OF_DATA = ("data/", "results/")


def beside_data(base: str, head: str = "HEAD") -> list[str]:
    """Files beside data and results that change between two commits, if data change as well.

    Code, rules, the plan, .gitignore, workflow files: with them, results that were made up could
    pass for computed ones, and a person who reviews data does not expect them.

    Parameters
    ----------
    base, head : str
        Branches, tags or ids.

    Returns
    -------
    list of str
        Sorted; empty if no evidence changes.
    """
    ids = (commit_id(base), commit_id(head))
    said = git("diff-tree", "-r", "-z", "--no-renames", "--name-only", *ids)
    names = [name.decode("utf-8", "surrogateescape") for name in said.split(b"\0") if name]
    if not any(map(is_evidence, names)):
        return []
    return sorted(name for name in names if not name.startswith(_OF_DATA))


def main() -> None:
    """Run the check; status 1 if there is more than data."""
    try:
        found = beside_data(sys.argv[1])
    except InputError as error:
        sys.exit(str(error))
    if found:
        print("A pull request that changes data may change data/ and results/ only; it changes:")
        print("\n".join(f"  {shown(name)}" for name in found))
        print("Make two of it, or ask a maintainer for the label 'code and data'.")
        sys.exit(1)


if __name__ == "__main__":
    main()
