"""The rules by which results stand in order, as one number of SQL: lower stands before.

No score is added up: the first rule that applies decides, then what speaks against a
connector, then use. Who wants to know why a result stands where it does is told the rule.
"""

from enum import IntEnum

from registry.search.conditions import Sql, Wording

# A likeness from 0 to 1 is told in so many steps.
STEPS = 100


class Rule(IntEnum):
    """Why a result stands where it does, the first that applies."""

    NAME = 0
    STEM = 1
    LABEL = 2
    ALIAS = 3
    BEGINS = 4
    IN_NAME = 5
    IN_TITLE = 6
    IN_TEXT = 7
    IN_CONTENTS = 8
    ALIKE = 9


WHOLE = (("named", Rule.STEM), ("labelled", Rule.LABEL), ("aliases", Rule.ALIAS))


def rule_of(place: int) -> Rule:
    """Return the rule that gave a place."""
    return Rule(min(place // STEPS, Rule.ALIKE))


def likeness_of(place: int) -> float:
    """Return how alike the words are, from 0 to 1, by the place that this gave."""
    return ((Rule.ALIKE + 1) * STEPS - place) / (STEPS - 1)


def place(wording: Wording, *, is_alike: bool) -> Sql:
    """Return an entry's place: its rule times `STEPS`, less its likeness where that counts."""
    if not wording.terms or not wording.name:
        return Sql(str(Rule.NAME * STEPS))
    cases = [
        *_whole(wording),
        (wording.begins(), Rule.BEGINS),
        # Most of what a common word finds: told by two looks at a row instead of five.
        (wording.beside_title(), Rule.IN_TEXT),
        (wording.within(weights="A", about=False), Rule.IN_NAME),
        (wording.within(weights="AB", about=False), Rule.IN_TITLE),
        (wording.within(weights="", about=True), Rule.IN_TEXT),
    ]
    text = " ".join(f"WHEN {sql.text} THEN {rule * STEPS}" for sql, rule in cases)
    values = tuple(value for sql, _ in cases for value in sql.values)
    last = _last(wording) if is_alike else Sql(str(Rule.IN_CONTENTS * STEPS))
    return Sql(f"(CASE {text} ELSE {last.text} END)::integer", (*values, *last.values))


def _whole(wording: Wording) -> list[tuple[Sql, Rule]]:
    """Return the rules of whole names.

    Their few entries are read once, through the index: asking each result for its names took
    longer than all the rest where many have the words.
    """
    told = [(wording.is_exact(), Rule.NAME)]
    told += [(wording.is_whole(column), rule) for column, rule in WHOLE]
    cases = []
    for named, rule in told:
        ids = f"SELECT id FROM registry_searchentry WHERE {named.text}"  # noqa: S608
        text = f"id = ANY (ARRAY({ids}))"
        cases.append((Sql(text, named.values), rule))
    return cases


def _last(wording: Wording) -> Sql:
    """Return the place of what has all words, or is only spelt like them."""
    found, like = wording.found(), wording.likeness()
    text = (
        f"CASE WHEN {found.text} THEN {Rule.IN_CONTENTS * STEPS} "
        f"ELSE {(Rule.ALIKE + 1) * STEPS} - round({STEPS - 1} * {like.text}) END"
    )
    return Sql(text, (*found.values, *like.values))
