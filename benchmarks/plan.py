"""How much is measured: the sizes, the rounds, and about how long that takes."""

from argparse import Namespace
from dataclasses import dataclass, replace

from benchmarks.uploading import WARM

CASES = 13  # kinds of reads
SERVERS = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """The bounds of one run; `shrunk` divides the files of the large projects."""

    sizes: tuple[int, ...]
    rounds: int
    seconds: int  # of one load
    uploads: int  # in a row
    watched: int  # seconds, beside slow clients or too many
    shrunk: int = 1

    def minutes(self, what: str) -> float:
        """Estimate how long it takes to measure something, from two quiet cores."""
        filling = sum(60 + 0.05 * projects for projects in self.sizes)
        reads = CASES * SERVERS * self.rounds * (self.seconds + 0.5)
        uploads = 3 * (self.uploads + WARM) * 5 * 0.1
        # Each is probed before and beside, and either watched or heard to the end of its recovery.
        beside = SERVERS * {"slow": 5 / 3 * min(self.watched, 15) + 10}.get(
            what, 4 / 3 * self.watched + 30
        )
        each = reads + uploads + 30 if what == "compare" else beside
        return (filling + len(self.sizes) * each) / 60


QUICK = Plan((200,), rounds=1, seconds=1, uploads=12, watched=15)
USUAL = Plan((200, 2000), rounds=3, seconds=3, uploads=40, watched=60)
FULL = replace(USUAL, sizes=(200, 2000, 20000))
TINY = Plan((3,), rounds=1, seconds=1, uploads=3, watched=3, shrunk=100)


def planned(options: Namespace) -> Plan:
    """Return the plan that the options ask for."""
    plan = QUICK if options.quick else FULL if options.full else TINY if options.tiny else USUAL
    if options.what != "compare":
        plan = replace(plan, sizes=plan.sizes[:1])
    return replace(plan, sizes=tuple(options.projects)) if options.projects else plan
