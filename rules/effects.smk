"""Effects: every reported result as Hedges' g, or the code why it has none.

Reads results/extracted; writes effects.csv, effects_by_icc.csv and audit.csv, the list of what does
not add up in the sources.
"""


rule compute_effects:
    """Convert the reported results to Hedges' g, positive = favours the intervention."""
    input:
        "results/extracted/interventions.csv",
        "results/extracted/outcomes.csv",
        "results/extracted/countries.csv",
        "results/extracted/trials.csv",
        "results/extracted/results.csv",
        "results/extracted/clusters.csv",
        tables("review_files"),
        config="config/config.yaml",
        code=code("compute_effects.py"),
    output:
        report(
            "results/effects/effects.csv",
            caption="captions/effects.rst",
            category="Tables between the stages",
        ),
        "results/effects/effects_by_icc.csv",
    log:
        "logs/compute_effects.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow compute_effects --config {input.config} 2> {log}"


rule audit_sources:
    """List what does not add up inside the trials' reports and the published pools."""
    input:
        "results/extracted/results.csv",
        "results/extracted/published.csv",
        "results/effects/effects.csv",
        code=code("audit_sources.py"),
    output:
        report(
            "results/effects/audit.csv",
            caption="captions/audit.rst",
            category="Tables between the stages",
        ),
    log:
        "logs/audit_sources.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow audit_sources 2> {log}"
