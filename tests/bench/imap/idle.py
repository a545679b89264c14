#!/usr/bin/python3
"""How much memory sessions cost that wait in IDLE over TLS.

    tests/bench/imap/idle.py BUILD/tests/bench_imap_idle [--sessions 2000]

The server is a small one of our own: it only has to hold the other ends. The second line is
a client that trusts the authorities of the whole system beside the server's own, as most do.
"""

import argparse
import asyncio
import os
import resource
import ssl
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

from rig.imap_script import make_certificate  # noqa: E402

SYSTEM = "/etc/ssl/certs/ca-certificates.crt"
CAPABILITY = b"* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN IDLE\r\n"


async def serve(reader, writer):
    writer.write(b"* OK hi\r\n")
    while line := await reader.readline():
        tag, _, command = line.strip().partition(b" ")
        if command == b"CAPABILITY":
            writer.write(CAPABILITY)
        if command == b"IDLE":
            writer.write(b"+ idling\r\n")
        elif tag != b"DONE":
            writer.write(tag + b" OK done\r\n")
    writer.close()


def start(pem):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        asyncio.start_server(serve, "127.0.0.1", 0, ssl=context, backlog=512)
    )
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return server.sockets[0].getsockname()[1]


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("program")
    options.add_argument("--sessions", type=int, default=2000)
    chosen = options.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    with tempfile.TemporaryDirectory() as folder:
        pem = make_certificate(os.path.join(folder, "server.pem"))
        everybody = os.path.join(folder, "everybody.pem")
        with open(everybody, "wb") as joined:
            for path in (pem, SYSTEM):
                with open(path, "rb") as part:
                    joined.write(part.read())
        port = start(pem)
        for name, ca in (("one authority", pem), ("the system's", everybody)):
            done = subprocess.run(
                [chosen.program, f"imaps://127.0.0.1:{port}", "box", "secret", ca,
                 str(chosen.sessions)],
                check=True, capture_output=True, text=True,
            )
            print(f"{name:14} {done.stdout.strip()}", flush=True)


if __name__ == "__main__":
    main()
