#!/usr/bin/python3
"""Serves files by RTSP with GStreamer's server, as a recorder would: digest authentication, vendor paths, TCP or UDP.

Reads one JSON object from standard input: {"port": 0, "user": "", "password": "", "mounts": {"/path": "( launch line )"},
"recordings": {"/path": "file"}}. A recording is played from the starttime to the endtime in the query of the URL, at these times modulo 60
seconds; the file must be at least a minute longer than any span that is asked for, and begin anew each minute. Prints the port once it listens, and ends when standard input is closed.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from datetime import datetime

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

ROLE = "viewer"


def auth(user, password):
    """One user, digest only."""
    result = GstRtspServer.RTSPAuth()
    result.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", ROLE)
    result.add_digest(user, password, token)
    return result


def factory(launch):
    """One pipeline for each client, so that each starts at the beginning of the file."""
    result = GstRtspServer.RTSPMediaFactory()
    result.set_launch(launch)
    permit(result)
    return result


def permit(result):
    """A pipeline for each client of the one user."""
    result.set_shared(False)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role(ROLE, "media.factory.access", True)
    permissions.add_permission_for_role(ROLE, "media.factory.construct", True)
    result.set_permissions(permissions)


def span(query):
    """The start and the length, in seconds, of what a recorder's query asks for."""
    start, end = (
        datetime(*(int(n) for n in re.fullmatch(r"(\d{4})\D?(\d\d)\D?(\d\d)\D?(\d\d)\D?(\d\d)\D?(\d\d)\D?", text).groups()))
        for text in (re.search(name + "=([^&/]*)", query).group(1) for name in ("starttime", "endtime"))
    )
    return start.minute * 60 + start.second, (end - start).total_seconds()


class Recordings(GstRtspServer.RTSPMediaFactory):
    """Cuts what was asked for out of a file, from the key frame before it on, and plays that."""

    def __init__(self, source, directory):
        super().__init__()
        self.source, self.directory, self.count = source, directory, 0
        permit(self)

    def do_create_element(self, url):
        start, length = span(url.query or "")
        self.count += 1
        cut = os.path.join(self.directory, f"{os.path.basename(self.source)}-{id(self)}-{self.count}.mp4")
        subprocess.run(
            ["ffmpeg", "-v", "error", "-y", "-ss", str(start % 60), "-i", self.source, "-t", str(length), "-c", "copy", cut], check=True
        )
        return Gst.parse_launch(
            f"( filesrc location={cut} ! qtdemux ! queue ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
        )


def main():
    wanted = json.loads(sys.stdin.readline())
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(wanted["port"]))
    server.set_auth(auth(wanted["user"], wanted["password"]))
    for path, launch in (wanted["mounts"] or {}).items():
        server.get_mount_points().add_factory(path, factory(launch))
    directory = tempfile.TemporaryDirectory()
    for path, source in wanted.get("recordings", {}).items():
        server.get_mount_points().add_factory(path, Recordings(source, directory.name))
    loop = GLib.MainLoop()
    if server.attach(None) == 0:
        sys.exit("the port is taken")
    print(server.get_bound_port(), flush=True)

    def wait():
        sys.stdin.read()
        GLib.idle_add(loop.quit)

    threading.Thread(target=wait, daemon=True).start()
    loop.run()


main()
