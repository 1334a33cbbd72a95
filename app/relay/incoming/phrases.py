"""What mail programs write around a quotation, in the languages they are used in. Data, folded.

One language a line. Look-ups fold what they ask for in the same way, so accents don’t matter.
"""

import re

from app.core.text import fold


def _phrases(table: str) -> list[str]:
    lines = table.strip().splitlines()
    return [fold(phrase.strip()) for line in lines for phrase in line.split("|")]


def _any(table: str) -> str:
    return "|".join(map(re.escape, _phrases(table)))


_WROTE = """
    wrote | writes
    ysgrifennodd | scríobh | sgrìobh
    schrieb | geschrieben
    a écrit | escribió | va escriure | escribiu | ha scritto | escreveu | a scris | idatzi
    schreef | heeft geschreven | het volgende geschreven
    skrev | skrifaði | kirjoitti | kirjutas
    napisał | napisała | napisał(a) | pisze | napsal | napsala | napsal(a) | napísal | napísal(a)
    írta | rašė | rakstīja | napisao | je napisal | je napisao/la
    написал | написала | написал(а) | пишет | написав | пише | написа
    έγραψε | yazdı | đã viết | menulis
    כתב | כתבה | كتب | نوشت
"""
# Languages that set no spaces between words.
_WROTE_ATTACHED = """
    のメール | さんは書きました | さんのメッセージ | が書きました
    写道 | 寫道 | 님이 작성 | 작성 | 썼습니다 | 쓴 글 | ने लिखा | на писа
"""
WROTE = re.compile(rf"(?<!\w)(?:{_any(_WROTE)})(?!\w)|{_any(_WROTE_ATTACHED)}")

_FROM = """
    from | sender | reply-to
    oddi wrth | gan | von | de | da | de la | van | från | fra | lähettäjä
    od | feladó | kimden | gönderen | от | от кого | від | από
    מאת | من | 差出人 | 送信元 | 发件人 | 寄件者 | 보낸 사람 | 보낸사람
"""
_SUBJECT = """
    subject | pwnc | testun | betreff | objet | sujet | asunto | oggetto | assunto | assumpte
    onderwerp | ämne | emne | aihe | temat | předmět | predmet | zadeva | tárgy | subiect | konu
    тема | θέμα | נושא | الموضوع | 件名 | 主题 | 主旨 | 제목
"""
_OTHER = """
    sent | date | to | cc | bcc | importance
    anfonwyd | dyddiad | at | gesendet | datum | an | kopie | am
    envoyé | envoyé le | à | copie | enviado | enviado el | fecha | para | cópia
    inviato | data | a | verzonden | aan | skickat | till | kopia | sendt | dato | til
    lähetetty | päivämäärä | vastaanottaja | wysłano | data wysłania | do | odesláno
    komu | odoslané | poslano | za | elküldve | dátum | címzett | trimis | către
    gönderildi | tarih | kime
    отправлено | дата | кому | надіслано | στάλθηκε | ημερομηνία | προς
    נשלח | תאריך | אל | تاريخ | إلى
    送信日時 | 日付 | 日時 | 宛先 | 发送时间 | 日期 | 收件人 | 寄件日期 | 收件者
    보낸 날짜 | 날짜 | 받는 사람 | 받는사람
"""
# The labels of the block that Outlook and telephones put above a quotation.
FROM_LABELS = frozenset(_phrases(_FROM))
SUBJECT_LABELS = frozenset(_phrases(_SUBJECT))
LABELS = FROM_LABELS | SUBJECT_LABELS | frozenset(_phrases(_OTHER))

# What stands between two rows of dashes, or before a colon, above a mail that is passed on.
PASSED_ON = frozenset(
    _phrases("""
    original message | original appointment | forwarded message | begin forwarded message
    neges wreiddiol | neges a anfonwyd ymlaen
    ursprüngliche nachricht | originalnachricht | weitergeleitete nachricht
    anfang der weitergeleiteten nachricht
    message d'origine | message original | message initial | message transféré
    début du message transféré
    mensaje original | mensaje reenviado | missatge original | mensagem original
    mensagem encaminhada | messaggio originale | messaggio inoltrato | mesaj original
    oorspronkelijk bericht | origineel bericht | doorgestuurd bericht
    ursprungligt meddelande | originalmeddelande | opprinnelig melding | oprindelig meddelelse
    alkuperäinen viesti | wiadomość oryginalna | oryginalna wiadomość | původní zpráva
    eredeti üzenet | orijinal mesaj | исходное сообщение | пересылаемое сообщение
    оригінальне повідомлення | αρχικό μήνυμα | הודעה מקורית
    元のメッセージ | 転送メッセージ | 原始邮件 | 原始郵件 | 邮件原件 | 원본 메시지 | 원본 메일
    """)
)

# How a line begins with which a telephone or a mail program signs.
SENT_FROM = re.compile(
    _any("""
    sent from my | sent from mail for | sent from outlook | sent from yahoo | sent from proton mail
    sent with proton mail | sent with spark | sent from samsung | sent from gmail | sent from aol
    sent from a mobile | sent via | get outlook for | outlook for ios | outlook for android
    yahoo mail: search | yahoo mail on
    anfonwyd o fy | anfonwyd o’m | anfonwyd o'm | wedi’i anfon o | wedi'i anfon o
    von meinem | gesendet von | gesendet mit | gesendet aus | diese nachricht wurde von meinem
    holen sie sich outlook | outlook für ios | outlook für android
    envoyé de mon | envoyé depuis | envoyé à partir de | envoyé avec | obtenir outlook
    télécharger outlook
    enviado desde | enviado con | obtener outlook | enviado do meu | enviado a partir
    enviado por outlook | obter o outlook | baixar o outlook | enviat des
    inviato da | inviato dal | inviato con | ottieni outlook | scarica outlook | trimis de pe
    verstuurd vanaf | verzonden vanaf | verzonden vanuit | download outlook
    skickat från | hämta outlook | sendt fra | sendt med | hent outlook | få outlook
    lähetetty | hanki outlook | wysłane z | pobierz outlook | odesláno z | odoslané z | küldve
    отправлено с | отправлено из | надіслано з | στάλθηκε από το
    iphone’umdan | iphone'umdan | נשלח מה
    iphoneから送信 | ipadから送信 | androidから送信
    从我的 | 发自我的 | 從我的 | 傳自我的 | 發自我的
    나의 iphone | 내 iphone
    """)
)

_TIME = r"\d{1,2}\s?[:.h時时시點点]\s?\d{2}"
# A time, a date in numbers, or a year and a day.
DATED = re.compile(
    rf"{_TIME}|\d{{1,4}}[./-]\s?\d{{1,2}}[./-]\s?\d{{2,4}}"
    r"|(?<!\d)20\d\d\D.{0,40}(?<!\d)\d{1,2}(?!\d)|(?<!\d)\d{1,2}(?!\d).{0,40}\D20\d\d(?!\d)"
)
# A year and a time: hardly any sentence of a person’s has both.
STRONGLY_DATED = re.compile(rf"(?<!\d)20\d\d.{{1,40}}{_TIME}|{_TIME}.{{1,40}}20\d\d(?!\d)")
