"""What a person wrote now, apart from what their program quoted: clients, languages, habits."""

import json
import subprocess
import textwrap

import pytest

from rig.house import program

A = "Eva Example <eva@firma.example>"

# How the programs introduce a quote; each in the languages their users have.
ATTRIBUTIONS = {
    "gmail": [
        f"On Mon, Aug 3, 2026 at 10:00 AM {A} wrote:",
        f"On Mon, Aug 3, 2026 at 10:00\u202fAM {A} wrote:",
        f"On Mon, 3 Aug 2026, 10:00 Eva Example, <eva@firma.example> wrote:",
        f"El lun, 3 ago 2026 a las 10:00, Eva Example (<eva@firma.example>) escribió:",
        f"El lun., 3 de agosto de 2026 10:00 a. m., {A} escribió:",
        f"Em seg., 3 de ago. de 2026 às 10:00, {A} escreveu:",
        f"{A} escreveu no dia segunda, 3/08/2026 à(s) 10:00:",
        f"Le lun. 3 août 2026 à 10:00, {A} a écrit :",
        f"Am Mo., 3. Aug. 2026 um 10:00 Uhr schrieb {A}:",
        f"Il giorno lun 3 ago 2026 alle ore 10:00 {A} ha scritto:",
        f"Op ma 3 aug 2026 om 10:00 schreef {A}:",
        f"pon., 3 sie 2026 o 10:00 {A} napisał(a):",
        f"Den mån 3 aug. 2026 kl 10:00 skrev {A}:",
        f"Den man. 3. aug. 2026 kl. 10.00 skrev {A}:",
        f"man. 3. aug. 2026 kl. 10:00 skrev {A}:",
        f"ma 3. elok. 2026 klo 10.00 Eva Example (eva@firma.example) kirjoitti:",
        f"пн, 3 авг. 2026 г. в 10:00, {A}:",
        f"2026年8月3日(月) 10:00 {A}:",
        f"{A} 于2026年8月3日周一 10:00写道：",
        f"2026년 8월 3일 (월) 오전 10:00, {A}님이 작성:",
        f"{A}, 3 Ağu 2026 Pzt, 10:00 tarihinde şunu yazdı:",
        f"po 3. 8. 2026 v 10:00 odesílatel {A} napsal:",
        f"{A} ezt írta (időpont: 2026. aug. 3., H, 10:00):",
        f"În lun., 3 aug. 2026 la 10:00, {A} a scris:",
        f"Missatge de {A} del dia dl., 3 d’ag. 2026 a les 10:00:",
        f"Στις Δευ 3 Αυγ 2026 στις 10:00 π.μ., ο/η {A} έγραψε:",
        f"пн, 3 серп. 2026 р. о 10:00 {A} пише:",
    ],
    "apple": [
        f"On 3 Aug 2026, at 10:00, {A} wrote:",
        f"On Aug 3, 2026, at 10:00 AM, Eva Example wrote:",
        f"El 3 ago 2026, a las 10:00, {A} escribió:",
        f"Em 3 de ago. de 2026, à(s) 10:00, {A} escreveu:",
        f"No dia 03/08/2026, às 10:00, {A} escreveu:",
        f"Le 3 août 2026 à 10:00, {A} a écrit :",
        f"Am 03.08.2026 um 10:00 schrieb {A}:",
        f"Il giorno 3 ago 2026, alle ore 10:00, {A} ha scritto:",
        f"Op 3 aug. 2026 om 10:00 heeft {A} het volgende geschreven:",
        f"Wiadomość napisana przez {A} w dniu 3 sie 2026, o godz. 10:00:",
        f"3 aug. 2026 kl. 10:00 skrev {A}:",
        f"Den 3. aug. 2026 kl. 10.00 skrev {A}:",
        f"{A} kirjoitti 3.8.2026 kello 10.00:",
        f"3 авг. 2026 г., в 10:00, {A} написал(а):",
        f"2026/08/03 10:00、{A}のメール:",
        f"2026年8月3日 10:00、{A}のメール：",
        f"在 2026年8月3日，10:00，{A} 写道：",
    ],
    "yahoo": [
        f"On Monday, August 3, 2026 at 10:00:00 AM GMT+2, {A} wrote:",
        f"En lunes, 3 de agosto de 2026, 10:00:00 CEST, {A} escribió:",
        f"El lunes, 3 de agosto de 2026, 10:00:00 CEST, Eva Example escribió:",
        f"Em segunda-feira, 3 de agosto de 2026 10:00:00 BRT, {A} escreveu:",
        f"Le lundi 3 août 2026 à 10:00:00 UTC+2, {A} a écrit :",
        f"Am Montag, 3. August 2026 um 10:00:00 MESZ hat {A} Folgendes geschrieben:",
        f"Il lunedì 3 agosto 2026 alle ore 10:00:00 CEST, {A} ha scritto:",
        f"Op maandag 3 augustus 2026 om 10:00:00 CEST heeft {A} het volgende geschreven:",
        f"Den mandag den 3. august 2026 10.00.00 CEST skrev {A}:",
        f"Den måndag 3 augusti 2026 10:00:00 CEST, {A} skrev:",
    ],
    "thunderbird": [
        "On 03/08/2026 10:00, Eva Example wrote:",
        "On 8/3/26 10:00 AM, Eva Example wrote:",
        "El 3/8/26 a las 10:00, Eva Example escribió:",
        "El 03/08/26 a las 10:00, Eva Example escribió:",
        "Em 03/08/2026 10:00, Eva Example escreveu:",
        "Às 10:00 de 03/08/2026, Eva Example escreveu:",
        "Le 03/08/2026 à 10:00, Eva Example a écrit :",
        "Am 03.08.26 um 10:00 schrieb Eva Example:",
        "Il 03/08/2026 10:00, Eva Example ha scritto:",
        "Op 03-08-2026 om 10:00 schreef Eva Example:",
        "W dniu 03.08.2026 o 10:00, Eva Example pisze:",
        "Den 2026-08-03 kl. 10:00, skrev Eva Example:",
        "Den 03.08.2026 10.00, skrev Eva Example:",
        "Eva Example kirjoitti 3.8.2026 klo 10.00:",
        "03.08.2026 10:00, Eva Example пишет:",
        "Dne 3.8.2026 v 10:00 Eva Example napsal(a):",
        "2026. 08. 03. 10:00 keltezéssel, Eva Example írta:",
        "On 2026/08/03 10:00, 山田 wrote:",
    ],
    "others": [
        f"---- On Mon, 03 Aug 2026 10:00:00 +0200 {A} wrote ----",
        f"---- El lun, 03 ago 2026 10:00:00 +0200 {A} escribió ----",
        f"---- Le lun., 03 août 2026 10:00:00 +0200 {A} a écrit ----",
        f"---- Am Mo, 03 Aug 2026 10:00:00 +0200 {A} schrieb ----",
        f"On Monday, August 3rd, 2026 at 10:00 AM, {A} wrote:",
        "Eva Example <eva@firma.example> wrote on 03/08/2026 10:00:00:",
        "Eva Example/ORG/FIRMA wrote on 03/08/2026 10:00:00:",
        f'03.08.2026, 10:00, "Eva Example" <eva@firma.example>:',
        f"Понедельник, 3 августа 2026, 10:00 +03:00 от {A}:",
        f"Quoting {A}:",
        f"Zitat von {A}:",
        "On 2026-08-03 10:00, Eva Example wrote:",
        "El 2026-08-03 10:00, Eva Example escribió:",
        "Am 2026-08-03 10:00, schrieb Eva Example:",
        "W dniu 2026-08-03 10:00, Eva Example napisał(a):",
        f"On Mon, Aug 03, 2026 at 10:00 AM, Eva Example < eva@firma.example > wrote:",
        f"{A} schrieb am Mo., 3. Aug. 2026, 10:00:",
        f"{A} schreef op 3 augustus 2026 10:00:",
    ],
}

