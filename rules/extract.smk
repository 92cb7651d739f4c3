"""Extract: what was reported, validated, with the place it is from.

Reads data/ (trials, reviews, codebook, report, corrections.yaml). Every script validates all tables
of data/ before it writes, but depends only on its own part, so that a changed trial does not touch
reviews. Review files are opened by those rules alone that use them: one that is broken stops no other.
"""


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


rule extract_codebook:
    """Copy the codebook, with the corrections."""
    input:
        data=data_files("codebook", "corrections.yaml"),
        code=code("extract_tables.py"),
    output:
        tables("codebook"),
    log:
        "logs/extract_codebook.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow extract_tables codebook 2> {log}"


rule extract_trials:
    """Copy the trials and their reported results, with corrections and provenance."""
    input:
        data=data_files("trials", "corrections.yaml"),
        code=code("extract_tables.py"),
    output:
        tables("trials"),
    log:
        "logs/extract_trials.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow extract_tables trials 2> {log}"


rule extract_reviews:
    """Join what the reviews published and which trials they included."""
    input:
        data=data_files("reviews", "corrections.yaml"),
        code=code("extract_tables.py"),
    output:
        tables("reviews"),
    log:
        "logs/extract_reviews.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow extract_tables reviews 2> {log}"
