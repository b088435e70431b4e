"""Where code calls a part of a config `config`: keys of that are no settings by themselves.

A function may be handed `config["local"]` for its parameter `config`, and hand it on; or the
name is given to a part: `config = config["local"]`, `self.config = config["local"]`, or
`for config in config["tables"]`.
"""

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from scrapers.crawlers.repository.literals import dotted

# How often parts are handed on from function to function.
STEPS_LIMIT = 10
type IsConfig = Callable[[ast.expr], bool]
type Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class _Call:
    """What a function is given for a parameter that is called as configs are, and by whom."""

    given: ast.expr
    caller: str


def narrowed_names(modules: Sequence[ast.Module], is_config: IsConfig) -> set[int]:
    """Return the identities of all names that are called a config and mean a part of one."""
    functions = [one for module in modules for one in _functions(module)]
    parameters = {one.name: _parameters(one, is_config) for one in functions}
    calls: dict[str, list[_Call]] = defaultdict(list)
    for module in modules:
        for name, call in _calls(module, parameters):
            calls[name].append(call)
    narrowed = _narrowed(calls, is_config)
    found: set[int] = set()
    for one in functions:
        since = 0 if one.name in narrowed else _reassigned(one, is_config)
        found |= {
            id(node)
            for node in ast.walk(one)
            if since is not None and isinstance(node, ast.Name) and node.lineno > since
        }
    for module in modules:
        found |= set(_of_classes(module, is_config))
    return found


def _functions(module: ast.Module) -> Iterator[Function]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _parameters(function: Function, is_config: IsConfig) -> dict[str, int | None]:
    """Return the places of the parameters that are called a config; None for by name only."""
    places = [*function.args.posonlyargs, *function.args.args]
    own = [one.arg for one in places if one.arg not in {"self", "cls"}]
    named: dict[str, int | None] = {one.arg: None for one in function.args.kwonlyargs}
    every = named | {name: place for place, name in enumerate(own)}
    return {
        name: place for name, place in every.items() if is_config(ast.Name(id=name))
    }


def _calls(
    module: ast.Module, parameters: dict[str, dict[str, int | None]]
) -> Iterator[tuple[str, _Call]]:
    """Yield what is given to the known functions, with the function that gives it."""
    callers = {
        id(node): function.name
        for function in _functions(module)
        for node in ast.walk(function)
    }
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func).rpartition(".")[2]
        caller = callers.get(id(node), "")
        for wanted, place in parameters.get(name, {}).items():
            given = [one.value for one in node.keywords if one.arg == wanted]
            if not given and place is not None:
                given = node.args[place : place + 1]
            yield from ((name, _Call(one, caller)) for one in given if caller != name)


def _narrowed(calls: dict[str, list[_Call]], is_config: IsConfig) -> set[str]:
    """Return the functions that are given nothing but parts, which they may hand on."""
    found: set[str] = set()
    for _ in range(STEPS_LIMIT):
        more = {
            name
            for name, given in calls.items()
            if all(
                _is_part(call.given, is_config)
                or (call.caller in found and isinstance(call.given, ast.Name))
                for call in given
            )
        }
        if more == found:
            break
        found = more
    return found


def _is_part(node: ast.expr, is_config: IsConfig) -> bool:
    match node:
        case (
            ast.Subscript(value=of) | ast.Call(func=ast.Attribute(value=of, attr="get"))
        ):
            return is_config(of) or _is_part(of, is_config)
    return False


def _reassigned(function: Function, is_config: IsConfig) -> int | None:
    """Return the line from which on a function calls a part of a config so, if any."""
    lines = []
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=targets, value=value):
                is_given = _is_part(value, is_config)
            case ast.For(target=target):
                targets, is_given = [target], True
            case _:
                continue
        if is_given and any(isinstance(t, ast.Name) and is_config(t) for t in targets):
            lines.append(node.lineno)
    return min(lines, default=None)


def _of_classes(module: ast.Module, is_config: IsConfig) -> Iterator[int]:
    """Yield the attributes that hold a part in all of a class that gives them one."""
    for node in ast.walk(module):
        if not isinstance(node, ast.ClassDef):
            continue
        within = list(ast.walk(node))
        given = [
            assign.value
            for assign in within
            if isinstance(assign, ast.Assign)
            for target in assign.targets
            if isinstance(target, ast.Attribute) and is_config(target)
        ]
        if given and all(_is_part(value, is_config) for value in given):
            yield from (id(one) for one in within if isinstance(one, ast.Attribute))
