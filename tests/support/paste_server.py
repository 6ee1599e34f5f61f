"""A paste server on loopback that speaks https, and behaves as badly as a path asks for.

    pastes = paste_server.Server()          # for "localhost", with an authority of its own
    pastes.put("/code", "print(1)")
    pastes.url("/code"), pastes.host, pastes.ca

As a program, beside a C test: `python3 paste_server.py HOST` prints the port, that of one whose
certificate nobody signed, that of one with the certificate of another host, and the CA file.
"""
import gzip
import http.server
import ssl
import sys
import threading
import time

import ircd

PLAIN = "text/plain; charset=utf-8"
BODIES = {  # path: (type, body, further headers)
    "/code": (PLAIN, b"def f():\r\n\treturn 1\r\n\r\n", {}),
    "/bom": (PLAIN, b"\xef\xbb\xbfword\n", {}),
    "/untyped": (None, b"word\n", {}),
    "/json": ("application/json", b"{}", {}),
    "/html": ("text/html", b"word", {}),
    "/html-untyped": (None, b" \n<!DOCTYPE html><p>word", {}),
    "/html-code": (PLAIN, b"<!DOCTYPE html><p>word", {}),
    "/latin1": (PLAIN, b"caf\xe9", {}),
    "/nul": (PLAIN, b"a\0b", {}),
    "/empty": (PLAIN, b"", {}),
    "/blank": (PLAIN, b" \n\t\n", {}),
    "/bomb": (PLAIN, gzip.compress(b"a" * 10000000), {"Content-Encoding": "gzip"}),
    "/identity": (PLAIN, b"word", {"Content-Encoding": "identity"}),
    "/headers": (PLAIN, b"word", {"X-%d" % i: "y" * 1000 for i in range(40)}),
    "/cookie": (PLAIN, b"word", {"Set-Cookie": "a=b"}),
    "/most": (PLAIN, b"64 KB" + b"x" * (64 * 1024 - 5), {}),
    "/more": (PLAIN, b"64 KB" + b"x" * (64 * 1024 - 4), {}),
}


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except OSError:  # who asked has gone
            pass

    def do_GET(self):
        desk = self.server.desk
        desk.asked.append((self.path, dict(self.headers)))
        word = self.path.split("/")[1]
        special = getattr(self, "do_" + word, None)
        if special:
            special(*self.path.split("/", 2)[2:])
        elif self.path in desk.bodies:
            if self.path in desk.held:
                desk.held[self.path].wait(ircd.PATIENCE)
            self.give(200, *desk.bodies[self.path])
        else:
            self.give(404, PLAIN, b"no", {})

    def give(self, status, kind, body, headers):
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_status(self, status):
        self.give(int(status), PLAIN, b"no", {})

    def do_to(self, where):  # /to/code, /to/https://elsewhere/
        self.give(302, PLAIN, b"", {"Location": where if "//" in where else "/" + where})

    def do_hang(self):
        self.server.desk.ended.wait(ircd.PATIENCE)

    def do_endless(self):  # without a length
        self.send_response(200)
        self.send_header("Content-Type", PLAIN)
        self.send_header("Connection", "close")
        self.end_headers()
        while not self.server.desk.ended.is_set():
            self.wfile.write(b"x" * 1000)

    def do_drip(self):  # each second a byte, so that it is never silent for long
        self.send_response(200)
        self.send_header("Content-Type", PLAIN)
        self.end_headers()
        while not self.server.desk.ended.wait(1):
            self.wfile.write(b"x")
            self.wfile.flush()

    def do_work(self, who):  # a little work; /atonce tells what came together
        desk = self.server.desk
        with desk.lock:
            for name in (who, "all"):
                desk.now[name] = desk.now.get(name, 0) + 1
                desk.atonce[name] = max(desk.atonce.get(name, 0), desk.now[name])
        time.sleep(0.05)
        with desk.lock:
            desk.now[who] -= 1
            desk.now["all"] -= 1
        self.give(200, PLAIN, who.encode(), {})

    def do_meet(self, count):  # answers when so many are here together
        desk = self.server.desk
        with desk.met:
            desk.here += 1
            desk.met.notify_all()
            desk.met.wait_for(lambda: desk.here >= int(count), ircd.PATIENCE)
        self.give(200, PLAIN, b"together", {})

    def do_atonce(self):
        desk = self.server.desk
        with desk.lock:
            said = " ".join("%s=%d" % item for item in sorted(desk.atonce.items()))
        self.give(200, PLAIN, said.encode(), {})

    def do_count(self):  # how many requests there were before this one
        self.give(200, PLAIN, str(len(self.server.desk.asked) - 1).encode(), {})


class _Tcp(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):  # handshakes that were broken off
        pass


class Server:
    def __init__(self, host="localhost", certificate=None, authority=None):
        self.authority = authority or ircd.Authority("Paste CA")
        self.name = host
        self.bodies, self.held, self.asked = dict(BODIES), {}, []
        self.now, self.atonce, self.lock = {}, {}, threading.Lock()
        self.here, self.met = 0, threading.Condition()
        self.ended = threading.Event()
        cert, key = certificate or self.authority.certificate(host)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        self.tcp = _Tcp(("127.0.0.1", 0), _Handler)
        self.tcp.desk = self
        self.tcp.socket = context.wrap_socket(self.tcp.socket, server_side=True,
                                              do_handshake_on_connect=False)
        threading.Thread(target=self.tcp.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.tcp.server_address[1]

    @property
    def host(self):
        return "%s:%d" % (self.name, self.port)

    @property
    def ca(self):
        return self.authority.ca

    def url(self, path):
        return "https://%s%s" % (self.host, path)

    def put(self, path, text, held=False):
        """A paste; `held`: it is not given before release()."""
        if held:
            self.held[path] = threading.Event()
        self.bodies[path] = (PLAIN, text.encode(), {})

    def release(self, path):
        self.held[path].set()

    def wait_asked(self, path, count=1):
        deadline = time.monotonic() + ircd.PATIENCE
        while sum(asked == path for asked, _ in list(self.asked)) < count:
            assert time.monotonic() < deadline, "nobody asked for " + path
            time.sleep(0.01)

    def stop(self):
        self.ended.set()
        for event in self.held.values():
            event.set()
        self.tcp.shutdown()
        self.tcp.server_close()
        self.authority.close()


def main(host):
    authority = ircd.Authority("Paste CA")
    good = Server(host, authority=authority)
    alone = Server(host, authority.certificate(host, self_signed=True), authority)
    other = Server(host, authority.certificate("elsewhere." + host), authority)
    print(good.port, alone.port, other.port, authority.ca, flush=True)
    sys.stdin.read()  # until the test is over
    authority.close()


if __name__ == "__main__":
    main(sys.argv[1])
