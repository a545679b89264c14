"""A private Dovecot on loopback: own folder, own ports, own certificate authority.

    with Dovecot() as box:
        box.deliver(b"Subject: hello\r\n\r\nbody\r\n")
        box.imaps_url      # imaps://localhost:PORT, certificate signed by box.ca
        box.imap_url       # imap://localhost:PORT, STARTTLS offered, plain text allowed

Works as root (mail then belongs to `nobody`, because Dovecot refuses mail of uid 0) and
as any user. XOAUTH2 and OAUTHBEARER accept the tokens in box.tokens.
"""

import argparse
import http.server
import imaplib
import json
import os
import pwd
import grp
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse

DOVECOT = shutil.which("dovecot", path="/usr/sbin:/usr/bin:/usr/local/sbin")
USER = "box@demo.example"
PASSWORD = "correct horse battery staple"

CONFIGURATION = """
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
default_process_limit = 60
default_client_limit = 400
shutdown_clients = yes
ssl = yes
ssl_cert = <{root}/tls/server.pem
ssl_key = <{root}/tls/server.key
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
login_greeting = ready
mail_location = maildir:~/Maildir
mail_fsync = never
mail_max_userip_connections = 200
first_valid_uid = 1
mail_always_cache_fields = imap.envelope
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap_port}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {imaps_port}
    ssl = yes
  }}
}}
service imap-urlauth-login {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {root}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {root}/users
}}
userdb {{
  driver = static
  args = {owner}home={root}/home/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Junk {{
    auto = create
    special_use = \\Junk
  }}
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}
protocol imap {{
  imap_metadata = no
  {imap_extra}
}}
{extra}
"""

OAUTH2 = """
introspection_mode = auth
introspection_url = http://127.0.0.1:{port}/introspect
username_attribute = username
active_attribute = active
active_value = true
"""


def free_ports(count):
    """Ports that were free a moment ago; all held open until all are known."""
    holders = [socket.socket() for _ in range(count)]
    try:
        for holder in holders:
            holder.bind(("127.0.0.1", 0))
        return [holder.getsockname()[1] for holder in holders]
    finally:
        for holder in holders:
            holder.close()


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)


def make_certificates(folder, names=("localhost",), days=30):
    """A CA of its own (ca.pem) and a server certificate signed by it."""
    os.makedirs(folder, exist_ok=True)
    path = lambda name: os.path.join(folder, name)
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *curve, "-keyout", path("ca.key"), "-out", path("ca.pem"),
            "-days", str(days), "-subj", "/CN=Postroom rig CA",
            "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    openssl("req", *curve, "-keyout", path("server.key"), "-out", path("server.csr"),
            "-subj", f"/CN={names[0]}")
    with open(path("extensions"), "w", encoding="ascii") as file:
        alternatives = [f"DNS:{name}" for name in names if not name[0].isdigit()]
        alternatives += [f"IP:{name}" for name in names if name[0].isdigit()]
        file.write(f"subjectAltName={','.join(alternatives)}\n")
    openssl("x509", "-req", "-in", path("server.csr"), "-CA", path("ca.pem"), "-CAkey",
            path("ca.key"), "-CAcreateserial", "-days", str(days), "-extfile",
            path("extensions"), "-out", path("server.pem"))
    return path("ca.pem")


