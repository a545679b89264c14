"""The storm finds what the end-to-end tests find."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(PROJECT, "tests"), os.path.join(PROJECT, "tests", "e2e"),
                os.path.join(PROJECT, "config")]
