#!/usr/bin/env python3
"""hotseat backup and restore: nothing half copied, nothing lost, nothing written over unasked."""
import os
import shutil
import sqlite3
import stat
import subprocess
import tempfile
import unittest

import tap

ROUND = """ann: !start coding answer:5m vote:3m
bob: !join
ann> Use a stack, it is linear.
bob> Sort first, then scan.
"""


def hotseat(*args, text="", check=None, **options):
    done = subprocess.run([tap.HOTSEAT, *args], input=text, capture_output=True, text=True,
                          **options)
    if check is not None and done.returncode != check:
        raise AssertionError("%s gave %d: %s%s" % (args, done.returncode, done.stdout, done.stderr))
    return done


class Writer:
    """A bot in a terminal that goes on writing."""

    def __init__(self, database):
        self.child = subprocess.Popen(
            [tap.HOTSEAT, "console", "--db", database, "--questions", tap.PACK],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.said = 0
        self.say("ann: !start coding answer:60m vote:3m")
        self.wait("to answer")

    def say(self, line):
        self.child.stdin.write(line + "\n")
        self.child.stdin.flush()

    def wait(self, words):
        for line in self.child.stdout:
            if words in line:
                return line
        raise AssertionError("the bot ended before it said %r" % words)

    def store_one(self):
        """One more revision of an answer, acknowledged."""
        self.said += 1
        self.say("ann> %sanswer number %d" % ("!revise " if self.said > 1 else "", self.said))
        self.wait("Stored")

    def end(self):
        self.child.kill()
        self.child.communicate()


class Copies(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="hotseat-backup-")
        self.database = self.path("hotseat.db")

    def tearDown(self):
        shutil.rmtree(self.home, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.home, name)

    def play(self, database=None):
        hotseat("console", "--db", database or self.database, "--questions", tap.PACK, text=ROUND,
                check=0)

    def backup(self, to, *args, check=0, database=None):
        return hotseat("backup", "--db", database or self.database, *args, to, check=check)

    def restore(self, source, *args, check=0):
        return hotseat("restore", "--db", self.database, *args, source, check=check)

    def rows(self, path, table="answer"):
        db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
        try:
            return db.execute("SELECT * FROM %s" % table).fetchall()
        finally:
            db.close()

    def damage(self, path):
        with open(path, "r+b") as file:
            file.seek(4096 * 3)
            file.write(os.urandom(4096 * 6))

    # -- backup

    def test_a_backup_has_all_and_is_one_private_file(self):
        self.play()
        self.backup(self.path("copy.db"))
        for table in ("answer", "round", "seat", "member", "log"):
            self.assertEqual(self.rows(self.path("copy.db"), table), self.rows(self.database, table))
        self.assertEqual(stat.S_IMODE(os.stat(self.path("copy.db")).st_mode), 0o600)
        with open(self.path("copy.db"), "rb") as file:
            self.assertEqual(file.read(20)[18:], b"\1\1")  # no WAL: whole by itself
        self.assertNotIn("copy.db-wal", os.listdir(self.home))
        self.assertFalse([name for name in os.listdir(self.home) if "part" in name])

    def test_a_backup_is_taken_while_the_bot_writes(self):
        writer = Writer(self.database)
        try:
            for number in range(1, 6):
                writer.store_one()
                child = subprocess.Popen([tap.HOTSEAT, "backup", "--db", self.database,
                                          self.path("copy%d.db" % number)],
                                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                before = writer.said
                while child.poll() is None:
                    writer.store_one()
                out = child.communicate()[0]
                self.assertEqual(child.returncode, 0, out)
                rows = self.rows(self.path("copy%d.db" % number))
                self.assertGreaterEqual(len(rows), before)
                self.assertEqual([row[2] for row in rows], list(range(1, len(rows) + 1)))
        finally:
            writer.end()

    def test_a_backup_goes_on_where_it_was_taken(self):
        writer = Writer(self.database)
        writer.store_one()
        self.backup(self.path("copy.db"))
        writer.store_one()
        writer.end()
        self.restore(self.path("copy.db"), "--force")
        out = hotseat("console", "--db", self.database, "--questions", tap.PACK,
                      text="ann: !status\n", check=0).stdout
        self.assertIn("1", out)
        self.assertEqual([row[4] for row in self.rows(self.database)], ["answer number 1"])

    def test_an_existing_file_needs_force(self):
        self.play()
        with open(self.path("copy.db"), "w") as file:
            file.write("precious")
        done = self.backup(self.path("copy.db"), check=1)
        self.assertIn("--force", done.stderr)
        with open(self.path("copy.db")) as file:
            self.assertEqual(file.read(), "precious")
        self.backup(self.path("copy.db"), "--force")
        self.assertEqual(self.rows(self.path("copy.db")), self.rows(self.database))

    def test_a_backup_over_itself_is_refused(self):
        self.play()
        before = self.rows(self.database)
        os.symlink(self.database, self.path("link.db"))
        for name in ("hotseat.db", "link.db"):
            done = self.backup(self.path(name), "--force", check=1)
            self.assertIn("same file", done.stderr)
        self.assertEqual(self.rows(self.database), before)

    def test_a_backup_over_a_running_bot_is_refused(self):
        self.play(self.path("other.db"))
        writer = Writer(self.database)
        try:
            done = self.backup(self.database, "--force", check=1, database=self.path("other.db"))
            self.assertIn("another hotseat", done.stderr)
            writer.store_one()
        finally:
            writer.end()
        self.assertEqual(len(self.rows(self.database)), 1)

    def test_what_cannot_be_backed_up_says_why(self):
        self.assertIn("no such file", self.backup(self.path("copy.db"), check=1).stderr)
        with open(self.database, "w") as file:
            file.write("this is not a database, " * 100)
        self.assertIn("not a database", self.backup(self.path("copy.db"), check=1).stderr)
        os.unlink(self.database)
        db = sqlite3.connect(self.database)
        db.execute("CREATE TABLE other(x)")
        db.close()
        self.assertIn("not hotseat's", self.backup(self.path("copy.db"), check=1).stderr)
        self.assertEqual(os.listdir(self.home), ["hotseat.db"])

    def test_a_damaged_database_gives_no_backup(self):
        self.play()
        sqlite3.connect(self.database).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self.damage(self.database)
        done = self.backup(self.path("copy.db"), check=1)
        self.assertIn("hotseat: backup of", done.stderr)
        self.assertNotIn("copy.db", os.listdir(self.home))
        self.assertFalse([name for name in os.listdir(self.home) if "part" in name])

    def test_no_directory_for_it(self):
        self.play()
        done = self.backup(self.path("nowhere/copy.db"), check=1)
        self.assertIn("no directory", done.stderr)

    # -- restore

    def test_a_restore_brings_back_the_backup(self):
        self.play()
        self.backup(self.path("copy.db"))
        old = self.rows(self.database)
        self.play()
        self.assertGreater(len(self.rows(self.database)), len(old))
        done = self.restore(self.path("copy.db"), check=1)
        self.assertIn("--force", done.stderr)
        self.assertGreater(len(self.rows(self.database)), len(old))
        self.restore(self.path("copy.db"), "--force")
        self.assertEqual(self.rows(self.database), old)
        self.assertEqual(stat.S_IMODE(os.stat(self.database).st_mode), 0o600)
        self.play()

    def test_a_restore_to_a_new_place(self):
        self.play()
        self.backup(self.path("copy.db"))
        old = self.rows(self.database)
        for name in os.listdir(self.home):
            if name.startswith("hotseat.db"):
                os.unlink(self.path(name))
        self.restore(self.path("copy.db"))
        self.assertEqual(self.rows(self.database), old)

    def test_a_log_that_is_left_over_is_not_played_into_the_restored_one(self):
        self.play()
        self.backup(self.path("copy.db"))
        old = self.rows(self.database)
        writer = Writer(self.database)
        writer.store_one()
        writer.end()  # killed: its log stays
        self.assertGreater(os.path.getsize(self.database + "-wal"), 0)
        self.restore(self.path("copy.db"), "--force")
        self.assertEqual(self.rows(self.database), old)

    def test_a_log_beside_a_damaged_database_goes(self):
        self.play()
        self.backup(self.path("copy.db"))
        old = self.rows(self.database)
        for ending in ("", "-wal", "-shm", "-journal"):
            with open(self.database + ending, "wb") as file:
                file.write(os.urandom(9000))
        self.restore(self.path("copy.db"), "--force")
        self.assertEqual(self.rows(self.database), old)

    def expect_kept(self, source, words):
        before = self.rows(self.database)
        done = self.restore(source, "--force", check=1)
        self.assertIn(words, done.stderr)
        self.assertEqual(self.rows(self.database), before)
        self.assertFalse([name for name in os.listdir(self.home) if "part" in name])

    def test_a_bad_backup_is_refused_and_the_database_kept(self):
        self.play()
        self.backup(self.path("copy.db"))
        shutil.copy(self.path("copy.db"), self.path("damaged.db"))
        self.damage(self.path("damaged.db"))
        self.expect_kept(self.path("damaged.db"), "restore from")
        with open(self.path("cut.db"), "wb") as cut, open(self.path("copy.db"), "rb") as whole:
            cut.write(whole.read()[:10000])
        self.expect_kept(self.path("cut.db"), "malformed")
        with open(self.path("text.db"), "w") as file:
            file.write("not a database " * 1000)
        self.expect_kept(self.path("text.db"), "not a database")
        open(self.path("empty.db"), "w").close()
        self.expect_kept(self.path("empty.db"), "empty")
        self.expect_kept(self.path("nothing.db"), "no such file")
        self.expect_kept(self.home, "not a file")
        self.expect_kept(self.database, "same file")

    def test_a_newer_backup_is_refused(self):
        self.play()
        self.backup(self.path("copy.db"))
        db = sqlite3.connect(self.path("copy.db"))
        db.execute("PRAGMA user_version=999")
        db.close()
        self.expect_kept(self.path("copy.db"), "version 999")

    def test_a_running_bot_is_not_restored_over(self):
        self.play()
        self.backup(self.path("copy.db"))
        writer = Writer(self.database)
        try:
            done = self.restore(self.path("copy.db"), "--force", check=1)
            self.assertIn("another hotseat", done.stderr)
            writer.store_one()
        finally:
            writer.end()

    def test_a_link_is_followed(self):
        self.play()
        self.backup(self.path("copy.db"))
        os.mkdir(self.path("data"))
        for name in os.listdir(self.home):
            if name.startswith("hotseat.db"):
                os.rename(self.path(name), self.path("data/" + name))
        os.symlink("data/hotseat.db", self.database)
        self.restore(self.path("copy.db"), "--force")
        self.assertTrue(os.path.islink(self.database))
        self.assertEqual(self.rows(self.path("data/hotseat.db")), self.rows(self.path("copy.db")))

    # -- the commands

    def test_usage(self):
        for command in ("backup", "restore"):
            done = hotseat(command, "--help", check=0)
            self.assertIn("usage: hotseat " + command, done.stdout)
            for wrong in ([], ["a", "b"], ["--unknown", "a"], ["--db"]):
                done = hotseat(command, *wrong, check=2)
                self.assertIn("usage", done.stderr)
                self.assertEqual(done.stdout, "")

    def test_the_default_database_is_in_the_working_directory(self):
        self.play()
        hotseat("backup", "copy.db", check=0, cwd=self.home)
        self.assertEqual(self.rows(self.path("copy.db")), self.rows(self.database))

    def test_a_second_bot_is_refused(self):
        writer = Writer(self.database)
        os.symlink(self.database, self.path("link.db"))
        try:
            for name in (self.database, self.path("link.db")):
                done = hotseat("console", "--db", name, "--questions", tap.PACK, check=1)
                self.assertIn("another hotseat", done.stderr)
            writer.store_one()
        finally:
            writer.end()


if __name__ == "__main__":
    tap.main()
