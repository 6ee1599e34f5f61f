"""Two InspIRCd servers with services: they split and join in the middle of a round."""
import unittest

import bot
import crowd
import inspircd
import ircd
import services
import tap

# Nothing waits for second thoughts: a phase closes at once when it believes that all is done.
QUICK = 'settle = "0s"\nlast_call = "0s"\n'
WORDS = {name: "pw-" + name for name in crowd.NAMES}


class Split(unittest.TestCase):
    def setUp(self):
        self.hub = inspircd.Server()
        self.addCleanup(self.hub.stop)
        self.services = services.Services(self.hub, WORDS)
        self.addCleanup(self.services.stop)
        self.leaf = inspircd.Server("leaf.test", hub=self.hub)
        self.addCleanup(self.leaf.stop)

    def gather(self, places):
        """Clients with accounts, each on the server that is named: {"ann": self.hub}."""
        clients = {}
        for name, server in places.items():
            clients[name] = ircd.Client(server, name, sasl=(name, WORDS[name]))
            self.addCleanup(clients[name].close)
            clients[name].join("#prep")
        return clients

    def run_bot(self, server=None, extra=QUICK):
        self.program = bot.Bot([bot.network("one", server or self.hub, ["#prep"])], extra=extra)
        self.addCleanup(self.program.stop)
        self.program.wait_joined("#prep")

    @staticmethod
    def settle(witness):
        """The bot knows what its server knows, and has said what it has to say about that."""
        witness.sync()
        witness.say("hotseat", "!help probe")
        witness.wait("no command probe", source="hotseat")

    @staticmethod
    def said(clients):
        """What the bot said to each, but for the answers to probes."""
        for client in clients.values():
            client.sync()
        return {name: [text for text in client.texts(source="hotseat") if "probe" not in text]
                for name, client in clients.items()}

    def assert_quiet(self, before, after):
        """At most one message for each because of a split or a join, in the channel or privately."""
        for name in before:
            new = after[name][len(before[name]):]
            self.assertLessEqual(len(new), 1, (name, new))

    def split(self, clients, witness):
        before = self.said(clients)
        self.leaf.split()
        self.settle(witness)
        after = self.said(clients)
        self.assert_quiet(before, after)
        return after

    def join(self, clients, witness):
        before = self.said(clients)
        self.leaf.join()
        for client in clients.values():
            client.sync()
        self.settle(witness)
        after = self.said(clients)
        self.assert_quiet(before, after)
        return after

    @staticmethod
    def again(clients):
        """The next wait looks at all they saw: how messages are mixed is chance."""
        for client in clients:
            client.at = 0

    def assert_whole(self, number, given, clients):
        """Everybody was given each other answer, once, and is on the board for one round."""
        for name, client in clients.items():
            shown = "".join(given[name].values())
            for other in clients.values():
                self.assertEqual(shown.count(crowd.secret(number, other)), other is not client)
        board = self.program.board()["members"]
        self.assertEqual(sorted(row["name"] for row in board), sorted(clients))
        self.assertEqual({row["rounds"] for row in board}, {1})

    def places(self, hub, leaf):
        return {**{name: self.hub for name in hub}, **{name: self.leaf for name in leaf}}

    # ---- tests ----

    def test_while_people_answer(self):
        clients = self.gather(self.places(["ann", "bob"], ["cyd", "dan", "eve"]))
        self.run_bot()
        everybody = list(clients.values())
        number = crowd.start(everybody, "#prep", "coding")
        crowd.answer(everybody[:3], number)
        self.split(clients, clients["ann"])
        clients["ann"].mark()
        clients["ann"].say("#prep", "!status")
        clients["ann"].wait("ound %d" % number, target="#prep", source="hotseat")
        self.join(clients, clients["ann"])
        for client in everybody:
            self.assertFalse([t for t in client.texts(target="#prep") if "answering is over" in t])
        crowd.answer(everybody[3:], number)
        given = crowd.vote(everybody, "#prep", number)
        crowd.result(everybody, "#prep", number)
        self.assert_whole(number, given, clients)

    def test_who_may_still_come_was_split_away(self):
        """All who joined are done while somebody is split away who may be writing: there is a last
        call for them, as if they were here."""
        clients = self.gather(self.places(["ann", "bob"], ["cyd"]))
        self.run_bot(extra='settle = "0s"\nlast_call = "20m"\n')
        seated = [clients["ann"], clients["bob"]]
        number = crowd.start(seated, "#prep", "coding")
        crowd.answer(seated[:1], number)
        self.split(clients, clients["ann"])
        crowd.answer(seated[1:], number)
        self.again([clients["ann"]])
        clients["ann"].wait("Grading starts in", target="#prep", source="hotseat")
        self.leaf.join()
        cyd = clients["cyd"]
        cyd.sync()
        cyd.say("#prep", "!join %d" % number)
        cyd.wait("You are in round %d" % number, target="cyd", source="hotseat")
        crowd.answer([cyd], number)
        clients["ann"].say("#prep", "!skip")
        self.again(clients.values())
        given = crowd.vote(list(clients.values()), "#prep", number)
        crowd.result(list(clients.values()), "#prep", number)
        self.assert_whole(number, given, clients)

    def test_while_people_grade(self):
        clients = self.gather(self.places(["ann", "bob"], ["cyd", "dan"]))
        self.run_bot()
        everybody = list(clients.values())
        number = crowd.start(everybody, "#prep", "coding")
        crowd.answer(everybody, number)
        for client in everybody:
            client.wait("Answer [A-Z]+, round %d" % number, target=client.nick, source="hotseat")
        self.split(clients, clients["ann"])
        self.join(clients, clients["ann"])
        self.again(everybody)
        given = crowd.vote(everybody, "#prep", number)
        crowd.result(everybody, "#prep", number)
        self.assert_whole(number, given, clients)

    def test_grading_begins_while_they_are_away(self):
        """What was to be said to them waits until they are back, and is said once."""
        clients = self.gather(self.places(["ann", "bob"], ["cyd", "dan"]))
        self.run_bot()
        everybody = list(clients.values())
        number = crowd.start(everybody, "#prep", "coding")
        crowd.answer(everybody[1:], number)
        self.split(clients, clients["ann"])
        crowd.answer(everybody[:1], number)
        clients["ann"].wait("answering is over", target="#prep", source="hotseat")
        self.leaf.join()
        self.again(everybody)
        # Who was away has not seen the channel; their own messages say what to do.
        given = {}
        for turn, client in enumerate(everybody):
            for _ in range(3):
                client.wait("Answer [A-Z]+, round %d" % number, target=client.nick)
            client.wait("> ", target=client.nick, source="hotseat")
            client.sync()
            given[client.nick] = crowd.ballots(client, number)
            for place, label in enumerate(sorted(given[client.nick])):
                client.say("hotseat", "!vote %s %d 4 3 4 point %d" % (label, 2 + place, turn))
        crowd.result(everybody, "#prep", number)
        self.assert_whole(number, given, clients)

    def test_the_bot_is_on_the_smaller_side(self):
        """Cut off from services, too: who comes back is who they were."""
        clients = self.gather(self.places(["ann", "bob"], ["cyd"]))
        self.run_bot(self.leaf)
        everybody = list(clients.values())
        number = crowd.start(everybody, "#prep", "coding")
        crowd.answer(everybody[:2], number)
        self.split(clients, clients["cyd"])
        self.join(clients, clients["cyd"])
        crowd.answer(everybody[2:], number)
        given = crowd.vote(everybody, "#prep", number)
        crowd.result(everybody, "#prep", number)
        self.assert_whole(number, given, clients)

    def test_many_come_back(self):
        """Thirty people at once: nobody is greeted, nothing is asked of each that slows the bot."""
        clients = self.gather(self.places(["ann", "bob"], ["cyd"]))
        crowd_of = [ircd.Client(self.leaf, "p%d" % at, register=False) for at in range(30)]
        for client in crowd_of:
            self.addCleanup(client.close)
            client.raw("NICK %s\r\nUSER test 0 * :x" % client.nick)
        for client in crowd_of:
            client.wait_line(lambda line: line.command in ("376", "422"))
            client.join("#prep")
        self.run_bot()
        everybody = list(clients.values())
        number = crowd.start(everybody, "#prep", "coding")
        crowd.answer(everybody[:2], number)
        for _ in range(2):
            self.split(clients, clients["ann"])
            self.join(clients, clients["ann"])
        for client in crowd_of:
            client.sync()
            self.assertEqual(client.texts(target=client.nick, source="hotseat"), [])
        crowd.answer(everybody[2:], number)
        given = crowd.vote(everybody, "#prep", number)
        crowd.result(everybody, "#prep", number)
        self.assert_whole(number, given, clients)


tap.main()
