"""A real IRC server (ngircd) on loopback, certificates for it, and raw clients.

    server = ircd.Server(tls=True)      # running when the constructor returns
    ann = ircd.Client(server, "ann")    # registered when the constructor returns
    ann.join("#prep")
    ann.say("#prep", "hello")
    ann.wait(r"hello back", target="#prep")
    server.stop()

Servers with accounts, and two that are linked, are in inspircd.py and services.py.

Ports are free ones, picked anew until the server has them. Everything waits for what it needs to
see and gives up, with what was seen instead, after `PATIENCE` seconds.
"""
import base64
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time

import child

PATIENCE = child.PATIENCE


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

    def certificate(self, host="localhost", self_signed=False, expired=False):
        """(certificate, key) for a host name."""
        stem = "%s-%s%s" % (host.replace("*", "any"), "self" if self_signed else "ca",
                            "-old" if expired else "")
        cert, key, request = (self._path(stem + end) for end in (".pem", ".key", ".csr"))
        name = ["-subj", "/CN=" + host, "-addext", "subjectAltName=DNS:" + host]
        if self_signed:
            self._run("req", "-x509", *self.NEW, "-keyout", key, "-out", cert, "-days", "2", *name)
        else:
            self._run("req", *self.NEW, "-keyout", key, "-out", request, *name)
            self._run("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey",
                      self._path("ca.key"), "-CAcreateserial", "-days",
                      "-1" if expired else "2", "-out", cert, "-copy_extensions", "copy")
        os.chmod(key, 0o644)  # for a server of another user; it lives as long as the test
        return cert, key

    def close(self):
        shutil.rmtree(self.dir, ignore_errors=True)


class Server:
    """One ngircd. `penalty`: ngircd's own flood limit, off unless a test is about it.
    `services`: it lets services.py link.
    """

    services_password = "lp"

    def __init__(self, name="one.test", certificate=None, penalty=False, nick_length=30,
                 services=None):
        self.name = name
        self.dir = open_dir("hotseat-ircd-")
        self.certificate = certificate
        self.penalty = penalty
        self.nick_length = nick_length
        self.services = services
        self.port = self.tls_port = 0
        self.process = None
        self.start()

    def _configure(self):
        lines = ["[Global]", "Name=" + self.name, "Info=test server", "AdminInfo1=test",
                 "Listen=127.0.0.1", "Ports=%d" % self.port, "MotdFile=", "MotdPhrase=hello"]
        lines += ["[Limits]", "MaxConnectionsIP=0", "MaxJoins=50",
                  "MaxNickLength=%d" % self.nick_length,
                  "MaxPenaltyTime=%d" % (-1 if self.penalty else 0)]
        lines += ["[Options]", "DNS=no", "Ident=no", "PAM=no"]
        if self.certificate:
            lines += ["[SSL]", "CertFile=" + self.certificate[0], "KeyFile=" + self.certificate[1],
                      "Ports=%d" % self.tls_port]
        if self.services:
            lines += ["[Server]", "Name=" + self.services, "ServiceMask=*Serv",
                      "MyPassword=" + self.services_password,
                      "PeerPassword=" + self.services_password]
        path = os.path.join(self.dir, "ngircd.conf")
        with open(path, "w") as out:
            out.write("\n".join(lines) + "\n")
        os.chmod(path, 0o644)
        return path

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
        raise self.process.failure("does not start")

    def _try(self):
        self.process = child.Child(["ngircd", "-n", "-f", self._configure()])
        if self.process.look(r" ready\."):
            return True
        self.process.kill()
        return False

    def wait_gone(self, name):
        """Until this server knows that the server it was linked with is gone."""
        self.process.wait(r'Server "%s" unregistered' % re.escape(name))

    @property
    def services_port(self):
        return self.port

    def kill(self):
        """Ends it at once, as a crash does; start() brings it back on its ports."""
        self.process.kill()

    def stop(self):
        self.kill()
        shutil.rmtree(self.dir, ignore_errors=True)


class Line:
    """One line from the server."""

    def __init__(self, raw):
        self.raw = raw
        text = raw.decode("utf-8", "replace")
        self.tags = {}
        if text.startswith("@"):
            tags, _, text = text[1:].partition(" ")
            self.tags = dict(one.partition("=")[::2] for one in tags.split(";"))
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
    """A raw client; a thread collects what it sees. Lines are kept in `seen`.

    `caps`: capabilities to ask for. `sasl`: (account, password), or "external" with `certificate`,
    a (certificate, key) to show over TLS.
    """

    def __init__(self, server, nick, register=True, tls_ca=None, caps=(), sasl=None,
                 certificate=None):
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
            if certificate:
                context.load_cert_chain(*certificate)
            self.sock = context.wrap_socket(self.sock, server_hostname="localhost")
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        if register:
            self.register(list(caps) + (["sasl"] if sasl else []), sasl)

    def register(self, caps=(), sasl=None):
        if caps:
            self.request(*caps)
        if sasl:
            self.authenticate(sasl)
        self.raw("NICK " + self.nick)
        self.raw("USER test 0 * :%s" % self.nick)
        if caps:
            self.raw("CAP END")
        self.wait_line(lambda line: line.command in ("376", "422"), what="the end of the MOTD")

    def offered(self):
        """The capabilities that the server offers, with their values."""
        self.raw("CAP LS 302")
        words = []
        while True:
            line = self.wait_line(lambda line: line.command == "CAP" and line.params[1] == "LS")
            words += line.text.split()
            if line.params[2] != "*":
                return dict(word.partition("=")[::2] for word in words)

    def request(self, *caps):
        self.raw("CAP REQ :" + " ".join(caps))
        line = self.wait_line(lambda line: line.command == "CAP"
                              and line.params[1] in ("ACK", "NAK"))
        if line.params[1] == "NAK":
            raise AssertionError("%s: the server refuses %s" % (self.nick, " ".join(caps)))

    def authenticate(self, sasl):
        """SASL to its end; AssertionError if it is refused."""
        external = sasl == "external"
        self.raw("AUTHENTICATE " + ("EXTERNAL" if external else "PLAIN"))
        self.wait_line(lambda line: line.command == "AUTHENTICATE", what="AUTHENTICATE +")
        secret = b"" if external else "\0".join(("",) + tuple(sasl)).encode()
        text = base64.b64encode(secret).decode()
        for at in range(0, len(text) + 1, 400):  # a full part is followed by another, or by "+"
            self.raw("AUTHENTICATE " + (text[at:at + 400] or "+"))
        line = self.wait_line(lambda line: line.command in ("903", "904", "905", "906"))
        if line.command != "903":
            raise AssertionError("%s: SASL failed: %r" % (self.nick, line))

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
