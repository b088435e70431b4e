"""The web application: published documents outermost, Django for everything else."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django_application = get_wsgi_application()

from django.conf import settings  # noqa: E402  settings exist once Django is set up
from django.core.checks import Tags, run_checks  # noqa: E402

from registry.api.published import PublishedDocuments  # noqa: E402

if errors := run_checks(tags=[Tags.security]):
    # A server runs no checks of its own, and one that is open to all is worse than none.
    raise SystemExit("\n".join(str(error) for error in errors))

application = PublishedDocuments(django_application, root=settings.PUBLISHED_ROOT)
