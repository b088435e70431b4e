"""Inside the sandbox: compile the modules of one unpacked wheel, without running any.

`compile.py FOLDER PLACE`: the folder is what is compiled, the place what tracebacks will
call it. The output is, for each module, a line of JSON with its path below the folder and
the length of its byte code, then the byte code.
"""

import json
import os
import py_compile
import sys
import warnings

# In the folder that it begins in.
CACHED = "cached.pyc"
LEFT_OUT = ("__pycache__", ".data", ".dist-info")


def main() -> None:
    """Write the byte code of every module in the folder."""
    folder, place = sys.argv[1:]
    warnings.simplefilter("ignore")
    out = sys.stdout.buffer
    for parent, folders, names in os.walk(folder):
        # What is in `.data` is moved elsewhere, and may not have folders of ours.
        folders[:] = [name for name in folders if not name.endswith(LEFT_OUT)]
        for name in names:
            if name.endswith(".py"):
                path = os.path.join(parent, name)
                below = os.path.relpath(path, folder)
                code = compiled(path, os.path.join(place, below))
                out.write(json.dumps([below, len(code)]).encode() + b"\n" + code)


def compiled(path: str, place: str) -> bytes:
    """Return the byte code of a module as it is kept, or nothing where it has no syntax."""
    try:
        # Unchecked: an environment is never edited, and not looking saves time.
        unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(
            path, CACHED, dfile=place, doraise=True, invalidation_mode=unchecked
        )
        with open(CACHED, "rb") as file:
            return file.read()
    except (
        py_compile.PyCompileError,
        OSError,
        ValueError,
        RecursionError,
        MemoryError,
    ):
        return b""


if __name__ == "__main__":
    main()
