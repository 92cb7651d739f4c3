"""The engine knows no topic: no word of the study in config/ and data/ stands in its files.

What is looked for is read from the study: ids and labels of its codebook, families and moderators,
ids, titles and authors of its reviews, ids, labels and instruments of its trials, and what it calls
itself. It is looked for as whole words, in small letters, with the underscores of ids as spaces.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CODEBOOK = ("interventions", "outcomes", "domains")
TEXTS = {".py", ".j2", ".css", ".js", ".md", ".csv", ".yaml", ".yml", ".smk", ".txt", ".typed", ""}
#: Words of the codebook that say nothing of its topic.
GENERAL = {
    # English
    *("after", "and", "attention", "based", "between", "of", "other", "overall", "the", "their"),
    *("supporting",),
    # of programming and of documents
    *("child", "circle", "environment", "language", "parent", "problems", "security", "self"),
    # of meta-analysis, or of columns in the tables of any study
    *("efficacy", "lo", "programmes", "sensitivity", "signs"),
}
#: Names of the study that are also names of any study, or of methods.
NAMES = {
    "design",  # moderators of most studies, by what the engine calls their columns
    "intervention",
    "tier",
    "year",
    "control group",
    "income group",
    "kind of source",
    "source kind",
}


def plain(text: str) -> str:
    """Small letters; what is neither letter nor digit becomes one space."""
    return re.sub(r"[\W_]+", " ", text.lower()).strip()


def rows(path: str) -> list[dict[str, str]]:
    with (ROOT / "data" / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of_the_codebook() -> Iterator[str]:
    """Ids and labels."""
    for table in CODEBOOK:
        for row in rows(f"codebook/{table}.csv"):
            yield from (row[table.removesuffix("s")], row["label"])


def of_the_plan() -> Iterator[str]:
    """Families, moderators, and what the study and the report that it checks are called."""
    plan = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    for section in ("families", "moderators"):
        for name, part in plan[section].items():
            yield from (name, part["label"])
    study = plan["study"]
    yield from (study["title"], study["about"]["label"])
    # "the Foundation's report" -> Foundation; "Parent-Infant Foundation" -> both.
    yield from re.findall(r"[A-Z]\w+", study["report"])
    yield from re.findall(r"[A-Z][\w-]+(?: [A-Z][\w-]+)+", study["introduction"])
    yield "parent-infant"


def of_the_reviews() -> Iterator[str]:
    """Ids, titles, and the first author of each citation; outcomes as the reviews call them."""
    for path in sorted((ROOT / "data/reviews").glob("*/review.yaml")):
        review = yaml.safe_load(path.read_text(encoding="utf-8"))
        yield from (path.parent.name, re.sub(r"\d.*", "", path.parent.name))
        yield from (review["title"] or "", *((review["authors"] or [""])[0].split()[:1]))
        yield from (
            row["outcome_label"] for row in rows(f"reviews/{path.parent.name}/published.csv")
        )


def of_the_trials() -> Iterator[str]:
    """Ids and labels of trials, their programmes, and the instruments of their results.

    Programmes and instruments of one word are left out: a new one may be an English word.
    """
    named = [row["measure"] for row in rows("trials/results.csv")]
    for row in rows("trials/trials.csv"):
        yield from (row["trial_id"], row["label"])
        named.append(row["programme"])
    yield from (name for name in named if " " in name)


def study_words() -> set[str]:
    """The study's own names, and each word of the names in its codebook."""
    names = [*of_the_codebook(), *of_the_plan(), *of_the_reviews(), *of_the_trials()]
    words = {word for name in of_the_codebook() for word in plain(name).split()}
    return {plain(name) for name in names} - {""} | words


ALL_WORDS = study_words()
WORDS = ALL_WORDS - GENERAL - NAMES
# One expression for all, the longest first.
FOUND = re.compile(rf"(?<!\S)({'|'.join(sorted(map(re.escape, WORDS), key=len)[::-1])})(?!\S)")


def engine() -> list[Path]:
    folders = ("src/metarepro", "rules", "scripts", "workflows")
    files = (path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file())
    own = [path for path in files if "__pycache__" not in path.parts and path.suffix in TEXTS]
    return [*sorted(own), ROOT / "Snakefile"]


def found(text: str) -> list[str]:
    return sorted(set(FOUND.findall(plain(text))))


@pytest.mark.parametrize("path", engine(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_word_of_the_study_is_in_the_engine(path: Path) -> None:
    assert found(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('MODERATOR = "responsive_caregiving"', ["responsive caregiving"]),
        ('effects["family"] == "parenting"', ["parenting"]),
        ("The claims of the Foundation's report", ["foundation"]),
        ("parent-infant teams", ["parent infant"]),
        ("see Sleed 2022", ["sleed"]),
        ("as for O'Hara 2019", ["o hara"]),
        ("the baby's caregivers", ["caregivers"]),
        ("exercise for pain, other programmes", []),
    ],
)
def test_a_word_of_the_study_is_found(text: str, words: list[str]) -> None:
    assert found(text) == words


@pytest.mark.parametrize("word", sorted(GENERAL | NAMES))
def test_a_word_is_excluded_because_the_study_and_the_engine_have_it(word: str) -> None:
    assert word in ALL_WORDS
    assert any(f" {word} " in f" {plain(path.read_text('utf-8'))} " for path in engine())
