"""Other people's mail, where it is at hand: nothing is held, and what another parser read beside it."""

import os

import pytest

from bench.read import beside, survey
from rig.house import program

DATA = os.environ.get("POSTROOM_DATA") or os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "data")
MAILS = os.path.join(DATA, "classify")

NOT_UTF8 = "the field is 8-bit without a charset; they replace it, we read it in the charset of the text"
BROKEN_OFF = "the multipart has no boundary, or none that is closed; they show nothing, we show the bytes"
EMPTY_PART = "they count a multipart without parts, or an empty part, as a file"
UUENCODED = "they give the size of the encoded lines, we decode x-uuencode"
BINHEX = "they end the lines otherwise; neither decodes BinHex"
PATH = "they take the backslashes of a Windows path for escapes; to us a name is data"

# Each difference from mail-parser's view, by file and field, and why it stands.
EXPLAINED = {
    ("legacy/010.eml", "subject"): NOT_UTF8, ("legacy/010.eml", "to"): NOT_UTF8,
    ("legacy/016.eml", "attachments"): BINHEX,
    ("legacy/017.eml", "attachments"): UUENCODED, ("legacy/017.eml", "to"): NOT_UTF8,
    ("legacy/020.eml", "subject"): NOT_UTF8, ("legacy/020.eml", "to"): NOT_UTF8,
    ("legacy/022.eml", "subject"): NOT_UTF8, ("legacy/022.eml", "to"): NOT_UTF8,
    ("legacy/023.eml", "attachments"): NOT_UTF8, ("legacy/026.eml", "attachments"): NOT_UTF8,
    ("legacy/027.eml", "subject"): NOT_UTF8, ("legacy/027.eml", "to"): NOT_UTF8,
    ("legacy/035.eml", "attachments"): PATH, ("legacy/039.eml", "attachments"): PATH,
    ("legacy/048.eml", "attachments"): UUENCODED,
    ("legacy/052.eml", "subject"): NOT_UTF8, ("legacy/052.eml", "to"): NOT_UTF8,
    ("legacy/052.eml", "text"): NOT_UTF8,
    ("malformed/001.eml", "text"): BROKEN_OFF, ("malformed/001.eml", "attachments"): EMPTY_PART,
    ("malformed/002.eml", "text"): BROKEN_OFF, ("malformed/002.eml", "attachments"): EMPTY_PART,
    ("malformed/003.eml", "text"): BROKEN_OFF, ("malformed/003.eml", "attachments"): EMPTY_PART,
    ("malformed/004.eml", "text"): BROKEN_OFF, ("malformed/004.eml", "attachments"): EMPTY_PART,
    ("malformed/006.eml", "text"): BROKEN_OFF, ("malformed/006.eml", "attachments"): EMPTY_PART,
    ("malformed/007.eml", "attachments"): EMPTY_PART,
    ("malformed/008.eml", "text"): "they end at a part that is not closed",
    ("malformed/008.eml", "attachments"): EMPTY_PART,
    ("malformed/009.eml", "text"): "they end at a part that is not closed",
    ("malformed/009.eml", "attachments"): EMPTY_PART,
    ("malformed/011.eml", "text"): "they end at a part that is not closed",
    ("malformed/011.eml", "attachments"): EMPTY_PART,
    ("malformed/012.eml", "attachments"): "the third mail within the mail is lost to them",
    ("malformed/016.eml", "text"): "a boundary of an inner multipart that is closed already is text to us",
    ("malformed/016.eml", "attachments"): EMPTY_PART,
    ("malformed/017.eml", "attachments"): "a disposition without a word still names its file",
    ("malformed/019.eml", "text"): BROKEN_OFF,
    ("malformed/020.eml", "text"): "they show the other faces of an alternative as its plain text",
    ("malformed/021.eml", "text"): "they show the other faces of an alternative as its plain text",
    ("rfc/000.eml", "text"): "enriched text between plain ones is text to us, a file to them",
    ("rfc/000.eml", "attachments"): "enriched text between plain ones is text to us, a file to them",
    ("rfc/003.eml", "attachments"): "another face of an alternative is no file",
    ("thirdparty/002.eml", "text"): "bytes behind broken base64, shown differently",
    ("thirdparty/002.eml", "attachments"): "a part whose base64 is broken is text to us, a file to them",
    ("thirdparty/005.eml", "text"): "a boundary within a line is none",
    ("thirdparty/007.eml", "from"): "a word without a domain is no address",
    ("thirdparty/015.eml", "attachments"): "two of three mails within the mail are lost to them",
}

pytestmark = pytest.mark.skipif(not os.path.isdir(MAILS), reason="the shared mails are not here")


@pytest.mark.parametrize("folder", ["mime_torture", "mail_hostile", "replystrip"])
def test_every_mail_is_told_and_names_its_sender(folder):
    row = survey.survey(program(), os.path.join(MAILS, folder), True)
    assert row["mails"] > 0 and row["held"] == 0 and row["limited"] == 0
    # One author writes as "MAILER-DAEMON <>": there is nobody to name.
    assert row["no_from"] <= (1 if folder == "mail_hostile" else 0)


def test_every_difference_from_another_parser_is_explained():
    found, count = beside.differences(program(), os.path.join(MAILS, "mime_torture", "stalwart"))
    assert count > 0
    wrong = [difference for difference in found if difference[:2] not in EXPLAINED]
    assert not wrong
    assert {difference[:2] for difference in found} == set(EXPLAINED), "explained, but the same by now"
