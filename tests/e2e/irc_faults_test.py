"""What happens to a round when the server, the connection, the channel or the bot goes away."""
import re
import unittest

import bot
import crowd
import ircd
import tap

QUICK = 'settle = "0s"\nlast_call = "0s"\n'


class Faults(unittest.TestCase):
    def setUp(self):
        self.server = ircd.Server()
        self.addCleanup(self.server.stop)
        self.clients = crowd.gather(self.server, "#prep", crowd.NAMES[:3])
        self.start_bot()

    def start_bot(self, **options):
        self.program = bot.Bot([bot.network("one", self.server, ["#prep"], **options)],
                               extra=QUICK)
        self.addCleanup(self.program.stop)
        self.program.wait_joined("#prep")

    def gather_again(self):
        for client in self.clients:
            client.close()
        self.clients = crowd.gather(self.server, "#prep", crowd.NAMES[:3])

    def test_server_dies_in_mid_round(self):
        number = crowd.start(self.clients, "#prep", "coding")
        crowd.answer(self.clients[:2], number)
        self.server.kill()
        self.program.wait_log("next attempt in")
        self.server.start()
        self.gather_again()
        self.program.wait_log("joined #prep", 2)
        for client in self.clients:
            client.mark()
        self.clients[0].say("#prep", "!status")
        self.clients[0].wait("ound %d" % number, source="hotseat")
        crowd.answer(self.clients[2:], number)
        given = crowd.vote(self.clients, "#prep", number)
        crowd.result(self.clients, "#prep", number)
        for client in self.clients:
            client.sync()
            self.assertEqual(len(given[client.nick]), 2)
            for text in client.texts(source="hotseat"):
                self.assertEqual(client.texts(source="hotseat").count(text), 1, text)
        self.assertEqual({m["rounds"] for m in self.program.board()["members"]}, {1})

    def test_server_is_away_while_grading_begins(self):
        ann = self.clients[0]
        self.program.end()
        self.start_bot(flood_burst=1, flood_ms=300)
        number = crowd.start(self.clients, "#prep", "coding")
        crowd.answer(self.clients[:2], number)
        # The ballots wait for their turn behind the announcement.
        ann.say("#prep", "!skip")
        ann.wait("answering is over", target="#prep")
        self.server.kill()
        self.program.wait_log("next attempt in")
        self.server.start()
        self.gather_again()
        self.program.wait_log("joined #prep", 2)
        for client in self.clients[:2]:
            client.wait("Answer A, round %d" % number, target=client.nick, source="hotseat")
            client.wait("> sealed", target=client.nick, source="hotseat")

    def test_kicked_and_back(self):
        ann = self.clients[0]
        number = crowd.start(self.clients, "#prep", "coding")
        crowd.answer(self.clients[:2], number)
        ann.mark()
        ann.raw("KICK #prep hotseat :out")
        ann.wait_line(lambda l: l.command == "JOIN" and l.nick == "hotseat")
        crowd.answer(self.clients[2:], number)
        crowd.vote(self.clients, "#prep", number)
        crowd.result(self.clients, "#prep", number)
        self.assertEqual(len([t for t in ann.texts(target="#prep")
                              if re.search("answering is over", t)]), 1)

    def test_ends_with_a_goodbye_and_goes_on_after(self):
        number = crowd.start(self.clients, "#prep", "coding")
        crowd.answer(self.clients[:2], number)
        ann = self.clients[0]
        self.assertEqual(self.program.end(), 0)
        ann.wait_line(lambda l: l.command == "QUIT" and l.nick == "hotseat")
        self.program.start()
        self.program.wait_log("joined #prep", 2)
        crowd.answer(self.clients[2:], number)
        crowd.vote(self.clients, "#prep", number)
        crowd.result(self.clients, "#prep", number)

    def test_refused_attempts_wait_longer_each_time(self):
        self.server.kill()
        waits = [int(re.search(r"next attempt in (\d+) s",
                               self.program.wait_log("next attempt in", n)).group(1))
                 for n in (1, 2, 3)]
        self.assertEqual(waits, sorted(waits))
        self.assertGreater(waits[2], waits[0])
        self.server.start()
        self.program.wait_log("joined #prep", 2)


tap.main()
