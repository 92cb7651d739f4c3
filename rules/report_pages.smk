"""Report pages: what the evidence shows, as HTML for readers.

Reads the tables and figures of all stages before; writes a folder that works from disk (not
committed), and last of all the list of the inputs that the results were made from.
"""


rule write_report:
    """Write the report with a page for every domain, intervention, synthesis and trial."""
    input:
        downloads(),
        "results/figures/syntheses",
        "results/figures/reviews",
        "results/figures/domains",
        "results/figures/sensitivity",
        "results/figures/moderators",
        "results/manuscript",
        listed="results/extracted/inputs.csv",
        templates=template_files("report/*"),
        requirements=LOCKED,
        config="config/config.yaml",
        code=code("write_report.py"),
    output:
        report=report(
            directory("results/report"),
            htmlindex="index.html",
            caption="captions/report.rst",
            category="Report",
        ),
        inputs="results/inputs.csv",
    log:
        "logs/write_report.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow write_report --config {input.config}"
        " --requirements {input.requirements} --output-dir {output.report} 2> {log}"
        " && cp {input.listed} {output.inputs}"
