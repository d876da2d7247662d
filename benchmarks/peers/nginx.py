"""nginx over the very pages and files that Strongroom rendered: the limit of the machine."""

import shutil
from pathlib import Path

from benchmarks.peers.peer import Peer
from benchmarks.processes import BenchError

CONFIGURATION = """\
user {user};
worker_processes 1;
daemon off;
pid {run}/nginx.pid;
error_log {run}/nginx-error.log warn;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    client_body_temp_path {run}/body;
    proxy_temp_path {run}/proxy;
    fastcgi_temp_path {run}/fastcgi;
    uwsgi_temp_path {run}/uwsgi;
    scgi_temp_path {run}/scgi;
    open_file_cache max=10000;
    types {{ application/vnd.pypi.simple.v1+html html; application/vnd.pypi.simple.v1+json json; }}
    default_type application/octet-stream;
    map $http_accept $form {{ default html; "~json" json; }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        root {public};
        gzip_static on;
        location ~ ^(?<page>/simple/.+)/$ {{ rewrite ^ $page/index.$form last; }}
        location = /simple/ {{ rewrite ^ /simple/index.$form last; }}
    }}
}}
"""


def make(folder: Path, public: Path) -> Peer:
    """Serve `public`, the shelf of a registry that is filled already."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        raise BenchError("nginx is not installed")
    folder.mkdir(parents=True)

    def command(port: int) -> list[str]:
        text = CONFIGURATION.format(user=public.owner(), run=folder, port=port, public=public)
        (folder / "nginx.conf").write_text(text)
        return [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]

    return Peer(
        name="nginx",
        folder=folder,
        command=command,
        dear="/simple/",
        note="static files that Strongroom rendered",
    )
