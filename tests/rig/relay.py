"""An SMTP server on loopback that keeps what it is given (RFC 5321; no TLS, no log-in).

    with Relay() as relay: ... relay.url, relay.mails
    Relay(script=lambda n, recipient: "450 later")     # answer to RCPT; None: 250
"""

import dataclasses
import socketserver
import threading


@dataclasses.dataclass
class Sent:
    sender: str
    recipients: list
    octets: bytes


class Relay:
    def __init__(self, script=None):
        self.script = script
        self.mails = []
        self.asked = 0
        relay = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                relay.serve(self.rfile, self.wfile)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"smtp://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,),
                                       daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def serve(self, lines, out):
        def say(text):
            out.write(text.encode() + b"\r\n")

        sender, recipients = "", []
        say("220 relay.demo.example ESMTP")
        for line in lines:
            words = line.decode(errors="replace").strip()
            verb = words.upper()
            if verb.startswith("MAIL FROM:"):
                sender, recipients = words[10:].split()[0].strip("<>"), []
                say("250 ok")
            elif verb.startswith("RCPT TO:"):
                recipient = words[8:].strip("<>")
                said = self.script(self.asked, recipient) if self.script else None
                self.asked += 1
                if said is None:
                    recipients.append(recipient)
                say(said or "250 ok")
            elif verb == "DATA":
                say("354 go on")
                self.mails.append(Sent(sender, recipients, read_mail(lines)))
                say("250 taken")
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("250 relay.demo.example")


def read_mail(lines):
    octets = b""
    for line in lines:
        if line == b".\r\n":
            return octets
        octets += line[1:] if line.startswith(b".") else line
    return octets
