"""Maintainer: the person or organisation a variant is named after."""

from django.db import models


class Maintainer(models.Model):
    """Who looks after variants. `name` is the slug and usually the variants' name."""

    name = models.CharField(max_length=120, unique=True)
    label = models.CharField(max_length=200)
    url = models.URLField(max_length=500, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.label
