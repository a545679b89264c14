"""A webhook receiver that checks signatures (Standard Webhooks 1.0.0), on loopback.

    with Receiver() as hooks: ... hooks.url, hooks.secret, hooks.events, hooks.failures
    Receiver(script=lambda n, event: (503, {"Retry-After": "1"}, b"later"))

The script sees each request, n counting from 0, and says the answer: a status, or
(status, headers, body); None is 204. It may sleep. `after(n, event)`, when set, is called
once the answer was given. By hand:
    python3 tests/rig/receiver.py --port 8090 --secret-file crm.secret
"""

import argparse
import base64
import dataclasses
import hashlib
import hmac
import http.server
import json
import secrets
import threading
import time

TOLERANCE_S = 300


@dataclasses.dataclass
class Event:
    id: str
    timestamp: str
    signature: str
    raw: bytes
    body: dict
    verified: bool
    at: float
    headers: dict  # names in lower case
    path: str


def expected_signature(secret, event_id, timestamp, raw):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = b".".join([event_id.encode(), timestamp.encode(), raw])
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def verify(secret_list, event_id, timestamp, signature, raw):
    """The fault, or None when one of the signatures fits one of the secrets."""
    if not event_id or not timestamp.isdigit():
        return "webhook-id or webhook-timestamp is missing"
    if abs(time.time() - int(timestamp)) > TOLERANCE_S:
        return "webhook-timestamp is far from now"
    for secret in secret_list:
        wanted = expected_signature(secret, event_id, timestamp, raw)
        if any(hmac.compare_digest(wanted, given) for given in signature.split()):
            return None
    return "no signature fits"


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512  # a connection that waits for a second try would look like a fault


class Receiver:
    def __init__(self, secret=None, script=None, port=0):
        given = secret or "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
        self.secrets = [given] if isinstance(given, str) else list(given)
        self.secret = self.secrets[0]
        self.script = script
        self.after = None
        self.events = []
        self.failures = []  # (fault, Event)
        self.lock = threading.Lock()
        self.arrived = threading.Condition(self.lock)
        self.server = Server(("127.0.0.1", port), self.handler())
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hooks"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,),
                                       daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.thread.join()
            self.server = None

    def wait_for(self, count, patience_s=60):
        with self.arrived:
            self.arrived.wait_for(lambda: len(self.events) >= count, patience_s)
            return list(self.events)

    def take(self, headers, raw, path):
        fields = [headers.get(name, "")
                  for name in ("webhook-id", "webhook-timestamp", "webhook-signature")]
        fault = verify(self.secrets, *fields, raw)
        try:
            body = json.loads(raw)
        except ValueError:
            body, fault = {}, fault or "the body is not JSON"
        event = Event(*fields, raw, body, fault is None, time.time(),
                      {name.lower(): value for name, value in headers.items()}, path)
        with self.arrived:
            n = len(self.events)
            self.events.append(event)
            if fault:
                self.failures.append((fault, event))
            self.arrived.notify_all()
        return n, event

    def handler(self):
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                n, event = receiver.take(self.headers, raw, self.path)
                answer = receiver.script(n, event) if receiver.script else None
                self.answer(answer if answer is not None else 204)
                if receiver.after:
                    receiver.after(n, event)

            def answer(self, answer):
                status, headers, body = answer if isinstance(answer, tuple) else (answer, {}, b"")
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler


def main():
    options = argparse.ArgumentParser(description="webhook receiver on loopback")
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--secret-file", required=True)
    chosen = options.parse_args()
    with open(chosen.secret_file, encoding="utf-8") as file:
        receiver = Receiver(file.read().split(), port=chosen.port)
    print(receiver.url, flush=True)
    told = 0
    while True:
        for event in receiver.wait_for(told + 1, 1)[told:]:
            told += 1
            proof = "verified" if event.verified else "NOT VERIFIED"
            print(proof, event.body.get("type"), event.id, flush=True)


if __name__ == "__main__":
    main()
