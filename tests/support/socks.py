"""A SOCKS5 proxy (RFC 1928, RFC 1929) on loopback that leads every name to loopback.

    proxy = socks.Proxy()                          # or Proxy(login=("user", "password"))
    ... connect through proxy.port ...
    proxy.asked                                    # [("name", "irc.example.org", 6697), ...]
    proxy.stop()

`asked` holds what it was asked to connect to, a name as ("name", ...), an address as
("address", ...). `refused`: names that it does not know. `refusals` counts bad logins.
"""
import socket
import struct
import threading

PATIENCE = 30
GRANTED, FAILED, UNREACHABLE = 0, 1, 4
NO_LOGIN, BY_PASSWORD, NO_WAY = 0, 2, 0xFF


class Proxy:
    def __init__(self, login=None, refused=()):
        self.login = login
        self.refused = set(refused)
        self.asked = []
        self.refusals = 0
        self.lock = threading.Lock()
        self.connections = set()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self):
        while True:
            try:
                conn, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, conn):
        with self.lock:
            self.connections.add(conn)
        try:
            conn.settimeout(PATIENCE)
            if self._greet(conn):
                self._connect(conn)
        except (OSError, EOFError):
            pass
        finally:
            self._drop(conn)

    def _drop(self, conn):
        with self.lock:
            self.connections.discard(conn)
        conn.close()

    @staticmethod
    def _take(conn, size):
        data = b""
        while len(data) < size:
            got = conn.recv(size - len(data))
            if not got:
                raise EOFError
            data += got
        return data

    def _greet(self, conn):
        version, count = self._take(conn, 2)
        methods = self._take(conn, count)
        wanted = BY_PASSWORD if self.login else NO_LOGIN
        if version != 5 or wanted not in methods:
            conn.sendall(bytes([5, NO_WAY]))
            with self.lock:
                self.refusals += 1
            return False
        conn.sendall(bytes([5, wanted]))
        return not self.login or self._check(conn)

    def _check(self, conn):
        words = []
        self._take(conn, 1)
        for _ in range(2):
            words.append(self._take(conn, self._take(conn, 1)[0]).decode())
        good = tuple(words) == tuple(self.login)
        with self.lock:
            self.refusals += not good
        conn.sendall(bytes([1, 0 if good else 1]))
        return good

    def _destination(self, conn):
        _, command, _, kind = self._take(conn, 4)
        if kind == 3:
            host = ("name", self._take(conn, self._take(conn, 1)[0]).decode())
        elif kind == 1:
            host = ("address", socket.inet_ntop(socket.AF_INET, self._take(conn, 4)))
        else:
            host = ("address", socket.inet_ntop(socket.AF_INET6, self._take(conn, 16)))
        port, = struct.unpack(">H", self._take(conn, 2))
        with self.lock:
            self.asked.append((*host, port))
        return command, host[1], port

    def _connect(self, conn):
        command, host, port = self._destination(conn)
        code, there = GRANTED, None
        if command != 1 or host in self.refused:
            code = UNREACHABLE
        else:
            try:
                there = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
            except OSError:
                code = FAILED
        conn.sendall(bytes([5, code, 0, 1, 127, 0, 0, 1]) + struct.pack(">H", port))
        if there:
            self._relay(conn, there)

    def _relay(self, conn, there):
        conn.settimeout(None)
        there.settimeout(None)
        with self.lock:
            self.connections.add(there)
        back = threading.Thread(target=self._pump, args=(there, conn), daemon=True)
        back.start()
        self._pump(conn, there)
        back.join()
        self._drop(there)

    @staticmethod
    def _pump(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        """Breaks every connection that goes through it."""
        with self.lock:
            for conn in self.connections:
                try:
                    conn.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def stop(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
        self.thread.join(PATIENCE)
        self.cut()
