"""What odd mails say, as `postroom explain --json` tells it: requirements H3 to H9, T8."""

import base64
import io
import json
import subprocess
import urllib.parse
import zipfile

import pytest

from rig.house import program

HEAD = b"From: Ana Prieto <ana@correo.example>\r\nTo: support@demo.example\r\nMIME-Version: 1.0\r\n"


def read(mail, *words):
    """The facts of one mail; none of the mails in this file may be held."""
    done = subprocess.run([program(), "explain", "--json", "--resolver", "none", *words],
                          input=mail, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout.decode("utf-8"))
    assert "held" not in facts or facts["held"] is None
    return facts


def message(header=b"", body=b"hello\r\n"):
    return read(HEAD + header + b"\r\n" + body)["message"]


@pytest.mark.parametrize("words", ["いつもお世話になっております" * 20, "工商管理硕士研究生课程" * 30,
                                   "สวัสดีครับผมต้องการความช่วยเหลือ" * 9])
def test_words_without_blanks_between_them(words):
    facts = read(HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + words.encode())
    assert facts["message"]["text"] == words


def attachments(mail_message):
    return [(part["filename"], part["size"]) for part in mail_message["attachments"]]


def texts(mail_message):
    return {key: mail_message[key] for key in ("text", "reply_text", "quoted_text", "signature_text")}


# Structure

UU_LINES = b"begin 644 cat.txt\n#0V%T\n`\nend\n"


@pytest.mark.parametrize("before", [b"", b"\r\n", b"See the file:\r\n\r\n"])
def test_uuencoded_part(before):
    told = message(b'Content-Type: application/octet-stream; name="cat.txt"\r\n'
                   b"Content-Transfer-Encoding: x-uuencode\r\nContent-Disposition: attachment\r\n",
                   before + UU_LINES)
    assert attachments(told) == [("cat.txt", 3)]


@pytest.mark.parametrize("field", [
    b'multipart/mixed boundary="b"', b'multipart/mixed; boundary*=us-ascii\'\'%62',
    b'multipart/mixed; boundary*0="b"; boundary*1=""', b"multipart/mixed; (who) boundary = b",
    b"Multipart/Mixed;\r\n\tBOUNDARY=b", b'multipart/mixed; charset=x;; boundary="b" ;'])
def test_boundaries_as_they_are_sent(field):
    told = message(b"Content-Type: " + field + b"\r\n",
                   b"--b\r\n\r\nwords\r\n--b\r\nContent-Disposition: attachment; filename=a.bin\r\n"
                   b"Content-Type: application/x-own\r\n\r\n12345\r\n--b--\r\n")
    assert told["text"] == "words" and attachments(told) == [("a.bin", 5)]


@pytest.mark.parametrize("field", [b"multipart/mixed; boundary=other", b"multipart/mixed"])
def test_a_boundary_that_the_field_does_not_name(field):
    told = message(b"Content-Type: " + field + b"\r\n",
                   b"\r\n--b\r\nContent-Type: text/plain\r\n\r\nwords\r\n--b\r\nContent-Type: application/x-own;"
                   b" name=a.bin\r\n\r\n12345\r\n--b--\r\n")
    assert told["text"] == "words" and attachments(told) == [("a.bin", 5)]


@pytest.mark.parametrize("line", [b"--\0\0b", b"--", b"-- ", b"--\0"])
def test_a_first_line_that_is_no_boundary(line):
    told = message(b"Content-Type: multipart/mixed; boundary=other\r\n",
                   line + b"\r\nContent-Type: text/plain\r\n\r\nwords\r\n")
    assert "words" in told["text"]


def test_a_field_named_from_with_a_blank_is_no_mbox():
    told = read(b"From : ana@correo.example\r\nSubject: a\r\n\r\nwords\r\n")["message"]
    assert told["from"]["address"] == "ana@correo.example" and told["text"] == "words\n"


def test_an_alternative_is_told_once():
    told = message(b"Content-Type: multipart/alternative; boundary=b\r\n",
                   b"--b\r\nContent-Type: text/plain\r\n\r\nonce\r\n--b\r\nContent-Type: text/enriched\r\n\r\n"
                   b"<bold>once</bold>\r\n--b\r\nContent-Type: text/html\r\n\r\n<b>once</b>\r\n--b--\r\n")
    assert told["text"] == "once" and told["html"].strip() == "<b>once</b>"


# winmail.dat

