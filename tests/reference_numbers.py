"""Numbers of R that tests compare ours with."""

import json
from pathlib import Path
from typing import Any


def reference_of(name: str) -> Any:
    """What tests/reference/NAME.R printed."""
    path = Path(__file__).parent / "reference" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))
