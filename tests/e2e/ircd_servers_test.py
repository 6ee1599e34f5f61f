"""The servers that the tests of IRC stand on do what their files say."""
import os
import subprocess
import unittest

import inspircd
import ircd
import services
import socks
import tap

ACCOUNTS = {"ann": "pw-ann", "bob": "pw-bob"}
CAPS = ["account-tag", "account-notify", "extended-join"]


def running(process):
    return process.process.poll() is None


class Inspircd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.authority = ircd.Authority()
        cls.shown = cls.authority.certificate("ann")
        cls.hub = inspircd.Server(certificate=cls.authority.certificate(), ca=cls.authority.ca)
        cls.services = services.Services(cls.hub, ACCOUNTS, {"ann": [cls.shown[0]]})

    @classmethod
    def tearDownClass(cls):
        cls.services.stop()
        cls.hub.stop()
        cls.authority.close()

    def client(self, nick, server=None, **options):
        client = ircd.Client(server or self.hub, nick, **options)
        self.addCleanup(client.close)
        return client

    def test_sasl_plain(self):
        ann = self.client("ann1", sasl=("ann", "pw-ann"))
        ann.raw("WHOIS ann1")
        ann.wait_line(lambda line: line.command == "330" and line.params[2] == "ann")
        with self.assertRaisesRegex(AssertionError, "SASL failed"):
            self.client("ann2", sasl=("ann", "wrong"))

    def test_sasl_external(self):
        ann = self.client("ann1", sasl="external", tls_ca=self.authority.ca,
                          certificate=self.shown)
        ann.raw("WHOIS ann1")
        ann.wait_line(lambda line: line.command == "330" and line.params[2] == "ann")
        with self.assertRaisesRegex(AssertionError, "SASL failed"):
            self.client("ann2", sasl="external", tls_ca=self.authority.ca)

    def test_accounts_are_told(self):
        ann = self.client("ann", sasl=("ann", "pw-ann"), caps=CAPS)
        ann.join("#a")
        bob = self.client("bobby", caps=CAPS)
        bob.join("#a")
        line = ann.wait_line(lambda line: line.command == "JOIN" and line.nick == "bobby")
        self.assertEqual(line.params[1], "*")
        bob.say("NickServ", "IDENTIFY bob pw-bob")
        ann.wait_line(lambda line: line.command == "ACCOUNT" and line.text == "bob")
        bob.say("#a", "hello")
        self.assertEqual(ann.wait("hello", source="bobby").tags.get("account"), "bob")

    def test_split_and_join(self):
        leaf = inspircd.Server("leaf.test", hub=self.hub)
        self.addCleanup(leaf.stop)
        ann = self.client("ann")
        bob = self.client("bob", leaf, sasl=("bob", "pw-bob"))
        for client in (ann, bob):
            client.join("#split")
        ann.wait_line(lambda l: l.command == "JOIN" and l.nick == "bob")
        for _ in range(2):
            leaf.split()
            ann.sync()
            bob.sync()
            ann.wait_line(lambda l: l.command == "QUIT" and l.text == "irc.test leaf.test")
            bob.wait_line(lambda l: l.command == "QUIT" and l.nick == "ann")
            leaf.join()
            ann.sync()
            ann.wait_line(lambda l: l.command == "JOIN" and l.nick == "bob")
        bob.say("#split", "whole again")
        ann.wait("whole again")

    def test_services_freeze_and_die(self):
        other = inspircd.Server()
        self.addCleanup(other.stop)
        atheme = services.Services(other, ACCOUNTS)
        self.addCleanup(atheme.stop)
        atheme.freeze()
        ann = self.client("ann", other, register=False)
        self.assertIn("sasl", ann.offered())
        ann.request("sasl")
        ann.raw("AUTHENTICATE PLAIN")
        ann.raw("CAP LIST")
        ann.wait_line(lambda line: line.command == "CAP" and line.params[1] == "LIST")
        self.assertFalse([line for line in ann.seen if line.command == "AUTHENTICATE"])
        atheme.thaw()
        ann.wait_line(lambda line: line.command == "AUTHENTICATE")
        atheme.kill()
        self.assertNotIn("sasl", self.client("bob", other, register=False).offered())
        atheme.start()
        self.client("bob", other, sasl=("bob", "pw-bob"))

    def test_its_limits(self):
        strict = inspircd.Server(fakelag=True, connectban=True, callerid=True)
        self.addCleanup(strict.stop)
        ann = self.client("ann", strict)
        ann.raw("MODE ann +g")
        bob = self.client("bob", strict)
        bob.say("ann", "hello")
        bob.wait_line(lambda line: line.command == "716")
        for _ in range(200):
            bob.raw("PRIVMSG #nowhere :" + "x" * 400)
        bob.wait_line(lambda line: line.command == "ERROR" and "RecvQ" in line.text)
        with self.assertRaises((AssertionError, OSError)):
            for number in range(20):
                self.client("many%d" % number, strict)

    def test_it_comes_back_and_asks_for_tls(self):
        server = inspircd.Server(certificate=self.authority.certificate(), sts=True)
        self.addCleanup(server.stop)
        self.assertEqual(self.client("a", server, register=False).offered()["sts"],
                         "port=%d" % server.tls_port)
        ports = server.port, server.tls_port
        server.kill()
        server.start()
        self.assertEqual((server.port, server.tls_port), ports)
        self.assertNotIn("sasl", self.client("b", server, tls_ca=self.authority.ca).offered())

    def test_of_an_ordinary_user(self):
        for one in (self.hub, self.services):
            with open("/proc/%d/status" % one.process.process.pid) as status:
                uid = [line for line in status if line.startswith("Uid:")][0].split()[1]
            self.assertNotEqual(uid, "0")

    def test_nothing_is_left(self):
        server = inspircd.Server()
        leaf = inspircd.Server("leaf.test", hub=server)
        atheme = services.Services(server, ACCOUNTS)
        kept = [(one.process, one.dir) for one in (atheme, leaf, server)]
        atheme.freeze()
        for one in (atheme, leaf, server):
            one.stop()
        for process, place in kept:
            self.assertFalse(running(process))
            self.assertFalse(os.path.exists(place))


