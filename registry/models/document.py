"""Document: one published body, by path. What clients read is exactly these bytes."""

from django.db import models


class Document(models.Model):
    """A body of the discovery API with its gzip form and digest.

    `serial` grows with every change of any document and orders them; a mirror that has
    everything up to a serial needs only the rows above it. Publishing holds a lock, so
    serials become visible in their order.
    """

    path = models.CharField(max_length=300, unique=True)
    body = models.BinaryField()
    gzip = models.BinaryField()
    digest = models.CharField(max_length=64)
    serial = models.BigIntegerField(db_index=True)
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["path"]

    def __str__(self) -> str:
        return self.path
