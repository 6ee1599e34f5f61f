"""One round that puppets of matrix_stage.py play in a room, by chance, and what must come of it.

What the puppets do is written down as the rules say it counts: `answers` {user id: (words that must
be in the answer, words that must not)}, `votes` {(voter, author): scores}. A simple session does
each thing once, so that the order in which a server tells of it does not matter.
"""
import asyncio
import re

import matrix_stage
from matrix_stage import words

KINDS = ["coding", "ml_theory", "behavioral"]
SOON = 20
KEYS = ["%d", "%d\ufe0f\u20e3", "%d\u20e3"]


class Session:
    def __init__(self, room, people, chance, bot_id, simple):
        self.room, self.people, self.chance, self.simple = room, people, chance, simple
        self.bot_id = bot_id
        self.number = 0
        self.starts = {p: len(p.seen) for p in people}
        self.answers, self.votes = {}, {}
        self.result, self.skipped = "", False

    async def room_says(self, person, pattern, patience=matrix_stage.PATIENCE):
        event = await person.see(
            lambda e: e.sender == self.bot_id and e.room.id == self.room
            and re.search(pattern, words(e)), "/%s/ in the room" % pattern, self.starts[person],
            patience)
        return words(event)

    async def told(self, person, pattern):
        event = await person.see(
            lambda e: person.by_bot(e) and re.search(pattern, words(e)),
            "/%s/ privately" % pattern, self.starts[person])
        return words(event)

    async def direct(self, person):
        """A room with the bot: the one it asked into, else one that the person makes."""
        if not person.private:
            room = person.create(invite=[self.bot_id])
            person.private.add(room)
            await person.see(lambda e: e.room.id == room and e.type == "m.room.member"
                             and e.sender == self.bot_id, "the bot in a private room",
                             self.starts[person])
        return self.chance.choice(sorted(person.private))

    async def receipt(self, person, event_id):
        """What was said is stored: in words, or as a mark on it."""
        at = next(i for i, e in enumerate(person.seen) if e.id == event_id)
        await person.see(
            lambda e: e.sender == self.bot_id and (
                e.type == "m.reaction" and e.relation() and e.relation()[1] == event_id
                or person.by_bot(e) and re.search("Stored", words(e))), "a receipt", at)

    # The phases.

    async def open(self):
        host = self.people[0]
        host.say(self.room, "!start %s answer:30m vote:30m" % self.chance.choice(KINDS))
        said = await self.room_says(host, r"Round \d+: .*to answer")
        self.number = int(re.search(r"Round (\d+)", said).group(1))
        for person in self.people[1:]:
            person.say(self.room, "!join %d" % self.number)
        for person in self.people[1:]:
            await self.told(person, r"You are in round %d\b" % self.number)

    def word(self, person, turn=0):
        return "w%dx%sx%d" % (self.number, person.name, turn)

    async def answer_one(self, person, last):
        """One answer, given in one of several ways; the last one of a round ends the phase."""
        room = await self.direct(person)
        first, second = self.word(person), self.word(person, 1)
        ways = ["plain", "file", "fence"]
        if not self.simple and not last:
            ways += ["edit", "again", "two"]
        way = self.chance.choice(ways)
        if way == "file":
            said = person.attach(room, "answer.txt", first + "\nfrom a file")
        elif way == "fence":
            said = person.say(room, "```\n%s\n    x = 1\n```" % first)
        else:
            said = person.say(room, first + " is what I would do")
        self.answers[person.id] = ([first], [second])
        if way in ("edit", "again", "two"):
            person._look()
            await self.receipt(person, said)
        if way == "edit":
            person.edit(room, said, second + " is better")
            self.answers[person.id] = ([second], [first])
        elif way == "again":
            person.redact(room, said)
            person.say(room, second + " is what I meant")
            self.answers[person.id] = ([second], [first])
        elif way == "two":
            person.say(room, second + " comes on top")
            self.answers[person.id] = ([first, second], [])

    async def answer(self):
        order = list(self.people)
        self.chance.shuffle(order)
        for person in order:
            await self.answer_one(person, person is order[-1])
            await asyncio.sleep(.002)  # servers count milliseconds

    async def ballots(self, person):
        """{label: (event, author's id)} of what the person has to grade."""
        head = r"Round %d: (\d+) answers? to grade" % self.number
        count = int(re.search(head, await self.told(person, head)).group(1))
        found = {}

        def all_there(event):
            text = words(event)
            label = re.match(r"Answer ([A-Z]+), round %d\b" % self.number, text)
            if label and person.by_bot(event):
                found[label.group(1)] = (event, self.author_of(text))
            return len(found) == count
        await person.see(all_there, "%d answers to grade" % count, self.starts[person])
        return found

    def author_of(self, text):
        for person in self.people:
            if all(word in text for word in self.answers[person.id][0]):
                return person.id
        raise AssertionError("nobody's answer, of %r: %r" % (self.answers, text))

    def react(self, person, event, score):
        return person.react(event.room.id, event.id, self.chance.choice(KEYS) % score)

    def command(self, person, room, label):
        scores = [self.chance.randint(1, 5) for _ in range(4)]
        person.say(room, "!vote %s %s" % (label, " ".join(map(str, scores))))
        return scores

    def vote_one(self, person, room, label, event, last):
        """A vote on one answer, changed and taken back in many ways; what counts in the end."""
        one, two = self.chance.sample(range(1, 6), 2)
        ways = ["command", "mark"]
        if not self.simple and not last:
            ways += ["command twice", "new, then old gone", "old gone, then new", "mark, command",
                     "command, mark gone"]
        way = self.chance.choice(ways)
        if way in ("command", "command twice"):
            if way == "command twice":
                self.command(person, room, label)
            return self.command(person, room, label)
        if way == "command, mark gone":
            scores = self.command(person, room, label)
            person.redact(event.room.id, self.react(person, event, one))
            return scores
        mark = self.react(person, event, one)
        if way == "mark, command":
            return self.command(person, room, label)
        if way == "old gone, then new":
            person.redact(event.room.id, mark)
        if way != "mark":
            self.react(person, event, two)
        if way == "new, then old gone":
            person.redact(event.room.id, mark)
        return [two if way != "mark" else one] * 4

    async def vote(self):
        order = list(self.people)
        self.chance.shuffle(order)
        for person in order:
            ballots = await self.ballots(person)
            labels = sorted(ballots)
            self.chance.shuffle(labels)
            room = await self.direct(person)
            for label in labels:
                await asyncio.sleep(.002)
                event, author = ballots[label]
                last = label == labels[-1] and person is order[-1]
                self.votes[person.id, author] = self.vote_one(person, room, label, event, last)

    async def play(self):
        await self.open()
        await self.answer()
        await self.vote()
        try:
            await self.over(SOON)
        except AssertionError:
            # A mark on a message that the bot does not know to be out yet is seen when it counts.
            self.skipped = True
            self.people[0].say(self.room, "!skip")
            await self.over(matrix_stage.PATIENCE)

    async def over(self, patience):
        for person in self.people:
            self.result = await self.room_says(person, r"^Round %d is over" % self.number, patience)
