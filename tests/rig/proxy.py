"""A TCP proxy that makes the network bad, on purpose and by the byte.

    with Proxy(dovecot.imap_port) as proxy:
        proxy.faults.down.cut_after = 1000     # server to client: 1,000 bytes, then ...
        proxy.faults.down.ending = "reset"     # ... "close" (default), "reset" or "freeze"
        ... connect to 127.0.0.1:proxy.port ...

Faults are read when a connection opens, so each connection lives under one set of rules;
`freeze()`, `thaw()` and `drop()` act on connections that are open.
"""

import argparse
import copy
import dataclasses
import select
import signal
import socket
import struct
import threading
import time

PIECE = 65536


@dataclasses.dataclass
class Direction:
    latency_s: float = 0.0  # before each piece is passed on
    bytes_per_s: float = 0.0  # 0: as fast as it goes
    slice_bytes: int = 0  # passed on in pieces of this size, each a segment of its own
    cut_after: int = -1  # this many bytes pass, then the ending; -1: never
    ending: str = "close"


@dataclasses.dataclass
class Faults:
    up: Direction = dataclasses.field(default_factory=Direction)  # client to server
    down: Direction = dataclasses.field(default_factory=Direction)  # server to client
    refuse: bool = False  # accept, then reset at once
    silent: bool = False  # accept, then never say a word


class Link:
    """One client connection and its twin to the server."""

    def __init__(self, proxy, client, faults):
        self.proxy = proxy
        self.client = client
        self.server = socket.create_connection(proxy.target, 10)
        self.faults = faults
        self.passed = {"up": 0, "down": 0}
        self.ended = False
        for end in (self.client, self.server):
            end.settimeout(None)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def start(self):
        for name, source, sink in (
            ("up", self.client, self.server),
            ("down", self.server, self.client),
        ):
            threading.Thread(
                target=self.pump, args=(name, source, sink), daemon=True
            ).start()

    def pump(self, name, source, sink):
        rule = getattr(self.faults, name)
        try:
            while not self.ended:
                # A thread blocked in recv() would keep the kernel's socket alive after
                # end() has closed it, and no RST would go out: hence the short waits.
                if not select.select([source], [], [], 0.02)[0]:
                    continue
                octets = source.recv(PIECE)
                if not octets:
                    sink.shutdown(socket.SHUT_WR)
                    return
                if not self.pass_on(name, rule, octets, sink):
                    self.end(rule.ending)
                    return
        except (OSError, ValueError):  # ValueError: select() on a socket that end() closed
            self.end("close")

    def pass_on(self, name, rule, octets, sink):
        """False when the rule says that the connection has carried enough."""
        room = rule.cut_after - self.passed[name] if rule.cut_after >= 0 else len(octets)
        allowed = octets[: max(0, room)]
        step = rule.slice_bytes or len(allowed) or 1
        for start in range(0, len(allowed), step):
            piece = allowed[start : start + step]
            self.proxy.running.wait()
            if rule.latency_s:
                time.sleep(rule.latency_s)
            if rule.bytes_per_s:
                time.sleep(len(piece) / rule.bytes_per_s)
            sink.sendall(piece)
            self.passed[name] += len(piece)
        return rule.cut_after < 0 or self.passed[name] < rule.cut_after

    def end(self, ending):
        if ending == "freeze":
            return  # both sockets stay open and mute
        self.ended = True
        for end in (self.client, self.server):
            if ending == "reset":
                linger_zero = struct.pack("ii", 1, 0)
                try:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_zero)
                except OSError:
                    pass  # closed by the other pump already
            else:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
            end.close()


class Proxy:
    def __init__(self, target_port, target_host="127.0.0.1", port=0):
        self.target = (target_host, target_port)
        self.faults = Faults()
        self.links = []
        self.mute = []  # clients that are accepted and never answered
        self.running = threading.Event()
        self.running.set()
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def connections(self):
        """How many clients came so far."""
        return len(self.links) + len(self.mute)

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return  # stopped
            faults = copy.deepcopy(self.faults)
            if faults.silent:
                self.mute.append(client)
                continue
            try:
                link = Link(self, client, faults)
            except OSError:
                client.close()  # the server is away
                continue
            self.links.append(link)
            if faults.refuse:
                link.end("reset")
            else:
                link.start()

    def freeze(self):
        """No byte passes any more; the connections stay open."""
        self.running.clear()

    def thaw(self):
        self.running.set()

    def drop(self, ending="reset"):
        for link in self.links:
            link.end(ending)

    def stop(self):
        self.running.set()
        self.listener.close()
        self.drop("close")
        for client in self.mute:
            client.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def main():
    options = argparse.ArgumentParser(description="A bad network on loopback until SIGTERM")
    options.add_argument("target", type=int, help="port to pass on to")
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--latency", type=float, default=0, help="seconds, each direction")
    options.add_argument("--rate", type=float, default=0, help="bytes a second")
    options.add_argument("--slice", type=int, default=0, help="bytes a segment")
    chosen = options.parse_args()
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    with Proxy(chosen.target, port=chosen.port) as proxy:
        for rule in (proxy.faults.up, proxy.faults.down):
            rule.latency_s = chosen.latency
            rule.bytes_per_s = chosen.rate
            rule.slice_bytes = chosen.slice
        print(proxy.port, flush=True)
        done.wait()


if __name__ == "__main__":
    main()
