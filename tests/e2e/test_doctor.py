"""postroom doctor names what is wrong, and the sentence that mends it."""

import json
import os

from letters import letter
from rig.house import House

UNAVAILABLE, CONFIG = 69, 78


def doctor(house, *words, expect=0):
    done = house.run("doctor", "--json", *words)
    assert done.returncode == expect, done.stdout + done.stderr
    return {(found["subject"], found["check"]): found
            for found in map(json.loads, done.stdout.splitlines())}


def assert_mends(finding, state):
    assert finding["state"] == state
    assert finding["says"] and finding["mend"].endswith("."), finding


def test_a_sound_house_is_found_sound(house, box, hooks):
    box.deliver(letter("one"))
    house.once()
    found = doctor(house)
    told = len(hooks.events)
    bad = {key: row for key, row in found.items()
           if row["state"] in ("unavailable", "broken")}
    assert bad == {}
    support = "mailbox support"
    for check in ("secret", "name", "log-in", "certificate", "capabilities", "folders", "lag"):
        assert found[support, check]["state"] == "good", found[support, check]
    assert "INBOX (1)" in found[support, "folders"]["says"]
    assert found["webhook crm", "reach"]["state"] == "good"
    assert ("webhook crm", "signed post") not in found
    for subject, check in (("disk", "space"), ("disk", "state"), ("clock", "time"),
                           ("resolver", "answer"), ("configuration", "read")):
        assert (subject, check) in found
    assert len(hooks.events) == told, "doctor posts nothing of its own"


def test_the_table_for_people_says_the_same(house):
    done = house.run("doctor")
    assert done.returncode == 0, done.stdout
    assert "never collected" in done.stdout and "-> Start the daemon" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("0 unavailable, 0 broken")


def test_doctor_changes_nothing(house, box):
    box.deliver(letter("unseen"))
    doctor(house)
    assert not os.path.exists(house.database)
    assert "\\Seen" not in box.doveadm("fetch", "-u", box.user, "flags", "mailbox", "INBOX")


def test_a_wrong_password_is_the_operators(house):
    house.write_secret("mailbox.password", "not the password")
    found = doctor(house, expect=CONFIG)
    assert_mends(found["mailbox support", "log-in"], "broken")


def test_a_secret_that_others_may_read_is_told(house):
    os.chmod(house.path("mailbox.password"), 0o644)
    os.chmod(house.path("crm.secret"), 0o644)
    found = doctor(house, expect=CONFIG)
    assert_mends(found["mailbox support", "secret"], "broken")
    assert_mends(found["webhook crm", "secret"], "broken")


def test_a_server_that_is_away_is_unavailable(house, box):
    box.halt()
    found = doctor(house, expect=UNAVAILABLE)
    assert_mends(found["mailbox support", "log-in"], "unavailable")
    assert found["mailbox support", "name"]["state"] == "good"


def test_a_certificate_nobody_trusts_is_told(tmp_path, box, dns):
    house = House(tmp_path, box, dns, tls=None)
    house.config["mailboxes"][0].pop("tls")
    house.configure()
    found = doctor(house, expect=CONFIG)
    assert "certificate" in found["mailbox support", "log-in"]["says"]


def test_a_folder_that_is_not_there_is_told(house):
    house.configure(mailboxes=[house.mailbox(folders={"inbox": "Nowhere", "junk": "none",
                                                      "sent": "none"})])
    found = doctor(house, expect=CONFIG)
    assert_mends(found["mailbox support", "folders"], "broken")
    assert "Nowhere" in found["mailbox support", "folders"]["says"]


def test_a_resolver_that_is_silent_is_told(house):
    house.configure(resolver="none")
    assert_mends(doctor(house)["resolver", "answer"], "warning")


def test_a_dead_webhook_is_told(house, hooks):
    hooks.stop()
    assert_mends(doctor(house, expect=UNAVAILABLE)["webhook crm", "reach"], "unavailable")


def test_a_private_address_is_told(house, hooks):
    house.configure(webhooks=[house.webhook(hooks, allow_networks=[])])
    found = doctor(house, expect=CONFIG)["webhook crm", "reach"]
    assert_mends(found, "broken")
    assert "allow_networks" in found["says"]


def test_a_signed_post_is_sent_on_request(house, hooks):
    found = doctor(house, "--webhooks")
    assert found["webhook crm", "signed post"]["state"] == "good"
    assert [event.verified for event in hooks.events] == [True]
    hooks.script = lambda n, event: 500
    found = doctor(house, "--webhooks", expect=UNAVAILABLE)
    assert_mends(found["webhook crm", "signed post"], "unavailable")


def test_a_broken_configuration_ends_with_78(house):
    house.write_config("mailboxen: [}\n")
    assert house.run("doctor").returncode == CONFIG
