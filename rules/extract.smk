"""Extract: what was reported, validated, with the place it is from.

Reads data/ (trials, reviews, codebook, report, corrections.yaml). Every script validates all tables
of data/ before it writes. Review files are opened by those rules alone that use them: one that is
broken stops no other.
"""

#: Parts of data/ with tables to copy; not every study checks a report, or has judgements.
EXTRACTED = [
    part
    for part in ("codebook", "trials", "reviews", "report", *SINGLE_FILES)
    if part not in LEFT_OUT
]


rule check_data:
    """Validate the tables of data/ and list them with their sha256.

    A review file that cannot be used is left to check_review_files, so that all else can be done.
    """
    input:
        data=data_files("."),
        config="config/config.yaml",
        code=code("check_data.py"),
    output:
        "results/extracted/inputs.csv",
    log:
        "logs/check_data.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow check_data --config {input.config} --output {output} 2> {log}"


rule extract_tables:
    """Copy the tables of data/, with corrections and provenance."""
    input:
        data=data_files(
            "codebook",
            "trials",
            "reviews",
            "report",
            "corrections.yaml",
            "certainty.yaml",
        ),
        code=code("extract_tables.py"),
    output:
        tables(*EXTRACTED),
    log:
        "logs/extract_tables.log",
    conda:
        "../environment.yml"
    params:
        parts=EXTRACTED,
    shell:
        "python -m metarepro.workflow extract_tables {params.parts} 2> {log}"
