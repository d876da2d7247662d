"""What stands in front of a registry: `nginx`."""

import argparse

from strongroom.cli import opening, options
from strongroom.cli.exits import Exit
from strongroom.cli.terminal import note, say

_REPEATED = {
    "--listen": ("[HOST:]PORT", "where nginx listens (default: 443 with a certificate, else 80)"),
    "--redirect": ("[HOST:]PORT", "where it sends clients on to TLS (default: 80)"),
    "--upstream": ("HOST:PORT", "a web process of the registry (default: HOST:PORT of settings)"),
    "--behind": ("NETWORK", "a load balancer in front of nginx, believed about addresses"),
}
_SINGLE = {
    "--certificate": ("FILE", "the certificate and its chain; without one, TLS ends elsewhere"),
    "--certificate-key": ("FILE", "the key of the certificate"),
    "--cache": ("FOLDER", "with --proxy-only, keep files in this folder for a minute at a time"),
    "--whole": ("FOLDER", "print a whole nginx.conf, which writes in this folder alone"),
}
_SWITCHES = {
    "--http2": "speak HTTP/2 too; it has no place for the reason of a refusal",
    "--proxy-only": "serve nothing from this machine's data folder",
}


def add(commands: options.Commands) -> None:
    """Add `nginx`."""
    parser = options.command(
        commands,
        "nginx",
        "print a configuration of nginx for the current settings",
        "strongroom nginx --data /srv/strongroom --certificate /etc/ssl/p.pem"
        " --certificate-key /etc/ssl/p.key > /etc/nginx/conf.d/strongroom.conf",
        _nginx,
    )
    options.data(parser)
    for name, (shape, told) in _REPEATED.items():
        parser.add_argument(
            name, metavar=shape, action="append", default=[], help=f"{told}; may be repeated"
        )
    for name, (shape, told) in _SINGLE.items():
        parser.add_argument(name, metavar=shape, default="", help=told)
    for name, told in _SWITCHES.items():
        parser.add_argument(name, action="store_true", help=told)


def _nginx(arguments: argparse.Namespace) -> int:
    from strongroom.site.nginx.asked import Asked
    from strongroom.site.nginx.render import render

    configuration = opening.configuration(arguments)
    asked = Asked(
        listen=tuple(arguments.listen),
        redirect=tuple(arguments.redirect),
        certificate=arguments.certificate,
        certificate_key=arguments.certificate_key,
        http2=arguments.http2,
        upstreams=tuple(arguments.upstream),
        behind=tuple(arguments.behind),
        proxy_only=arguments.proxy_only,
        cache=arguments.cache,
        whole=arguments.whole,
    )
    say(render(configuration, asked).rstrip())
    if not configuration.trusted_proxies:
        note("note: set trusted_proxies to the address of nginx, or every request seems its own.")
    return Exit.DONE
