"""Writes the folder of a new study: what a person fills in, and nothing else."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from metarepro.entry.data_guide import GUIDE
from metarepro.errors import InputError
from metarepro.tabular.input_tables import INPUT_TABLES

_TEMPLATES = Path(__file__).parents[1] / "templates/study"
#: Files that are the same in every study but for its title and the version -> their templates.
_FILES = {
    "Snakefile": "Snakefile",
    "README.md": "README.md",
    ".gitignore": "gitignore",
    ".github/workflows/study.yml": "ci.yml",
    "config/config.yaml": "config.yaml",
    "data/certainty.yaml": "certainty.yaml",
    "data/corrections.yaml": "corrections.yaml",
}
_SOURCE = {"source": "https://example.org/article", "locator": "table 2"}
#: Tables of a study, each with an example of a row.
_EXAMPLES: dict[str, Mapping[str, str]] = {
    "codebook/interventions.csv": {
        "intervention": "exercise",
        "label": "Exercise",
        "description": "Weekly supervised sessions",
        "family": "all",
    },
    "codebook/domains.csv": {"domain": "physical", "label": "Physical function", "order": "1"},
    "codebook/outcomes.csv": {
        "outcome": "pain",
        "label": "Pain",
        "domain": "physical",
        "beneficial_direction": "decrease",
        "definition": "Intensity of pain, by questionnaire",
    },
    "codebook/countries.csv": {
        "country": "Norway",
        "income_group": "high",
        "source": "World Bank",
        "locator": "list of economies",
    },
    "trials/trials.csv": {
        "trial_id": "smith2024",
        "label": "Smith 2024",
        "year": "2024",
        "year_verified": "yes",
        "country": "Norway",
        "intervention": "exercise",
        "design": "cluster_rct",
        "n_randomised": "80",
        "source": "https://example.org/article",
    },
    "trials/results.csv": {
        "result_id": "smith2024-01",
        "trial_id": "smith2024",
        "outcome": "pain",
        "measure": "Visual analogue scale",
        "timepoint": "post",
        "timepoint_detail": "at the end",
        "statistic": "means",
        **{"n_t": "40", "mean_t": "14.2", "sd_t": "5.1"},
        **{"n_c": "39", "mean_c": "16.8", "sd_c": "5.4"},
        "higher_is_better": "no",
        "sign": "scale",
        "adjusted": "no",
        "n_basis": "analysed",
        "source_kind": "table",
        **_SOURCE,
    },
    "trials/characteristics.csv": {
        "trial_id": "smith2024",
        "characteristic": "mean_age",
        "value": "41",
        **_SOURCE,
    },
    "trials/risk_of_bias.csv": {
        "trial_id": "smith2024",
        **{"d1": "low", "d2": "some concerns", "d3": "low", "d4": "low", "d5": "low"},
        "overall": "some concerns",
        "assessor": "A. Smith and B. Jones",
        "reason": "Participants knew their group.",
        "source": "own assessment",
    },
    "trials/clusters.csv": {"trial_id": "smith2024", "n_clusters": "12", **_SOURCE},
}


def write_study(folder: Path, version: str) -> list[str]:
    """Write the folder of a study.

    Parameters
    ----------
    folder : Path
        Not there yet, or empty.
    version : str
        Of metarepro.

    Returns
    -------
    list of str
        The files, as paths in the folder.

    Raises
    ------
    InputError
        If there is something in the folder.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} already exists and is not empty; choose another name")
    title = " ".join(re.split(r"[\s_-]+", folder.resolve().name)).strip().capitalize()
    contents = {
        path: _filled((_TEMPLATES / template).read_text(encoding="utf-8"), title, version)
        for path, template in _FILES.items()
    }
    contents |= {f"data/{path}": _table(path, example) for path, example in _EXAMPLES.items()}
    contents["data/README.md"] = GUIDE.read_text(encoding="utf-8")
    for path, text in contents.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    (folder / "data/reviews").mkdir()
    return sorted(contents)


def _filled(text: str, title: str, version: str) -> str:
    """A template with the title, which may stand in a quoted YAML text, and the version."""
    plain = title.replace("\\", "").replace('"', "")
    return text.replace("{{ title }}", plain).replace("{{ version }}", version)


def _table(path: str, example: Mapping[str, str]) -> str:
    """The header of a table, and a row as a comment."""
    columns = list(INPUT_TABLES[Path(path).stem].columns)
    return _line(columns) + "# " + _line([example.get(column, "") for column in columns])


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
