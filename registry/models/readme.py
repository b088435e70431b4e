"""Readme: what a connector's own source says about it, ready to be shown."""

from django.db import models


class Readme(models.Model):
    """A variant's README as HTML that is safe to show: cleaned once, when it was recorded.

    `source` said it; `digest` is of the text that it was made of, with the rules by which.
    """

    variant = models.OneToOneField("Variant", models.CASCADE, related_name="readme")
    source = models.ForeignKey("Source", models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    html = models.TextField()

    def __str__(self) -> str:
        return f"README of {self.variant}"
