"""postroom doctor names what is wrong, and the sentence that mends it."""

import json
import os

import dns.flags as dns_flags
import dns.message as dnspython
from letters import letter
from rig.house import House

DATE = "Mon, 23 Nov 2026 10:00:00 +0000"

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


STRANGER = "from out.example (out.example [203.0.113.7])"
STAMP = "Authentication-Results: {}; spf=pass smtp.mailfrom=out.example\r\n"


def taken(by, stamps=(), below=()):
    """A mail from outside that `by` took, Authentication-Results above that and below it."""
    head = "".join(STAMP.format(name) for name in stamps)
    head += f"Received: from inner ([10.0.0.3]) by store.shop.example with LMTP; {DATE}\r\n"
    head += f"Received: {STRANGER}\r\n\tby {by} with ESMTPS id 1; {DATE}\r\n"
    head += "".join(STAMP.format(name) for name in below)
    return head.encode() + letter("from outside")


def border(house, expect=0):
    return doctor(house, expect=expect)["mailbox support", "border"]


def test_a_border_that_is_not_configured_is_proposed(house, box):
    box.deliver_all([taken("mx.shop.example", ["mx.shop.example"])] * 4)
    found = border(house)
    assert_mends(found, "warning")
    assert ("`border: {profile: rfc8601, hosts: [mx.shop.example], "
            "authserv_ids: [mx.shop.example]}`") in found["mend"]
    assert "4 of the last 4" in found["says"]


def test_a_border_that_fits_is_good(house, box):
    box.deliver_all([taken("mx.demo.example")] * 4)
    assert border(house)["state"] == "good"


def test_results_below_the_border_are_a_strangers(house, box):
    box.deliver_all([taken("mx.shop.example", below=["mx.shop.example"])] * 4)
    assert "profile: none, hosts: [mx.shop.example]}" in border(house)["mend"]


def test_an_exception_is_no_border(house, box):
    box.deliver_all([taken("mx.shop.example")] * 20 + [taken("odd.shop.example")])
    assert "hosts: [mx.shop.example]" in border(house)["mend"]


def test_few_mails_prove_nothing(house, box):
    box.deliver_all([taken("mx.shop.example")] * 2 + [letter("from within")] * 3)
    found = border(house)
    assert (found["state"], found["mend"]) == ("good", "")


def test_gmail_and_microsoft_are_known(house, box):
    box.deliver_all([taken("mx.google.com", below=["mx.google.com"])] * 4)
    assert "`border: {profile: gmail}`" in border(house)["mend"]
    box.expunge(box.uids())
    box.deliver_all([taken("AM6EUR05FT012.mail.protection.outlook.com")] * 4)
    assert "`border: {profile: m365}`" in border(house)["mend"]


def test_a_resolver_that_validates_nothing_is_told(house):
    assert_mends(doctor(house)["resolver", "DNSSEC"], "warning")


def test_a_resolver_that_validates_is_good(house, dns, monkeypatch):
    make = dnspython.make_response

    def validated(query, **more):
        reply = make(query, **more)
        reply.flags |= dns_flags.AD
        return reply

    monkeypatch.setattr(dnspython, "make_response", validated)
    assert doctor(house)["resolver", "DNSSEC"]["state"] == "good"
