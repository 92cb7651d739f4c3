"""Names of columns that mean the same in every file: ours, those of metafor and of Stata."""

from collections.abc import Sequence

#: Our name of a column -> what else it may be called: in metafor and the BCG trials of its manual,
#: and in the data of Stata's manual of meta and of the help of metan.
ALIASES: dict[str, tuple[str, ...]] = {
    "study": ("label", "slab", "author"),
    "year": (),
    "trial": ("cluster",),
    "higher_is_better": (),
    "yi": (),
    "vi": (),
    "sei": (),
    "ci_low": (),
    "ci_high": (),
    "mean_t": ("m1i", "tmean"),
    "sd_t": ("sd1i", "tsd"),
    "n_t": ("n1i", "tsample"),
    "mean_c": ("m2i", "cmean"),
    "sd_c": ("sd2i", "csd"),
    "n_c": ("n2i", "csample"),
    "events_t": ("ai", "tpos", "npost", "ndeadt", "nstreat", "tdeath"),
    "non_events_t": ("bi", "tneg", "nnegt", "nsurvt", "nftreat", "tnodeath"),
    "events_c": ("ci", "cpos", "nposc", "ndeadc", "nscontrol", "cdeath"),
    "non_events_c": ("di", "cneg", "nnegc", "nsurvc", "nfcontrol", "cnodeath"),
    "r": ("ri", "cor"),
    "n_total": ("n", "ni"),
    "events": ("xi",),
}
_OURS = {alias: name for name, aliases in ALIASES.items() for alias in (name, *aliases)}
#: Names of Stata's data, which mean that only together: npost may be the size after a treatment.
_TOGETHER = tuple(
    frozenset(names.split())
    for names in (
        "tmean tsd tsample cmean csd csample", "npost nnegt nposc nnegc",
        "ndeadt nsurvt ndeadc nsurvc", "nstreat nftreat nscontrol nfcontrol",
        "tdeath tnodeath cdeath cnodeath",
    )
)  # fmt: skip


def ours_of(given: Sequence[str]) -> list[str]:
    """Our names of columns; "" for other columns.

    Examples
    --------
    >>> ours_of(["slab", "yi", "npost"]), ours_of(["npost", "nnegt", "nposc", "nnegc"])[0]
    (['study', 'yi', ''], 'events_t')
    """
    small = [name.strip().lower() for name in given]
    lone = {name for names in _TOGETHER if not names.issubset(small) for name in names}
    return ["" if name in lone else _OURS.get(name, "") for name in small]
