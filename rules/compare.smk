"""Compare: every published pool against ours of the trials that the review includes.

Reads the effects and what the reviews published; writes one row per published result with its
verdict, and which results went into our side of it.
"""


rule compare_reviews:
    """Set our pools beside the published ones, with verdicts."""
    input:
        "results/extracted/published.csv",
        "results/extracted/included.csv",
        tables("review_files"),
        "results/effects/effects.csv",
        config="config/config.yaml",
        code=code("compare_reviews.py"),
    output:
        report(
            "results/reproduction/reproduction.csv",
            caption="captions/reproduction.rst",
            category="Tables between the stages",
        ),
        "results/reproduction/weights.csv",
    log:
        "logs/compare_reviews.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow compare_reviews --config {input.config} 2> {log}"
