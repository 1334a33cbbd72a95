"""The words that tell an address from a sentence: endings of domains, mail providers, stop words.

The endings are sorted by how often they also end a sentence without its space (“coding.it is fun”).
"""


def words(block: str) -> frozenset[str]:
    """Return the words of `block`."""
    return frozenset(block.split())


# Endings that are hardly ever a word of a sentence: a bare name with one of them is an address.
COMMON = words(
    """com org net info biz edu gov mil eu uk wales cymru scot london irish ie im je gg fr de es nl
    ch pl pt se dk fi cz sk hu ro bg gr tr ua ru cn jp kr au nz ca za ng ke gh br mx cl lt lv ee
    lu mt cy si io ai co ly sg hk tw th vn ph pk lk bd np il ae qa kw lb bzh berlin рф бел укр срб
    中国 香港 台灣 한국 ไทย ευ ελ"""
)
# Nouns that seldom begin a sentence and are no subject of an ad.
NAMED = words(
    """app dev online site website cloud blog page link xyz agency studio zone network solutions
    academy store shop email chat wiki icu mobi asia host foundation ngo ltd click vip ninja guru
    rocks codes systems ventures enterprises"""
)
# Real endings that are words, subjects, units or file names: they need a path or an @ beside them.
WORDY = words(
    """ac ad af ag al am ao aq ar art as at aw ax az ba bar bb be bf bh bi bio bj bm bn bo bs bt
    business bw by bz care careers cat cc cd cf cg ci ck club cm coach community consulting cr
    cu cv cw design digital dj dm do dz education eg er et events expert family film finance fit
    fitness fk fm fo fun ga gal games gd ge gf gi gl gm gn gold gp gq group gs gt gu gw gy health
    help hm hn hr ht id in institute international iq ir is it jm jo jobs kg kh ki km kn kp ky kz la
    law legal li life live love lr ls ma management marketing mc md me media mg mh mk ml mm mn mo
    money mp mq mr ms mu museum music mv mw my mz na name nc ne news nf ni no nr nu om one pa pe pf
    pg photo photography plus pm pn pr press pro ps pub pw py re rs run rw sa sb sc school sd
    services sh show sl sm sn so social software space sr ss st sv support sx sy sz td team tc tech
    technology tf tg tips tj tk tl tm tn to today tools top training travel tt tv tz ug us uy
    uz va vc ve vg vi video vu wf work works world ws ye yoga yt zm zw"""
)
KNOWN = COMMON | NAMED | WORDY
# What may follow a full stop that has spaces on both sides, and on one side only.
SPACED = words("com org net info biz io wales cymru")
LOOSE = words("com org")
# Said aloud after “dot” with no “at” before. Not net (a craft), nor a place (“Red Dot London”).
SPOKEN_BARE = COMMON - {"net", "ai", "london", "irish", "berlin"}
UK_SECOND = words("co org ac gov me ltd plc nhs sch net")
SUFFIXES = UK_SECOND | {"uk", "com"}
# Things people teach that happen to be written like a domain.
CRAFTS = words(
    """asp.net ado.net vb.net ml.net c.net f.net paint.net socket.io draw.io monday.com booking.com
    fast.ai biz.dev bus.dev web.dev app.dev game.dev full-stack.dev dot.com"""
)

# Words before “dot com” in talk about business and patterns.
NO_HOST = words(
    """a an the my our your this that these some any every each one another many most various few
    in of for with and or from to at by on is was first failed early former big small new old
    major polka tech internet online successful dot"""
)
# Names that serve mail only, and those that are also an employer or a program.
MAIL_ONLY = words(
    "gmail googlemail hotmail ymail rocketmail btinternet ntlworld blueyonder tiscali"
)
ALSO_OTHERWISE = words(
    """outlook yahoo icloud aol protonmail proton fastmail gmx zoho tutanota virginmedia
    talktalk"""
)
PROVIDERS = MAIL_ONLY | ALSO_OTHERWISE
# Words that come before “at” in a sentence, and so are nobody's name in an address.
NO_NAME = words(
    """i we you he she they it me us them him her all is am are was were be been being not just even
    up out in on off here there home hard great good bad better best worse hopeless useless rubbish
    poor terrible brilliant amazing expert experts skilled new old look looks looked looking work
    works worked working based meet meets met meeting see visit find found live lives lived study
    studied studying taught teach teaching stay available arrive start started email mail emails
    message messages reach contact write team people staff someone anyone engineer engineers
    developer developers designer designers manager managers lead director product role job course
    account address inbox or and but look stare register join sign only also both"""
)
