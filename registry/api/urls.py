"""Addresses that programs read. Most are answered before Django: see `published`."""

from django.urls import path

from registry.api.discovery import discovery_yml
from registry.api.search import nothing, search, suggestions

urlpatterns = [
    path("discovery.yml", discovery_yml, name="discovery-yml"),
    path("api/v1/search", search, name="api-search"),
    path("api/v1/suggest", suggestions, name="api-suggest"),
    path("api/<path:address>", nothing, name="api-nothing"),
]
