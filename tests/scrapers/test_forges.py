"""What two kinds of forges answer, and what is kept of it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from scrapers.crawlers.forges import (
    ForgeAccess,
    ForgeKind,
    access_to,
    forge,
    forge_access,
)
from scrapers.http import Gone, Refused, Throttled, Unreachable, session
from tests.scrapers.forge_server import (
    ForgeServer,
    Reply,
    github_repository,
    gitlab_project,
)

TOKEN = "glpat-very-secret"
GITHUB_PATH = "/api/v3/repos/ada/tap-alpha"
GITLAB_PATH = "/api/v4/projects/data%2Ftaps%2Ftap-alpha?license=true"


@pytest.fixture(autouse=True)
def _loopback(settings):
    settings.CRAWL_ALLOWED_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def server():
    with ForgeServer() as server:
        server.replies = {
            GITHUB_PATH: Reply(github_repository()),
            GITLAB_PATH: Reply(gitlab_project()),
        }
        yield server


@pytest.fixture
def http():
    with session(60) as http:
        yield http


def named(server, kind, path):
    return forge_access(f"{kind}+http://{TOKEN}@{server.host}{path}")


@pytest.fixture
def github(server, http):
    return forge(named(server, "github", "/api/v3"), http)


@pytest.fixture
def gitlab(server, http):
    return forge(named(server, "gitlab", "/api/v4/"), http)


@pytest.fixture
def tap(server):
    return f"{server.url}/ada/tap-alpha"


def test_github_tells_what_no_commit_does(server, github, tap):
    facts = github.facts_of(tap)

    assert facts.identity == f"{server.host}:191234567"
    assert (facts.full_name, facts.is_archived) == ("Ada/tap-alpha", True)
    assert (facts.is_fork, facts.fork_of) == (True, "singer-io/tap-alpha")
    assert facts.topics == ("alpha", "meltano", "singer-tap")
    assert (facts.license, facts.default_branch) == ("Apache-2.0", "main")
    assert facts.pushed_at == datetime(2026, 4, 30, 17, 21, 9, tzinfo=UTC)
    assert facts.counters == {"stars": 41, "forks": 12, "open_issues": 7}
    assert facts.wait is None


def test_gitlab_tells_the_same_of_a_project_in_subgroups(server, gitlab):
    facts = gitlab.facts_of(f"{server.url}/data/taps/tap-alpha#subdirectory=x")

    assert facts.identity == f"{server.host}:27270471"
    assert facts.url == f"{server.url}/Data/taps/tap-alpha"
    assert (facts.is_fork, facts.fork_of, facts.is_archived) == (False, "", False)
    assert facts.topics == ("data integration", "singer")
    assert facts.license.lower() == "agpl-3.0"
    # GitLab tells of the last comment, which is no push.
    assert facts.pushed_at is None
    assert facts.counters == {"stars": 2, "forks": 3, "open_issues": 1}


def test_a_second_look_is_one_conditional_request(server, github, tap):
    etag = github.facts_of(tap).etag

    assert github.facts_of(tap, etag=etag) is None
    assert len(server.asked) == 2


def test_evidence_holds_nothing_that_moves_daily_and_is_json(github, tap):
    evidence = github.facts_of(tap).as_evidence()

    assert json.loads(json.dumps(evidence)) == evidence
    assert not {"counters", "stars", "etag", "wait", "pushed_at"} & set(evidence)


def test_a_renamed_repository_keeps_its_identity(server, github, tap):
    moved = {"Location": f"{server.url}/api/v3/repositories/191234567"}
    server.replies[GITHUB_PATH] = Reply({"message": "Moved Permanently"}, 301, moved)
    server.replies["/api/v3/repositories/191234567"] = Reply(
        github_repository(full_name="bo/tap-beta")
    )

    facts = github.facts_of(tap)

    assert facts.identity.endswith(":191234567")
    assert facts.url == f"{server.url}/bo/tap-beta"


def test_the_token_is_sent_in_a_header_and_to_no_other_host(server, github, tap):
    with ForgeServer() as other:
        moved = {"Location": f"{other.url}{GITHUB_PATH}"}
        server.replies[GITHUB_PATH] = Reply({}, 301, moved)
        other.replies[GITHUB_PATH] = Reply(github_repository())

        with pytest.raises(Refused, match="another host") as error:
            github.facts_of(tap)

        assert other.asked[0][1]["Authorization"] is None
    path, headers = server.asked[0]
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in path and TOKEN not in str(error.value)


@pytest.mark.parametrize(("reply", "failure"), [
    (Reply({"message": "Not Found"}, 404), Gone),
    (Reply({"message": "Repository access blocked"}, 451), Gone),
    (Reply({"message": "Bad credentials"}, 401), Refused),
    (Reply({"message": "Server Error"}, 502), Unreachable),
    (Reply(b'{"id": 1, "full_'), Refused),
    (Reply(b"\xff\xfe"), Refused),
    (Reply(b"[" * 100_000), Refused),
    (Reply([1]), Refused),
    (Reply({}), Refused),
    (Reply(github_repository(id="1")), Refused),
    (Reply(github_repository(id=True)), Refused),
    (Reply(github_repository(full_name="../../x")), Refused),
    (Reply(github_repository(full_name="tap-alpha")), Refused),
    (Reply(b" " * 2_000_000), Refused),
])  # fmt: skip
def test_another_answer_is_a_failure_with_words(server, github, tap, reply, failure):
    server.replies[GITHUB_PATH] = reply

    with pytest.raises(failure, match="ada/tap-alpha") as error:
        github.facts_of(tap)
    assert TOKEN not in str(error.value)


@pytest.mark.parametrize(("status", "headers", "wait"), [
    (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "90"}, 90),
    (403, {"Retry-After": "60"}, 60),
    (429, {"RateLimit-Remaining": "0", "Retry-After": "30"}, 30),
])  # fmt: skip
def test_a_rate_limit_says_how_long_to_wait(server, github, tap, status, headers, wait):
    message = {"message": "API rate limit exceeded for 203.0.113.7."}
    server.replies[GITHUB_PATH] = Reply(message, status, headers)

    with pytest.raises(Throttled) as error:
        github.facts_of(tap)
    assert error.value.wait == timedelta(seconds=wait)


def test_the_last_request_allowed_tells_to_wait(server, github, tap):
    spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "120"}
    server.replies[GITHUB_PATH] = Reply(github_repository(), headers=spent)

    assert github.facts_of(tap).wait == timedelta(seconds=120)


def test_fields_of_another_shape_are_left_out(server, github, tap):
    odd = {key: [{"x": 1}] for key in github_repository()}
    odd |= {"id": 2**40, "full_name": "ada/tap-alpha", "stargazers_count": -1}
    odd |= {"topics": ["Ok", 3, "a\u202eb", "", "x" * 99], "pushed_at": "yesterday"}
    odd |= {"license": {"spdx_id": "NOASSERTION"}, "default_branch": "a\0b"}
    server.replies[GITHUB_PATH] = Reply(odd)

    facts = github.facts_of(tap)

    assert facts.topics == ("ok",)
    assert (facts.license, facts.default_branch, facts.fork_of) == ("", "", "")
    assert (facts.pushed_at, facts.counters) == (None, {})
    assert not facts.is_archived


def test_topics_stop_at_twenty(server, github, tap):
    many = [f"topic-{number}" for number in range(50)]
    server.replies[GITHUB_PATH] = Reply(github_repository(topics=many))

    assert len(github.facts_of(tap).topics) == 20


def test_an_address_at_another_host_is_refused_unasked(server, github):
    with pytest.raises(Refused, match="no repository at"):
        github.facts_of("https://example.com/ada/tap-alpha")
    assert server.asked == []


@pytest.mark.parametrize(("entry", "access"), [
    ("github+https://api.github.com",
     ForgeAccess(ForgeKind.GITHUB, "github.com", "https://api.github.com")),
    (f"github+https://ada:{TOKEN}@API.github.com/",
     ForgeAccess(ForgeKind.GITHUB, "github.com", "https://api.github.com", TOKEN)),
    ("gitlab+https://a%2Fb@gitlab.example.com:8443/api/v4/",
     ForgeAccess(ForgeKind.GITLAB, "gitlab.example.com:8443",
                 "https://gitlab.example.com:8443/api/v4", "a/b")),
])  # fmt: skip
def test_an_entry_of_the_settings_names_a_forge(entry, access):
    assert forge_access(entry) == access


@pytest.mark.parametrize("entry", [
    "", "https://api.github.com", f"cvs+https://{TOKEN}@x.io", "github+", "gitlab+x.io",
    f"github+ssh://{TOKEN}@api.github.com", f"github+https://{TOKEN}@x\u2100.io",
    f"github+https://{TOKEN}@[x",
])  # fmt: skip
def test_an_entry_that_names_none_is_refused_without_its_token(entry):
    with pytest.raises(ValueError, match="KIND") as error:
        forge_access(entry)
    assert TOKEN not in str(error.value)


def test_a_token_is_not_shown(server):
    assert TOKEN not in repr(named(server, "github", ""))


def test_a_forge_is_chosen_by_host():
    github, gitlab = known = [
        forge_access("github+https://api.github.com"),
        forge_access("gitlab+https://gitlab.com/api/v4"),
    ]

    assert access_to("git@gitlab.com:ada/tap.git", known) is gitlab
    assert access_to("https://www.github.com/Ada/tap", known) is github
    assert access_to("https://codeberg.org/ada/tap", known) is None
    assert access_to("/srv/tap", known) is None
    assert access_to("tap-alpha", known) is None


@pytest.mark.parametrize(
    ("kind", "path", "body"),
    [
        ("github", GITHUB_PATH, github_repository(private=True)),
        ("github", GITHUB_PATH, github_repository(visibility="internal")),
        ("gitlab", GITLAB_PATH, gitlab_project(visibility="private")),
    ],
)
def test_what_only_the_token_may_see_is_not_there(
    server, github, gitlab, kind, path, body
):
    server.replies[path] = Reply(body)
    asked = {"github": github, "gitlab": gitlab}[kind]
    name = {"github": "ada/tap-alpha", "gitlab": "data/taps/tap-alpha"}[kind]
    with pytest.raises(Gone, match="not public"):
        asked.facts_of(f"{server.url}/{name}")
