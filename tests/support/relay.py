"""Stands between the bot and a server on loopback, speaks TLS, and keeps every line of both.

    relay = relay.Relay(certificate, hub)          # or without a server: it only listens
    relay.change = lambda line: line.replace(b"ACK", b"NAK")      # what the server says; None = not
    ... connect to relay.tls_port ...
    relay.sent, relay.received                     # what the bot sent and was sent, as text
    relay.cut()                                    # every connection breaks
    relay.stop()

It may be given to bot.network() and ircd.Client as a server; `port` is the same without TLS.
"""
import socket
import ssl
import threading


class Relay:
    def __init__(self, certificate, server=None):
        self.server = server
        self.change = lambda line: line
        self.news = threading.Condition()
        self.sent = []
        self.received = []
        self.accepted = 0
        self.bytes = 0  # from the bot, behind the handshake
        self.connections = set()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*certificate)
        self.sockets = [socket.create_server(("127.0.0.1", 0)) for _ in "12"]
        self.port, self.tls_port = (one.getsockname()[1] for one in self.sockets)
        self.threads = [threading.Thread(target=self._accept, args=(one, tls), daemon=True)
                        for one, tls in zip(self.sockets, (False, True))]
        for thread in self.threads:
            thread.start()

    def _accept(self, listening, tls):
        while True:
            try:
                conn, _ = listening.accept()
            except OSError:
                return
            with self.news:
                self.accepted += 1
            threading.Thread(target=self._serve, args=(conn, tls), daemon=True).start()

    def _serve(self, conn, tls):
        there = None
        try:
            if tls:
                conn = self.context.wrap_socket(conn, server_side=True)
            if self.server:
                there = socket.create_connection(("127.0.0.1", self.server.port))
            with self.news:
                self.connections |= {conn, there} - {None}
            if there:
                threading.Thread(target=self._back, args=(there, conn), daemon=True).start()
            self._pump(conn, there, self.sent, lambda line: line)
        except OSError:
            pass
        finally:
            self._end(conn, there)

    def _back(self, there, conn):
        try:
            self._pump(there, conn, self.received, lambda line: self.change(line))
        except OSError:
            pass
        finally:
            self._shut(conn)

    def _pump(self, source, target, kept, change):
        rest = b""
        while got := source.recv(65536):
            *lines, rest = (rest + got).split(b"\n")
            if kept is self.sent:
                self.bytes += len(got)
            for line in lines:
                line = change(line.rstrip(b"\r"))
                if line is None:
                    continue
                with self.news:
                    kept.append(line.decode("utf-8", "replace"))
                    self.news.notify_all()
                if target:
                    target.sendall(line + b"\r\n")

    @staticmethod
    def _shut(conn):
        try:
            conn.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def _end(self, *both):
        for conn in both:
            if conn:
                self._shut(conn)
                conn.close()
        with self.news:
            self.connections -= set(both)

    def commands(self):
        """The commands that were sent, in order: ["CAP", "NICK", "USER"]."""
        with self.news:
            return [line.split(" ")[0].upper() for line in self.sent if line]

    def cut(self):
        with self.news:
            for conn in self.connections:
                self._shut(conn)

    def stop(self):
        for one in self.sockets:
            self._shut(one)
            one.close()
        for thread in self.threads:
            thread.join(30)
        self.cut()
