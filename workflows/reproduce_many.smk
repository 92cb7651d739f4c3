"""Recompute hundreds of Cochrane review files: one job a chunk of files, the results gathered.

    python scripts/split_reviews.py folder-of-reviews --output-dir out/chunks
    snakemake --snakefile workflows/reproduce_many.smk --directory out --retries 2 --keep-going

`make reproduce-many` runs both. Everything happens in the output folder, with its own records, so
that several batches can run at once:

    chunks/         the reviews of each chunk
    parts/          what the job of each chunk wrote
    *.csv           the tables that `metarepro reproduce` writes for all files in one call

A review that cannot be read is a row of files.csv; the last job names it and fails. A chunk whose
job died is tried again (not `retries` in the rule: each job of a cluster would multiply them). A
second run does only the chunks whose files have changed. The code is a parameter by its content:
Snakemake looks again and again at every input of every job.
"""

import json

from snakemake.utils import min_version

min_version("9.27")

with open("chunks/plan.json", encoding="utf-8") as file:
    CHUNKS = json.load(file)["chunks"]


include: "../rules/code.smk"


localrules:
    report,
    gather_reviews,


wildcard_constraints:
    chunk="[0-9]+",


rule report:
    """Say what was found; fail if a review could not be read."""
    input:
        "reproduction.csv",
        "accuracy.csv",
        "audit.csv",
        "files.csv",
        plan="chunks/plan.json",
    log:
        "logs/report.log",
    # Not mended by another attempt.
    retries: 0
    conda:
        "../environment.yml"
    params:
        code=digest_of(code("report_reviews.py")),
    shell:
        "python -m metarepro.workflow report_reviews --plan {input.plan} --tables-dir ."
        " 2>&1 | tee {log}"


rule reproduce_chunk:
    """Recompute the reviews of one chunk."""
    input:
        chunk="chunks/{chunk}.json",
        deviations=f"{LIBRARY}/reviews/known_deviations.csv",
    output:
        "parts/{chunk}/reproduction.csv",
        "parts/{chunk}/accuracy.csv",
        "parts/{chunk}/audit.csv",
        "parts/{chunk}/files.csv",
    log:
        "logs/{chunk}.log",
    conda:
        "../environment.yml"
    params:
        code=digest_of(code("reproduce_chunk.py")),
    shell:
        "python -m metarepro.workflow reproduce_chunk --chunk {input.chunk}"
        " --known-deviations {input.deviations:q} --output-dir parts/{wildcards.chunk} 2> {log}"


rule gather_reviews:
    """Put the tables of all chunks together."""
    input:
        expand(
            "parts/{chunk}/{table}.csv",
            chunk=CHUNKS,
            table=["reproduction", "accuracy", "audit", "files"],
        ),
        chunks=expand("chunks/{chunk}.json", chunk=CHUNKS),
        plan="chunks/plan.json",
    output:
        "reproduction.csv",
        "accuracy.csv",
        "audit.csv",
        "files.csv",
    log:
        "logs/gather_reviews.log",
    conda:
        "../environment.yml"
    params:
        code=digest_of(code("gather_reviews.py")),
    shell:
        "python -m metarepro.workflow gather_reviews --chunks-dir chunks --parts-dir parts"
        " --output-dir . 2> {log}"
