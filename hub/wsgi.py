"""The web application: published documents outermost, Django for everything else."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django_application = get_wsgi_application()

from django.conf import settings  # noqa: E402  settings exist once Django is set up

from hub.checks import refuse_unsafe_settings  # noqa: E402
from registry.api.published import PublishedDocuments  # noqa: E402

refuse_unsafe_settings()
application = PublishedDocuments(django_application, root=settings.PUBLISHED_ROOT)
