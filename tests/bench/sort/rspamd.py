"""rspamd on loopback, with its own rules and a Bayes of what it is taught; no network tests.

Used by decide.py. Needs rspamd and redis-server.
"""

import http.client
import json
import os
import shutil
import signal
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")
NORMAL, CONTROLLER, REDIS = 21333, 21334, 21379
OFFLINE = ("rbl", "surbl", "dkim", "spf", "dmarc", "arc", "fuzzy_check", "asn", "mx_check",
           "greylist", "ratelimit", "history_redis", "replies", "neural", "phishing")
LOCAL = {
    "worker-normal.inc": f'bind_socket = "127.0.0.1:{NORMAL}"; count = 1;',
    "worker-controller.inc": f'bind_socket = "127.0.0.1:{CONTROLLER}"; count = 1; '
                             'secure_ip = "127.0.0.1";',
    "worker-proxy.inc": "enabled = false;",
    "worker-fuzzy.inc": "enabled = false;",
    "redis.conf": f'servers = "127.0.0.1:{REDIS}";',
    "classifier-bayes.conf": 'backend = "redis"; min_learns = 200;',
    # Compiling for Hyperscan takes minutes at the first start.
    "options.inc": 'disable_hyperscan = true; dns { nameserver = ["127.0.0.1:1"]; '
                   'timeout = 0.1s; retransmits = 1; }',
    "logging.inc": 'type = "file"; level = "error";',
    **{f"{name}.conf": "enabled = false;" for name in OFFLINE},
}
SPAM_ACTIONS = {"reject", "add header", "rewrite subject"}


def is_there():
    return bool(shutil.which("rspamd") and shutil.which("redis-server"))


def ask(port, path, mail):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", path, body=mail)
    answer = json.loads(connection.getresponse().read() or b"{}")
    connection.close()
    return answer


class Rspamd:
    """One that runs while the block does."""

    def __init__(self, folder):
        local = os.path.join(folder, "conf", "local.d")
        os.makedirs(local)
        for name, text in LOCAL.items():
            with open(os.path.join(local, name), "w", encoding="ascii") as file:
                print(text, file=file)
        names = {"LOCAL_CONFDIR": os.path.join(folder, "conf"), "DBDIR": folder,
                 "RUNDIR": folder, "LOGDIR": folder}
        self.commands = [
            ["redis-server", "--port", str(REDIS), "--bind", "127.0.0.1", "--save", "",
             "--dir", folder],
            ["rspamd", "-f", "-i", "-u", "root", "-g", "root", "-c", "/etc/rspamd/rspamd.conf",
             *(word for name, value in names.items() for word in ("--var", f"{name}={value}"))]]
        self.processes = []

    def __enter__(self):
        for command in self.commands:
            self.processes.append(subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            time.sleep(1)
        deadline = time.monotonic() + 180
        while not self.answers():
            if self.processes[-1].poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("rspamd does not answer")
            time.sleep(0.2)
        return self

    @staticmethod
    def answers():
        try:
            return "action" in ask(NORMAL, "/checkv2", b"Subject: x\r\n\r\nx\r\n")
        except (OSError, ValueError, http.client.HTTPException):
            return False

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            process.wait(30)

    def cpu_s(self):
        """Of rspamd and its workers; Redis, which keeps the tokens, included."""
        whole = 0
        mine = {process.pid for process in self.processes}
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
                    fields = file.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(name) in mine or int(fields[1]) in mine:
                whole += int(fields[11]) + int(fields[12])
        return whole / TICKS

    def learn(self, mail, is_spam):
        ask(CONTROLLER, "/learnspam" if is_spam else "/learnham", mail)

    def says_spam(self, mail):
        return ask(NORMAL, "/checkv2", mail).get("action") in SPAM_ACTIONS
