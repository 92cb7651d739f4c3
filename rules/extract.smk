"""Extract: what was reported, validated, with the place it is from.

Reads data/ (trials, reviews, codebook, report, corrections.yaml). Every script validates all tables
of data/ before it writes, but depends only on its own part, so that a changed trial does not touch
reviews. Review files are opened by those rules alone that use them: one that is broken stops no other.
"""

PARTS = {
    "codebook": ["interventions", "domains", "outcomes", "countries"],
    "trials": ["trials", "results", "clusters"],
    "reviews": ["reviews", "published", "included"],
    "report": [
        "claims",
        "local_evaluations",
        "economic_evidence",
        "guidance",
        "programmes",
        "programme_names",
    ],
    "review_files": [
        "studies",
        "analyses",
        "results",
        "trials",
        "included",
        "file_problems",
    ],
}


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
        data=data_files("codebook") + ["data/corrections.yaml"],
        code=code("extract_tables.py"),
    output:
        expand("results/extracted/{table}.csv", table=PARTS["codebook"]),
    log:
        "logs/extract_codebook.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow extract_tables codebook 2> {log}"


rule extract_trials:
    """Copy the trials and their reported results, with corrections and provenance."""
    input:
        data=data_files("trials") + ["data/corrections.yaml"],
        code=code("extract_tables.py"),
    output:
        expand("results/extracted/{table}.csv", table=PARTS["trials"]),
    log:
        "logs/extract_trials.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow extract_tables trials 2> {log}"


rule extract_reviews:
    """Join what the reviews published and which trials they included."""
    input:
        data=data_files("reviews") + ["data/corrections.yaml"],
        code=code("extract_tables.py"),
    output:
        expand("results/extracted/{table}.csv", table=PARTS["reviews"]),
    log:
        "logs/extract_reviews.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow extract_tables reviews 2> {log}"


rule extract_report:
    """Copy what the Foundation's report says, with the corrections."""
    input:
        data=data_files("report") + ["data/corrections.yaml"],
        code=code("extract_tables.py"),
    output:
        expand("results/extracted/report_{table}.csv", table=PARTS["report"]),
    log:
        "logs/extract_report.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow extract_tables report 2> {log}"


rule extract_review_files:
    """Copy the study rows of reviews that come with their own data file."""
    input:
        data=data_files("reviews")
        + data_files("trials")
        + data_files("codebook")
        + ["data/corrections.yaml"],
        code=code("extract_review_files.py"),
    output:
        expand("results/extracted/review_{table}.csv", table=PARTS["review_files"]),
    log:
        "logs/extract_review_files.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow extract_review_files 2> {log}"


rule check_review_files:
    """Fail if the data file of a review could not be used; all else can be done without it."""
    input:
        ["results/reproduction/review_files"] if reviews_with_data() else [],
        problems="results/extracted/review_file_problems.csv",
        code=code("check_review_files.py"),
    output:
        touch("logs/check_review_files.done"),
    log:
        "logs/check_review_files.log",
    priority: 1
    conda:
        "../environment.yml"
    params:
        reproduced=(
            "--reproduced results/reproduction/review_files/files.csv"
            if reviews_with_data()
            else ""
        ),
    shell:
        "python -m metarepro.workflow check_review_files --problems {input.problems} {params.reproduced} 2> {log}"