# Outlook, Zimbra, Notes, GMX and phones show header fields; some under a line.
BLOCKS = {
    "outlook-en": "From: {a}\nSent: Monday, August 3, 2026 10:00 AM\nTo: Support\nSubject: Visit",
    "outlook-en-stars": "*From:* {a}\n*Sent:* Monday, August 3, 2026 10:00 AM\n*To:* Support\n"
                        "*Subject:* Visit",
    "outlook-es": "De: {a}\nEnviado el: lunes, 3 de agosto de 2026 10:00\nPara: Soporte\n"
                  "Asunto: Visita",
    "outlook-web-es": "________________________________\nDe: {a}\n"
                      "Enviado: lunes, 3 de agosto de 2026 10:00\nPara: Soporte\nAsunto: Visita",
    "outlook-pt": "De: {a}\nEnviada em: segunda-feira, 3 de agosto de 2026 10:00\nPara: Suporte\n"
                  "Assunto: Visita",
    "outlook-pt-pt": "De: {a}\nEnviado: 3 de agosto de 2026 10:00\nPara: Suporte\nAssunto: Visita",
    "outlook-fr": "De : {a}\nEnvoyé : lundi 3 août 2026 10:00\nÀ : Support\nObjet : Visite",
    "outlook-fr-nbsp": "De\u00a0: {a}\nEnvoyé\u00a0: lundi 3 août 2026 10:00\nÀ\u00a0: Support\n"
                       "Objet\u00a0: Visite",
    "outlook-de": "Von: {a}\nGesendet: Montag, 3. August 2026 10:00\nAn: Support\nBetreff: Besuch",
    "outlook-it": "Da: {a}\nInviato: lunedì 3 agosto 2026 10:00\nA: Supporto\nOggetto: Visita",
    "outlook-nl": "Van: {a}\nVerzonden: maandag 3 augustus 2026 10:00\nAan: Support\n"
                  "Onderwerp: Bezoek",
    "outlook-pl": "Od: {a}\nWysłano: poniedziałek, 3 sierpnia 2026 10:00\nDo: Wsparcie\n"
                  "Temat: Wizyta",
    "outlook-sv": "Från: {a}\nSkickat: den 3 augusti 2026 10:00\nTill: Support\nÄmne: Besök",
    "outlook-da": "Fra: {a}\nSendt: 3. august 2026 10:00\nTil: Support\nEmne: Besøg",
    "outlook-no": "Fra: {a}\nSendt: mandag 3. august 2026 10:00\nTil: Support\nEmne: Besøk",
    "outlook-fi": "Lähettäjä: {a}\nLähetetty: maanantai 3. elokuuta 2026 10.00\n"
                  "Vastaanottaja: Tuki\nAihe: Vierailu",
    "outlook-ru": "От: {a}\nОтправлено: 3 августа 2026 г. 10:00\nКому: Поддержка\nТема: Визит",
    "outlook-ja": "差出人: {a}\n送信日時: 2026年8月3日 10:00\n宛先: サポート\n件名: 訪問",
    "outlook-zh": "发件人: {a}\n发送时间: 2026年8月3日 10:00\n收件人: 支持\n主题: 拜访",
    "outlook-cs": "Od: {a}\nOdesláno: pondělí 3. srpna 2026 10:00\nKomu: Podpora\n"
                  "Předmět: Návštěva",
    "outlook-tr": "Kimden: {a}\nGönderilme: 3 Ağustos 2026 Pazartesi 10:00\nKime: Destek\n"
                  "Konu: Ziyaret",
    "outlook-hu": "Feladó: {a}\nElküldve: 2026. augusztus 3. 10:00\nCímzett: Support\n"
                  "Tárgy: Látogatás",
    "outlook-ro": "De la: {a}\nTrimis: luni, 3 august 2026 10:00\nCătre: Suport\nSubiect: Vizită",
    "outlook-ca": "De: {a}\nEnviat: dilluns, 3 d'agost de 2026 10:00\nPer a: Suport\n"
                  "Assumpte: Visita",
    "outlook-original": "-----Original Message-----\nFrom: {a}\nSent: Monday, August 3, 2026\n"
                        "To: Support\nSubject: Visit",
    "outlook-es-original": "-----Mensaje original-----\nDe: {a}\nEnviado el: lunes\nPara: Soporte\n"
                           "Asunto: Visita",
    "zimbra": "----- Original Message -----\nFrom: \"Eva\" <eva@firma.example>\nTo: s@x.example\n"
              "Sent: Monday, 3 August, 2026 10:00:00\nSubject: Visit",
    "zimbra-fr": "----- Mail original -----\nDe: \"Eva\" <eva@firma.example>\nÀ: s@x.example\n"
                 "Envoyé: Lundi 3 Août 2026 10:00:00\nObjet: Visite",
    "zimbra-de": "----- Ursprüngliche Mail -----\nVon: {a}\nAn: s@x.example\n"
                 "Gesendet: Montag, 3. August 2026 10:00:00\nBetreff: Besuch",
    "zimbra-es": "----- Mensaje original -----\nDe: {a}\nPara: s@x.example\n"
                 "Enviados: Lunes, 3 de Agosto 2026 10:00:00\nAsunto: Visita",
    "gmx": "Gesendet: Montag, 03. August 2026 um 10:00 Uhr\nVon: {a}\nAn: s@x.example\n"
           "Betreff: Besuch",
    "notes": "From:\t{a}\nTo:\tsupport@x.example\nDate:\t03/08/2026 10:00\nSubject:\tVisit",
    "notes-de": "Von:\t{a}\nAn:\tsupport@x.example\nDatum:\t03.08.2026 10:00\nBetreff:\tBesuch",
    "samsung": "-------- Original message --------\nFrom: {a}\nDate: 03/08/2026 10:00 (GMT+01:00)\n"
               "To: s@x.example\nSubject: Visit",
    "samsung-es": "-------- Mensaje original --------\nDe: {a}\nFecha: 3/8/26 10:00 (GMT+01:00)\n"
                  "A: s@x.example\nAsunto: Visita",
    "samsung-de": "-------- Ursprüngliche Nachricht --------\nVon: {a}\nDatum: 03.08.26 10:00\n"
                  "An: s@x.example\nBetreff: Besuch",
    "samsung-fr": "-------- Message d'origine --------\nDe : {a}\nDate : 03/08/2026 10:00\n"
                  "À : s@x.example\nObjet : Visite",
    "samsung-it": "-------- Messaggio originale --------\nDa: {a}\nData: 03/08/26 10:00\n"
                  "A: s@x.example\nOggetto: Visita",
    "samsung-nl": "-------- Oorspronkelijk bericht --------\nVan: {a}\nDatum: 03-08-2026\n"
                  "Aan: s@x.example\nOnderwerp: Bezoek",
    "samsung-pl": "-------- Oryginalna wiadomość --------\nOd: {a}\nData: 03.08.2026 10:00\n"
                  "Do: s@x.example\nTemat: Wizyta",
    "samsung-pt": "-------- Mensagem original --------\nDe: {a}\nData: 03/08/2026 10:00\n"
                  "Para: s@x.example\nAssunto: Visita",
    "samsung-sv": "-------- Originalmeddelande --------\nFrån: {a}\nDatum: 2026-08-03 10:00\n"
                  "Till: s@x.example\nÄmne: Besök",
    "samsung-ru": "-------- Исходное сообщение --------\nОт: {a}\nДата: 03.08.2026 10:00\n"
                  "Кому: s@x.example\nТема: Визит",
    "proton": "------- Original Message -------\nOn Monday, August 3rd, 2026 at 10:00, {a} wrote:",
    "proton-old": "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Monday, August 3rd, 2026 10:00, {a} wrote:",
    "gmail-forward": "---------- Forwarded message ---------\nFrom: {a}\nDate: Mon, 3 Aug 2026\n"
                     "Subject: Visit\nTo: <s@x.example>",
    "gmail-forward-de": "---------- Forwarded message ---------\nVon: {a}\nDate: Mo. 3. Aug. 2026\n"
                        "Subject: Besuch\nTo: <s@x.example>",
    "apple-forward": "Begin forwarded message:\n\nFrom: {a}\nSubject: Visit\n"
                     "Date: 3 August 2026\nTo: s@x.example",
    "apple-forward-es": "Inicio del mensaje reenviado:\n\nDe: {a}\nAsunto: Visita\n"
                        "Fecha: 3 de agosto de 2026\nPara: s@x.example",
    "apple-forward-fr": "Début du message transféré :\n\nDe: {a}\nObjet: Visite\n"
                        "Date: 3 août 2026\nÀ: s@x.example",
    "apple-forward-de": "Anfang der weitergeleiteten Nachricht:\n\nVon: {a}\nBetreff: Besuch\n"
                        "Datum: 3. August 2026\nAn: s@x.example",
    "desk": "##- Please type your reply above this line -##\n\nYour request (1234) was received.",
    "desk-es": "## Por favor, escriba su respuesta por encima de esta línea ##\n\nSu solicitud.",
}

