"""A statement on its way to its lines: tokens, keywords in capitals, line breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.review.layout.keywords import (
    AFTER_AS,
    BEFORE_NAMES,
    BEFORE_PARENTHESIS,
    PHRASES,
    RESERVED,
    RESERVED_UNLESS_CALLED,
    Phrase,
    index,
)

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping, Sequence

    from pgcraft.review.layout.lexer import Token

WIDTH = 88
STEP = 4

# Words in the longest phrase that a pattern matches.
_LONGEST = 10
_BEYOND = [""] * _LONGEST
_PHRASES = index(PHRASES)
_OPENING = {"(": ")", "[": "]"}
_CLOSING = {")", "]", ",", ";"}


class UnbalancedError(ValueError):
    """A parenthesis has no partner."""


class Draft:
    """The tokens of one statement and what was decided about them so far.

    Args:
        tokens: The statement's tokens, without the semicolon.

    Attributes:
        tokens: The same; an index into them names a place everywhere in this package.
        texts: What will be written for each, keywords in capitals.
        closing: From each opening parenthesis or bracket to its partner.
        breaks: The tokens that begin a line, with the column they begin at.
        hangs: The column at which a line goes on when it is too long, where it is not
            one step to the right of the line itself.

    Raises:
        UnbalancedError: When a parenthesis has no partner.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.texts = [token.text for token in tokens]
        # The empty words at the end are what word(-1) and phrases beyond the end find.
        self._words = [*(token.word for token in tokens), *_BEYOND]
        self.closing = _pairs(tokens)
        self.breaks: dict[int, int] = {}
        self.hangs: dict[int, int] = {}
        self._capitalize()
        self._measure()

    def word(self, place: int) -> str:
        """Return the word or mark at a place, empty just beyond both ends."""
        return self._words[place]

    def is_name(self, place: int) -> bool:
        """Say whether a bare or quoted name may stand at a place."""
        if not 0 <= place < len(self.tokens):
            return False
        token = self.tokens[place]
        bare = token.word[:1].isalpha() or token.word[:1] == "_"
        return (bare and token.word not in RESERVED) or token.text.startswith('"')

    def after_name(self, place: int) -> int:
        """Return the place after the name, with its schema, that begins at a place."""
        while self.word(place + 1) == ".":
            place += 2
        return place + 1

    def phrase_at(self, place: int, phrases: Mapping[str, tuple[Phrase, ...]]) -> int:
        """Return how many tokens the longest of the phrases takes at a place, 0 for none."""
        for phrase in phrases.get(self.word(place), ()):
            if self._words[place : place + len(phrase)] == phrase:
                return len(phrase)
        return 0

    def match(self, pattern: re.Pattern[str], start: int, end: int) -> int:
        """Return how many of the bare words from a place on match a pattern, 0 for none."""
        words: list[str] = []
        for place in range(start, min(end, start + _LONGEST)):
            if not self.word(place).isidentifier():
                break
            words.append(self.word(place))
        matched = pattern.match("".join(f"{word} " for word in words))
        return matched[0].count(" ") if matched else 0

    def level(self, start: int, end: int) -> Iterator[int]:
        """Yield the places of a range that are not inside its parentheses."""
        place = start
        while place < end:
            yield place
            place = self.closing.get(place, place) + 1

    def clauses(self, start: int, end: int, phrases: Mapping[str, tuple[Phrase, ...]]) -> list[int]:
        """Find the clauses that phrases begin, outside parentheses; capitalize the phrases."""
        found = []
        skip = start
        for place in self.level(start, end):
            if place < skip:
                continue
            taken = self.phrase_at(place, phrases)
            before = self.word(place - 1)
            named = before in BEFORE_NAMES and self.word(place) not in RESERVED
            if taken and not named and "." not in {before, self.word(place + 1)}:
                self.capitalize(place, taken)
                found.append(place)
                skip = place + taken
            elif skipped := self.phrase_at(place, _PHRASES):
                skip = place + skipped
        return found

    def items(self, start: int, end: int) -> list[tuple[int, int]]:
        """Cut a range at its commas, leaving those inside parentheses."""
        commas = [place for place in self.level(start, end) if self.word(place) == ","]
        return list(zip([start, *(place + 1 for place in commas)], [*commas, end], strict=True))

    def capitalize(self, place: int, count: int = 1) -> None:
        """Write the words at a place in upper case."""
        for here in range(place, place + count):
            text = self.tokens[here].text
            if text.upper() == self.tokens[here].word:
                self.texts[here] = text.upper()

    def capitalize_behavior(self, start: int, end: int) -> None:
        """Write the CASCADE or RESTRICT that ends a DROP or REVOKE in upper case."""
        if end - start > 1 and self.word(end - 1) in {"CASCADE", "RESTRICT"}:
            self.capitalize(end - 1)

    def break_before(self, place: int, column: int, *, hang: int | None = None) -> None:
        """Begin a line at a place."""
        self.breaks[place] = column
        if hang is not None:
            self.hangs[place] = hang

    def gap(self, place: int) -> str:
        """Return what stands between a token and the one before it on the same line."""
        before, word = self.word(place - 1), self.word(place)
        if place == 0 or before in _OPENING or word in _CLOSING:
            return ""
        if before == "," or (
            word == "(" and before in BEFORE_PARENTHESIS and self.texts[place - 1] == before
        ):
            return " "
        return " " if self.tokens[place].spaced else ""

    def width(self, start: int, end: int) -> int:
        """Return how many columns a range takes on one line."""
        return self._ends[end - 1] - self._starts[start] if start < end else 0

    def one_line(self, start: int, end: int) -> bool:
        """Say whether no comment or literal inside a range forces a line break."""
        return start >= end or self._forced[start][0] == self._forced[end - 1][1]

    def fits(self, start: int, end: int, column: int) -> bool:
        """Say whether a range fits on one line from a column, a comma or semicolon after it too."""
        return self.one_line(start, end) and column + self.width(start, end) < WIDTH

    def _capitalize(self) -> None:
        place = 0
        while place < len(self.tokens):
            taken = 0
            if self.tokens[place].word and not self._is_part_of_name(place):
                taken = self._keywords_at(place)
                self.capitalize(place, taken)
            place += taken or 1

    def _is_part_of_name(self, place: int) -> bool:
        before = self.word(place - 1)
        variable = before == ":" and not self.tokens[place].spaced
        return before == "." or variable or self.word(place + 1) == "."

    def _keywords_at(self, place: int) -> int:
        word, before = self.word(place), self.word(place - 1)
        if before == "AS" and word not in AFTER_AS:
            return 0
        taken = self.phrase_at(place, _PHRASES)
        # After a comma stands a name, unless no name could be followed so: EXCLUDE USING.
        if taken and (before != "," or self.word(place + taken - 1) in RESERVED):
            return taken
        if word in RESERVED:
            return 1
        called = self.word(place + 1) == "(" and not self.tokens[place + 1].spaced
        return int(word in RESERVED_UNLESS_CALLED and not called) or self._is_between(place)

    def _is_between(self, place: int) -> int:
        if self.word(place) != "BETWEEN":
            return 0
        literal = place + 1 < len(self.tokens) and not self.word(place + 1)
        return int(literal or self.is_name(place + 1))

    def _measure(self) -> None:
        """Note the column of each token on one endless line, and the line breaks forced so far."""
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._forced: list[tuple[int, int]] = []
        column = forced = 0
        for place, token in enumerate(self.tokens):
            for comment in token.comments:
                column += len(comment.text) + 1
                forced += comment.opens_line or comment.ends_line or _has_lines(comment.text)
            column += len(self.gap(place))
            before = forced
            forced += _has_lines(token.text)
            self._starts.append(column)
            column += len(token.text)
            self._ends.append(column)
            self._forced.append((before, forced))


def _has_lines(text: str) -> bool:
    return "\n" in text or "\r" in text


def _pairs(tokens: Sequence[Token]) -> dict[int, int]:
    closing: dict[int, int] = {}
    opened: list[int] = []
    for place, token in enumerate(tokens):
        if token.word in _OPENING:
            opened.append(place)
        elif token.word in _OPENING.values():
            if not opened or _OPENING[tokens[opened[-1]].word] != token.word:
                raise UnbalancedError(token.word)
            closing[opened.pop()] = place
    if opened:
        raise UnbalancedError(tokens[opened[-1]].word)
    return closing
