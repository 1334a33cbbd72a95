"""The house rules of docs/handbook.md, kept by tests: what says “always” or “never” stands here."""

import ast
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from babel.messages.extract import extract_python
from flask import Flask

from app.core.errors import STATUS, Refusal
from tests.board import AD, Board
from tests.desk.desk import broker
from tests.desk.introducing import asked, propose, says
from tests.desk.networks import added, invitation
from tests.pages.look import fields, words

APP = Path(__file__).parent.parent / "app"
TEMPLATES = APP / "templates"
SOURCES = sorted(APP.rglob("*.py"))
FEATURES = (
    "ads",
    "alerts",
    "catalogue",
    "core",
    "followups",
    "limits",
    "mail",
    "matching",
    "meaning",
    "moderation",
    "people",
    "relay",
    "search",
    "spam",
)
PURE = ("policy", "rules", "query", "scrub", "text", "lines", "fields", "plan", "selection")


def name_of(path: Path) -> str:
    return str(path.relative_to(APP))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports(path: Path) -> set[str]:
    """The modules this one imports, `from a import b` as both `a` and `a.b`."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


# --- sizes and shapes -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_file_and_no_function_grows_too_long(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < 60, node.name


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_words_that_say_nothing_name_nothing(path: Path) -> None:
    assert not {"utils", "util", "helpers", "helper", "manager", "data", "process"} & {path.stem}


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    if path.read_text():
        assert ast.get_docstring(tree(path))


PURE_MODULES = [
    path
    for path in SOURCES
    if path.parent.name in FEATURES and path.stem in PURE and name_of(path) != "relay/lines.py"
]


@pytest.mark.parametrize("path", PURE_MODULES, ids=name_of)
def test_what_is_pure_asks_nobody(path: Path) -> None:
    assert not imports(path) & {
        *("flask", "app.db", "app.config", "app.core.clock", "app.current"),
        *("sqlalchemy", "sqlalchemy.orm", "os", "time", "random", "secrets"),
    }


@pytest.mark.parametrize("feature", FEATURES)
def test_time_is_told_to_a_feature(feature: str) -> None:
    for path in (APP / feature).rglob("*.py"):
        assert "app.core.clock" not in imports(path), name_of(path)
        if path.name != "clock.py":
            assert not re.search(r"datetime\.(now|utcnow|today)\(|time\.time\(", path.read_text())


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nobody_commits_but_the_unit_of_work(path: Path) -> None:
    assert ".commit()" not in path.read_text()


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_opens_no_unit_of_work(feature: str) -> None:
    # What the worker calls: an attempt to send, or a batch of marks, is a unit of work by itself.
    # So is each recipient of a mail that is brought to the door, and each mail that is read.
    passed_in = {
        "search/projection.py",
        "mail/delivery.py",
        "relay/door.py",
        "relay/taking.py",
        "matching/refresh.py",
        "matching/shared.py",
    }
    for path in (APP / feature).rglob("*.py"):
        if name_of(path) not in passed_in:
            assert "app.db.transaction" not in imports(path), name_of(path)


# --- templates ------------------------------------------------------------------------------------


def used_templates() -> set[str]:
    """Every template that code renders or another template builds on."""
    found: set[str] = set()
    for path in SOURCES:
        found |= set(re.findall(r"render_template\(\s*\"([^\"]+)\"", path.read_text()))
    for path in TEMPLATES.rglob("*"):
        if path.suffix in {".html", ".txt"}:
            found |= set(
                re.findall(
                    r"{%-? *(?:extends|from|include|import) +['\"]([^'\"]+)", path.read_text()
                )
            )
    plain = re.search(r"PAGES = \(([^)]*)\)", (APP / "pages/plain.py").read_text())
    assert plain is not None
    found |= {f"pages/{name}.html" for name in re.findall(r'"(\w+)"', plain[1])}
    found |= set(re.findall(r'"(pack/\w+\.html)"', (APP / "desk/papers.py").read_text()))
    mails = [(APP / f"mail/{name}.py").read_text() for name in ("messages", "desk_messages")]
    kinds = re.findall(r'Writer\(site, "(\w+)"', "".join(mails))
    found |= {f"mail/{kind}/{part}.txt" for kind in kinds for part in ("subject", "body")}
    return {"mail/base.txt" if name == "base.txt" else name for name in found}


def test_no_template_is_missing_and_none_unused() -> None:
    kept = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.is_file()}

    assert used_templates() == kept


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda p: p.name)
def test_templates_trust_nothing_and_style_nothing(path: Path) -> None:
    text = path.read_text()

    assert not re.search(r"\|\s*safe\b|autoescape", text)
    # A script comes from a file of ours and waits for the page; data for machines is none.
    text = re.sub(r"<script src=\"{{ asset\('\w+\.js'\) }}\"[^>]* defer></script>", "", text)
    assert not re.search(r"<script\b(?![^>]*ld\+json)|<style\b|\sstyle=|\son[a-z]+=", text)
    assert not re.search(r'(?:src|href|action)="https?://(?!www\.geonames\.org)', text) or (
        path.parent.name == "pages"  # plain words may name others; nothing is loaded from them
    )
    for form in re.findall(r"<form\b[^>]*method=\"post\"[^>]*>.*?</form>", text, re.DOTALL):
        assert "form_token()" in form


# --- refusals -------------------------------------------------------------------------------------


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for below in kind.__subclasses__():
        yield below
        yield from refusals(below)


def sentences() -> set[str]:
    """Every sentence that translators are given from the code."""
    found: set[str] = set()
    for path in SOURCES:
        marked = extract_python(
            io.BytesIO(path.read_bytes()), {"N_": None}, (), {"encoding": "utf-8"}
        )
        found |= {str(message) for _line, _name, message, _comments in marked}
    return found


def test_every_refusal_has_its_answer_and_its_sentence(app: Flask) -> None:
    known, translated = list(refusals()), sentences()

    assert len(known) >= 15
    for refusal in known:
        assert refusal.kind in STATUS, refusal
        assert refusal.sentence in translated, refusal
        assert refusal.sentence.endswith("."), refusal


# --- pages ----------------------------------------------------------------------------------------

PERSONAL = {
    *("link.published", "mine.edit", "mine.act", "my_data.erase", "my_data.export"),
    *("thread.thread", "thread.write", "thread.decline", "thread.end", "thread.block"),
    *("thread.report", "thread.mute", "thread.share", "alerts.mine", "alerts.change"),
    *("joining.join", "joining.leave"),
}


def test_what_is_personal_is_known_to_be(app: Flask) -> None:
    marked = {n for n, view in app.view_functions.items() if getattr(view, "personal", False)}

    assert marked == PERSONAL
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/threads/") or rule.rule in {"/mine/erase", "/mine/export"}:
            assert rule.endpoint in PERSONAL, rule


def test_every_personal_page_asks_who_is_there(board: Board) -> None:
    box = board.publish()
    key = board.converse(box).split("/")[2]
    stranger = board.browser()
    token = fields(stranger.get("/mine"))["csrf_token"]
    values = {"box": box, "key": key, "action": "close", "slug": "guild"}

    for rule in board.app.url_map.iter_rules():
        if rule.endpoint not in PERSONAL:
            continue
        path = re.sub(r"<(?:[^:<>]*:)?(\w+)>", lambda part: values[part[1]], rule.rule)
        if "GET" in (rule.methods or ()):
            answer = stranger.get(path)
            assert answer.status_code == 303, path
            assert answer.location.startswith("/mine?next="), path
        if "POST" in (rule.methods or ()):
            answer = stranger.client.post(path, data={"csrf_token": token})
            assert answer.status_code == 403, path


def test_every_address_in_every_mail_leads_somewhere(board: Board) -> None:
    writer, replier = board.browser(), board.browser()
    box = board.publish(writer)
    path = board.converse(box, replier)
    writer.press(path, message="With pleasure. Friday at three, at the harbour?")
    writer.press(path, action="/share", do="share")
    replier.press(path, action="/end")
    other = board.converse(box, email="second@letters.example")
    writer.press(other, action="/decline", reason="time")
    replier.press(f"/ads/{box}/report", reason="other", email="finder@letters.example")
    board.browser().press("/mine?wish=erase", email=AD["email"])
    board.browser().press("/mine", email=AD["email"])
    board.post_ad(headline="A second ad, held until a broker looks", leave_this_empty="x")
    writer.press(board.link(AD["email"]))
    held = board.app.test_cli_runner().invoke(args=["ads", "held"]).output
    second = re.findall(r"Box (\w{6})", held)[0]
    for command in ("publish", "remove"):
        board.app.test_cli_runner().invoke(args=["ads", command, second])
    board.browser().press("/ads", action="/alerts", email="third@letters.example", pace="at_once")
    board.browser().press(board.link("third@letters.example"))
    fourth = board.publish(email="fourth@members.example", headline="An ad that an alert tells of")
    for number in range(3):
        email = f"tells{number}@letters.example"
        board.browser().press(f"/ads/{fourth}/report", reason="spam", email=email)
        board.browser().press(board.link(email))
    board.app.test_cli_runner().invoke(args=["ads", "publish", fourth])
    other = {"kind": "offers", "seeks": "First aid, please.", "seeks_skills": "first aid"}
    more = {"offers": "Budgets, and running a team.", "offers_skills": "budgets, running a team"}
    fifth = board.publish(email="fifth@members.example", sectors_wanted="any", **other, **more)
    waited_for = board.publish(email="sixth@members.example", headline="An ad that answers nobody")
    rhian = broker(board)
    board.browser().press(invitation(rhian, added(rhian)), email="seventh@members.example")
    assert propose(rhian, fourth, waited_for).status_code == 303
    for number in ("fourth", "sixth"):
        says(board, asked(board, f"{number}@members.example"), "yes")
    assert propose(rhian, fifth, waited_for).status_code == 303
    says(board, asked(board, "fifth@members.example"), "yes")
    for number in range(3):
        board.converse(waited_for, email=f"waits{number}@letters.example")
    board.clock.shift(timedelta(days=54))
    board.mails()
    board.clock.shift(timedelta(days=40))
    board.mails()
    board.sign_in(AD["email"], writer).press("/mine", action="/mine/erase")

    mails = board.mails()
    kinds = {path.name for path in (TEMPLATES / "mail").iterdir() if path.is_dir()}
    assert len({re.sub(r"[:?].*", "", str(mail["Subject"])) for mail in mails}) >= len(kinds) - 2
    for mail in mails:
        found = re.findall(r"https?://\S+", mail.get_content())
        assert found, mail["Subject"]
        for url in found:
            assert url.startswith("http://localhost"), url
            page = board.browser().get(url.removeprefix("http://localhost") or "/")
            # Erased, ended or run out by now, perhaps; but never an address that never was.
            assert page.status_code in {200, 303, 404, 410}, url
            if page.status_code == 404:
                assert "/l/" in url or "/ads/" in url, url
            assert words(page)
