"""`explain` gives three reasons in words for every label, in English and in Spanish."""

import json
import os
import re
import subprocess

import pytest

from rig.house import program

LINK = "https://track.shop.example/9f3ac1d07be2/html?url=www&amp=1"
# Label, subject, body: what a person of that kind could write, with a link in it.
TEXTS = [
    ("en", "support", "Export stops", "The export of our invoices stops with an error. "
     f"Could you check {LINK} and tell me which setting to change?"),
    ("es", "support", "La exportación falla", "La exportación de facturas se detiene con un "
     f"error. ¿Pueden revisar {LINK} y decirme qué debo configurar?"),
    ("en", "lead", "Quote for 30 seats", "We are looking for a helpdesk for 30 people. "
     f"Could you send a quote with prices and delivery? We are {LINK}"),
    ("es", "lead", "Presupuesto", "Queremos contratar su programa para 30 personas. ¿Nos "
     f"envían un presupuesto con precios? Somos {LINK}"),
    ("en", "campaign_reply", "Re: A new way to plan shifts", "Not interested at the moment, "
     f"we already have a supplier. We use {LINK}"),
    ("es", "campaign_reply", "Re: Planifique sus turnos", "No nos interesa por ahora, ya "
     f"tenemos proveedor. Usamos {LINK}"),
    ("en", "unsubscribe", "Re: Autumn deals", "Please take me off this mailing list, I do "
     f"not want your emails. I came from {LINK}"),
    ("es", "unsubscribe", "Re: Ofertas de otoño", "Dadme de baja de la lista de correo, no "
     f"quiero recibir más publicidad. Vine de {LINK}"),
    ("en", "complaint", "Disgraceful", "I am furious. This is the worst service ever, the "
     f"staff were rude and nobody apologised. See {LINK}"),
    ("es", "complaint", "Vergonzoso", "Estoy indignada. Es un servicio pésimo, el trato fue "
     f"una vergüenza y nadie se disculpa. Vean {LINK}"),
    ("en", "other", "Press conference", "The minister announced the new law on housing. The "
     f"newspaper has an article about the vote: {LINK}"),
    ("es", "other", "Noticias", "El gobierno anunció ayer la nueva ley de vivienda. La prensa "
     f"publica hoy un artículo sobre el congreso: {LINK}"),
]
MARKUP = {"http", "https", "www", "url", "html", "amp", "com", "track", "example",
          "9f3ac1d07be2", "the", "los", "que", "con", "and"}


def mail(subject, body, sender="ana@client.example", fields=""):
    return (f"From: {sender}\r\nTo: desk@our.example\r\nSubject: {subject}\r\n{fields}"
            "Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <a1@client.example>\r\n"
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n").encode()


def explained(letter, language, resolver="none"):
    environment = {name: value for name, value in os.environ.items()
                   if name != "POSTROOM_CONFIG"}
    done = subprocess.run([program(), "explain", "--json", "--lang", language, "--resolver",
                           resolver, "-"], input=letter, capture_output=True, timeout=60,
                          check=True, env=environment)
    return json.loads(done.stdout)["classification"]


def assert_three_in_words(found):
    reasons = found["reasons"]
    assert len(reasons) >= 3, reasons
    assert len({reason["text"] for reason in reasons}) == len(reasons)
    for reason in reasons[:3]:
        assert len(re.findall(r"[^\W\d_]{3,}", reason["text"])) >= 2, reason


@pytest.mark.parametrize("told_in", ["en", "es"])
@pytest.mark.parametrize("language,label,subject,body", TEXTS)
def test_texts(language, label, subject, body, told_in):
    found = explained(mail(subject, body), told_in)
    assert found["label"] == label, (language, found)
    assert_three_in_words(found)
    named = {reason["signal"][5:] for reason in found["reasons"]
             if reason["signal"].startswith("word:")}
    assert named and not named & MARKUP
    told = " ".join(reason["text"] for reason in found["reasons"])
    assert ("speaks for" in told) == (told_in == "en"), told
    assert ("apunta a" in told) == (told_in == "es"), told


@pytest.mark.parametrize("told_in", ["en", "es"])
@pytest.mark.parametrize("label,letter", [
    ("auto_reply", mail("Fuera de la oficina", "Vuelvo el lunes.", fields="Auto-Submitted: "
                        "auto-replied\r\nX-Auto-Response-Suppress: All\r\n")),
    ("bounce", mail("Undelivered Mail Returned to Sender", "This is the mail system at host "
                    "mx.client.example.\r\n\r\n<bob@client.example>: 550 5.1.1 User unknown",
                    sender="MAILER-DAEMON@client.example",
                    fields="X-Failed-Recipients: bob@client.example\r\n"
                           "Auto-Submitted: auto-replied\r\n")),
])
def test_labels_that_no_model_gives(label, letter, told_in):
    found = explained(letter, told_in)
    assert found["label"] == label, found
    assert_three_in_words(found)


@pytest.mark.parametrize("told_in", ["en", "es"])
def test_who_pretends_is_told_sign_by_sign(dns, told_in):
    bare = "192.0.2.9"
    letter = mail("Account on hold", f"Please verify your account at http://{bare}/login",
                  sender='"Netflix" <service@bright-lamps.example>',
                  fields="Reply-To: box@other-place.example\r\n")
    found = explained(letter, told_in, dns.address)
    assert found["label"] == "phishing", found
    assert_three_in_words(found)
    told = " / ".join(reason["text"] for reason in found["reasons"])
    for named in ("netflix", "bright-lamps.example", bare, "other-place.example"):
        assert named in told, told
    assert ("answers would go to" in told) == (told_in == "en"), told
    assert ("las respuestas irían a" in told) == (told_in == "es"), told


@pytest.mark.parametrize("told_in,usual", [("en", "is usual in spam"),
                                           ("es", "es habitual en el spam")])
def test_plain_spam_is_told_sign_by_sign(told_in, usual):
    letter = mail("LAST CHANCE FOR CHEAP WATCHES", "Buy now: replica watches and cialis. You "
                  "have won a prize besides.", fields="X-Spam-Flag: YES\r\n")
    found = explained(letter, told_in)
    assert found["label"] == "spam", found
    assert_three_in_words(found)
    signs = [reason["text"] for reason in found["reasons"] if reason["signal"] == "spam:sign"]
    assert len(signs) >= 3 and all(sign.endswith(usual) for sign in signs), signs
    assert any("cialis" in sign for sign in signs), signs


def test_an_offer_to_opt_out_is_no_wish_to():
    """A mailing's own footer suppresses nobody; somebody's wish below it does."""
    offer = ("Win a set of garden tools today. If you no longer wish to receive these emails "
             "please click unsubscribe.")
    assert explained(mail("Garden tools", offer), "en")["label"] != "unsubscribe"
    wish = ("Please remove me from your mailing list. Your mail says: if you no longer wish to "
            "receive these emails please click unsubscribe, and that does not work for me.")
    found = explained(mail("Re: Garden tools", wish), "en")
    assert found["label"] == "unsubscribe"


def test_who_pretends_to_be_another_unsubscribes_nobody():
    bare = "192.0.2.9"
    wish = f"Please take me off this mailing list. http://{bare}/x"
    honest = explained(mail("Re: News", wish), "en")
    pretended = explained(mail("Re: News", wish, sender='"Netflix" <a@bright-lamps.example>'), "en")
    assert honest["label"] == "unsubscribe"
    assert pretended["label"] != "unsubscribe"
