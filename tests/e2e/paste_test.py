"""Links in place of words, on a real ngircd, from a paste server on loopback."""
import re
import threading
import unittest

import bot
import crowd
import ircd
import paste_server
import tap

QUICK = 'settle = "0s"\nlast_call = "0s"\n'


class Links(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = ircd.Server()
        cls.pastes = paste_server.Server()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.pastes.stop()

    def section(self, private=True):
        return 'paste {\n hosts = {"%s"}\n private = %s\n ca_file = "%s"\n}\n' % (
            self.pastes.host, "true" if private else "false", self.pastes.ca)

    def play(self, extra="", private=True, answer="5m", names=("ann", "bob")):
        """A bot, a room of its own, and a round that the people in it can answer."""
        channel = "#c" + self.id().rsplit(".", 1)[1][-20:].replace("_", "-")
        names = ["%s%d" % (name, len(self.pastes.asked)) for name in names]
        clients = crowd.gather(self.server, channel, names)
        for client in clients:
            self.addCleanup(client.close)
        self.network = bot.network("one", self.server, [channel], nick="hot%d" % len(
            self.pastes.asked), trust_nicks="true")
        program = bot.Bot([self.network], extra=QUICK + self.section(private) + extra)
        self.addCleanup(program.stop)
        program.wait_joined(channel)
        self.nick = "hot%d" % len(self.pastes.asked)
        clients[0].say(channel, "!start coding answer:%s vote:3m" % answer)
        clients[0].wait("to answer", target=channel)
        for client in clients[1:]:
            client.say(channel, "!join")
            client.wait("You are in round", target=client.nick)
        return program, channel, clients

    def tell(self, client, text):
        client.say(self.nick, text)

    def heard(self, client, pattern):
        return client.wait(pattern, target=client.nick, source=self.nick).text

    def test_answer_by_link(self):
        program, channel, (ann, bob) = self.play()
        self.tell(ann, self.pastes.url("/code"))
        self.heard(ann, r"Stored from localhost: 2 lines, 18 bytes, code")
        self.tell(ann, "!revise <%s>" % self.pastes.url("/bom"))
        self.heard(ann, r"Stored from localhost: 1 line, 4 bytes")
        self.pastes.put("/command", "!withdraw")
        self.tell(bob, self.pastes.url("/command"))
        self.heard(bob, r"Stored from localhost: 1 line, 9 bytes")
        ann.wait("answering is over, 2 answers", target=channel)
        self.heard(bob, r"^> word")
        self.heard(ann, r"^> !withdraw")
        for line in program.log:
            self.assertNotIn("!withdraw", line)
            self.assertNotIn(self.pastes.url("/command"), line)

    def test_what_cannot_be_read(self):
        self.pastes.put("/long", "x" * 17000)
        program, _, (ann, _) = self.play()
        for link, why in (
                (self.pastes.url("/nothing"), "there is no such paste"),
                (self.pastes.url("/html"), "it is a web page, not plain text"),
                (self.pastes.url("/long"), "it has 17 KB, and an answer has at most 16"),
                ("https://bpa.st:99/ABCD", "a port does not belong there"),
                ("https://bpa.st/a/b/c", "it leads to no paste")):
            self.tell(ann, link)
            said = self.heard(ann, re.escape(why))
            self.assertIn("I could not read that link to ", said)
            self.assertIn("I stored nothing. Send the text itself, or !begin", said)
        self.tell(ann, "See https://bpa.st/ABCD for more.")
        self.heard(ann, "^Stored: 1 line, 33 bytes")
        self.assertTrue(program.stop())

    def test_own_network_only_if_allowed(self):
        before = len(self.pastes.asked)
        _, _, (ann, _) = self.play(private=False)
        self.tell(ann, self.pastes.url("/code"))
        self.heard(ann, r"its address is not a public one\. Whoever runs me can allow that")
        self.assertEqual(len(self.pastes.asked), before)

    def test_order(self):
        self.pastes.put("/slow", "one", held=True)
        _, _, (ann, _) = self.play()
        self.tell(ann, self.pastes.url("/slow"))
        self.pastes.wait_asked("/slow")
        self.tell(ann, "two")
        self.tell(ann, "!withdraw")
        self.tell(ann, "three")
        self.heard(ann, r"I am reading your link to localhost\. It may take a few seconds\.")
        self.pastes.release("/slow")
        self.heard(ann, r"Stored from localhost: 1 line, 3 bytes")
        self.heard(ann, "Taken back")
        self.heard(ann, "Stored: 1 line, 5 bytes")

    def test_across_the_deadline(self):
        self.pastes.put("/late", "in time", held=True)
        _, channel, (ann, bob) = self.play(answer="30s")
        self.tell(ann, "The answer of the first.")
        self.heard(ann, "Stored")
        ann.sync()
        self.wait_until_left(ann, 2)
        self.tell(bob, self.pastes.url("/late"))
        self.pastes.wait_asked("/late")
        self.wait_until_left(ann, 0)
        self.assertNotIn("answering is over", "\n".join(ann.texts(target=channel)))
        self.pastes.release("/late")
        self.heard(bob, "Stored from localhost: 1 line, 7 bytes")
        said = ann.wait("answering is over", target=channel)
        self.assertIn("2 answers", said.text)
        self.assertNotIn("I am behind", "\n".join(ann.texts(target=channel)))

    def wait_until_left(self, client, seconds):
        """Asks for the status until so little time is left."""
        while True:
            self.tell(client, "!status")
            said = self.heard(client, r"Round \d+.*answer")
            left = re.search(r"(\d+) s left", said)
            if left and int(left.group(1)) <= seconds:
                return
            threading.Event().wait(0.3)

    def test_killed_in_the_middle(self):
        self.pastes.put("/again", "read after all", held=True)
        program, _, (ann, _) = self.play()
        self.tell(ann, self.pastes.url("/again"))
        self.pastes.wait_asked("/again")
        self.tell(ann, "and a line")
        self.heard(ann, "I am reading your link")
        program.kill()
        self.pastes.release("/again")
        program.start()
        self.heard(ann, r"Stored from localhost: 1 line, 14 bytes")
        self.heard(ann, r"Stored: 2 lines, 25 bytes")
        self.assertTrue(program.stop())


if __name__ == "__main__":
    tap.main()
