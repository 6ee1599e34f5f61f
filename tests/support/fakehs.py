"""A Matrix home server that fails on demand (homeserver/), as a program and for Python tests.

    python3 tests/support/fakehs.py --port 0 [--name NAME] [--tls CERTIFICATE KEY]

serves on loopback and prints the port as its first line. In a test:

    server = fakehs.Server()
    ann = server.user("ann")                    # {"user_id", "access_token", "device_id"}
    server.fault("limit", path="/send/", count=3, retry_after_ms=50)
    server.control("room", room_id=room_id)["events"]
    server.stop()

homeserver/control.py and homeserver/faults.py say what else there is.
"""
import argparse
import asyncio
import json
import os
import ssl
import subprocess
import sys
import urllib.request

from homeserver import (account, control, history, media, model, oauth,  # noqa: F401
                        rooms, sync, wire)


class Server:
    """One running server, for the test that owns it."""

    def __init__(self, *arguments, ca=None):
        """ca: who signed the certificate of "--tls", which is for localhost."""
        self.child = subprocess.Popen(
            [sys.executable, os.path.abspath(__file__), "--port", "0", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        line = self.child.stdout.readline()
        if not line.strip().isdigit():
            raise AssertionError("fakehs does not start: %r" % line)
        self.port = int(line)
        self.url = "%s:%d" % ("https://localhost" if ca else "http://127.0.0.1", self.port)
        self.trust = ssl.create_default_context(cafile=ca) if ca else None
        self.name = "fake.test"

    def control(self, what, **body):
        request = urllib.request.Request(self.url + "/_fake/" + what, json.dumps(body).encode(),
                                         method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60, context=self.trust) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError("%s: %s" % (what, error.read().decode()))

    def user(self, name, **options):
        return self.control("user", name=name, **options)

    def fault(self, kind, **rule):
        return self.control("fault", kind=kind, **rule)["id"]

    def events(self, room_id):
        return self.control("room", room_id=room_id)["events"]

    def stop(self):
        self.child.kill()
        self.child.wait()
        self.child.stdout.close()


async def run(options):
    server = model.Server(options.name)
    listener = await wire.listen(server, options.port, options.tls)
    port = listener.sockets[0].getsockname()[1]
    server.url = "%s://127.0.0.1:%d" % ("https" if options.tls else "http", port)
    print(port, flush=True)
    await listener.serve_forever()


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("--port", type=int, default=0)
    parse.add_argument("--name", default="fake.test")
    parse.add_argument("--tls", nargs=2)
    try:
        asyncio.run(run(parse.parse_args()))
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
