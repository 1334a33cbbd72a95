"""What the API takes and gives, as models: they check, and the OpenAPI description is made of them.

Field names are those of the pages’ addresses and of the import file.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from app.ads.policy import MODES, RHYTHMS
from app.api.cursor import PATTERN
from app.catalogue.sectors import all_sectors
from app.search.query import FARTHEST, LONGEST, USUAL_DISTANCE

_MOST = 12  # values of one repeatable parameter
_SECTORS = [sector.slug for sector in all_sectors()]


def _one_of(known: Sequence[JsonValue]) -> Any:
    """A text that must be one of these."""

    def check(value: str) -> str:
        if value not in known:
            raise ValueError(f"must be one of {', '.join(map(str, known))}")
        return value

    return Annotated[str, AfterValidator(check), Field(json_schema_extra={"enum": list(known)})]


def _several(item: Any, description: str) -> Any:
    return Annotated[list[item], Field(max_length=_MOST, description=description)]


Sector = _one_of(_SECTORS)
Mode = _one_of(list(MODES))
Rhythm = _one_of(list(RHYTHMS))
Skill = Annotated[str, Field(max_length=60)]
Side = Literal["", "seeks", "offers"]


class AdsQuery(BaseModel):
    """The parameters of a search, as on the page of results; one that nobody knows is refused."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field("", max_length=LONGEST, description="Words; “phrases” and -exclusions too.")
    kind: Side = Field("", description="Only ads that lead with this side.")
    side: Side = Field("", description="On which side the words must stand.")
    sector: _several(Sector, "Any of these sectors.") = []  # type: ignore[valid-type]
    skill: _several(Skill, "Any of these skills.") = []  # type: ignore[valid-type]
    mode: _several(Mode, "Any of these ways to meet.") = []  # type: ignore[valid-type]
    rhythm: _several(Rhythm, "Any of these rhythms.") = []  # type: ignore[valid-type]
    place: str = Field("", max_length=100, description="A town; one not known counts as not said.")
    within: Annotated[int, Field(ge=1, le=FARTHEST)] | Literal["any"] = Field(
        USUAL_DISTANCE, description="Miles from that town, or any."
    )
    sort: Literal["", "best", "newest", "nearest"] = Field(
        "", description="Best first where there are words, else newest first, unless said."
    )
    cursor: str = Field(
        "", pattern=f"^({PATTERN})?$", description="From `next_cursor` of the page before."
    )


class PlaceOut(BaseModel):
    """A town, WGS 84."""

    name: str
    latitude: float
    longitude: float


class VouchedOut(BaseModel):
    """A network that vouches for an ad’s writer; `url` says what that means."""

    name: str
    url: str


class AdOut(BaseModel):
    """One live ad. Nobody's address is in it; `url` leads to the form for writing to it."""

    box: str
    url: str
    kind: Literal["seeks", "offers"]
    headline: str
    seeks: str
    offers: str
    return_open: bool
    seeks_skills: list[str]
    offers_skills: list[str]
    about: str
    sector: str
    sectors_wanted: list[str]
    language: str
    place: PlaceOut | None
    modes: list[str]
    rhythm: str
    capacity: int
    full: bool
    name: str
    vouched_for_by: list[VouchedOut] = Field(
        description="As it is now. It can be taken back at any moment: show the newest answer only."
    )
    posted_at: datetime
    updated_at: datetime
    expires_at: datetime


class AdsOut(BaseModel):
    """A page of ads that have all that was asked for."""

    ads: list[AdOut]
    total: int = Field(description="How many ads the whole search finds.")
    exact: bool = Field(
        description="False on a large board where there are more: `total` is how many were counted."
    )
    place: PlaceOut | None = Field(description="What `place`, or a town in `q`, was taken to mean.")
    next_cursor: str | None = Field(description="For the next page; null on the last.")
    next: str | None = Field(description="The address of the next page; null on the last.")


class Trouble(BaseModel):
    """Why there is no answer."""

    status: int
    sentence: str


class Refused(BaseModel):
    """What is wrong with one parameter."""

    model_config = ConfigDict(extra="allow")

    loc: list[str | int]
    msg: str
