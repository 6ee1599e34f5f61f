"""The real program as a test drives it: `hotseat run` with a configuration of its own.

    bot = bot.Bot([bot.network("one", server, ["#prep"])])
    ...
    bot.stop()
"""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import ircd
import tap


def quoted(text):
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


def network(name, server, channels, tls_ca=None, **options):
    """A network section. Pacing is off unless asked for: `flood_ms=...`. Where there are no
    services nicks are trusted, unless asked for otherwise: `trust_nicks=False`."""
    lines = {"host": quoted("localhost" if tls_ca else "127.0.0.1"),
             "port": server.tls_port if tls_ca else server.port,
             "tls": "true" if tls_ca else "false",
             "channels": "{%s}" % ", ".join(quoted(c) for c in channels),
             "flood_ms": 0, "flood_burst": 100, "trust_nicks": "true"}
    if getattr(server, "services", None):
        del lines["trust_nicks"]
    if tls_ca:
        lines["ca_file"] = quoted(tls_ca)
    for key, value in options.items():
        lines[key] = (quoted(value) if isinstance(value, str)
                      else "{%s}" % ", ".join(map(quoted, value)) if isinstance(value, list)
                      else str(value).lower())
    return "network %s {\n%s}\n" % (quoted(name), "".join(
        "    %s = %s\n" % line for line in lines.items()))


def matrix(name, server, login, rooms=(), **options):
    """A Matrix section for an account that a server made: see fakehs.py and synapse.py."""
    lines = {"homeserver": quoted(server.url), "token": quoted(login["access_token"]),
             "rooms": "{%s}" % ", ".join(map(quoted, rooms)),
             "invite_from": "{%s}" % quoted("*:" + server.name)}
    for key, value in options.items():
        lines[key] = quoted(value) if isinstance(value, str) else value
    return "matrix %s {\n%s}\n" % (quoted(name), "".join(
        "    %s = %s\n" % line for line in lines.items() if line[1] is not None))


class Bot:
    """`home` keeps configuration, database and log, so that a second Bot can go on with them."""

    def __init__(self, networks, home=None, questions=None, extra="", start=True):
        self.home = home or tempfile.mkdtemp(prefix="hotseat-bot-")
        self.database = os.path.join(self.home, "hotseat.db")
        self.config = os.path.join(self.home, "hotseat.conf")
        self.child = None
        self.log = []
        self.news = threading.Condition()
        self.configure(networks, questions, extra)
        if start:
            self.start()

    def configure(self, networks, questions=None, extra=""):
        with open(self.config, "w") as out:
            out.write("database = %s\nplugins = %s\nquestions = %s\nlog = \"debug\"\n" % (
                quoted(self.database), quoted(os.path.join(tap.BUILD, "plugins")),
                quoted(questions or tap.PACK)))
            # A script plays faster than people do.
            out.write("" if "commands" in extra else "commands = 0\n")
            out.write(extra + "\n" + "".join(networks))
        os.chmod(self.config, 0o600)

    def start(self):
        self.child = subprocess.Popen([tap.HOTSEAT, "run", "--config", self.config],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.PIPE, text=True, errors="replace")
        threading.Thread(target=self._read, args=(self.child.stderr,), daemon=True).start()

    def _read(self, pipe):
        for line in pipe:
            with self.news:
                self.log.append(line)
                self.news.notify_all()
        pipe.close()

    def wait_log(self, words, count=1, patience=ircd.PATIENCE):
        """Until `count` lines of the log have the words; the last of them."""
        deadline = time.monotonic() + patience
        with self.news:
            while True:
                lines = [line for line in self.log if words in line]
                if len(lines) >= count:
                    return lines[count - 1]
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError("the log lacks %r:\n%s" % (words, "".join(self.log)))
                self.news.wait(left)

    def wait_joined(self, *channels):
        for channel in channels:
            self.wait_log("joined " + channel)

    def kill(self):
        """kill -9; start() brings it back."""
        self.child.kill()
        self.child.wait()

    def end(self):
        """SIGTERM; gives the exit code."""
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(timeout=ircd.PATIENCE)

    def board(self, *args):
        done = subprocess.run([tap.HOTSEAT, "board", "--db", self.database, "--json", *args],
                              check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def stop(self):
        """Ends it and removes what it left. True if it ended well by itself."""
        code = self.child.poll() if self.child else 0
        if self.child and code is None:
            code = self.end()
        shutil.rmtree(self.home, ignore_errors=True)
        return code == 0
