r"""PostgreSQL's tokens, by sqlparse's lexer.

The rules that sqlparse brings are those of many dialects at once, and they tear
PostgreSQL's literals apart: ``'a\'`` does not end for them, ``E'it\'s'`` is two tokens,
``# b`` in ``a # b`` a comment. Its ``Lexer`` takes other rules, so here are PostgreSQL's,
after its ``scan.l``
(https://www.postgresql.org/docs/current/sql-syntax-lexical.html).
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlparse import tokens as T  # noqa: N812 - its usual name
from sqlparse.lexer import Lexer

if TYPE_CHECKING:
    from collections.abc import Iterator

# Not str.strip(): PostgreSQL takes a no-break space for a letter.
BLANKS = " \t\n\r\f\v"
_COMMENTS = ("--", "/*")

_LETTER = r"A-Z_\u0080-\U0010ffff"
_TAG = rf"(?:[{_LETTER}][{_LETTER}0-9]*+)?"
# A literal goes on after a line break, with comments between the parts if need be.
_CONTINUED = r"(?>(?:[ \t\f\v]|--[^\n\r]*+)*)[\n\r](?>(?:[ \t\n\r\f\v]|--[^\n\r]*+[\n\r])*)'"
_PLAIN = r"(?>(?:[^']++|'')*)'"
_ESCAPED = r"(?>(?:[^'\\]++|\\[\s\S]|'')*)'"
_SPECIAL = "~!@#%^&|`?"
_OPERATOR = r"(?:(?!--|/\*)[+\-*/<>=])"

# sqlparse reads these with IGNORECASE. Repetitions do not backtrack or are bounded: time stays
# linear. Those of groups are atomic, since Python 3.11.2 and older match possessive ones wrongly.
RULES = [
    (r"[ \t\n\r\f\v]++", T.Whitespace),
    (rf"(?![EBXN]'|U&['\"])[{_LETTER}][{_LETTER}0-9$]*+", T.Name),
    (r"[,()]", T.Punctuation),
    (rf"E'{_ESCAPED}(?>(?:{_CONTINUED}{_ESCAPED})*)", T.String.Single),
    (rf"(?:[BXN]|U&)?'{_PLAIN}(?>(?:{_CONTINUED}{_PLAIN})*)", T.String.Single),
    (r"0[XBO][0-9A-F_]++", T.Number),
    (r"(?:\d[\d_]*+(?:\.(?!\.)[\d_]*+)?|\.\d[\d_]*+)(?:E[+-]?\d[\d_]*+)?", T.Number),
    (r"::|:=|\.\.|[;:.\[\]]", T.Punctuation),
    (r'(?:U&)?"(?>(?:[^"]++|"")*)"', T.String.Symbol),
    (rf"\$({_TAG})\$[\s\S]*?\$(?-i:\1)\$", T.Literal),
    (r"\$\d++", T.Name.Placeholder),
    (r"--[^\n\r]*+", T.Comment.Single),
    (r"/\*(?>(?:[^*/]++|\*(?!/)|/(?!\*))*)\*/", T.Comment.Multiline),
    # An operator ends in + or - only if it holds one of the special characters.
    (rf"(?={_OPERATOR}{{0,63}}[{_SPECIAL}])(?>(?:[{_SPECIAL}]|{_OPERATOR})+)", T.Operator),
    (rf"{_OPERATOR}{{0,62}}(?!/\*)[*/<>=]", T.Operator),
    (r"[+-]", T.Operator),
]


class UnreadableError(ValueError):
    """The text does not end where a literal or comment should, or is not SQL at all."""


class Comment(NamedTuple):
    """A comment between two tokens; ``start`` is its offset in the text."""

    text: str
    start: int
    opens_line: bool
    ends_line: bool


# Named tuples, because a script may have millions of them.
class Token(NamedTuple):
    """A token that means something, with the comments before it.

    ``word`` is a bare word in upper case or a mark of punctuation, what phrases are matched with;
    it is empty for literals, numbers, operators and quoted names. ``spaced`` says that white space
    or a comment stood before.
    """

    text: str
    word: str
    start: int
    spaced: bool
    comments: tuple[Comment, ...]


def _postgres_lexer() -> Any:
    # Any: sqlparse's methods carry no types.
    lexer: Any = Lexer()
    lexer.clear()
    lexer.set_SQL_REGEX(RULES)
    return lexer


_LEXER = _postgres_lexer()


def scan(sql: str) -> Iterator[tuple[Any, str]]:
    """Yield the type and text of each token, white space and comments included.

    Raises:
        UnreadableError: At the first character that begins no token, and at a nested comment,
            which sqlparse ends too early.
    """
    for kind, text in _LEXER.get_tokens(sql):
        if kind is T.Error or (text.startswith("/*") and "/*" in text[2:]):
            raise UnreadableError(text)
        yield kind, text


def tokenize(sql: str) -> list[Token]:
    """Split a text into tokens; the last is empty and carries the comments at the end.

    Raises:
        UnreadableError: See :func:`scan`.
    """
    found: list[Token] = []
    comments: list[Comment] = []
    position, spaced, new_line = 0, False, True
    for kind, text in scan(sql):
        if kind is T.Whitespace:
            spaced = True
            if "\n" in text or "\r" in text:
                new_line = True
                if comments:
                    comments[-1] = comments[-1]._replace(ends_line=True)
        elif text.startswith(_COMMENTS):
            ends_line = text.startswith("--")
            comments.append(Comment(text.rstrip(BLANKS), position, new_line, ends_line))
            spaced, new_line = True, ends_line
        else:
            if kind is T.Name:
                word = text.upper() if text.isascii() else text
            else:
                word = text if kind is T.Punctuation else ""
            found.append(Token(text, word, position, spaced, tuple(comments)))
            comments, spaced, new_line = [], False, False
        position += len(text)
    found.append(Token("", "", position, spaced, tuple(comments)))
    return found


def same_tokens(a: str, b: str, *, keywords: frozenset[str]) -> bool:
    """Say whether two texts are the same tokens and comments, in the same order.

    Args:
        a: One text.
        b: The other.
        keywords: The words, in upper case, whose case makes no difference.
    """

    def meaning(sql: str) -> Iterator[str]:
        for kind, text in scan(sql):
            if kind is T.Name:
                upper = text.upper()
                yield upper if text.isascii() and upper in keywords else text
            elif text.startswith(_COMMENTS):
                yield text.rstrip(BLANKS)
            elif kind is not T.Whitespace:
                yield text

    try:
        return all(x == y for x, y in zip_longest(meaning(a), meaning(b)))
    except UnreadableError:
        return a.strip(BLANKS) == b.strip(BLANKS)
