"""Compare: what the sources report with our pools, with each other, and each with itself.

Reads results/extracted and the effects; writes to results/reproduction one row per published result
with its verdict, and which results went into our side of it; to results/overlap the corrected
covered area of every two reviews and of all, and what two sources give for the same result; and to
results/effects/audit.csv what does not add up inside a source.
"""


rule compare_sources:
    """Set published pools beside ours, and find what sources share and what does not add up."""
    input:
        "results/extracted/interventions.csv",
        "results/extracted/outcomes.csv",
        "results/extracted/countries.csv",
        "results/extracted/trials.csv",
        "results/extracted/results.csv",
        "results/extracted/clusters.csv",
        "results/extracted/reviews.csv",
        "results/extracted/published.csv",
        "results/extracted/included.csv",
        tables("review_files"),
        "results/effects/effects.csv",
        config="config/config.yaml",
        code=code("compare_sources.py"),
    output:
        report(
            "results/reproduction/reproduction.csv",
            caption="captions/reproduction.rst",
            category="Tables between the stages",
        ),
        "results/reproduction/weights.csv",
        tables("overlap"),
        report(
            "results/effects/audit.csv",
            caption="captions/audit.rst",
            category="Tables between the stages",
        ),
    log:
        "logs/compare_sources.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow compare_sources --config {input.config} 2> {log}"
