"""Overlap: trials that stand in more than one review, results that two sources report.

Reads results/extracted and the effects; writes the corrected covered area of every two reviews
and of all, and a comparison of what two sources give for the same result.
"""


rule find_overlap:
    """Compare the reviews' trials, and the results that two sources report."""
    input:
        expand(
            "results/extracted/{table}.csv",
            table=PARTS["trials"]
            + ["included", "outcomes", "interventions", "countries", "reviews"],
        ),
        expand(
            "results/extracted/review_{table}.csv",
            table=["results", "trials", "included"],
        ),
        effects="results/effects/effects.csv",
        config="config/config.yaml",
        code=code("find_overlap.py"),
    output:
        expand(
            "results/overlap/{table}.csv", table=["pairs", "overall", "shared_effects"]
        ),
    log:
        "logs/find_overlap.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow find_overlap --effects {input.effects} --config {input.config}"
        " --output-dir results/overlap 2> {log}"
