"""Fuzz the reader of RevMan 5 files."""

from tests.fuzz.harness import fuzz, review_file
from tests.made_up_review import made_up_review
from tests.review_files import PLAIN, rm5_bytes

SEEDS = [rm5_bytes(made_up_review()), rm5_bytes(PLAIN), rm5_bytes(PLAIN, "UTF-16")]

if __name__ == "__main__":
    fuzz("revman5", review_file.read_review, SEEDS)
