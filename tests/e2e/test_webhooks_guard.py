"""A webhook's name may lead anywhere: to the inside nothing is connected, however it is written.

All this happens in a network of its own, where every address is ours and names are answered by a
server that changes its mind. The last part of this file runs in there.
"""

import json
import os
import socket
import subprocess
import sys
import threading

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
SPACE = ["unshare", "--user", "--map-root-user", "--net", "--mount"]
PUBLIC, PUBLIC6 = "9.9.9.9", "2620:fe::fe"
INSIDE = {  # a name of the zone -> where it leads
    "this.example": "0.0.0.0", "loop.example": "127.0.0.1", "private.example": "10.0.0.1",
    "carrier.example": "100.100.100.200", "metadata.example": "169.254.169.254",
    "azure.example": "168.63.129.16", "any6.example": "::", "loop6.example": "::1",
    "mapped.example": "::ffff:127.0.0.1", "nat64.example": "64:ff9b::7f00:1",
    "siit.example": "::ffff:0:7f00:1", "unique.example": "fd00:ec2::254",
}
LITERALS = ["127.0.0.1", "127.1", "0", "0.0.0.0", "2130706433", "0x7f000001", "0x7f.1", "017700000001",
            "0177.0.0.01", "127.0.0.1.", "[::]", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
            "[64:ff9b::127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[fd00:ec2::254]", "[::ffff:0:127.0.0.1]",
            "169.254.169.254", "2852039166", "localhost", "localhost.", "LOCALHOST", "①②⑦.⓪.⓪.①"]


def why_not():
    done = subprocess.run([*SPACE, "ip", "link", "set", "lo", "up"], capture_output=True, check=False)
    return done.stderr.decode() or "no network of our own" if done.returncode else None


pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """What became of `webhooks test`, {URL: [exit code, what was said, which addresses were reached]},
    and of the name that changes its mind, in a list."""
    done = subprocess.run(
        [*SPACE, sys.executable, os.path.abspath(__file__), str(tmp_path_factory.mktemp("inside"))],
        capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_public_address_is_reached(seen):
    for name in ("public.example", "public6.example"):
        code, said, reached = seen["urls"][f"http://{name}"]
        assert code == 0, said
        assert reached == [PUBLIC6 if name == "public6.example" else PUBLIC]


def test_nothing_inside_is_connected_to(seen):
    inside = {url: found for url, found in seen["urls"].items() if "public" not in url}
    assert len(inside) == len(INSIDE) + len(LITERALS)
    assert {url: reached for url, (_, _, reached) in inside.items() if reached} == {}
    assert {url: said for url, (code, said, _) in inside.items() if code == 0} == {}
    refused = [url for url, (_, said, _) in inside.items() if "allow_networks" in said]
    assert len(refused) >= len(inside) - 3, "by us, not by chance"  # these are no names at all


def test_a_name_that_changes_its_mind_gains_nothing(seen):
    codes = [code for code, _, _ in seen["rebound"]]
    reached = {address for _, _, there in seen["rebound"] for address in there}
    assert 0 in codes and reached == {PUBLIC}
    assert any(code and "allow_networks" in said for code, said, _ in seen["rebound"])


# In there


class Fickle(dict):
    """The addresses of a name: public when it is asked first, then inside, and so on."""

    asked = 0

    def get(self, kind, default=None):
        if kind != "A":
            return super().get(kind, default)
        Fickle.asked += 1
        return [PUBLIC] if Fickle.asked % 2 else ["127.0.0.1"]


def zone():
    names = {name: {"AAAA" if ":" in address else "A": [address]} for name, address in INSIDE.items()}
    return {**names, "public.example": {"A": [PUBLIC]}, "public6.example": {"AAAA": [PUBLIC6]},
            "fickle.example": Fickle()}


class Everywhere:
    """Listens at every address; says 204, and remembers at which address it was reached."""

    def __init__(self):
        self.reached = []
        self.socket = socket.create_server(("", 80), family=socket.AF_INET6, dualstack_ipv6=True)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, _ = self.socket.accept()
            address = connection.getsockname()[0]
            self.reached.append(address.removeprefix("::ffff:"))
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            connection.close()


def settle(folder):
    for address in [*INSIDE.values(), PUBLIC, PUBLIC6]:
        if address not in ("0.0.0.0", "::", "127.0.0.1", "::1", "::ffff:127.0.0.1"):
            subprocess.run(["ip", "addr", "add", address, "dev", "lo"], check=True)
    resolv = os.path.join(folder, "resolv.conf")
    with open(resolv, "w", encoding="ascii") as file:
        file.write("nameserver 127.0.0.1\n")
    subprocess.run(["mount", "--bind", resolv, "/etc/resolv.conf"], check=True)


def main(folder):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    settle(folder)
    from rig.dns import DnsServer
    from rig.house import SECRET, House

    class Box:
        password, imaps_url, ca, user = "nothing of it", "imaps://imap.demo.example", None, "support"

    class Hooks:
        url, secret = "http://public.example/", SECRET

    there = Everywhere()
    house = House(folder, Box, None, Hooks, tls=None)

    def post(url):
        house.configure(webhooks=[house.webhook(Hooks, url=url, allow_networks=[])])
        before = len(there.reached)
        done = house.run("webhooks", "test", "crm")
        return done.returncode, done.stdout + done.stderr, there.reached[before:]

    house.config["mailboxes"][0].pop("tls")
    with DnsServer(zone(), 53):
        names = [*INSIDE, "public.example", "public6.example", *LITERALS]
        print(json.dumps({"urls": {f"http://{name}": post(f"http://{name}") for name in names},
                          "rebound": [post("http://fickle.example") for _ in range(6)]}))


if __name__ == "__main__":
    sys.path[:0] = [os.path.dirname(HERE), HERE]
    main(sys.argv[1])
