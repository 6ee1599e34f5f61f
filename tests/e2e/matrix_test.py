"""Rounds on a real Synapse, played through matrix-nio, matrix-js-sdk and plain HTTP against
`hotseat run`."""
import re
import sqlite3
import threading
import unittest

import bot
import crowd
import ircd
import matrix_crowd
import matrix_rounds
import synapse
import tap

QUICK = 'settle = "0s"\nlast_call = "0s"\n'
NAMES = "ann bob cyd dan eve fay".split()


def rows(program, sql):
    db = sqlite3.connect("file:%s?mode=ro" % program.database, uri=True, timeout=10)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def answers(program, number):
    """{user id: what the store has as their answer}"""
    return dict(rows(program, "SELECT i.account, a.text FROM answer a JOIN identity i"
                              " ON i.member = a.member WHERE a.round = %d ORDER BY a.revision"
                     % number))


def votes(program, number):
    """{(voter, author): scores}, as the store has them"""
    return {(v, a): s[:4] for v, a, s in rows(
        program, "SELECT v.account, a.account, b.scores FROM ballot b JOIN identity v"
                 " ON v.member = b.voter JOIN identity a ON a.member = b.author"
                 " WHERE b.round = %d ORDER BY b.id" % number)}


class OnSynapse(unittest.TestCase):
    LIMITS = False

    def setUp(self):
        self.server = synapse.Server(limits=self.LIMITS)
        self.addCleanup(self.server.stop)
        self.me = self.server.user("hotseat")
        self.bot_id = self.me["user_id"]

    def raw(self, *names):
        people = [matrix_crowd.Raw(self.server, name) for name in names]
        for person in people:
            self.addCleanup(person.close)
        return people

    def gather(self, people):
        """A room that all people are in, and the bot, which is invited."""
        room = people[0].create("prep", preset="public_chat")
        for person in people[1:]:
            person.join(room)
        return room

    def run_bot(self, *networks, extra=QUICK):
        program = bot.Bot(list(networks) or [bot.matrix("one", self.server, self.me)], extra=extra)
        self.addCleanup(program.stop)
        return program

    def invite_bot(self, host, room):
        host.invite(room, self.bot_id)
        host.wait_member(room, self.bot_id)

    def assert_blind(self, group, number, given):
        """No name and no own answer on a ballot, nothing of an answer in the room before the end."""
        for person, ballots in given.items():
            self.assertEqual(len(ballots), len(group.people) - 1)
            shown = "\n".join(seen.text for seen in ballots.values())
            self.assertNotIn(group.secret(number, person), shown)
            for other in group.people:
                self.assertIsNone(re.search(r"\b%s\b" % other.name, shown))
        room = group.people[0].texts(room=group.room, sender=self.bot_id, edits=True)
        over = next(i for i, text in enumerate(room) if text.startswith("Round %d is over" % number))
        for text in room[:over]:
            self.assertNotIn("sealed-%d-" % number, text)

    def assert_once(self, person, room):
        """The bot said nothing twice in the room."""
        said = person.texts(room=room, sender=self.bot_id)
        told = [t for t in said if re.match(r"Round \d+(:| is over)", t)]
        self.assertEqual(len(told), len(set(told)), told)


