#!/usr/bin/env python3
"""An operator's first quarter of an hour with the installed package, on a machine that is thrown away.

Started by tests/debootstrap --package. Runs `postroom init`, `check`, `doctor` and `run --once`
from the PATH against a private Dovecot; what it writes into /etc/postroom and /var/lib/postroom,
and the authority that it makes the machine trust, stay there.
"""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "config")]
sys.dont_write_bytecode = True

from demo.mailbox import make_mailbox  # noqa: E402
from rig.dns import DnsServer  # noqa: E402
from rig.dovecot import Dovecot  # noqa: E402

CONFIGURATION = "/etc/postroom/postroom.yaml"
CREDENTIAL = "/etc/postroom/credentials/box.password"
STATE = "/var/lib/postroom"
AUTHORITY = "/usr/local/share/ca-certificates/postroom-trial.crt"
SAMPLE = "04-en-lead-forty-seats"


def said(*words, code=0, stdin=""):
    """What a command prints; ends the trial when it does not end as it should."""
    print("$", *words, flush=True)
    done = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=120,
                          check=False)
    print(done.stdout + done.stderr, flush=True)
    if done.returncode != code:
        sys.exit(f"it ended with {done.returncode}, not {code}")
    return done.stdout + done.stderr


def must(word, text):
    if word not in text:
        sys.exit(f"nothing is said of '{word}'")


def write_private(path, text):
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(text)


def trust(box):
    with open(box.ca, encoding="ascii") as made, open(AUTHORITY, "w", encoding="ascii") as file:
        file.write(made.read())
    subprocess.run(["update-ca-certificates"], check=True, capture_output=True)


def configure(box):
    """Doctor is asked before the secret is there, too: it must say which one is missing."""
    must("written and good", said("postroom", "init", "-c", CONFIGURATION,
                                  stdin=f"{box.user}\n{box.imaps_url}\n\n"))
    must("1 mailboxes", said("postroom", "check"))
    must("box.password", said("postroom", "doctor", "--resolver", "none", code=78))
    write_private(CREDENTIAL, box.password + "\n")


def collect(box, dns, mail):
    must("log-in", said("postroom", "doctor", "--resolver", dns.address))
    must("filed=0", said("postroom", "run", "--once", "--resolver", dns.address))
    box.deliver_all([(mail.octets, mail.date)], "INBOX")
    must("filed=1", said("postroom", "run", "--once", "--resolver", dns.address))
    must("lead", said("postroom", "tickets", "--label", "lead"))


def main():
    if os.geteuid() != 0 or os.path.exists(CONFIGURATION):
        sys.exit("this is for root on a machine that has no Postroom and is thrown away")
    mails, zone = make_mailbox()
    (mail,) = [mail for mail in mails if mail.name.startswith(SAMPLE)]
    with Dovecot() as box, DnsServer(zone) as dns:
        trust(box)
        configure(box)
        collect(box, dns, mail)
    print("init, check, doctor and run --once did what they should")
    return 0


if __name__ == "__main__":
    sys.exit(main())
