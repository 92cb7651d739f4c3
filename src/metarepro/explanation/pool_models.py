"""The pools that published software makes of the rows: what is varied, with its words and R."""

from collections.abc import Mapping
from dataclasses import dataclass

from metarepro.explanation.effect_form import EffectForm
from metarepro.models.intervals import INTERVALS
from metarepro.models.tau2 import ESTIMATORS

#: Rank of each estimator of tau2: the older and the more used ones first. Paule-Mandel is the
#: empirical Bayes estimator as well (`models.tau2`).
TAU2_RANKS: Mapping[str, float] = {
    "DL": 0, "REML": 0.5, "PM": 1, "ML": 1.5, "SJ": 1.5, "HE": 2, "HS": 2
}  # fmt: skip


@dataclass(frozen=True)
class Interval:
    """A confidence interval: rank, words, and `test` in metafor ("" where it has none)."""

    rank: float
    label: str
    test: str


INTERVAL_KINDS: Mapping[str, Interval] = {
    "z": Interval(0, INTERVALS["z"].label, "z"),
    "knapp_hartung": Interval(0.5, f"{INTERVALS['knapp_hartung'].label}, t(k - 1)", "knha"),
    "knapp_hartung_conservative": Interval(
        1, f"{INTERVALS['knapp_hartung_conservative'].label}, t(k - 1)", "adhoc"
    ),
    "t": Interval(1.5, "t(k - 1) with the usual standard error", "t"),
    "wider": Interval(2, "the wider of Knapp-Hartung and normal", ""),
}
_METHODS = {
    "IV": "inverse variance",
    "MH": "Mantel-Haenszel, cells as counted",
    "MH_SATO": "Mantel-Haenszel, variance of Sato and others 1989",
    "MH_RM": "Mantel-Haenszel, 0.5 in studies with an empty cell",
    "MH_DL": "RevMan's Mantel-Haenszel, random (DerSimonian-Laird with the Q of Mantel-Haenszel)",
    "RVE": "correlated effects with robust variance (CR2, Satterthwaite), rho 0.8",
    "3L": "three-level model (REML)",
    "3L_CR2": "three-level model (REML) with robust variance (CR2, Satterthwaite)",
}
#: How several rows of a trial are brought to one: name -> correlation assumed.
MEANS: Mapping[str, float] = {"mean_1": 1.0, "mean_0.5": 0.5, "mean_0": 0.0}


@dataclass(frozen=True)
class PoolModel:
    """One model of the rows.

    Attributes
    ----------
    form : how the effects are computed
    method : a key of `_METHODS`: "IV", "MH", "MH_SATO", "MH_RM", "MH_DL", "RVE", "3L", "3L_CR2"
    tau2 : an estimator of `tau2.ESTIMATORS`, "" under a common effect or where there is no choice
    ci : a key of `INTERVAL_KINDS`, "" where there is no choice
    rows : "" for every row on its own, or a key of `MEANS`
    """

    form: EffectForm
    method: str = "IV"
    tau2: str = ""
    ci: str = "z"
    rows: str = ""

    @property
    def name(self) -> str:
        """Short and unique among the models of a table."""
        return " ".join(
            part for part in (self.form.name, self.rows, self.method, self.tau2, self.ci) if part
        )

    @property
    def rank(self) -> float:
        """How far from the simplest: the sum over what is varied."""
        rank = self.form.rank + TAU2_RANKS.get(self.tau2, 0)
        rank += INTERVAL_KINDS[self.ci].rank if self.ci else 0
        rank += {"": 0.0, "mean_1": 0.5, "mean_0.5": 1, "mean_0": 1}[self.rows]
        rank += {"IV": 0, "MH": 0.25, "RVE": 0.5, "3L": 1, "3L_CR2": 1.5}.get(self.method, 0.5)
        return rank + (2 if self.method == "IV" and not self.tau2 and self.ci != "z" else 0)

    @property
    def label(self) -> str:
        """The model in words."""
        parts = [self.form.label, self.form.zero_cells]
        if self.rows:
            parts.append(f"mean of each trial (r = {MEANS[self.rows]:g})")
        if self.method != "IV":
            parts.append(_METHODS[self.method])
        elif self.tau2:
            parts.append(f"random effects, {ESTIMATORS[self.tau2].label}")
        else:
            parts.append("common effect, inverse variance")
        parts.append(self.interval)
        return "; ".join(filter(None, parts))

    @property
    def interval(self) -> str:
        """Its interval in words; "" where the method says it."""
        if self.method == "IV" and not self.tau2 and self.ci == "knapp_hartung":
            return "unrestricted weighted least squares, t(k - 1)"
        if self.method == "3L" and self.ci == "t":
            return "t(trials - 1)"
        return INTERVAL_KINDS[self.ci].label if self.ci else ""

    @property
    def software(self) -> tuple[str, ...]:
        """Programs that are documented to pool like this."""
        return tuple(preset.name for preset in PRESETS if preset.fits(self))