class Introspection:
    """The identity provider that Dovecot asks whose token this is."""

    def __init__(self, tokens):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.answer(self)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.tokens = tokens
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(
            target=self.server.serve_forever, args=(0.05,), daemon=True
        ).start()

    def answer(self, request):
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        query = urllib.parse.urlparse(request.path).query
        token = bearer or urllib.parse.parse_qs(query).get("token", [""])[0]
        user = self.tokens.get(token)
        said = {"active": True, "username": user} if user else {"active": False}
        body = json.dumps(said).encode()
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Dovecot:
    def __init__(self, users=None, tokens=None, names=("localhost", "127.0.0.1"), **more):
        """users: name → password. more: imap_extra, extra: further configuration."""
        self.users = dict(users or {USER: PASSWORD})
        self.user = next(iter(self.users))
        self.password = self.users[self.user]
        self.tokens = dict(tokens or {})
        self.more = {"imap_extra": "", "extra": "", **more}
        self.introspection = Introspection(self.tokens)
        # Not below pytest's folder: only root may enter that, and socket paths are short.
        self.root = tempfile.mkdtemp(prefix="postroom-dovecot-")
        os.chmod(self.root, 0o755)
        self.ca = make_certificates(os.path.join(self.root, "tls"), names)
        self.imap_port, self.imaps_port = free_ports(2)
        self.process = None
        self.write_files()
        self.start()

    # Addresses and paths

    @property
    def imaps_url(self):
        return f"imaps://localhost:{self.imaps_port}"

    @property
    def imap_url(self):
        return f"imap://localhost:{self.imap_port}"

    @property
    def log(self):
        with open(self.path("dovecot.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    # Life

    def identity(self):
        """Whom Dovecot's helpers and the mail belong to, as root and as anybody else."""
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            return {
                "internal": "dovecot",
                "internal_group": "dovecot",
                "login": "dovenull",
                "owner": f"uid={nobody.pw_uid} gid={nobody.pw_gid} ",
            }, nobody
        me = pwd.getpwuid(os.geteuid())
        group = grp.getgrgid(os.getegid()).gr_name
        return {
            "internal": me.pw_name,
            "internal_group": group,
            "login": me.pw_name,
            "owner": "",
        }, me

    def write_files(self):
        names, owner = self.identity()
        for folder in ("run", "state"):
            os.mkdir(self.path(folder), 0o755)
        os.mkdir(self.path("home"), 0o755)
        if os.geteuid() == 0:
            os.chown(self.path("home"), owner.pw_uid, owner.pw_gid)
        self.write_users()
        with open(self.path("oauth2.conf"), "w", encoding="utf-8") as file:
            file.write(OAUTH2.format(port=self.introspection.port))
        text = CONFIGURATION.format(
            root=self.root, imap_port=self.imap_port, imaps_port=self.imaps_port,
            **names, **self.more,
        )
        with open(self.path("dovecot.conf"), "w", encoding="utf-8") as file:
            file.write(text)

    def write_users(self):
        """Dovecot reads the file again whenever it changes."""
        lines = [f"{user}:{{PLAIN}}{word}\n" for user, word in self.users.items()]
        descriptor = os.open(self.path("users.new"), os.O_CREAT | os.O_WRONLY, 0o644)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(lines)
        os.replace(self.path("users.new"), self.path("users"))

    def start(self):
        with open(self.path("startup.log"), "wb") as output:
            self.process = subprocess.Popen(
                [DOVECOT, "-F", "-c", self.path("dovecot.conf")],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with socket.create_connection(("127.0.0.1", self.imap_port), 1) as probe:
                    if probe.recv(4) == b"* OK":
                        return self
            except OSError:
                time.sleep(0.03)
        said = self.startup_text()
        self.stop()
        raise RuntimeError(f"dovecot did not start: {said}")

    def startup_text(self):
        text = ""
        for name in ("startup.log", "dovecot.log"):
            if os.path.exists(self.path(name)):
                with open(self.path(name), encoding="utf-8", errors="replace") as file:
                    text += file.read()
        return text

    def halt(self):
        """The server goes away, its mail stays; start() brings it back on the same ports."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
            # Sessions outlive their master, and go on to serve whoever is connected.
            try:
                os.killpg(self.process.pid, signal.SIGTERM)
            except ProcessLookupError:
                pass  # all are gone
        self.process = None

    def stop(self):
        self.halt()
        self.introspection.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # Mail

    def connect(self, user=None):
        """A logged-in imaplib connection, as any mail program would hold one."""
        user = user or self.user
        client = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=60)
        client.login(user, self.users[user])
        return client

    def deliver(self, mail, folder="INBOX", date=None, user=None, flags=""):
        """Puts one mail into a folder. date: epoch seconds for INTERNALDATE."""
        self.deliver_all([(mail, date)], folder, user, flags)

    def deliver_all(self, mails, folder="INBOX", user=None, flags=""):
        """mails: bytes, or (bytes, date) pairs; one connection for all."""
        client = self.connect(user)
        try:
            for entry in mails:
                mail, date = entry if isinstance(entry, tuple) else (entry, None)
                when = imaplib.Time2Internaldate(date) if date is not None else None
                status, said = client.append(quoted(folder), flags, when, mail)
                if status != "OK":
                    raise RuntimeError(f"append to {folder}: {said}")
        finally:
            client.logout()

    def uids(self, folder="INBOX", user=None):
        client = self.connect(user)
        try:
            status, said = client.select(quoted(folder), readonly=True)
            if status != "OK":
                raise RuntimeError(f"select {folder}: {said}")
            return [int(uid) for uid in client.uid("SEARCH", "ALL")[1][0].split()]
        finally:
            client.logout()

    def flags(self, uid, folder="INBOX", user=None):
        client = self.connect(user)
        try:
            client.select(quoted(folder), readonly=True)
            answer = client.uid("FETCH", str(uid), "(FLAGS)")[1][0]
            return [flag.decode() for flag in imaplib.ParseFlags(answer)]
        finally:
            client.logout()

    def expunge(self, uids, folder="INBOX", user=None):
        client = self.connect(user)
        try:
            client.select(quoted(folder))
            client.uid("STORE", ",".join(map(str, uids)), "+FLAGS", "(\\Deleted)")
            client.expunge()
        finally:
            client.logout()

    def doveadm(self, *words, stdin=None):
        """doveadm against this instance; returns what it printed."""
        done = subprocess.run(
            ["doveadm", "-c", self.path("dovecot.conf"), *words],
            input=stdin, capture_output=True, check=False, timeout=60,
        )
        if done.returncode != 0:
            raise RuntimeError(f"doveadm {' '.join(words)}: {done.stderr.decode()}")
        return done.stdout.decode("utf-8", "replace")


def quoted(folder):
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def main():
    options = argparse.ArgumentParser(description="A private Dovecot until SIGTERM")
    options.add_argument("--user", default=USER)
    options.add_argument("--password", default=PASSWORD)
    options.add_argument("--token", action="append", default=[], help="accepted by XOAUTH2")
    chosen = options.parse_args()
    done = threading.Event()
    # Handlers stand before the line is printed: who reads it may signal at once.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    tokens = {token: chosen.user for token in chosen.token}
    with Dovecot({chosen.user: chosen.password}, tokens) as box:
        print(json.dumps({
            "imap": box.imap_url, "imaps": box.imaps_url, "ca": box.ca, "root": box.root,
        }), flush=True)
        done.wait()


if __name__ == "__main__":
    main()
