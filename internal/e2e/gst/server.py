#!/usr/bin/python3
"""Serves files by RTSP with GStreamer's server, as a recorder would: digest authentication, vendor paths, TCP or UDP.

Reads one JSON object from standard input: {"port": 0, "user": "", "password": "", "mounts": {"/path": "( launch line )"}}.
Prints the port once it listens, and ends when standard input is closed.
"""

import json
import sys
import threading

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
    result.set_shared(False)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role(ROLE, "media.factory.access", True)
    permissions.add_permission_for_role(ROLE, "media.factory.construct", True)
    result.set_permissions(permissions)
    return result


def main():
    wanted = json.loads(sys.stdin.readline())
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(wanted["port"]))
    server.set_auth(auth(wanted["user"], wanted["password"]))
    for path, launch in wanted["mounts"].items():
        server.get_mount_points().add_factory(path, factory(launch))
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
