"""What a whole run tells of what Snakemake says."""

import io

import pytest

from metarepro.workflow.steps import Steps

#: As Snakemake 9.27 says it, shortened.
SAID = """\
Assuming unrestricted shared filesystem usage.
Building DAG of jobs...
Job stats:
job              count
-------------  -------
all                  1
pool_effects         1
draw_forests         1
total                3

[Fri Nov 27 14:12:52 2026]
rule pool_effects:
    input: results/effects/effects.csv
    output: results/pooled/pooled.csv
    jobid: 4
    reason: Missing output files: results/pooled/pooled.csv
[Fri Nov 27 14:12:53 2026]
Finished jobid: 4 (Rule: pool_effects)
1 of 3 steps (33%) done
rule draw_forests:
    jobid: 2
Finished jobid: 2 (Rule: draw_forests)
2 of 3 steps (67%) done
localrule all:
    jobid: 0
Finished jobid: 0 (Rule: all)
3 of 3 steps (100%) done
Complete log(s): /study/.snakemake/log/a.snakemake.log
"""
FAILED = """\
rule draw_forests:
    jobid: 2
Error in rule draw_forests:
    jobid: 2
Exiting because a job execution failed. Look below for error messages
"""


class Terminal(io.StringIO):
    """A terminal that keeps what it shows."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def told(said: str, out: io.StringIO) -> Steps:
    steps = Steps(out)
    steps.follow(said.splitlines(keepends=True))
    return steps


def lines(out: io.StringIO) -> list[str]:
    """Lines that stay, without what clears the last one, and without seconds."""
    plain = out.getvalue().replace("\r\x1b[K", "")
    return [line.replace("0.0 s", "T") for line in plain.splitlines()]


def test_each_finished_step_has_a_line_with_what_remains() -> None:
    told(SAID, out := Terminal())
    assert lines(out) == ["Pool effects: T; 1 step remains", "Draw forests: T; 0 steps remain"]


def test_where_nobody_watches_nothing_is_said_of_what_went_well() -> None:
    told(SAID, out := io.StringIO())
    assert out.getvalue() == ""


@pytest.mark.parametrize("out", [Terminal(), io.StringIO()])
def test_nothing_to_do_is_always_said(out: io.StringIO) -> None:
    told("Nothing to be done (all requested files are present and up to date).\n", out)
    assert lines(out) == ["Nothing to do: everything is up to date"]


def test_a_step_that_takes_long_is_shown_while_it_lasts() -> None:
    steps = Steps(out := Terminal())
    steps.take("rule draw_forests:")
    steps.take("    jobid: 2")
    steps.show_running()
    assert "... Draw forests 0 s" in out.getvalue()


def test_a_failed_step_is_named_and_has_no_line() -> None:
    steps = told(FAILED, out := Terminal())
    assert steps.failed == ["Draw forests"]
    assert lines(out) == []


def test_what_snakemake_says_before_the_first_job_is_the_reason() -> None:
    steps = told("Building DAG of jobs...\nWorkflowError:\nno such file\n", io.StringIO())
    assert steps.reasons() == ["WorkflowError:", "no such file"]


def test_the_log_is_where_snakemake_says() -> None:
    assert told(SAID, io.StringIO()).log == "/study/.snakemake/log/a.snakemake.log"
