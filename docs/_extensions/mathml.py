"""Formulas as MathML, which browsers draw by themselves: no script and no network is needed."""

from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx


def to_mathml(formula: str, display: str) -> str:
    """Turn a formula in LaTeX into MathML.

    Parameters
    ----------
    formula : str
        Without dollar signs.
    display : "inline" or "block"

    Raises
    ------
    ValueError
        If it cannot be read.
    """
    try:
        return str(convert(formula, display=display))
    except Exception as error:  # the converter has a dozen kinds, without a common parent
        raise ValueError(f"cannot read this formula: {formula}") from error


def _inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(to_mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def _block(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(f'<div class="math">{to_mathml(node.astext(), "block")}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer under the name "mathml"."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
