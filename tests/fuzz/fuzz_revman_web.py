"""Fuzz the reader of RevMan Web packages."""

from tests.fuzz.harness import fuzz, review_file
from tests.review_files import package, zipped

SEEDS = [zipped(package())]

if __name__ == "__main__":
    fuzz("revman_web", review_file.read_review, SEEDS)
