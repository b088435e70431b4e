import os
import shutil
import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def state_folder():
    """A state that the PostgreSQL of root can reach; tmp_path is too private."""
    folder = Path(tempfile.mkdtemp(prefix="state of-songbook-", dir="/tmp"))
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    yield folder
    shutil.rmtree(folder)
