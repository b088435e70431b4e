"""`manage.py conformance` on anything that installs: a release, a folder, Git, an sdist."""

import io
import json
import re

import pytest
from django.core.management import CommandError, call_command
from git import Actor, Repo

from sandbox import assessed
from scrapers import trying
from scrapers.conformance_report import as_text
from scrapers.management.commands.conformance import Command
from tests.sandbox.connectors import sdist_of, sources_of, wheel_of
from tests.sandbox.parts import IMPORTS, WITH_EXTRA, put_parts
from tests.sandbox.test_line import RUN_CONNECTOR, SCRIPTS, SHARED

ADA = Actor("Ada", "ada@example.org")
TAP = {"command_line.py": SHARED, "connector.py": (SCRIPTS / "tap.py").read_text()}
SETUPTOOLS = wheel_of("setuptools", version="80.0", more={"pkg_resources.py": ""})


@pytest.fixture(scope="module", autouse=True)
def opened_once():
    """Finding the Pythons of a machine takes longer than most of what is done here.

    The pages of its index are believed for a while: no package is two things here.
    """
    trying.workshop.cache_clear()
    yield
    trying.workshop.cache_clear()


@pytest.fixture
def songbook(settings, index, workshop):
    """A Songbook on the tests' index, in the folder of the tests' workshop."""
    if not assessed().holds:
        pytest.skip(assessed().reason)
    settings.PACKAGE_INDEX_URL = index.url
    settings.SANDBOX_STATE = str(workshop.state)
    return index


def judged(spec, **options):
    """Return what the command says of a connector, as JSON."""
    told = io.StringIO()
    python = max(trying.workshop().interpreters, key=len)
    call_command(
        "conformance", str(spec), python=python, json=True, stdout=told, **options
    )
    return json.loads(told.getvalue())


def project(folder, code=RUN_CONNECTOR, **more):
    """Write the project of a tap that breaks no rule, and builds itself."""
    for path, content in sources_of("tap-good", code, more=TAP, **more).items():
        (folder / path).write_bytes(content)


def test_a_release_is_judged_as_its_users_get_it(songbook):
    songbook.put("tap-good", wheel_of("tap-good", RUN_CONNECTOR, more=TAP))
    songbook.put("setuptools", SETUPTOOLS)
    said = judged("tap-good")
    assert (said["rescue"], said["must_failures"]) == ("", [])
    assert "/simple/setuptools/" not in [path for path, _ in songbook.asked]


def test_what_a_release_lacks_is_added_and_told(songbook):
    code = f"import pkg_resources\n{RUN_CONNECTOR}"
    songbook.put("tap-lacking", wheel_of("tap-lacking", code, more=TAP))
    songbook.put("setuptools", SETUPTOOLS)
    said = judged("tap-lacking")
    assert said["rescue"] == "setuptools<81"
    assert "run with setuptools<81 beside it" in as_text(said)


def test_a_rescue_that_is_no_help_is_none(songbook):
    code = "import pkg_resources.absent\ndef main(): pass"
    songbook.put("tap-helpless", wheel_of("tap-helpless", code))
    songbook.put("setuptools", SETUPTOOLS)
    python = max(trying.workshop().interpreters, key=len)
    told = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("conformance", "tap-helpless", python=python, stdout=told)
    assert ended.value.code == 1
    assert "setuptools" not in told.getvalue()


def test_a_folder_is_judged_as_it_is_without_what_git_ignores(songbook, tmp_path):
    work = Repo.init(tmp_path)
    (tmp_path / ".gitignore").write_text("ignored.txt\n")
    (tmp_path / "ignored.txt").write_text("")
    project(tmp_path, code="raise SystemExit('committed')", prepare="")
    work.git.add(all=True)
    work.index.commit("A project", author=ADA, committer=ADA)
    (tmp_path / "new.txt").write_text("")
    project(
        tmp_path,
        prepare="""
            assert not os.path.exists(".git") and not os.path.exists("ignored.txt")
            assert os.path.exists("new.txt") and os.path.exists(".gitignore")
        """,
    )
    said = judged(tmp_path)
    assert (said["connector"], said["must_failures"]) == (str(tmp_path), [])


def test_a_folder_without_git_is_taken_without_its_environment(songbook, tmp_path):
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "kept.txt").write_text("")
    (tmp_path / "link").symlink_to("data")
    project(
        tmp_path,
        prepare="""
            assert not os.path.exists(".venv")
            assert os.path.exists("link/kept.txt") and os.path.islink("link")
        """,
    )
    assert judged(tmp_path)["must_failures"] == []


def test_a_commit_of_a_repository_is_judged(songbook, tmp_path):
    work = Repo.init(tmp_path, initial_branch="main")
    folder = tmp_path / "plugins" / "tap-good"
    folder.mkdir(parents=True)
    project(folder)
    work.git.add(all=True)
    made = work.index.commit("A project", author=ADA, committer=ADA).hexsha
    work.create_tag("v1")
    project(folder, code="raise SystemExit('broken since')")
    work.git.add(all=True)
    work.index.commit("Break it", author=ADA, committer=ADA)
    said = judged(f"git+file://{tmp_path}@v1#subdirectory=plugins/tap-good")
    assert (said["commit"], said["must_failures"]) == (made, [])
    assert said["connector"] == f"git+file://{tmp_path} at {made}"


