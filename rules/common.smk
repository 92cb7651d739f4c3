"""What the rules share: checks of the config, and the files of data/ as inputs."""

from pathlib import Path

import yaml
from snakemake.exceptions import WorkflowError


def check_config_is_file():
    """The scripts read config/config.yaml: an option given on the command line would be ignored."""
    with open("config/config.yaml", encoding="utf-8") as file:
        if config != yaml.safe_load(file):
            raise WorkflowError(
                "The analysis plan is config/config.yaml: edit it instead of using --config."
            )


def check_config_refers():
    """Names in the config that refer to sets and syntheses must be there."""
    sets, syntheses = config["sets"], config["syntheses"]
    wrong = [
        f"figures: there is no set '{name}'"
        for name in config["figures"]
        if name not in sets
    ]
    evidence = config["evidence"]
    wrong += [
        f"evidence: there is no set '{evidence[key]}'"
        for key in ("set", "beside")
        if evidence[key] not in sets
    ]
    if sorted(syntheses.get(evidence["synthesis"], {}).get("by", [])) != [
        "domain",
        "intervention",
    ]:
        wrong.append("evidence: the synthesis must be one by intervention and domain")
    for name, plan in syntheses.items():
        if "subgroups" in plan:
            by = syntheses.get(plan["subgroup_synthesis"], {}).get("by", [])
            implied = {"outcome": "domain", "intervention": "family"}
            needed = {plan["subgroups"], *plan["by"]} - {implied.get(plan["subgroups"])}
            if plan["subgroups"] in plan["by"] or not needed <= set(by):
                wrong.append(
                    f"syntheses, {name}: the pools of its subgroups by {plan['subgroups']} are not "
                    f"in the synthesis '{plan['subgroup_synthesis']}'"
                )
    if wrong:
        raise WorkflowError("config/config.yaml: " + "; ".join(wrong))


def template_files(pattern):
    """Templates of HTML pages and what they need, in a fixed order."""
    folder = Path(LIBRARY, "templates")
    return sorted(str(path) for path in folder.glob(pattern) if path.is_file())


def reviews_with_data():
    """Data files of reviews, or the folders that hold their tables."""
    from metarepro.readers.review_file import find_reviews, review_folders

    folders = review_folders(Path("data"))
    return [review.as_posix() for folder in folders for review in find_reviews(folder)]


def data_files(part):
    """Files of one part of data/, in a fixed order."""
    return sorted(str(path) for path in Path("data", part).rglob("*") if path.is_file())


def check_file_names():
    """Snakemake and shells would read something else into a strange name."""
    from metarepro.tabular.file_names import ALLOWED, odd_names

    odd = odd_names(Path("data"))
    if odd:
        raise WorkflowError(f"data: found {odd}; allowed: {ALLOWED}")


check_file_names()
check_config_is_file()
check_config_refers()
