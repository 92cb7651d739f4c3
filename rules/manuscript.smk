"""Manuscript: what a paper takes over, as Word, LaTeX, CSV and BibTeX.

Reads the extracted tables, the effects and the pools; writes one folder with a README.txt (not
committed).
"""


rule write_manuscript:
    """Write the summary of findings, the forest plots and the bibliography."""
    input:
        "results/extracted/interventions.csv",
        "results/extracted/domains.csv",
        "results/extracted/outcomes.csv",
        "results/extracted/trials.csv",
        "results/extracted/reviews.csv",
        "results/extracted/published.csv",
        "results/extracted/results.csv",
        tables("review_files"),
        "results/effects/effects.csv",
        tables("risk_of_bias", "certainty", "pooled"),
        config="config/config.yaml",
        code=code("write_manuscript.py"),
    output:
        directory("results/manuscript"),
    log:
        "logs/write_manuscript.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow write_manuscript --config {input.config} --output-dir {output} 2> {log}"
