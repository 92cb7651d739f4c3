"""The directive `public-api` of reStructuredText: documents every name in `metarepro.__all__`."""

from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import metarepro


class PublicApi(SphinxDirective):
    """What `import metarepro` offers, in the order of `__all__`."""

    def run(self) -> list[nodes.Node]:
        """Return the documentation of each name."""
        lines = []
        for name in metarepro.__all__:
            kind = "class" if isinstance(getattr(metarepro, name), type) else "function"
            lines += [f".. auto{kind}:: metarepro.{name}", ""]
        container: nodes.Element = nodes.container()
        self.state.nested_parse(StringList(lines, "metarepro.__all__"), 0, container)
        documented = list(container.findall(addnodes.desc))
        if len(documented) < len(metarepro.__all__):
            raise self.error("not every name was documented; Markdown needs {eval-rst} around this")
        return list(container.children)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("public-api", PublicApi)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
