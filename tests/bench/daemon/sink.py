"""The receiver of bench_receiver.c, and the load tools that show how much it can take."""

import collections
import os
import re
import shutil
import subprocess
import urllib.request

SECRET = "whsec_cmlnIHNlY3JldCBvZiB0aGUgcG9zdHJvb20gYmVuY2g="
CONNECTIONS = 32  # as many as one endpoint gets from us
# What each webhook has beside its body; the id is what the receiver counts by.
HEADERS = {"Content-Type": "application/json", "webhook-timestamp": "1764400000",
           "webhook-signature": "v1," + 43 * "a" + "=",
           "traceparent": "00-" + 32 * "a" + "-" + 16 * "b" + "-01"}
LUA = """wrk.method = "POST"
local file = io.open("{path}", "rb")
wrk.body = file:read("*a")
file:close()
"""
Arrival = collections.namedtuple("Arrival", "path id at_s")


class Sink:
    secret = SECRET

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)

    def ask(self, path):
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return answer.read().decode()

    def count(self):
        return int(self.ask("/count"))

    def arrivals(self):
        """All since the beginning, in their order."""
        rows = (line.split("\t") for line in self.ask("/arrivals").splitlines())
        return [Arrival(path, event_id, int(us) / 1e6) for path, event_id, us, _ in rows]


def h2load(url, body, posts):
    told = subprocess.run(
        ["h2load", "--h1", "-t", "1", "-c", str(CONNECTIONS), "-n", str(posts), "-d", body,
         *(word for name, value in HEADERS.items() for word in ("-H", f"{name}: {value}")),
         url], check=True, capture_output=True, text=True).stdout
    assert f"{posts} succeeded, 0 failed" in told, told
    return float(re.search(r"([0-9.]+) req/s", told)[1])


def wrk(url, body, posts):
    """wrk counts seconds, not posts: as many as we would need for them at 20,000 a second."""
    script = body + ".lua"
    with open(script, "w", encoding="utf-8") as file:
        file.write(LUA.format(path=body))
    told = subprocess.run(
        ["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", f"{max(1, posts // 20000)}s", "-s", script,
         *(word for name, value in HEADERS.items() for word in ("-H", f"{name}: {value}")),
         url], check=True, capture_output=True, text=True).stdout
    assert "Non-2xx" not in told and "Socket errors" not in told, told
    return float(re.search(r"Requests/sec:\s+([0-9.]+)", told)[1])


def load_tools():
    """Name -> how to run it; those that are missing are told."""
    tools = {"h2load": h2load, "wrk": wrk}
    for name, package in (("h2load", "nghttp2-client"), ("wrk", "wrk")):
        if not shutil.which(name):
            print(f"{name} is missing (package {package})")
            del tools[name]
    return tools


def cpu_s(pid):
    """Of all threads that are there (sched_stats of the kernel, nanoseconds)."""
    used = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
            used += int(file.read().split()[0])
    return used / 1e9
