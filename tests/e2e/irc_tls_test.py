"""TLS to a real ngircd: verified, or no byte of IRC is sent."""
import socket
import ssl
import threading
import unittest

import bot
import ircd
import tap


class Listener:
    """Accepts TLS on a free port and keeps what a client sends after the handshake."""

    def __init__(self, certificate):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*certificate)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.tls_port = self.socket.getsockname()[1]
        self.sent = b""
        self.accepted = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                raw, _ = self.socket.accept()
            except OSError:
                return
            self.accepted += 1
            try:
                with self.context.wrap_socket(raw, server_side=True) as conn:
                    while got := conn.recv(4096):
                        self.sent += got
            except OSError:
                pass

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.authority = ircd.Authority()
        cls.stranger = ircd.Authority("Another CA")

    @classmethod
    def tearDownClass(cls):
        cls.authority.close()
        cls.stranger.close()

    def test_with_its_own_authority(self):
        server = ircd.Server(certificate=self.authority.certificate())
        self.addCleanup(server.stop)
        ann = ircd.Client(server, "ann", tls_ca=self.authority.ca)
        ann.join("#prep")
        program = bot.Bot([bot.network("one", server, ["#prep"], tls_ca=self.authority.ca)])
        self.addCleanup(program.stop)
        program.wait_joined("#prep")
        ann.say("#prep", "!help")
        ann.wait("start", source="hotseat")
        ann.raw("WHOIS hotseat")
        ann.wait_line(lambda line: "is connected via SSL" in line.text)

    def refuses(self, certificate, pattern):
        listener = Listener(certificate)
        self.addCleanup(listener.close)
        program = bot.Bot([bot.network("one", listener, ["#prep"], tls_ca=self.authority.ca,
                                       password="not-to-be-sent")])
        self.addCleanup(program.stop)
        line = program.wait_log(" warn  irc: one: ")
        self.assertRegex(line, pattern)
        program.wait_log("next attempt in")
        # Once more, after the back-off: it stays refused.
        program.wait_log(" warn  irc: one: ", 2)
        self.assertGreaterEqual(listener.accepted, 2)
        self.assertEqual(listener.sent, b"")
        self.assertFalse([l for l in program.log if "not-to-be-sent" in l])

    def test_wrong_host(self):
        self.refuses(self.authority.certificate("irc.example.org"), "(?i)name.*match")

    def test_self_signed(self):
        self.refuses(self.authority.certificate(self_signed=True), "(?i)self.signed")

    def test_unknown_authority(self):
        self.refuses(self.stranger.certificate(), "(?i)unable to get local issuer")


tap.main()
