"""Which walks of life somebody of a sector is at home in, and what nearly everybody can do. Pure.

Walks are the third column of the catalogue’s skills, sectors the slugs of its sectors.
"""

WALKS: dict[str, frozenset[str]] = {
    sector: frozenset(walks.split("|"))
    for sector, walks in {
        "animals": "animals|farming and land",
        "arts": "arts and crafts|music and stage|design",
        "construction": "building and property|trades",
        "business": "business|management and office|career",
        "care": "care and support|home and family",
        "charity": "charity, faith and community|public service",
        "technology": "technology|data and artificial intelligence",
        "education": "education|languages",
        "emergency": "public service|health and medicine",
        "energy": "science and engineering|garden and nature",
        "engineering": "science and engineering|trades",
        "farming": "farming and land|animals|garden and nature",
        "hospitality": "food",
        "beauty": "hair, beauty and style",
        "health": "health and medicine|care and support",
        "home": "home and family|food|life skills",
        "law": "law and rights",
        "marketing": "design|business|writing and media",
        "media": "writing and media",
        "finance": "money",
        "public-service": "public service|law and rights",
        "science": "science and engineering|data and artificial intelligence",
        "retail": "business",
        "trades": "trades|building and property",
        "sport": "sport and outdoors",
        "transport": "transport",
        "other": "life skills",
    }.items()
}

# What people often can show, and often like to know, whatever they do. Names of the catalogue.
GENERAL: dict[str, tuple[str, ...]] = {
    "offers": (
        "listening well",
        "cooking",
        "using a smartphone",
        "gardening",
        "walking",
        "filling in forms",
        "proofreading",
        "English conversation",
        "Welsh conversation",
        "small talk",
    ),
    "seeks": (
        "social media",
        "speaking in public",
        "spreadsheets",
        "using AI tools",
        "time management",
        "first aid",
        "networking",
        "budgeting",
        "Welsh conversation",
        "photography",
    ),
}