OWN = "Thanks, that works for us.\n\nSee you on Tuesday at ten, please bring the contract."
QUOTED = "Hello,\n\nwould Tuesday suit you?\nThe contract is ready.\n\nEva"


def quoted(text):
    return "\n".join("> " + line if line else ">" for line in text.split("\n"))


def read(folder, texts, subtype="plain"):
    """The messages of many mails, read in one go."""
    paths = []
    for number, text in enumerate(texts):
        path = folder / f"{number:04}.eml"
        path.write_bytes(("From: ana@correo.example\r\nSubject: Re: Visit\r\nMIME-Version: 1.0\r\n"
                          f"Content-Type: text/{subtype}; charset=utf-8\r\n\r\n" + text).encode())
        paths.append(str(path))
    done = subprocess.run([program(), "explain", "--json", "--resolver", "none", *paths],
                          capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line)["message"] for line in done.stdout.decode().splitlines()]


def wrapped(line, width):
    return "\n".join(textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False))


def check(folder, mails, subtype="plain"):
    """mails: (what it is, text, expected reply). All must come out exactly."""
    wrong = []
    for (name, _, expected), message in zip(
            mails, read(folder, [text for _, text, _ in mails], subtype), strict=True):
        if message["reply_text"] != expected:
            wrong.append(f"{name}\n--- got\n{message['reply_text']}\n--- expected\n{expected}")
    assert not wrong, f"{len(wrong)} of {len(mails)}:\n" + "\n=====\n".join(wrong)


