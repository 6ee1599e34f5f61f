# Votes on Eggdrop: stored in SQLite (WAL, synchronous FULL), then answered. The answer goes out
# by putnow, past Eggdrop's own queues: a server without limits needs no pacing.
# The configuration before this sets `vote-database`.
package require sqlite3

sqlite3 votes ${vote-database}
votes eval {PRAGMA journal_mode=WAL}
votes eval {PRAGMA synchronous=FULL}
votes eval {CREATE TABLE IF NOT EXISTS vote(id INTEGER PRIMARY KEY, voter TEXT, label TEXT,
    scores TEXT, comment TEXT, at INTEGER) STRICT}

proc vote {nick host handle text} {
    if {![regexp {^([A-Z]+) ([1-5](?: [1-5])*) (.*)$} $text -> label scores comment]} { return }
    set at [clock seconds]
    votes eval {INSERT INTO vote(voter, label, scores, comment, at)
        VALUES($nick, $label, $scores, $comment, $at)}
    putnow "PRIVMSG $nick :Stored: $label $scores, with your comment."
}

bind msg - !vote vote
