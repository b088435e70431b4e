"""Say why a result stands where it does: the rule that put it there, and what came next."""

from registry.search.finding import Match, Result
from registry.search.query import Query
from registry.search.ranking import Rule
from registry.search.standing import Trouble

SAID = {
    Rule.NAME: "the words are its whole name",
    Rule.STEM: "the words are its whole name without tap or target",
    Rule.LABEL: "the words are its whole label, or a name for the same service",
    Rule.ALIAS: "the words are the whole name of a variant, its package or its command",
    Rule.BEGINS: "its name or label begins with the words",
    Rule.IN_NAME: "every word is in its name",
    Rule.IN_TITLE: "every word is in its name or label",
    Rule.IN_TEXT: "every word is in its names, keywords or description",
    Rule.IN_CONTENTS: "every word is somewhere, also in its settings or streams",
    Rule.ALIKE: "its name or label is spelt like the words",
}
TROUBLES = {
    Trouble.NONE: "nothing is known that speaks against its default variant",
    Trouble.UNKEPT: "nobody looks after its default variant, so it stands behind others",
    Trouble.FAILS: "its default variant ran on no Python that it was tried on, so it stands "
    "behind others",
    Trouble.GONE: "no source lists its default variant any more, so it stands last",
}


def explain(query: Query, result: Result) -> list[tuple[str, str]]:
    """Return the reasons for a result's place, each as its subject and a sentence."""
    best = min(result.matches, key=lambda match: match.rule)
    reasons = [("Rule", _rule(query, best))]
    if best.likeness is not None:
        reasons.append(("Likeness", f"{best.likeness:.2f} of 1, by shared trigrams"))
    said = f"its default variant is used by {best.projects} known projects"
    reasons += [
        ("Next by state", TROUBLES[result.trouble]),
        ("Next by use", said),
        ("Next", "by name, so that the order stays"),
    ]
    if query.words:
        by_rule = (f"{one.name} by rule {one.rule + 1}" for one in result.matches)
        reasons.append(("Variants", ", ".join(by_rule)))
    if filters := [str(term) for term in query.terms if term not in query.words]:
        reasons.append(("Filters met", " ".join(filters)))
    return reasons


def _rule(query: Query, best: Match) -> str:
    if not query.words:
        return "no words were typed, so all results stand alike"
    return f"{best.rule + 1} of {len(Rule)}: {SAID[best.rule]}"
