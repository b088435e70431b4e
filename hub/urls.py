"""Where every address is mounted."""

from django.urls import include, path

from hub.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("", include("registry.api.urls")),
    path("", include("registry.urls")),
]

handler500 = "registry.views.failing.failed"
