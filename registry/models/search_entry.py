"""SearchEntry: what is searched and counted of one variant, ready for one statement."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class SearchEntry(models.Model):
    """One variant as search sees it. Written by `registry.search.index` and nobody else.

    Everything follows from the variant, its plugin and its current release, so a row may be
    thrown away and made again. Text is folded (`registry.search.folding`).

    `named` are the forms of the plugin's name, `labelled` those of its label and of names
    that mean the same, `aliases` those of the variant, its package and its command. `stem`
    (the name without its prefix) and `label` are compared by trigrams. `title` holds words
    of the name (A), of the label (B) and of variant and aliases (C); `about` those of
    keywords and description, stemmed; `contents` settings, streams and fields, and what it
    connects to and who maintains it.

    The columns from `type` to `traits` hold one bit a value, in the order of
    `registry.search.facets`: a plugin's value is the `bit_or` of its variants', and counting
    100,000 arrays took eight times as long. `traits` holds several facets, each from a bit of
    its own on: another of few values needs no column. `keywords` are each between two
    U+001F.
    """

    variant = models.OneToOneField("Variant", models.CASCADE, related_name="entry")
    # Its index is `search_counted`.
    plugin = models.ForeignKey(
        "Plugin", models.CASCADE, related_name="entries", db_index=False
    )
    plugin_name = models.CharField(max_length=120)
    name = models.CharField(max_length=120)
    projects = models.PositiveIntegerField(default=0)
    is_default = models.BooleanField(default=False)
    released_at = models.DateTimeField(null=True)
    type = models.BigIntegerField()
    capability = models.BigIntegerField()
    license = models.BigIntegerField()
    maintenance = models.BigIntegerField()
    python = models.BigIntegerField()
    installs = models.BigIntegerField()
    traits = models.BigIntegerField()
    keywords = models.TextField(blank=True)
    named = ArrayField(models.TextField())
    labelled = ArrayField(models.TextField())
    aliases = ArrayField(models.TextField())
    stem = models.TextField()
    label = models.TextField()
    title = SearchVectorField()
    about = SearchVectorField()
    contents = SearchVectorField()

    class Meta:
        ordering = ["plugin_name", "pk"]
        indexes = [
            GinIndex(fields=["named", "labelled", "aliases"], name="search_named"),
            GinIndex(fields=["title", "about", "contents"], name="search_words"),
            GinIndex(
                OpClass("stem", "gin_trgm_ops"),
                OpClass("label", "gin_trgm_ops"),
                name="search_alike",
            ),
            # All that a query without words reads, plugin by plugin.
            models.Index(
                fields=["plugin"],
                include=[
                    "plugin_name", "name", "projects", "type", "capability", "license",
                    "maintenance", "python", "installs", "traits", "keywords",
                    "released_at",
                ],
                name="search_counted",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.plugin_name}--{self.name}"
