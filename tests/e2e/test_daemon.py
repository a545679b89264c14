"""The daemon at work: it hears of new mail, stops politely, and keeps what works."""

import os
import signal
import time

from rig.house import wait_for
from letters import letter


def ticket_about(house, subject):
    return house.sql("SELECT * FROM v_tickets WHERE subject = ?", subject)


def events_about(hooks, subject):
    return [event for event in hooks.events
            if (event.body["data"].get("message") or {}).get("subject") == subject]


def test_mail_that_arrives_meanwhile_is_ticket_and_webhook(house, box, hooks):
    house.configure(mailboxes=[house.mailbox(poll="1h")])  # so that only IDLE can tell
    house.start_and_settle()
    wait_for(lambda: "IDLE" in box.doveadm("who") or box.doveadm("who"), what="a log-in")
    time.sleep(1)  # the connection goes to sleep
    box.deliver(letter("The lamp does not light"))
    wait_for(lambda: ticket_about(house, "The lamp does not light"), what=house.log)
    event = wait_for(lambda: events_about(hooks, "The lamp does not light"))[0]
    assert hooks.failures == []
    assert event.body["type"] in ("ticket.created", "lead.created")
    data = event.body["data"]
    assert data["auth"]["because"], "the verdict carries its reasons"
    assert data["classification"]["reasons"], "the label carries its reasons"
    assert data["ticket"]["number"] == ticket_about(house, "The lamp does not light")[0]["number"]


def test_without_idle_the_poll_finds_it(tmp_path, dns, hooks):
    from rig.dovecot import Dovecot
    from rig.house import House

    capability = "imap_capability = IMAP4rev1 SASL-IR UIDPLUS SPECIAL-USE"
    with Dovecot(imap_extra=capability) as box:
        house = House(tmp_path, box, dns, hooks, poll="1s")
        try:
            house.start_and_settle()
            box.deliver(letter("No push here"))
            wait_for(lambda: ticket_about(house, "No push here"), what=house.log)
        finally:
            house.close()


def test_term_ends_with_zero(house, box):
    box.deliver(letter("before the end"))
    house.start_and_settle()
    assert house.stop(signal.SIGTERM) == 0
    assert house.count("messages") == 1


def test_interrupt_ends_with_zero(house):
    house.start_and_settle()
    assert house.stop(signal.SIGINT) == 0


def test_broken_file_on_reload_keeps_the_old_configuration(house, box):
    house.start_and_settle()
    with open(house.path("postroom.yaml"), encoding="utf-8") as file:
        good = file.read()
    house.write_config(good + "mailboxen: [}\n")
    house.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: "postroom.yaml:" in house.log, what="the complaint about the file")
    box.deliver(letter("after the broken file"))
    wait_for(lambda: ticket_about(house, "after the broken file"), what=house.log)
    assert house.stop() == 0


def test_reload_takes_the_new_configuration(house, box):
    house.start_and_settle()
    house.configure(mailboxes=[house.mailbox(department="repairs")])
    house.daemon.send_signal(signal.SIGHUP)
    time.sleep(1)
    box.deliver(letter("for the new department"))
    row = wait_for(lambda: ticket_about(house, "for the new department"), what=house.log)[0]
    assert row["department"] == "repairs"
    assert house.stop() == 0


def test_server_that_goes_and_comes_back_loses_nothing(house, box):
    house.start_and_settle()
    box.halt()
    time.sleep(1)
    box.start()
    box.deliver(letter("after the outage"))
    wait_for(lambda: ticket_about(house, "after the outage"), what=house.log)
    assert house.stop() == 0


def test_a_database_taken_away_is_noticed_and_costs_no_mail(house, box, hooks):
    box.deliver(letter("before"))
    house.start()
    wait_for(lambda: house.is_up() and
             house.sql("SELECT 1 FROM outbox WHERE state = 'delivered'"), what=house.log)
    aside = house.database + ".aside"
    os.rename(house.database, aside)
    box.deliver(letter("meanwhile"))
    wait_for(lambda: "was removed or replaced" in house.log, what=house.log[-2000:])
    assert house.stop() == 0
    os.rename(aside, house.database)
    house.once()
    subjects = [row["subject"] for row in house.sql("SELECT subject FROM v_messages ORDER BY 1")]
    assert subjects == ["before", "meanwhile"]
    assert sorted(event.body["data"]["message"]["subject"] for event in hooks.events) == subjects


def test_the_lock_is_no_file_that_somebody_could_remove(house, box):
    house.start()
    wait_for(house.is_up, what=house.log)
    for name in os.listdir(house.state):
        if not name.startswith("postroom.db"):
            os.unlink(os.path.join(house.state, name))
    said = house.run("run", "--once")
    assert said.returncode == 75 and "another postroom is running" in said.stderr
    assert house.stop() == 0
