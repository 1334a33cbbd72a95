"""The list of one's conversations."""

from tests.relay.talk import HELLO, REPLIER, STRANGER, WRITER, Talk


def test_each_side_sees_the_other_and_whose_turn_it_is(talk: Talk) -> None:
    box = talk.advertise()
    key = talk.begin(box)

    (mine,), (theirs,) = talk.lines(WRITER), talk.lines(REPLIER)

    assert (mine.key, mine.name, mine.box, mine.role) == (key, "Dafydd", box, "writer")
    assert (mine.turn, mine.status, mine.last_by) == ("yours", "Your turn", "they")
    assert mine.last_text == HELLO
    assert (theirs.name, theirs.role, theirs.turn) == ("Anwen", "replier", "theirs")

    talk.later(minutes=1)
    talk.write(key, "Friday?\n\nAt three?", email=WRITER)

    (mine,), (theirs,) = talk.lines(WRITER), talk.lines(REPLIER)
    assert (mine.turn, mine.last_text, mine.last_by) == ("theirs", "Friday? At three?", "you")
    assert (theirs.turn, theirs.when) == ("yours", talk.now)


def test_newest_first_and_nobody_elses(talk: Talk) -> None:
    box = talk.advertise()
    older = talk.begin(box)
    talk.later(hours=1)
    newer = talk.begin(box, email=STRANGER)

    assert [line.key for line in talk.lines(WRITER)] == [newer, older]
    assert [line.key for line in talk.lines(REPLIER)] == [older]


def test_what_has_not_gone_on_stands_only_in_its_senders_list(talk: Talk) -> None:
    talk.reply(talk.advertise())

    assert talk.lines(WRITER) == []
    (line,) = talk.lines(REPLIER)
    assert (line.turn, line.status) == ("", "Waiting for you to press the link in our mail")
