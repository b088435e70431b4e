"""Which credentials a connector takes is told by its settings' names, or left open."""

import pytest

from registry.search.credentials import credentials_of, is_secret


def kinds(*names, **said):
    return credentials_of([{"name": name, **said} for name in names])


@pytest.mark.parametrize(("name", "kind"), [
    ("api_key", "key"), ("airbyte_config.apiKey", "key"), ("SECRET_KEY", "key"),
    ("aws_access_key_id", "key"), ("aws_secret_access_key", "key"), ("hapikey", "key"),
    ("airbyte_config.credentials.personal_access_token", "key"), ("token", "key"),
    ("X-Postmark-Server-Token", "key"), ("access_token", "key"),
    ("refresh_token", "oauth"), ("oauth_credentials.client_id", "oauth"),
    ("airbyte_config.authorization.client_secret", "oauth"), ("consumer_secret", "oauth"),
    ("password", "password"), ("user_password", "password"),
    ("airbyte_config.credentials.auth_user_password", "password"),
    ("private_key_path", "file"), ("key_file_location", "file"), ("keyfile", "file"),
    ("credentials_json", "file"), ("google_service_account", "file"),
])  # fmt: skip
def test_a_credential_is_known_by_its_name(name, kind):
    assert kinds(name) == [kind]


def test_several_are_all_told():
    assert kinds("user", "password", "private_key") == ["file", "password"]


def test_a_setting_of_the_kind_oauth_is_oauth_whatever_its_name():
    assert kinds("connection", kind="oauth") == ["oauth"]


def test_an_access_token_beside_oauth_is_a_part_of_it():
    assert kinds("access_token", "refresh_token", "client_secret") == ["oauth"]
    assert kinds("access_token", "password") == ["key", "password"]


@pytest.mark.parametrize("name", [
    "ssh_tunnel.private_key", "ssl_client_private_key", "ssh_tunnel.private_key_password",
    "airbyte_config.tunnel_method.tunnel_user_password", "private_key_passphrase",
])  # fmt: skip
def test_how_a_host_is_reached_is_not_how_one_signs_in(name):
    assert kinds(name, kind="password") == []


@pytest.mark.parametrize("name", [
    "page_token", "s3_key_prefix", "primary_key_required", "token_uri", "user",
    "sqlalchemy_url", "aws_profile", "client_secrets", "code",
])  # fmt: skip
def test_what_may_be_secret_or_not_leaves_it_open(name):
    assert kinds(name) == []


def test_a_secret_of_an_unknown_name_leaves_it_open():
    assert kinds("property_id", kind="password") == []
    assert kinds("property_id", sensitive=True) == []


def test_an_object_may_hold_a_secret_unless_it_is_the_sdks_own():
    assert kinds("airbyte_config", kind="object") == []
    assert kinds("stream_maps", "batch_config.storage", kind="object") == ["none"]


def test_settings_of_which_none_may_be_a_credential_are_told_so():
    assert kinds("start_date", "page_size", "stream_maps") == ["none"]


def test_without_settings_nothing_is_known():
    assert credentials_of([]) == []
    assert credentials_of([{"name": ""}]) == []


@pytest.mark.parametrize("name", [
    "client_secret", "password", "token", "airbyte_config.apiKey", "auth_tokens", "DSN",
    "ssh_tunnel.private_key", "ssh_tunnel.private_key_password", "sqlalchemy_url",
    "credentials_json", "connection_string", "auth.pw", "credentials",
])  # fmt: skip
def test_a_text_is_secret_by_its_name_alone_whatever_its_definition_says(name):
    said = {"name": name, "kind": "string"}
    assert is_secret(said)
    assert is_secret(said | {"sensitive": False})
    assert is_secret({"name": name})


@pytest.mark.parametrize(("name", "kind"), [
    ("use_token", "boolean"), ("max_tokens", "integer"), ("next_page_token", "string"),
    ("private_key_path", "string"), ("token_uri", "string"), ("client_id", "string"),
    ("s3_key_prefix", "string"), ("primary_keys", "array"), ("account", "string"),
])  # fmt: skip
def test_what_only_speaks_of_a_secret_is_none(name, kind):
    assert not is_secret({"name": name, "kind": kind})


@pytest.mark.parametrize("said", [
    {"kind": "password"}, {"kind": "oauth"}, {"sensitive": True, "kind": "integer"},
])  # fmt: skip
def test_what_is_said_to_be_secret_is_whatever_its_name(said):
    assert is_secret({"name": "property_id", **said})
