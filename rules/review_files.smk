"""Review files: reviews that come with their own data file; only in studies that have some.

Reads data/reviews; writes their pools, recomputed by their own conventions, to
results/reproduction/review_files. A file that is broken stops no other.
"""


rule reproduce_review_files:
    """Recompute the reviews that come with their own data file, by their own convention.

    One that cannot be read is a row of files.csv; the others stay, and check_review_files fails.
    """
    input:
        data_files("reviews"),
        deviations=f"{LIBRARY}/reviews/known_deviations.csv",
        code=code("reproduce_review.py"),
    output:
        directory("results/reproduction/review_files"),
    log:
        "logs/reproduce_review_files.log",
    conda:
        "../environment.yml"
    params:
        reviews=reviews_with_data(),
    shell:
        "python -m metarepro.workflow reproduce_review {params.reviews:q}"
        " --known-deviations {input.deviations:q} --output-dir {output} > {log} 2>&1 || test -f {output}/files.csv"


rule check_review_files:
    """Fail if the data file of a review could not be used; all else can be done without it."""
    input:
        "results/reproduction/review_files",
        "results/extracted/review_file_problems.csv",
        code=code("check_review_files.py"),
    output:
        touch("logs/check_review_files.done"),
    log:
        "logs/check_review_files.log",
    priority: 1
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow check_review_files 2> {log}"
