"""Everything goes wrong at once, then calms: each mail is there exactly once, and told once.

Several mailboxes on Dovecot behind a proxy that resets connections, SIGKILL every few seconds,
one dead webhook beside a living one. POSTROOM_FAULTS_SECONDS is how long the storm lasts.
"""

import os
import random
import signal
import time

from letters import letter
from rig.dovecot import Dovecot
from rig.house import House, wait_for
from rig.proxy import Proxy
from rig.receiver import Receiver

STORM_S = float(os.environ.get("POSTROOM_FAULTS_SECONDS", "12"))
MAILBOXES = 6
USERS = {f"box{n}@demo.example": f"correct horse {n}" for n in range(MAILBOXES)}


def mailboxes(house, proxy):
    for n, (user, password) in enumerate(USERS.items()):
        house.write_secret(f"box{n}.password", password)
        yield house.mailbox(name=f"box{n}", address=user, user=user,
                            server=f"imaps://localhost:{proxy.port}",
                            password={"file": house.path(f"box{n}.password")})


def storm(house, box, proxy, chance):
    """Kills the daemon and the connections while mail comes in. Returns all subjects."""
    sent, kills = [], 0
    house.start()
    calm = time.monotonic() + STORM_S
    next_kill = time.monotonic() + 2
    while time.monotonic() < calm or kills < 3:
        user = chance.choice(list(USERS))
        subject = f"storm {len(sent)}"
        box.deliver(letter(subject), user=user)
        sent.append(subject)
        proxy.faults.down.cut_after = chance.choice([-1, -1, 3000, 20000])
        proxy.faults.down.ending = chance.choice(["close", "reset"])
        if chance.random() < 0.1:
            proxy.drop()
        if time.monotonic() > next_kill:
            house.stop(signal.SIGKILL)
            house.start()
            kills += 1
            next_kill = time.monotonic() + chance.uniform(1.5, 3)
        time.sleep(0.05)
    house.stop(signal.SIGKILL)
    proxy.faults.down.cut_after = -1
    return sent


def test_after_a_storm_each_mail_is_there_once(tmp_path, dns):
    chance = random.Random(9)
    with Dovecot(users=USERS) as box, Proxy(box.imaps_port) as proxy, \
            Receiver() as living, Receiver(living.secret, lambda *_: 503) as dead:
        house = House(tmp_path, box, dns)
        try:
            house.configure(
                mailboxes=list(mailboxes(house, proxy)),
                webhooks=[house.webhook(living), house.webhook(dead, name="dead")])
            sent = storm(house, box, proxy, chance)
            house.start()
            wait_for(lambda: house.is_up() and house.count("messages") >= len(sent),
                     what=f"{len(sent)} mails\n{house.log[-2000:]}")
            wait_for(lambda: not house.sql("SELECT 1 FROM outbox WHERE endpoint = 'crm' "
                                           "AND state = 'waiting'"), what="the events")
            assert house.stop() == 0
        finally:
            house.close()
        subjects = [row["subject"] for row in house.sql("SELECT subject FROM v_messages")]
        assert sorted(subjects) == sorted(sent), "each mail exactly once"
        assert house.count("held_mail") == 0
        assert house.sql("PRAGMA integrity_check")[0][0] == "ok"
        ids = {}
        for event in living.events:
            message = event.body["data"].get("message")
            if message:
                ids.setdefault(message["subject"], set()).add(event.id)
        assert set(ids) == set(sent), "each is told"
        assert {len(some) for some in ids.values()} == {1}, "none under two ids"
        assert living.failures == []
