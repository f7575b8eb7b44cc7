"""What can be wrong with what a person hands in: every such error is an `InputError`.

The command line prints the message, which is always one line, and exits with 3.
"""


def one_line(text: str) -> str:
    """The text with line breaks and other control characters escaped, as one printable line."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


class InputError(ValueError):
    """Bad input: one line that says where it is and what is wrong with it.

    Attributes:
        where: The file, and the place in it if there is one; or the name of the argument.
        what: What was expected and what was found.
    """

    def __init__(self, where: str, what: str) -> None:
        self.where = one_line(where)
        self.what = one_line(what)
        super().__init__(f"{self.where}: {self.what}")


class FormatError(InputError):
    """A file or text is not what its format demands: correct it at the place named."""


class UnsupportedError(InputError):
    """A file is well formed but holds something that is not read exactly: rewrite that part."""


class ExportError(InputError):
    """A network cannot be written in a format without changing it: choose another format."""
