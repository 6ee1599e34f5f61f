"""TLS to servers with good and bad certificates, and through a SOCKS5 proxy: verified, or no byte
of IRC is sent."""
import unittest

import bot
import inspircd
import ircd
import relay
import services
import socks
import tap

FAR = "irc.example.org"  # no name of this machine: only the proxy can lead there


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.authority = ircd.Authority()
        cls.stranger = ircd.Authority("Another CA")

    @classmethod
    def tearDownClass(cls):
        cls.authority.close()
        cls.stranger.close()

    def run_bot(self, server, **options):
        program = bot.Bot([bot.network("one", server, ["#prep"], tls_ca=self.authority.ca,
                                       **options)])
        self.addCleanup(program.stop)
        return program

    def proxy(self, **options):
        proxy = socks.Proxy(**options)
        self.addCleanup(proxy.stop)
        return proxy

    # ---- what is right ----

    def plays(self, server, **options):
        self.addCleanup(server.stop)
        ann = ircd.Client(server, "ann")
        ann.join("#prep")
        program = self.run_bot(server, **options)
        program.wait_joined("#prep")
        ann.say("#prep", "!help")
        ann.wait("start", source="hotseat")
        ann.raw("WHOIS hotseat")
        ann.wait_line(lambda line: line.command == "671"
                      or "is connected via SSL" in line.text)
        return program

    def test_ngircd(self):
        self.plays(ircd.Server(certificate=self.authority.certificate()))

    def test_inspircd(self):
        self.plays(inspircd.Server(certificate=self.authority.certificate()))

    def test_the_proxy_looks_up_the_name(self):
        proxy = self.proxy()
        server = inspircd.Server(certificate=self.authority.certificate(FAR))
        self.plays(server, host=FAR, proxy="socks5h://127.0.0.1:%d" % proxy.port)
        self.assertEqual(proxy.asked, [("name", FAR, server.tls_port)])

    def test_the_proxy_wants_a_password(self):
        proxy = self.proxy(login=("user", "pro-xy-word"))
        server = inspircd.Server(certificate=self.authority.certificate(FAR))
        program = self.plays(server, host=FAR,
                             proxy="socks5h://user:pro-xy-word@127.0.0.1:%d" % proxy.port)
        self.assertNotIn("pro-xy-word", "".join(program.log))

    # ---- what is wrong ----

    def refuses(self, certificate, pattern, **options):
        listener = relay.Relay(certificate)
        self.addCleanup(listener.stop)
        program = self.run_bot(listener, password="not-to-be-sent", **options)
        line = program.wait_log(" warn  irc: one: ")
        self.assertRegex(line, pattern)
        program.wait_log("next attempt in")
        # Once more, after the back-off: it stays refused.
        program.wait_log(" warn  irc: one: ", 2)
        self.assertGreaterEqual(listener.accepted, 2)
        self.assertEqual((listener.bytes, listener.sent), (0, []))
        self.assertFalse([l for l in program.log if "not-to-be-sent" in l])

    def refuses_each_way(self, certificate, pattern, far):
        """Directly, and behind a proxy that looks up the name."""
        self.refuses(certificate, pattern)
        proxy = self.proxy()
        self.refuses(far, pattern, host=FAR, proxy="socks5h://127.0.0.1:%d" % proxy.port)
        self.assertEqual({asked[:2] for asked in proxy.asked}, {("name", FAR)})

    def test_wrong_host(self):
        self.refuses_each_way(self.authority.certificate("irc.example.net"), "(?i)name.*match",
                              self.authority.certificate())

    def test_self_signed(self):
        self.refuses_each_way(self.authority.certificate(self_signed=True), "(?i)self.signed",
                              self.authority.certificate(FAR, self_signed=True))

    def test_unknown_authority(self):
        self.refuses_each_way(self.stranger.certificate(), "(?i)unable to get local issuer",
                              self.stranger.certificate(FAR))

    def test_expired(self):
        self.refuses_each_way(self.authority.certificate(expired=True), "(?i)expired",
                              self.authority.certificate(FAR, expired=True))

    def test_a_name_is_wanted_not_an_address(self):
        self.refuses(self.authority.certificate(), "(?i)name.*match|does not match|no alternative",
                     host="127.0.0.1")

    def test_port_without_tls(self):
        server = ircd.Server()
        self.addCleanup(server.stop)
        server.tls_port = server.port
        program = self.run_bot(server)
        line = program.wait_log(" warn  irc: one: ", patience=90)
        self.assertRegex(line, "(?i)tls|ssl|time")

    def test_proxy_in_each_wrong_way(self):
        server = inspircd.Server(certificate=self.authority.certificate(FAR))
        self.addCleanup(server.stop)
        strict = self.proxy(login=("user", "pro-xy-word"), refused=[FAR])
        dead = ircd.free_port()
        for where, pattern in (("user:not-the-word@127.0.0.1:%d" % strict.port, "(?i)socks|proxy"),
                               ("127.0.0.1:%d" % strict.port, "(?i)socks|proxy"),
                               ("user:pro-xy-word@127.0.0.1:%d" % strict.port, "(?i)socks|proxy"),
                               ("127.0.0.1:%d" % dead, "(?i)proxy|refused|connect")):
            program = self.run_bot(server, host=FAR, proxy="socks5h://" + where)
            self.assertRegex(program.wait_log(" warn  irc: one: "), pattern)
            self.assertNotRegex("".join(program.log), "not-the-word|pro-xy-word")
            program.stop()


