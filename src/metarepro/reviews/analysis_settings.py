"""What the authors of a review chose for an analysis, and whether there is a rule for it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from metarepro.models.conventions import Convention
from metarepro.reviews.study_effects import EffectSettings

#: The measures that have a Mantel-Haenszel method.
MANTEL_HAENSZEL = ("OR", "RR", "RD")


@dataclass(frozen=True)
class AnalysisSettings:
    """What the authors chose for an analysis; the names are those of the table of analyses.

    `tau2_method` and `ci_method` are looked at for random effects only; "" stands for the first
    that the convention has.
    """

    data_type: str
    measure: str
    method: str = "IV"
    model: str = "random"
    tau2_method: str = ""
    ci_method: str = ""
    level: float = 0.95
    swap_events: bool = False

    @classmethod
    def from_row(cls, row: Mapping[Any, Any]) -> "AnalysisSettings":
        """Read the settings from a row of the table of analyses."""
        names = ("data_type", "measure", "method", "model", "tau2_method", "ci_method")
        return cls(
            **{name: str(row[name]) for name in names},
            level=float(row["interval_level"]),
            swap_events=row["swap_events"] == "yes",
        )

    @property
    def of_effects(self) -> EffectSettings:
        """What the effects of the studies depend on."""
        return self.data_type, self.measure, self.swap_events

    def settled(self, convention: Convention) -> "AnalysisSettings":
        """The same, with what has only one value filled in.

        Raises
        ------
        ValueError
            For a method, model, measure, estimator or interval that is not known, or that the
            convention does not have.
        """
        settings = self
        _require(self.model in ("fixed", "random"), f"model '{self.model}' is not known")
        _require(self.method in ("IV", "MH", "PETO"), f"method '{self.method}' is not known")
        if self.method == "MH":
            _require(
                self.data_type == "dichotomous" and self.measure in MANTEL_HAENSZEL,
                f"there is no Mantel-Haenszel method for {self.data_type} '{self.measure}'",
            )
        if self.method == "PETO" and self.data_type != "oe":
            _require(
                self.data_type == "dichotomous" and self.measure in ("OR", "PETO_OR"),
                f"there is no Peto method for {self.data_type} '{self.measure}'",
            )
            settings = replace(settings, measure="PETO_OR")
        if self.model == "fixed":
            return replace(settings, tau2_method="", ci_method="wald")
        tau2_method = self.tau2_method or convention.tau2_methods[0]
        ci_method = self.ci_method or convention.ci_methods[0]
        _require(
            tau2_method in convention.tau2_methods,
            f"{convention.name} has no estimator '{tau2_method}' of tau2",
        )
        _require(ci_method in convention.ci_methods, f"{convention.name} has no CI '{ci_method}'")
        return replace(settings, tau2_method=tau2_method, ci_method=ci_method)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)
