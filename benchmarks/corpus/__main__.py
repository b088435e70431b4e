"""Try real packages, and compare with what was once recorded: `python -m benchmarks.corpus`.

The packages are those of the corpus, which lies beside the project in `../shared` with what
was observed of each, and those of the seed list. Each is tried in the sandbox on the newest
Python that is configured and here, where production begins, then on 3.11, which the corpus was
recorded on, and on the others where it answers on neither. Printed are the answers of each
package, the shares that install, answer and are known, and every difference to the corpus with
its explanation (`explained.toml`). The answer is 1 where a difference has no explanation, an
explanation explains nothing any more, or a fact is claimed that its record does not show.
"""

import argparse
import json
import os
import sys
from pathlib import Path

import django

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "data" / "probe-corpus.json"


def main() -> int:
    """Try all and print what came of it; 1 for what nobody has explained."""
    options = arguments()
    if not CORPUS.exists():
        print(f"The corpus is not at {CORPUS}.")
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    django.setup()
    from benchmarks.corpus.running import run  # noqa: PLC0415  needs settings

    return int(not run(json.loads(CORPUS.read_text("utf-8")), options))


def arguments() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser("benchmarks.corpus", description=__doc__)
    parser.add_argument(
        "specs", nargs="*", help="only these, as the corpus writes them"
    )
    parser.add_argument(
        "--python", action="append", help="only on this one, e.g. 3.11; may be repeated"
    )
    parser.add_argument("--records", type=Path, help="keep each record in this folder")
    parser.add_argument(
        "--kept", action="store_true", help="judge the records there, and try nothing"
    )
    options = parser.parse_args()
    if options.kept and not options.records:
        parser.error("--kept needs --records")
    return options


if __name__ == "__main__":
    sys.exit(main())
