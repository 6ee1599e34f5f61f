"""A real IRC server (ngircd) on loopback, certificates for it, and raw clients.

    server = ircd.Server(tls=True)      # running when the constructor returns
    ann = ircd.Client(server, "ann")    # registered when the constructor returns
    ann.join("#prep")
    ann.say("#prep", "hello")
    ann.wait(r"hello back", target="#prep")
    server.stop()

Ports are free ones, picked anew until the server has them. Everything waits for what it needs to
see and gives up, with what was seen instead, after `PATIENCE` seconds.
"""
import os
import pwd
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time

PATIENCE = 30


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def open_dir(prefix):
    """A new directory that a server of another user may read."""
    path = tempfile.mkdtemp(prefix=prefix)
    os.chmod(path, 0o755)
    return path


class Authority:
    """A certificate authority made for one test run."""

    def __init__(self, name="Test CA"):
        self.dir = open_dir("hotseat-ca-")
        self.ca = os.path.join(self.dir, "ca.pem")
        self._run("req", "-x509", *self.NEW, "-keyout", self._path("ca.key"), "-out", self.ca,
                  "-subj", "/CN=" + name, "-days", "2",
                  "-addext", "basicConstraints=critical,CA:TRUE")

    NEW = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    def _path(self, name):
        return os.path.join(self.dir, name)

    def _run(self, *args):
        subprocess.run(["openssl"] + list(args), check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, cwd=self.dir)

    def certificate(self, host="localhost", self_signed=False):
        """(certificate, key) for a host name."""
        stem = "%s-%s" % (host.replace("*", "any"), "self" if self_signed else "ca")
        cert, key, request = (self._path(stem + end) for end in (".pem", ".key", ".csr"))
        name = ["-subj", "/CN=" + host, "-addext", "subjectAltName=DNS:" + host]
        if self_signed:
            self._run("req", "-x509", *self.NEW, "-keyout", key, "-out", cert, "-days", "2", *name)
        else:
            self._run("req", *self.NEW, "-keyout", key, "-out", request, *name)
            self._run("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey",
                      self._path("ca.key"), "-CAcreateserial", "-days", "2", "-out", cert,
                      "-copy_extensions", "copy")
        os.chmod(key, 0o644)  # for a server of another user; it lives as long as the test
        return cert, key

    def close(self):
        shutil.rmtree(self.dir, ignore_errors=True)


class Server:
    """One ngircd. `penalty`: ngircd's own flood limit, off unless a test is about it."""

    def __init__(self, name="one.test", certificate=None, penalty=False, nick_length=30):
        self.name = name
        self.dir = open_dir("hotseat-ircd-")
        self.certificate = certificate
        self.penalty = penalty
        self.nick_length = nick_length
        self.port = self.tls_port = 0
        self.child = None
        self.log = []
        self.start()

    def _configure(self):
        lines = ["[Global]", "Name=" + self.name, "Info=test server", "AdminInfo1=test",
                 "Listen=127.0.0.1", "Ports=%d" % self.port, "MotdFile=", "MotdPhrase=hello"]
        if os.geteuid() == 0:
            user = "irc" if self._has_user("irc") else "nobody"
            lines += ["ServerUID=" + user, "ServerGID=%d" % pwd.getpwnam(user).pw_gid]
        lines += ["[Limits]", "MaxConnectionsIP=0", "MaxJoins=50",
                  "MaxNickLength=%d" % self.nick_length,
                  "MaxPenaltyTime=%d" % (-1 if self.penalty else 0)]
        lines += ["[Options]", "DNS=no", "Ident=no", "PAM=no"]
        if self.certificate:
            lines += ["[SSL]", "CertFile=" + self.certificate[0], "KeyFile=" + self.certificate[1],
                      "Ports=%d" % self.tls_port]
        path = os.path.join(self.dir, "ngircd.conf")
        with open(path, "w") as out:
            out.write("\n".join(lines) + "\n")
        os.chmod(path, 0o644)
        return path

    @staticmethod
    def _has_user(name):
        try:
            pwd.getpwnam(name)
            return True
        except KeyError:
            return False

    def start(self):
        """Starts it; again on the ports it had, if it had some."""
        for _ in range(20):
            fresh = not self.port
            if fresh:
                self.port, self.tls_port = free_port(), free_port()
            if self._try():
                return
            if fresh:
                self.port = 0
            else:
                time.sleep(0.1)  # the port is still held by the one that was killed
        raise AssertionError("ngircd does not start:\n" + "".join(self.log[-20:]))

    def _try(self):
        self.child = subprocess.Popen(["ngircd", "-n", "-f", self._configure()],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True, errors="replace")
        for line in self.child.stdout:
            self.log.append(line)
            if " ready." in line:
                threading.Thread(target=self._drain, args=(self.child.stdout,),
                                 daemon=True).start()
                return True
        self.child.wait()
        return False

    def _drain(self, pipe):
        for line in pipe:
            self.log.append(line)
        pipe.close()

    def kill(self):
        """Ends it at once, as a crash does; start() brings it back on its ports."""
        if self.child and self.child.poll() is None:
            self.child.send_signal(signal.SIGKILL)
        if self.child:
            self.child.wait()

    def stop(self):
        self.kill()
        shutil.rmtree(self.dir, ignore_errors=True)


