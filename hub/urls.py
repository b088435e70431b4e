"""Where every address is mounted."""

from django.urls import include, path

urlpatterns = [path("", include("registry.urls"))]
