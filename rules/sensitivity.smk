"""Sensitivity: how much the pools depend on single trials, small studies and choices.

Reads the effects and the pools; writes one table per analysis, for the primary set.
"""


rule assess_sensitivity:
    """Leave out trials, test for small-study effects, and combine all choices."""
    input:
        "results/effects/effects.csv",
        "results/effects/effects_by_icc.csv",
        "results/pooled/pooled.csv",
        config="config/config.yaml",
        code=code("assess_sensitivity.py"),
    output:
        tables("sensitivity"),
    log:
        "logs/assess_sensitivity.log",
    # The report waits for it.
    priority: 1
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow assess_sensitivity --config {input.config} 2> {log}"


rule assess_moderators:
    """Test whether effects differ by the moderators of the plan."""
    input:
        "results/extracted/characteristics.csv",
        "results/effects/effects.csv",
        "results/pooled/pooled.csv",
        config="config/config.yaml",
        code=code("assess_moderators.py"),
    output:
        tables("moderators"),
    log:
        "logs/assess_moderators.log",
    # The report waits for it.
    priority: 1
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow assess_moderators --config {input.config} 2> {log}"
