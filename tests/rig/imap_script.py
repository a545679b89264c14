"""An IMAP server on loopback that behaves, until a test tells it not to.

    mails = {4: b"Subject: a\\r\\n\\r\\nhello\\r\\n"}
    with ScriptedImap(mails) as imap:
        ... imap.url, imap.commands, imap.credentials
        imap.deliver(b"Subject: b\\r\\n\\r\\n")              # an IDLE client hears of it
        imap.on("EXAMINE", lambda conn, tag, args: tag + b" NO [INUSE] later\\r\\n")
        imap.cut_after("UID FETCH", 100)                   # hang up in mid-answer

A hook is called with the connection, the tag and the arguments (bytes) and returns the
bytes to send, or None for the usual answer; b"" is silence. It may call conn.send,
conn.close and conn.literal itself. TLS: `tls="implicit"` or "starttls" with a `certificate` (PEM
file with its key), or call make_certificate.
"""

import base64
import os
import re
import socket
import ssl
import tempfile
import threading

from rig.certificate import make_certificate

CAPABILITIES = "IMAP4rev1 SASL-IR LITERAL+ AUTH=PLAIN AUTH=XOAUTH2 IDLE ID SPECIAL-USE"
# Verbs of two words are hooked by both: "UID FETCH".
TWO_WORDS = (b"UID", b"AUTHENTICATE")


def unquote(word):
    """The bytes of an astring."""
    if word.startswith(b'"'):
        return re.sub(rb"\\(.)", rb"\1", word[1:-1])
    return word


def words_of(args):
    """The quoted strings and bare words of an argument list."""
    return [unquote(word) for word in re.findall(rb'"(?:\\.|[^"\\])*"|[^ ]+', args)]


def uids_of(uid_set, known):
    """The known UIDs that a set such as b"4:9,12,20:*" names, ascending."""
    named = set()
    top = max(known, default=1)
    for part in uid_set.split(b","):
        ends = [top if end == b"*" else int(end) for end in part.split(b":")]
        low, high = min(ends), max(ends)
        named.update(uid for uid in known if low <= uid <= high)
    return sorted(named)


def header_of(mail, names):
    """The header lines that bear one of these names (upper case), and an empty line."""
    header = mail.split(b"\r\n\r\n", 1)[0] + b"\r\n"
    lines = re.findall(rb"[^\r\n]+\r\n(?:[ \t][^\r\n]*\r\n)*", header)
    kept = [line for line in lines if line.split(b":")[0].upper() in names]
    return b"".join(kept) + b"\r\n"


class Connection:
    """One client. Hooks get it."""

    def __init__(self, server, channel):
        self.server = server
        self.channel = channel
        self.user = None
        self.folder = None
        self.idle_tag = None
        self.told = 0  # how many mails the client knows of
        self.is_tls = server.tls == "implicit"
        self.sending = threading.RLock()
        self.left = None  # bytes until the cut
        self.buffer = b""

    def send(self, reply):
        with self.sending:
            if self.left is not None:
                reply, self.left = reply[: self.left], self.left - len(reply)
            self.channel.sendall(reply)
            if self.left is not None and self.left <= 0:
                self.close()

    def close(self):
        try:
            self.channel.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.channel.close()

    def _receive(self):
        chunk = self.channel.recv(65536)
        if not chunk:
            raise ConnectionError("client hung up")
        self.buffer += chunk

    def line(self):
        while b"\n" not in self.buffer:
            self._receive()
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r")

    def literal(self, size):
        while len(self.buffer) < size:
            self._receive()
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def command(self):
        """A whole command; literals in it are turned into quoted strings."""
        line = self.line()
        while match := re.search(rb"\{(\d+)(\+?)\}$", line):
            if not match[2]:
                self.send(b"+ go on\r\n")
            text = self.literal(int(match[1]))
            text = text.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
            line = line[: match.start()] + b'"' + text + b'"' + self.line()
        return line


