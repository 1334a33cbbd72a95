"""How the board prints what GeoNames calls a town or a council area."""

import re

# Entries of GeoNames’ that nobody lives in by that name.
NOT_TOWNS = {
    2643734: "Londonderry County Borough: Derry again",
    2648970: "Fylde: a district, of which St Annes and others are the towns",
    6947756: "Mendip: a former district, of which Wells, Frome and others are the towns",
    12104476: "Saint Andrews Quay: a retail park in Hull",
}

_TOWNS = {
    "Barrow in Furness": "Barrow-in-Furness",
    "Blaenau-Ffestiniog": "Blaenau Ffestiniog",
    "Glyn-neath": "Glynneath",
    "Hay": "Hay-on-Wye",
}
_AREAS = {
    "Anglesey": "Isle of Anglesey",
    "Armagh City Banbridge and Craigavon": "Armagh, Banbridge and Craigavon",
    "Eilean Siar": "Western Isles",
    "Newry Mourne and Down": "Newry, Mourne and Down",
    "Sir Powys": "Powys",
}
_TITLE_BEFORE = re.compile(
    r"^(the |(metropolitan |royal )?borough of "
    r"|(city|county|district)( and (borough|county))? of )",
    re.IGNORECASE,
)
_TITLE_AFTER = re.compile(
    r"( county borough| council|(?<=Aberdeen) city|(?<=Dundee) city"
    r"|(?<=Glasgow) city)$",
    re.IGNORECASE,
)


def town_name(name: str) -> str:
    """“St Ives” for “Saint Ives” or “St. Ives”; “Basford” for “Basford, Stoke-on-Trent”."""
    name = _saint(name.partition(",")[0]).replace("'", "’")
    return _TOWNS.get(name, name)


def area_name(name: str) -> str:
    """“Wigan” for “Borough of Wigan”, “Caerphilly” for “Caerphilly County Borough”."""
    return _AREAS.get(name) or _TITLE_AFTER.sub("", _TITLE_BEFORE.sub("", _saint(name)))


def _saint(name: str) -> str:
    return re.sub(r"\b(Saint|St\.)(?= )", "St", name)
