"""A Matrix home server for tests, in memory, that fails on demand; ../fakehs.py runs it.

wire     HTTP/1.1 over asyncio
routes   which handler answers which path; errors as the protocol has them
model    users, devices, tokens, the stream of all that happened
room     one room: events, state, who may do what
sync     the answer to /sync
account, rooms, history, media, oauth   the handlers of the client API
faults   what goes wrong, and when
control  the handlers under /_fake/, for the test
"""
