"""Report pages: what the evidence shows, as HTML for readers.

Reads the tables and figures of all stages before; writes a folder that works from disk (not
committed).
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
        templates=template_files("report/*"),
        requirements=LOCKED,
        config="config/config.yaml",
        code=code("write_report.py"),
    output:
        report(
            directory("results/report"),
            htmlindex="index.html",
            caption="captions/report.rst",
            category="Report",
        ),
    log:
        "logs/write_report.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow write_report --config {input.config}"
        " --requirements {input.requirements} --output-dir {output} 2> {log}"