def attribute(level, number, value):
    return (bytes([level]) + number.to_bytes(4, "little") + len(value).to_bytes(4, "little") + value
            + (sum(value) & 0xffff).to_bytes(2, "little"))


def prop(kind, number, value):
    counted = kind in (0x1e, 0x1f, 0x0102, 0x0d)
    head = kind.to_bytes(2, "little") + number.to_bytes(2, "little")
    if counted:
        head += (1).to_bytes(4, "little") + len(value).to_bytes(4, "little")
    return head + value + bytes(-len(value) % 4)


def props(*values):
    return len(values).to_bytes(4, "little") + b"".join(values)


def wide(text):
    return text.encode("utf-16-le") + b"\0\0"


def stream(*attributes):
    return b"\x78\x9f\x3e\x22\x01\x00" + b"".join(attributes)


def wrapped_file(name, content, *more):
    return (attribute(2, 0x00069002, bytes(14)) + attribute(2, 0x0006800f, content)
            + attribute(2, 0x00069005, props(prop(0x1f, 0x3707, wide(name)), prop(0x03, 0x3705, bytes(4)),
                                             *more)))


def winmail(content, words=b""):
    return read(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
                + words + b"\r\n--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n"
                b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(content) + b"\r\n--b--\r\n")["message"]


# "{\rtf1\ansi\ansicpg1252\pard hello world}", as MS-OXRTFCP 3.1.1 compresses it.
RTF_HELLO = bytes.fromhex("2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c09002062"
                          "7705b06c647d0a800fa0")


def test_winmail_gives_its_files_and_keeps_the_words():
    told = winmail(stream(wrapped_file("Größe.pdf", b"%PDF-1.4 x"), wrapped_file("b.txt", b"hello")), b"see both")
    assert told["text"] == "see both"
    assert attachments(told) == [("Größe.pdf", 10), ("b.txt", 5)]
    assert told["attachments"][0]["content_type"] == "application/pdf"


@pytest.mark.parametrize("values, text", [
    ([prop(0x1f, 0x1000, wide("¿Vendrá?"))], "¿Vendrá?"),
    ([prop(0x1e, 0x1000, "¿Vendrá?".encode("cp1252") + b"\0")], "¿Vendrá?"),
    ([prop(0x0102, 0x1013, b"<p>page</p>")], "page"),
    ([prop(0x0102, 0x1009, RTF_HELLO)], "hello world"),
    ([prop(0x40, 0x0039, bytes(8)), prop(0x0b, 0x0023, bytes(4)), prop(0x1f, 0x1000, wide("late"))], "late"),
])
def test_winmail_alone_gives_its_words(values, text):
    assert winmail(stream(attribute(1, 0x00069003, props(*values))))["text"] == text


def test_winmail_within_winmail():
    inner = stream(wrapped_file("deep.txt", b"deep"))
    told = winmail(stream(wrapped_file("Message", b"", prop(0x0d, 0x3701, bytes(16) + inner))))
    assert ("deep.txt", 4) in attachments(told)


@pytest.mark.parametrize("content", [
    b"", b"\x78\x9f\x3e\x22", b"\x78\x9f\x3e\x22\x01\x00" + b"\xff" * 40,
    stream(wrapped_file("a.txt", b"a"))[:-30],
    stream(attribute(1, 0x00069003, b"\xff\xff\xff\xff" * 20)),
    stream(attribute(1, 0x00069003, props(prop(0x0102, 0x1009, RTF_HELLO[:20] + b"\xff" * 40)))),
])
def test_a_broken_winmail_loses_nothing_else(content):
    told = winmail(content, b"the words")
    assert told["text"] == "the words" and len(told["attachments"]) == 1


# Names are data

@pytest.mark.parametrize("field, name", [
    (b'filename="../../etc/passwd"', "../../etc/passwd"),
    (b'filename="C:\\temp\\new.txt"', "C:\\temp\\new.txt"),
    ('filename="\u200b.htaccess"'.encode(), "\u200b.htaccess"),
    (b"filename*=utf-8''%E2%80%AEcod.exe", "\u202ecod.exe"),
    (b"filename*=us-ascii''caf%F6.txt", "cafö.txt"),
    (b"filename*0=one; filename*1=two.txt", "onetwo.txt"),
    (b"filename*0*=utf-8''%C3%A9; filename*1*=%C3%A9.txt", "éé.txt"),
    (b'filename="=?iso-8859-1?Q?caf=E9=2Etxt?="', "café.txt"),
    (b'filename="=?utf-8?B?w6k=?=\r\n =?utf-8?B?LnR4dA==?="', "é.txt"),
    (b"filename=a b.txt", "a b.txt"), (b'filename="caf\xe9.txt"', "café.txt"),
])
def test_names_of_files(field, name):
    told = message(b"Content-Type: application/x-own\r\nContent-Disposition: attachment; " + field + b"\r\n",
                   b"12345")
    assert attachments(told) == [(name, 5)]