class Ngircd(unittest.TestCase):
    def test_services(self):
        server = ircd.Server(services="services.test")
        self.addCleanup(server.stop)
        atheme = services.Services(server, ACCOUNTS)
        self.addCleanup(atheme.stop)
        for turn in ("ann", "bob"):  # again, after services died
            client = ircd.Client(server, turn + "2")
            self.addCleanup(client.close)
            client.say("NickServ", "IDENTIFY %s pw-%s" % (turn, turn))
            client.wait("now identified", source="NickServ")
            client.say("NickServ", "ACC %s2 *" % turn)
            client.wait("-> %s ACC 3" % turn, source="NickServ")
            client.raw("WHOIS %s2" % turn)
            client.wait_line(lambda line: line.command == "330" and line.params[2] == turn)
            atheme.kill()
            client.say("NickServ", "HELP")
            client.wait_line(lambda line: line.command in ("401", "411"))
            atheme.start()


class Certificates(unittest.TestCase):
    def test_each_is_wrong_in_its_way(self):
        authority = ircd.Authority()
        self.addCleanup(authority.close)

        def verify(*certificate):
            done = subprocess.run(["openssl", "verify", "-CAfile", authority.ca,
                                   "-verify_hostname", "localhost", certificate[0]],
                                  capture_output=True, text=True)
            return done.stdout + done.stderr

        self.assertIn("OK", verify(*authority.certificate()))
        self.assertIn("expired", verify(*authority.certificate(expired=True)))
        self.assertIn("mismatch", verify(*authority.certificate("irc.example.org")))
        self.assertIn("self-signed", verify(*authority.certificate(self_signed=True)))


class Socks(unittest.TestCase):
    def curl(self, proxy, host, login="", port=None):
        """The exit code of curl, which opens a connection by the proxy to a server of IRC."""
        done = subprocess.run(
            ["curl", "-sv", "--max-time", "20", "-x", "socks5h://%s127.0.0.1:%d" % (
                login, proxy.port), "telnet://%s:%d" % (host, port or self.server.port)],
            capture_output=True, text=True, input="QUIT\r\n")
        return done.returncode

    def setUp(self):
        self.server = ircd.Server()
        self.addCleanup(self.server.stop)

    def test_names_are_for_the_proxy(self):
        proxy = socks.Proxy(refused=["unknown.example.org"])
        self.addCleanup(proxy.stop)
        self.assertEqual(self.curl(proxy, "irc.example.org"), 0)
        self.assertEqual(self.curl(proxy, "unknown.example.org"), 97)
        self.assertEqual(self.curl(proxy, "127.0.0.1"), 0)
        self.assertEqual(self.curl(proxy, "irc.example.org", port=ircd.free_port()), 97)
        self.assertEqual(proxy.asked[:3], [("name", "irc.example.org", self.server.port),
                                           ("name", "unknown.example.org", self.server.port),
                                           ("address", "127.0.0.1", self.server.port)])

    def test_password(self):
        proxy = socks.Proxy(login=("user", "word"))
        self.addCleanup(proxy.stop)
        self.assertEqual(self.curl(proxy, "irc.example.org", "user:word@"), 0)
        self.assertEqual(self.curl(proxy, "irc.example.org", "user:wrong@"), 97)
        self.assertEqual(self.curl(proxy, "irc.example.org"), 97)
        self.assertEqual(proxy.refusals, 2)
        self.assertEqual(len(proxy.asked), 1)


tap.main()
