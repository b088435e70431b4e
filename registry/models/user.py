"""User: an account. Nothing is added until something needs it."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person with an account."""
