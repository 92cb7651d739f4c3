"""What the tables of a data folder say of one trial, publication or year must go together."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pandas as pd

from metarepro.study.transcription import REVIEW_FILE, Dataset
from metarepro.tabular.columns import MOST
from metarepro.tabular.plain_text import spelling
from metarepro.tabular.problems import Problem, problem_of_row

#: No clock is right that shows an earlier year.
_LEAST_YEAR_NOW = 2026
_NUMERIC_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2}))?(?:-([0-9]{1,2}))?")
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")


def implausible(data: Dataset) -> list[Problem]:
    """Trials, results and publications that contradict each other."""
    return [
        *_above_randomised(data),
        *_clusters_above_participants(data),
        *_same_publication(data),
        *_same_names(data),
        *_follow_up_before_end(data.results),
        *_scored_both_ways(data.results),
        *_years_of_trials(data.trials),
        *_years_of_reviews(data),
        *_search_dates(data),
        *_sizes_of_reviews(data),
        *_two_spellings(data),
        *_published_twice(data.published),
    ]


def latest_year() -> int:
    """The last year in which something can have appeared: journals are a year ahead at most."""
    return max(datetime.now(UTC).year, _LEAST_YEAR_NOW) + 1


def participants(results: pd.DataFrame) -> pd.Series:
    """Participants of each result, all arms together; NaN where they are not given."""
    arms = results["n_t"] + results["n_c"].fillna(0)
    return arms.fillna(results["n_total"])


def _above_randomised(data: Dataset) -> Iterator[Problem]:
    """Usable results of more participants than their trial has."""
    usable = data.results[data.results["exclude"] == ""]
    randomised = dict(zip(data.trials["trial_id"], data.trials["n_randomised"], strict=True))
    for (_, row), n in zip(usable.iterrows(), participants(usable), strict=True):
        if n > (most := randomised.get(row["trial_id"], float("nan"))):
            column = "n_total" if pd.isna(row["n_t"]) else "n_t"
            allowed = (
                f"with the other arm at most {most:g}, the n_randomised of the trial in "
                "trials/trials.csv, counted in the same units"
            )
            yield problem_of_row(row, column, allowed)


def _clusters_above_participants(data: Dataset) -> Iterator[Problem]:
    """Trials of more clusters than participants."""
    most = participants(data.results).groupby(data.results["trial_id"]).max()
    of_trial = data.trials.set_index("trial_id")["n_randomised"]
    for _, row in data.clusters.iterrows():
        given = [series.get(row["trial_id"], float("nan")) for series in (of_trial, most)]
        known = [number for number in given if pd.notna(number)]
        if known and row["n_clusters"] > known[0]:
            allowed = f"at most the participants of the trial, {known[0]:g}"
            yield problem_of_row(row, "n_clusters", allowed)


def _same_publication(data: Dataset) -> Iterator[Problem]:
    """One report under two ids; the case of a DOI does not count (ISO 26324)."""
    for column in ("doi", "pmid"):
        first: dict[str, str] = {}
        for _, row in data.trials[data.trials[column] != ""].iterrows():
            name = row[column].lower()
            if name in first:
                allowed = f"a {column} that no other trial has ({first[name]} has it)"
                yield problem_of_row(row, column, allowed)
            first.setdefault(name, row["trial_id"])
        if column == "doi":
            yield from _same_reviews(data, first)


def _same_reviews(data: Dataset, of_trials: dict[str, str]) -> Iterator[Problem]:
    first = dict(of_trials)
    for review in data.reviews:
        if review.doi and (name := review.doi.lower()) in first:
            allowed = f"a doi that no trial and no other review has ({first[name]} has it)"
            yield Problem(review_file(data, review.review_id), None, "doi", review.doi, allowed)
        elif review.doi:
            first[review.doi.lower()] = review.review_id


def _same_names(data: Dataset) -> Iterator[Problem]:
    """Trials and reviews under two ids: one title, or one label, which stands in every figure."""
    for column in ("title", "label"):
        first: dict[str, str] = {}
        for _, row in data.trials[data.trials[column] != ""].iterrows():
            if (name := spelling(row[column])) in first:
                allowed = f"a {column} that no other trial has ({first[name]} has it)"
                yield problem_of_row(row, column, allowed)
            first.setdefault(name, row["trial_id"])
    titles: dict[str, str] = {}
    for review in data.reviews:
        if review.title and (name := spelling(review.title)) in titles:
            allowed = f"a title that no other review has ({titles[name]} has it)"
            file = review_file(data, review.review_id)
            yield Problem(file, None, "title", review.title, allowed)
        elif review.title:
            titles[name] = review.review_id


def _follow_up_before_end(results: pd.DataFrame) -> Iterator[Problem]:
    """Follow-ups that were measured no later than the result at the end of the programme."""
    series = ["trial_id", "arm", "intervention", "outcome", "measure"]
    usable = results[results["exclude"] == ""]
    ends = usable[usable["timepoint"] == "post"].groupby(series)["months_after"].max()
    for _, row in usable[usable["timepoint"] == "follow_up"].iterrows():
        end = ends.get(tuple(row[series]), float("nan"))
        if row["months_after"] <= end:
            yield problem_of_row(row, "months_after", f"above {end:g}, that of the post result")


def _scored_both_ways(results: pd.DataFrame) -> Iterator[Problem]:
    """Measures of which a trial has more for better in one row and for worse in another."""
    first: dict[tuple[str, ...], tuple[str, str]] = {}
    for _, row in results[results["exclude"] == ""].iterrows():
        key = (row["trial_id"], row["outcome"], spelling(row["measure"]))
        scored, name = first.setdefault(key, (row["higher_is_better"], row["result_id"]))
        if scored != row["higher_is_better"]:
            allowed = f"{scored}, as in {name}, or another measure"
            yield problem_of_row(row, "higher_is_better", allowed)


def review_file(data: Dataset, review_id: str) -> str:
    """The review.yaml of a review, as problems name it."""
    end = f"/{review_id}/{REVIEW_FILE}"
    return next(str(file) for file in data.inputs["file"] if file.endswith(end))


def _years_of_trials(trials: pd.DataFrame) -> Iterator[Problem]:
    """Years in the future, and other ones than the label has."""
    latest = latest_year()
    for _, row in trials[trials["year"].notna()].iterrows():
        in_label = set(_YEAR.findall(row["label"]))
        if in_label and f"{row['year']:.0f}" not in in_label:
            allowed = f"the year of the label, {' or '.join(sorted(in_label))}, or another label"
            yield problem_of_row(row, "year", allowed)
        elif row["year"] > latest:
            yield problem_of_row(row, "year", f"at most {latest}")


def _years_of_reviews(data: Dataset) -> Iterator[Problem]:
    """Years in the future, and reviews that are older than each trial that they include."""
    latest = latest_year()
    years = dict(zip(data.trials["trial_id"], data.trials["year"], strict=True))
    sure = data.included[data.included["basis"] == "listed"]
    for review in data.reviews:
        if review.year is None:
            continue
        mine = sure.loc[sure["review_id"] == review.review_id, "trial_id"]
        known = [year for name in mine if pd.notna(year := years.get(name, float("nan")))]
        allowed = ""
        if review.year > latest:
            allowed = f"at most {latest}"
        elif known and review.year < min(known):
            allowed = f"at least {min(known):.0f}, the year of the first trial that it includes"
        elif (searched := _YEAR.match(review.search_date or "")) and review.year < int(searched[0]):
            allowed = f"at least the year of the search_date, {searched[0]}"
        if allowed:
            file = review_file(data, review.review_id)
            yield Problem(file, None, "year", str(review.year), allowed)
    for table in (data.local_evaluations, data.economic_evidence):
        for _, row in table[table["year"] > latest].iterrows():
            yield problem_of_row(row, "year", f"at most {latest}")


def _search_dates(data: Dataset) -> Iterator[Problem]:
    """Dates of searches that are no date, or in the future; other words are those of the review."""
    for review in data.reviews:
        parts = _NUMERIC_DATE.fullmatch(given := review.search_date or "")
        if parts is None:
            continue
        year, month, day = (int(part or 1) for part in parts.groups())
        try:
            possible = date(year, month, day).year <= latest_year()
        except ValueError:
            possible = False
        if not possible:
            allowed = f"a date such as 2020-11-15, 2020-11 or 2020, at most {latest_year()}"
            file = review_file(data, review.review_id)
            yield Problem(file, None, "search_date", given, allowed)


def _sizes_of_reviews(data: Dataset) -> Iterator[Problem]:
    """Reviews of more studies than participants, or of more than there can be."""
    for review in data.reviews:
        known = review.n_studies or 1
        for key, least, named in (("n_studies", 1, ""), ("n_participants", known, " (n_studies)")):
            number = getattr(review, key)
            if number is not None and not least <= number <= MOST:
                allowed = f"a whole number from {least}{named} to {MOST}"
                file = review_file(data, review.review_id)
                yield Problem(file, None, key, str(number), allowed)


def _two_spellings(data: Dataset) -> Iterator[Problem]:
    """Texts that tables are grouped by, spelled in two ways: they would count as two."""
    for table, group, column in (
        (data.countries, [], "country"),
        (data.results, [], "measure"),
        (data.results, ["trial_id"], "arm"),
        (data.characteristics, ["characteristic"], "value"),
        (data.trials, [], "programme"),
    ):
        first: dict[tuple[str, ...], str] = {}
        for _, row in table.iterrows():
            key = (*(row[name] for name in group), spelling(row[column]))
            if first.setdefault(key, row[column]) != row[column]:
                yield problem_of_row(row, column, f"spelled as in another row: {first[key]}")


def _published_twice(published: pd.DataFrame) -> Iterator[Problem]:
    """Pooled results of a review that stand in two rows."""
    names = ["review_id", "outcome", "outcome_label", "subgroup", "timepoint", "intervention"]
    first: dict[tuple[str, ...], float] = {}
    for _, row in published.iterrows():
        key = (*(spelling(row[name]) for name in names), row["measure"])
        if key in first:
            allowed = (
                f"one row for each outcome, subgroup, time and measure (row {first[key]:g} is one)"
            )
            yield problem_of_row(row, "outcome_label", allowed)
        first.setdefault(key, row["row"])
