"""Template words of the registry."""

from django import template

register = template.Library()