def test_a_name_of_64_kb_is_cut():
    told = message(b'Content-Type: application/x-own; name="' + b"n" * 65536 + b'"\r\n', b"12345")
    assert len(told["attachments"][0]["filename"]) == 1024


# Risks

def zipped(name, content, mode=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", mode) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def encrypted(archive):
    """The same archive, said to be encrypted in both of its headers."""
    local, central = archive.index(b"PK\x03\x04"), archive.index(b"PK\x01\x02")
    marked = bytearray(archive)
    marked[local + 6] |= 1
    marked[central + 8] |= 1
    return bytes(marked)


def attached(name, content, kind=b"application/octet-stream"):
    return (b"Content-Type: " + kind + b"\r\nContent-Disposition: attachment; filename*=utf-8''"
            + urllib.parse.quote(name).encode() + b"\r\nContent-Transfer-Encoding: base64\r\n",
            base64.encodebytes(content))


@pytest.mark.parametrize("name, content, risk", [
    ("setup.exe", b"text", "executable"), ("photo.jpg", b"MZ\x90\x00", "executable"),
    ("invoice.pdf.exe", b"x", "double_extension"), ("invoice.pdf .scr", b"x", "double_extension"),
    ("cod\u202efdp.exe", b"x", "rtl_override"), ("a\u200b.htaccess", b"x", "zero_width"),
    ("budget.xlsm", b"x", "macro"), ("budget.xlsx", zipped("xl/vbaProject.bin", b"x"), "macro"),
    ("files.zip", encrypted(zipped("a.txt", b"secret")), "encrypted_archive"),
    ("files.zip", zipped("a.bin", bytes(20_000_000)), "archive_bomb"),
    ("files.zip", zipped("run.js", b"x"), "executable_in_archive"),
    ("files.zip", b"PK\x03\x04 and nothing", "unreadable_archive"),
])
def test_risks_of_files(name, content, risk):
    header, body = attached(name, content)
    part, = message(header, body)["attachments"]
    assert risk in part["risk"], part
    assert part["size"] == len(content) and part["filename"] == name


@pytest.mark.parametrize("name, content", [
    ("notes.txt", b"hello"), ("report.pdf", b"%PDF-1.4"), ("v1.2.pdf", b"%PDF-1.4"),
    ("files.zip", zipped("a.txt", b"harmless words, nothing more")), ("e\u0301te\u0301.txt", b"x"),
    ("family \U0001f468\u200d\U0001f469\u200d\U0001f467.png", b"\x89PNG\r\n\x1a\n"),
])
def test_files_without_risk(name, content):
    header, body = attached(name, content)
    part, = message(header, body)["attachments"]
    assert part["risk"] == []


def test_a_mail_within_the_mail_has_the_risks_of_what_it_carries():
    header, body = attached("setup.exe", b"MZ")
    inner = HEAD + b"Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n" + header + b"\r\n" + body + b"--i--\r\n"
    part, = message(b"Content-Type: multipart/mixed; boundary=b\r\n",
                    b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--b--\r\n")["attachments"]
    assert part["content_type"] == "message/rfc822" and "executable" in part["risk"]


# H6: charsets and escapes

@pytest.mark.parametrize("charset, content, text", [
    ("windows-1252", b"caf\xe9 \x80 \x93q\x94", "café € “q”"), ("iso-8859-1", b"caf\xe9 \x80", "café €"),
    ("windows-1251", "Привет".encode("cp1251"), "Привет"), ("koi8-r", "Привет".encode("koi8-r"), "Привет"),
    ("iso-2022-jp", "こんにちは".encode("iso-2022-jp"), "こんにちは"),
    ("shift_jis", "こんにちは".encode("cp932"), "こんにちは"), ("gb2312", "你好，世界".encode("gb18030"), "你好，世界"),
    ("big5", "你好".encode("big5"), "你好"), ("euc-kr", "안녕하세요".encode("euc-kr"), "안녕하세요"),
    ("iso-8859-2", "Zażółć".encode("iso-8859-2"), "Zażółć"), ("windows-1254", "İstanbul".encode("cp1254"), "İstanbul"),
    ("no-such-charset", "Grüße aus Köln".encode(), "Grüße aus Köln"), ("us-ascii", "señor".encode(), "señor"),
    ("us-ascii", "señor, ¿cuándo llegará mi pedido?".encode("latin-1"), "señor, ¿cuándo llegará mi pedido?"),
    ("utf-8", "El señor no pagó la factura del año pasado".encode("latin-1"),
     "El señor no pagó la factura del año pasado"),
    ("utf-8", "😀 ok".encode(), "😀 ok"), ("utf-7", b"C:\\temp\\new +AOk-", None),
])
def test_charsets(charset, content, text):
    told = message(f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n".encode(),
                   content)
    if text is None:
        assert "C:\\temp\\new" in told["text"]
    else:
        assert told["text"] == text


@pytest.mark.parametrize("field, subject", [
    (b"=20literal =3D signs", "=20literal =3D signs"), (b"caf\xe9 raw", "café raw"), ("naïve 8-bit ☃".encode(), "naïve 8-bit ☃"),
    (b"=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café"), (b"=?utf-8?B?Y2Fmw6k=?= tail", "café tail"),
    (b"=?UTF-8?q?a_b=5Fc?=", "a b_c"), (b"=?utf-8?q?un finished", "=?utf-8?q?un finished"),
    (b"=?x-unknown?q?caf=C3=A9?=", "café"), (b"=?gb2312?B?xOO6ww==?=", "你好"),
    (b"=?utf-8?q?with blank inside?=", "with blank inside"), (b"x=?utf-8?q?=41?=y", "xAy"),
    (b"=?utf-8?Q?folded?=\r\n =?utf-8?Q?_words?=", "folded words"), (b"C:\\temp\\new", "C:\\temp\\new"),
    (b"tab\tand  blanks", "tab\tand  blanks"),
])
def test_subjects(field, subject):
    assert message(b"Subject: " + field + b"\r\n")["subject"] == subject


# H7: senders

@pytest.mark.parametrize("header, address", [
    (b"From: Fabian <a@b.example\r\n", "a@b.example"), (b"From: a@b.example\r\nReply-To:\r\n", "a@b.example"),
    (b"From: a@b.example\r\nReply-To: Fabian\r\n", "a@b.example"), (b"Sender: s@b.example\r\n", "s@b.example"),
    (b"From:\r\nReply-To: r@b.example\r\n", "r@b.example"), (b"Subject: nobody\r\n", None),
    (b"From: <>\r\nReturn-Path: <p@b.example>\r\n", "p@b.example"),
    (b"from: mailto:a@b.example\r\n", "a@b.example"), (b"From: 'a@b.example'\r\n", "a@b.example"),
    (b"From: [a@b.example]\r\n", "a@b.example"), (b"From: A B (c) <a@b.example> x\r\n", "a@b.example"),
])
def test_senders(header, address):
    assert read(header + b"\r\nwords\r\n")["message"]["from"]["address"] == address


# H8: nothing is lost

def test_two_pages_are_told_both():
    told = message(b"Content-Type: multipart/mixed; boundary=b\r\n",
                   b"--b\r\nContent-Type: text/html\r\n\r\n<p>one</p>\r\n--b\r\nContent-Type: text/html\r\n\r\n"
                   b"<p>two</p>\r\n--b--\r\n")
    assert told["text"].split() == ["one", "two"]


def test_text_before_the_page():
    assert message(b"Content-Type: text/html\r\n", b"before <html><body><p>within</p></body></html>"
                   )["text"].split() == ["before", "within"]


@pytest.mark.parametrize("tag", [b"<img src=\"image001.png\">", b"<IMG SRC='image001.png'>", b"<img src=image001.png>"])
def test_a_picture_by_its_bare_name_is_inline(tag):
    told = message(b"Content-Type: multipart/mixed; boundary=b\r\n",
                   b"--b\r\nContent-Type: text/html\r\n\r\n" + tag + b"see\r\n--b\r\n"
                   b"Content-Type: image/png; name=image001.png\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--\r\n")
    assert told["attachments"][0]["inline"] is True


def test_only_a_file():
    told = message(b"Content-Type: application/pdf; name=a.pdf\r\n", b"%PDF-1.4")
    assert attachments(told) == [("a.pdf", 8)] and told["text"] == ""


def test_a_table_comes_as_lines_and_hidden_text_stays_out():
    told = message(b"Content-Type: text/html\r\n",
                   b"<table><tr><td>Order</td><td>4711</td></tr><tr><td>Total</td><td>12 EUR</td></tr></table>"
                   b"<div style='display:none'>secret</div><a href='https://shop.example/a?b=1'>pay</a>")
    assert told["text"].split("\n")[:2] == ["Order 4711", "Total 12 EUR"] and "secret" not in told["text"]
    assert told["links"] == [{"text": "pay", "url": "https://shop.example/a?b=1", "domain": "shop.example"}]


def test_a_clear_signed_mail_and_an_invitation():
    told = message(b"Content-Type: multipart/signed; boundary=b; protocol=x\r\n",
                   b"--b\r\nContent-Type: text/plain\r\n\r\nsigned words\r\n--b\r\nContent-Type: "
                   b"application/pkcs7-signature; name=smime.p7s\r\n\r\nx\r\n--b--\r\n")
    assert told["text"] == "signed words" and told["security"]["signed"] is True
    told = message(b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n",
                   b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Visit\r\nORGANIZER:"
                   b"mailto:e@firma.example\r\nDTSTART:20260803T100000Z\r\nDTEND:20260803T110000Z\r\nEND:VEVENT\r\n"
                   b"END:VCALENDAR\r\n")
    event, = told["calendar"]
    assert (event["method"], event["organizer"], event["summary"]) == ("REQUEST", "e@firma.example", "Visit")
    assert event["start"] == "2026-08-03T10:00:00Z"


# H9: dates

@pytest.mark.parametrize("date", [b"Mon, 3 Aug 2099 10:00:00 +0000", b"yesterday", b"", b"0", b"Mon, 99 Foo 2026"])
def test_dates_of_the_future_and_of_nobody(date):
    told = read(HEAD + b"Date: " + date + b"\r\n\r\nwords", "--received-at", "2026-08-03T10:00:00Z")["message"]
    assert told["date"] is None and told["received_at"] == "2026-08-03T10:00:00Z"
    assert "invalid_date" in told["defects"]


def test_facts_of_a_large_mail_are_bounded():
    done = subprocess.run([program(), "explain", "--json", "--resolver", "none"], check=False, timeout=300,
                          input=HEAD + b"\r\n" + b"words and words\r\n" * 2_000_000, capture_output=True)
    told = json.loads(done.stdout)["message"]
    assert told["truncated"] is True and len(told["text"]) <= 1 << 20


# Leads

@pytest.mark.parametrize("domain, body, phone", [
    ("firma.de", "Name: Eva\nE-Mail: eva@firma.de\nTelefon: 030 1234567", "+49301234567"),
    ("firma.de", "Name: Eva\nE-Mail: eva@firma.de\nTelefon: +49 (0)30 1234567", "+49301234567"),
    ("firma.es", "Nombre: Eva\nCorreo: eva@firma.es\nTelefono: 981 22 33 44", "+34981223344"),
    ("firma.fr", "Nom: Eva\nCourriel: eva@firma.fr\nTelephone: 01 22 33 44 55", "+33122334455"),
    ("firma.example", "Name:\nEva\nEmail:\neva@firma.example\nPhone:\n0034 981 22 33 44", "+34981223344"),
])
def test_fields_of_a_form(domain, body, phone):
    facts = read(HEAD.replace(b"correo.example", domain.encode()) + b"Subject: Offer, price, demo\r\n"
                 b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
                 + (body + "\nMessage: please send us an offer and a price list for 300 units\n").encode())
    assert facts["lead"]["name"] == "Eva" and facts["lead"]["email"] == "eva@" + domain
    assert facts["lead"]["phones"] == [phone]


ASK = "please send us an offer and a price list for 300 units\n"


@pytest.mark.parametrize("body, name, address, phones", [
    (f"From: Eva Example <eva@firma.example>\nSubject: Offer\n\nMessage Body:\n{ASK}", "Eva Example",
     "eva@firma.example", []),
    (f"First name: Eva\nLast name: Example\nEmail: eva@firma.example\nMessage: {ASK}", "Eva Example",
     "eva@firma.example", []),
    (f"Vorname: Eva\nNachname: Beispiel\nE-Mail: eva@firma.example\nNachricht: {ASK}", "Eva Beispiel",
     "eva@firma.example", []),
    (f"Name\n\nEva\n\nEmail\n\neva@firma.example\n\nPhone\n\n+34 981 22 33 44\n\nMessage\n\n{ASK}", "Eva",
     "eva@firma.example", ["+34981223344"]),
    (f"Navn: Eva\nE-post: eva@firma.no\nTelefon: 12 34 56 78\nMelding: {ASK}", "Eva", "eva@firma.no",
     ["+4712345678"]),
    (f"*Name:* Eva\n*Email:* eva@firma.example <mailto:eva@firma.example>\n*Message:* {ASK}", "Eva",
     "eva@firma.example", []),
    (f"Name: Eva\nEmail: eva@firma.example\nMobile: yes\nDate: 2026-03-12 09:15\nMessage: {ASK}", "Eva",
     "eva@firma.example", []),
    (f"Imię i nazwisko: Ewa Przykład\nAdres e-mail: ewa@firma.pl\nTelefon: 600 111 222\nWiadomość: {ASK}",
     "Ewa Przykład", "ewa@firma.pl", ["+48600111222"]),
])
def test_forms_of_many_makers(body, name, address, phones):
    facts = read(HEAD + b"Subject: Offer, price, demo\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
                 + body.encode())
    lead = facts["lead"]
    assert (lead["name"], lead["email"], lead["phones"]) == (name, address, phones)


@pytest.mark.parametrize("rows", [
    "Name = Eva Example\nEmail = eva@firma.example\nPhone = +34 981 22 33 44\n",
    "Name - Eva Example\nEmail - eva@firma.example\nPhone - +34 981 22 33 44\n",
    "Name Eva Example\nEmail eva@firma.example\nPhone +34 981 22 33 44\nName wrong on the invoice\n",
])
def test_forms_without_colons(rows):
    facts = read(HEAD + b"Subject: Offer, price, demo\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
                 + (rows + ASK).encode())
    lead = facts["lead"]
    assert (lead["name"], lead["email"], lead["phones"], lead["website"]) == (
        "Eva Example", "eva@firma.example", ["+34981223344"], "firma.example")


@pytest.mark.parametrize("domain, card, company, site, phones", [
    ("firma.es", "Eva Gil\nEjemplo e Hijos, S.L.\nTel. 981 22 33 44 | www.ejemplo.example",
     "Ejemplo e Hijos, S.L.", "www.ejemplo.example", ["+34981223344"]),
    ("firma.mx", "Ing. Eva Gil\nHerramientas de Ejemplo S.A. de C.V.\nTel: (55) 1234-5678\nCel: 044 55 1234 5678",
     "Herramientas de Ejemplo S.A. de C.V.", "firma.mx", ["+525512345678"]),
    ("firma.ar", "Eva Gil\nCel: 11 15-2345-6789\nTel: (011) 4567-8901", None, "firma.ar",
     ["+5491123456789", "+541145678901"]),
    ("firma.example", "Eva Gil\nPurchasing | Example & Sons Inc.\nhttps://example-sons.example/",
     "Example & Sons Inc.", "https://example-sons.example/", []),
])
def test_cards_under_a_letter(domain, card, company, site, phones):
    facts = read(f"From: eva@{domain}\r\nTo: ventas@nuestra.example\r\nSubject: Offer, price, demo\r\n"
                 f"Content-Type: text/plain; charset=utf-8\r\n\r\n{ASK}\nIP 192.168.100.200, ISBN "
                 f"978-84-376-0494-7, card 4111 1111 1111 1111\n\nSaludos,\n{card}\n".encode())
    lead = facts["lead"]
    assert lead["name"] == card.split("\n")[0]
    assert (lead["company"], lead["website"], lead["phones"]) == (company, site, phones)


def test_a_page_of_a_form():
    rows = "".join(f"<tr><td colspan=2><b>{key}</b></td></tr><tr><td>&nbsp;</td><td>{value}</td></tr>"
                   for key, value in [("Name", "Eva"), ("Email", "eva@firma.example"), ("Message", ASK)])
    facts = read(HEAD + b"Subject: Offer, price, demo\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
                 + f"<table>{rows}</table>".encode())
    assert (facts["lead"]["name"], facts["lead"]["email"]) == ("Eva", "eva@firma.example")
