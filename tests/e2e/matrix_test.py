"""Rounds on a real Synapse, played through matrix-nio, matrix-js-sdk and plain HTTP against
`hotseat run`; one of them together with people on IRC."""
import re

import bot
import crowd
import ircd
import matrix_crowd
import matrix_rounds
import tap
from synapse_case import NAMES, QUICK, OnSynapse, answers, votes


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