@pytest.mark.parametrize("client", ATTRIBUTIONS)
@pytest.mark.parametrize("form", ["marked", "bare", "wrapped", "narrow"])
def test_attributions_end_what_was_written_now(tmp_path, client, form):
    mails = []
    for line in ATTRIBUTIONS[client]:
        if form == "narrow" and len(line) < 50:
            continue
        said = {"wrapped": wrapped(line, 70), "narrow": wrapped(line, 44)}.get(form, line)
        behind = QUOTED if form == "bare" else quoted(QUOTED)
        mails.append((said, f"{OWN}\n\n{said}\n\n{behind}\n", OWN))
    check(tmp_path, mails)


@pytest.mark.parametrize("client", ATTRIBUTIONS)
def test_answers_between_and_below_the_quotes(tmp_path, client):
    mails = []
    for line in ATTRIBUTIONS[client]:
        mails.append((line, f"{line}\n{quoted('would Tuesday suit you?')}\n\nYes, at ten.\n\n"
                            f"{quoted('The contract is ready.')}\n\nGreat, bring it.\n",
                      "Yes, at ten.\n\nGreat, bring it."))
        mails.append(("below " + line, f"{line}\n{quoted(QUOTED)}\n\n{OWN}\n", OWN))
    check(tmp_path, mails)