class Rounds(OnSynapse):
    def test_three_rounds_of_seven(self):
        with matrix_crowd.Nio() as nio, matrix_crowd.Js() as js:
            people = [nio.person(self.server, name) for name in NAMES]
            late = js.person(self.server, "gus")
            room = self.gather(people)
            program = self.run_bot()
            self.invite_bot(people[0], room)
            group = matrix_rounds.Group(people, room, self.bot_id)
            self.first_round(program, group, late)
            for kind in ("ml_theory", "behavioral"):
                number, given = group.play(kind)
                self.assert_blind(group, number, given)
            people[0].say(room, "!top")
            board = group.hear(people[0], "gus")
            self.assertIn("<pre>", board.content["formatted_body"])
            self.assertEqual({row["rounds"] for row in program.board("--period", "all")["members"]},
                             {3})
            self.assert_once(people[0], room)
            self.assertTrue(program.stop())

    def first_round(self, program, group, late):
        """With a late joiner, edits, redactions, and votes by reactions."""
        number = group.start("coding")
        bob, cyd = group.people[1:3]
        said = group.answer(number, group.people[1:3])
        bob.edit(bob.direct(self.bot_id), said[bob], "edited-%d is better" % number)
        cyd.redact(cyd.direct(self.bot_id), said[cyd])
        new = cyd.tell(self.bot_id, group.secret(number, cyd) + " once more")
        group.receipt(cyd, new, "Stored")
        group.people.append(late)
        late.friends.add(self.bot_id)
        late.join(group.room)
        group.join(late, number)
        group.answer(number, [p for p in group.people if p not in (bob, cyd)])
        given = {person: group.given(person, number) for person in group.people}
        stored = answers(program, number)
        self.assertIn("edited-", stored[bob.user_id])
        self.assertNotIn("sealed-", stored[bob.user_id])
        self.assertEqual(stored[cyd.user_id].count("sealed-"), 1)
        self.vote_by_reactions(program, group, number, given)
        self.assert_blind(group, number, given)

    def vote_by_reactions(self, program, group, number, given):
        wanted = {}
        author = {user: re.search(r"(sealed|edited)-\S+", text).group()
                  for user, text in answers(program, number).items()}

        def author_of(seen):
            return next(user for user, word in author.items() if word in seen.text)
        for turn, person in enumerate(group.people):
            for place, (label, seen) in enumerate(sorted(given[person].items())):
                score = 1 + (turn + place) % 5
                if (turn + place) % 3 == 0:
                    person.tell(self.bot_id, "!vote %s %d 3 3 3" % (label, score))
                    wanted[person.user_id, author_of(seen)] = "%d333" % score
                    continue
                if (turn + place) % 3 == 1 and place == 0:  # changed before the last one is owed
                    old = person.react(seen.room, seen.id, "%d\ufe0f\u20e3" % (1 + score % 5))
                    person.redact(seen.room, old)
                person.react(seen.room, seen.id, "%d\ufe0f\u20e3" % score)
                wanted[person.user_id, author_of(seen)] = str(score) * 4
        group.result(number)
        self.assertEqual(votes(program, number), wanted)

    def test_synapse_dies_in_the_middle(self):
        people = self.raw(*NAMES[:3])
        room = self.gather(people)
        program = self.run_bot()
        self.invite_bot(people[0], room)
        group = matrix_rounds.Group(people, room, self.bot_id)
        number = group.start("coding")
        group.answer(number, people[:2])
        self.server.kill()
        self.server.start()
        group.answer(number, people[2:])
        for person in people:
            group.given(person, number)
        self.server.kill()
        self.server.start()
        group.vote(number)
        group.result(number)
        self.assertEqual(len(votes(program, number)), 6)
        self.assert_once(people[0], room)

    def test_the_bot_dies_in_the_middle(self):
        """kill -9 while it reads, thinks and speaks: in each phase some instants later each time."""
        people = self.raw(*NAMES[:3])
        room = self.gather(people)
        program = self.run_bot()
        self.invite_bot(people[0], room)
        group = matrix_rounds.Group(people, room, self.bot_id)
        for turn, kind in enumerate(("coding", "ml_theory", "behavioral")):
            number = group.start(kind)
            for at, act in enumerate((lambda: group.answer(number), lambda: group.vote(number),
                                      lambda: group.result(number))):
                dying = strike_soon(.05 * (turn + 1) + .03 * at, program)
                act()
                dying.join()
            self.assertEqual(len(answers(program, number)), 3)
            self.assertEqual(len(votes(program, number)), 6)
        for person in people:
            for where in {seen.room for seen in person.seen}:
                self.assert_once(person, where)
                told = [t for t in person.texts(room=where, sender=self.bot_id)
                        if t.startswith("Answer ")]
                self.assertEqual(len(told), len(set(told)))


def strike_soon(seconds, program):
    """A thread that kills the bot in a moment and starts it again."""
    def strike():
        program.kill()
        program.start()
    timer = threading.Timer(seconds, strike)
    timer.start()
    return timer


class Limited(OnSynapse):
    """Synapse's own rate limits: ten events at once, then one in five seconds."""
    LIMITS = True

    def test_a_round(self):
        people = self.raw(*NAMES[:2])
        room = self.gather(people)
        program = self.run_bot()
        self.invite_bot(people[0], room)
        group = matrix_rounds.Group(people, room, self.bot_id)
        number, given = group.play("ml_theory")
        self.assert_blind(group, number, given)
        self.assertEqual(len(votes(program, number)), 2)
        self.assert_once(people[0], room)


class AcrossNetworks(OnSynapse):
    def test_a_round_of_irc_and_matrix(self):
        irc = ircd.Server()
        self.addCleanup(irc.stop)
        left = crowd.gather(irc, "#prep", ["ivy", "jon"])
        right = self.raw(*NAMES[:2])
        room = self.gather(right)
        link = 'room "study" {\n    places = {"irc/libera/#prep", "matrix/one/%s"}\n}\n' % room
        program = self.run_bot(bot.network("libera", irc, ["#prep"]),
                               bot.matrix("one", self.server, self.me, [room]), extra=QUICK + link)
        program.wait_joined("#prep")
        right[0].wait_member(room, self.bot_id)
        group = matrix_rounds.Group(right, room, self.bot_id)
        number = group.start("coding")
        for client in left:
            client.wait(r"Round %d: .*to answer" % number, target="#prep", source="hotseat")
            client.say("#prep", "!join %d" % number)
            client.wait("You are in round %d" % number, target=client.nick)
        right[0].rewind()
        group.hear(right[0], "ivy")
        crowd.answer(left, number)
        group.answer(number)
        given = {p: group.given(p, number) for p in right}
        self.assertEqual([len(g) for g in given.values()], [3, 3])
        for client in left:
            for label in ("A", "B", "C"):
                client.wait("Answer %s, round %d" % (label, number), target=client.nick)
            for label in ("A", "B", "C"):
                client.say("hotseat", "!vote %s 4 3 2 5" % label)
        group.vote(number)
        crowd.result(left, "#prep", number)
        group.result(number)
        self.assertEqual(len(votes(program, number)), 12)
        names = {row["name"] for row in program.board("--period", "all")["members"]}
        self.assertEqual(names, {"ann", "bob", "ivy", "jon"})


tap.main()
