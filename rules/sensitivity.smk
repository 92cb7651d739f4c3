"""Sensitivity: how much the pools depend on single trials, small studies, choices and moderators.

Reads the effects and the pools; writes one table per analysis, for the primary set.
"""


rule assess_sensitivity:
    """Leave out trials, test for small-study effects and moderators, and combine all choices."""
    input:
        "results/extracted/characteristics.csv",
        "results/effects/effects.csv",
        "results/effects/effects_by_icc.csv",
        "results/pooled/pooled.csv",
        config="config/config.yaml",
        code=code("assess_sensitivity.py"),
    output:
        tables("sensitivity", "moderators"),
    log:
        "logs/assess_sensitivity.log",
    # The report waits for it.
    priority: 1
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow assess_sensitivity --config {input.config} 2> {log}"