@dataclass(frozen=True)
class Preset:
    """What a program is documented to do: its defaults, or what it offers where it has several.

    Attributes
    ----------
    name : of the program
    source : where they are documented
    forms : names of effect forms; measures other than SMD and counts are named "given", "md" ...
    methods, tau2, ci : what it pools with
    rows : what it does with several rows of a trial
    """

    name: str
    source: str
    forms: tuple[str, ...]
    methods: tuple[str, ...]
    tau2: tuple[str, ...]
    ci: tuple[str, ...]
    rows: tuple[str, ...] = ("",)

    def fits(self, model: PoolModel) -> bool:
        """Whether a model is what the program does.

        None applies the Knapp-Hartung factor to a common effect. Without an empty cell there is
        one Mantel-Haenszel pool, whatever a program adds to such cells.
        """
        one_mantel_haenszel = model.method == "MH" and not model.form.zero_cells
        scaled_common_effect = model.method == "IV" and not model.tau2 and model.ci != "z"
        return not scaled_common_effect and (
            model.form.name in self.forms
            and ("MH_RM" if one_mantel_haenszel else model.method) in self.methods
            and model.tau2 in self.tau2
            and model.ci in self.ci
            and model.rows in self.rows
        )


_GIVEN = ("given", "logged", "md")
_REVMAN_FORMS = (*_GIVEN, "g_revman", "peto", "or", "rr", "rd", "or_half", "rr_half", "rd_half")
_METAFOR_COUNTS = ("or", "rr", "rd", "or_kept", "rr_kept", "rd_half")
_ONE_GROUP = ("zcor", "zcor_as_z", "cor", "plo", "pr", "pln", "pas")
PRESETS: tuple[Preset, ...] = (
    Preset("RevMan 5", "Deeks & Higgins 2010, Statistical algorithms in Review Manager 5",
           _REVMAN_FORMS, ("IV", "MH_RM", "MH_DL"), ("", "DL"), ("z",)),
    Preset("RevMan Web", "Deeks & Higgins 2010; release notes of RevMan of 2024 (REML, HKSJ)",
           _REVMAN_FORMS, ("IV", "MH_RM", "MH_DL"), ("", "DL", "REML"), ("z", "knapp_hartung")),
    Preset("metafor", "Viechtbauer 2010; manual of rma.uni",
           (*_GIVEN, "g_exact_ls", "peto", *_METAFOR_COUNTS, *_ONE_GROUP), ("IV",), ("", "REML"),
           ("z",)),
    Preset("JASP", "JASP runs metafor's rma: Viechtbauer 2010", ("given",), ("IV",),
           ("", "REML"), ("z",)),
    Preset("R package meta (to version 4)", "settings.meta(\"meta4\"); Balduzzi and others 2019",
           (*_GIVEN, "g_revman", "peto", "zcor"), ("IV",), ("", "DL"), ("z",)),
    Preset("R package meta (from version 5)", "manual of metagen, metacont, metacor; settings.meta",
           (*_GIVEN, "g_exact_ub", "peto", "zcor"), ("IV",), ("", "REML"), ("z",)),
    Preset("Stata meta", "Stata Meta-Analysis Reference Manual, meta set and meta summarize",
           (*_GIVEN, "or", "or_half"), ("IV",), ("", "REML"), ("z",)),
    Preset("Stata metan", "Harris and others 2008; Deeks, Altman & Bradburn 2001",
           (*_GIVEN, "d_2n2", "g_revman"), ("IV",), ("", "DL"), ("z",)),
    Preset("Comprehensive Meta-Analysis", "Borenstein and others 2009, chapters 4, 6, 12 and 24",
           (*_GIVEN, "g_cma", "d_2n", "or", "rr", "rd", "zcor"), ("IV",), ("", "DL"), ("z",),
           ("", "mean_1")),
    Preset("robumeta", "Fisher & Tipton 2015: modelweights CORR, rho 0.8, small = TRUE",
           ("given", "logged", "g_exact_ls", "g_revman", "g_cma", "md"), ("RVE",), ("",), ("",)),
)  # fmt: skip
