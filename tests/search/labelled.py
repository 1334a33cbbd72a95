"""Queries over the demo ads, each with the ads that must be among the first ten found.

Ads are named by the beginning of their headline.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Labelled:
    """One query. `sort` says what it is a case of; `args` are further parts of the address."""

    sort: str
    q: str
    wanted: tuple[str, ...]
    args: dict[str, str] = field(default_factory=dict)


def case(sort: str, q: str, *wanted: str, **args: str) -> Labelled:
    return Labelled(sort, q, wanted, args)


STONE, EXCEL = "Hill farm: good with stone", "Bring me the worst spreadsheet"
SELF, SPARKY = "Accountant, afraid of heights", "Apprentice sparky"
AI, CHATBOTS = "Could somebody show me what all this AI", "Computing student explains"
SIGNS, CHAIR = "I used to run a school", "Elected chair of trustees"
UX, GARDEN = "UX researcher will watch", "Our garden is thriving"
CPP, NET, CYMRAEG_COD = "I write C++ for games", ".NET on weekdays", "Siarad Cymraeg am bopeth"
NEWTS, PIE = "Newts counted", "HR person, tired"
CV, RECRUITER = "Carer, coming up for air", "Recruiter will tell you"
GUITAR, GUITAR_TOO = "Gwersi gitâr i bobl brysur", "Sut i siarad â theulu"
WELSH, TEA = "Nurse learning Welsh", "Sgwrs Gymraeg dros baned"
VEGETABLES, KNITTING = "Garddio llysiau", "Dysgu gwau a thrwsio"
ACCOUNTS, FARM = "Cyfrifon heb ddagrau", "Fferm fynydd a llond"
CAFE, STUDENT_LAW = "Caffi bach, cwestiynau", "Astudio’r gyfraith"
CABINETS, ROBOT = "Cabinet maker wants a small program", "Barrister will teach you"
BIKES, TYRES = "Four hundred mended bikes", "Designer with muddy tyres"
SHOP, BEES, LORRY = "Shop manager, done with", "Beekeeping, at a safe", "Lorry driver, long breaks"
MARKETING, SEASIDE = "Marketing, from someone", "Seaside guesthouse"
CHEF, SPANISH, SHIP = "Chef wants enough Spanish", "Castellano, from", "Ship’s engineer, ashore"
HAIR, TAP, PAINTING = "Full appointment book", "Dripping tap?", "Illustrator, suddenly in charge"
MATHS, NIGHT = "Maths teacher who thinks", "Can run the night shift"
PODCAST, RADIO, LUNCH = "Running coach whose podcast", "Radio producer: let’s", "One lunch a month"
CIVIL, WELSH_CIVIL = "Civil servant would like", "Gweithio i’r llywodraeth"
REPORTER, ONLINE, VIDEO = "Local reporter on what", "Online safety: the four", "Back to the law"

EXACT = (
    case("word", "spreadsheets", STONE, EXCEL),
    case("word", "beekeeping", BEES),
    case("word", "soldering", CPP),
    case("word", "mentor", TYRES),
    case("word", "trustees", CHAIR),
    case("word", "small talk", "Fine on bridges", CHAIR),
    case("word", "hedge laying", STONE),
    case("word", "tractor", "GP would like to drive"),
    case("word", "mountain bike", TYRES),
    case("word", "self-employed", SELF),
    case("all words", "lease contract", "Office software, for people", VIDEO),
    case("form", "interviewing", PIE, RADIO),
    case("prefix", "volunt", BIKES, REPORTER),
    case("prefix", "podca", PODCAST),
    case("sign", "C++", CPP),
    case("sign", "c#", NET, CYMRAEG_COD),
    case("sign", ".NET", NET),
    case("one letter", "R", NEWTS, PIE),
    case("two letters", "AI", AI),
    case("two letters", "HR", PIE),
    case("two letters", "UX", UX),
    case("phrase", '"sign language"', SIGNS, CHAIR),
    case("phrase", '"cash flow"', SELF, BEES),
    case("without", "climbing -sparky", SELF, WELSH),
    case("side", "cooking", CHEF, SEASIDE, side="offers"),
    case("side", "cooking", SPANISH, SHIP, side="seeks"),
    case("side", "maths", NIGHT, side="seeks"),
    case("near", "storytelling", "Walk the cliffs", place="Tenby"),
    case("near", "managing people", PAINTING, place="Cardiff"),
    case("Welsh", "cyfrifon", ACCOUNTS, FARM),
    case("Welsh", "siarad", CYMRAEG_COD, GUITAR_TOO, VEGETABLES),
)
FORGIVING = (
    case("typo", "bookeeping", AI),
    case("typo", "acountancy", AI),
    case("typo", "spredsheets", STONE, EXCEL),
    case("typo", "photografy", "I’ve quoted four hundred"),
    case("typo", "marketting", MARKETING, SEASIDE),
    case("typo", "public speeking", CPP, ROBOT),
    case("typo", "sign langauge", SIGNS, CHAIR),
    case("synonym", "plumber", TAP),
    case("synonym", "coding", CABINETS, ROBOT),
    case("synonym", "accountancy", AI),
    case("synonym", "artificial intelligence", AI),
    case("accent", "gwnio", KNITTING),
    case("accent", "gitâr", GUITAR, GUITAR_TOO),
    case("Welsh and English", "guitar", GUITAR, GUITAR_TOO),
    case("Welsh and English", "first aid", WELSH, TEA),
    case("Welsh and English", "knitting", KNITTING),
    case("Welsh and English", "coginio", CAFE, CHEF, SPANISH, SHIP),
    case("mutation", "gyfrifon", ACCOUNTS, FARM),
    case("mutation", "cymraeg", CYMRAEG_COD, TEA, STUDENT_LAW),
    case("compound", "drystone", STONE),
    case("compound", "dry-stone walling", STONE),
    case("compound", "web site", UX, GARDEN, CHATBOTS),
    case("compound", "mountainbike", TYRES),
    case("compound", "hair dresser", HAIR),
    case("American", "organizing volunteers", REPORTER),
    case("American", "lorry license", LORRY),
    case("American", "color", PIE),
    case("town", "bookkeeping in Abertawe", AI),
    case("town", "cooking near Belfast", CHEF, SPANISH),
    case("town", "sgwrs yng Nghaernarfon", TEA),
    case("town", "policy Cardiff", CIVIL),
    case("any word", "plumbing thatching", TAP),
    case("sentence", "help with my CV", RECRUITER),
)

# Over 120 ads of real mentors, by their line in the file, when somebody has it.
REAL = (
    ("kuberntes", (19, 45, 78)),
    ("pyhton", (36, 89, 97)),
    ("machine lerning", (74, 79, 114)),
    ("dotnet", (1, 35)),
    (".NET", (1, 16, 21, 35, 73)),
    ("asp.net", (16, 21, 73)),
    ("C++", (19, 54, 58, 93)),
    ("R", (111,)),
    ("UX", (83, 101, 104, 106)),
    ("opensource", (10, 81, 103, 107)),
    ("open source", (10, 81, 103, 107)),
    ("reactnative", (37, 68, 102)),
    ("react-native", (37, 68, 102)),
    ("startup", (118,)),
    ("product managment", (20, 27, 43, 108)),
    ('"data science"', (51, 74, 79)),
    ("golang", (4, 45, 115)),
    ("wordpress", (109,)),
    ("devops London", (19, 30, 119)),
    ("machine learning in Llundain", (12, 114)),
)
