"""postroom init asks the domain itself, over HTTPS, and takes nothing but IMAP with TLS."""

import http.server
import os
import ssl
import subprocess
import threading

import pytest
import yaml

from rig.certificate import make_certificate
from rig.dns import DnsServer
from rig.house import program

# A loopback of our own: port 443 of the usual one may be taken.
ADDRESS, PORT = "127.77.0.5", 443
DOMAIN = "shop.example"
FIRST = f"https://autoconfig.{DOMAIN}/mail/config-v1.1.xml"
SECOND = f"https://{DOMAIN}/.well-known/autoconfig/mail/config-v1.1.xml"
GUESS = f"imaps://imap.{DOMAIN}"


def incoming(kind="imap", host="mail.shop.example", port="993", tls="SSL", user="%EMAILADDRESS%"):
    return (f"<incomingServer type='{kind}'><hostname>{host}</hostname><port>{port}</port>"
            f"<socketType>{tls}</socketType><username>{user}</username></incomingServer>")


def client_config(*servers, head=""):
    return (f"<?xml version='1.0'?>{head}<clientConfig version='1.1'>"
            f"<emailProvider id='{DOMAIN}'><domain>{DOMAIN}</domain>{''.join(servers)}"
            "</emailProvider></clientConfig>").encode()


class Site:
    """autoconfig.shop.example and shop.example, over TLS."""

    def __init__(self, folder):
        self.answers = {}  # URL: the body, or where it leads to
        self.asked = []
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                url = f"https://{self.headers['Host']}{self.path}"
                site.asked.append(url)
                answer = site.answers.get(url)
                self.send_response(404 if answer is None else 200 if isinstance(answer, bytes) else 302)
                if isinstance(answer, str):
                    self.send_header("Location", answer)
                self.end_headers()
                if isinstance(answer, bytes):
                    self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((ADDRESS, PORT), Handler)
        self.ca = make_certificate(folder / "site.pem", (DOMAIN, f"autoconfig.{DOMAIN}"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def may_serve():
    with open("/proc/sys/net/ipv4/ip_unprivileged_port_start", encoding="ascii") as file:
        return os.geteuid() == 0 or int(file.read()) <= PORT


pytestmark = pytest.mark.skipif(not may_serve(), reason="port 443 is for root here")


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path)
    yield made
    made.stop()


def init(folder, site, *words, ca=True):
    zone = {DOMAIN: {"A": [ADDRESS]}, f"autoconfig.{DOMAIN}": {"A": [ADDRESS]}}
    with DnsServer(zone) as dns:
        done = subprocess.run(
            [program(), "init", "--resolver", dns.address, *(["--ca", site.ca] if ca else []), *words],
            cwd=folder, input=f"ana@{DOMAIN}\n\n/srv/postroom\n", capture_output=True, text=True,
            timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    with open(folder / "postroom.yaml", encoding="utf-8") as file:
        return yaml.safe_load(file)["mailboxes"][0], done.stderr


def test_the_file_of_the_domain_names_the_server(tmp_path, site):
    site.answers[FIRST] = client_config(incoming("pop3"), incoming(tls="plain", port="143"),
                                        incoming(port="1993", user="%EMAILLOCALPART%"))
    mailbox, said = init(tmp_path, site)
    assert mailbox["server"] == "imaps://mail.shop.example:1993"
    assert (mailbox["address"], mailbox["user"]) == (f"ana@{DOMAIN}", "ana")
    assert mailbox["tls"] == {"ca": site.ca}
    assert FIRST in said and site.asked == [FIRST]


def test_it_may_lie_in_the_second_place(tmp_path, site):
    site.answers[SECOND] = client_config(incoming(host="%EMAILDOMAIN%", port="143", tls="STARTTLS"))
    mailbox, _ = init(tmp_path, site)
    assert mailbox["server"] == f"imap://{DOMAIN}"
    assert site.asked == [FIRST, SECOND]


def test_another_server_than_the_named_one_has_its_own_user(tmp_path, site):
    site.answers[FIRST] = client_config(incoming(user="%EMAILLOCALPART%"))
    mailbox, _ = init(tmp_path, site, "--server", "imaps://other.example")
    assert (mailbox["server"], mailbox["user"]) == ("imaps://other.example", f"ana@{DOMAIN}")
    assert site.asked == []


def test_a_redirect_over_https_is_followed(tmp_path, site):
    site.answers[FIRST] = f"https://autoconfig.{DOMAIN}/elsewhere"
    site.answers[f"https://autoconfig.{DOMAIN}/elsewhere"] = client_config(incoming())
    assert init(tmp_path, site)[0]["server"] == "imaps://mail.shop.example"


BOMB = "<!DOCTYPE c [<!ENTITY h 'mail.shop.example'><!ENTITY f SYSTEM 'file:///etc/hostname'>]>"


@pytest.mark.parametrize("answer", [
    client_config(incoming(tls="plain", port="143")),
    client_config(incoming("pop3")),
    client_config(incoming(host="evil.example\n    password: x")),
    client_config(incoming(host="127.0.0.1/x")),
    client_config(incoming(port="0")),
    client_config(incoming(port="993; x")),
    client_config(incoming(host="&h;"), head=BOMB),
    client_config(incoming(), head=BOMB),
    client_config("<!--" + "x" * 70_000 + "-->", incoming()),
    client_config(incoming())[:-9],
    b"", b"\xff\xfe<", "http://autoconfig.shop.example/plain", "file:///etc/hostname",
    FIRST,
], ids=lambda answer: str(answer[90:150]))
def test_what_is_not_imap_with_tls_is_left(tmp_path, site, answer):
    site.answers[FIRST] = answer
    mailbox, _ = init(tmp_path, site)
    assert (mailbox["server"], mailbox["user"]) == (GUESS, f"ana@{DOMAIN}")


def test_a_user_that_is_no_word_is_not_written(tmp_path, site):
    site.answers[FIRST] = client_config(incoming(user='ana"\n    frob: x'))
    assert init(tmp_path, site)[0]["user"] == f"ana@{DOMAIN}"


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path, site):
    site.answers[FIRST] = client_config(incoming())
    mailbox, _ = init(tmp_path, site, ca=False)
    assert mailbox["server"] == GUESS and "tls" not in mailbox
    assert site.asked == []


def test_nobody_is_asked_without_a_resolver(tmp_path, site):
    done = subprocess.run([program(), "init", "--resolver", "none", "--ca", site.ca], cwd=tmp_path,
                          input=f"ana@{DOMAIN}\n\n/srv/postroom\n", capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0 and site.asked == []