class External(unittest.TestCase):
    """The bot shows a certificate of its own, whose fingerprint services know."""

    @classmethod
    def setUpClass(cls):
        cls.authority = ircd.Authority()
        cls.shown = cls.authority.certificate("hotseat")
        cls.other = cls.authority.certificate("nobody")
        cls.hub = inspircd.Server(certificate=cls.authority.certificate(), ca=cls.authority.ca)
        cls.services = services.Services(cls.hub, {"hotseat": "pw"}, {"hotseat": [cls.shown[0]]})

    @classmethod
    def tearDownClass(cls):
        cls.services.stop()
        cls.hub.stop()
        cls.authority.close()

    def by_certificate(self, cert, key, **options):
        program = bot.Bot([bot.network("one", self.hub, ["#prep"], tls_ca=self.authority.ca,
                                       cert_file=cert, key_file=key, **options)])
        self.addCleanup(program.stop)
        return program

    def assert_account(self, account, nick="hotseat"):
        """Who the bot is to others; None = nobody."""
        ann = ircd.Client(self.hub, "asker")
        self.addCleanup(ann.close)
        ann.raw("WHOIS " + nick)
        ann.wait_line(lambda line: line.command == "318")
        self.assertEqual([line.params[2] for line in ann.seen if line.command == "330"],
                         [account] if account else [])
        self.assertTrue([line for line in ann.seen if line.command == "311"])

    def test_external(self):
        self.by_certificate(*self.shown).wait_joined("#prep")
        self.assert_account("hotseat")

    def test_external_on_each_new_connection(self):
        program = self.by_certificate(*self.shown)
        program.wait_joined("#prep")
        self.hub.control.raw("KILL hotseat :again")
        program.wait_log("joined #prep", 2)
        self.assert_account("hotseat")

    def test_unknown_certificate(self):
        program = self.by_certificate(*self.other)
        self.assertRegex(program.wait_log(" warn  irc: one: "), "do not know the certificate")
        program.wait_log("next attempt in")
        ann = ircd.Client(self.hub, "asker")
        self.addCleanup(ann.close)
        ann.raw("WHOIS hotseat")
        ann.wait_line(lambda line: line.command == "401")

    def test_through_a_proxy(self):
        proxy = socks.Proxy()
        self.addCleanup(proxy.stop)
        self.by_certificate(*self.shown, proxy="socks5h://127.0.0.1:%d" % proxy.port,
                            ).wait_joined("#prep")
        self.assert_account("hotseat")

    def test_key_of_another_certificate(self):
        program = self.by_certificate(self.shown[0], self.other[1])
        self.assertRegex(program.wait_log(" warn  irc: one: "), "(?i)key|certificate")

    def test_no_such_file(self):
        self.by_certificate(self.shown[0] + ".gone", self.shown[1]).wait_log(".gone")


tap.main()
