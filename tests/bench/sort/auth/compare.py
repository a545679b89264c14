#!/usr/bin/python3
"""Judges one signed mail with our room, OpenSSL alone, dkimpy and libopendkim, in one run.

    tests/bench/sort/auth/compare.py BUILD/tests/bench_sort_auth_judge [--kib 16]

Our program prints its own ceiling; `openssl speed` of the same run stands beside it. dkimpy
(python3-dkim) verifies with the key at hand; libopendkim (libopendkim11, left out where it is not
installed; what opendkim-testmsg is made of) with its keys in a file.
"""

import argparse
import ctypes
import os
import re
import subprocess
import tempfile
import time

import dkim


def rate(work, seconds=3):
    done, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        work()
        done += 1
    return done / (time.process_time() - start)


def openssl_rate():
    said = subprocess.run(["openssl", "speed", "-seconds", "2", "rsa2048"], check=True,
                          capture_output=True, text=True).stdout
    verify = float(said.split()[-1])
    said = subprocess.run(["openssl", "speed", "-seconds", "2", "-bytes", "16384", "-evp",
                           "sha256"], check=True, capture_output=True, text=True).stdout
    hashed = float(re.search(r"([\d.]+)k\s*$", said)[1]) * 1000 / 16384
    return verify, hashed, 1 / (1 / verify + 1 / hashed)


class Opendkim:
    """libopendkim with its keys in a file, as its own tests use it (dkim.h)."""

    SET, METHOD, INFO, FROM_FILE = 1, 6, 7, 1

    def __init__(self, folder, mail, key):
        keys = os.path.join(folder, "keys").encode()
        with open(keys, "w", encoding="utf-8") as file:
            file.write(f"s1._domainkey.shop.example {key}\n")
        self.c = ctypes.CDLL("libopendkim.so.11")
        self.c.dkim_init.restype = self.c.dkim_verify.restype = ctypes.c_void_p
        self.library = ctypes.c_void_p(self.c.dkim_init(None, None))
        method = ctypes.c_int(self.FROM_FILE)
        name = ctypes.create_string_buffer(keys, 1025)
        self.set(self.METHOD, ctypes.byref(method), ctypes.sizeof(method))
        self.set(self.INFO, name, ctypes.sizeof(name))
        head, self.body = mail.split(b"\r\n\r\n", 1)
        self.fields = re.split(rb"\r\n(?![ \t])", head)

    def set(self, option, value, size):
        done = self.c.dkim_options(self.library, self.SET, option, value, ctypes.c_size_t(size))
        assert done == 0, done

    def verify(self):
        status = ctypes.c_int()
        job = ctypes.c_void_p(self.c.dkim_verify(self.library, b"bench", None,
                                                 ctypes.byref(status)))
        for field in self.fields:
            self.c.dkim_header(job, field, ctypes.c_size_t(len(field)))
        self.c.dkim_eoh(job)
        self.c.dkim_body(job, self.body, ctypes.c_size_t(len(self.body)))
        status = self.c.dkim_eom(job, None)
        self.c.dkim_free(job)
        assert status == 0, status


def opendkim_rate(folder, mail, key):
    try:
        library = Opendkim(folder, mail, key)
    except OSError:
        return None
    return rate(library.verify)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("bench")
    options.add_argument("--kib", default="16")
    chosen = options.parse_args()
    print(subprocess.run([chosen.bench, chosen.kib], check=True, capture_output=True,
                         text=True).stdout, end="")
    verify, hashed, both = openssl_rate()
    print(f"openssl speed: {verify:.0f} verifications, {hashed:.0f} hashes of 16 KiB: "
          f"{both:.0f} of both")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([chosen.bench, "--write", folder, chosen.kib], check=True)
        with open(os.path.join(folder, "mail.eml"), "rb") as file:
            mail = file.read()
        with open(os.path.join(folder, "key.txt"), encoding="utf-8") as file:
            key = file.read()
        answer = lambda *_, **__: key.encode()  # noqa: E731
        assert dkim.verify(mail, dnsfunc=answer)
        python = rate(lambda: dkim.verify(mail, dnsfunc=answer))
        print(f"dkimpy                           {python:10.0f}")
        peer = opendkim_rate(folder, mail, key)
        print(f"libopendkim                      {peer:10.0f}" if peer else
              "libopendkim is not installed (package libopendkim11)")


if __name__ == "__main__":
    main()
