"""The mails of requirement H1: each tries to cost more than a mail may cost."""

HEAD = b"To: support@demo.example\r\nMIME-Version: 1.0\r\n"
FROM = b"From: Eve <eve@bulk.example>\r\n"


def plain(header=b"", body=b"short body\r\n", sender=FROM):
    return sender + HEAD + b"Subject: odd\r\n" + header + b"\r\n" + body


def group_flood():
    return plain(sender=b"From: " + b"g:" * 100_000 + b"\r\n")


def boundary_loop():
    """A boundary of white space and one that ends in it: readers strip and search for ever."""
    return plain(b'Content-Type: multipart/mixed; boundary=" \t \t "\r\n',
                 b"--\r\n\r\n-- \t \r\n--  --\r\n" * 2000)


def nested_same_boundary():
    layer = b'--b\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    return plain(b'Content-Type: multipart/mixed; boundary="b"\r\n', layer * 5000)


def many_parts():
    return plain(b'Content-Type: multipart/mixed; boundary="p"\r\n',
                 b"--p\r\n\r\nx\r\n" * 300_000 + b"--p--\r\n")


def many_headers():
    return plain(b"X-Flood: 1\r\n" * 500_000)


def deep():
    layers = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
        for n in range(50_000))
    return plain(layers)


def many_parameters():
    flood = b"".join(b";\r\n name*%d=a" % n for n in range(60_000))
    return plain(b"Content-Type: text/plain" + flood + b"\r\n")


def many_addresses():
    flood = b",\r\n ".join(b"a%d@bulk.example" % n for n in range(300_000))
    return plain(b"Cc: " + flood + b"\r\n")


def many_links():
    flood = b"".join(b'<a href="http://bulk.example/%d">%d</a>\r\n' % (n, n)
                     for n in range(20_000))
    return plain(b"Content-Type: text/html\r\n", b"<html><body>" + flood + b"</body></html>")


def deep_html():
    return plain(b"Content-Type: text/html\r\n", b"<div><table><tr><td>" * 50_000)


def whitespace_in_subject():
    return plain(b"X-Folded: a" + b"\r\n " * 100_000 + b"z\r\n")


def whitespace_in_body():
    return plain(body=b" " * 3_000_000 + b"\r\n" + b"\t\r\n" * 300_000)


def quotes():
    return plain(body=b"> " * 200_000 + b"\r\n" + b">\r\n" * 200_000)


def encoded_words():
    return plain(b"X-Words: " + b" =?utf-8?q?=41?=" * 60_000 + b"\r\n")


def nul_and_controls():
    return plain(b"X-Odd: a\x00b\x07\x1b[31m\r\n", bytes(range(256)) * 2000)


def empty():
    return b"\r\n"


def header_only():
    return FROM + HEAD


def open_brackets():
    return plain(sender=b"From: " + b"<" * 200_000 + b"\r\n")


def open_comments():
    return plain(sender=b"From: " + b"(" * 200_000 + b"a@bulk.example\r\n")


CASES = [group_flood, boundary_loop, nested_same_boundary, many_parts, many_headers, deep,
         many_parameters, many_addresses, many_links, deep_html, whitespace_in_subject,
         whitespace_in_body, quotes, encoded_words, nul_and_controls, empty, header_only,
         open_brackets, open_comments]
