"""OAuth2: tokens expire, are taken back, are exchanged; and are told to nobody."""

import os
import stat
import subprocess

import pytest

from letters import letter
from rig.house import House, wait_for
from rig.imap_script import ScriptedImap
from rig.oauth import OAuthServer


@pytest.fixture
def provider(box):
    with OAuthServer(box.tokens, box.user) as server:
        yield server


def oauth_house(folder, box, hooks, provider, kind="microsoft", **oauth2):
    house = House(folder, box, None, hooks)
    house.write_secret("client.secret", provider.client_secret)
    mailbox = house.mailbox(oauth2={
        "provider": kind, "client_id": provider.client_id, "token_url": provider.token_url,
        "device_url": provider.device_url, **oauth2})
    del mailbox["password"]
    house.configure(mailboxes=[mailbox], log={"level": "debug", "format": "logfmt"})
    return house


def secret(house):
    return {"file": house.path("client.secret")}


@pytest.fixture
def application(tmp_path, box, hooks, provider):
    """Client credentials."""
    made = oauth_house(tmp_path, box, hooks, provider, tenant="demo.example",
                       client_secret={"file": str(tmp_path / "client.secret")})
    yield made
    made.close()


@pytest.fixture
def person(tmp_path, box, hooks, provider):
    """A refresh token, as after a log-in."""
    made = oauth_house(tmp_path, box, hooks, provider, kind="google",
                       client_secret={"file": str(tmp_path / "client.secret")})
    made.write_secret("state/oauth-support.token", provider.grant())
    yield made
    made.close()


def subjects(house):
    return sorted(row["subject"] for row in house.sql("SELECT subject FROM v_messages"))


def written(folder):
    """Everything below a folder, but the files that may hold a secret."""
    for base, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(base, name)
            if name.endswith((".secret", ".token", ".password")) or not os.path.isfile(path):
                continue  # a secret's own place, or a socket
            with open(path, "rb") as file:
                yield name, file.read()


def no_secret_in(house, provider, *outputs):
    texts = list(written(house.folder)) + [("output", text.encode()) for text in outputs]
    for name, octets in texts:
        for word in provider.secrets:
            assert word.encode() not in octets, f"{word} stands in {name}"


def token_file(house):
    with open(house.path("state/oauth-support.token"), encoding="ascii") as file:
        return file.read()


def test_an_application_reads_with_its_own_secret(application, box, provider):
    box.deliver(letter("hello"))
    said = application.once()
    assert subjects(application) == ["hello"]
    assert provider.asked == ["client_credentials"]
    no_secret_in(application, provider, said.stdout, said.stderr)


def test_a_rotated_refresh_token_is_kept_before_it_is_used(person, box, provider):
    for name in ("one", "two", "three"):
        box.deliver(letter(name))
        before = token_file(person)
        said = person.once()
        assert token_file(person) != before
        no_secret_in(person, provider, said.stdout, said.stderr)
    assert subjects(person) == ["one", "three", "two"]
    mode = os.stat(person.path("state/oauth-support.token")).st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_rotated_refresh_token_survives_a_kill(person, box, provider):
    box.deliver(letter("one"))
    for _ in range(5):
        asked = len(provider.asked)
        daemon = person.start()
        wait_for(lambda: len(provider.asked) > asked and box.tokens)
        wait_for(lambda: provider.stands_by(token_file(person)))
        daemon.kill()
        person.stop()
    person.once()
    assert subjects(person) == ["one"]


class Believed:
    """Equal to each token that the provider still stands by."""

    def __init__(self, tokens):
        self.tokens = tokens

    def __eq__(self, token):
        return token in self.tokens


def test_an_expired_token_is_replaced_exactly_once(tmp_path, hooks):
    tokens = {}
    with OAuthServer(tokens, "ann") as provider, ScriptedImap({}, token=Believed(tokens)) as imap:
        imap.imaps_url, imap.ca = imap.url, None
        house = oauth_house(tmp_path, imap, hooks, provider, tenant="demo.example",
                            client_secret={"file": str(tmp_path / "client.secret")})
        house.config["mailboxes"][0].update(tls={"required": False})
        house.configure()
        imap.mails[1] = letter("before")
        house.start()
        wait_for(lambda: house.is_up() and len(subjects(house)) == 1, what=house.log)
        imap.mails[2] = letter("while the token is good")
        imap.hang_up()
        wait_for(lambda: len(subjects(house)) == 2, what=house.log)
        assert provider.asked == ["client_credentials"]
        provider.expire()
        imap.mails[3] = letter("after it expired")
        imap.hang_up()
        wait_for(lambda: len(subjects(house)) == 3, what=house.log)
        assert provider.asked == ["client_credentials"] * 2
        assert house.stop() == 0
        no_secret_in(house, provider)


