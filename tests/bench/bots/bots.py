"""The four bots that are measured: how each is set up and started, without limits of its own.

A bot that cannot be had here says so in `absent()`.
"""
import os
import pwd
import shutil
import subprocess

import bot
import tap

HERE = os.path.dirname(os.path.abspath(__file__))
EGGDROP_MODULES = "/usr/lib/eggdrop/modules"


def servant():
    """Whom Eggdrop, which refuses to be root, runs as."""
    return "irc" if any(user.pw_name == "irc" for user in pwd.getpwall()) else "nobody"


class Process:
    """One bot as a process, which ends with this one. Its directory is its own."""

    nick = title = None

    def __init__(self, home, server, channel):
        self.home = os.path.join(home, self.nick)
        self.server = server
        self.channel = channel
        self.database = os.path.join(self.home, "votes.db")
        self.child = None
        os.makedirs(self.home)

    def absent(self):
        return None

    def write(self, name, text):
        path = os.path.join(self.home, name)
        with open(path, "w") as out:
            out.write(text)
        os.chmod(path, 0o600)
        return path

    def launch(self, *command, user=None, **env):
        drop = ["--reuid", user, "--regid", str(pwd.getpwnam(user).pw_gid),
                "--clear-groups"] if user else []
        log = open(os.path.join(self.home, "log"), "w")
        self.child = subprocess.Popen(["setpriv", *drop, "--pdeathsig", "KILL", *command],
                                      stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                      cwd=self.home, env=dict(os.environ, **env))
        log.close()

    def said(self):
        with open(os.path.join(self.home, "log"), errors="replace") as log:
            return log.read()[-2000:]

    def prepare(self, voters):
        """What must be said before votes are taken."""

    def cpu(self):
        """Seconds of processor so far, of all its threads, in the program and for it in the kernel."""
        total = 0
        tasks = "/proc/%d/task" % self.child.pid
        for task in os.listdir(tasks):
            with open(os.path.join(tasks, task, "schedstat")) as stat:
                total += int(stat.read().split()[0])
        return total / 1e9

    def memory(self):
        """The most memory that was resident so far, in MB."""
        with open("/proc/%d/status" % self.child.pid) as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
        return 0

    def stop(self):
        if self.child and self.child.poll() is None:
            self.child.kill()
        if self.child:
            self.child.wait()


class Bare(Process):
    nick, title = "bare", "a minimal C bot"

    def start(self):
        self.launch(os.path.abspath(os.path.join(tap.BUILD, "tests/bench/bots/bare_bot")),
                    str(self.server.port), self.nick, self.channel, self.database)


class Hotseat(Process):
    nick, title = "hotseat", "hotseat"

    def start(self):
        config = self.write("hotseat.conf", "".join([
            "database = %s\nplugins = %s\nquestions = %s\nlog = \"warn\"\n"
            "settle = \"0s\"\nlast_call = \"0s\"\ncommands = 0\n" % (
                bot.quoted(self.database), bot.quoted(os.path.abspath(
                    os.path.join(tap.BUILD, "plugins"))), bot.quoted(tap.PACK)),
            bot.network("bench", self.server, [self.channel], nick=self.nick,
                        trust_nicks="true")]))
        self.launch(os.path.abspath(tap.HOTSEAT), "run", "--config", config)

    def prepare(self, voters):
        """A real round, as far as grading: each has answered, and has the others' answers."""
        voters.ask(self.nick, self.channel, "to answer", "!start coding answer:1d vote:7d", last=0)
        voters.ask(self.nick, self.channel, "You are in round", "!join", first=1)
        voters.ask(self.nick, self.nick, "Stored", "I would sort, then scan once. O(n log n).")
        voters.quiet()
        voters.ask(self.nick, self.nick, "You still owe", "!votes")
        voters.quiet()


class Eggdrop(Process):
    nick, title = "eggdrop", "Eggdrop, Tcl on sqlite3"

    def absent(self):
        tcl = subprocess.run(["tclsh"], input="package require sqlite3\n", text=True,
                             capture_output=True) if shutil.which("tclsh") else None
        if not shutil.which("eggdrop") or not os.path.isdir(EGGDROP_MODULES):
            return "eggdrop is not installed"
        return "libsqlite3-tcl is not installed" if not tcl or tcl.stderr else None

    def start(self):
        lines = ["set mod-path %s/" % EGGDROP_MODULES, "set help-path /usr/share/eggdrop/help/",
                 "set text-path /usr/share/eggdrop/text/", "set temp-path %s" % self.home,
                 "set nick %s" % self.nick, "set altnick %s2" % self.nick, "set owner nobody",
                 "set admin bench", "set network bench", "set username bench",
                 "set realname bench", "set userfile %s/users" % self.home,
                 "set chanfile %s/channels" % self.home, "set pidfile %s/pid" % self.home,
                 "set notify-newusers nobody", "set msg-rate 0",
                 "loadmodule blowfish", "loadmodule dns", "loadmodule channels", "loadmodule server", "loadmodule irc",
                 "set net-type 5", "set servers {127.0.0.1:%d}" % self.server.port,
                 "set flood-msg 0:0", "set flood-ctcp 0:0", "channel add %s" % self.channel,
                 "set vote-database %s" % self.database,
                 "source %s" % self.copied("eggdrop.tcl")]
        config = self.write("eggdrop.conf", "\n".join(lines) + "\n")
        user = servant() if os.geteuid() == 0 else None
        if user:
            for path in (self.home, config):
                shutil.chown(path, user)
        self.launch("eggdrop", "-n", "-m", config, user=user)

    def copied(self, name):
        """A copy that another user may read, wherever the checkout is."""
        path = os.path.join(self.home, name)
        shutil.copyfile(os.path.join(HERE, name), path)
        return path


class Limnoria(Process):
    nick, title = "limnoria", "Limnoria, a plugin"

    def absent(self):
        return None if shutil.which("supybot") else "limnoria is not installed"

    def start(self):
        shutil.copytree(os.path.join(HERE, "limnoria"), os.path.join(self.home, "plugins"))
        values = {"nick": self.nick, "ident": "bench", "user": "bench", "networks": "bench",
                  "networks.bench.servers": "127.0.0.1:%d" % self.server.port,
                  "networks.bench.ssl": "False", "networks.bench.channels": self.channel,
                  "directories.plugins": os.path.join(self.home, "plugins"),
                  "directories.conf": self.home + "/conf", "directories.data": self.home + "/data",
                  "directories.log": self.home + "/logs", "directories.backup": self.home + "/old",
                  "plugins": "Vote", "plugins.Vote": "True", "plugins.Vote.public": "True",
                  "log.level": "ERROR", "log.stdout.level": "ERROR",
                  "reply.whenAddressedBy.chars": "!", "reply.whenAddressedBy.nick": "True",
                  "protocols.irc.throttleTime": "0.0", "protocols.irc.queuing.duplicates": "False",
                  "abuse.flood.command": "False", "abuse.flood.command.invalid": "False",
                  "defaultIgnore": "False"}
        config = self.write("limnoria.conf", "".join(
            "supybot.%s: %s\n" % item for item in values.items()))
        root = ["--allow-root"] if os.geteuid() == 0 else []
        self.launch("supybot", *root, config, VOTE_DATABASE=self.database)


ALL = [Bare, Hotseat, Eggdrop, Limnoria]
