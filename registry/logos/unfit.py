"""The one refusal of a logo's file."""


class Unfit(Exception):
    """A file can't be shown as a logo; the message says why, in a sentence."""
