"""Read values out of Python source without running it.

Only what stands there as a literal is a value: text, numbers, lists, mappings of those, and
names that are bound once, at the top of the same file, to one. What a stranger's file makes
large (a list of lists of itself, twenty times) is given up after some steps.
"""

import ast
import warnings
from collections.abc import Mapping
from typing import Any

from registry.facts import Finding
from registry.vocabulary import Severity

STEPS_LIMIT = 20_000
DEPTH_LIMIT = 40
TEXT_LIMIT = 20_000
# More than any syntax of a real program: real files are nested some 20 levels deep.
BROKEN = (SyntaxError, ValueError, RecursionError, MemoryError)
Names = Mapping[str, ast.expr]


class NotLiteral(Exception):
    """An expression's value can't be told without running it."""


def parse(path: str, content: bytes) -> ast.Module | Finding:
    """Return a file's syntax tree, or the finding that says why there is none."""
    try:
        with warnings.catch_warnings():
            # Someone else's invalid escapes are none of our log's business.
            warnings.simplefilter("ignore")
            return ast.parse(content.decode("utf-8-sig", "replace"))
    except BROKEN as error:
        line = getattr(error, "lineno", None)
        message = f"Not readable as Python ({type(error).__name__}): it is passed over."
        return Finding(
            code="python",
            message=message,
            path=path,
            line=line,
            severity=Severity.WARNING,
        )


def names_of(body: list[ast.stmt]) -> dict[str, ast.expr]:
    """Return what the names at the top of a block are bound to: those bound only once."""
    bound: dict[str, ast.expr] = {}
    twice = set()
    for statement in body:
        for name, value in _bindings(statement):
            if name in bound or value is None:
                twice.add(name)
            if value is not None:
                bound.setdefault(name, value)
    return {name: value for name, value in bound.items() if name not in twice}


def value_of(node: ast.expr, names: Names) -> Any:
    """Return a literal's value; tuples and sets are lists. Raises NotLiteral."""
    return _Reading(names).value(node, 0)


def dotted(node: ast.expr) -> str:
    """Return `a.b.c` for such an expression, and "" for another."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < DEPTH_LIMIT:
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Subscript):
        # A generic base: SQLSink[Connector].
        return dotted(node.value) if not parts else ""
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _bindings(statement: ast.stmt) -> list[tuple[str, ast.expr | None]]:
    """Return the names a statement binds; without a value where it can't be told."""
    match statement:
        case ast.Assign(targets=targets, value=value):
            return [(t.id, value) for t in targets if isinstance(t, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            return [(name, value)]
        case ast.AugAssign(target=ast.Name(id=name)):
            return [(name, None)]
        case _:
            return []


class _Reading:
    """One evaluation, which ends after so many steps."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._left = STEPS_LIMIT

    def value(self, node: ast.expr | None, depth: int) -> Any:
        """Return a literal's value. Raises NotLiteral."""
        self._left -= 1
        if self._left < 0 or depth > DEPTH_LIMIT:
            raise NotLiteral
        match node:
            case ast.Constant(value=str() | int() | float() | None as value):
                return value
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return [self.value(part, depth + 1) for part in parts]
            case ast.Dict(keys=keys, values=values):
                return self._mapping(keys, values, depth)
            case ast.Name(id=name) if name in self._names:
                return self.value(self._names[name], depth + 1)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._sum(left, right, depth)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
                return -value
            case _:
                raise NotLiteral

    def _mapping(
        self, keys: list[ast.expr | None], values: list[ast.expr], depth: int
    ) -> Any:
        pairs = zip(keys, values, strict=True)
        read = [(self.value(k, depth + 1), self.value(v, depth + 1)) for k, v in pairs]
        if not all(isinstance(key, str) for key, _ in read):
            raise NotLiteral
        return dict(read)

    def _sum(self, left: ast.expr, right: ast.expr, depth: int) -> Any:
        one, other = self.value(left, depth + 1), self.value(right, depth + 1)
        if isinstance(one, str) and isinstance(other, str):
            if len(one) + len(other) > TEXT_LIMIT:
                raise NotLiteral
            return one + other
        if isinstance(one, list) and isinstance(other, list):
            return one + other
        raise NotLiteral
