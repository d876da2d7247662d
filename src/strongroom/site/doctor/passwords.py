"""Whether stolen passwords can be told from others: the list or service that knows them."""

from strongroom.core.errors import StrongroomError
from strongroom.site.configuration import Configuration
from strongroom.site.doctor.remarks import Remark, error, warning, well
from strongroom.stores.breaches import Stolen

SUBJECT = "passwords"
_PROBE = "correct horse battery staple"  # nobody's: what is asked only shows that it can be


def examine(configuration: Configuration, stolen: Stolen) -> Remark:
    """Look whether `stolen`, as the configuration has it, answers."""
    if not configuration.breached_passwords:
        return warning(
            SUBJECT,
            "Nothing knows the passwords that were stolen elsewhere, but a short list of ours.",
            "Set `breached_passwords` to a range service or a list (docs: Passwords).",
        )
    try:
        stolen(_PROBE)
    except StrongroomError as refusal:
        return error(SUBJECT, refusal.sentence, refusal.remedy)
    return well(SUBJECT, "Stolen passwords are known.")