def test_header_blocks_end_what_was_written_now(tmp_path):
    mails = []
    for name, block in BLOCKS.items():
        block = block.replace("{a}", A)
        mails.append((name, f"{OWN}\n\n{block}\n\n{QUOTED}\n", OWN))
        mails.append((name + " marked", f"{OWN}\n\n{quoted(block)}\n> \n{quoted(QUOTED)}\n", OWN))
    check(tmp_path, mails)


# What stands under the words and is not theirs.
SIGNATURES = [
    "-- \nEva Example\nFirma GmbH", "--\nEva", "—\nEva Example",
    "Sent from my iPhone", "Sent from my Samsung Galaxy smartphone.",
    "Get Outlook for iOS<https://link.example/ios>", "Get Outlook for Android",
    "Sent from Outlook for Android", "Sent from Mail for Windows",
    "Sent from Yahoo Mail on Android", "Sent with Proton Mail secure email.",
    "Enviado desde mi iPhone", "Enviado desde mi Samsung Mobile de Claro",
    "Obtener Outlook para iOS", "Enviado desde Yahoo Mail para iPhone",
    "Enviado do meu iPhone", "Enviado a partir do meu smartphone Samsung", "Obter o Outlook para iOS",
    "Envoyé de mon iPhone", "Envoyé depuis mon smartphone", "Télécharger Outlook pour iOS",
    "Obtenir Outlook pour Android", "Von meinem iPhone gesendet", "Gesendet von meinem iPhone",
    "Von meinem Samsung Galaxy Smartphone gesendet.", "Outlook für iOS beziehen",
    "Holen Sie sich Outlook für Android", "Diese Nachricht wurde von meinem Android gesendet",
    "Inviato da iPhone", "Inviato dal mio iPhone", "Scarica Outlook per iOS", "Ottieni Outlook per Android",
    "Verstuurd vanaf mijn iPhone", "Verzonden vanaf mijn Galaxy", "Outlook voor Android downloaden",
    "Wysłane z iPhone'a", "Wysłano z mojego telefonu", "Pobierz program Outlook dla systemu iOS",
    "Skickat från min iPhone", "Hämta Outlook för iOS", "Sendt fra min iPhone", "Hent Outlook til iOS",
    "Få Outlook for iOS", "Lähetetty iPhonesta", "Hanki Outlook for iOS", "Отправлено с iPhone",
    "Получить Outlook для iOS", "iPhoneから送信",
    "Kind regards,\nEva", "Best,\nEva", "Thanks,\nEva Example\n+34 600 111 222", "Un saludo,\nEva",
    "Saludos cordiales\nEva Ejemplo", "Atentamente,\nEva Ejemplo\nDirectora", "Gracias y un saludo.\nEva",
    "Cumprimentos,\nEva", "Atenciosamente,\nEva", "Cordialement,\nEva", "Bien cordialement\nEva",
    "Mit freundlichen Grüßen\nEva Beispiel", "Viele Grüße\nEva", "LG Eva", "Cordiali saluti,\nEva",
    "Met vriendelijke groet,\nEva", "Pozdrawiam\nEwa", "Z poważaniem,\nEwa", "Med vänliga hälsningar\nEva",
    "Med venlig hilsen\nEva", "Vennlig hilsen\nEva", "Ystävällisin terveisin\nEeva", "С уважением,\nЕва",
    "よろしくお願いいたします。\n山田",
    "Eva Example\nHead of Purchasing\nFirma GmbH\nTel. +49 30 1234567\nwww.firma.example",
    "Eva Ejemplo Ruiz\nDpto. Compras\nTel: 981 22 33 44\neva@firma.example",
    "CONFIDENTIALITY NOTICE: This e-mail and any attachments are for the sole use of the recipient.",
    "This email and any files transmitted with it are confidential and intended solely for the use of\n"
    "the individual to whom they are addressed.",
    "Este mensaje y sus archivos adjuntos van dirigidos exclusivamente a su destinatario, pudiendo\n"
    "contener información confidencial sometida a secreto profesional.",
    "Esta mensagem e seus anexos podem conter informação confidencial.",
    "Ce message et ses pièces jointes sont confidentiels et établis à l'intention exclusive.",
    "Diese E-Mail enthält vertrauliche und/oder rechtlich geschützte Informationen.",
    "Questo messaggio e i suoi allegati sono riservati.", "AVISO LEGAL: este mensaje es confidencial.",
    "Dit bericht is vertrouwelijk en alleen bestemd voor de geadresseerde.",
]


