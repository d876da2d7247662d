"""The addresses by which organisations, and the people of projects, are changed: what each demands.

Words in braces stand for what `scene` has made: an organisation `acme` of alice's, with bob and a
team `core`; invitations into it and into parcel; one to alice.
"""

from tests.site.demanded import Change

ONE = "organisation/<str:name>/"
ACME = "/organisation/acme/"
PEOPLE = "manage/project/<str:name>/people/"
OF_PARCEL = "/manage/project/parcel/people/"

ORGANISATIONS: dict[tuple[str, str], list[Change]] = {
    ("POST", "organisations/new/"): [Change("/organisations/new/", form={"name": "initech"})],
    ("POST", f"{ONE}<str:act>/"): [
        Change(f"{ACME}settings/", form={"title": "Acme"}),
        Change(f"{ACME}delete/"),
        Change(f"{ACME}leave/", passed=409),
        Change(f"{ACME}invite/", form={"whom": "carol", "rank": "member"}),
        Change(f"{ACME}team/", form={"team": "docs"}),
    ],
    ("POST", f"{ONE}members/<str:member>/<str:act>/"): [
        Change(f"{ACME}members/bob/rank/", form={"rank": "manager"}),
        Change(f"{ACME}members/bob/dismiss/"),
    ],
    ("POST", f"{ONE}teams/<str:team>/<str:act>/"): [
        Change(f"{ACME}teams/core/rename/", form={"name": "docs"}),
        Change(f"{ACME}teams/core/delete/"),
        Change(f"{ACME}teams/core/join/", form={"user": "bob"}),
        Change(f"{ACME}teams/core/part/", form={"user": "bob"}),
        Change(f"{ACME}teams/core/give/", form={"role": "publisher"}),
        Change(f"{ACME}teams/core/take/"),
    ],
    ("POST", f"{ONE}invitations/<int:number>/withdraw/"): [
        Change(f"{ACME}invitations/{{into_acme}}/withdraw/")
    ],
    ("POST", "invitations/<int:number>/<str:act>/"): [
        Change("/invitations/{to_alice}/accept/"),
        Change("/invitations/{to_alice}/decline/"),
    ],
    ("POST", "offers/<str:name>/<str:act>/"): [Change("/offers/parcel/decline/", passed=404)],
}
STAFFING: dict[tuple[str, str], list[Change]] = {
    ("POST", f"{PEOPLE}<str:act>/"): [
        Change(f"{OF_PARCEL}invite/", form={"whom": "carol", "role": "publisher"}),
        Change(f"{OF_PARCEL}leave/", passed=409),
        Change(f"{OF_PARCEL}keep/", passed=404),
    ],
    ("POST", f"{PEOPLE}<str:person>/<str:act>/"): [
        Change(f"{OF_PARCEL}alice/role/", form={"role": "owner"}),
        Change(f"{OF_PARCEL}bob/dismiss/"),
    ],
    ("POST", f"{PEOPLE}invitations/<int:number>/withdraw/"): [
        Change(f"{OF_PARCEL}invitations/{{into_parcel}}/withdraw/")
    ],
}
# What takes a key shown just now, and nothing less.
HANDING: dict[tuple[str, str], list[Change]] = {
    ("POST", f"{PEOPLE}<str:act>/"): [
        Change(f"{OF_PARCEL}transfer/", form={"organisation": "acme"})
    ],
    ("POST", "offers/<str:name>/<str:act>/"): [Change("/offers/parcel/accept/", passed=404)],
}
API = "api/v1/projects/<ecosystem>/<name>"
# What only a token does that was made for it.
APPOINTING: dict[tuple[str, str], list[Change]] = {
    ("POST", f"{API}/invitations"): [
        Change(
            "/api/v1/projects/pypi/parcel/invitations",
            json={"whom": "bob", "role": "publisher"},
            passed=200,
            trusting=True,
        )
    ],
    ("PUT", f"{API}/people/<user>"): [
        Change(
            "/api/v1/projects/pypi/parcel/people/alice",
            json={"role": "owner"},
            passed=200,
            trusting=True,
        )
    ],
    ("DELETE", f"{API}/people/<user>"): [
        Change("/api/v1/projects/pypi/parcel/people/bob", passed=200, trusting=True)
    ],
}
