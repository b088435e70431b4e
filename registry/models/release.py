"""Release, Setting and Stream: what a variant offered at one version."""

import re

from django.db import models
from packaging.version import InvalidVersion, Version

from registry.models.ordered_json import OrderedJSONField
from registry.tried import Basis
from registry.vocabulary import SettingKind

# What a commit is called that a definition pins. Not all digits: that is a version.
COMMIT_LABEL = re.compile(r"(?=\d*[a-f])[0-9a-f]{12}")


class Release(models.Model):
    """One version of a variant, as its index or repository shows it.

    Once seen, what a version contains never changes: `artifacts` (file name to SHA-256)
    is written once; what a source showed of the same version later is in `moved`.
    """

    variant = models.ForeignKey("Variant", models.CASCADE, related_name="releases")
    version = models.CharField(max_length=120)
    released_at = models.DateTimeField(null=True)
    yanked = models.BooleanField(default=False)
    requires_python = models.CharField(max_length=200, blank=True)
    license = models.CharField(max_length=200, blank=True)
    artifacts = models.JSONField(default=dict)
    moved = models.JSONField(default=dict)

    class Meta:
        ordering = [models.F("released_at").desc(nulls_last=True), "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "version"], name="release_version_once"
            )
        ]
        indexes = [models.Index(fields=["-released_at"], name="release_newest")]

    def __str__(self) -> str:
        return f"{self.variant} {self.version}"

    @property
    def is_numbered(self) -> bool:
        """Say whether somebody released it under a version.

        What a branch holds or a commit has a row, too: nobody released that, and the date
        is that of the commit. Source: PyPA, version specifiers.
        """
        if COMMIT_LABEL.fullmatch(self.version):
            return False
        try:
            Version(self.version)
        except InvalidVersion:
            return False
        return True

    @property
    def shown(self) -> str:
        """Return its version, or in words that it is what a branch holds, or a commit."""
        if self.is_numbered:
            return self.version
        # A slash of a branch's name is none of the version: it is part of addresses.
        return f"Git {self.version.replace('~', '/')}"


class Setting(models.Model):
    """One setting of a variant; `release` is empty where a definition names no version.

    `definition` is the whole setting in the plugin definition format; the other columns
    are what is searched and sorted by.
    """

    variant = models.ForeignKey("Variant", models.CASCADE, related_name="settings")
    release = models.ForeignKey(
        Release, models.CASCADE, null=True, related_name="settings"
    )
    name = models.CharField(max_length=300)
    kind = models.CharField(
        max_length=16,
        blank=True,
        choices=[(kind.value, kind.value) for kind in SettingKind],
    )
    sensitive = models.BooleanField(default=False)
    position = models.PositiveIntegerField()
    definition = OrderedJSONField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "release", "name"],
                name="setting_name_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return self.name


class Stream(models.Model):
    """One stream a release offers: as a run saw it, or as its files were read.

    Source: the Singer specification's catalog.
    """

    release = models.ForeignKey(Release, models.CASCADE, related_name="streams")
    tap_stream_id = models.CharField(max_length=300)
    key_properties = models.JSONField(default=list)
    replication_method = models.CharField(max_length=20, blank=True)
    replication_key = models.CharField(max_length=300, blank=True)
    schema = models.JSONField(null=True)
    basis = models.CharField(
        max_length=8, default=Basis.OBSERVED, db_default=Basis.OBSERVED.value
    )

    class Meta:
        ordering = ["tap_stream_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["release", "tap_stream_id"], name="stream_id_once"
            )
        ]

    def __str__(self) -> str:
        return self.tap_stream_id

    @property
    def is_read(self) -> bool:
        """Say whether no run showed it: it stands in the release's files."""
        return self.basis == Basis.STATIC
