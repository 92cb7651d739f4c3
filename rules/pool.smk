"""Pool: every reported result as an effect size, and the syntheses that config/config.yaml defines.

Reads results/extracted; writes to results/effects each effect, or the code why there is none, and
to results/pooled one row per synthesis, each result's weight in it, and the tests between its
subgroups.
"""


rule pool_effects:
    """Convert the reported results to effect sizes, and pool them by the analysis plan."""
    input:
        "results/extracted/interventions.csv",
        "results/extracted/outcomes.csv",
        "results/extracted/countries.csv",
        "results/extracted/trials.csv",
        "results/extracted/results.csv",
        "results/extracted/clusters.csv",
        tables("review_files"),
        config="config/config.yaml",
        code=code("pool_effects.py"),
    output:
        report(
            "results/effects/effects.csv",
            caption="captions/effects.rst",
            category="Tables between the stages",
        ),
        "results/effects/effects_by_icc.csv",
        report(
            "results/pooled/pooled.csv",
            caption="captions/pooled.rst",
            category="Tables between the stages",
        ),
        "results/pooled/weights.csv",
        "results/pooled/subgroup_tests.csv",
    log:
        "logs/pool_effects.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow pool_effects --config {input.config} 2> {log}"
