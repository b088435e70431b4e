"""How the operator names the forges that may be asked: one address each."""

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote, urlsplit

# The forge whose API is at a host of its own.
API_HOSTS = {"api.github.com": "github.com"}


class ForgeKind(StrEnum):
    """Whose API a forge speaks."""

    GITHUB = "github"
    GITLAB = "gitlab"


@dataclass(frozen=True, slots=True)
class ForgeAccess:
    """A forge: the host of its repositories, where its API is, and what opens it.

    `api_url` has no last slash and no credentials; `token` may be empty.
    """

    kind: ForgeKind
    host: str
    api_url: str
    token: str = field(default="", repr=False)

    @property
    def api_host(self) -> str:
        """Return whom a request disturbs: "host" or "host:port"."""
        return urlsplit(self.api_url).netloc


def forge_access(entry: str) -> ForgeAccess:
    """Return the forge that an entry of the settings names.

    `github+https://TOKEN@api.github.com`, `gitlab+https://gitlab.example.com/api/v4`: the
    kind, and the API's address with its token for a user or a password. Raises ValueError
    with what to write instead.
    """
    kind, _, address = entry.strip().partition("+")
    try:
        url = urlsplit(address)
    except ValueError:
        url = urlsplit("")
    host = url.netloc.rpartition("@")[2].lower()
    if kind not in set(ForgeKind) or url.scheme not in {"https", "http"} or not host:
        # The entry may hold a token, so it is not repeated: nor by Python's own error.
        message = (
            "A forge is written KIND+ADDRESS, with the address of its API: "
            "github+https://api.github.com or gitlab+https://gitlab.example.com/api/v4."
        )
        raise ValueError(message)
    return ForgeAccess(
        kind=ForgeKind(kind),
        host=API_HOSTS.get(host, host),
        api_url=f"{url.scheme}://{host}{url.path.rstrip('/')}",
        token=unquote(url.password or url.username or ""),
    )
