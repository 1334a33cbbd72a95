"""HTML as text: what is shown, without what the mail programs of the world mark as quoted. Pure."""

import re
from collections.abc import Iterator

from inscriptis.css_profiles import CSS_PROFILES  # type: ignore[import-untyped]
from inscriptis.html_engine import Inscriptis  # type: ignore[import-untyped]
from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]
from lxml import etree, html  # type: ignore[import-untyped]

# A quotation or what leads into one, by class or id, in the way of Gmail, Thunderbird, Proton,
# Yahoo, Outlook, GMX, Roundcube, Tuta, Zoho. `x_` is what Outlook puts before names it meets.
_QUOTE_NAMES = re.compile(
    r"(?:x_)*(?:gmail_attr|moz-cite-prefix|moz-email-headers-table|protonmail_quote|yahoo_quoted.*"
    r"|ymail_.*quoted|reply-intro|tutanota_quote|zmail_extra|cite|mj-quote|replyheader)"
)
_SIGNATURE_NAMES = re.compile(
    r"(?:x_)*(?:gmail_signature(?:_prefix)?|moz-signature|protonmail_signature_block.*|signature"
    r"|ms-outlook-mobile-signature|applemailsignature|ymail_android_signature|tutanota_signature"
    r"|ms-outlook-ios-signature|lineBreakAtBeginningOfSignature)",
    re.IGNORECASE,
)
# From here to the end everything is quoted.
_END_NAMES = re.compile(
    r"(?:x_)*(?:appendonsend|divrplyfwdmsg|stopspelling|mail-editor-reference-message-container"
    r"|isforwardcontent|isreplycontent|_rp_.*forward.*)",
    re.IGNORECASE,
)
_OUTLOOK_RULE = re.compile(
    r"border:none;border-top:solid#[0-9a-f]{6}1\.0pt;padding:3\.0pt0(?:in|cm|mm)0", re.IGNORECASE
)
_HIDDEN = re.compile(
    r"display:none|visibility:hidden|mso-hide:all|font-size:[01](?:px|pt|em)?(?:;|$)"
    r"|max-height:0|opacity:0(?:;|$)",
    re.IGNORECASE,
)
_NEVER_SHOWN = ("head", "style", "script", "title", "template", "object", "svg", "math")
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")
_LOOKS = ParserConfig(css=CSS_PROFILES["strict"])
_SAME_WORDS = re.compile(r"https?://|[^\w.]+")


def text_of(markup: str) -> tuple[str, bool]:
    """Return what `markup` shows, and whether a quotation that was marked as one was taken out."""
    plain = _DECLARATION.sub("", _UNREADABLE.sub("", markup))
    if not plain.strip():
        return "", False
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    tree = html.document_fromstring(plain.encode(), parser=parser)
    _drop_unseen(tree)
    cut = _cut_quotes(tree)
    _name_links(tree)
    return Inscriptis(tree, _LOOKS).get_text(), cut


def _drop_unseen(tree: html.HtmlElement) -> None:
    for element in list(tree.iter(etree.Element)):
        style = "".join((element.get("style") or "").split())
        unseen = element.tag in _NEVER_SHOWN or "hidden" in element.attrib
        if unseen or _HIDDEN.search(style) or _named(element, _SIGNATURE_NAMES):
            _drop(element)


def _cut_quotes(tree: html.HtmlElement) -> bool:
    cut = False
    for element in list(tree.iter(etree.Element)):
        if _begins_end(element):
            _drop_following(element)
            return True
        if _is_quote(element):
            _drop(element)
            cut = True
    return cut


def _begins_end(element: html.HtmlElement) -> bool:
    style = "".join((element.get("style") or "").split())
    return _named(element, _END_NAMES) or bool(_OUTLOOK_RULE.match(style))


def _is_quote(element: html.HtmlElement) -> bool:
    if element.tag == "blockquote":
        # Gmail’s button for indenting makes one too, without the line at its side.
        style = "".join((element.get("style") or "").split())
        return "border:none" not in style or "cite" in (element.get("type") or "")
    if element.get("name") == "quote" or _named(element, _QUOTE_NAMES):
        return True
    is_forwarded = "gmail_quote" in _names(element)
    return is_forwarded and element.find(".//blockquote") is None


def _named(element: html.HtmlElement, names: re.Pattern[str]) -> bool:
    return any(names.fullmatch(name) for name in _names(element))


def _names(element: html.HtmlElement) -> list[str]:
    return [*(element.get("class") or "").split()[:20], element.get("id") or ""]


def _drop(element: html.HtmlElement) -> None:
    """Take the element out; the text after it stays where it was."""
    if element.getparent() is not None:
        element.drop_tree()


def _drop_following(element: html.HtmlElement) -> None:
    """Take out the element and all that comes after it in the document."""
    for inner in _and_ancestors(element):
        parent = inner.getparent()
        if parent is None:
            continue
        if inner is not element:
            inner.tail = None
        for later in list(inner.itersiblings()):
            parent.remove(later)
    element.tail = None
    _drop(element)


def _and_ancestors(element: html.HtmlElement) -> Iterator[html.HtmlElement]:
    yield element
    yield from element.iterancestors()


def _name_links(tree: html.HtmlElement) -> None:
    """Say after a link’s words where it leads, unless they say it themselves."""
    for link in list(tree.iter("a")):
        target = (link.get("href") or "").strip()
        shown = link.text_content().strip()
        if target[:4].casefold() != "http" or not shown or len(target) > 4_000:
            continue
        if not _bare(target).startswith(_bare(shown).rstrip(".")):
            link.tail = f" <{target}>{link.tail or ''}"


def _bare(text: str) -> str:
    return _SAME_WORDS.sub("", text.casefold()).removeprefix("www.")
