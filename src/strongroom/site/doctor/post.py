"""Whether letters get out: the mail server of a set-up, spoken to without a letter."""

from strongroom.core.clock import SystemClock
from strongroom.core.errors import UnavailableError
from strongroom.site.configuration import Configuration
from strongroom.site.doctor.remarks import Remark, error, warning, well
from strongroom.stores.mail import Post, server


def examine(configuration: Configuration) -> Remark:
    """Look at the mail server, or at where letters go instead."""
    folder = configuration.data / "mail"
    post = Post(configuration.sender, SystemClock(), server(configuration.mail), folder)
    if post.server is None and configuration.url.startswith("https:"):
        return warning(
            "mail",
            f"No mail server is set, so nobody gets letters; they are written into {folder}.",
            "Set `mail`, and try it by `strongroom mail test ADDRESS`.",
        )
    if post.server is None:
        return well("mail", f"No mail server is set; letters are written into {folder}.")
    try:
        post.greet()
    except UnavailableError as refusal:
        return error("mail", refusal.sentence, refusal.remedy)
    return well("mail", f"{post.server.host} is a mail server that takes our letters.")
