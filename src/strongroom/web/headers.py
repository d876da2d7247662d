"""The headers that every page for people carries, whoever answers it.

Nothing is loaded but this registry's own style, script and images, nothing inline runs, no other
site may frame a page, and an address that holds a secret goes to no other site (`same-origin`;
`no-referrer` would make browsers send `Origin: null`, which CSRF checks must refuse).
"""

from django.http import HttpResponseBase

PAGE = "text/html; charset=utf-8"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "camera",
        "display-capture",
        "geolocation",
        "microphone",
        "payment",
        "usb",
    )
)
SECURITY = (
    ("Content-Security-Policy", POLICY),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", PERMISSIONS),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
)
# Of a page whose address is a secret not even this site's own requests tell the address: a proxy
# writes `Referer` into its log of errors.
UNTOLD = "strict-origin"
NOSNIFF = ("X-Content-Type-Options", "nosniff")
# What one person sees is kept by nobody: shared machines have a back button too.
PRIVATE = ("Cache-Control", "no-store")


def dress(response: HttpResponseBase) -> HttpResponseBase:
    """Put the headers on an answer that was made for one person."""
    for name, value in (*SECURITY, NOSNIFF, PRIVATE):
        response[name] = value
    return response
