"""What a webhook is sent."""

import base64
import hmac
import json
import secrets
from datetime import UTC, datetime

from strongroom.core.coordinates import ProjectId
from strongroom.core.events import Event, Kind, Recorded
from strongroom.packages.hooks.messages import body, headers, new_secret, trial_body

AT = datetime(2021, 2, 25, 14, 55, 30, tzinfo=UTC)
# The vector that the libraries of the Standard Webhooks specification test themselves by.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_is_signed_as_the_specification_says() -> None:
    told = headers(MESSAGE, b'{"test": 2432232314}', [SECRET], AT)
    assert told == {
        "Content-Type": "application/json",
        "webhook-id": MESSAGE,
        "webhook-timestamp": "1614264930",
        "webhook-signature": told["webhook-signature"],
    }
    exact = datetime.fromtimestamp(1614265330, UTC)
    assert headers(MESSAGE, b'{"test": 2432232314}', [SECRET], exact)["webhook-signature"] == (
        SIGNATURE
    )


def test_each_valid_secret_signs() -> None:
    other = new_secret(secrets.token_bytes)
    told = headers(MESSAGE, b"{}", [other, SECRET], AT)["webhook-signature"].split(" ")
    alone = [headers(MESSAGE, b"{}", [one], AT)["webhook-signature"] for one in (other, SECRET)]
    assert told == alone


def test_a_secret_has_256_bits_and_the_form_of_the_specification() -> None:
    made = new_secret(secrets.token_bytes)
    assert made.startswith("whsec_")
    assert len(base64.b64decode(made.removeprefix("whsec_"))) == 32
    assert made != new_secret(secrets.token_bytes)


def test_a_signature_holds_for_one_id_time_and_body_alone() -> None:
    def signed(message: str, body: bytes, at: datetime) -> str:
        return headers(message, body, [SECRET], at)["webhook-signature"]

    later = datetime(2021, 2, 25, 14, 55, 31, tzinfo=UTC)
    made = {
        signed("a", b"{}", AT),
        signed("b", b"{}", AT),
        signed("a", b"{ }", AT),
        signed("a", b"{}", later),
    }
    assert len(made) == 4


def test_a_body_tells_what_anybody_may_read_and_nothing_else() -> None:
    facts = {"reason": "broken", "email": "alice@example.org"}
    event = Event(
        Kind.RELEASE_YANKED, "alice", "token 41", ProjectId("pypi", "parcel"), "1.0", facts
    )
    told = body(Recorded(7, AT, event), "https://registry.test")
    assert json.loads(told) == {
        "type": "release-yanked",
        "timestamp": "2021-02-25T14:55:30Z",
        "registry": "https://registry.test",
        "data": {
            "serial": 7,
            "at": "2021-02-25T14:55:30Z",
            "kind": "release-yanked",
            "actor": "alice",
            "ecosystem": "pypi",
            "project": "parcel",
            "version": "1.0",
            "facts": {"reason": "broken"},
        },
    }


def test_a_trial_tells_nothing() -> None:
    assert json.loads(trial_body(AT, "https://registry.test"))["data"] == {}


def test_a_receiver_verifies_with_the_standard_library_alone() -> None:
    sent = headers(MESSAGE, b"{}", [SECRET], AT)
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = f"{sent['webhook-id']}.{sent['webhook-timestamp']}.".encode() + b"{}"
    mac = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    assert f"v1,{mac}" in sent["webhook-signature"].split(" ")
