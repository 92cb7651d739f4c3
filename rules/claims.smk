"""Claims: every claim of a report with a verdict by written rules; only in studies that check one.

Reads data/report, the effects, the pools and the moderator analysis; writes the claims
with their verdicts, the local evaluations, the costs and the named programmes.
"""


rule extract_report:
    """Copy what the report says, with the corrections."""
    input:
        data=data_files("report", "corrections.yaml"),
        code=code("extract_tables.py"),
    output:
        tables("report"),
    log:
        "logs/extract_report.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow extract_tables report 2> {log}"


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
