"""A Postfix of its own on loopback: takes mail for the addresses it was given, into Maildirs.

    with Postfix(["ventas@demo.example"], answers={"x@demo.example": "450 4.2.0 later"}) as post:
        post.url; post.mails("ventas@demo.example")

answers: what RCPT hears. bounces: addresses that are taken, then returned to the sender.
Only root can run it; it touches nothing of a Postfix that Debian's package has set up.
"""

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
import time

from rig.dovecot import free_ports

PROGRAMS = "/usr/lib/postfix/sbin"
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
nouser unix - n n - - pipe user=nobody argv={root}/nouser
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


def why_not():
    """Why it cannot run here; None: it can."""
    if os.geteuid() != 0:
        return "Postfix runs as root only"
    return None if os.path.exists(f"{PROGRAMS}/master") else "Postfix is not installed"


class Postfix:
    def __init__(self, addresses, answers=None, bounces=()):
        self.root = tempfile.mkdtemp(prefix="postroom-postfix-")
        os.chmod(self.root, 0o755)
        (self.port,) = free_ports(1)
        self.url = f"smtp://127.0.0.1:{self.port}"
        for folder in ("etc", "queue", "data", "mail"):
            os.mkdir(self.path(folder), 0o755)
        nobody, postfix = pwd.getpwnam("nobody"), pwd.getpwnam("postfix")
        os.chown(self.path("mail"), nobody.pw_uid, nobody.pw_gid)
        os.chown(self.path("data"), postfix.pw_uid, postfix.pw_gid)
        self.write("etc/master.cf", MASTER.format(port=self.port, root=self.root))
        self.write("nouser", "#!/bin/sh\nexit 67\n")  # taken at RCPT, refused afterwards
        os.chmod(self.path("nouser"), 0o755)
        self.write("etc/boxes", "".join(f"{name} {name}/\n" for name in [*addresses, *bounces]))
        self.write("etc/bounces", "".join(f"{name} nouser:\n"
                                          for name in bounces))
        self.write("etc/answers", "".join(f"{name} {said}\n"
                                          for name, said in (answers or {}).items()))
        domains = {name.partition("@")[2] for name in [*addresses, *bounces, *(answers or {})]}
        self.write("etc/main.cf", f"""\
compatibility_level = 3.6
queue_directory = {self.path("queue")}
data_directory = {self.path("data")}
daemon_directory = {PROGRAMS}
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {self.path("postfix.log")}
maillog_file_prefixes = {self.root}
myhostname = relay.demo.example
mydestination =
local_recipient_maps =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
smtpd_recipient_restrictions = check_recipient_access texthash:{self.path("etc/answers")},
    reject_unauth_destination
transport_maps = texthash:{self.path("etc/bounces")}
virtual_mailbox_domains = {" ".join(sorted(domains))}
virtual_mailbox_maps = texthash:{self.path("etc/boxes")}
virtual_mailbox_base = {self.path("mail")}
virtual_uid_maps = static:{nobody.pw_uid}
virtual_gid_maps = static:{nobody.pw_gid}
smtputf8_enable = no
""")
        self.control("start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def control(self, word):
        done = subprocess.run(["postfix", "-c", self.path("etc"), word], capture_output=True,
                              text=True, timeout=60, check=False)
        assert done.returncode == 0, f"postfix {word}: {done.stderr}\n{self.log}"

    def stop(self):
        if self.root:
            try:
                self.control("stop")
            finally:
                shutil.rmtree(self.root, ignore_errors=True)
                self.root = None

    @property
    def log(self):
        try:
            with open(self.path("postfix.log"), encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def mails(self, address):
        """What lies in the Maildir of an address, oldest first."""
        files = sorted(glob.glob(self.path("mail", address, "new", "*")), key=os.path.getmtime)
        found = []
        for name in files:
            with open(name, "rb") as file:
                found.append(file.read())
        return found

    def wait_for(self, address, count=1, patience_s=60):
        deadline = time.monotonic() + patience_s
        while len(self.mails(address)) < count:
            assert time.monotonic() < deadline, f"no mail for {address}\n{self.log}"
            time.sleep(0.05)
        return self.mails(address)
