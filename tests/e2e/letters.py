"""Small mails for tests that care about the way of a mail, not about its words."""

import email.utils
import itertools
import time

NUMBERS = itertools.count(1)


def letter(subject, body="The export button does nothing. How do I fix it?", **fields):
    """A plain support mail; fields replace or add header lines (In_Reply_To=...)."""
    number = next(NUMBERS)
    header = {
        "From": f"Ana Prieto <ana{number}@correo.example>",
        "To": "support@demo.example",
        "Subject": subject,
        "Date": email.utils.formatdate(time.time()),
        "Message-ID": f"<letter-{number}-{int(time.time())}@correo.example>",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
    }
    header.update({name.replace("_", "-"): text for name, text in fields.items()})
    lines = [f"{name}: {text}" for name, text in header.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + body + "\r\n").encode("utf-8")
