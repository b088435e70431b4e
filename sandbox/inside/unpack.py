"""Inside the sandbox: unpack an archive of sources, then become another command.

`unpack.py ARCHIVE FOLDER -- COMMAND…`. Whatever the archive does to the folder, it does in
here: links may lead anywhere, and find nothing.
"""

import os
import sys
import tarfile


def main() -> None:
    """Unpack, and become the command."""
    archive, folder, _, *command = sys.argv[1:]
    # The filter of newer Pythons refuses whole archives for one link.
    filtered = hasattr(tarfile, "fully_trusted_filter")
    how = {"filter": "fully_trusted"} if filtered else {}
    with tarfile.open(archive) as opened:
        opened.extractall(folder, **how)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
