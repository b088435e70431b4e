"""Source distributions: what is built of them, and when it is built again."""

import json
import textwrap
from dataclasses import replace
from shutil import which

import pytest

from sandbox.index import Index
from sandbox.providing import current_lock
from sandbox.trying import Trial
from scrapers.probes.invocation import probe_record
from tests.sandbox.connectors import PROJECT, sdist_of, wheel_of
from tests.scrapers.packages import Distribution, metadata_of, tar

# A backend that compiles one module, with the compiler that it finds.
COMPILING = """
import os, subprocess, sysconfig, zipfile
STEM, METADATA = "tap_native-1.0", {metadata!r}

def get_requires_for_build_wheel(config_settings=None):
    return []

def build_wheel(folder, config_settings=None, metadata_directory=None):
    tag = "cp" + sysconfig.get_config_var("py_version_nodot")
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", "native" + suffix, "native.c"],
                   check=True)
    name = f"{{STEM}}-{{tag}}-{{tag}}-linux_{{os.uname().machine}}.whl"
    info = STEM + ".dist-info"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        wheel.write("native" + suffix)
        wheel.writestr("tap_native.py", "def main(): print('usage')")
        wheel.writestr(info + "/METADATA", METADATA)
        wheel.writestr(info + "/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: false\\n"
                       f"Tag: {{tag}}-{{tag}}-linux_{{os.uname().machine}}\\n")
        wheel.writestr(info + "/entry_points.txt",
                       "[console_scripts]\\ntap-native = tap_native:main\\n")
        wheel.writestr(info + "/RECORD", "")
    return name
"""
C = b"int answer(void) { return 42; }\n"
# Builds with another package of the index, which it finds on its own.
BUILDING_WITH = b"""
[build-system]
requires = ["forge-tool"]
build-backend = "forge_tool"
"""
TOOL = """
import os, zipfile

def get_requires_for_build_wheel(config_settings=None):
    return []

def build_wheel(folder, config_settings=None, metadata_directory=None):
    if {broken}:
        raise ValueError("No longer supported.")
    with open("members.json") as file:
        import json
        files = json.load(file)
    name = "tap_forged-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        for path, content in files.items():
            wheel.writestr(path, content)
    return name
"""


@pytest.fixture
def attempt(workshop, python):
    """Try a release in this workshop, or in another one."""

    def attempt(spec, shop=workshop):
        trial = Trial(workshop=shop, config_for=lambda *_: None, discover=True)
        return trial.of(spec, python=python)

    return attempt


@pytest.fixture
def later(workshop):
    """The same workshop, for which each page of the index is old."""
    index = Index(
        workshop.index.url,
        workshop.index._session,
        workshop.state / "index",
        page_life_s=0,
    )
    return replace(workshop, index=index)


def step(record, name):
    return next((one for one in record["steps"] if one["name"] == name), None)


def compiled():
    metadata = metadata_of("tap-native", "1.0")
    files = {
        "pyproject.toml": PROJECT
        + b'[project]\nname = "tap-native"\nversion = "1.0"\n',
        "backend.py": COMPILING.format(metadata=metadata.decode()).encode(),
        "native.c": C,
        "PKG-INFO": metadata,
    }
    content = {f"tap_native-1.0/{path}": said for path, said in files.items()}
    return Distribution("tap_native-1.0.tar.gz", tar(content))


def forged():
    """Return a source distribution that is built with `forge-tool`."""
    name, version = "tap-forged", "1.0"
    pure = sdist_of(name, version=version)
    assert pure.filename == "tap_forged-1.0.tar.gz"
    files = {
        "tap_forged.py": "def main(): print('usage')",
        "tap_forged-1.0.dist-info/METADATA": metadata_of(name, version).decode(),
        "tap_forged-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nTag: py3-none-any\n"
        "Root-Is-Purelib: true\n",
        "tap_forged-1.0.dist-info/entry_points.txt": "[console_scripts]\n"
        "tap-forged = tap_forged:main\n",
        "tap_forged-1.0.dist-info/RECORD": "",
    }
    project = b'[project]\nname = "tap-forged"\nversion = "1.0"\n'
    content = {
        "PKG-INFO": metadata_of(name, version),
        "pyproject.toml": BUILDING_WITH + project,
        "members.json": json.dumps(files).encode(),
    }
    made = {f"tap_forged-1.0/{path}": said for path, said in content.items()}
    return Distribution(pure.filename, tar(made))


def tool(version, *, is_broken=False):
    return wheel_of(
        "forge-tool", textwrap.dedent(TOOL.format(broken=is_broken)), version=version
    )


@pytest.mark.skipif(not which("gcc"), reason="there is no compiler here")
def test_what_was_compiled_needs_a_compiler(index, attempt):
    index.put("tap-native", compiled())
    record = attempt("tap-native")
    [row] = record["packages"]
    assert row["filename"] == "tap_native-1.0.tar.gz"
    assert row["wheel"].startswith("tap_native-1.0-cp") and "-linux_" in row["wheel"]
    assert step(record, "help")["stdout"] == "usage\n"
    assert probe_record(record).needs_compiler.value == "yes"


def test_what_was_built_without_one_needs_none(index, attempt):
    index.put("tap-alpha", sdist_of("tap-alpha", version="4.1"))
    record = attempt("tap-alpha")
    [row] = record["packages"]
    assert row["wheel"] == "tap_alpha-4.1-py3-none-any.whl"
    assert probe_record(record).needs_compiler.value == "no"


def test_build_says_what_it_was_built_with(index, attempt):
    index.put("tap-forged", forged())
    index.put("forge-tool", tool("1.5"))
    build = step(attempt("tap-forged"), "build")
    assert build["exit_code"] == 0
    first, _, _ = build["stderr"].partition("\n")
    assert first == "To build with, it took forge_tool-1.5-py3-none-any.whl."


def test_wheel_is_built_again_when_what_built_it_has_a_release(
    index, attempt, later, python, workshop
):
    index.put("tap-forged", forged())
    index.put("forge-tool", tool("2.0"))
    first = attempt("tap-forged")
    assert step(first, "help")["stdout"] == "usage\n"
    again = attempt("tap-forged", later)
    assert step(again, "build") is None
    known = current_lock("tap-forged", python=python, workshop=later)
    assert known == first["lock"]
    index.put("forge-tool", tool("2.0"), tool("2.1", is_broken=True))
    assert current_lock("tap-forged", python=python, workshop=later) is None
    broken = attempt("tap-forged", later)
    assert broken["steps"][-1]["name"] == "build"
    assert "No longer supported." in step(broken, "build")["stderr"]
    index.put("forge-tool", tool("2.0"))
    mended = attempt("tap-forged", later)
    assert step(mended, "help")["stdout"] == "usage\n"


def test_wheel_is_not_built_again_while_its_pages_are_the_same(
    index, attempt, later, python
):
    index.put("tap-forged", forged())
    index.put("forge-tool", tool("3.0"))
    attempt("tap-forged")
    index.asked.clear()
    assert current_lock("tap-forged", python=python, workshop=later)
    assert {status for _, status in index.asked} == {304}
