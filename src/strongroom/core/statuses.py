"""Which status of HTTP each kind of refusal has (RFC 9110, section 15), the same at every door."""

from strongroom.core.errors import (
    AssuranceError,
    ConfigurationError,
    ConflictError,
    ForbiddenError,
    GoneError,
    InvalidError,
    MethodError,
    NoRoomError,
    NotFoundError,
    StrongroomError,
    TooLargeError,
    TooOftenError,
    UnauthenticatedError,
    UnavailableError,
    UnreachableError,
)

STATUS: dict[type[StrongroomError], int] = {
    InvalidError: 400,
    UnauthenticatedError: 401,
    ForbiddenError: 403,
    AssuranceError: 403,
    UnreachableError: 403,
    NotFoundError: 404,
    MethodError: 405,
    ConflictError: 409,
    GoneError: 410,
    TooLargeError: 413,
    TooOftenError: 429,  # RFC 6585, section 4
    ConfigurationError: 500,
    UnavailableError: 503,
    NoRoomError: 507,  # RFC 4918, section 11.5
}


def status_of(error: StrongroomError) -> int:
    """Return the status of a refusal."""
    return STATUS[type(error)]