class ScriptedImap:
    def __init__(
        self,
        mails=None,
        *,
        folders=None,
        user="ann",
        password="secret-word",
        token=None,
        uidvalidity=1,
        capabilities=CAPABILITIES,
        greeting=b"* OK ready\r\n",
        tls=None,
        certificate=None,
    ):
        """`mails`: those of INBOX; `folders`: {name: (attributes, {uid: bytes})} for more."""
        self.folders = {"INBOX": ("", {} if mails is None else mails)}
        self.folders.update(folders or {})
        self.user, self.password, self.token = user, password, token
        self.uidvalidity = uidvalidity
        self.uidnext = {}  # by folder, where it shall differ from the truth
        self.received_at = {}  # by UID: INTERNALDATE texts
        self.flags = {}  # by (folder, UID): what was set
        self.capabilities = capabilities
        self.greeting = greeting
        self.tls = tls
        self.certificate = certificate
        self.commands = []  # all that was received, tags left out, as bytes
        self.credentials = []  # (mechanism, user, secret, whether it came over TLS)
        self.connections = []  # those that are alive
        self.n_connections = 0
        self._hooks = {}
        self._cuts = {}
        self._lock = threading.RLock()

    # -- what a test says ---------------------------------------------------------------

    @property
    def mails(self):
        return self.folders["INBOX"][1]

    @property
    def url(self):
        return f"{'imaps' if self.tls == 'implicit' else 'imap'}://127.0.0.1:{self.port}"

    def on(self, verb, hook, times=None):
        """Overrides the answer to `verb` ("EXAMINE", "UID FETCH", "DONE"), `times` often.
        hook=None takes it back."""
        with self._lock:
            self._hooks[verb.upper().encode()] = [hook, times] if hook else None

    def cut_after(self, verb, n_bytes, times=1):
        """The answer to `verb` ends, and the connection with it, after `n_bytes`."""
        with self._lock:
            self._cuts[verb.upper().encode()] = [n_bytes, times]

    def deliver(self, mail, uid=None, folder="INBOX"):
        """A new mail; idle clients hear of it. Returns its UID."""
        with self._lock:
            mails = self.folders[folder][1]
            uid = uid or max(mails, default=0) + 1
            mails[uid] = mail
            for connection in list(self.connections):
                if connection.idle_tag and connection.folder == folder:
                    self._tell(connection, b"* %d EXISTS\r\n" % len(mails))
        return uid

    def hang_up(self):
        """Every client is dropped without a word."""
        for connection in list(self.connections):
            connection.close()

    def count(self, verb):
        """How many commands began with `verb`."""
        return sum(c.upper().startswith(verb.upper().encode()) for c in self.commands)

    # -- life ---------------------------------------------------------------------------

    def __enter__(self):
        if self.tls and not self.certificate:
            handle, path = tempfile.mkstemp(suffix=".pem")
            os.close(handle)
            self._own_certificate = self.certificate = make_certificate(path)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        # shutdown wakes accept; close alone would not
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        self.hang_up()
        if getattr(self, "_own_certificate", None):
            os.unlink(self._own_certificate)

    def _accept(self):
        while True:
            try:
                channel, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(channel,), daemon=True).start()

    def _secure(self, channel):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        return context.wrap_socket(channel, server_side=True)

    def _serve(self, channel):
        connection = Connection(self, channel)
        with self._lock:
            self.n_connections += 1
            self.connections.append(connection)
        try:
            channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls == "implicit":
                connection.channel = self._secure(channel)
            connection.send(self.greeting)
            while self._answer(connection, connection.command()):
                pass
        except (OSError, ValueError):
            pass  # the client left, or a hook hung up
        finally:
            with self._lock:
                self.connections.remove(connection)
            connection.close()

    # -- one command --------------------------------------------------------------------

    def _split(self, connection, line):
        if connection.idle_tag and line.upper() == b"DONE":
            return connection.idle_tag, b"DONE", b""
        tag, _, rest = line.partition(b" ")
        verb, _, args = rest.partition(b" ")
        verb = verb.upper()
        if verb in TWO_WORDS:
            second, _, args = args.partition(b" ")
            verb += b" " + second.upper()
        return tag, verb, args

    def _hook(self, verb):
        with self._lock:
            entry = self._hooks.get(verb)
            if not entry or entry[1] == 0:
                return None
            if entry[1]:
                entry[1] -= 1
            return entry[0]

    def _cut(self, connection, verb):
        with self._lock:
            entry = self._cuts.get(verb)
            if entry and entry[1] > 0:
                entry[1] -= 1
                connection.left = entry[0]

    def _answer(self, connection, line):
        tag, verb, args = self._split(connection, line)
        with self._lock:
            self.commands.append(line if verb == b"DONE" else line.partition(b" ")[2])
        self._cut(connection, verb)
        hook = self._hook(verb)
        reply = hook(connection, tag, args) if hook else None
        if reply is None:
            name = "_" + verb.decode("latin-1").lower().replace(" ", "_")
            usual = getattr(self, name if name.isidentifier() else "_unknown", None)
            if name not in USUAL:
                usual = self._unknown
            reply = usual(connection, tag, args)
        if reply:
            connection.send(reply)
        return verb != b"LOGOUT"

    def _unknown(self, connection, tag, args):
        return tag + b" BAD unknown command\r\n"

    def _capability(self, connection, tag, args):
        words = self.capabilities
        if self.tls == "starttls" and not connection.is_tls:
            words += " STARTTLS LOGINDISABLED"
        return b"* CAPABILITY %s\r\n%s OK done\r\n" % (words.encode(), tag)

    def _starttls(self, connection, tag, args):
        if self.tls != "starttls" or connection.is_tls:
            return tag + b" BAD not here\r\n"
        connection.send(tag + b" OK begin\r\n")
        connection.channel = self._secure(connection.channel)
        connection.is_tls = True
        connection.buffer = b""
        return b""

    def _judge(self, connection, tag, mechanism, user, secret):
        wanted = self.token if mechanism == "XOAUTH2" else self.password
        with self._lock:
            self.credentials.append((mechanism, user, secret, connection.is_tls))
        if user == self.user and secret == wanted:
            connection.user = user
            return tag + b" OK logged in\r\n"
        if mechanism == "XOAUTH2":
            report = base64.b64encode(b'{"status":"401","schemes":"bearer"}')
            connection.send(b"+ " + report + b"\r\n")
            connection.line()
        return tag + b" NO [AUTHENTICATIONFAILED] Invalid credentials\r\n"

    def _login(self, connection, tag, args):
        user, password = (word.decode("utf-8", "replace") for word in words_of(args)[:2])
        return self._judge(connection, tag, "LOGIN", user, password)

    def _initial(self, connection, args):
        if not args:
            connection.send(b"+ \r\n")
            args = connection.line()
        return base64.b64decode(args).decode("utf-8", "replace")

    def _authenticate_plain(self, connection, tag, args):
        _, user, password = self._initial(connection, args).split("\0", 2)
        return self._judge(connection, tag, "PLAIN", user, password)

    def _authenticate_xoauth2(self, connection, tag, args):
        fields = dict(
            field.split("=", 1)
            for field in self._initial(connection, args).split("\1")
            if "=" in field
        )
        token = fields.get("auth", "").removeprefix("Bearer ")
        return self._judge(connection, tag, "XOAUTH2", fields.get("user"), token)

    def _id(self, connection, tag, args):
        return b'* ID ("name" "rig")\r\n%s OK done\r\n' % tag

    def _list(self, connection, tag, args):
        lines = [
            b'* LIST (%s) "/" "%s"\r\n' % (attributes.encode(), name.encode())
            for name, (attributes, _) in self.folders.items()
        ]
        return b"".join(lines) + tag + b" OK done\r\n"

    def _open(self, connection, tag, args, access):
        name = unquote(args.strip()).decode("utf-8", "replace")
        name = "INBOX" if name.upper() == "INBOX" else name
        if connection.user is None:
            return tag + b" BAD log in first\r\n"
        if name not in self.folders:
            return tag + b" NO [NONEXISTENT] no such folder\r\n"
        connection.folder = name
        with self._lock:
            mails = self.folders[name][1]
            connection.told = len(mails)
            uidnext = self.uidnext.get(name, max(mails, default=0) + 1)
            lines = [b"* FLAGS (\\Seen \\Deleted)\r\n", b"* %d EXISTS\r\n" % len(mails)]
        if self.uidvalidity is not None:
            lines.append(b"* OK [UIDVALIDITY %d] valid\r\n" % self.uidvalidity)
        if uidnext is not None:
            lines.append(b"* OK [UIDNEXT %d] next\r\n" % uidnext)
        return b"".join(lines) + b"%s OK [%s] done\r\n" % (tag, access)

    def _examine(self, connection, tag, args):
        return self._open(connection, tag, args, b"READ-ONLY")

    def _select(self, connection, tag, args):
        return self._open(connection, tag, args, b"READ-WRITE")

    def fetch_lines(self, connection, args):
        """The FETCH responses that `args` of UID FETCH ask for, one bytes object each."""
        uid_set, _, items = args.partition(b" ")
        items = items.upper()
        with self._lock:
            mails = dict(self.folders[connection.folder][1])
        sequence = {uid: i for i, uid in enumerate(sorted(mails), 1)}
        for uid in uids_of(uid_set, mails):
            parts = [b"UID %d" % uid]
            if b"RFC822.SIZE" in items:
                parts.append(b"RFC822.SIZE %d" % len(mails[uid]))
            if b"INTERNALDATE" in items:
                when = self.received_at.get(uid, "23-Nov-2026 10:00:00 +0000")
                parts.append(b'INTERNALDATE "%s"' % when.encode())
            fields = re.search(rb"BODY\.PEEK(\[HEADER\.FIELDS \(([^)]*)\)\])", items)
            if fields:
                header = header_of(mails[uid], fields[2].split())
                parts.append(b"BODY%s {%d}\r\n%s" % (fields[1], len(header), header))
            if b"BODY.PEEK[]" in items or b"BODY[]" in items:
                parts.append(b"BODY[] {%d}\r\n%s" % (len(mails[uid]), mails[uid]))
            yield b"* %d FETCH (%s)\r\n" % (sequence[uid], b" ".join(parts))

    def _uid_fetch(self, connection, tag, args):
        if connection.folder is None:
            return tag + b" BAD no folder\r\n"
        for line in self.fetch_lines(connection, args):
            connection.send(line)
        return tag + b" OK done\r\n"

    def _named(self, connection, args):
        """The UIDs that the first word of `args` names, the folder's mails, the rest."""
        mails = self.folders[connection.folder][1]
        uid_set, _, rest = args.partition(b" ")
        return uids_of(uid_set, mails), mails, rest

    def _uid_store(self, connection, tag, args):
        uids, _, rest = self._named(connection, args)
        flags = re.findall(rb"\\\w+", rest)
        with self._lock:
            for uid in uids:
                self.flags.setdefault((connection.folder, uid), set()).update(flags)
        return tag + b" OK done\r\n"

    def _uid_copy(self, connection, tag, args):
        uids, mails, rest = self._named(connection, args)
        name = unquote(rest.strip()).decode()
        if name not in self.folders:
            return tag + b" NO [TRYCREATE] no such folder\r\n"
        with self._lock:
            target = self.folders[name][1]
            for uid in uids:
                target[max(target, default=0) + 1] = mails[uid]
        return tag + b" OK done\r\n"

    def _uid_move(self, connection, tag, args):
        uids, mails, _ = self._named(connection, args)
        reply = self._uid_copy(connection, tag, args)
        with self._lock:
            for uid in uids if b" OK " in reply else []:
                del mails[uid]
        return reply

    def _uid_expunge(self, connection, tag, args):
        uids, mails, _ = self._named(connection, args)
        with self._lock:
            for uid in uids:
                if b"\\Deleted" in self.flags.get((connection.folder, uid), ()):
                    del mails[uid]
        return tag + b" OK done\r\n"

    def _tell(self, connection, news):
        try:
            connection.send(news)
        except OSError:
            pass  # it is leaving; its own thread notices

    def _idle(self, connection, tag, args):
        connection.send(b"+ idling\r\n")
        with self._lock:
            connection.idle_tag = tag
            count = len(self.folders[connection.folder][1]) if connection.folder else 0
            news = count != connection.told
            connection.told = count
        return b"* %d EXISTS\r\n" % count if news else b""  # what came since it was opened

    def _done(self, connection, tag, args):
        connection.idle_tag = None
        return tag + b" OK done\r\n"

    def _noop(self, connection, tag, args):
        news = b""
        if connection.folder:
            news = b"* %d EXISTS\r\n" % len(self.folders[connection.folder][1])
        return news + tag + b" OK done\r\n"

    def _logout(self, connection, tag, args):
        return b"* BYE see you\r\n" + tag + b" OK done\r\n"


# The commands that ScriptedImap itself answers; all others are BAD.
USUAL = frozenset(
    "_capability _starttls _login _authenticate_plain _authenticate_xoauth2 _id _list "
    "_examine _select _uid_fetch _uid_store _uid_copy _uid_move _uid_expunge _idle _done _noop _logout".split()
)
