"""Words for rank and gender, and where the same words mean something else. Pure; for red_herrings.

Each rule is a piece of a regular expression that is read without regard to case.
"""

# Ranks wherever they stand.
RANKS = """
senior seniors junior juniors snr jnr sr jr executive executives ceo cto cfo coo cmo cio
vp svp evp director directors vice-president president managing head-of deputy experienced
inexperienced distinguished eminent top-level high-level entry-level mid-level mid-career
early-career apprentice apprentices trainee trainees intern interns graduate graduates undergraduate
newcomer rookie novice boss bosses superior subordinate professor emeritus
"""
_PERSONS = {  # said with a gender: the same word for all
    "person": "man woman men women gentleman gentlemen ladies lady lad lads lass lasses bloke "
    "blokes guy guys gal gals girl girls boy boys chap chaps fella fellow male males female "
    "females madam",
    "parent": "mother father mum dad mam mom mums dads mothers fathers mummy daddy",
    "partner": "husband wife boyfriend girlfriend fiance fiancee widow widower",
    "child": "son daughter sons daughters",
    "sibling": "brother sister brothers sisters",
    "grandparent": "grandmother grandfather grandma grandpa granny grandad granddad nan nana taid "
    "nain gran",
    "they": "he she",
    "them": "him",
    "their": "his her hers",
    "business person": "businessman businesswoman businessmen businesswomen",
    "chair": "chairman chairwoman",
    "sales": "salesman saleswoman",
    "craft": "craftsman craftswoman tradesman tradeswoman",
    "host": "hostess waitress waiter barmaid barman",
    "actor": "actress",
    "sports": "sportsman sportswoman",
    "crew": "cameraman camerawoman",
}
SAME = {word: one for one, words in _PERSONS.items() for word in words.split()}

_ROLES = (
    "accountant|adviser|advisor|administrator|analyst|architect|auditor|baker|barber|biologist|"
    "blacksmith|bookkeeper|builder|buyer|carer|carpenter|chef|chemist|clerk|clinician|coach|"
    "consultant|cook|coordinator|counsellor|dentist|designer|developer|director|dj|doctor|"
    "economist|editor|electrician|engineer|farmer|gardener|illustrator|instructor|joiner|"
    "journalist|lawyer|lecturer|librarian|manager|mechanic|midwife|nurse|officer|partner|"
    "pharmacist|photographer|planner|plumber|potter|practitioner|producer|professional|professor|"
    "programmer|recruiter|researcher|scientist|solicitor|strategist|surveyor|tailor|teacher|"
    "technician|tester|therapist|trader|trainer|translator|tutor|vet|writer"
)
_NO_ROLE = "a|an|the|of|for|to|with|my|our|their|and|or|in|on|at|by|from|some|every|who|is|are"
# “Lead front-end developer”, “a seasoned baker”; not “I lead walks”, “lead flashing”.
RANK_BEFORE_ROLE = (
    r"(?<!\bi )(?<!\bto )(?<!\bwe )(?<!\bcan )(?<!\bwho )(?<!\bcould )"
    r"\b(?:lead|leading|chief|principal|associate|established|seasoned|veteran)"
    rf"(?=(?: (?!(?:{_NO_ROLE})\b)[\w/+#.’'-]+){{0,2}} (?:{_ROLES})\b)"
    r"|^(?:lead|principal|associate)$"
)
# With a case of their own: “Dr Jones”, but not a “miss” that somebody feels, nor “MS Office”.
TITLES = r"\b(?:Dr|Prof|Mr|Mrs|Ms|Miss|Mx|DR|PROF|MR|MRS|MISS)\b\.?(?= [A-ZÀ-Þ])"
# What looks like one of them and is none.
NOT_MEANT = (
    r"(?-i:(?:Our|First|Old|Bag|Iron|Dark|Pink|White) Lady)|(?-i:(?:Lady|Ladies[’']?) [A-ZÀ-Þ]\w+)|"
    r"lady(?:[’']s)? (?:bedstraw|chapel|mantle|smock|fern|slipper)|ladies[’'] day|"
    r"nan bread|naan|guy[ -]ropes?|(?-i:Guy Fawkes)|"
    r"(?:fe)?male (?:voice|voices|thread|connector|plug|socket|fern|flower)s?|"
    r"girl ?guid(?:es|ing)|boys[’']? brigade|girl band|boy band|mummy (?:case|museum)|"
    r"mother ?(?:tongue|board)|mother(?:ing)? sunday|father ?christmas|mothers?[’']s? day|"
    r"daughter cells?|sister (?:ship|company|act)|fellow (?=\w)|his(?= and hers)|"
    r"(?:film|funeral|music|musical|stage|theatre|theater|choir|art|casting) directors?|"
    r"executive (?:function\w*|summar\w+)|senior (?:dogs?|cats?|horses?|pets?)|"
    r"junior (?:parkrun|football|rugby|chess)|young (?:trees?|plants?|birds?|hens?|horses?|dogs?)|"
    r"retired (?:greyhounds?|racehorses?|hens?|horses?|police dogs?)|"
    r"older (?:houses?|homes?|buildings?|cars?|radios?|computers?|machines?|varieties)|"
    r"boss (?:drum|pedal)s?"
)
