"""Manifest: what the results were made from and what they are, by content.

Reads every input and every result; writes their sha256, last of all. Of the two lists the local one
is not committed, nor is what it lists.
"""

from metarepro.manifest.files import digest_of, input_files


rule write_manifest:
    """List all inputs and results with their sha256."""
    input:
        inputs=input_files(Path()),
        results=made_results(),
        code=code("write_manifest.py"),
    output:
        "results/manifest.csv",
        "results/manifest.local.csv",
    log:
        "logs/write_manifest.log",
    conda:
        "../environment.yml"
    params:
        inputs=digest_of(input_files(Path())),
    shell:
        "python -m metarepro.workflow write_manifest"
        " --made {input.results:q} --inputs {params.inputs} 2> {log}"
