"""Letters as people send them, of many programs and languages, and which words are theirs."""

from test_reading_mail_replies import check, read

# What it is; the words written now; what the program, the lawyer and the phone put under them.
LETTERS = [
    ("de outlook desktop, company card",
     "Guten Tag Frau Sommer,\n\ndie Lieferung ist heute angekommen, aber ein Karton war beschädigt.\n"
     "Können Sie uns Ersatz schicken?",
     "Mit freundlichen Grüßen\n\ni. A. Petra Muster\nEinkauf\n\nMuster Werkzeuge GmbH & Co. KG\n"
     "Industriestraße 12 · 70565 Stuttgart\nTel.: +49 711 123456-20 | Fax: -99\n"
     "Geschäftsführer: Karl Muster | Amtsgericht Stuttgart HRB 12345\n\n"
     "Von: Kundendienst [mailto:hilfe@firma.example]\nGesendet: Donnerstag, 12. März 2026 09:15\n"
     "An: Petra Muster\nCc: Lager\nBetreff: AW: Lieferung 4711\n\nSehr geehrte Frau Muster,\n"
     "ist alles angekommen?\n"),
    ("de gmail, address on the next line",
     "Danke, das hat geklappt!",
     "Am Do., 12. März 2026 um 09:15 Uhr schrieb Kundendienst der Firma <\nhilfe@firma.example>:\n\n"
     "> Hallo,\n> bitte starten Sie neu.\n"),
    ("de t-online",
     "Hallo,\nich habe immer noch kein Paket bekommen.",
     "-----Original-Nachricht-----\nBetreff: Ihre Bestellung\nDatum: 2026-03-12T09:15:00+0100\n"
     "Von: \"Firma\" <hilfe@firma.example>\nAn: \"max@t-online.example\" <max@t-online.example>\n\n"
     "Ihr Paket ist unterwegs.\n"),
    ("de web.de",
     "Bitte stornieren Sie die Bestellung.",
     "Gesendet: Donnerstag, 12. März 2026 um 09:15 Uhr\n"
     "Von: \"Firma Kundenservice\" <hilfe@firma.example>\nAn: max@web.example\nBetreff: Ihre Bestellung 88\n\n"
     "Ihre Bestellung ist eingegangen.\n"),
    ("de android mail",
     "Ja, passt.",
     "Am 12. März 2026 09:15:22 MEZ schrieb Kundendienst <hilfe@firma.example>:\n>Passt Dienstag?\n>\n"
     ">Gruß\n"),
    ("de k-9",
     "Ja bitte, gerne am Montag.",
     "-- \nDiese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.\n"),
    ("de signature with slash",
     "Ich komme am Freitag vorbei.",
     "Beste Grüße aus Hamburg\nJan\n\nAm 12.03.2026 09:15, schrieb Kundendienst:\n> Wann kommen Sie?\n"),
    ("de viele gruesse with name on line",
     "Rechnung liegt bei.",
     "Viele Grüße, Jan Petersen\n\nAm 12.03.26 um 09:15 schrieb Firma:\n> Bitte Rechnung senden\n"),
    ("fr gmail wrapped twice",
     "Bonjour,\n\nje n'ai toujours pas reçu mon remboursement.\nMerci de faire le nécessaire.",
     "Le jeu. 12 mars 2026 à 09:15, Service Client de la Société <\naide@societe.example> a écrit :\n\n"
     "> Bonjour,\n> c'est fait.\n"),
    ("fr orange",
     "Je confirme le rendez-vous de mardi.",
     "> Message du 12/03/26 09:15\n> De : \"Service\" <aide@societe.example>\n> A : jean@orange.example\n"
     "> Copie à :\n> Objet : Rendez-vous\n>\n> Mardi vous convient ?\n"),
    ("fr laposte",
     "Voici la facture.",
     "De: \"Service\" <aide@societe.example>\nÀ: \"jean\" <jean@laposte.example>\n"
     "Envoyé: Jeudi 12 Mars 2026 09:15:00\nObjet: Facture\n\nMerci de nous envoyer la facture.\n"),
    ("fr outlook mobile",
     "Oui c'est bien ça.",
     "Obtenez Outlook pour iOS<https://link.example/o0ukef>\n________________________________\n"
     "De : Service <aide@societe.example>\nEnvoyé : jeudi 12 mars 2026 09:15\nÀ : Jean\n"
     "Objet : Re: commande\n\nEst-ce bien ça ?\n"),
    ("fr cordialement with comma name",
     "Je vous remercie pour votre retour rapide, tout fonctionne.",
     "Cordialement,\n\nJean Dupont\n06 12 34 56 78\n\nLe 12/03/2026 à 09:15, Service a écrit :\n"
     "> Est-ce que tout marche ?\n"),
    ("fr bonne reception",
     "Ci-joint le document signé.",
     "Bonne réception,\nJeanne\n\nEnvoyé de mon iPad\n\n"
     "Le 12 mars 2026 à 09:15, Service <aide@societe.example> a écrit :\n\nMerci de signer.\n"),
    ("es gmail with m. sp.",
     "Buenos días:\n\nSigo sin poder entrar en mi cuenta.",
     "El jue, 12 mar 2026 a las 9:15, Atención al Cliente (<\nayuda@empresa.example>) escribió:\n\n> Hola,\n"
     "> pruebe de nuevo.\n"),
    ("es outlook with legal",
     "Adjunto el justificante de pago.\n\nQuedo pendiente de la factura.",
     "Un cordial saludo,\n\nMaría López\nAdministración\nTalleres López, S.L.\nC/ Mayor 12, 36201 Vigo\n"
     "Tlf. 986 12 34 56\n\n"
     "Antes de imprimir este mensaje, asegúrese de que es necesario. El medio ambiente está en nuestra mano.\n"
     "\nDe: Atención al Cliente <ayuda@empresa.example>\nEnviado el: jueves, 12 de marzo de 2026 9:15\n"
     "Para: María López <maria@talleres.example>\nAsunto: RE: Pago pendiente\n\n"
     "Buenos días, falta el justificante.\n"),
    ("es lopd",
     "Quiero cambiar la dirección de entrega del pedido 5521.",
     "Saludos,\nPablo\n\n"
     "En cumplimiento del Reglamento (UE) 2016/679 y de la LOPDGDD le informamos de que sus datos personales forman parte de un fichero responsabilidad de Talleres López.\n"),
    ("es samsung",
     "Vale, gracias por avisar.",
     "Enviado desde mi smartphone Samsung Galaxy.\n"
     "-------- Mensaje original --------De: Empresa <ayuda@empresa.example> Fecha: 12/3/26  9:15  (GMT+01:00) Para: ana@correo.example Asunto: Entrega\n"
     "Llega el martes.\n"),
    ("es ar gmail",
     "Che, todavía no me llegó el código.",
     "El jue., 12 de mar. de 2026 09:15, Soporte <ayuda@empresa.example>\nescribió:\n\n"
     "> Le enviamos el código.\n"),
    ("es mx informal",
     "ya quedó, muchas gracias!!",
     "El 12/03/2026, a la(s) 9:15 a.m., Soporte <ayuda@empresa.example> escribió:\n\nHola, ¿ya quedó?\n"),
    ("es yahoo",
     "No me interesa la oferta.",
     "    En jueves, 12 de marzo de 2026, 09:15:00 a. m. CST, Ventas <ventas@empresa.example> escribió:  \n"
     " \n Le ofrecemos un descuento.\n  \n"),
    ("pt br gmail",
     "Bom dia!\n\nO boleto não chegou no meu e-mail.",
     "Em qui., 12 de mar. de 2026 às 09:15, Suporte Empresa <\najuda@empresa.example> escreveu:\n\n> Olá,\n"
     "> enviamos o boleto.\n"),
    ("pt br outlook atte",
     "Segue o comprovante em anexo.",
     "Att.,\n\nJoão da Silva\nFinanceiro\n(11) 98765-4321\n\nDe: Suporte <ajuda@empresa.example>\n"
     "Enviada em: quinta-feira, 12 de março de 2026 09:15\nPara: João da Silva\nAssunto: RES: Boleto\n\n"
     "Favor enviar o comprovante.\n"),
    ("pt pt apple",
     "Confirmo a reunião.",
     "Melhores cumprimentos,\nInês\n\n"
     "> No dia 12/03/2026, às 09:15, Suporte <ajuda@empresa.example> escreveu:\n> \n> Confirma?\n"),
    ("pt obrigado desde ja",
     "Gostaria de cancelar o plano.",
     "Obrigada desde já,\nRita\n\nEnviado do meu Galaxy\n"),
    ("it gmail",
     "Buongiorno,\nnon riesco a scaricare la fattura.",
     "Il giorno gio 12 mar 2026 alle ore 09:15 Assistenza <aiuto@ditta.example> ha\nscritto:\n\n"
     "> Può scaricarla dal sito.\n"),
    ("it outlook",
     "Va bene per mercoledì.",
     "Cordialmente\nMario Rossi\nUfficio acquisti\nRossi S.r.l. - Via Roma 1 - 20100 Milano\n"
     "P.IVA 01234567890\n\nDa: Assistenza <aiuto@ditta.example>\nInviato: giovedì 12 marzo 2026 09:15\n"
     "A: Mario Rossi <mario@rossi.example>\nOggetto: R: Appuntamento\n\nMercoledì va bene?\n"),
    ("it libero",
     "Grazie della risposta, ho risolto da solo.",
     "Il 12/03/2026 09:15 Assistenza <aiuto@ditta.example> ha scritto:\n\n \n\nProvi a riavviare.\n"),
    ("it iphone",
     "Sì, confermo.",
     "Inviato da iPhone\n\n"
     "> Il giorno 12 mar 2026, alle ore 09:15, Assistenza <aiuto@ditta.example> ha scritto:\n> \n"
     "> \ufeffConferma?\n"),
    ("nl gmail",
     "Hoi,\n\nik heb de kapotte lader teruggestuurd.",
     "Op do 12 mrt. 2026 om 09:15 schreef Klantenservice <hulp@bedrijf.example>:\n\n"
     "> Stuur hem maar terug.\n"),
    ("nl outlook",
     "Graag ontvang ik een nieuwe factuur.",
     "Met vriendelijke groet,\n\nJan de Vries | Inkoop\nDe Vries B.V.\nT 020 123 45 67\n"
     "E jan@devries.example\n\nVan: Klantenservice <hulp@bedrijf.example>\n"
     "Verzonden: donderdag 12 maart 2026 09:15\nAan: Jan de Vries <jan@devries.example>\n"
     "Onderwerp: RE: Factuur\n\nWelke factuur?\n"),
    ("nl ziggo",
     "Het werkt nu.",
     "Verstuurd vanaf mijn iPhone\n\n"
     "> Op 12 mrt 2026 om 09:15 heeft Klantenservice <hulp@bedrijf.example> het volgende geschreven:\n> \n"
     "> Werkt het?\n"),
    ("pl gmail",
     "Dzień dobry,\npaczka nie dotarła.",
     "czw., 12 mar 2026 o 09:15 Biuro Obsługi Klienta <pomoc@firma.example>\nnapisał(a):\n\n"
     "> Paczka jest w drodze.\n"),
    ("pl onet",
     "Proszę o zwrot pieniędzy.",
     "W dniu 2026-03-12 09:15:33 użytkownik Biuro <pomoc@firma.example> napisał:\n> Dzień dobry,\n"
     "> co możemy zrobić?\n"),
    ("pl wp",
     "Dziękuję za informację, czekam.",
     "Dnia 12 marca 2026 09:15 Biuro Obsługi <pomoc@firma.example> napisał(a):\n\nProszę czekać.\n"),
    ("pl outlook",
     "W załączeniu faktura.",
     "Z poważaniem\nJan Kowalski\nSpecjalista ds. zakupów\ntel. 22 123 45 67\n\n"
     "From: Biuro <pomoc@firma.example>\nSent: Thursday, March 12, 2026 9:15 AM\n"
     "To: Jan Kowalski <jan@kowalski.example>\nSubject: RE: faktura\n\nProszę o fakturę.\n"),
    ("sv gmail",
     "Hej!\n\nJag får fortfarande fel på kortet.",
     "Den tors 12 mars 2026 kl 09:15 skrev Kundtjänst <hjalp@bolag.example>:\n\n> Försök igen.\n"),
    ("sv outlook mobile",
     "Tack, nu fungerar det.",
     "Hämta Outlook för iOS<https://link.example/o0ukef>\n________________________________\n"
     "Från: Kundtjänst <hjalp@bolag.example>\nSkickat: Thursday, March 12, 2026 9:15:00 AM\n"
     "Till: Anna <anna@post.example>\nÄmne: Sv: Kortet\n\nFungerar det?\n"),
    ("sv mvh",
     "Kan ni ringa mig imorgon?",
     "Mvh Anna Svensson\n070-123 45 67\n\nSkickat från min iPhone\n"),
    ("da gmail",
     "Hej\n\nJeg vil gerne afbestille.",
     "Den tors. 12. mar. 2026 kl. 09.15 skrev Kundeservice <\nhjaelp@firma.example>:\n\n"
     "> Hvad kan vi hjælpe med?\n"),
    ("da outlook",
     "Det er i orden.",
     "Med venlig hilsen\n\nMette Hansen\nIndkøbschef\nDirekte: +45 12 34 56 78\n\n"
     "Fra: Kundeservice <hjaelp@firma.example>\nSendt: 12. marts 2026 09:15\n"
     "Til: Mette Hansen <mette@hansen.example>\nEmne: SV: Ordre\n\nEr det i orden?\n"),
    ("da iphone",
     "Tak for hurtigt svar!",
     "Sendt fra min iPhone\n\n> Den 12. mar. 2026 kl. 09.15 skrev Kundeservice <hjaelp@firma.example>:\n> \n"
     "> Hej\n"),
    ("no gmail",
     "Hei,\njeg har ikke fått pakken.",
     "tor. 12. mars 2026 kl. 09:15 skrev Kundeservice <hjelp@firma.example>:\n\n> Pakken er sendt.\n"),
    ("no outlook",
     "Kan dere sende ny faktura?",
     "Vennlig hilsen / Best regards\nOla Nordmann\nDaglig leder\n\nFra: Kundeservice <hjelp@firma.example>\n"
     "Sendt: torsdag 12. mars 2026 09:15\nTil: Ola Nordmann <ola@nordmann.example>\nEmne: SV: Faktura\n\n"
     "Hei\n"),
    ("fi gmail",
     "Hei,\n\nlasku on väärin.",
     "to 12. maalisk. 2026 klo 9.15 Asiakaspalvelu (apu@yritys.example) kirjoitti:\n\n"
     "> Lasku on liitteenä.\n"),
    ("fi outlook",
     "Sopii, kiitos.",
     "Ystävällisin terveisin,\nMatti Meikäläinen\nHankinta\n\n"
     "Lähettäjä: Asiakaspalvelu <apu@yritys.example>\nLähetetty: torstai 12. maaliskuuta 2026 9.15\n"
     "Vastaanottaja: Matti Meikäläinen <matti@posti.example>\nAihe: VS: Lasku\n\nSopiiko?\n"),
    ("fi terv",
     "En saanut tilausvahvistusta.",
     "Terv. Matti\n\nLähetetty iPhonesta\n"),
    ("ru gmail",
     "Добрый день!\n\nЗаказ так и не пришёл.",
     "чт, 12 мар. 2026 г. в 09:15, Служба поддержки <help@firma.example>:\n\n> Заказ отправлен.\n"),
    ("ru mail.ru app",
     "Спасибо, всё работает.",
     "--\nОтправлено из Mail для Android\n"
     "четверг, 12 марта 2026г., 09:15 +03:00 от Служба поддержки help@firma.example:\n\n"
     ">Проверьте, пожалуйста.\n"),
    ("ru yandex",
     "Верните деньги.",
     "12.03.2026, 09:15, \"Служба поддержки\" <help@firma.example>:\n\n> Чем помочь?\n\n-- \n"
     "Отправлено из мобильного приложения Яндекс Почты\n"),
    ("ru s uvazheniem",
     "Прошу выслать счёт.",
     "С уважением, Иван Петров\nООО «Ромашка»\n+7 495 123-45-67\n"),
    ("ja gmail",
     "お世話になっております。\n\n請求書が届いていません。",
     "2026年3月12日(木) 9:15 サポート <help@firma.example>:\n\n> お問い合わせありがとうございます。\n"),
    ("ja outlook",
     "確認しました。ありがとうございます。",
     "________________________________\n差出人: サポート <help@firma.example>\n送信日時: 2026年3月12日 9:15\n"
     "宛先: 山田 太郎 <yamada@post.example>\n件名: Re: 請求書\n\nご確認ください。\n"),
    ("ja original",
     "了解しました。",
     "-----Original Message-----\nFrom: サポート <help@firma.example>\n"
     "Sent: Thursday, March 12, 2026 9:15 AM\nTo: 山田\nSubject: Re: 請求書\n\nご確認ください。\n"),
    ("zh qq",
     "你好，还没收到货。",
     "------------------ 原始邮件 ------------------\n发件人: \"客服\" <help@firma.example>;\n"
     "发送时间: 2026年3月12日(星期四) 上午9:15\n收件人: \"李\" <li@qq.example>;\n主题: 回复：订单\n\n已发货。\n"),
    ("zh 163",
     "收到，谢谢。",
     "At 2026-03-12 09:15:00, \"客服\" <help@firma.example> wrote:\n\n请查收。\n"),
    ("zh 163 b",
     "可以。",
     "在 2026-03-12 09:15:00，\"客服\" <help@firma.example> 写道：\n\n可以吗？\n"),
    ("ko naver",
     "아직 못 받았습니다.",
     "-----Original Message-----\nFrom: \"고객센터\" <help@firma.example>\nTo: \"김\" <kim@naver.example>;\nCc:\n"
     "Sent: 2026-03-12 (목) 09:15:00 (GMT+09:00)\nSubject: 주문\n\n발송했습니다.\n"),
    ("en outlook 2016 sig",
     "Hi Sam,\n\nPlease see the attached purchase order.\n\nCould you confirm the delivery date?",
     "Kind regards,\n\nRachel Green\nProcurement Manager\nD: +44 20 7946 0000 | M: +44 7700 900000\n"
     "Acme Widgets Ltd\n\nFrom: Sales <sales@firma.example>\nSent: 12 March 2026 09:15\n"
     "To: Rachel Green <rachel@acme.example>\nCc: Tom\nSubject: RE: PO 889\n\nPlease send the PO.\n"),
    ("en outlook new, importance",
     "Approved.",
     "From: Sales <sales@firma.example>\nDate: Thursday, 12 March 2026 at 09:15\n"
     "To: Rachel Green <rachel@acme.example>\nSubject: Re: PO 889\n\nPlease approve.\n"),
    ("en external banner",
     "No, it still fails.",
     "From: Support <help@firma.example>\nSent: Thursday, March 12, 2026 9:15 AM\n"
     "To: Bob <bob@acme.example>\nSubject: [EXTERNAL] Ticket 12\n\n"
     "CAUTION: This email originated from outside the organization.\n\nDoes it work?\n"),
    ("en gmail via",
     "Great, thank you so much for the quick fix!",
     "On Thu, Mar 12, 2026 at 9:15 AM 'Support' via Helpdesk <help@firma.example>\nwrote:\n\n> fixed\n>\n"),
    ("en gmail on two lines with name",
     "Yes.",
     "On Thu, 12 Mar 2026 at 09:15, Support Team of the very long Company Name Ltd\n"
     "<help@firma.example> wrote:\n\n> ok?\n"),
    ("en iphone curly",
     "Thanks! When will it ship?",
     "Sent from my iPhone\n\n> On Mar 12, 2026, at 9:15\u202fAM, Support <help@firma.example> wrote:\n> \n"
     "> \ufeffHi there,\n> it will ship.\n"),
    ("en sent from t-mobile",
     "I never got the email.",
     "Sent from my T-Mobile 5G Device\n\n-------- Original message --------\n"
     "From: Support <help@firma.example>\nDate: 3/12/26 9:15 AM (GMT-05:00)\nTo: bob@acme.example\n"
     "Subject: Re: login\n\nCheck your inbox\n"),
    ("en verizon",
     "call me",
     "Sent via the Samsung Galaxy S24, an AT&T 5G smartphone\n"
     "Get Outlook for Android<https://link.example/x>\n"),
    ("en aol",
     "please cancel",
     "In a message dated 3/12/2026 9:15:00 AM Eastern Standard Time, help@firma.example writes:\n\n"
     "Would you like to cancel?\n"),
    ("en aol 2",
     "please cancel",
     "-----Original Message-----\nFrom: Support <help@firma.example>\nTo: bob@aol.example\n"
     "Sent: Thu, Mar 12, 2026 9:15 am\nSubject: Re: cancel\n\nWould you like to cancel?\n"),
    ("en fwd gmail",
     "Please see the complaint below. What should I answer?",
     "---------- Forwarded message ---------\nFrom: Customer <c@x.example>\n"
     "Date: Thu, Mar 12, 2026 at 9:15 AM\nSubject: complaint\nTo: <bob@acme.example>\n\n\nThe pump broke.\n"),
    ("en disclaimers",
     "We accept your quote.",
     "Regards\nBob\n\n________________________________\n\n"
     "This email (including any attachments) is confidential and may be legally privileged. If you are not the intended recipient, please delete it.\n"),
    ("en tb bottom none",
     "Done as you said.",
     "On 12/03/2026 09:15, Support wrote:\n> Please reboot.\n> -- \n> Support\n"),
    ("en proton",
     "Yes please.",
     "Sent from [Proton Mail](https://link.example/) for iOS\n\n"
     "On Thu, Mar 12, 2026 at 09:15, Support <[help@firma.example](mailto:On Thu, Mar 12, 2026 at 09:15, Support <<a href=)> wrote:\n"
     "\n> Shall I?\n"),
    ("en zoho",
     "I need a refund.",
     "Sent using https://www.zoho.example/mail/\n\n"
     "---- On Thu, 12 Mar 2026 09:15:00 +0530 Support <help@firma.example> wrote ---\n\nHow can I help?\n"),
    ("en fastmail",
     "Fine with me.",
     "On Thu, Mar 12, 2026, at 9:15 AM, Support wrote:\n> ok?\n"),
    ("en spark",
     "Sounds good",
     "On 12 Mar 2026 at 9:15 AM +0000, Support <help@firma.example>, wrote:\n> ok?\n"),
    ("en mailbird/em client",
     "The file opens now.",
     "------ Original Message ------\nFrom \"Support\" <help@firma.example>\nTo \"Bob\" <bob@acme.example>\n"
     "Date 12/03/2026 09:15:00\nSubject Re: file\n\n>Does it open?\n"),
    ("en emclient de",
     "Die Datei geht jetzt auf.",
     "------ Originalnachricht ------\nVon \"Support\" <help@firma.example>\nAn \"Bob\" <bob@acme.example>\n"
     "Datum 12.03.2026 09:15:00\nBetreff Re: Datei\n\n>Geht es?\n"),
    ("en freshdesk",
     "I attached the log.",
     "On Thu, 12 Mar at 9:15 AM , Support <help@firma.example> wrote:\nPlease attach the log.\n"),
    ("en zendesk",
     "It is still broken.",
     "On Mar 12, 2026, 09:15 +0000, Acme (Support), wrote:\n> ok\n"),
    ("en cheers with name",
     "Just checking in on my order #4521.",
     "Cheers,\nSam\n—\nSam Hill // Hill & Sons // 555-0100\n"),
    ("en dash name",
     "Could you reset my password?",
     "--\nSam Hill\nSent from mobile, please excuse typos\n"),
    ("cs",
     "Dobrý den,\nbalík nedorazil.",
     "čt 12. 3. 2026 v 9:15 odesílatel Podpora <pomoc@firma.example> napsal:\n\n> odesláno\n"),
    ("cs seznam",
     "Díky, funguje.",
     "---------- Původní e-mail ----------\nOd: Podpora <pomoc@firma.example>\nKomu: jan@seznam.example\n"
     "Datum: 12. 3. 2026 9:15:00\nPředmět: Re: objednávka\n\"Funguje?\n"),
    ("hu",
     "Köszönöm, rendben.",
     "Üdvözlettel,\nKovács János\n\n"
     "Podpora <help@firma.example> ezt írta (időpont: 2026. márc. 12., Cs, 9:15):\n\n> Rendben?\n"),
    ("tr",
     "Hâlâ gelmedi.",
     "Saygılarımla,\nAyşe\n\nDestek <help@firma.example>, 12 Mar 2026 Per, 09:15 tarihinde şunu yazdı:\n\n"
     "> geldi mi\n"),
    ("ro",
     "Nu am primit factura.",
     "Cu stimă,\nIon Popescu\n\nÎn joi, 12 mar. 2026 la 09:15, Suport <help@firma.example> a scris:\n\n"
     "> am trimis\n"),
    ("el",
     "Δεν ήρθε ακόμα.",
     "Με εκτίμηση,\nΜαρία\n\n"
     "Στις Πέμ 12 Μαρ 2026 στις 9:15 π.μ., ο/η Support <help@firma.example> έγραψε:\n\n> εστάλη\n"),
    ("uk",
     "Дякую, все працює.",
     "З повагою,\nОлена\n\nчт, 12 бер. 2026 р. о 09:15 Підтримка <help@firma.example> пише:\n\n> працює?\n"),
    ("ca",
     "Encara no he rebut la factura.",
     "Salutacions,\nJordi\n\nEl 12/3/26 a les 9:15, Suport ha escrit:\n> enviada\n"),
    ("gl",
     "Aínda non recibín o pedido.",
     "Un saúdo,\nUxía\n\n"
     "O xoves, 12 de marzo de 2026 ás 09:15, Soporte <axuda@empresa.example> escribiu:\n\n> enviado\n"),
    ("eu",
     "Ez dut jaso.",
     "Agur bero bat,\nMiren\n"),
]

