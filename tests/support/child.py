"""A server that runs as a child of the test: of an ordinary user, its output kept and awaited.

    child = child.Child(["ngircd", "-n", ...])
    child.wait(r"ready")                # a line of its output, or AssertionError with what it said
    child.stop()                        # by its pid; nothing is left behind
"""
import os
import pwd
import re
import signal
import subprocess
import threading
import time

PATIENCE = 30


def server_user():
    """Whom servers run as if the test runs as root, who most of them refuse to be; else None."""
    if os.geteuid() != 0:
        return None
    for name in ("irc", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            pass
    raise AssertionError("neither of the users irc and nobody is there")


def give(path):
    """Lets the user of servers write there."""
    user = server_user()
    if user:
        os.chown(path, user.pw_uid, user.pw_gid)


class Child:
    def __init__(self, command, cwd="/"):
        user = server_user()
        other = (["--reuid=%d" % user.pw_uid, "--regid=%d" % user.pw_gid, "--clear-groups"]
                 if user else [])
        # It goes with the thread that made it, however that ends: a test may be killed, too.
        command = ["setpriv", "--pdeathsig", "KILL"] + other + command
        self.command = command
        self.said = []
        self.at = 0  # wait() looks from here on
        self.ended = False
        self.news = threading.Condition()
        self.process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True, errors="replace")
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self.news:
                self.said.append(line)
                self.news.notify_all()
        self.process.stdout.close()
        with self.news:
            self.ended = True
            self.news.notify_all()

    def look(self, pattern, patience=PATIENCE):
        """The next line that has the pattern; None once it has ended without one."""
        deadline = time.monotonic() + patience
        with self.news:
            while True:
                while self.at < len(self.said):
                    line = self.said[self.at]
                    self.at += 1
                    if re.search(pattern, line):
                        return line
                if self.ended:
                    return None
                left = deadline - time.monotonic()
                if left <= 0:
                    raise self.failure("does not say /%s/" % pattern)
                self.news.wait(left)

    def wait(self, pattern, patience=PATIENCE):
        line = self.look(pattern, patience)
        if line is None:
            raise self.failure("ended without saying /%s/" % pattern)
        return line

    def failure(self, what):
        return AssertionError("%s %s; it said:\n%s" % (
            " ".join(self.command), what, "".join(self.said[-40:])))

    def freeze(self):
        """Stops it where it is, sockets open, as a machine that hangs; thaw() lets it go on."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        """Ends it at once, as a crash does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.reader.join(PATIENCE)
