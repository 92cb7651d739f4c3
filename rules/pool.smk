"""Pool: the syntheses that config/config.yaml defines.

Reads results/effects/effects.csv; writes one row per synthesis, each result's weight in it, and the
tests between its subgroups.
"""


rule pool_effects:
    """Pool the effects of every synthesis of the analysis plan."""
    input:
        "results/effects/effects.csv",
        config="config/config.yaml",
        code=code("pool_effects.py"),
    output:
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
