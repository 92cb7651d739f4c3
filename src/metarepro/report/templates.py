"""How blocks become HTML."""

from jinja2 import Environment, PackageLoader, StrictUndefined


def environment() -> Environment:
    """Make the environment of the templates of the report; every text is escaped."""
    return Environment(
        loader=PackageLoader("metarepro", "templates/report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
