"""From the reported results of trials to pooled effects, figures and tables.

Stages, each in a file of its own in rules/; no stage reads a later one:

    extract   data/ -> results/extracted      what was reported, validated, with its source
    pool            -> results/effects        the effect size of every result, or why there is none
                       results/pooled         random-effects pools of the plan in config/
    sensitivity     -> results/sensitivity    how much they depend on trials and choices
    compare         -> results/reproduction   published pools against ours
                       results/overlap        trials and results that several sources share
    claims          -> results/claims         the report's claims, with verdicts by rules
    report          -> results/figures        a figure of every synthesis, review and domain
    manuscript      -> results/manuscript     tables, figures and references to take over
    report_pages    -> results/report         the pages for readers, from all of these
    manifest        -> results/manifest.csv   every input and result with its sha256
"""

from snakemake.utils import min_version

min_version("9.27")


include: "rules/code.smk"
include: "rules/common.smk"
include: "rules/runs.smk"
include: "rules/extract.smk"
include: "rules/pool.smk"
include: "rules/sensitivity.smk"
include: "rules/compare.smk"
include: "rules/report.smk"
include: "rules/manuscript.smk"
include: "rules/report_pages.smk"


# What only some studies have.
if data_files("report"):

    include: "rules/claims.smk"


if reviews_with_data():

    include: "rules/review_files.smk"


# Last: they need to know all other rules.
include: "rules/manifest.smk"


watch_contents()


rule all:
    """Everything that the workflow makes, also between the stages.

    Snakemake does not make a file again that is missing if all that is asked for is there.
    """
    input:
        [str(file) for rule in workflow.rules for file in rule.output],
