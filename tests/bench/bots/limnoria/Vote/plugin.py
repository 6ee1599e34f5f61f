"""Votes on Limnoria: stored in SQLite (WAL, synchronous FULL), then answered."""
import os
import sqlite3
import time

from supybot import callbacks
from supybot.commands import wrap


class Vote(callbacks.Plugin):
    """Stores votes."""

    def __init__(self, irc):
        super().__init__(irc)
        # Without an isolation level each statement is its own transaction.
        self.votes = sqlite3.connect(os.environ["VOTE_DATABASE"], isolation_level=None)
        self.votes.execute("PRAGMA journal_mode=WAL")
        self.votes.execute("PRAGMA synchronous=FULL")
        self.votes.execute("CREATE TABLE IF NOT EXISTS vote(id INTEGER PRIMARY KEY, voter TEXT,"
                           " label TEXT, scores TEXT, comment TEXT, at INTEGER) STRICT")

    def die(self):
        self.votes.close()
        super().die()

    def vote(self, irc, msg, args, text):
        """<letter> <scores> [<comment>]

        Stores a vote.
        """
        words = text.split(" ")
        scores = " ".join(words[1:5])
        self.votes.execute("INSERT INTO vote(voter, label, scores, comment, at)"
                           " VALUES(?, ?, ?, ?, ?)",
                           (msg.nick, words[0], scores, " ".join(words[5:]), int(time.time())))
        irc.reply("Stored: %s %s, with your comment." % (words[0], scores))

    vote = wrap(vote, ["text"])


Class = Vote
