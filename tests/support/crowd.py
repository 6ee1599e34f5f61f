"""A group of raw clients that plays rounds on an IRC server."""
import re

import ircd

NAMES = "ann bob cyd dan eve fay gus hal".split()


def gather(server, channel, names=NAMES):
    """Clients in a channel, the first one its operator."""
    clients = []
    for name in names:
        client = ircd.Client(server, name)
        client.join(channel)
        clients.append(client)
    return clients


def secret(number, client):
    return "sealed-%d-%s" % (number, client.nick.encode().hex())


def start(clients, channel, kind, bot="hotseat"):
    """Opens a round that everybody joins; its number."""
    for client in clients:
        client.mark()
    clients[0].say(channel, "!start %s answer:30m vote:30m" % kind)
    seen = [client.wait(r"Round \d+: .*to answer", target=channel, source=bot)
            for client in clients]
    number = int(re.search(r"Round (\d+)", seen[0].text).group(1))
    for client in clients[1:]:
        client.say(channel, "!join %d" % number)
        client.wait("You are in round %d" % number, target=client.nick, source=bot)
    return number


def answer(clients, number, bot="hotseat"):
    """Everybody answers by DM, every third one with many lines."""
    for at, client in enumerate(clients):
        words = "%s is what I would do" % secret(number, client)
        lines = ["!begin", words, "    indented é 🙂", "!end"] if at % 3 == 1 else [words]
        for line in lines:
            client.say(bot, line)
    for at, client in enumerate(clients):
        client.wait(r"Stored( for round \d+)?: %d line" % (2 if at % 3 == 1 else 1),
                    target=client.nick, source=bot)


def ballots(client, number):
    """{label: text} of the answers that were sent to a client for a round."""
    found, label = {}, None
    for text in client.texts(target=client.nick):
        head = re.match(r"Answer ([A-Z]+), round %d\b" % number, text)
        if head:
            label = head.group(1)
            found[label] = ""
        elif label and text.startswith("> "):
            found[label] += text[2:] + "\n"
        else:
            label = None
    return found


def vote(clients, channel, number, bot="hotseat"):
    """Waits for the ballots and fills them in; what each client was given."""
    given = {}
    for turn, client in enumerate(clients):
        at = client.at
        client.wait("Round %d: answering is over" % number, target=channel, source=bot)
        client.at = at  # what is said in the channel and what is said privately take turns
        wanted = int(client.wait(r"Round %d: (\d+) answers? to grade" % number,
                                 target=client.nick, source=bot).text.split()[2])
        for _ in range(wanted):
            client.wait("Answer [A-Z]+, round %d" % number, target=client.nick, source=bot)
        client.wait("> ", target=client.nick, source=bot)
        client.sync()
        given[client.nick] = ballots(client, number)
        for place, label in enumerate(sorted(given[client.nick])):
            # No two comments are the same, so that one said twice is seen.
            client.say(bot, "!vote %s %d 4 3 4 well put, point %d" % (label, 2 + place % 4, turn))
    return given


def result(clients, channel, number, bot="hotseat"):
    for client in clients:
        client.wait("Round %d.* is over" % number, target=channel, source=bot)


def play(clients, channel, kind, bot="hotseat"):
    number = start(clients, channel, kind, bot)
    answer(clients, number, bot)
    given = vote(clients, channel, number, bot)
    result(clients, channel, number, bot)
    return number, given
