"""Moderators by their account at the services of a real server, and a configuration that changes."""
import signal
import unittest

import bot
import inspircd
import ircd
import services
import tap

CAPS = ["account-tag", "account-notify", "extended-join"]
QUICK = 'settle = "0s"\nlast_call = "0s"\n'


class Roles(unittest.TestCase):
    def setUp(self):
        self.server = inspircd.Server()
        self.addCleanup(self.server.stop)
        self.services = services.Services(self.server, {"ann": "pw-ann", "bob": "pw-bob"})
        self.addCleanup(self.services.stop)
        # Whoever comes first is an operator of the channel.
        self.keeper = self.client("keeper")
        self.networks = [bot.network("one", self.server, ["#prep"])]
        self.program = bot.Bot(self.networks, extra=QUICK + 'moderators = {"irc/one/Ann"}\n')
        self.addCleanup(self.program.stop)
        self.program.wait_joined("#prep")

    def client(self, nick, **options):
        client = ircd.Client(self.server, nick, caps=CAPS, **options)
        self.addCleanup(client.close)
        client.join("#prep")
        return client

    def says(self, client, words, answer):
        client.mark()
        client.say("#prep", words)
        client.wait(answer, source="hotseat")

    def test_an_account_is_a_moderator_until_the_configuration_changes(self):
        ann = self.client("annie", sasl=("ann", "pw-ann"))
        # The nick of the account is nothing to the bot.
        thief = self.client("bob")
        self.says(self.keeper, "!start coding answer:10m", "10:00 to answer")
        self.says(thief, "!pause", "Only those in round 1 decide that")
        self.says(ann, "!pause", "is paused")
        self.says(ann, "!resume", "goes on")
        self.program.configure(self.networks, extra=QUICK + 'moderators = {"irc/one/bob"}\n')
        self.program.child.send_signal(signal.SIGHUP)
        self.program.wait_log("reload: done")
        self.says(ann, "!pause", "Only those in round 1 decide that")
        self.says(thief, "!pause", "Only those in round 1 decide that")
        bob = self.client("bobby", sasl=("bob", "pw-bob"))
        self.says(bob, "!pause", "is paused")


tap.main()
