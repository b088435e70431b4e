"""The first part of a README that is too long for a page about other things as well."""

import re

TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)(?:[^>\"]|\"[^\"]*\")*>")
# What has no end of its own.
VOID = {"br", "hr"}


def opening(html: str, limit: int) -> str:
    """Return as many whole elements from the top of a README's HTML as `limit` holds.

    All of it where it is no longer; nothing where its first element alone is.
    """
    if len(html) <= limit:
        return html
    depth = end = 0
    for tag in TAG.finditer(html):
        if tag.end() > limit:
            break
        if tag["name"] not in VOID:
            depth += -1 if tag["end"] else 1
        if depth == 0:
            end = tag.end()
    return html[:end]
