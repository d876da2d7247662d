"""Every refusal: a stable code, one clear sentence, and what to do about it.

One tree. `StrongroomError` itself is never raised. Each class says what kind of refusal it is, and
nothing here knows HTTP: `statuses` maps the class to a status for every door.
Codes are kebab-case, stable for ever, and listed in the reference documentation.
"""


class StrongroomError(Exception):
    """The root of the tree; never raised itself."""

    def __init__(self, code: str, sentence: str, remedy: str = "") -> None:
        """Take a stable code, one sentence for people, and the remedy if there is one."""
        super().__init__(code, sentence, remedy)
        self.code = code
        self.sentence = sentence
        self.remedy = remedy

    def __str__(self) -> str:
        """Return the sentence and the remedy."""
        return f"{self.sentence} {self.remedy}".strip()


class InvalidError(StrongroomError):
    """What was sent is malformed, or contradicts itself or the bytes it came with."""


class UnauthenticatedError(StrongroomError):
    """No credential was given where one is needed."""


class ForbiddenError(StrongroomError):
    """The credential is invalid, or does not reach as far as this act."""


class AssuranceError(ForbiddenError):
    """Whoever asks has to prove better who they are first; they can, and may then."""

    def __init__(self, code: str, sentence: str, remedy: str = "", *, needed: int) -> None:
        """Take, besides the words, which `Assurance` is needed."""
        super().__init__(code, sentence, remedy)
        self.needed = needed


class UnreachableError(ForbiddenError):
    """Whoever asks has no verified address by which they could be told of what is done."""


class NotFoundError(StrongroomError):
    """There is no such thing here, or none that this reader may know of."""


class GoneError(StrongroomError):
    """The thing was here, and was removed for good."""


class MethodError(StrongroomError):
    """The thing is there, but this is not something that can be done with it."""


class ConflictError(StrongroomError):
    """The act contradicts what is already published, burnt or closed."""


class TooLargeError(StrongroomError):
    """What was sent is larger than a limit allows."""


class UnavailableError(StrongroomError):
    """The registry cannot do this now, and the same call may succeed later."""

    def __init__(self, code: str, sentence: str, remedy: str = "", *, retry_after: int = 5) -> None:
        """Take, besides the words, after how many seconds a client should try again."""
        super().__init__(code, sentence, remedy)
        self.retry_after = retry_after


class NoRoomError(UnavailableError):
    """There is no room for what was sent; the same call may succeed when somebody has made some."""


class TooOftenError(UnavailableError):
    """Whoever asks has asked too often, and may again after a while."""


class ConfigurationError(StrongroomError):
    """The operator's configuration or data folder is not usable."""
