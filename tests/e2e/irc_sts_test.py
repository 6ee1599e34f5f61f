"""Strict Transport Security on a real InspIRCd: upgraded at once, and kept over restarts."""
import unittest

import bot
import inspircd
import ircd
import tap


class Sts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.authority = ircd.Authority()
        cls.hub = inspircd.Server(certificate=cls.authority.certificate(), sts=True)

    @classmethod
    def tearDownClass(cls):
        cls.hub.stop()
        cls.authority.close()

    def without_tls(self, ca, port=None, **options):
        return bot.network("one", self.hub, ["#prep"], host="localhost", ca_file=ca,
                           port=port or self.hub.port, **options)

    def run_bot(self, network):
        program = bot.Bot([network])
        self.addCleanup(program.stop)
        return program

    def test_it_comes_back_with_tls_and_remembers(self):
        program = self.run_bot(self.without_tls(self.authority.ca))
        program.wait_log("is to be used with TLS, at port %d" % self.hub.tls_port)
        program.wait_joined("#prep")
        ann = ircd.Client(self.hub, "ann")
        self.addCleanup(ann.close)
        ann.raw("WHOIS hotseat")
        ann.wait_line(lambda line: line.command == "671")
        ann.raw("QUIT")
        # After kill -9 it knows: it does not even try the other port.
        program.kill()
        program.log.clear()
        program.configure([self.without_tls(self.authority.ca, port=ircd.free_port())])
        program.start()
        program.wait_log("connected to localhost port %d" % self.hub.tls_port)
        program.wait_joined("#prep")
        self.assertFalse([line for line in program.log if "without TLS" in line])

    def test_no_way_back(self):
        """The certificate is not to be trusted: then there is no connection at all."""
        stranger = ircd.Authority("Another CA")
        self.addCleanup(stranger.close)
        program = self.run_bot(self.without_tls(stranger.ca, password="door-word"))
        program.wait_log("is to be used with TLS")
        program.wait_log("warn  irc: one: no connection", 2)
        self.assertEqual(len([line for line in program.log if "without TLS" in line]), 1)
        self.assertFalse([line for line in program.log if "registered as" in line])


tap.main()
