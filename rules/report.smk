"""Figures: forest plots of syntheses, published results and domains, and what pools depend on.

Reads the tables of all stages before; writes each figure as SVG.
"""


rule draw_forests:
    """Draw the forest plots of syntheses, of published results and of domains."""
    input:
        "results/extracted/interventions.csv",
        "results/extracted/domains.csv",
        "results/extracted/outcomes.csv",
        "results/extracted/results.csv",
        tables("review_files"),
        "results/effects/effects.csv",
        tables("risk_of_bias", "pooled", "reproduction"),
        config="config/config.yaml",
        code=code("draw_forests.py"),
    output:
        report(
            directory("results/figures/syntheses"),
            patterns=["{synthesis}.svg"],
            caption="captions/syntheses.rst",
            category="Figures",
            subcategory="Syntheses",
        ),
        report(
            directory("results/figures/reviews"),
            patterns=["{result}.svg"],
            caption="captions/reviews.rst",
            category="Figures",
            subcategory="Published results",
        ),
        report(
            directory("results/figures/domains"),
            patterns=["{domain}.svg"],
            caption="captions/domains.rst",
            category="Figures",
            subcategory="Domains",
        ),
    log:
        "logs/draw_forests.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow draw_forests --config {input.config}"
        " --output-dir results/figures 2> {log}"


rule draw_sensitivity:
    """Draw funnels, specification curves, GOSH plots and moderators of the larger syntheses."""
    input:
        "results/extracted/interventions.csv",
        "results/extracted/domains.csv",
        "results/extracted/outcomes.csv",
        "results/extracted/characteristics.csv",
        "results/effects/effects.csv",
        "results/effects/effects_by_icc.csv",
        "results/pooled/pooled.csv",
        tables("moderators"),
        config="config/config.yaml",
        code=code("draw_sensitivity.py"),
    output:
        report(
            directory("results/figures/sensitivity"),
            patterns=["{figure}.svg"],
            caption="captions/sensitivity.rst",
            category="Figures",
            subcategory="Sensitivity",
        ),
        report(
            directory("results/figures/moderators"),
            patterns=["{synthesis}.svg"],
            caption="captions/moderators.rst",
            category="Figures",
            subcategory="Moderators",
        ),
    log:
        "logs/draw_sensitivity.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow draw_sensitivity --config {input.config}"
        " --output-dir results/figures 2> {log}"
