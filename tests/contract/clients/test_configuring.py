"""Released clients read what a variant's page writes into `meltano.yml` and `.env`."""

import json

import pytest

from tests.contract.clients.projects import NOWHERE
from tests.contract.clients.releases import NEWEST, THIRD

# As `static/js/writing.js` writes them, with what a client is to read.
PROJECT = {
    r'"a\\b"': r"a\b",
    r'"\\$HOME"': "$HOME",
    r'"\\${HOME} $a"': "${HOME} $a",
    r'"\u2028 # \" - x"': '\u2028 # " - x',
    "12345678901234567890": 12345678901234567890,
    '{"a":["\\\\$HOME",{"b":null}]}': {"a": ["$HOME", {"b": None}]},
}
SECRETS = {
    r"'it\'s'": "it's",
    r"'a\\'": "a\\",
    "'$HOME #'": "$HOME #",
    "'a${:-$}{HOME}'": "a${HOME}",
    r"'C:\\n\\t'": r"C:\n\t",
}
SHOWN = {
    NEWEST: ("config", "--unsafe", "print", "tap-hostile"),
    THIRD: ("config", "--unsafe", "tap-hostile"),
}


@pytest.mark.parametrize("release", SHOWN, ids=str)
def test_what_the_page_writes_is_read_as_it_was_typed(project, release):
    client = project(release, NOWHERE)
    names = [f"v{nth}" for nth in range(len(PROJECT))]
    keys = [f"s{nth}" for nth in range(len(SECRETS))]
    client.write(
        extractors=[
            {
                "name": "tap-hostile",
                "namespace": "tap_hostile",
                "executable": "tap-hostile",
                "settings": [{"name": name} for name in [*names, *keys, "o.one"]],
            }
        ]
    )
    values = [
        f"      {name}: {said}" for name, said in zip(names, PROJECT, strict=True)
    ]
    values += [f"      {key}: $TAP_HOSTILE_{key.upper()}" for key in keys]
    block = "\n".join(["    config:", *values, '      o.one: "x"', ""])
    written = client.file.read_text()
    anchor = "    settings:\n"
    client.file.write_text(written.replace(anchor, block + anchor, 1))
    lines = [
        f"TAP_HOSTILE_{key.upper()}={said}"
        for key, said in zip(keys, SECRETS, strict=True)
    ]
    (client.folder / ".env").write_text("\n".join(lines))

    answer = client.meltano(*SHOWN[release])

    assert answer.code == 0, answer.said
    wanted = dict(zip(names, PROJECT.values(), strict=True))
    wanted |= dict(zip(keys, SECRETS.values(), strict=True))
    assert json.loads(answer.out) == wanted | {"o": {"one": "x"}}
