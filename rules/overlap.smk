"""Overlap: trials that stand in more than one review, results that two sources report.

Reads results/extracted and the effects; writes the corrected covered area of every two reviews
and of all, and a comparison of what two sources give for the same result.
"""


rule find_overlap:
    """Compare the reviews' trials, and the results that two sources report."""
    input:
        "results/extracted/interventions.csv",
        "results/extracted/outcomes.csv",
        "results/extracted/countries.csv",
        tables("trials"),
        "results/extracted/reviews.csv",
        "results/extracted/included.csv",
        tables("review_files"),
        "results/effects/effects.csv",
        config="config/config.yaml",
        code=code("find_overlap.py"),
    output:
        tables("overlap"),
    log:
        "logs/find_overlap.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow find_overlap --config {input.config} 2> {log}"
