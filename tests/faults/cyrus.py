"""A private Cyrus IMAP server: the other large free one, beside Dovecot.

Debian's package refuses to stand beside Dovecot's, so its files are unpacked into a folder and
run from there:   python3 tests/faults/cyrus.py     (needs apt and the network, once)
The folder is $POSTROOM_CYRUS, else /var/cache/postroom-cyrus: the user Cyrus becomes must get
there. Cyrus wants to be started as root.
"""

import glob
import imaplib
import os
import shutil
import signal
import socket
import socketserver
import struct
import subprocess
import tempfile
import threading
import time

from rig.dovecot import free_ports, make_certificates

FOLDER = os.environ.get("POSTROOM_CYRUS", "/var/cache/postroom-cyrus")
PACKAGES = ("cyrus-imapd", "cyrus-common")
OWNER = "nobody"
BINARIES = "usr/lib/cyrus/bin"
IMAPD = """
configdirectory: {root}/conf
partition-default: {root}/spool
defaultpartition: default
cyrus_user: {owner}
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: {root}/mux
sasl_mech_list: PLAIN LOGIN
allowplaintext: yes
altnamespace: yes
unixhierarchysep: yes
autocreate_quota: 0
autocreate_inbox_folders: Junk|Sent
autocreate_subscribe_folders: Junk|Sent
xlist-junk: Junk
xlist-sent: Sent
imapidlepoll: 1
tls_server_cert: {root}/tls/server.pem
tls_server_key: {root}/tls/server.key
servername: localhost
search_engine: none
"""
SERVICES = """
START {{
}}
SERVICES {{
  imap cmd="{imapd} -C {root}/imapd.conf" listen="127.0.0.1:{imap}" proto="tcp4" prefork=1 maxchild=300
  imaps cmd="{imapd} -s -C {root}/imapd.conf" listen="127.0.0.1:{imaps}" proto="tcp4" prefork=1 maxchild=300
}}
EVENTS {{
}}
"""


def binary(name):
    return os.path.join(FOLDER, BINARIES, name)


def why_not():
    """Why there is no Cyrus here; None when there is one."""
    if os.geteuid() != 0:
        return "Cyrus must be started as root"
    if not os.path.exists(binary("imapd")) or not os.path.exists(binary("master")):
        return f"no Cyrus in {FOLDER}: python3 tests/faults/cyrus.py unpacks it"
    said = subprocess.run(["ldd", binary("imapd")], capture_output=True, text=True, check=False,
                          env=environment()).stdout
    return "Cyrus lacks a library" if "not found" in said else None


def environment():
    folders = glob.glob(os.path.join(FOLDER, "usr/lib/*-linux-gnu"))
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(folders)}


def dependencies():
    """What those packages need and this machine lacks; maintainers' tools are left out."""
    said = subprocess.run(["apt-cache", "depends", "--no-recommends", "--no-suggests", *PACKAGES],
                          capture_output=True, text=True, check=True).stdout
    names = {line.split()[1] for line in said.splitlines() if line.strip().startswith("Depends: lib")}
    return sorted(name for name in names if subprocess.run(
        ["dpkg-query", "-W", name], capture_output=True, check=False).returncode != 0)


def unpack():
    os.makedirs(FOLDER, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "download", *PACKAGES, *dependencies()], cwd=folder, check=True)
        for package in glob.glob(os.path.join(folder, "*.deb")):
            subprocess.run(["dpkg", "-x", package, FOLDER], check=True)


class Doorman(socketserver.ThreadingUnixStreamServer):
    """Speaks saslauthd's protocol: four counted texts in, "OK" or "NO" out."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path, users):
        self.users = users
        super().__init__(path, DoormanTalk)
        os.chmod(path, 0o777)


class DoormanTalk(socketserver.StreamRequestHandler):
    def handle(self):
        user, password, _, _ = (self.rfile.read(struct.unpack("!H", self.rfile.read(2))[0])
                                for _ in range(4))
        known = self.server.users.get(user.decode()) == password.decode()
        self.wfile.write(struct.pack("!H", 2) + (b"OK" if known else b"NO"))


class Cyrus:
    def __init__(self, users):
        self.users = dict(users)
        self.root = tempfile.mkdtemp(prefix="postroom-cyrus-")
        os.chmod(self.root, 0o755)
        self.ca = make_certificates(self.path("tls"))
        self.imap_port, self.imaps_port = free_ports(2)
        for folder in ("conf/socket", "conf/proc", "conf/lock", "spool"):
            os.makedirs(self.path(folder))
        self.write("imapd.conf", IMAPD.format(root=self.root, owner=OWNER))
        self.write("cyrus.conf", SERVICES.format(root=self.root, imapd=binary("imapd"),
                                                 imap=self.imap_port, imaps=self.imaps_port))
        subprocess.run(["chown", "-R", OWNER, self.path("conf"), self.path("spool"),
                        self.path("tls")], check=True)
        self.doorman = Doorman(self.path("mux"), self.users)
        threading.Thread(target=self.doorman.serve_forever, args=(0.05,), daemon=True).start()
        self.process = None
        self.start()

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)

    def start(self):
        with open(self.path("master.log"), "wb") as log:
            self.process = subprocess.Popen(
                [binary("master"), "-C", self.path("imapd.conf"), "-M", self.path("cyrus.conf"),
                 "-p", self.path("master.pid"), "-D"], env=environment(), cwd=self.root,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.imap_port), 5) as probe:
                    if probe.recv(4) == b"* OK":
                        return
            except OSError:
                time.sleep(0.05)
        with open(self.path("master.log"), encoding="utf-8", errors="replace") as log:
            said = log.read()
        self.stop()
        raise RuntimeError(f"cyrus did not start: {said}")

    def deliver(self, mail, user):
        client = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=60)
        try:
            client.login(user, self.users[user])
            status, said = client.append("INBOX", "", None, mail)
            assert status == "OK", said
        finally:
            client.logout()

    def stop(self):
        if self.process:
            try:
                os.killpg(self.process.pid, signal.SIGTERM)
                self.process.wait(10)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.doorman.shutdown()
        self.doorman.server_close()
        shutil.rmtree(self.root, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


if __name__ == "__main__":
    unpack()
    print(why_not() or f"Cyrus is in {FOLDER}")
