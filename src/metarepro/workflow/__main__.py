"""Run a script of the workflow by its name: `python -m metarepro.workflow pool_effects ...`.

Rules call their scripts like this: the command is the same wherever the package is.
"""

import os
import runpy
import sys

from metarepro.workflow import script

if __name__ == "__main__":
    # The matrices are small, and Snakemake runs as many jobs as there are cores: threads would only
    # wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    path = str(script(sys.argv[1]))
    sys.argv = [path, *sys.argv[2:]]
    runpy.run_path(path, run_name="__main__")
