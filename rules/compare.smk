"""Compare: every published pool against ours of the trials that the review includes.

Reads the effects and what the reviews published; writes one row a published result with its
verdict, and which results went into our side of it.
"""


rule compare_reviews:
    """Set our pools beside the published ones, with verdicts."""
    input:
        effects="results/effects/effects.csv",
        published="results/extracted/published.csv",
        included="results/extracted/included.csv",
        review_included="results/extracted/review_included.csv",
        config="config/config.yaml",
        code=code("compare_reviews.py"),
    output:
        reproduction=report(
            "results/reproduction/reproduction.csv",
            caption="captions/reproduction.rst",
            category="Tables between the stages",
        ),
        weights="results/reproduction/weights.csv",
    log:
        "logs/compare_reviews.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow compare_reviews --effects {input.effects} --published {input.published}"
        " --included {input.included} --review-included {input.review_included}"
        " --config {input.config}"
        " --reproduction {output.reproduction} --weights {output.weights} 2> {log}"


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
        "python -m metarepro.workflow reproduce_review {params.reviews:q} --known-deviations {input.deviations:q}"
        " --output-dir {output} > {log} 2>&1 || test -f {output}/files.csv"
