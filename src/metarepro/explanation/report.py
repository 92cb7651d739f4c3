"""Says how a printed pool comes from its rows: a text for people, a table for programs."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from metarepro.explanation.explanation import Explanation
from metarepro.explanation.finder import Tried
from metarepro.explanation.fits import Outcomes
from metarepro.explanation.matching import difference, misses, printed_scale
from metarepro.explanation.pool_models import PoolModel
from metarepro.explanation.prediction import prediction_intervals
from metarepro.explanation.published import contradictions
from metarepro.explanation.r_code import r_lines
from metarepro.explanation.rounding import EXACT, MAX_ROUNDED, WITHIN
from metarepro.explanation.slip_finder import Hit, Search

#: Answers that are written out; the table has all.
_SHOWN = 3
_LISTED = 10
#: Models that are given by name beside one that pools the same.
_ALIKE = 6
COLUMNS = (
    "kind", "place", "verdict", "model", "model_in_words", "interval", "software", "source",
    "level", "estimate", "ci_low", "ci_high", "z", "p", "tau2", "q", "q_df", "q_p", "i2_q",
    "i2_tau2", "k", "off", "share_of_rounding", "slip", "slip_rows", "suspicion", "r",
)  # fmt: skip


def report_text(found: Explanation) -> str:
    """The answer in words, with the R that checks it."""
    rows = found.rows
    lines = [
        f"Published: {found.published.text}",
        *(f"  Note: {note}." for note in found.published.notes),
        *(f"  Note: {what}." for what in contradictions(found.published, rows.k)),
        f"Rows: {rows.k} in {rows.file}, {KINDS[rows.kind]}",
        *_suspicious(found),
        "",
        verdict_sentence(found),
        "",
    ]
    if found.verdict == EXACT:
        lines += _exact(found)
    elif found.within:
        lines += _within(found)
        lines += _slips(found)
    else:
        lines += _nearest(found)
        lines += _slips(found)
    return "\n".join(lines).rstrip() + "\n"


#: Hits that say nothing.
BY_CHANCE = (
    "no other model and no rounding gives it; changes of a row that would ({}) are no more than "
    "coincidence gives ({:.2g} on average)"
)
NONE_FOUND = "no other model, no rounding and no single change of a row was found that gives it"

KINDS = {
    "effects": "effects with their variances",
    "intervals": "effects with their intervals, taken as 95%",
    "means": "means and SDs",
    "counts": "counts",
    "correlations": "correlations with their sizes",
    "proportions": "events and sizes of one group",
}


def _suspicious(found: Explanation) -> Iterator[str]:
    for place, suspicion in list(found.suspicious.items())[:_LISTED]:
        yield (
            f"  Check row {found.rows.rows[place]} ({found.rows.studies[place][:60]}): "
            f"{suspicion.reason}."
        )


def in_words(found: Explanation) -> str:
    """What gives the published pool, in a sentence without its full stop.

    A change that coincidence explains is no explanation, and is not named.
    """
    if found.verdict == EXACT:
        return f"every published number comes out under this model: {found.tried[0].model.label}"
    if found.verdict == WITHIN:
        return f"it comes out {WITHIN}, under this model: {found.within[0][0].model.label}"
    search = found.search
    if search is None or not search.hits:
        return NONE_FOUND
    if search.is_coincidence:
        return BY_CHANCE.format(len(search.hits), search.by_chance)
    first, *others = search.hits
    more = f" ({len(others)} other changes would, too)" if others else ""
    return (
        f"a single change would give it: {first.slip.what}{more}; a hypothesis, to be checked in "
        f"the source: of {search.tried} changes tried, {search.by_chance:.2g} hit a random result "
        "of this precision on average"
    )


def verdict_sentence(found: Explanation) -> str:
    """Say what came out, in a few sentences."""
    n = len(found.tried)
    exact = sum(one.exact for one in found.tried)
    if exact:
        give = "gives" if exact == 1 else "give"
        return f"Verdict: exact. Of {n} models, {exact} {give} every printed digit."
    if found.within:
        return (
            f"Verdict: {WITHIN}. None of {n} models gives every printed digit from the rows as "
            "printed; rows that round to the same do."
        )
    hits = len(found.search.hits) if found.search else 0
    said = f"Verdict: outside. None of {n} models gives the printed result"
    if found.rows.k <= MAX_ROUNDED:
        said += ", nor does the rounding of the rows explain it."
    else:
        said += f"; the rounding of more than {MAX_ROUNDED} rows is not looked at."
    if found.but_for_heterogeneity:
        one = found.but_for_heterogeneity[0]
        said += f" But for the heterogeneity this one does: {one.model.label}."
    if not hits:
        return f"{said} No single slip was found that would."
    whole = len(found.search.printed) == len(found.published.numbers) if found.search else True
    but = "" if whole else ", but for the heterogeneity"
    return f"{said} {hits} {'slip' if hits == 1 else 'slips'} would{but}; see below."


def _exact(found: Explanation) -> Iterator[str]:
    yield "Models that give every printed digit, the simplest first"
    groups = found.exact
    for place, group in enumerate(groups[:_LISTED], start=1):
        yield from _model(found, place, group[0], group[1:], with_r=place <= _SHOWN)
    if len(groups) > _LISTED:
        yield f"{len(groups) - _LISTED} more are in the table."
    if found.within:
        labels = [_beside(one.model, groups[0][0].model) for one, _ in found.within[:_ALIKE]]
        yield (
            "Others give it within the rounding of the rows: "
            + " / ".join(labels)
            + (f"{_more(len(found.within) - len(labels))}.")
        )


def _within(found: Explanation) -> Iterator[str]:
    yield "Models that give it within the rounding of the rows, the simplest first"
    for place, (one, rounding) in enumerate(found.within, start=1):
        yield from _model(found, place, one, [], with_r=place <= _SHOWN)
        yield f"   Needs {rounding.share:.0%} of what rounding may have taken from the rows."


def _nearest(found: Explanation) -> Iterator[str]:
    yield "Nearest models"
    for place, (one, rounding) in enumerate(found.roundings[:_SHOWN], start=1):
        yield from _model(found, place, one, [], with_r=place == 1)
        yield f"   Off: {one.off.words}."
        if 1 < rounding.share < 100:
            yield f"   Rounding would have to be {rounding.share:.1f} times as coarse."


def _slips(found: Explanation) -> Iterator[str]:
    search = found.search
    if search is None:
        return
    yield ""
    yield "Single slips that would explain it"
    yield f"   {chance_in_words(search)}"
    if not search.hits:
        yield "   None found."
        return
    if len(search.printed) < len(found.published.numbers):
        yield "   None gives all printed numbers; these give all but those of heterogeneity."
    yield "   Each is a hypothesis, to be checked in the source."
    for place, hit in enumerate(search.hits[:_LISTED], start=1):
        yield f"{place}. {hit.slip.what[:1].upper()}{hit.slip.what[1:]}."
        if hit.slip.suspicion:
            yield f"   The row looks wrong by itself: {hit.slip.suspicion}."
        yield f"   Then {numbers_in_words(found, hit.models[0], hit.outcomes)} ({hit.verdict})"
        yield f"   Model: {hit.models[0].label}{_more(len(hit.models) - 1)}"
        if place == 1:
            yield from _r(found, hit.models[0], hit)
    if len(search.hits) > _LISTED:
        yield f"{len(search.hits) - _LISTED} more are in the table."


def chance_in_words(search: Search) -> str:
    """Say how many changes were tried, and what coincidence gives."""
    return (
        f"{search.tried} changes were tried under {len(search.models)} models. A random result "
        f"of the same precision is hit by {search.by_chance:.2g} of them on average; "
        f"{search.share_by_chance:.0%} of such results are hit by at least one."
    )


def _more(count: int) -> str:
    return f"; and under {count} more" if count else ""


def _beside(model: PoolModel, first: PoolModel) -> str:
    """A model in words, without the effects where they are those of the first."""
    return model.label.removeprefix(f"{first.form.label}; ")


def _model(
    found: Explanation, place: int, one: Tried, alike: list[Tried], *, with_r: bool
) -> Iterator[str]:
    yield f"{place}. {one.model.label}"
    yield f"   {numbers_in_words(found, one.model, one.outcomes)}"
    if one.model.software:
        yield f"   As in: {', '.join(one.model.software)}"
    if alike:
        names = [_beside(other.model, one.model) for other in alike[:_ALIKE]]
        yield f"   The same pool: {' / '.join(names)}{_more(len(alike) - len(names))}"
    if with_r:
        yield from _r(found, one.model, None)


def _r(found: Explanation, model: PoolModel, hit: Hit | None) -> Iterator[str]:
    yield "   In R:"
    slip = hit.slip if hit else None
    for line in r_lines(found.rows, model, found.published.level, slip):
        yield f"     {line}"


def numbers_in_words(found: Explanation, model: PoolModel, outcomes: Outcomes) -> str:
    """Estimate and interval with two more decimals than printed, and what else is printed."""
    numbers = found.published.numbers
    decimals = numbers["estimate"].decimals + 2
    estimate, low, high = _shown(model, outcomes)
    said = f"{estimate:.{decimals}f} [{low:.{decimals}f}, {high:.{decimals}f}]"
    others = []
    if "i2" in numbers:
        q, tau2 = float(outcomes.i2_q[0]), float(outcomes.i2_tau2[0])
        different = abs(q - tau2) > 0.05
        others.append(f"I² {q:.1f}% from Q, {tau2:.1f}% from tau²" if different else f"I² {q:.1f}%")
    if "se" in numbers:
        others.append(f"standard error {float(outcomes.standard_error[0]):.4g}")
    for name, label in (("tau2", "tau²"), ("q", "Q"), ("z", "z"), ("p", "p"), ("k", "k")):
        if name in numbers or name == "tau2" and "tau" in numbers:
            others.append(f"{label} {float(getattr(outcomes, name)[0]):.4g}")
    if "pi_low" in numbers:
        others.append(_prediction(found, model, outcomes))
    return "; ".join([said, *others])


def _prediction(found: Explanation, model: PoolModel, outcomes: Outcomes) -> str:
    """The prediction interval by the convention that is nearest to the printed one."""
    printed = [found.published.numbers[name] for name in ("pi_low", "pi_high")]
    shown = printed_scale(model.form)
    by_convention = [
        (
            max(abs(low - printed[0].value), abs(high - printed[1].value)),
            convention.words,
            low,
            high,
        )
        for convention, ends in prediction_intervals(outcomes, found.published.level).items()
        for low, high in [[float(shown(end)[0]) for end in ends]]
    ]
    known = [one for one in by_convention if np.isfinite(one[0])]
    if not known:
        return "no prediction interval"
    _, words, low, high = min(known, key=lambda one: one[0])
    places = printed[0].decimals + 2
    return f"prediction interval {low:.{places}f} to {high:.{places}f}, {words}"


def _shown(model: PoolModel, outcomes: Outcomes) -> tuple[float, float, float]:
    shown = printed_scale(model.form)
    numbers = np.array([outcomes.estimate[0], outcomes.ci_low[0], outcomes.ci_high[0]])
    estimate, low, high = (float(x) for x in shown(numbers))
    return estimate, low, high


def report_table(found: Explanation) -> pd.DataFrame:
    """One row per model and slip, with all numbers on the printed scale.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`. `kind` is "model" or "slip"; `verdict` that of `rounding`, "" for models
        whose rounding was not looked at; `software` and `slip_rows` are joined by "; ".
    """
    judged = {id(one): rounding for one, rounding in found.roundings}
    records = []
    for place, one in enumerate(found.tried, start=1):
        rounding = judged.get(id(one))
        verdict = EXACT if one.exact else rounding.verdict if rounding else ""
        share = 0.0 if one.exact else rounding.share if rounding else np.nan
        records.append(
            _record(found, "model", place, verdict, one.model, one.outcomes, None)
            | {"off": one.off.words, "share_of_rounding": share}
        )
    for place, hit in enumerate(found.search.hits if found.search else (), start=1):
        records.append(_record(found, "slip", place, hit.verdict, hit.models[0], hit.outcomes, hit))
    return pd.DataFrame(records, columns=list(COLUMNS))


def _record(
    found: Explanation, kind: str, place: int, verdict: str, model: PoolModel,
    outcomes: Outcomes, hit: Hit | None,
) -> dict[str, object]:  # fmt: skip
    estimate, low, high = _shown(model, outcomes)
    off = difference(misses(found.published, outcomes, model.form))
    slip = hit.slip if hit else None
    return {
        "kind": kind, "place": place, "verdict": verdict, "model": model.name,
        "model_in_words": model.label, "interval": model.interval,
        "software": "; ".join(model.software), "source": model.form.source,
        "level": found.published.level,
    } | {name: float(x[0]) for name, x in vars(outcomes).items()} | {
        "estimate": estimate, "ci_low": low, "ci_high": high, "off": off.words,
        "slip": slip.what if slip else "",
        "slip_rows": "; ".join(str(found.rows.rows[i]) for i in slip.rows) if slip else "",
        "suspicion": slip.suspicion if slip else "",
        "r": "\n".join(r_lines(found.rows, model, found.published.level, slip)),
    }  # fmt: skip
