"""Fuzz the reader of RevMan Web packages: bytes, and good packages with other cells."""

from tests.fuzz.harness import fuzz, review_file, with_other_values
from tests.review_files import package, zipped

SEEDS = [zipped(package()), b"0" * 50]
FILES = package()


def content(data: bytes) -> bytes:
    """What starts as a zip file stays."""
    if data.startswith(b"PK"):
        return data
    name = sorted(FILES)[data[0] % len(FILES)] if data else min(FILES)
    # Cells in the odd places, the commas between them in the even ones.
    pieces = [piece for cell in FILES[name].decode().split(",") for piece in (",", cell)]
    changed = "".join(with_other_values(data[1:], pieces)).removeprefix(",")
    return zipped(FILES | {name: changed.encode("utf-8", "replace")})


if __name__ == "__main__":
    fuzz("revman_web", review_file.read_review, SEEDS, content)