def test_signatures_are_no_words(tmp_path):
    mails = [(signature, f"{OWN}\n\n{signature}\n", OWN) for signature in SIGNATURES]
    mails += [(signature, f"{OWN}\n\n{signature}\n\n{ATTRIBUTIONS['gmail'][0]}\n\n{quoted(QUOTED)}\n",
               OWN) for signature in SIGNATURES]
    check(tmp_path, mails)


# Words that look like the marks of programs, and are a person's.
KEPT = [
    "I talked to Eva yesterday.\nShe wrote:\nno refunds. Is that so?",
    "Thank you.\n\nOne more thing: the invoice of 3 August 2026 at 10:00 is wrong.",
    "Thanks\n\nI have three more questions.\n\nFirst, who pays for the transport of the goods?\n\n"
    "Second, when does the contract begin and when does it end?\n\nThird, may we cancel it?\n\n"
    "Fourth, what of the deposit?\n\nFifth, is there a discount?\n\nSixth, who signs for you?",
    "The message was sent from the warehouse.\n\nSent from there, it took two days to reach us.",
    "De conformidad con lo dispuesto en la ley, solicito la baja del contrato.",
    "My data:\n\nName: Ana Prieto\nFrom: Vigo\nTo: Madrid\n\nWhich train should we take?",
    "Le dije a Eva que sí, y me escribió que no. ¿Qué hago?",
    "Order 4711\n\nTo: the warehouse\nThe parcel is still missing, please look for it.",
    "Original message was lost.\n\nCan you send it again?",
    "> is the sign I need\n\nbut the keyboard prints < instead.\nWhat now?",
    "Das Angebot vom 3.8.2026 um 10:00 ist zu hoch:\n\n1200 Euro sind zu viel.",
    "Hello Eva\n\nThanks!\n\nCan you also send the invoice of May?",
    "Hola\n\nGracias.\n\nNecesito además la factura de mayo cuando puedas.",
    "Hello\n\nThanks Eva\n\nI will come at ten.",
    "Please consider the environment of our factory: dust, heat and water. Will the pump last there?",
]


def test_what_a_person_wrote_stays(tmp_path):
    mails = [(words, words + "\n", words) for words in KEPT[:9] + KEPT[10:]]
    mails.append((KEPT[9], KEPT[9] + "\n", KEPT[9].split("\n\n")[1]))
    check(tmp_path, mails)


def test_a_postscript_belongs_to_the_words(tmp_path):
    check(tmp_path, [("PS", f"{OWN}\n\nBest,\nEva\n\nPS: mind the dog\n", f"{OWN}\n\nPS: mind the dog")])


def test_answers_inside_a_quote_under_a_line_of_ones_own(tmp_path):
    top = "Hello Eva, thanks a lot, my answers stand below in your text."
    mails = [(line, f"{top}\n\n{line}\n> would Tuesday suit you?\n\nYes, at ten.\n\n"
                    "> The contract is ready.\n\nGreat, bring it.\n",
              f"{top}\n\nYes, at ten.\n\nGreat, bring it.")
             for lines in ATTRIBUTIONS.values() for line in lines]
    check(tmp_path, mails)


