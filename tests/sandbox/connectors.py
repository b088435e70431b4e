"""Connectors that tests build: wheels and source distributions that need nothing else."""

import io
import textwrap
import zipfile

from tests.scrapers.packages import Distribution, metadata_of, tar, timeless

# A build backend inside a source distribution: what it builds with is there already.
PROJECT = b"""
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = """
import os, zipfile
METADATA = {metadata!r}
STEM = {stem!r}

def prepare():
    {prepare}

def build_wheel(folder, config_settings=None, metadata_directory=None):
    prepare()
    name = {filename!r}
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        for path, content in {files!r}.items():
            wheel.writestr(path, content)
    return name

def get_requires_for_build_wheel(config_settings=None):
    return []
"""
ALPHA = """
import json, sys

def main():
    if "--about" in sys.argv:
        print(json.dumps({"name": "tap-alpha", "capabilities": ["catalog"]}))
    elif "--config" in sys.argv:
        config = json.load(open(sys.argv[sys.argv.index("--config") + 1]))
        print(json.dumps({"streams": [{"tap_stream_id": config["stream"]}]}))
    elif "--discover" in sys.argv:
        sys.exit("A config is needed.")
    else:
        print("usage: tap-alpha")
"""


def wheel_of(
    name: str,
    code: str = ALPHA,
    *,
    version: str = "1.0",
    script: str | None = None,
    more: dict[str, str | bytes] | None = None,
    **fields: object,
) -> Distribution:
    """Return a wheel with one module and a console script of the package's name."""
    stem = name.replace("-", "_")
    metadata = metadata_of(name, version, **fields)
    files = members(name, code, version, script or name, metadata) | (more or {})
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(timeless(path), content)
    filename = f"{stem}-{version}-py3-none-any.whl"
    return Distribution(filename, made.getvalue(), metadata)


def sdist_of(
    name: str,
    code: str = ALPHA,
    *,
    version: str = "1.0",
    prepare: str = "pass",
    filename: str = "",
    metadata_name: str = "",
    more: dict[str, str] | None = None,
) -> Distribution:
    """Return a source distribution; `prepare` is what its build does first."""
    stem = f"{name.replace('-', '_')}-{version}"
    sources = sources_of(
        name,
        code,
        version=version,
        prepare=prepare,
        filename=filename,
        metadata_name=metadata_name,
        more=more,
    )
    content = {f"{stem}/PKG-INFO": metadata_of(name, version)}
    content |= {f"{stem}/{path}": said for path, said in sources.items()}
    return Distribution(f"{stem}.tar.gz", tar(content))


def sources_of(
    name: str,
    code: str = ALPHA,
    *,
    version: str = "1.0",
    prepare: str = "pass",
    filename: str = "",
    metadata_name: str = "",
    more: dict[str, str] | None = None,
    **fields: object,
) -> dict[str, bytes]:
    """Return the files of a project that builds itself, as a repository has them."""
    stem = f"{name.replace('-', '_')}-{version}"
    metadata = metadata_of(metadata_name or name, version, **fields)
    backend = BACKEND.format(
        metadata=metadata,
        stem=stem,
        prepare=textwrap.indent(textwrap.dedent(prepare), "    ").strip(),
        filename=filename or f"{stem}-py3-none-any.whl",
        files=members(name, code, version, name, metadata) | (more or {}),
    )
    return {
        "pyproject.toml": PROJECT + project(name, version),
        "backend.py": backend.encode(),
    }


def project(name: str, version: str) -> bytes:
    """Return a table that says what the metadata are, so that nothing is built for them."""
    return f'[project]\nname = "{name}"\nversion = "{version}"\n'.encode()


def members(
    name: str, code: str, version: str, script: str, metadata: bytes
) -> dict[str, str | bytes]:
    stem = name.replace("-", "_")
    info = f"{stem}-{version}.dist-info"
    files: dict[str, str | bytes] = {
        f"{stem}.py": code,
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\nGenerator: tests\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{script} = {stem}:main\n",
    }
    record = "".join(f"{path},,\n" for path in files) + f"{info}/RECORD,,\n"
    return files | {f"{info}/RECORD": record}
