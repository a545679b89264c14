"""Many mailboxes behind one TLS port, in one thread: a server that mostly waits.

    with ImapCrowd(names) as crowd:
        crowd.url, crowd.ca
        crowd.is_idle(name)
        crowd.deliver(name, b"Subject: a\\r\\n\\r\\n")     # an IDLE client hears of it
"""

import asyncio
import base64
import os
import re
import ssl
import tempfile
import threading

from rig.certificate import make_certificate
from rig.imap_script import header_of, uids_of

CAPABILITIES = b"* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN IDLE\r\n"
DATE = b'INTERNALDATE "23-Nov-2026 10:00:00 +0000"'


class ImapCrowd:
    def __init__(self, names, password="secret-word"):
        self.mails = {name: [] for name in names}
        self.password = password
        self.idle = {}  # name -> the writer of its waiting session
        self.n_sessions = 0
        self.loop = asyncio.new_event_loop()

    def __enter__(self):
        handle, self.ca = tempfile.mkstemp(suffix=".pem")
        os.close(handle)
        make_certificate(self.ca)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca)
        serving = asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context, backlog=512)
        self.server = self.loop.run_until_complete(serving)
        self.url = f"imaps://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        os.unlink(self.ca)

    def is_idle(self, name):
        return name in self.idle

    def deliver(self, name, mail):
        self.loop.call_soon_threadsafe(self._deliver, name, mail)

    def _deliver(self, name, mail):
        self.mails[name].append(mail)
        if name in self.idle:
            self.idle[name].write(b"* %d EXISTS\r\n" % len(self.mails[name]))

    async def _serve(self, reader, writer):
        self.n_sessions += 1
        name = None
        writer.write(b"* OK ready\r\n")
        try:
            while line := (await reader.readline()).strip():
                tag, _, command = line.partition(b" ")
                if command.upper().startswith(b"AUTHENTICATE PLAIN"):
                    words = base64.b64decode(command.split()[2]).decode().split("\0")
                    name = words[1] if words[2] == self.password else None
                    writer.write(tag + (b" OK in\r\n" if name in self.mails else b" NO no\r\n"))
                elif command.upper() == b"IDLE":
                    idle_tag = tag
                    self.idle[name] = writer
                    writer.write(b"+ idling\r\n")
                elif tag.upper() == b"DONE":
                    self.idle.pop(name, None)
                    writer.write(idle_tag + b" OK done\r\n")
                else:
                    writer.write(self._say(name, command) + tag + b" OK done\r\n")
                await writer.drain()
        except OSError:
            pass
        finally:
            if self.idle.get(name) is writer:
                del self.idle[name]
            writer.close()

    def _say(self, name, command):
        verb = command.upper()
        if verb == b"CAPABILITY":
            return CAPABILITIES
        if verb.startswith(b"LIST"):
            return b'* LIST () "/" "INBOX"\r\n'
        if verb.startswith(b"EXAMINE"):
            count = len(self.mails[name])
            return b"* %d EXISTS\r\n* OK [UIDVALIDITY 1] v\r\n* OK [UIDNEXT %d] n\r\n" % (
                count, count + 1)
        if verb.startswith(b"UID FETCH"):
            return self._fetch(self.mails[name], verb[len(b"UID FETCH "):])
        return b""

    def _fetch(self, mails, arguments):
        uid_set, _, items = arguments.partition(b" ")
        lines = []
        for uid in uids_of(uid_set, range(1, len(mails) + 1)):
            mail = mails[uid - 1]
            parts = b"UID %d RFC822.SIZE %d %s" % (uid, len(mail), DATE)
            fields = re.search(rb"BODY\.PEEK(\[HEADER\.FIELDS \(([^)]*)\)\])", items)
            if fields:
                header = header_of(mail, fields[2].split())
                parts += b" BODY%s {%d}\r\n%s" % (fields[1], len(header), header)
            if b"BODY.PEEK[]" in items:
                parts += b" BODY[] {%d}\r\n%s" % (len(mail), mail)
            lines.append(b"* %d FETCH (%s)\r\n" % (uid, parts))
        return b"".join(lines)
