"""Extract: what was reported, validated, with the place it is from.

Reads data/, with the review files in it; writes results/extracted. A review file that is broken is
left out and named: it stops nothing else.
"""

from metarepro.study.tables import PARTS

#: Parts of data/; not every study checks a report, or has judgements or review files.
EXTRACTED = [part for part in (*PARTS, "review_files") if part not in LEFT_OUT]


rule extract_data:
    """Check data/, and copy its tables with corrections and provenance.

    A review file that cannot be used is left to check_review_files, so that all else can be done.
    """
    input:
        data=data_files("."),
        config="config/config.yaml",
        code=code("extract_data.py"),
    output:
        tables("inputs", *EXTRACTED),
    log:
        "logs/extract_data.log",
    conda:
        "../environment.yml"
    params:
        parts=EXTRACTED,
    shell:
        "python -m metarepro.workflow extract_data {params.parts} --config {input.config} 2> {log}"
