"""DVC_REMOTE_URL and its companions are checked before DVC sees them."""

import json
from pathlib import Path

import pytest

from perennial.gitlab.errors import MissingVariable
from training.dvc.remote import chosen, options
from training.errors import BadParameter

GDRIVE = {"DVC_REMOTE_URL": "gdrive://1aBcD/perennial"}
SSH = {"DVC_REMOTE_URL": "ssh://ada@example.org:2222/srv/store"}


@pytest.mark.parametrize(
    "url",
    ["ftp://host/store", "s3://", "s3:///", "gdrive:///", "ssh://", "https://x/y", "://x"],
)
def test_an_unknown_address_is_refused_with_those_allowed(url: str, tmp_path: Path) -> None:
    """The message names the variable, the value and every kind."""
    expected = r"^DVC_REMOTE_URL: got '.*', expected a folder, ssh://.*, s3://.* or gdrive://"
    with pytest.raises(BadParameter, match=expected):
        options({"DVC_REMOTE_URL": url}, tmp_path)


def test_an_ssh_address_without_a_path_is_refused(tmp_path: Path) -> None:
    """DVC would store into the root of the server."""
    with pytest.raises(BadParameter, match="DVC_REMOTE_URL: got 'ssh://ada@example.org'"):
        options({"DVC_REMOTE_URL": "ssh://ada@example.org"}, tmp_path)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """With the system's own reason."""
    (tmp_path / "file").write_text("")
    with pytest.raises(BadParameter, match=r"expected a writable folder \(Not a directory\)"):
        options({"DVC_REMOTE_URL": str(tmp_path / "file" / "store")}, tmp_path)


def test_an_unknown_ssh_server_is_refused_with_the_command(tmp_path: Path) -> None:
    """The command that shows the server's key has its port."""
    with pytest.raises(BadParameter, match="the output of 'ssh-keyscan -p 2222 example.org'"):
        options(SSH, tmp_path)


def test_ssh_takes_the_users_own_known_hosts_and_key(tmp_path: Path) -> None:
    """By hand no variable but the address is needed."""
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "known_hosts").write_text("")
    assert options(SSH, tmp_path) == ("ssh", {"url": SSH["DVC_REMOTE_URL"]})


@pytest.mark.parametrize("value", ["-----BEGIN KEY-----\nsecret\n", "/no/such/file"])
def test_a_key_that_is_no_file_is_refused_without_showing_it(value: str, tmp_path: Path) -> None:
    """A variable whose type is not File holds the key itself."""
    (tmp_path / "known").write_text("")
    given = SSH | {"DVC_SSH_KNOWN_HOSTS": str(tmp_path / "known"), "DVC_SSH_KEY": value}
    with pytest.raises(BadParameter, match="DVC_SSH_KEY: .* variable of type File") as caught:
        options(given, tmp_path)
    assert "secret" not in str(caught.value)


def test_half_of_the_s3_credentials_is_refused(tmp_path: Path) -> None:
    """The other variable is named."""
    given = {"DVC_REMOTE_URL": "s3://models/perennial", "AWS_ACCESS_KEY_ID": "key"}
    with pytest.raises(MissingVariable, match="^AWS_SECRET_ACCESS_KEY: not set"):
        options(given, tmp_path)


def test_an_s3_address_without_a_scheme_is_refused(tmp_path: Path) -> None:
    """`minio:9000` alone is no address."""
    given = {"DVC_REMOTE_URL": "s3://models/x", "DVC_S3_ENDPOINT_URL": "minio:9000"}
    with pytest.raises(BadParameter, match="DVC_S3_ENDPOINT_URL: got 'minio:9000', expected http"):
        options(given, tmp_path)


def test_google_drive_without_credentials_is_refused(tmp_path: Path) -> None:
    """DVC would open a browser and wait for ever."""
    with pytest.raises(MissingVariable, match="GDRIVE_CREDENTIALS: .* variable of type File"):
        options(GDRIVE, tmp_path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("no JSON", "the JSON key of a Google service account"),
        ("[]", "the JSON key of a Google service account"),
        ("{}", "the tokens that DVC saved for a user"),
        ('{"type": "service_account"}', "GDRIVE_CREDENTIALS: client_email: got None"),
        (
            '{"type": "service_account", "client_email": "", "token_uri": "", "private_key": ""}',
            "GDRIVE_CREDENTIALS: private_key: got 'not a PEM key'",
        ),
        (
            '{"_module": "m", "refresh_token": "r"}',
            "GDRIVE_CREDENTIALS: client_id: got None, expected the value of your own OAuth app",
        ),
    ],
)
def test_credentials_that_google_would_not_take_are_refused(
    content: str, expected: str, tmp_path: Path
) -> None:
    """The message names the field, before anything is installed or sent."""
    (tmp_path / "key.json").write_text(content)
    with pytest.raises(BadParameter) as caught:
        options(GDRIVE | {"GDRIVE_CREDENTIALS": str(tmp_path / "key.json")}, tmp_path)
    assert expected in str(caught.value) and str(caught.value).startswith("GDRIVE_CREDENTIALS")


def test_a_users_tokens_are_taken_with_the_users_own_app(tmp_path: Path) -> None:
    """Google blocks the app that DVC would use by itself."""
    saved = {"_module": "m", "refresh_token": "r", "client_id": "app", "client_secret": "s"}
    (tmp_path / "key.json").write_text(json.dumps(saved))
    kind, chosen = options(GDRIVE | {"GDRIVE_CREDENTIALS": str(tmp_path / "key.json")}, tmp_path)
    assert kind == "gdrive" and chosen["gdrive_client_id"] == "app"
    assert chosen["gdrive_user_credentials_file"] == str(tmp_path / "key.json")


@pytest.mark.parametrize("review", ["s3://models/main", "s3://models/main/review", "s3://models"])
def test_merge_requests_do_not_write_where_main_reads(review: str, tmp_path: Path) -> None:
    """Not at the same address, nor below or above it, whose rights would cover both."""
    given = {"DVC_REMOTE_URL": "s3://models/main", "DVC_REVIEW_URL": review}
    with pytest.raises(BadParameter, match="DVC_REVIEW_URL: got .* neither inside DVC_REMOTE_URL"):
        chosen(given, tmp_path)


def test_both_remotes_are_configured(tmp_path: Path) -> None:
    """Main's is DVC's own; merge requests' has a name of its own, and may be of another kind."""
    given = {"DVC_REMOTE_URL": "s3://models/main", "DVC_REVIEW_URL": str(tmp_path / "review")}
    kinds, remotes = chosen(given, tmp_path)
    assert kinds == ["s3", "folder"]
    assert remotes == {
        "store": {"url": "s3://models/main"},
        "review": {"url": str(tmp_path / "review")},
    }
