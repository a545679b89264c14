"""More letters as people send them: rarer programs and languages, and traps that look like quotes."""

from test_reading_mail_replies import check, read

# What it is; the words written now; what the program, the lawyer and the phone put under them.
LETTERS = [
    ("en outlook desktop, reply in the middle of sign-offs",
     "Hi team,\n\nThe replacement part arrived yesterday, thank you.\n\n"
     "One more question: does the warranty cover labour as well?",
     "Many thanks and best wishes,\n\nDr. Helen O'Neil\nHead of Facilities | North Clinic\n\n"
     "From: Support Desk <help@firma.example>\nSent: 12 March 2026 09:15\n"
     "To: O'Neil, Helen <helen@clinic.example>\nSubject: RE: [Ticket#2026031210000123] Pump\n\nDear Helen,\n"
     "the part was shipped.\n"),
    ("en gmail confidential footer",
     "We would like to place another order of 20 units.",
     "On Thu, Mar 12, 2026 at 9:15 AM Sales <sales@firma.example> wrote:\n\n"
     "> Would you like to order again?\n>\n\n-- \n*Bob Miller*\nAcme\n\n"
     "_This e-mail is confidential and intended solely for the addressee._\n"),
    ("en outlook, labels without blank",
     "Yes, that is correct",
     "From:Support <help@firma.example>\nSent:Thursday, March 12, 2026 9:15 AM\n"
     "To:Bob <bob@acme.example>\nSubject:RE: order\n\nIs that correct?\n"),
    ("en bold labels",
     "Please proceed.",
     "**From:** Support <help@firma.example>\n**Sent:** Thursday, March 12, 2026 9:15 AM\n"
     "**To:** Bob <bob@acme.example>\n**Subject:** RE: order\n\nShall we proceed?\n"),
    ("en quoted header block of a phone",
     "Ok do it",
     "> From: Support <help@firma.example>\n> Date: Thu, 12 Mar 2026 09:15\n> To: Bob <bob@acme.example>\n"
     "> Subject: Re: order\n>\n> Shall we?\n"),
    ("en twelve hours dot",
     "ok",
     "On 12 Mar 2026 9.15 am, Support <help@firma.example> wrote:\n\nShall we?\n"),
    ("en no comma, name only",
     "Will do",
     "On Thu, Mar 12, 2026 at 9:15 AM Support wrote:\n\n> Please check.\n"),
    ("en name with colon",
     "Will do",
     "On Thu, Mar 12, 2026 at 9:15 AM Acme: Support <help@firma.example> wrote:\n\n> Please check.\n"),
    ("en iso date",
     "Yes",
     "On 2026-03-12T09:15:00Z Support <help@firma.example> wrote:\n> ok?\n"),
    ("en short mutt",
     "Yes",
     "* Support <help@firma.example> [2026-03-12 09:15]:\n> ok?\n"),
    ("en mutt",
     "Works now, thanks for the fast help.",
     "On Thu, Mar 12, 2026 at 09:15:00AM +0100, Support wrote:\n> Try again.\n"),
    ("en gnus",
     "Works now",
     "Support <help@firma.example> writes:\n\n> Try again.\n"),
    ("en github",
     "Confirmed on my side too.",
     "—\nReply to this email directly, view it on the web, or unsubscribe.\n"
     "You are receiving this because you commented.\n"),
    ("en desk footer",
     "Please close this ticket.",
     "##- Please type your reply above this line -##\n\nYour request (#4711) has been updated.\n\n"
     "Support, Mar 12, 2026, 09:15 UTC:\nAnything else?\n"),
    ("en get outlook plain",
     "Where is my invoice?",
     "Get Outlook for iOS\n\nFrom: Support <help@firma.example>\n"
     "Sent: Thursday, March 12, 2026 9:15:00 AM\nTo: Bob <bob@acme.example>\nSubject: Re: invoice\n\nHi\n"),
    ("en blackberry",
     "I'm in a meeting, call you later.",
     "Sent from my BlackBerry 10 smartphone on the Rogers network.\n  Original Message  \nFrom: Support\n"
     "Sent: Thursday, March 12, 2026 9:15 AM\nTo: bob@acme.example\nSubject: Re: call\n\nCall?\n"),
    ("en virus footer",
     "Here are the documents.",
     "Virus-free.www.scanner.example <https://scanner.example/x>\n"
     "<#DAB4FAD8-2DD7-40BB-A1B8-4E2AA1F9FDF2>\n\n"
     "On Thu, Mar 12, 2026 at 9:15 AM Support <help@firma.example> wrote:\n> documents?\n"),
    ("de am schrieb ohne uhr",
     "Passt.",
     "Am 12.03.2026 schrieb Kundendienst <hilfe@firma.example>:\n\n> Passt das?\n"),
    ("de schrieb wrapped",
     "Das Gerät startet nicht mehr.",
     "Am Donnerstag, den 12.03.2026, 09:15 +0100 schrieb Kundendienst der\nFirma Muster:\n> Startet es?\n"),
    ("de evolution",
     "Alles klar",
     "Am Donnerstag, dem 12.03.2026 um 09:15 +0100 schrieb Kundendienst:\n> ok?\n"),
    ("de gmx app",
     "Nein danke.",
     "--\nDiese Nachricht wurde von meinem Android Mobiltelefon mit GMX Mail gesendet.\n"
     "Am 12.03.26, 09:15 schrieb Kundendienst <hilfe@firma.example>:\n\nMöchten Sie ein Angebot?\n"),
    ("de mit freundlichen gruessen lowercase",
     "bitte um rückruf unter 0711 123456",
     "mit freundlichen grüßen\nmax mustermann\n"),
    ("de ueber outlook",
     "Die Rechnung ist doppelt.",
     "Gesendet von Outlook für Android<https://link.example/x>\n________________________________\n"
     "Von: Kundendienst <hilfe@firma.example>\nGesendet: Donnerstag, März 12, 2026 9:15:00 AM\n"
     "An: Max <max@muster.example>\nBetreff: Re: Rechnung\n\nGuten Tag\n"),
    ("de haftung",
     "Bitte um ein Angebot für 10 Stück.",
     "Freundliche Grüße\n\nMax Mustermann\n\n"
     "Diese E-Mail enthält vertrauliche und/oder rechtlich geschützte Informationen. Wenn Sie nicht der richtige Adressat sind, löschen Sie bitte diese E-Mail.\n"),
    ("at outlook",
     "Passt für mich.",
     "LG\nResi\n\nVon: Kundendienst <hilfe@firma.example> \nGesendet: Donnerstag, 12. März 2026 09:15\n"
     "An: Resi <resi@post.example>\nCc: 'Lager'\nBetreff: AW: Termin\nPriorität: Hoch\n\nPasst das?\n"),
    ("ch",
     "Besten Dank für die Auskunft, ich nehme das Angebot an.",
     "Freundliche Grüsse\nUrs\n\n"
     "Am Do., 12. März 2026 um 09:15 Uhr schrieb Firma AG <hilfe@firma.example>:\n\n> Angebot\n"),
    ("fr gmail 24",
     "Parfait, merci beaucoup pour votre aide !",
     "Le jeudi 12 mars 2026, Service <aide@societe.example> a écrit :\n\n> Bonjour\n"),
    ("fr free",
     "Je n'arrive pas à me connecter.",
     "De : Service <aide@societe.example>\nDate : 12/03/2026 09:15 (GMT+01:00)\nÀ : jean@free.example\n"
     "Objet : Re: Connexion\n\nBonjour\n"),
    ("fr windows mail",
     "Je suis d'accord.",
     "Provenance : Courrier pour Windows\n\nDe : Service\nEnvoyé le :jeudi 12 mars 2026 09:15\n"
     "À : jean@post.example\nObjet :Re: devis\n\nEtes-vous d'accord ?\n"),
    ("fr qc",
     "Merci de me rappeler au 514 555-0100.",
     "Bonne journée,\n\nMarie Tremblay\n\nDe : Soutien <aide@societe.example> \nEnvoyé : 12 mars 2026 09:15\n"
     "À : Marie Tremblay <marie@post.example>\nObjet : RE: dossier\n\nBonjour\n"),
    ("fr avis",
     "Vous trouverez ci-joint notre bon de commande.",
     "Bien cordialement,\nService Achats\n\n"
     "Ce message et toutes les pièces jointes sont établis à l'intention exclusive de leurs destinataires et sont confidentiels.\n"),
    ("es iphone cita",
     "No, no lo recibí.",
     "Enviado desde mi iPhone\n\n"
     "> El 12 mar 2026, a las 9:15, Soporte <ayuda@empresa.example> escribió:\n> \n> \ufeff¿Lo recibió?\n"),
    ("es outlook web 2",
     "Ok, perfecto.",
     "Obtener Outlook para Android<https://link.example/x>\n________________________________\n"
     "From: Soporte <ayuda@empresa.example>\nSent: Thursday, March 12, 2026 9:15:00 AM\n"
     "To: Ana <ana@correo.example>\nSubject: Re: Pedido\n\n¿Ok?\n"),
    ("es escribio sin acento",
     "Gracias por la ayuda, ya funciona.",
     "El 12/03/2026 09:15, \"Soporte\" <ayuda@empresa.example> escribio:\n\nPruebe ahora.\n"),
    ("es remitente",
     "Solicito la devolución del importe.",
     "----Mensaje original----\nRemitente: ayuda@empresa.example\nFecha: 12/03/2026 9:15\n"
     "Destinatario: ana@correo.example\nAsunto: Devolución\n\nExplique el motivo.\n"),
    ("es cl",
     "Estimados:\n\nFavor su ayuda con el pedido 331.",
     "Atte.\nCarlos Soto\n\n"
     "El jue, 12 mar 2026 a la(s) 09:15, Soporte (ayuda@empresa.example) escribió:\n\n> Hola\n"),
    ("es quedo a la espera",
     "Les envío la foto del golpe.",
     "Quedo a la espera de su respuesta.\nUn saludo,\nAna\n"),
    ("es saludos desde",
     "Nos quedamos con dos unidades.",
     "Saludos desde Lugo,\nAna\n"),
    ("pt bol",
     "Não recebi o produto.",
     "De: \"Suporte\" <ajuda@empresa.example>\nEnviada: 2026/03/12 09:15:00\nPara: joao@bol.example\n"
     "Assunto: Pedido\n\nJá enviamos.\n"),
    ("pt yahoo",
     "Não quero mais.",
     "Em quinta-feira, 12 de março de 2026 às 09:15:00 BRT, Suporte <ajuda@empresa.example> escreveu:\n\n\n"
     "Ainda quer?\n"),
    ("pt outlook app",
     "Pode ser amanhã às 10h?",
     "Obter o Outlook para iOS<https://link.example/x>\n________________________________\n"
     "De: Suporte <ajuda@empresa.example>\nEnviado: Thursday, March 12, 2026 9:15:00 AM\n"
     "Para: Rita <rita@post.example>\nAssunto: Re: Visita\n\nQuando?\n"),
    ("it tiscali",
     "Non ho ricevuto nulla.",
     "----Messaggio originale----\nDa: aiuto@ditta.example\nData: 12-mar-2026 9.15\n"
     "A: <mario@posta.example>\nOgg: Ordine\n\nSpedito.\n"),
    ("it outlook app",
     "Perfetto!",
     "Scarica Outlook per Android<https://link.example/x>\n________________________________\n"
     "Da: Assistenza <aiuto@ditta.example>\nInviato: giovedì, marzo 12, 2026 9:15 AM\n"
     "A: Mario <mario@posta.example>\nOggetto: Re: Ordine\n\nVa bene?\n"),
    ("it riservato",
     "Confermo l'ordine.",
     "Distinti saluti\nMario Rossi\n\n"
     "Le informazioni contenute nella presente e-mail sono riservate. Ai sensi del Regolamento UE 2016/679 la informiamo che i dati sono trattati.\n"),
    ("nl outlook app",
     "Prima zo.",
     "Outlook voor iOS downloaden<https://link.example/x>\n________________________________\n"
     "Van: Klantenservice <hulp@bedrijf.example>\nVerzonden: donderdag, maart 12, 2026 9:15 AM\n"
     "Aan: Jan <jan@post.example>\nOnderwerp: Re: Bestelling\n\nAkkoord?\n"),
    ("nl kpn",
     "Ik wil graag annuleren.",
     "----Origineel Bericht----\nVan : hulp@bedrijf.example\nDatum : 12/03/2026 09:15\n"
     "Aan : jan@kpn.example\nOnderwerp : Bestelling\n\nBeste Jan\n"),
    ("be",
     "Kunt u mij terugbellen?",
     "Vriendelijke groeten\nAn Peeters\n\n"
     "Op do 12 mrt 2026 09:15 schreef Klantenservice <hulp@bedrijf.example>:\n\n> Ja\n"),
    ("pl interia",
     "Nie zgadzam się.",
     "Od: \"Biuro\" <pomoc@firma.example>\nDo: \"jan\" <jan@interia.example>;\n"
     "Wysłane: 9:15 Czwartek 2026-03-12\nTemat: Reklamacja\n\nOdrzucamy.\n"),
    ("pl iphone",
     "Tak, proszę.",
     "Wysłane z iPhone'a\n\n"
     "> Wiadomość napisana przez Biuro <pomoc@firma.example> w dniu 12 mar 2026, o godz. 09:15:\n> \n"
     "> Wysłać?\n"),
    ("pl klauzula",
     "Proszę o ofertę.",
     "Pozdrawiam,\nJan Kowalski\n\n"
     "Ta wiadomość i jej załączniki są poufne i przeznaczone wyłącznie dla adresata.\n"),
    ("sv thunderbird",
     "Det stämmer.",
     "Den 2026-03-12 kl. 09:15, skrev Kundtjänst:\n> Stämmer det?\n"),
    ("sv original",
     "Ja tack",
     "-----Ursprungligt meddelande-----\nFrån: Kundtjänst [mailto:hjalp@bolag.example] \n"
     "Skickat: den 12 mars 2026 09:15\nTill: Anna\nÄmne: Sv: order\n\nVill du?\n"),
    ("da original",
     "Ja tak",
     "-----Oprindelig meddelelse-----\nFra: Kundeservice [mailto:hjaelp@firma.example]\n"
     "Sendt: 12. marts 2026 09:15\nTil: Mette\nEmne: SV: ordre\n\nVil du?\n"),
    ("no original",
     "Ja takk",
     "-----Opprinnelig melding-----\nFra: Kundeservice [mailto:hjelp@firma.example]\n"
     "Sendt: 12. mars 2026 09:15\nTil: Ola\nEmne: SV: ordre\n\nVil du?\n"),
    ("fi original",
     "Kyllä kiitos",
     "-----Alkuperäinen viesti-----\nLähettäjä: Asiakaspalvelu [mailto:apu@yritys.example]\n"
     "Lähetetty: 12. maaliskuuta 2026 9:15\nVastaanottaja: Matti\nAihe: VS: tilaus\n\nHaluatko?\n"),
    ("ru original",
     "Да, пожалуйста",
     "-----Original Message-----\nFrom: Поддержка\nSent: Thursday, March 12, 2026 9:15 AM\nTo: Иван\n"
     "Subject: Re: заказ\n\nНужно?\n"),
    ("ru outlook",
     "Согласен.",
     "________________________________________\nОт: Поддержка <help@firma.example>\n"
     "Отправлено: 12 марта 2026 г. 9:15:00\nКому: Иван\nТема: Re: заказ\n\nСогласны?\n"),
    ("ru gmail old",
     "Всё хорошо",
     "12 марта 2026 г., 9:15 пользователь Поддержка <help@firma.example> написал:\n\n> как?\n"),
    ("ja iphone",
     "ありがとうございます。届きました。",
     "iPhoneから送信\n\n2026/03/12 9:15、サポート <help@firma.example>のメール:\n\n届きましたか。\n"),
    ("ja tb",
     "はい、お願いします。",
     "On 2026/03/12 9:15, サポート wrote:\n> よろしいですか。\n"),
    ("ja signature",
     "請求書を再送してください。",
     "よろしくお願いいたします。\n\n--\n山田太郎\n株式会社サンプル\nTEL 03-1234-5678\n"),
    ("zh outlook",
     "好的。",
     "获取适用于 iOS 的 Outlook<https://link.example/x>\n________________________________\n"
     "发件人: 客服 <help@firma.example>\n发送时间: Thursday, March 12, 2026 9:15:00 AM\n收件人: 李 <li@post.example>\n"
     "主题: Re: 订单\n\n好吗？\n"),
    ("tw gmail",
     "好的，謝謝您的協助。",
     "客服 <help@firma.example> 於 2026年3月12日 週四 上午9:15寫道：\n\n> 好嗎\n"),
    ("ko gmail",
     "네, 확인했습니다.",
     "2026년 3월 12일 (목) 오전 9:15, 고객센터 <help@firma.example>님이 작성:\n\n> 확인\n"),
    ("vi gmail",
     "Tôi chưa nhận được hàng.",
     "Vào Th 5, 12 thg 3, 2026 vào lúc 09:15 Hỗ trợ <help@firma.example> đã viết:\n\n> ok\n"),
    ("id gmail",
     "Barang belum sampai.",
     "Pada tanggal Kam, 12 Mar 2026 pukul 09.15 Dukungan <help@firma.example> menulis:\n\n> ok\n"),
    ("hr gmail",
     "Nisam dobio račun.",
     "čet, 12. ožu 2026. u 09:15 Podrška <help@firma.example> napisao je:\n\n> ok\n"),
    ("sl gmail",
     "Nisem prejel računa.",
     "V V čet., 12. mar. 2026 ob 09:15 je oseba Podpora <help@firma.example> napisala:\n\n> ok\n"),
    ("sk gmail",
     "Balík neprišiel.",
     "št 12. 3. 2026 o 9:15 Podpora <help@firma.example> napísal(a):\n\n> ok\n"),
    ("bg gmail",
     "Не съм получил пратката.",
     "На чт, 12.03.2026 г. в 9:15 Поддръжка <help@firma.example> написа:\n\n> ok\n"),
    ("lt gmail",
     "Negavau siuntos.",
     "2026-03-12, kt, 09:15 Pagalba <help@firma.example> rašė:\n\n> ok\n"),
    ("et gmail",
     "Pakki ei ole.",
     "Kontakt Tugi (<help@firma.example>) kirjutas kuupäeval N, 12. märts 2026 kell 09:15:\n\n> ok\n"),
    ("lv gmail",
     "Neesmu saņēmis.",
     "ceturtd., 2026. g. 12. marts, plkst. 09:15 — lietotājs Atbalsts (<help@firma.example>) rakstīja:\n\n"
     "> ok\n"),
    ("he gmail",
     "לא קיבלתי את החבילה.",
     "‏בתאריך יום ה׳, 12 במרץ 2026 ב-9:15 מאת ‪תמיכה‬‏ <‪help@firma.example‬‏>:‬\n\n> ok\n"),
    ("ar gmail",
     "لم أستلم الطلب.",
     "في الخميس، ١٢ مارس ٢٠٢٦ في ٩:١٥ ص تمت كتابة ما يلي بواسطة Support <\nhelp@firma.example>:\n\n> ok\n"),
    ("th gmail",
     "ยังไม่ได้รับสินค้า",
     "ในวันที่ พฤ. 12 มี.ค. 2026 เวลา 09:15 Support <help@firma.example> เขียนว่า:\n\n> ok\n"),
]

