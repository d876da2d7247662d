"""A name server on loopback that knows a few names, over UDP.

    with naming({"example.test": {"MX": ["10 mail.example.test."]}}) as server:
        ... ask 127.0.0.1:{server[1]}

It knows the names that it is told and those above them; to all others it answers that there are
none. A name whose records are `FAILS` is answered with a failure, or one kind of record that is
`["fails"]`; a name that is `SILENT` never.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Records = Mapping[str, list[str]]
FAILS: Final[Records] = {"fails": []}
SILENT: Final[Records] = {"silent": []}
MAIL: Final[Records] = {"MX": ["10 mail.test."]}
NULL_MX: Final[Records] = {"MX": ["0 ."]}


@contextmanager
def naming(names: Mapping[str, Records]) -> Iterator[tuple[str, int]]:
    """Serve names; yields the server's address and port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        where: tuple[str, int] = listener.getsockname()
        over = threading.Event()
        thread = threading.Thread(target=_serve, args=(listener, names, over), daemon=True)
        thread.start()
        yield where
        over.set()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", where)
        thread.join(5)


def _serve(listener: socket.socket, names: Mapping[str, Records], over: threading.Event) -> None:
    while True:
        asked, whose = listener.recvfrom(4096)
        if over.is_set():
            return
        with contextlib.suppress(dns.exception.DNSException):
            answer = _answer(dns.message.from_wire(asked), names)
            if answer is not None:
                listener.sendto(answer.to_wire(), whose)


def _answer(asked: dns.message.Message, names: Mapping[str, Records]) -> dns.message.Message | None:
    question = asked.question[0]
    name = question.name.to_text(omit_final_dot=True).lower()
    answer = dns.message.make_response(asked)
    answer.flags |= dns.flags.RA
    records = names.get(name)
    if records is SILENT:
        return None
    kind = dns.rdatatype.to_text(question.rdtype)
    if records is FAILS or (records or {}).get(kind) == ["fails"]:
        answer.set_rcode(dns.rcode.SERVFAIL)
    elif records is None and not any(one.endswith(f".{name}") for one in names):
        answer.set_rcode(dns.rcode.NXDOMAIN)
    elif records is not None:
        for text in records.get(kind, []):
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, text))
    return answer
