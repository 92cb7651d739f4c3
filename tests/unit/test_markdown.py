"""Markdown from untrusted texts. Expected strings follow CommonMark 0.31 (2.4, 6.1) and GFM."""

import pytest

from metarepro.wording.markdown import FOLD_FROM, LONGEST, code, fenced, plain, table


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("post.domain.child_development", "post.domain.child_development"),
        ("<script>alert(1)</script>", r"&lt;script&gt;alert\(1\)&lt;/script&gt;"),
        ("a|b", r"a\|b"),
        ("*bold* _it_ `c`", r"\*bold\* \_it\_ \`c\`"),
        ("[x](javascript:y)", r"\[x\]\(javascript\:y\)"),
        ("![i](http://e.org)", r"\!\[i\]\(http\://e.org\)"),
        ("R&amp;D", "R&amp;amp;D"),
        ("@someone #12", r"@<!-- -->someone \#12"),
        ("one\ntwo\r\n# three", r"one two  \# three"),
        ("interval: above", "interval: above"),
        ("back\\slash", r"back\\slash"),
        ("a\u202eb\x00c", "a&lt;U+202E&gt;b&lt;U+0000&gt;c"),
    ],
)
def test_a_plain_text_has_no_markup(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.34", "`0.34`"),
        ("", "*empty*"),
        ("<b>", "`<b>`"),
        ("a|b", "<code>a&#124;b</code>"),
        ("`a`", "<code>&#96;a&#96;</code>"),
        ("</code><script>|", "<code>&#60;&#47;code&#62;&#60;script&#62;&#124;</code>"),
        (" a", "<code> a</code>"),
        ("a\nb", "`a b`"),
        ("\u202e", "`<U+202E>`"),
    ],
)
def test_code_is_shown_letter_for_letter(text: str, expected: str) -> None:
    assert code(text) == expected


def test_a_long_text_is_cut() -> None:
    assert code("x" * 10_000) == "`" + "x" * LONGEST + "…`"


def test_no_line_ends_a_fence() -> None:
    lines = fenced("a\n```\n<b>\n````\n~~~")
    assert lines == ["`````", "a", "```", "<b>", "````", "~~~", "`````", ""]


def test_a_long_table_is_folded() -> None:
    rows = [["1", "2"]] * FOLD_FROM
    assert table(["a", "b"], rows)[0] == "| a | b |"
    folded = table(["a", "b"], [*rows, ["1", "2"]], "<many>")
    assert folded[:3] == ["<details>", "<summary>&lt;many&gt;</summary>", ""]
    assert folded[-2:] == ["</details>", ""]
