"""Rounds on a real Synapse that is killed, that limits, and with a bot that is killed."""
import threading

import matrix_rounds
import tap
from synapse_case import NAMES, OnSynapse, answers, votes


def strike_soon(seconds, program):
    """A thread that kills the bot in a moment and starts it again."""
    def strike():
        program.kill()
        program.start()
    timer = threading.Timer(seconds, strike)
    timer.start()
    return timer


class Deaths(OnSynapse):
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


tap.main()
