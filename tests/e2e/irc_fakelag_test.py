"""InspIRCd's own flood limit is on: it ends whoever sends more than it takes in. The bot does not."""
import re
import unittest

import bot
import crowd
import inspircd
import tap

QUICK = 'settle = "0s"\nlast_call = "0s"\n'
LINES = 10  # of each answer; three people see two answers each: 60 long lines


def long_answer(client):
    """Lines of about 400 bytes, each known by its place and author."""
    return ["%s-%02d %s" % (client.nick.encode().hex(), at, ("wörd%d é🙂 " % at * 40)[:270])
            for at in range(LINES)]


def squeezed(text):
    return re.sub(r"\s+", "", text)


class Fakelag(unittest.TestCase):
    def test_sixty_long_replies(self):
        # Pace as in config.example: what hosts get is what is tested.
        self.sixty_long_replies(flood_burst=4, flood_ms=1200)

    def test_sixty_long_replies_without_a_pace_of_our_own(self):
        """What the window of unanswered lines grows to is still less than the server takes."""
        self.sixty_long_replies(flood_burst=100, flood_ms=0)

    def sixty_long_replies(self, **pace):
        server = inspircd.Server(fakelag=True)
        self.addCleanup(server.stop)
        clients = crowd.gather(server, "#prep", crowd.NAMES[:3])
        program = bot.Bot([bot.network("one", server, ["#prep"], trust_nicks="true", **pace)],
                          extra=QUICK)
        self.addCleanup(program.stop)
        program.wait_joined("#prep")
        number = crowd.start(clients, "#prep", "coding")
        answers = {client.nick: long_answer(client) for client in clients}
        for client in clients:
            for line in ["!begin"] + answers[client.nick] + ["!end"]:
                client.say("hotseat", line)
        for client in clients:
            client.wait("Stored.*: %d lines" % LINES, target=client.nick, patience=120)
        for client in clients:
            others = [name for name in answers if name != client.nick]
            for name in others:
                last = answers[name][-1].split()[0]
                client.at = 0  # the order of the answers is chance
                client.wait(last, target=client.nick, source="hotseat", patience=300)
            client.sync()
            shown = squeezed("".join(crowd.ballots(client, number).values()))
            for name in others:
                for line in answers[name]:
                    self.assertEqual(shown.count(squeezed(line)), 1, line)
        for client in clients:
            self.assertFalse(client.closed)
            self.assertFalse([line for line in client.seen if line.command in ("QUIT", "KILL")])
        self.assertEqual(len([line for line in program.log if "joined #prep" in line]), 1)


tap.main()
