"""Write a form for a trial and a result of it: drafts/ID.yaml.

Every field stands below its explanation; FILL_IN stands where something must be said. For a trial
that is in data/ already the form is for a further result only. Nothing in data/ is touched:
add_trial.py does that, once the form is filled in. A form that is there is never overwritten.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from metarepro.command import identifier, parser, run, write_new
from metarepro.entry.data_guide import column_meanings
from metarepro.entry.drafts import trial_form
from metarepro.tabular.input_tables import STATISTICS
from metarepro.tabular.trial_interventions import interventions_of
from metarepro.tabular.validation import load


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("trial_id", type=identifier, help="e.g. smith2024: author and year")
    arguments.add_argument(
        "--statistic", choices=STATISTICS, required=True, help="what the paper reports"
    )
    arguments.add_argument("--data-dir", type=Path, default=Path("data"), help="default: data")
    arguments.add_argument("--drafts", type=Path, default=Path("drafts"), help="default: drafts")
    args = arguments.parse_args(argv)
    data = load(args.data_dir)
    own = data.results.loc[data.results["trial_id"] == args.trial_id, "result_id"]
    numbers = [int(number[1]) for name in own if (number := re.search(r"-(\d+)$", name))]
    known = data.trials.loc[data.trials["trial_id"] == args.trial_id, "intervention"]
    form = trial_form(
        args.trial_id,
        args.statistic,
        number=max(numbers, default=0) + 1,
        new=known.empty,
        codebook={
            "outcome": list(data.outcomes["outcome"]),
            "intervention": list(data.interventions["intervention"])
            if known.empty
            else interventions_of(known.iloc[0]),
        },
        meanings=column_meanings((args.data_dir / "README.md").read_text(encoding="utf-8")),
    )
    path = args.drafts / f"{args.trial_id}.yaml"
    write_new(path, form)
    print(f"Wrote {path}. Fill it in, then: make add-trial ID={args.trial_id}")


if __name__ == "__main__":
    run(main)