def test_a_token_that_never_works_is_not_asked_for_again_and_again(application, box, provider):
    provider.tokens = {}  # nobody believes them
    said = application.run("run", "--once")
    assert said.returncode == 78
    assert provider.asked == ["client_credentials"]
    no_secret_in(application, provider, said.stdout, said.stderr)


def test_a_revoked_leave_stops_the_mailbox_at_once(person, box, hooks, provider):
    provider.revoke()
    person.start()
    wait_for(lambda: "stopped=yes" in person.log, what=person.log)
    wait_for(lambda: [e for e in hooks.events if e.body["type"] == "mailbox.failing"])
    assert provider.asked == ["refresh_token"]
    assert "postroom login" in person.log
    # Somebody logs in again: no restart is needed.
    person.write_secret("state/oauth-support.token", provider.grant())
    box.deliver(letter("welcome back"))
    wait_for(lambda: subjects(person) == ["welcome back"], what=person.log)
    no_secret_in(person, provider)


def test_a_provider_in_trouble_is_asked_again_later(application, box, provider):
    box.deliver(letter("hello"))
    provider.refuses = (503, {"error": "temporarily_unavailable"})
    said = application.run("run", "--once")
    assert said.returncode == 75
    provider.refuses = None
    application.once()
    assert subjects(application) == ["hello"]


def test_a_wrong_client_secret_is_the_operators_matter(application, provider):
    application.write_secret("client.secret", "something else")
    said = application.run("run", "--once")
    assert said.returncode == 78 and "invalid_client" in said.stderr
    assert "something else" not in said.stderr


def test_a_person_logs_in_by_a_code(tmp_path, box, hooks, provider):
    house = oauth_house(tmp_path, box, hooks, provider, tenant="demo.example")
    box.deliver(letter("hello"))
    said = house.run("run", "--once")
    assert said.returncode == 78 and "postroom login" in said.stderr
    login = subprocess.Popen(house.command("login", "support"), stdout=subprocess.PIPE,
                             text=True, cwd=house.folder)
    told = login.stdout.readline() + login.stdout.readline()
    assert "https://login.example/device" in told and "WDJB-MJHT" in told
    provider.allow()
    rest, _ = login.communicate(timeout=60)
    assert login.returncode == 0
    house.once()
    assert subjects(house) == ["hello"]
    no_secret_in(house, provider, told, rest)


def test_there_is_nothing_to_log_in_to_with_a_password(tmp_path, box, hooks):
    house = House(tmp_path, box, None, hooks)
    said = house.run("login", "support")
    assert said.returncode == 78 and "nobody needs to log in" in said.stderr


def test_a_command_may_give_the_token(tmp_path, box, hooks):
    house = House(tmp_path, box, None, hooks)
    box.tokens["from-a-command"] = box.user
    mailbox = house.mailbox(oauth2={"token_command": "echo from-a-command"})
    del mailbox["password"]
    house.configure(mailboxes=[mailbox])
    box.deliver(letter("hello"))
    said = house.once()
    assert subjects(house) == ["hello"] and "from-a-command" not in said.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_keeps_belongs_to_whom_the_state_folder_does(person, provider):
    os.unlink(person.path("state", "oauth-support.token"))
    os.chown(person.state, 61234, 61234)  # a user of systemd's, gone while the service is
    login = subprocess.Popen(person.command("login", "support"), stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
    login.stdout.readline()
    provider.allow()
    assert login.wait(60) == 0, login.stdout.read()
    token = os.stat(person.path("state", "oauth-support.token"))
    assert (token.st_uid, token.st_gid, stat.S_IMODE(token.st_mode)) == (61234, 61234, 0o600)


@pytest.mark.parametrize("url", ["http://login.example/token", "ftp://127.0.0.1/token"])
def test_secrets_go_to_safe_addresses_only(tmp_path, box, hooks, provider, url):
    house = oauth_house(tmp_path, box, hooks, provider, tenant="demo.example", token_url=url)
    said = house.run("check")
    assert said.returncode == 78 and "token_url" in said.stderr