def test_an_sdist_is_judged(songbook, tmp_path):
    sdist = sdist_of("tap-good", RUN_CONNECTOR, more=TAP)
    path = tmp_path / sdist.filename
    path.write_bytes(sdist.content)
    assert judged(path)["must_failures"] == []


NEEDY = IMPORTS + RUN_CONNECTOR


@pytest.fixture
def parts(songbook):
    return put_parts(songbook)


def test_a_release_is_judged_with_its_extra_and_what_is_asked_for_beside_it(
    songbook, parts
):
    made = wheel_of("tap-needy", NEEDY, more=TAP, **WITH_EXTRA)
    songbook.put("tap-needy", made)
    said = judged("tap-needy[More]==1.0 part_beside<2")
    assert said["must_failures"] == []
    assert said["connector"] == "tap-needy[More]==1.0 part-beside<2"


def test_a_wheel_is_judged_as_it_is(songbook, parts, tmp_path):
    made = wheel_of("tap-needy", NEEDY, more=TAP, **WITH_EXTRA)
    path = tmp_path / "some folder" / made.filename
    path.parent.mkdir()
    path.write_bytes(made.content)
    with pytest.raises(SystemExit):
        # Without them it does not start: a check that must hold does not.
        judged(path)
    path = path.rename(tmp_path / made.filename)
    assert judged(f"{path}[more] part-beside")["must_failures"] == []


def test_a_wheel_that_is_none_is_not_installed(songbook, tmp_path):
    path = tmp_path / "tap_good-1.0-py3-none-any.whl"
    path.write_bytes(b"no archive")
    with pytest.raises(CommandError, match="can't be installed") as stopped:
        judged(path)
    assert stopped.value.returncode == 2


def test_a_commit_is_judged_with_its_extra_by_its_first_digits(
    songbook, parts, tmp_path
):
    work = Repo.init(tmp_path, initial_branch="main")
    project(tmp_path, code=NEEDY, **WITH_EXTRA)
    work.git.add(all=True)
    made = work.index.commit("A project", author=ADA, committer=ADA).hexsha
    (tmp_path / "connector.py").write_text("raise SystemExit('broken since')")
    work.git.add(all=True)
    work.index.commit("Break it", author=ADA, committer=ADA)
    said = judged(f"tap-needy[more] @ git+file://{tmp_path}@{made[:8]} part-beside")
    assert (said["commit"], said["must_failures"]) == (made, [])
    assert said["connector"] == f"git+file://{tmp_path}[more] at {made} part-beside"


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("tap-good --index-url=https://x.test/simple", "an option, `--index-url`"),
        ("-r requirements.txt", "an option, `-r`"),
        ("tap-good -e /etc", "an option, `-e`"),
        ("'tap-good' other", "quoted"),
        ("tap-good $HOME", "a variable"),
        ('tap-good; python_version < "4"', "under a condition"),
        ("tap-good other@git+https://x.test/y/z", "an address beside"),
    ],
)
def test_what_an_installer_would_obey_is_not_passed_on(songbook, spec, why):
    with pytest.raises(CommandError, match=re.escape(why)) as stopped:
        judged(spec)
    assert stopped.value.returncode == 2


def test_a_broken_must_exits_with_1(songbook):
    faulty = f'import os\nos.environ["FAULTS"] = "bad-messages"\n{RUN_CONNECTOR}'
    songbook.put("tap-faulty", wheel_of("tap-faulty", faulty, more=TAP))
    with pytest.raises(SystemExit) as ended:
        judged("tap-faulty")
    assert ended.value.code == 1


@pytest.mark.parametrize(
    "spec",
    ["tap-absent", "tap-good @ http://x", "./absent", "git+file:///absent", "./a.whl",
     "./no-name.tar.gz", "git+nothing"],
)  # fmt: skip
def test_what_can_not_be_installed_exits_with_2(songbook, spec):
    with pytest.raises(CommandError) as stopped:
        judged(spec)
    assert stopped.value.returncode == 2


def test_what_is_neither_a_tap_nor_a_target_exits_with_2(songbook, tmp_path):
    project(tmp_path)
    with pytest.raises(CommandError, match="no such command") as stopped:
        judged(tmp_path, executable="absent")
    assert stopped.value.returncode == 2


def exit_code(*args):
    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(["manage.py", "conformance", *args])
    return ended.value.code


def test_a_wrong_argument_exits_with_2(capsys):
    assert exit_code("tap-good", "--nonsense") == 2
    assert "--nonsense" in capsys.readouterr().err


def test_settings_that_a_server_may_not_have_are_no_verdict(settings):
    settings.SITE_ACCENT = "nonsense"
    assert exit_code("tap-good", "--config", "/absent.json") == 2


def test_an_error_that_nobody_foresaw_exits_with_2(settings, capsys):
    settings.SANDBOX_STATE = 7
    trying.workshop.cache_clear()
    assert exit_code("tap-good") == 2
    assert "TypeError" in capsys.readouterr().err
