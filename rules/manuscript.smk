"""Manuscript: what a paper takes over, as Word, LaTeX, CSV and BibTeX.

Reads the extracted tables, the effects and the pools; writes one folder with a README.txt (not
committed).
"""


rule write_manuscript:
    """Write the summary of findings, the forest plots and the bibliography."""
    input:
        expand(
            "results/extracted/{table}.csv",
            table=PARTS["codebook"]
            + ["trials", "review_trials", "reviews", "published"],
        ),
        "results/effects/effects.csv",
        "results/pooled/pooled.csv",
        "results/pooled/weights.csv",
        "results/pooled/subgroup_tests.csv",
        config="config/config.yaml",
        code=code("write_manuscript.py"),
    output:
        directory("results/manuscript"),
    log:
        "logs/write_manuscript.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow write_manuscript --config {input.config} --output-dir {output}"
        " --cache-dir .metarepro_cache/write_manuscript 2> {log}"