# What it is; the mail; the words written now, where they are not simply its beginning.
MIXED = [
    ("inline en",
     "Hi,\n\nOn 12/03/2026 09:15, Support wrote:\n> What is the model?\n\nIt is the X200.\n\n"
     "> And the serial number?\n\n12345-AB.\n\n> Thanks\n> Sam\n\nBob\n",
     "Hi,\n\nIt is the X200.\n\n12345-AB.\n\nBob"),
    ("bottom de",
     "Am 12.03.26 um 09:15 schrieb Kundendienst:\n> Guten Tag,\n> welche Farbe?\n\nBlau bitte.\n\n-- \nJan\n",
     "Blau bitte."),
    ("bottom fr no blank",
     "Le 12/03/2026 à 09:15, Service a écrit :\n> Quelle couleur ?\nBleu.\n",
     "Bleu."),
    ("bottom es",
     "El 12/3/26 a las 9:15, Soporte escribió:\n> Buenos días,\n>\n> ¿qué versión tiene?\n>\n> Saludos\n\n"
     "La 4.2.\n\nGracias,\nAna\n",
     "La 4.2."),
    ("quoted without attribution",
     "> can you send the log?\n\nHere it is: /var/log/app.log\n",
     "Here it is: /var/log/app.log"),
    ("below outlook with answers",
     "See my answers below.\n\nFrom: Support <help@firma.example>\nSent: Thursday, March 12, 2026 9:15 AM\n"
     "To: Bob\nSubject: questions\n\n1. Model?\nX200\n",
     "See my answers below."),
    ("quoted text only",
     "> just quoted\n> nothing else\n",
     "> just quoted\n> nothing else"),
    ("empty reply over a quote",
     "On Thu, Mar 12, 2026 at 9:15 AM Support <help@firma.example> wrote:\n\n> Hello\n",
     "On Thu, Mar 12, 2026 at 9:15 AM Support <help@firma.example> wrote:\n\n> Hello"),
    ("log kept",
     "The log says:\n\n2026-03-12 09:15:00 smtp: user@example.org said: 550 no such user\n"
     "2026-03-12 09:15:01 closed\n\nWhat does that mean?\n",
     "The log says:\n\n2026-03-12 09:15:00 smtp: user@example.org said: 550 no such user\n"
     "2026-03-12 09:15:01 closed\n\nWhat does that mean?"),
    ("person cites in text",
     "Hello,\n\non Monday your colleague wrote:\n\"We pay the transport.\"\n"
     "Now the bill says 40 euro. Who is right?\n",
     "Hello,\n\non Monday your colleague wrote:\n\"We pay the transport.\"\n"
     "Now the bill says 40 euro. Who is right?"),
    ("person cites with date",
     "Hello,\n\nOn 3 March at 10:15 Eva wrote that you pay.\nNow you do not. Why?\n",
     "Hello,\n\nOn 3 March at 10:15 Eva wrote that you pay.\nNow you do not. Why?"),
    ("dashes in text",
     "Two things:\n\n- the pump leaks\n- the hose is torn\n\n---\n\nPlease send both.\n",
     "Two things:\n\n- the pump leaks\n- the hose is torn\n\n---\n\nPlease send both."),
    ("gracias in the middle",
     "Hola:\n\nMuchas gracias por la respuesta.\n\nTengo otra duda: ¿se puede pagar con tarjeta?\n\n"
     "Un saludo,\nAna\n",
     "Hola:\n\nMuchas gracias por la respuesta.\n\nTengo otra duda: ¿se puede pagar con tarjeta?"),
    ("thanks last line stays?",
     "Please call me at +34 600 111 222.\n",
     "Please call me at +34 600 111 222."),
    ("address in the words",
     "Please deliver to:\n\nAna Prieto\nCalle Mayor 1\n36201 Vigo\nTel. 600 111 222\n\n"
     "The bell does not work.\n",
     "Please deliver to:\n\nAna Prieto\nCalle Mayor 1\n36201 Vigo\nTel. 600 111 222\n\n"
     "The bell does not work."),
    ("sql comment kept",
     "This query fails:\n\nSELECT 1;\n-- comment\nSELECT 2;\n\nWhy?\n",
     "This query fails:\n\nSELECT 1;\n-- comment\nSELECT 2;\n\nWhy?"),
    ("form in a mail",
     "New enquiry from your site\n\nName: Ana Prieto\nEmail: ana@correo.example\nPhone: 600 111 222\n"
     "Subject: Pump\nMessage: I need a pump.\n",
     "New enquiry from your site\n\nName: Ana Prieto\nEmail: ana@correo.example\nPhone: 600 111 222\n"
     "Subject: Pump\nMessage: I need a pump."),
    ("ps after quote",
     "Yes, Tuesday.\n\nBob\n\nPS bring the keys\n\nOn 12/03/2026 09:15, Support wrote:\n> Tuesday?\n",
     "Yes, Tuesday.\n\nBob\n\nPS bring the keys"),
    ("footer of list",
     "I agree.\n\n> shall we?\n\n-- \n"
     "You received this message because you are subscribed to the Google Groups group.\n",
     "I agree."),
    ("long reply then quote with nested",
     "No.\n\nOn Thu, Mar 12, 2026 at 9:15 AM Support <help@firma.example> wrote:\n"
     "> On Wed, Mar 11, 2026 at 9:15 AM Bob <bob@acme.example> wrote:\n>> Is it?\n> It is.\n",
     "No."),
    ("two header blocks",
     "Danke.\n\nVon: A <a@x.example>\nGesendet: 1\nAn: B\nBetreff: C\n\nText\n\nVon: B\nGesendet: 2\nAn: A\n"
     "Betreff: C\n\nText 2\n",
     "Danke."),
    ("wrote on",
     "ok thanks\n\nSupport <help@firma.example> wrote on Thu, 12 Mar 2026 at 09:15:\n\n> x\n",
     "ok thanks"),
    ("crlf",
     "Hello\r\nthere\r\n\r\nOn 12/03/2026 09:15, Support wrote:\r\n> x\r\n",
     "Hello\nthere"),
]


def test_words_end_where_something_else_begins(tmp_path):
    check(tmp_path, [(name, f"{words}\n\n{below}", words) for name, words, below in LETTERS])


def test_words_stand_where_people_put_them(tmp_path):
    check(tmp_path, MIXED)


def test_letters_are_told_whole(tmp_path):
    mails = [f"{words}\n\n{below}" for _, words, below in LETTERS] + [mail for _, mail, _ in MIXED]
    for mail, told in zip(mails, read(tmp_path, mails), strict=True):
        assert "".join(told["text"].split()) == "".join(mail.split())
