"""What Limnoria wants to know of a plugin."""
from supybot import conf


def configure(advanced):
    conf.registerPlugin("Vote", True)


conf.registerPlugin("Vote")
