"""Numbers that stand in an address or come with a form."""

LONGEST = 9  # digits; beyond them a database refuses the number itself


def whole(text: str) -> int:
    """The whole number that `text` is, for `request.args.get(…, type=whole)`.

    Raises ValueError, which stands for “not given”, where it is none or longer than any of ours.
    """
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST:
        raise ValueError
    return int(text)
