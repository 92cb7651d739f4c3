"""Claims: every claim of a report with a verdict by written rules; only in studies that check one.

Reads what the report says, the effects, the pools and the moderator analysis; writes the claims
with their verdicts, the local evaluations, the costs and the named programmes.
"""


rule assess_claims:
    """Set every claim of the report against the numbers."""
    input:
        "results/extracted/interventions.csv",
        "results/extracted/outcomes.csv",
        "results/extracted/domains.csv",
        "results/extracted/trials.csv",
        "results/extracted/characteristics.csv",
        "results/extracted/reviews.csv",
        "results/extracted/published.csv",
        "results/extracted/included.csv",
        tables("review_files"),
        tables("report"),
        "results/effects/effects.csv",
        "results/pooled/pooled.csv",
        "results/pooled/weights.csv",
        "results/sensitivity/moderators.csv",
        "results/sensitivity/moderator_levels.csv",
        config="config/config.yaml",
        code=code("assess_claims.py"),
    output:
        tables("claims"),
    log:
        "logs/assess_claims.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow assess_claims --config {input.config} 2> {log}"