# Pages as the programs write them: {own} is the answer, {q} the text that is quoted.
P = "<p>{}</p>".format
PAGES = {
    "gmail": '<div dir="ltr">{own}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
             'On Mon, Aug 3, 2026 at 10:00 AM Eva &lt;<a href="mailto:eva@firma.example">eva@firma.example</a>'
             '&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;'
             'border-left:1px solid rgb(204,204,204);padding-left:1ex">{q}</blockquote></div>',
    "gmail-2024": '<div dir="ltr">{own}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" '
                  'class="gmail_attr">Mna 3 Agos 2026 10:00 Eva wahrat:<br></div><blockquote class="gmail_quote">'
                  '{q}</blockquote></div>',
    "gmail-signature": '<div dir="ltr">{own}<div><div dir="ltr" class="gmail_signature"><div>Eva</div></div></div>'
                       '</div><br><div class="gmail_quote">On Mon Eva wrote:<br><blockquote class="gmail_quote">'
                       '{q}</blockquote></div>',
    "outlook-word": '<div class=WordSection1>{own}<p class=MsoNormal><o:p>&nbsp;</o:p></p><div><div style="border:none;'
                    'border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class=MsoNormal><b><span lang=EN-US>'
                    'From:</span></b><span lang=EN-US> Eva &lt;eva@firma.example&gt; <br><b>Sent:</b> Monday<br><b>To:'
                    '</b> Support<br><b>Subject:</b> Visit<o:p></o:p></span></p></div></div>{q}</div>',
    "outlook-word-es": '<div class=WordSection1>{own}<div><div style="border-top:solid #E1E1E1 1.0pt"><p class='
                       'MsoNormal><b>De:</b> Eva<br><b>Enviado el:</b> lunes<br><b>Para:</b> Soporte<br><b>Asunto:'
                       '</b> Visita</p></div></div>{q}</div>',
    "outlook-word-fr": '<div>{own}<p><b>De&nbsp;:</b> Eva<br><b>Envoyé&nbsp;:</b> lundi<br><b>À&nbsp;:</b> Support'
                       '<br><b>Objet&nbsp;:</b> Visite</p>{q}</div>',
    "outlook-web": '<div class="elementToProof">{own}</div><div id="appendonsend"></div><hr style="display:inline-block;'
                   'width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif">'
                   '<b>From:</b> Eva<br><b>Sent:</b> Monday<br><b>Subject:</b> x</font><div>&nbsp;</div></div>{q}',
    "outlook-web-quoted-again": '<div>{own}</div><hr><div id="x_divRplyFwdMsg"><b>From:</b> Eva</div>{q}',
    "outlook-mobile": '<div dir="auto">{own}</div><div id="ms-outlook-mobile-signature"><div>Get <a href='
                      '"https://link.example/ios">Outlook for iOS</a></div></div><hr><div id="divRplyFwdMsg">'
                      '<b>From:</b> Eva</div>{q}',
    "outlook-mobile-2024": '<div>{own}</div><div id="mail-editor-reference-message-container"><div><div '
                           'style="border-top:solid">From: Eva</div></div>{q}</div>',
    "outlook-mac": '<div>{own}</div><span id="OLK_SRC_BODY_SECTION"><div>From: Eva</div>{q}</span>',
    "hotmail-old": '<div>{own}<br><div><hr id="stopSpelling">Date: Mon, 3 Aug 2026<br>Subject: x<br>From: Eva<br>'
                   'To: s<br><br>{q}</div></div>',
    "apple": '<html><body style="word-wrap: break-word;">{own}<div><br><blockquote type="cite"><div>On 3 Aug 2026, at '
             '10:00, Eva &lt;<a href="mailto:eva@firma.example">eva@firma.example</a>&gt; wrote:</div><br '
             'class="Apple-interchange-newline"><div>{q}</div></blockquote></div></body></html>',
    "iphone": '<body dir="auto">{own}<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Sent from my iPhone</div>'
              '<div dir="ltr"><br><blockquote type="cite">On 3 Aug 2026, at 10:00, Eva wrote:<br><br></blockquote>'
              '</div><blockquote type="cite"><div dir="ltr">{q}</div></blockquote></body>',
    "yahoo": '<div class="yahoo-style-wrap"><div dir="ltr">{own}</div></div><div id="yahoo_quoted_123" '
             'class="yahoo_quoted"><div>On Monday, Eva wrote:</div>{q}</div>',
    "yahoo-in-a-quote": '<div class="ydp1a2b3c4yahoo-style-wrap"><div>{own}</div></div><div id="ydp9f8e7dyahoo_quoted_1" '
                        'class="ydp9f8e7dyahoo_quoted">{q}</div>',
    "thunderbird": '{own}<div class="moz-cite-prefix">On 03/08/2026 10:00, Eva wrote:<br></div><blockquote type="cite" '
                   'cite="mid:x@firma.example">{q}</blockquote>',
    "thunderbird-below": '<div class="moz-cite-prefix">Am 03.08.26 um 10:00 schrieb Eva:<br></div><blockquote '
                         'type="cite" cite="mid:x">{q}</blockquote>{own}<div class="moz-signature">-- <br>Eva</div>',
    "thunderbird-forward": '{own}<div class="moz-forward-container"><br>-------- Forwarded Message --------<table '
                           'class="moz-email-headers-table"><tr><th>Subject: </th><td>Visit</td></tr></table>{q}</div>',
    "zoho": '<div>{own}</div><div class="zmail_extra" id="x"><div id="Zm-_Id_-Sgn1">---- On Mon, 03 Aug 2026 10:00:00 '
            '+0200 <b>Eva &lt;eva@firma.example&gt;</b> wrote ----<br></div><blockquote>{q}</blockquote></div>',
    "proton": '<div style="font-family: Arial">{own}</div><div class="protonmail_signature_block"><div>Sent with <a '
              'href="https://link.example/">Proton Mail</a> secure email.</div></div><div class="protonmail_quote">'
              'On Monday, August 3rd, 2026 at 10:00, Eva wrote:<br><blockquote class="protonmail_quote" type="cite">'
              '{q}</blockquote><br></div>',
    "zimbra": '<div>{own}</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>From: </b>"Eva"'
              '<br><b>Sent: </b>Monday<br></div><br><div data-marker="__QUOTED_TEXT__">{q}</div>',
    "gmx": '<div>{own}</div><div name="quote" style="margin:10px 5px"><div><b>Gesendet:</b> Montag<br><b>Von:</b> Eva'
           '</div><div name="quoted-content">{q}</div></div>',
    "notes": '<font face="sans-serif">{own}</font><br><br><font color="#5f5f5f">From: &nbsp;</font><font>Eva</font><br>'
             '<font color="#5f5f5f">To: </font><font>s</font><br><font>Date: </font><font>03/08/2026</font><br><font>'
             'Subject: </font><font>Visit</font><hr noshade><br>{q}',
    "samsung": '<div dir="auto">{own}</div><div id="composer_signature"><div>Enviado desde mi Galaxy</div></div><div>'
               '-------- Mensaje original --------</div><div>De: Eva</div><div>Fecha: 3/8/26</div>{q}',
    "roundcube": '{own}<p id="reply-intro">El 2026-08-03 10:00, Eva escribió:</p><blockquote type="cite">{q}</blockquote>',
    "spark": '<div name="messageBodySection">{own}</div><div name="messageSignatureSection"><br>Eva</div><div '
             'name="messageReplySection">On 3 Aug 2026, 10:00 +0200, Eva, wrote:<br><blockquote type="cite">{q}'
             '</blockquote></div>',
    "mail.ru": '{own}<br><br><br>Понедельник, 3 августа 2026, 10:00 +03:00 от Eva &lt;eva@firma.example&gt;:<br>'
               '<blockquote style="border-left:1px solid #0857A6; margin:10px; padding:0 0 0 10px;">{q}</blockquote>',
    "freshdesk": '{own}<div class="freshdesk_quote"><blockquote class="freshdesk_quote">On Mon wrote:{q}</blockquote></div>',
    "front": '{own}<blockquote type="cite" class="front-blockquote">{q}</blockquote>',
}


