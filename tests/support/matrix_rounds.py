"""Rounds that people of matrix_crowd.py play with the bot, in one room and in private with it.

Receipts may come as words or as a mark on what was said; both are taken.
"""
import re


class Group:
    """People in a room, and the bot."""

    def __init__(self, people, room, bot_id):
        self.people, self.room, self.bot_id = people, room, bot_id
        for person in people:
            person.friends.add(bot_id)

    def secret(self, number, person):
        return "sealed-%d-%s" % (number, person.name.encode().hex())

    def hear(self, person, pattern, **options):
        return person.wait(pattern, room=self.room, sender=self.bot_id, **options)

    def privately(self, person, pattern, **options):
        return person.wait_private(pattern, self.bot_id, **options)

    def receipt(self, person, event_id, pattern):
        """Words or a mark of the bot for what the person said. The wait looks from `at` on."""
        def fits(seen):
            if seen.sender != self.bot_id:
                return False
            if seen.type == "m.reaction":
                return seen.relation.get("event_id") == event_id
            return seen.type == "m.room.message" and re.search(pattern, seen.text)
        return person.wait_event(fits, "a receipt, /%s/" % pattern)

    def start(self, kind, options="answer:30m vote:30m"):
        """Opens a round that everybody joins; its number."""
        for person in self.people:
            person.mark()
        self.people[0].say(self.room, "!start %s %s" % (kind, options))
        seen = [self.hear(p, r"Round \d+: .*to answer") for p in self.people]
        number = int(re.search(r"Round (\d+)", seen[0].text).group(1))
        for person in self.people[1:]:
            self.join(person, number)
        return number

    def join(self, person, number):
        said = person.say(self.room, "!join %d" % number)
        self.receipt(person, said, "[Yy]ou are in round %d" % number)

    def answer(self, number, people=None):
        """Everybody answers privately: in one line, as a fenced block, as a file, in turn."""
        said = {}
        for at, person in enumerate(people or self.people):
            words = "%s is what I would do" % self.secret(number, person)
            person.mark()
            room = person.direct(self.bot_id)
            if at % 3 == 1:
                words = "```\n%s\n    indented é 🙂\n```" % words
            if at % 3 == 2:
                said[person] = person.attach(room, "answer.txt", words)
            else:
                said[person] = person.say(room, words)
        for person, event_id in said.items():
            self.receipt(person, event_id, "Stored")
        return said

    def ballots(self, person, number):
        """{label: seen} of the answers that the bot sent a person to grade."""
        found = {}
        for seen in person.seen:
            head = re.match(r"Answer ([A-Z]+), round %d\b" % number, seen.text)
            if head and seen.sender == self.bot_id and seen.room != self.room \
                    and seen.relation.get("rel_type") != "m.replace":
                found[head.group(1)] = seen
        return found

    def given(self, person, number):
        """Waits for what there is to grade; as ballots()."""
        person.rewind()
        self.hear(person, "Round %d: answering is over" % number)
        person.rewind()
        wanted = int(re.search(r"(\d+) answers? to grade", self.privately(
            person, r"Round %d: (\d+) answers? to grade" % number).text).group(1))
        person.until(lambda: len(self.ballots(person, number)) >= wanted,
                     "%d answers of round %d" % (wanted, number))
        return self.ballots(person, number)

    def vote(self, number):
        """Everybody grades all they were given; what that was, by person."""
        given = {person: self.given(person, number) for person in self.people}
        for turn, person in enumerate(self.people):
            for place, label in enumerate(sorted(given[person])):
                person.tell(self.bot_id, "!vote %s %d 4 3 4 well put, point %d" % (
                    label, 2 + place % 4, turn))
        return given

    def result(self, number):
        for person in self.people:
            self.hear(person, "^Round %d is over" % number)

    def play(self, kind):
        number = self.start(kind)
        self.answer(number)
        given = self.vote(number)
        self.result(number)
        return number, given
