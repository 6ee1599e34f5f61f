"""A configuration with one Matrix account in a directory of its own, and the commands that use it."""
import json
import os
import pty
import re
import select
import shutil
import subprocess
import tempfile
import termios
import time

import tap

PATIENCE = 60


class Account:
    """`lines` go into its section; by default the home server is server.url. With `home` the
    configuration that is there already."""

    def __init__(self, server=None, *lines, home=None):
        self.home = home or tempfile.mkdtemp(prefix="hotseat-matrix-")
        self.config = os.path.join(self.home, "hotseat.conf")
        self.token_file = os.path.join(self.home, "matrix-study.token")
        if not home:
            self.configure(*(['homeserver = "%s"' % server.url] if server else []), *lines)

    def configure(self, *lines):
        with open(self.config, "w") as out:
            out.write('database = "%s/hotseat.db"\nmatrix "study" {\n%s\n}\n' % (
                self.home, "\n".join("    " + line for line in lines)))
        os.chmod(self.config, 0o600)

    def run(self, *words, typed=""):
        """hotseat matrix WORDS, with what is `typed` as standard input."""
        return subprocess.run([tap.HOTSEAT, "matrix", *words, "--config", self.config], input=typed,
                              capture_output=True, text=True, timeout=PATIENCE)

    def login(self, *words, typed=""):
        return self.run("login", *words, typed=typed)

    def doctor(self, *words):
        done = subprocess.run([tap.HOTSEAT, "doctor", "--config", self.config, "--json", "--questions",
                               tap.PACK, *words], capture_output=True, text=True, timeout=PATIENCE)
        return json.loads(done.stdout)["checks"]

    def token(self):
        with open(self.token_file) as file:
            return json.load(file)

    def change_token(self, **members):
        whole = dict(self.token(), **members)
        with open(self.token_file, "w") as out:
            json.dump({k: v for k, v in whole.items() if v is not None}, out)

    def close(self):
        shutil.rmtree(self.home, ignore_errors=True)


class Terminal:
    """A command at a terminal: what it shows, what a person types."""

    def __init__(self, account, *words):
        self.shown = ""
        pid, self.fd = pty.fork()
        if pid == 0:
            os.execv(tap.HOTSEAT, [tap.HOTSEAT, "matrix", *words, "--config", account.config])
        self.pid = pid

    def _read(self, deadline):
        ready, _, _ = select.select([self.fd], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            raise AssertionError("nothing more comes after: %r" % self.shown)
        try:
            got = os.read(self.fd, 4096)
        except OSError:  # its end
            got = b""
        self.shown += got.decode(errors="replace").replace("\r\n", "\n")
        return bool(got)

    def wait(self, pattern):
        deadline = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self.shown)):
            if not self._read(deadline):
                raise AssertionError("no %r in: %r" % (pattern, self.shown))
        return found

    def hides(self):
        """What is typed is not shown."""
        return not termios.tcgetattr(self.fd)[3] & termios.ECHO

    def type(self, words):
        os.write(self.fd, words.encode())

    def finish(self):
        """The exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline):
            pass
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
