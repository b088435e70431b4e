"""The registry's addresses."""

urlpatterns: list[object] = []
