"""Figures: forest plots of syntheses, published results and domains, and what pools depend on.

Reads the tables of all stages before; writes each figure as SVG.
"""


rule draw_syntheses:
    """Draw a forest plot of every synthesis of two or more trials."""
    input:
        "results/extracted/interventions.csv",
        "results/extracted/domains.csv",
        "results/extracted/outcomes.csv",
        "results/effects/effects.csv",
        "results/pooled/pooled.csv",
        "results/pooled/weights.csv",
        "results/pooled/subgroup_tests.csv",
        config="config/config.yaml",
        code=code("draw_syntheses.py"),
    output:
        report(
            directory("results/figures/syntheses"),
            patterns=["{synthesis}.svg"],
            caption="captions/syntheses.rst",
            category="Figures",
            subcategory="Syntheses",
        ),
    log:
        "logs/draw_syntheses.log",
    conda:
        "../environment.yml"
    threads: 2
    shell:
        "python -m metarepro.workflow draw_syntheses --config {input.config}"
        " --threads {threads} --output-dir {output}"
        " --cache-dir .metarepro_cache/draw_syntheses 2> {log}"


rule draw_reviews:
    """Draw a forest plot of every published result that we pooled trials for."""
    input:
        "results/effects/effects.csv",
        "results/reproduction/reproduction.csv",
        "results/reproduction/weights.csv",
        config="config/config.yaml",
        code=code("draw_reviews.py"),
    output:
        report(
            directory("results/figures/reviews"),
            patterns=["{result}.svg"],
            caption="captions/reviews.rst",
            category="Figures",
            subcategory="Published results",
        ),
    log:
        "logs/draw_reviews.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow draw_reviews --config {input.config}"
        " --output-dir {output}"
        " --cache-dir .metarepro_cache/draw_reviews 2> {log}"


rule draw_domains:
    """Draw one summary forest per domain, with a diamond for each intervention."""
    input:
        "results/extracted/interventions.csv",
        "results/extracted/domains.csv",
        "results/pooled/pooled.csv",
        config="config/config.yaml",
        code=code("draw_domains.py"),
    output:
        report(
            directory("results/figures/domains"),
            patterns=["{domain}.svg"],
            caption="captions/domains.rst",
            category="Figures",
            subcategory="Domains",
        ),
    log:
        "logs/draw_domains.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow draw_domains --config {input.config}"
        " --output-dir {output}"
        " --cache-dir .metarepro_cache/draw_domains 2> {log}"


rule draw_sensitivity:
    """Draw funnel plots, specification curves and GOSH plots of the larger syntheses."""
    input:
        "results/extracted/interventions.csv",
        "results/extracted/domains.csv",
        "results/extracted/outcomes.csv",
        "results/effects/effects.csv",
        "results/effects/effects_by_icc.csv",
        "results/pooled/pooled.csv",
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
    log:
        "logs/draw_sensitivity.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow draw_sensitivity --config {input.config} --output-dir {output}"
        " --cache-dir .metarepro_cache/draw_sensitivity 2> {log}"


rule draw_moderators:
    """Draw bubble plots of the moderators of every synthesis of ten trials or more."""
    input:
        "results/extracted/interventions.csv",
        "results/extracted/domains.csv",
        "results/extracted/outcomes.csv",
        "results/extracted/characteristics.csv",
        "results/effects/effects.csv",
        "results/pooled/pooled.csv",
        "results/sensitivity/moderators.csv",
        config="config/config.yaml",
        code=code("draw_moderators.py"),
    output:
        report(
            directory("results/figures/moderators"),
            patterns=["{synthesis}.svg"],
            caption="captions/moderators.rst",
            category="Figures",
            subcategory="Moderators",
        ),
    log:
        "logs/draw_moderators.log",
    conda:
        "../environment.yml"
    shell:
        "python -m metarepro.workflow draw_moderators --config {input.config} --output-dir {output}"
        " --cache-dir .metarepro_cache/draw_moderators 2> {log}"
