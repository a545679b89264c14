"""Pages as mail programs write them, and which words of them are of the sender."""

from test_reading_mail_replies import check

Q = "<p>Hello,</p><p>would Tuesday suit you?</p>"

# Pages as programs write them; the words written now.
PAGES = [
    ("gmail bottom post",
     '<div dir="ltr"><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Thu, Mar 12, 2026 at 9:'
     '15 AM Support &lt;<a href="mailto:help@firma.example">help@firma.example</a>&gt; wrote:<br></div><bl'
     'ockquote class="gmail_quote" style="margin:0">' +
     Q +
     '</blockquote><div><br></div><div>Tuesday is fine.</div></div></div>',
     "Tuesday is fine."),
    ("gmail inline",
     '<div dir="ltr"><div>Hi,</div><div class="gmail_quote"><blockquote class="gmail_quote"><div>Colour?</'
     'div></blockquote><div>Red.</div><blockquote class="gmail_quote"><div>Size?</div></blockquote><div>La'
     'rge.</div></div></div>',
     "Hi,\nRed.\nLarge."),
    ("gmail mobile",
     '<div dir="auto">Tuesday is fine.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr"'
     '>El jue, 12 de mar. de 2026 09:15, Soporte &lt;ayuda@empresa.example&gt; escribió:<br></div><blockqu'
     'ote class="gmail_quote">' +
     Q +
     '</blockquote></div>',
     "Tuesday is fine."),
    ("gmail signature prefix",
     '<div dir="ltr"><div>Tuesday is fine.<br clear="all"></div><div><br></div><span class="gmail_signatur'
     'e_prefix">-- </span><br><div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature">Ana '
     'Prieto<br>Vigo</div></div><br><div class="gmail_quote">On x wrote:<blockquote class="gmail_quote">' +
     Q +
     '</blockquote></div>',
     "Tuesday is fine."),
    ("outlook word fr",
     '<html xmlns:o="urn:x"><body lang="FR"><div class="WordSection1"><p class="MsoNormal">C\'est d\'accord.'
     '<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><p class="MsoNormal">Cordialement,<o:p></o:'
     'p></p><p class="MsoNormal">Jean<o:p></o:p></p><div><div style="border:none;border-top:solid #E1E1E1 '
     '1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>De&nbsp;:</b> Service &lt;aide@societe.exam'
     'ple&gt; <br><b>Envoyé&nbsp;:</b> jeudi 12 mars 2026 09:15<br><b>À&nbsp;:</b> Jean<br><b>Objet&nbsp;:'
     '</b> RE: devis<o:p></o:p></p></div></div>' +
     Q +
     '</div></body></html>',
     "C'est d'accord."),
    ("outlook word unknown language by border",
     '<div class="WordSection1"><p class="MsoNormal">OK.</p><div style="border:none;border-top:solid #B5C4'
     'DF 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>Xyz:</b> Support [mailto:help@firma.exam'
     'ple] <br><b>Abc:</b> 12 March 2026 09:15<br><b>Def:</b> Ana<br><b>Ghi:</b> RE: x</p></div>' +
     Q +
     '</div>',
     "OK."),
    ("outlook web new",
     '<div class="elementToProof" style="font-family:Aptos">Tuesday is fine.</div><div id="Signature"><div'
     ' class="elementToProof">Ana Prieto</div></div><div id="appendonsend"></div><hr style="display:inline'
     '-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font><b>Van:</b> x<br></font></di'
     'v>' +
     Q,
     "Tuesday is fine."),
    ("outlook ios",
     '<div dir="ltr">Tuesday is fine.</div><div dir="ltr"><br></div><div class="ms-outlook-ios-signature">'
     '<div dir="ltr">Hämta <a href="https://link.example/o">Outlook för iOS</a></div></div><hr><div id="di'
     'vRplyFwdMsg"><b>Från:</b> x</div>' +
     Q,
     "Tuesday is fine."),
    ("apple inline",
     '<html><body>Hi,<div><blockquote type="cite"><div>Colour?</div></blockquote><div><br></div>Red.<br><b'
     'lockquote type="cite"><div>Size?</div></blockquote><div>Large.</div></div></body></html>',
     "Hi,\n\nRed.\nLarge."),
    ("ios with blob",
     '<html><head></head><body dir="auto">Tuesday is fine.<br id="lineBreakAtBeginningOfSignature"><div di'
     'r="ltr">Enviado desde mi iPhone</div><div dir="ltr"><br><blockquote type="cite">El 12 mar 2026, a la'
     's 9:15, Soporte escribió:<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">\ufeff' +
     Q +
     '</div></blockquote></body></html>',
     "Tuesday is fine."),
    ("yahoo",
     '<div class="ydpyahoo-style-wrap"><div dir="ltr" data-setdir="false">Tuesday is fine.</div><div><br><'
     '/div></div><div id="yahoo_quoted_99" class="yahoo_quoted"><div>Am Donnerstag hat Support geschrieben'
     ':</div>' +
     Q +
     '</div>',
     "Tuesday is fine."),
    ("tb bottom",
     '<html><body><div class="moz-cite-prefix">Le 12/03/2026 à 09:15, Service a écrit&nbsp;:<br></div><blo'
     'ckquote type="cite" cite="mid:x@y">' +
     Q +
     '</blockquote><p>Tuesday is fine.</p><pre class="moz-signature" cols="72">-- \nJean</pre></body></html'
     '>',
     "Tuesday is fine."),
    ("tb html forward",
     '<p>Please handle.</p><div class="moz-forward-container"><br>-------- Message transféré --------<tabl'
     'e class="moz-email-headers-table"><tbody><tr><th>Sujet&nbsp;: </th><td>x</td></tr></tbody></table>' +
     Q +
     '</div>',
     "Please handle."),
    ("proton android",
     '<div>Tuesday is fine.</div><div class="protonmail_signature_block"><div>Sent from Proton Mail Androi'
     'd</div></div><div class="protonmail_quote">-------- Original Message --------<br>On 12/03/2026 09:15'
     ', Support wrote:<blockquote class="protonmail_quote">' +
     Q +
     '</blockquote></div>',
     "Tuesday is fine."),
    ("samsung",
     '<html><body><div dir="auto">Tuesday is fine.</div><div dir="auto"><br></div><div id="composer_signat'
     'ure" dir="auto"><div style="font-size:12px">Sent from my Galaxy</div></div><div dir="auto"><br></div'
     '><div><br></div><div align="left" dir="auto" style="font-size:100%"><div>-------- Original message -'
     '-------</div><div>From: Support &lt;help@firma.example&gt; </div><div>Date: 12/03/2026  09:15  (GMT+'
     '01:00) </div><div>To: Ana </div><div>Subject: Re: x </div></div>' +
     Q +
     '</body></html>',
     "Tuesday is fine."),
    ("tutanota",
     '<div>Tuesday is fine.</div><div><br></div><div>12 Mar 2026, 09:15 by help@firma.example:<br></div><b'
     'lockquote class="tutanota_quote" style="border-left:1px solid #93A3B8">' +
     Q +
     '</blockquote>',
     "Tuesday is fine."),
    ("hey",
     '<div class="trix-content">Tuesday is fine.</div><br><div>On March 12, 2026, Support &lt;help@firma.e'
     'xample&gt; wrote:</div><blockquote>' +
     Q +
     '</blockquote>',
     "Tuesday is fine."),
    ("mailspring",
     '<div>Tuesday is fine.</div><signature id="local-1"><div>Ana</div></signature><div class="gmail_quote'
     '_attribution">On Mar 12 2026, at 9:15 am, Support wrote:</div><blockquote>' +
     Q +
     '</blockquote>',
     "Tuesday is fine."),
    ("missive",
     '<div>Tuesday is fine.</div><div class="missive_quote">On March 12, 2026 at 9:15 AM, Support wrote:<b'
     'lockquote>' +
     Q +
     '</blockquote></div>',
     "Tuesday is fine."),
    ("qq",
     '<div>Tuesday is fine.</div><div><includetail><div>&nbsp;</div><div style="font-size: 12px;">--------'
     '----------&nbsp;原始邮件&nbsp;------------------</div><div style="background:#efefef;"><b>发件人:</b>&nbsp;'
     'x;<br><b>发送时间:</b>&nbsp;2026<br><b>收件人:</b>&nbsp;y<br><b>主题:</b>&nbsp;z</div>' +
     Q +
     '</includetail></div>',
     "Tuesday is fine."),
    ("netease",
     '<div>Tuesday is fine.</div><br><p>At 2026-03-12 09:15:00, "Support" &lt;help@firma.example&gt; wrote'
     ':</p><blockquote id="isReplyContent">' +
     Q +
     '</blockquote>',
     "Tuesday is fine."),
    ("zoho",
     '<div>Tuesday is fine.</div><div><br></div><div class="zmail_extra_hr" style="border-top: 1px solid r'
     'gb(204,204,204)"></div><div class="zmail_extra" data-zbluepencil-ignore="true"><div><br></div><div i'
     'd="Zm-_Id_-Sgn1">---- On Thu <b>x</b> wrote ---<br></div><blockquote id="blockquote_zmail">' +
     Q +
     '</blockquote></div>',
     "Tuesday is fine."),
    ("webde app",
     '<div>Tuesday is fine.</div><div><br></div><div>--<br>Diese Nachricht wurde von meinem Android Mobilt'
     'elefon mit WEB.DE Mail gesendet.</div><div class="mail_android_quote">Am 12.03.26, 09:15 schrieb Sup'
     'port &lt;help@firma.example&gt;:<blockquote>' +
     Q +
     '</blockquote></div>',
     "Tuesday is fine."),
    ("k9",
     '<html><body>Tuesday is fine.<div class="gmail_quote">Am 12. März 2026 schrieb x:<blockquote class="g'
     'mail_quote">' +
     Q +
     '</blockquote></div></body></html>',
     "Tuesday is fine."),
    ("exchange plain as html",
     '<div class="BodyFragment"><font size="2"><div class="PlainText">Tuesday is fine.<br><br>-----Origina'
     'l Message-----<br>From: Support &lt;help@firma.example&gt; <br>Sent: Thursday<br>To: Ana<br>Subject:'
     ' x<br><br>Hello</div></font></div>',
     "Tuesday is fine."),
    ("hubspot",
     '<div>Tuesday is fine.</div><div class="hs_reply">On Thu, Mar 12, 2026 at 9:15 AM, Support &lt;help@f'
     'irma.example&gt; wrote:<blockquote>' +
     Q +
     '</blockquote></div>',
     "Tuesday is fine."),
    ("ionos",
     '<div class="default-style">Tuesday is fine.</div><blockquote type="cite"><div>Support &lt;help@firma'
     '.example&gt; hat am 12.03.2026 09:15 CET geschrieben:</div>' +
     Q +
     '</blockquote>',
     "Tuesday is fine."),
    ("open-xchange attribution outside",
     '<div>Tuesday is fine.</div><div>Support &lt;help@firma.example&gt; hat am 12.03.2026 09:15 CET gesch'
     'rieben:</div><blockquote type="cite">' +
     Q +
     '</blockquote>',
     "Tuesday is fine."),
    ("ox es",
     '<div>Tuesday is fine.</div><div>El 12/03/2026 9:15 CET Support &lt;help@firma.example&gt; escribió:<'
     '/div><div><br></div>' +
     Q,
     "Tuesday is fine."),
    ("roundcube de",
     '<p>Tuesday is fine.</p><p id="reply-intro">Am 2026-03-12 09:15, schrieb Support:</p><blockquote type'
     '="cite">' +
     Q +
     '</blockquote><div id="_rc_sig"></div>',
     "Tuesday is fine."),
    ("no marks, border left",
     '<div>Tuesday is fine.</div><div style="border-left:2px solid #ccc;padding-left:8px"><p>From: Support'
     ' &lt;help@firma.example&gt;</p><p>Sent: Thursday</p><p>To: Ana</p><p>Subject: x</p>' +
     Q +
     '</div>',
     "Tuesday is fine."),
]


def test_pages_end_where_something_else_begins(tmp_path):
    check(tmp_path, PAGES, "html")