class Line:
    """One line from the server."""

    def __init__(self, raw):
        self.raw = raw
        text = raw.decode("utf-8", "replace")
        if text.startswith("@"):
            text = text.partition(" ")[2]
        prefix = ""
        if text.startswith(":"):
            prefix, _, text = text[1:].partition(" ")
        self.nick, _, self.userhost = prefix.partition("!")
        head, colon, trailing = text.partition(" :")
        words = head.split()
        self.command = words[0].upper() if words else ""
        self.params = words[1:] + ([trailing] if colon else [])
        self.target = self.params[0] if self.params else ""
        self.text = self.params[-1] if self.params else ""

    def __repr__(self):
        return self.raw.decode("utf-8", "replace")


class Client:
    """A raw client; a thread collects what it sees. Lines are kept in `seen`."""

    def __init__(self, server, nick, register=True, tls_ca=None):
        self.nick = nick
        self.seen = []
        self.at = 0  # wait() looks from here on
        self.closed = False
        self.news = threading.Condition()
        port = server.tls_port if tls_ca else server.port
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.sock.settimeout(None)
        if tls_ca:
            context = ssl.create_default_context(cafile=tls_ca)
            self.sock = context.wrap_socket(self.sock, server_hostname="localhost")
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        if register:
            self.raw("NICK " + nick)
            self.raw("USER test 0 * :%s" % nick)
            self.wait_line(lambda line: line.command in ("376", "422"))

    def _read(self):
        rest = b""
        while True:
            try:
                got = self.sock.recv(65536)
            except OSError:
                got = b""
            if not got:
                break
            rest += got
            *lines, rest = rest.split(b"\n")
            for raw in lines:
                line = Line(raw.rstrip(b"\r"))
                if line.command == "PING":
                    self.raw("PONG :" + line.text)
                    continue
                with self.news:
                    self.seen.append(line)
                    self.news.notify_all()
        with self.news:
            self.closed = True
            self.news.notify_all()

    def raw(self, line):
        """Sends bytes or text as they are, and CR LF."""
        data = line if isinstance(line, bytes) else line.encode()
        try:
            self.sock.sendall(data + b"\r\n")
        except OSError:
            pass  # closed by the server: whoever waits will see it

    def say(self, target, text):
        self.raw("PRIVMSG %s :%s" % (target, text))

    def join(self, channel):
        self.raw("JOIN " + channel)
        self.wait_line(lambda line: line.command == "366" and line.params[1] == channel)

    def mark(self):
        """wait() looks only at what comes from now on."""
        with self.news:
            self.at = len(self.seen)

    def wait_line(self, fits, patience=PATIENCE, what=""):
        """The next line that fits; the following wait looks behind it."""
        deadline = time.monotonic() + patience
        with self.news:
            at = start = self.at
            while True:
                while at < len(self.seen):
                    line = self.seen[at]
                    at += 1
                    if fits(line):
                        self.at = at
                        return line
                left = deadline - time.monotonic()
                if self.closed or left <= 0:
                    raise AssertionError(
                        "%s does not see %s%s; it saw:\n%s" % (
                            self.nick, what or "what it waits for",
                            " (the server closed)" if self.closed else "",
                            "\n".join("  %r" % line for line in self.seen[start:][-40:])))
                self.news.wait(left)

    def wait(self, pattern, target=None, source=None, patience=PATIENCE):
        """The next PRIVMSG or NOTICE whose text has the pattern."""
        def fits(line):
            return (line.command in ("PRIVMSG", "NOTICE") and re.search(pattern, line.text)
                    and (target is None or line.target.lower() == target.lower())
                    and (source is None or line.nick == source))
        return self.wait_line(fits, patience, "/%s/" % pattern)

    def texts(self, target=None, source=None):
        """All texts seen so far, in order."""
        with self.news:
            return [line.text for line in self.seen if line.command in ("PRIVMSG", "NOTICE")
                    and (target is None or line.target.lower() == target.lower())
                    and (source is None or line.nick == source)]

    def sync(self):
        """Everything this client has said is at the server, and what the server sent is here."""
        token = "sync%d" % time.monotonic_ns()
        self.raw("PING " + token)
        self.wait_pong(token)

    def wait_pong(self, token):
        deadline = time.monotonic() + PATIENCE
        with self.news:
            while not any(l.command == "PONG" and l.text == token for l in self.seen):
                left = deadline - time.monotonic()
                if self.closed or left <= 0:
                    raise AssertionError("%s: no answer to a PING" % self.nick)
                self.news.wait(left)

    def quit(self):
        self.raw("QUIT :bye")
        self.close()

    def close(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.reader.join(PATIENCE)
        self.sock.close()
