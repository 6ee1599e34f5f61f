"""A real Matrix home server (Synapse) on loopback, with a directory and an SQLite file of its own.

    server = synapse.Server()             # running when the constructor returns
    ann = server.user("ann")              # {"user_id", "access_token", "device_id"}
    server.kill(); server.start()         # as after a crash, on the same port
    server.stop()

`limits=True` leaves Synapse's own rate limits on.
"""
import hashlib
import hmac
import http.client
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import ircd
import matrix_env

PATIENCE = 90
SECRET = "for the tests"
FAST = {"per_second": 9999, "burst_count": 9999}
NO_LIMITS = {
    "rc_message": FAST, "rc_registration": FAST, "rc_joins_per_room": FAST,
    "rc_room_creation": FAST, "rc_admin_redaction": FAST, "rc_presence": {"per_user": FAST},
    "rc_media_create": FAST, "rc_reports": FAST,
    "rc_login": {"address": FAST, "account": FAST, "failed_attempts": FAST},
    "rc_joins": {"local": FAST, "remote": FAST},
    "rc_invites": {"per_room": FAST, "per_user": FAST, "per_issuer": FAST}}


class Server:
    def __init__(self, limits=False):
        self.name = "localhost"
        self.limits = limits
        self.dir = tempfile.mkdtemp(prefix="hotseat-synapse-")
        self.log = os.path.join(self.dir, "log")
        self.python = matrix_env.python()
        self.port = 0
        self.child = None
        self.start()

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.port

    def _path(self, name):
        return os.path.join(self.dir, name)

    def _configure(self):
        """Synapse reads YAML, of which JSON is a part."""
        config = {
            "server_name": self.name, "pid_file": self._path("pid"), "report_stats": False,
            "public_baseurl": self.url + "/",
            "listeners": [{"port": self.port, "type": "http", "tls": False,
                           "bind_addresses": ["127.0.0.1"],
                           "resources": [{"names": ["client"], "compress": False}]}],
            "database": {"name": "sqlite3", "args": {"database": self._path("homeserver.db")}},
            "media_store_path": self._path("media"), "signing_key_path": self._path("key"),
            "log_config": self._path("log.json"), "registration_shared_secret": SECRET,
            "macaroon_secret_key": SECRET, "form_secret": SECRET, "trusted_key_servers": [],
            "federation_domain_whitelist": [], "bcrypt_rounds": 4, "presence": {"enabled": False},
            "refreshable_access_token_lifetime": "1h", "enable_room_list_search": False,
            "use_presence": False, "url_preview_enabled": False}
        if not self.limits:
            config.update(NO_LIMITS)
        logging = {"version": 1, "root": {"level": "WARNING", "handlers": ["file"]},
                   "handlers": {"file": {"class": "logging.FileHandler", "filename": self.log}}}
        for name, content in (("homeserver.json", config), ("log.json", logging)):
            with open(self._path(name), "w") as out:
                json.dump(content, out)

    def _run(self, *more):
        with open(self.log, "a") as log:
            return subprocess.Popen(
                [self.python, "-I", "-m", "synapse.app.homeserver", "-c",
                 self._path("homeserver.json"), *more],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.dir)

    def start(self):
        """Starts it; again on the port it had, if it had one."""
        for _ in range(5):
            fresh = not self.port
            if fresh:
                self.port = ircd.free_port()
            self._configure()
            if not os.path.exists(self._path("key")) and self._run("--generate-keys").wait():
                break
            self.child = self._run()
            if self._wait():
                return
            if fresh:
                self.port = 0
        raise AssertionError("Synapse does not start:\n" + self._tail())

    def _tail(self):
        with open(self.log, errors="replace") as log:
            return "".join(log.readlines()[-40:])

    def _wait(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.child.poll() is None:
            try:
                with urllib.request.urlopen(self.url + "/_matrix/client/versions", timeout=10):
                    return self.child.poll() is None  # else another one has the port
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
        self.kill()
        return False

    def _admin(self, body=None):
        request = urllib.request.Request(self.url + "/_synapse/admin/v1/register",
                                         body and json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError("register: %s" % error.read().decode())

    def user(self, name, password="secret", admin=False):
        """A new user, past the limits of logging in."""
        nonce = self._admin()["nonce"]
        words = [nonce, name, password, "admin" if admin else "notadmin"]
        mac = hmac.new(SECRET.encode(), "\0".join(words).encode(), hashlib.sha1).hexdigest()
        return self._admin({"nonce": nonce, "username": name, "password": password,
                            "admin": admin, "mac": mac})

    def kill(self):
        """Ends it at once, as a crash does; start() brings it back on its port."""
        if self.child and self.child.poll() is None:
            self.child.send_signal(signal.SIGKILL)
        if self.child:
            self.child.wait()

    def stop(self):
        self.kill()
        shutil.rmtree(self.dir, ignore_errors=True)
