"""What a plugin's folder in a tree of definitions says about it."""

from collections.abc import Mapping
from typing import Any

from registry.facts import Facts, Finding, MaintainerFacts, Report
from registry.facts import VariantFacts as Variant
from registry.vocabulary import Origin, PluginType, Severity


def probe_definitions(body: Mapping[str, Any]) -> Report:
    """Return the variants a folder declares, and which of them is its default."""
    default = body["default_variant"]
    logos = body.get("logos", {})
    facts = Facts(
        type=PluginType(body["type"]),
        name=body["plugin"],
        origin=Origin.DEFINITION,
        variants=tuple(
            Variant(
                name=name,
                definition=definition,
                maintainer=_maintainer(name, body["maintainers"].get(name, {})),
                is_default=name == default,
                logo=logos.get(definition.get("logo_url"), {}).get("digest", ""),
            )
            for name, definition in body["variants"].items()
        ),
    )
    return Report(facts=facts, findings=tuple(_dangling(body, default)))


def _maintainer(variant: str, entry: Mapping[str, Any]) -> MaintainerFacts:
    """Return who `maintainers.yml` says the variant's name stands for."""
    return MaintainerFacts.of(variant, label=entry.get("label"), url=entry.get("url"))


def _dangling(body: Mapping[str, Any], default: str | None) -> list[Finding]:
    if default is None or default in body["variants"]:
        return []
    message = (
        f"default_variants.yml names {default!r} for {body['plugin']}, "
        "which has no such variant."
    )
    return [Finding(code="default", message=message, severity=Severity.WARNING)]
