"""Inside the sandbox: build a wheel, and give its name and content on stdout.

`build.py FOLDER COMMAND…`: the command leaves the wheel in the folder. What it prints goes to
stderr. The output is the wheel's name, a line feed, and the wheel; it is as little to be
trusted as the build itself.
"""

import os
import sys


def main() -> None:
    """Run the build, and give what it left."""
    folder, *command = sys.argv[1:]
    given = os.dup(1)
    os.dup2(2, 1)
    os.mkdir(folder)
    _, status = os.waitpid(os.spawnvp(os.P_NOWAIT, command[0], command), 0)
    if status:
        sys.exit(1)
    wheels = [name for name in os.listdir(folder) if name.endswith(".whl")]
    if len(wheels) != 1:
        sys.exit(f"The build left {len(wheels)} wheels.")
    with open(given, "wb") as out, open(os.path.join(folder, wheels[0]), "rb") as wheel:
        out.write(wheels[0].encode() + b"\n")
        while piece := wheel.read(1 << 20):
            out.write(piece)


if __name__ == "__main__":
    main()
