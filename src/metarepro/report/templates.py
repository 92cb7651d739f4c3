"""How blocks become HTML."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from metarepro.report.blocks import Text, plain
from metarepro.report.drawings import HEIGHT, WIDTH


def _unmarked(parts: Text) -> Text:
    return parts


def environment() -> Environment:
    """Make the environment of the templates of the report; every text is escaped."""
    made = Environment(
        loader=PackageLoader("metarepro", "templates/report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # Pages of one file know the size of no figure.
    made.globals |= {"plain": plain, "sizes": {}, "zip": zip}
    made.globals |= {"drawing_width": WIDTH, "drawing_height": HEIGHT}
    # A number that JSON does not know must not pass.
    made.policies["json.dumps_kwargs"] = {"allow_nan": False, "separators": (",", ":")}
    # A page with a glossary marks its terms (`glossary.Marker.mark`).
    made.globals["marked"] = _unmarked
    return made
