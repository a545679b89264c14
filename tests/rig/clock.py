"""The daemon's clock, turned by a test: libfaketime's, which reads it from a file.

    clock = Clock(house.path("clock"))
    house.clock = clock                   # for every start from now on
    clock.turn(86400)                     # a day ahead

What waits by the monotonic clock waits as ever. It does not go with sanitizers.
"""

import glob
import os

LIBRARY = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")


class Clock:
    def __init__(self, path):
        self.path = path
        self.environment = {"LD_PRELOAD": LIBRARY[0], "FAKETIME_TIMESTAMP_FILE": path,
                            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        self.turn(0)

    def turn(self, ahead_s):
        with open(self.path + ".new", "w", encoding="ascii") as file:
            file.write(f"{ahead_s:+f}\n")
        os.replace(self.path + ".new", self.path)