def page(layout, own, quote):
    return "<html><head><style>p {margin: 0}</style></head><body>" + layout.replace(
        "{own}", "".join(P(line) for line in own.split("\n") if line)).replace(
        "{q}", "".join(P(line) for line in quote.split("\n") if line)) + "</body></html>"


def test_pages_of_all_programs(tmp_path):
    mails = [(name, page(layout, OWN, QUOTED), OWN) for name, layout in PAGES.items()]
    check(tmp_path, mails, "html")


def test_pages_are_told_whole(tmp_path):
    pages = [page(layout, OWN, QUOTED) for layout in PAGES.values()]
    for told in read(tmp_path, pages, "html"):
        for line in (OWN + "\n" + QUOTED).split("\n"):
            assert line in told["text"]
        assert "contract is ready" in told["quoted_text"]
        assert "contract is ready" not in told["reply_text"]


def test_answers_between_the_quotes_of_a_page(tmp_path):
    frame = ('<div class="gmail_quote"><div class="gmail_attr">On Mon Eva wrote:</div>'
             '<blockquote class="gmail_quote">Tuesday?</blockquote><div>Yes, at ten.</div>'
             '<blockquote class="gmail_quote">The contract is ready.</blockquote><div>Great.</div></div>')
    cite = ('<div class="moz-cite-prefix">On 03/08/2026 10:00, Eva wrote:</div>'
            '<blockquote type="cite">Tuesday?</blockquote><p>Yes, at ten.</p>'
            '<blockquote type="cite">The contract is ready.</blockquote><p>Great.</p>')
    told = read(tmp_path, [frame, cite], "html")
    assert [" ".join(one["reply_text"].split()) for one in told] == ["Yes, at ten. Great."] * 2
