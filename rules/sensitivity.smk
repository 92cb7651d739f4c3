"""Sensitivity: how much the pools depend on single trials, small studies and choices.

Reads the effects and the pools; writes one table an analysis, for the primary set.
"""

SENSITIVITY = [
    "variants",
    "leave_one_out",
    "cumulative",
    "influence",
    "small_study",
    "caliper",
    "source_kinds",
    "multiverse",
]
MODERATORS = ["moderators", "moderator_levels"]


rule assess_sensitivity:
    """Leave out trials, test for small-study effects, and run all reasonable specifications."""
    input:
        effects="results/effects/effects.csv",
        pooled="results/pooled/pooled.csv",
        config="config/config.yaml",
        code=code("assess_sensitivity.py"),
    output:
        expand("results/sensitivity/{table}.csv", table=SENSITIVITY),
    log:
        "logs/assess_sensitivity.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow assess_sensitivity --effects {input.effects} --pooled {input.pooled}"
        " --config {input.config} --output-dir results/sensitivity"
        " --cache-dir .metarepro_cache/assess_sensitivity 2> {log}"


rule assess_moderators:
    """Test whether effects differ by intervention, content, design, income, year and source."""
    input:
        effects="results/effects/effects.csv",
        pooled="results/pooled/pooled.csv",
        config="config/config.yaml",
        code=code("assess_moderators.py"),
    output:
        expand("results/sensitivity/{table}.csv", table=MODERATORS),
    log:
        "logs/assess_moderators.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow assess_moderators --effects {input.effects} --pooled {input.pooled}"
        " --config {input.config} --output-dir results/sensitivity"
        " --cache-dir .metarepro_cache/assess_moderators 2> {log}"
