"""Statement: what one source says about one variant, kept apart from what others say."""

from django.db import models

from registry.models.ordered_json import OrderedJSONField
from registry.vocabulary import Origin


class Statement(models.Model):
    """One source's definition of a variant, and how it came about.

    Statements are laid over each other by `registry.layers`; none is ever written into
    another. `gone_at` is set when the source stops speaking of the variant. `logo_digest` is
    of the picture that the source carried at `logo_url`, empty where it carried none.
    """

    variant = models.ForeignKey("Variant", models.CASCADE, related_name="statements")
    source = models.ForeignKey("Source", models.CASCADE, related_name="statements")
    snapshot = models.ForeignKey("Snapshot", models.PROTECT, related_name="+")
    origin = models.CharField(
        max_length=16, choices=[(origin.value, origin.value) for origin in Origin]
    )
    definition = OrderedJSONField()
    is_default = models.BooleanField(default=False)
    logo_digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    gone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "source", "origin"], name="statement_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["logo_digest"],
                condition=~models.Q(logo_digest=""),
                name="statement_logo",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} on {self.variant}"
