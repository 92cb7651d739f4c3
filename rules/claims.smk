"""Claims: every claim of the report with a verdict by written rules.

Reads what the report says, the effects, the pools and the moderator analysis; writes the claims
with their verdicts, the local evaluations, the costs and the named programmes.
"""

CLAIMS = ["claims", "evaluations", "economics", "programmes"]


rule assess_claims:
    """Set every claim of the report against the numbers."""
    input:
        "results/extracted/interventions.csv",
        "results/extracted/outcomes.csv",
        "results/extracted/domains.csv",
        "results/extracted/trials.csv",
        "results/extracted/reviews.csv",
        "results/extracted/published.csv",
        "results/extracted/included.csv",
        "results/extracted/review_included.csv",
        expand("results/extracted/report_{table}.csv", table=PARTS["report"]),
        "results/effects/effects.csv",
        "results/pooled/pooled.csv",
        "results/pooled/weights.csv",
        "results/sensitivity/moderators.csv",
        "results/sensitivity/moderator_levels.csv",
        config="config/config.yaml",
        code=code("assess_claims.py"),
    output:
        expand("results/claims/{table}.csv", table=CLAIMS),
    log:
        "logs/assess_claims.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow assess_claims --results-dir results --config {input.config}"
        " --output-dir results/claims 2> {log}"
