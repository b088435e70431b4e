"""Plugin and Variant: the catalog. A variant's identity is (type, name, variant)."""

from typing import Self

from django.db import models

from registry.maintenance import MaintenanceState
from registry.models.ordered_json import OrderedJSONField
from registry.vocabulary import PluginType

# Nobody looks after it, by its sources or by its definition.
NEEDY_STATES = [MaintenanceState.SEEKING.value, MaintenanceState.NONE.value]
NEEDING = models.Q(maintenance__in=NEEDY_STATES) | models.Q(
    maintenance_status="inactive"
)


class PluginQuerySet(models.QuerySet["Plugin"]):
    """Questions about many plugins."""

    def unpublished(self, stamp: str) -> Self:
        """Return plugins whose documents are older than they are, or of another stamp.

        `stamp` names everything outside the rows that a document depends on.
        """
        stale = ~models.Q(published_revision=models.F("revision"))
        # Not "differs": that no index could answer.
        other = models.Q(published_with__lt=stamp) | models.Q(published_with__gt=stamp)
        return self.filter(stale | other).order_by("pk")

    def listed(self) -> Self:
        """Return plugins that clients can see, each with its default variant."""
        return self.filter(default_variant__isnull=False).select_related(
            "default_variant__maintainer"
        )


class Plugin(models.Model):
    """A connector by type and name, whoever wrote it. What it shows is its default's.

    `service` is what it connects to, as an address's word: `postgres` of `tap-postgres`.
    """

    type = models.CharField(
        max_length=16, choices=[(kind.value, kind.value) for kind in PluginType]
    )
    name = models.CharField(max_length=120)
    label = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    service = models.CharField(max_length=120, blank=True)
    default_variant = models.ForeignKey(
        "Variant", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    default_reason = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField()
    # Counted, not timed: a change that commits while documents are being built would
    # otherwise carry a time from before them and never be published.
    revision = models.PositiveIntegerField(default=1)
    published_revision = models.PositiveIntegerField(default=0)
    published_with = models.CharField(max_length=300, blank=True)
    # The digest of its entry in the indexes, which are built again where one differs.
    indexed_as = models.CharField(max_length=64, blank=True)

    objects = PluginQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["type", "name"], name="plugin_name_once")
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=~models.Q(published_revision=models.F("revision")),
                name="plugin_unpublished",
            ),
            models.Index(fields=["published_with"], name="plugin_published_with"),
            models.Index(fields=["service"], name="plugin_service"),
        ]

    def __str__(self) -> str:
        return self.name


class Variant(models.Model):
    """One maintainer's connector. `definition` is what all statements come to.

    The columns beside it are read from it when it is recorded, for lists and search.
    `listed_at` is when clients could first see it: from then on it stays in its index.
    `is_curated` says that a definition speaks of it: only then `package` and `repository`
    are the sources at the addresses it names. `is_followed` is false until they are
    (`registry.catalog.following`), `is_rated` until `maintenance` is what its sources
    come to (`registry.catalog.rating`); on `maintenance_until` it is rated again.
    `tried` says on which Pythons its current release installs and starts, as runs in the
    sandbox saw it: `{version, pythons: {minor: yes|no|unknown}, at}`; empty before any.
    `logo_digest` is of the picture at `logo_url`, where the definitions carry it.
    `withheld_at` is since when the index gives its package to nobody.
    `findings` are why its newest document is held back, if it is.
    """

    plugin = models.ForeignKey(Plugin, models.CASCADE, related_name="variants")
    name = models.CharField(max_length=120)
    maintainer = models.ForeignKey(
        "Maintainer", models.PROTECT, related_name="variants"
    )
    definition = OrderedJSONField(default=dict)
    overrides = models.JSONField(default=dict)
    label = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    namespace = models.CharField(max_length=200, blank=True)
    pip_url = models.TextField(blank=True)
    repo = models.CharField(max_length=500, blank=True)
    package = models.ForeignKey(
        "Source", models.SET_NULL, null=True, related_name="packaged"
    )
    repository = models.ForeignKey(
        "Source", models.SET_NULL, null=True, related_name="kept"
    )
    is_curated = models.BooleanField(default=False)
    is_followed = models.BooleanField(default=False)
    is_rated = models.BooleanField(default=False)
    maintenance = models.CharField(max_length=10, blank=True)
    maintenance_until = models.DateField(null=True)
    logo_url = models.CharField(max_length=500, null=True)  # noqa: DJ001  null is served as null
    logo_digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    maintenance_status = models.CharField(max_length=20, blank=True)
    hidden = models.BooleanField(default=False)
    counters = models.JSONField(default=dict)
    current_release = models.ForeignKey(
        "Release", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    seen_at = models.DateTimeField()
    tried = models.JSONField(default=dict)
    gone_at = models.DateTimeField(null=True)
    withheld_at = models.DateTimeField(null=True)
    listed_at = models.DateTimeField(null=True)
    findings = models.JSONField(default=list)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["plugin", "name"], name="variant_name_once")
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(is_followed=False),
                name="variant_unfollowed",
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(is_rated=False),
                name="variant_unrated",
            ),
            models.Index(
                fields=["maintenance_until"],
                condition=models.Q(maintenance_until__isnull=False),
                name="variant_maintenance_until",
            ),
            models.Index(fields=["id"], condition=NEEDING, name="variant_needing"),
            models.Index(fields=["logo_url"], name="variant_logo_url"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_deprecated(self) -> bool:
        """Return whether clients are told not to install it any more."""
        return self.gone_at is not None or self.withheld_at is not None
