"""What is asked of the search: queries of each kind, from what the catalogue has."""

import random

from registry.models import SearchEntry


def queries() -> dict[str, list[str]]:
    """Return queries of each kind, from names, words, settings and streams that there are."""
    chance = random.Random(2)
    ids = list(SearchEntry.objects.values_list("pk", flat=True))
    some = list(
        SearchEntry.objects.filter(pk__in=chance.sample(ids, 60)).order_by("pk")
    )
    names = [entry.plugin_name for entry in some]
    abouts = [about_words(entry.about) for entry in some]
    contents = [path for entry in some for path in declared(entry.contents)]
    chance.shuffle(contents)
    kinds = ["type:loader", "type:extractor", "type:utility", "capability:batch",
             "capability:state", "python:3.13", "keyword:api", "keyword:database",
             "is:default", "license:unknown"]  # fmt: skip
    return {
        "a name": names[:40],
        "a name without its prefix": [name.partition("-")[2] for name in names[:40]],
        "a name mistyped": [mistyped(chance, name) for name in names[:40]],
        "the beginning of a name": [name.partition("-")[2][:4] for name in names[:40]],
        "a word of a description": [words[0] for words in abouts if words][:40],
        "two words": [" ".join(words[:2]) for words in abouts if words][:40],
        "a name and a filter": [
            f"{n} {k}" for n, k in zip(names, kinds * 4, strict=False)
        ],
        "a setting, stream or field": contents[:40],
        "a word everyone has": ["api", "database", "meltano sdk"],
        "a filter alone": kinds,
        "two filters": [f"{a} {b}" for a, b in zip(kinds, kinds[3:], strict=False)],
        "nothing": [""],
    }


def about_words(vector: str) -> list[str]:
    """Return the words of a tsvector's text."""
    words = [part.split("'")[1] for part in vector.split() if part.count("'") == 2]
    # By their length and not by the alphabet, which would make all of them "api".
    return sorted(words, key=len, reverse=True)


def declared(vector: str) -> list[str]:
    """Return a few of the settings, streams and fields in a tsvector's text."""
    said = [part.strip("'") for part in vector.split()]
    found = [one for one in said if one.startswith(("setting:", "stream:", "field:"))]
    return found[:: max(1, len(found) // 3)]


def mistyped(chance: random.Random, name: str) -> str:
    """Return a name with two letters swapped."""
    place = chance.randrange(4, max(5, len(name) - 1))
    return (
        name[:place]
        + name[place + 1 : place + 2]
        + name[place : place + 1]
        + name[place + 2 :]
    )
