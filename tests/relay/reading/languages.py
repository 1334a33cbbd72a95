"""What mail programs say in each language, and what two people write to each other in it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """`{who}` stands for the name in From, `{alias}` for the address beside it."""

    code: str
    gmail: str
    apple: str
    thunderbird: str
    labels: tuple[str, str, str, str]  # from, sent, to, subject
    date: str
    phone: str
    original: str
    theirs: str
    own: tuple[str, str]


ENGLISH = Language(
    "en",
    "On Tue, 3 Jun 2025 at 10:04, {who} <{alias}> wrote:",
    "On 3 Jun 2025, at 10:04, {who} <{alias}> wrote:",
    "On 03/06/2025 10:04, {who} wrote:",
    ("From:", "Sent:", "To:", "Subject:"),
    "03 June 2025 10:04",
    "Sent from my iPhone",
    "-------- Original message --------",
    "Your note about hedge laying caught my eye.\n\nI could swap it for help with invoices.",
    (
        "Hello Gwilym,\n\nThursday suits me well: shall we say half past twelve at the quay?\n"
        "I would bring my billhook, and you your spreadsheet.\n\nWarm wishes\nBlodwen",
        "That sounds splendid. Three things I’d like to ask:\n\n- how long a lesson takes\n"
        "- whether the dog may come\n- what to wear\n\nBlodwen H.",
    ),
)
WELSH = Language(
    "cy",
    "Ar Maw, 3 Meh 2025 am 10:04 {who} <{alias}> ysgrifennodd:",
    "Ar 3 Meh 2025, am 10:04, {who} <{alias}> ysgrifennodd:",
    "Ar 03/06/2025 10:04, ysgrifennodd {who}:",
    ("Oddi wrth:", "Anfonwyd:", "At:", "Pwnc:"),
    "03 Mehefin 2025 10:04",
    "Anfonwyd o fy iPhone",
    "-------- Neges wreiddiol --------",
    "Fe welais eich hysbyseb am blygu gwrych.\n\nGallwn i helpu gyda’r anfonebau.",
    (
        "Annwyl Gwilym,\n\nMae dydd Iau’n iawn i mi: beth am hanner awr wedi deuddeg ger y cei?\n"
        "Dof i â’r bilwg, dewch chithau â’r daenlen.\n\nCofion cynnes\nBlodwen",
        "Ardderchog! Tri pheth bach i’w gofyn:\n\n- pa mor hir yw gwers\n- a gaiff y ci ddod\n"
        "- beth i’w wisgo\n\nBlodwen",
    ),
)
GERMAN = Language(
    "de",
    "Am Di., 3. Juni 2025 um 10:04 Uhr schrieb {who} <{alias}>:",
    "Am 03.06.2025 um 10:04 schrieb {who} <{alias}>:",
    "Am 03.06.25 um 10:04 schrieb {who}:",
    ("Von:", "Gesendet:", "An:", "Betreff:"),
    "Dienstag, 3. Juni 2025 10:04",
    "Von meinem iPhone gesendet",
    "-------- Ursprüngliche Nachricht --------",
    "Ihr Gesuch zum Heckenschneiden gefiel mir.\n\nIch könnte bei den Rechnungen helfen.",
    (
        "Lieber Gwilym,\n\nDonnerstag passt gut: sagen wir halb eins am Kai?\nIch bringe die Hippe"
        " mit und Sie die Tabelle.\n\nHerzliche Grüße\nBlodwen",
        "Wunderbar. Noch drei Fragen:\n\n- wie lange dauert eine Stunde\n- darf der Hund mit\n"
        "- was ziehe ich an\n\nBlodwen",
    ),
)
FRENCH = Language(
    "fr",
    "Le mar. 3 juin 2025 à 10:04, {who} <{alias}> a écrit :",
    "Le 3 juin 2025 à 10:04, {who} <{alias}> a écrit :",
    "Le 03/06/2025 à 10:04, {who} a écrit :",
    ("De :", "Envoyé :", "À :", "Objet :"),
    "mardi 3 juin 2025 10:04",
    "Envoyé de mon iPhone",
    "-------- Message d'origine --------",
    "Votre annonce sur les haies m’a plu.\n\nJe pourrais aider pour la facturation.",
    (
        "Cher Gwilym,\n\nJeudi me convient : disons midi et demi sur le quai ?\nJ’apporte la serpe,"
        " et vous le tableur.\n\nBien à vous\nBlodwen",
        "C’est parfait. Trois petites questions :\n\n- combien dure une leçon\n"
        "- le chien peut-il venir\n- comment s’habiller\n\nBlodwen",
    ),
)
SPANISH = Language(
    "es",
    "El mar, 3 jun 2025 a las 10:04, {who} (<{alias}>) escribió:",
    "El 3 jun 2025, a las 10:04, {who} <{alias}> escribió:",
    "El 3/6/25 a las 10:04, {who} escribió:",
    ("De:", "Enviado:", "Para:", "Asunto:"),
    "martes, 3 de junio de 2025 10:04",
    "Enviado desde mi iPhone",
    "-------- Mensaje original --------",
    "Me gustó su anuncio sobre setos.\n\nPodría ayudarle con las facturas.",
    (
        "Hola Gwilym:\n\nEl jueves me viene bien. ¿A las doce y media en el muelle?\nYo llevo la"
        " podadera y usted la hoja de cálculo.\n\nSaludos\nBlodwen",
        "¡Estupendo! Tres preguntas:\n\n- cuánto dura una clase\n- si puede venir el perro\n"
        "- qué ropa me pongo\n\nBlodwen",
    ),
)
ITALIAN = Language(
    "it",
    "Il giorno mar 3 giu 2025 alle ore 10:04 {who} <{alias}> ha scritto:",
    "Il giorno 3 giu 2025, alle ore 10:04, {who} <{alias}> ha scritto:",
    "Il 03/06/2025 10:04, {who} ha scritto:",
    ("Da:", "Inviato:", "A:", "Oggetto:"),
    "martedì 3 giugno 2025 10:04",
    "Inviato da iPhone",
    "-------- Messaggio originale --------",
    "Il suo annuncio sulle siepi mi piace.\n\nPotrei aiutarla con le fatture.",
    (
        "Caro Gwilym,\n\ngiovedì va bene: facciamo mezzogiorno e mezzo al molo?\nIo porto la"
        " roncola, lei il foglio di calcolo.\n\nUn saluto\nBlodwen",
        "Benissimo. Tre domande:\n\n- quanto dura una lezione\n- può venire il cane\n"
        "- come mi vesto\n\nBlodwen",
    ),
)
DUTCH = Language(
    "nl",
    "Op di 3 jun 2025 om 10:04 schreef {who} <{alias}>:",
    "Op 3 jun 2025, om 10:04 heeft {who} <{alias}> het volgende geschreven:",
    "Op 03-06-2025 om 10:04 schreef {who}:",
    ("Van:", "Verzonden:", "Aan:", "Onderwerp:"),
    "dinsdag 3 juni 2025 10:04",
    "Verstuurd vanaf mijn iPhone",
    "-------- Oorspronkelijk bericht --------",
    "Uw advertentie over heggen sprak me aan.\n\nIk kan helpen met de facturen.",
    (
        "Beste Gwilym,\n\nDonderdag komt goed uit: half een op de kade?\nIk neem het hakmes mee en"
        " u het rekenblad.\n\nHartelijke groet\nBlodwen",
        "Prachtig. Nog drie vragen:\n\n- hoe lang duurt een les\n- mag de hond mee\n"
        "- wat trek ik aan\n\nBlodwen",
    ),
)
PORTUGUESE = Language(
    "pt",
    "Em ter., 3 de jun. de 2025 às 10:04, {who} <{alias}> escreveu:",
    "No dia 3 de jun. de 2025, às 10:04, {who} <{alias}> escreveu:",
    "Em 03/06/2025 10:04, {who} escreveu:",
    ("De:", "Enviado:", "Para:", "Assunto:"),
    "terça-feira, 3 de junho de 2025 10:04",
    "Enviado do meu iPhone",
    "-------- Mensagem original --------",
    "Gostei do seu anúncio sobre sebes.\n\nPosso ajudar com as faturas.",
    (
        "Caro Gwilym,\n\nQuinta-feira está bem: meio-dia e meia no cais?\nEu levo a foice e o"
        " senhor a folha de cálculo.\n\nUm abraço\nBlodwen",
        "Que bom! Três perguntas:\n\n- quanto dura uma aula\n- o cão pode vir\n"
        "- que roupa devo usar\n\nBlodwen",
    ),
)
POLISH = Language(
    "pl",
    "wt., 3 cze 2025 o 10:04 {who} <{alias}> napisał(a):",
    "Wiadomość napisana przez {who} <{alias}> w dniu 3 cze 2025, o godz. 10:04:",
    "W dniu 3.06.2025 o 10:04, {who} pisze:",
    ("Od:", "Wysłano:", "Do:", "Temat:"),
    "wtorek, 3 czerwca 2025 10:04",
    "Wysłane z iPhone’a",
    "-------- Oryginalna wiadomość --------",
    "Spodobało mi się ogłoszenie o żywopłotach.\n\nMogę pomóc przy fakturach.",
    (
        "Drogi Gwilymie,\n\nczwartek mi odpowiada: może wpół do pierwszej na nabrzeżu?\nPrzyniosę"
        " tasak, a pan arkusz.\n\nSerdecznie\nBlodwen",
        "Świetnie. Trzy pytania:\n\n- jak długo trwa lekcja\n- czy pies może przyjść\n"
        "- w co się ubrać\n\nBlodwen",
    ),
)
SWEDISH = Language(
    "sv",
    "Den tis 3 juni 2025 kl 10:04 skrev {who} <{alias}>:",
    "3 juni 2025 kl. 10:04 skrev {who} <{alias}>:",
    "Den 2025-06-03 kl. 10:04, skrev {who}:",
    ("Från:", "Skickat:", "Till:", "Ämne:"),
    "den 3 juni 2025 10:04",
    "Skickat från min iPhone",
    "-------- Originalmeddelande --------",
    "Din annons om häckar lockade mig.\n\nJag kan hjälpa till med fakturor.",
    (
        "Hej Gwilym,\n\ntorsdag passar bra: halv ett vid kajen?\nJag tar med skäran och du"
        " kalkylbladet.\n\nVänliga hälsningar\nBlodwen",
        "Så roligt! Tre frågor:\n\n- hur lång är en lektion\n- får hunden följa med\n"
        "- vad ska man ha på sig\n\nBlodwen",
    ),
)
FINNISH = Language(
    "fi",
    "ti 3. kesäk. 2025 klo 10.04 {who} (<{alias}>) kirjoitti:",
    "{who} <{alias}> kirjoitti 3.6.2025 kello 10.04:",
    "{who} kirjoitti 3.6.2025 klo 10.04:",
    ("Lähettäjä:", "Lähetetty:", "Vastaanottaja:", "Aihe:"),
    "tiistai 3. kesäkuuta 2025 10.04",
    "Lähetetty iPhonesta",
    "-------- Alkuperäinen viesti --------",
    "Ilmoituksesi pensasaidoista kiinnosti.\n\nVoin auttaa laskujen kanssa.",
    (
        "Hei Gwilym,\n\ntorstai sopii hyvin: puoli yksi laiturilla?\nTuon vesurin, ja sinä"
        " taulukon.\n\nTerveisin\nBlodwen",
        "Mainiota! Kolme kysymystä:\n\n- kauanko tunti kestää\n- saako koira tulla\n"
        "- mitä puen päälle\n\nBlodwen",
    ),
)
TURKISH = Language(
    "tr",
    "{who} <{alias}>, 3 Haz 2025 Sal, 10:04 tarihinde şunu yazdı:",
    "{who} <{alias}> şunları yazdı (3 Haz 2025 10:04):",
    "3.06.2025 10:04 tarihinde {who} yazdı:",
    ("Kimden:", "Gönderildi:", "Kime:", "Konu:"),
    "3 Haziran 2025 Salı 10:04",
    "iPhone’umdan gönderildi",
    "-------- Orijinal mesaj --------",
    "Çit ilanınız hoşuma gitti.\n\nFaturalar için yardım edebilirim.",
    (
        "Merhaba Gwilym,\n\nPerşembe bana uyar: yarımda rıhtımda buluşalım mı?\nBen tahrayı"
        " getiririm, siz de tabloyu.\n\nSevgiler\nBlodwen",
        "Harika! Üç sorum var:\n\n- bir ders ne kadar sürer\n- köpek gelebilir mi\n"
        "- ne giymeliyim\n\nBlodwen",
    ),
)
RUSSIAN = Language(
    "ru",
    "вт, 3 июн. 2025 г. в 10:04, {who} <{alias}>:",
    "3 июня 2025 г., в 10:04, {who} <{alias}> написал(а):",
    "03.06.2025 10:04, {who} пишет:",
    ("От:", "Отправлено:", "Кому:", "Тема:"),
    "3 июня 2025 г. 10:04",
    "Отправлено с iPhone",
    "-------- Исходное сообщение --------",
    "Мне понравилось объявление о живых изгородях.\n\nМогу помочь со счетами.",
    (
        "Здравствуйте, Гвилим!\n\nЧетверг подходит: в половине первого на причале?\nЯ возьму"
        " секач, а вы таблицу.\n\nВсего доброго\nБлодуэн",
        "Прекрасно. Три вопроса:\n\n- сколько длится урок\n- можно ли с собакой\n- что надеть\n\n"
        "Блодуэн",
    ),
)
JAPANESE = Language(
    "ja",
    "2025年6月3日(火) 10:04 {who} <{alias}>:",
    "2025/06/03 10:04、{who} <{alias}>のメール:",
    "On 2025/06/03 10:04, {who} wrote:",
    ("差出人:", "送信日時:", "宛先:", "件名:"),
    "2025年6月3日 10:04",
    "iPhoneから送信",
    "-------- 元のメッセージ --------",
    "生け垣の広告を拝見しました。\n\n請求書の作り方をお教えできます。",
    (
        "グウィリムさん\n\n木曜日で大丈夫です。十二時半に桟橋でいかがですか。\n"
        "私は鉈を、あなたは表をお持ちください。\n\nよろしくお願いします\nブロドウェン",
        "ありがとうございます。三つ質問があります。\n\n・一回は何時間ですか\n・犬も行けますか\n"
        "・何を着ればいいですか\n\nブロドウェン",
    ),
)
CHINESE = Language(
    "zh",
    "{who} <{alias}> 于2025年6月3日周二 10:04写道：",
    "2025年6月3日 10:04，{who} <{alias}> 写道：",
    "在 2025/6/3 10:04, {who} 写道:",
    ("发件人:", "发送时间:", "收件人:", "主题:"),
    "2025年6月3日 10:04",
    "发自我的 iPhone",
    "-------- 原始邮件 --------",
    "看到了您关于树篱的广告。\n\n我可以教您做账单。",
    (
        "您好：\n\n星期四可以，十二点半在码头见面好吗？\n我带砍刀，您带表格。\n\n祝好\n布洛德温",
        "太好了。还有三个问题：\n\n- 一节课多长时间\n- 可以带狗吗\n- 穿什么衣服\n\n布洛德温",
    ),
)
KOREAN = Language(
    "ko",
    "2025년 6월 3일 (화) 오전 10:04, {who} <{alias}>님이 작성:",
    "2025. 6. 3. 오전 10:04, {who} <{alias}> 작성:",
    "2025-06-03 오전 10:04에 {who} 이(가) 쓴 글:",
    ("보낸 사람:", "보낸 날짜:", "받는 사람:", "제목:"),
    "2025년 6월 3일 화요일 오전 10:04",
    "나의 iPhone에서 보냄",
    "-------- 원본 메시지 --------",
    "생울타리 광고를 보았습니다.\n\n청구서 쓰는 법을 알려 드릴 수 있어요.",
    (
        "안녕하세요 그윌림 님,\n\n목요일이 좋습니다. 열두 시 반에 부두에서 만날까요?\n"
        "저는 낫을, 선생님은 표를 가져오세요.\n\n고맙습니다\n블로드웬",
        "좋아요! 세 가지 여쭙니다.\n\n- 한 번에 얼마나 걸리나요\n- 개도 가도 되나요\n"
        "- 무엇을 입을까요\n\n블로드웬",
    ),
)
HEBREW = Language(
    "he",
    "\u202bבתאריך יום ג׳, 3 ביוני 2025 ב-10:04 מאת \u202a{who}\u202c\u200f"
    " <\u202a{alias}\u202c\u200f>:\u202c",
    "ב-3 ביוני 2025, בשעה 10:04, {who} <{alias}> כתב:",
    "בתאריך 03/06/2025 10:04, {who} כתב:",
    ("מאת:", "נשלח:", "אל:", "נושא:"),
    "יום שלישי 3 יוני 2025 10:04",
    "נשלח מה-iPhone שלי",
    "-------- הודעה מקורית --------",
    "ראיתי את המודעה על הגדרות.\n\nאוכל לעזור בחשבוניות.",
    (
        "שלום גוילים,\n\nיום חמישי מתאים: בשתים עשרה וחצי במזח?\nאני אביא את המגל ואתה את"
        " הטבלה.\n\nבברכה\nבלודוון",
        "נהדר. שלוש שאלות:\n\n- כמה זמן נמשך שיעור\n- האם הכלב יכול לבוא\n- מה ללבוש\n\nבלודוון",
    ),
)

LANGUAGES = (
    *(ENGLISH, WELSH, GERMAN, FRENCH, SPANISH, ITALIAN, DUTCH, PORTUGUESE, POLISH, SWEDISH),
    *(FINNISH, TURKISH, RUSSIAN, JAPANESE, CHINESE, KOREAN, HEBREW),
)
