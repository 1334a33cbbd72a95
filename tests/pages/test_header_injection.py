"""Whatever is typed as headline or name: refused at its field, or no header grows of it."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.board import AD, Board
from tests.pages.look import field_errors

HOSTILE = {
    "encoded line break": "=?UTF-8?Q?=0D=0AReply-To:_x=40y.z?=",
    "line break": "x\r\nBcc: eve",
    "NUL": "x\0Bcc: eve",
    "line separator": "x\u2028Bcc: eve",
    "turned round": "x\u202eBcc: eve",
    "four kilobytes": "ŵ" * 2048,
}
INTENDED = {
    *("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Reply-To"),
    *("Content-Transfer-Encoding", "Auto-Submitted", "X-Auto-Response-Suppress", "X-Board-Loop"),
    *("List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID"),
}


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(relay_domain="reply.board.example", relay_to_header="real")


def assert_only_intended_headers(board: Board) -> None:
    for mail in board.mails():
        assert set(mail.keys()) <= INTENDED
        assert len(mail.keys()) == len(set(mail.keys()))
        assert mail["From"].addresses[0].domain in {"localhost", "reply.board.example"}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("field", ["headline", "name"])
def test_in_an_ad_it_grows_no_header(board: Board, field: str, hostile: str) -> None:
    writer = board.browser()
    asked = writer.press("/ads/new", **(AD | {field: f"Gwen {hostile}"}))
    assert asked.status_code in {200, 422}
    if asked.status_code == 422:
        assert list(field_errors(asked)) == [field]
        assert board.mails() == []
        return
    assert writer.send(asked).status_code == 303
    box = writer.press(board.link(AD["email"])).location.split("/")[2]
    board.work()
    path = board.converse(box)
    writer.press(path, message="Would Friday do?")

    assert len(board.mails()) == 4
    assert_only_intended_headers(board)


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_in_a_replier_s_name_it_grows_no_header(board: Board, hostile: str) -> None:
    replier = board.browser()
    box = board.publish()
    before = len(board.mails())
    answer = board.reply(box, replier, name=f"Huw {hostile}")
    assert answer.status_code in {303, 422}
    if answer.status_code == 422:
        assert list(field_errors(answer)) == ["name"]
        assert len(board.mails()) == before
        return
    replier.press(board.link("dafydd.rhys@letters.example"))

    assert len(board.mails()) == before + 2
    assert_only_intended_headers(board)