# What it is; the mail; the words written now, where they are not simply its beginning.
MIXED = [
    ("recipient kept: address block of the firm",
     "Hola, la nueva dirección de entrega es:\n\nTalleres López\nCalle Mayor 12\n36201 Vigo\n"
     "Tel. 986 12 34 56\n\nSaludos,\nMaría\n",
     "Hola, la nueva dirección de entrega es:\n\nTalleres López\nCalle Mayor 12\n36201 Vigo\n"
     "Tel. 986 12 34 56"),
    ("a question under thanks",
     "Thanks,\n\nbut the second invoice is still wrong.\n\nBob\n",
     "Thanks,\n\nbut the second invoice is still wrong.\n\nBob"),
    ("thanks alone are words",
     "Please send it to my new address.\n\nThank you!\n\n"
     "On Thu, Mar 12, 2026 at 9:15 AM Support <help@firma.example> wrote:\n> ok\n",
     "Please send it to my new address.\n\nThank you!"),
    ("thanks alone, spanish",
     "Ya lo he recibido.\n\n¡Gracias!\n",
     "Ya lo he recibido.\n\n¡Gracias!"),
    ("thanks and closing",
     "Ja, bitte.\n\nVielen Dank!\n\nViele Grüße\nJan\n",
     "Ja, bitte.\n\nVielen Dank!"),
    ("the date in a sentence",
     "The meeting is On Thu, Mar 12, 2026 at 9:15 AM in Vigo.\n\nPlease confirm:\n- room\n- coffee\n",
     "The meeting is On Thu, Mar 12, 2026 at 9:15 AM in Vigo.\n\nPlease confirm:\n- room\n- coffee"),
    ("travel form",
     "Please book:\n\nFrom: Vigo\nTo: Madrid\nDate: 12 March 2026\nPassengers: 2\n\nWindow seats if possible.\n",
     "Please book:\n\nFrom: Vigo\nTo: Madrid\nDate: 12 March 2026\nPassengers: 2\n\nWindow seats if possible."),
    ("viaje",
     "Quiero reservar:\n\nDe: Vigo\nA: Madrid\nFecha: 12 de marzo\n\n¿Cuánto cuesta?\n",
     "Quiero reservar:\n\nDe: Vigo\nA: Madrid\nFecha: 12 de marzo\n\n¿Cuánto cuesta?"),
    ("error text kept",
     "I get this error:\n\n-----BEGIN LOG-----\nline 1\n-----END LOG-----\n\nWhat is wrong?\n",
     "I get this error:\n\n-----BEGIN LOG-----\nline 1\n-----END LOG-----\n\nWhat is wrong?"),
    ("diff kept",
     "This patch helps:\n\n--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-old\n+new\n\nPlease apply.\n",
     "This patch helps:\n\n--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-old\n+new\n\nPlease apply."),
    ("table kept",
     "Stock:\n\nname     count\n-------  -----\npump     12\nhose     3\n\nEnough?\n",
     "Stock:\n\nname     count\n-------  -----\npump     12\nhose     3\n\nEnough?"),
    ("markdown heading kept",
     "Problem\n=======\n\nIt does not start.\n\nSteps\n-----\n\n1. Press the button.\n",
     "Problem\n=======\n\nIt does not start.\n\nSteps\n-----\n\n1. Press the button."),
    ("answers with names",
     "On 12/03/2026 09:15, Support wrote:\n> 1. Colour?\nBob: red\n> 2. Size?\nBob: large\n",
     "Bob: red\nBob: large"),
    ("own words under the whole quote",
     "> On 12 Mar 2026, at 09:15, Support <help@firma.example> wrote:\n> \n> Does it work?\n\nYes it does.\n\n"
     "Sent from my iPad\n",
     "Yes it does."),
    ("answer below an unmarked quote start",
     "On Thu, Mar 12, 2026 at 9:15 AM Support <help@firma.example> wrote:\n> Does it work?\n> Regards\n"
     "> Support\n\nNo. It shows E42.\n\nRegards,\nBob\n",
     "No. It shows E42."),
    ("he writes of a sent message",
     "I was told it was sent from your warehouse on Monday.\nSent from Vigo, it should be here by now.\n",
     "I was told it was sent from your warehouse on Monday.\nSent from Vigo, it should be here by now."),
    ("outlook is the topic",
     "I cannot open the file.\n\n"
     "Outlook for Android shows an error when I tap on it, and on my laptop nothing happens at all.\n",
     "I cannot open the file.\n\n"
     "Outlook for Android shows an error when I tap on it, and on my laptop nothing happens at all."),
    ("legal claim",
     "Buenos días:\n\n"
     "En cumplimiento del Reglamento (UE) 2016/679, solicito la supresión de mis datos personales.\n\n"
     "Un saludo,\nAna\n",
     "Buenos días:\n\n"
     "En cumplimiento del Reglamento (UE) 2016/679, solicito la supresión de mis datos personales."),
    ("confidential is the topic",
     "This message is about the confidential contract. We want to end it.\n\nCan we?\n",
     "This message is about the confidential contract. We want to end it.\n\nCan we?"),
    ("forward with comment",
     "Hi, can you handle this one?\n\nBegin forwarded message:\n\n> From: Customer <c@x.example>\n"
     "> Subject: broken\n> Date: 12 March 2026 at 09:15:00 CET\n> To: bob@acme.example\n> \n> It broke.\n",
     "Hi, can you handle this one?"),
    ("forward without a word",
     "---------- Forwarded message ---------\nFrom: Customer <c@x.example>\n"
     "Date: Thu, 12 Mar 2026 at 09:15\nSubject: broken\nTo: <bob@acme.example>\n\nThe pump broke.\n",
     "---------- Forwarded message ---------\nFrom: Customer <c@x.example>\n"
     "Date: Thu, 12 Mar 2026 at 09:15\nSubject: broken\nTo: <bob@acme.example>\n\nThe pump broke."),
    ("card in the middle",
     "Hello,\n\nmy colleague will visit you:\n\nAna Prieto\nTel. 600 111 222\n\nShe has the keys.\n",
     "Hello,\n\nmy colleague will visit you:\n\nAna Prieto\nTel. 600 111 222\n\nShe has the keys."),
    ("closing word as a sentence",
     "Best\nprice please for 20 pumps, and delivery before the end of the month.\n",
     "Best\nprice please for 20 pumps, and delivery before the end of the month."),
    ("names listed",
     "Please add these people:\n\nAna Prieto ana@correo.example\nBob Miller bob@acme.example\n",
     "Please add these people:\n\nAna Prieto ana@correo.example\nBob Miller bob@acme.example"),
    ("my details",
     "My details are as follows.\n\nAna Prieto\nCalle Mayor 1\n600 111 222\n\n"
     "I need the repair this week, is that possible?\n",
     "My details are as follows.\n\nAna Prieto\nCalle Mayor 1\n600 111 222\n\n"
     "I need the repair this week, is that possible?"),
]


def test_words_end_where_something_else_begins(tmp_path):
    check(tmp_path, [(name, f"{words}\n\n{below}", words) for name, words, below in LETTERS])


def test_words_stand_where_people_put_them(tmp_path):
    check(tmp_path, MIXED)


def test_letters_are_told_whole(tmp_path):
    mails = [f"{words}\n\n{below}" for _, words, below in LETTERS] + [mail for _, mail, _ in MIXED]
    for mail, told in zip(mails, read(tmp_path, mails), strict=True):
        assert "".join(told["text"].split()) == "".join(mail.split())
