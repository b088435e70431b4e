"""Addresses that programs read. Most are answered before Django: see `published`."""

from django.urls import path

from registry.api.discovery import discovery_yml

urlpatterns = [path("discovery.yml", discovery_yml, name="discovery-yml")]
