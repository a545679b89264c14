"""What every end-to-end test finds ready: servers of its own, and a house of its own."""

import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(PROJECT, "tests"), os.path.join(PROJECT, "config")]

from demo.mailbox import make_mailbox  # noqa: E402
from rig.dns import DnsServer  # noqa: E402
from rig.dovecot import Dovecot  # noqa: E402
from rig.house import House, program  # noqa: E402


def pytest_report_header():
    found = "" if os.access(program(), os.X_OK) else " (NOT THERE: set POSTROOM)"
    return f"program: {program()}{found}"


@pytest.fixture(scope="session")
def samples():
    """The thirty mails of the demo and their zone: (mails, zone)."""
    return make_mailbox()


@pytest.fixture
def dns(samples):
    with DnsServer(samples[1]) as server:
        yield server


@pytest.fixture
def box():
    with Dovecot() as server:
        yield server


@pytest.fixture
def hooks():
    from rig.receiver import Receiver

    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def house(tmp_path, box, dns, hooks):
    made = House(tmp_path, box, dns, hooks)
    yield made
    made.close()


@pytest.fixture
def full_box(box, samples):
    """The box, holding the thirty mails in the order of their numbers."""
    for folder in ("Sent", "INBOX", "Junk"):
        box.deliver_all(
            [(mail.octets, mail.date) for mail in samples[0] if mail.folder == folder],
            folder,
        )
    return box
