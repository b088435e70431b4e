"""The web application in a server process of its own: `granian … hub.web:application`.

The server copies this process's environment into the one of every request. Once settings
are read nothing needs it any more, so it is emptied: no request carries the secrets that
settings came from, and each is cheaper by a copy of some fifty entries.
"""

import os

from hub.wsgi import application

os.environ.clear()

__all__ = ["application"]
