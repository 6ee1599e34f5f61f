"""A real InspIRCd on loopback, alone, with services (services.py), or two that are linked.

    hub = inspircd.Server(certificate=authority.certificate(), ca=authority.ca)
    ann = ircd.Client(hub, "ann")               # as with ircd.Server; see ircd.Client for SASL
    leaf = inspircd.Server("leaf.test", hub=hub)
    leaf.split(); leaf.join()                   # each side has seen it when the call returns
    leaf.stop(); hub.stop()

A server runs, on ports of its own, when the constructor returns; start() after kill() brings it
back on them. `fakelag`: InspIRCd's own flood limit. `callerid`: user mode +g. `connectban`: who
connects too often is banned. `sts`: it asks clients to use TLS. `extra` is configuration as it is.
"""
import os
import shutil
import time

import child
import ircd

MODULES = ["cap", "services_account", "spanningtree", "ircv3", "ircv3_accounttag",
           "ircv3_batch", "ircv3_capnotify", "ircv3_chghost", "ircv3_ctctags", "ircv3_msgid",
           "ircv3_servertime", "botmode", "commonchans", "muteban"]

OPERS = """
<class name="all" commands="*" privs="*" usermodes="*" chanmodes="*" snomasks="*">
<type name="all" classes="all">
<oper name="oper" password="oper" host="*@127.0.0.1" type="all">
"""


def tag(kind, /, **attributes):
    return "<%s %s>\n" % (kind, " ".join('%s="%s"' % pair for pair in attributes.items()))


class Server:
    MODULES_DIR = "/usr/lib/inspircd/modules"
    services = "services.test"
    services_password = "lp"

    def __init__(self, name="irc.test", certificate=None, ca=None, hub=None, fakelag=False,
                 callerid=False, connectban=False, sasl=True, sts=False, modules=(), extra=""):
        self.name = name
        self.dir = ircd.open_dir("hotseat-inspircd-")
        child.give(self.dir)
        self.certificate = certificate
        self.ca = ca
        self.hub = hub
        self.fakelag = fakelag
        self.extra = extra
        self.options = {"callerid": callerid, "connectban": connectban, "sasl": sasl,
                        "ircv3_sts": sts, "sslinfo": certificate}
        self.modules = MODULES + [name for name, wanted in self.options.items() if wanted]
        self.modules += (["ssl_gnutls"] if certificate else []) + list(modules)
        self.port = self.tls_port = self.services_port = 0
        self.process = None
        self._control = None
        self.start()
        if hub:
            self.join()

    # ---- configuration ----

    def _listen(self):
        text = tag("bind", address="127.0.0.1", port=self.port, type="clients")
        text += tag("bind", address="127.0.0.1", port=self.services_port, type="servers")
        if self.certificate:
            text += tag("bind", address="127.0.0.1", port=self.tls_port, type="clients", ssl="t")
            text += tag("sslprofile", name="t", provider="gnutls", hash="sha256",
                        requestclientcert="yes", certfile=self.certificate[0],
                        keyfile=self.certificate[1], **({"cafile": self.ca} if self.ca else {}))
        return text

    def _links(self):
        """Whom it may be linked with: services, any leaf, and its hub."""
        text = tag("uline", server=self.services, silent="yes")
        others = {self.services: 1, "irc.test": 1, "leaf.test": 1}
        if self.hub:
            others[self.hub.name] = self.hub.services_port
        others.pop(self.name, None)
        for name, port in others.items():
            text += tag("link", name=name, ipaddr="127.0.0.1", port=port, allowmask="127.0.0.1",
                        sendpass=self.services_password, recvpass=self.services_password)
        return text

    def _options(self):
        text = ""
        if self.options["sasl"]:
            text += tag("sasl", target=self.services, requiressl="no")
        if self.options["connectban"]:
            text += tag("connectban", threshold="3", duration="1m", bootwait="0")
        if self.options["ircv3_sts"]:
            text += tag("sts", host="*", port=self.tls_port, duration="5m", preload="no")
        return text

    def _configure(self):
        identity = "0HB" if not self.hub else "1LF"
        text = tag("server", name=self.name, network="TestNet", description="test", id=identity)
        text += tag("admin", name="test", nick="test", email="test@test")
        text += "".join(tag("module", name=name) for name in self.modules)
        text += self._listen() + self._links() + self._options() + OPERS
        text += tag("ircv3", accountnotify="yes", awaynotify="yes", extendedjoin="yes",
                    standardreplies="yes")
        text += tag("connect", name="m", allow="*", timeout="20", recvq="8K", softsendq="1M",
                    hardsendq="2M", commandrate="1000",
                    threshold="10" if self.fakelag else "10000", useident="no",
                    fakelag="yes" if self.fakelag else "no", resolvehostnames="no", globalmax="100",
                    localmax="100")
        text += tag("options", prefixquit="Quit: ", defaultmodes="ont")
        text += tag("performance", clonesonconnect="no")
        text += tag("path", configdir=self.dir, datadir=self.dir, logdir=self.dir,
                    runtimedir=self.dir, moduledir=self.MODULES_DIR)
        path = os.path.join(self.dir, "inspircd.conf")
        with open(path, "w") as out:
            out.write(text + self.extra)
        os.chmod(path, 0o644)
        return path

    # ---- life ----

    def start(self):
        for _ in range(20):
            fresh = not self.port
            if fresh:
                self.port, self.tls_port, self.services_port = (ircd.free_port() for _ in "123")
            if self._try():
                return
            if fresh:
                self.port = 0
            else:
                time.sleep(0.1)  # the port is still held by the one that was killed
        raise self.process.failure("does not start")

    def _try(self):
        self.process = child.Child(["inspircd", "--nofork", "--nopid", "--nolog", "--config",
                                    self._configure()], cwd=self.dir)
        line = self.process.look(r"is now running as|could be bound")
        if line and "running" in line:
            return True
        self.process.kill()
        return False

    def kill(self):
        """Ends it at once, as a crash does."""
        if self._control:
            self._control.close()
            self._control = None
        self.process.kill()

    def stop(self):
        self.kill()
        shutil.rmtree(self.dir, ignore_errors=True)

    # ---- what an operator does and sees ----

    @property
    def control(self):
        """An operator of this server, who is told of links; it comes when it is first needed."""
        if self._control is None:
            self._control = ircd.Client(self, "control" + self.name[0])
            self._control.raw("OPER oper oper")
            self._control.wait_line(lambda line: line.command == "381")
            self._control.raw("MODE %s +s +lL" % self._control.nick)
            self._control.sync()
        return self._control

    def wait_gone(self, name):
        """Until this server knows that another is not linked any more."""
        self._until(name, False)

    def _knows(self, name):
        control = self.control
        control.mark()
        control.raw("LINKS")
        found = False
        while True:
            line = control.wait_line(lambda line: line.command in ("364", "365"))
            if line.command == "365":
                return found
            found = found or line.params[1] == name

    def _until(self, name, linked):
        """Each notice about links is a reason to look again."""
        while self._knows(name) != linked:
            self.control.wait(r"LINK:")

    def _cut(self, name):
        """Each side of a split cuts by itself: InspIRCd 3.15 may not see that the other closed."""
        self.control.raw("SQUIT %s :cable cut" % name)
        self._until(name, False)

    def split(self):
        """A netsplit between this leaf and its hub; everybody's QUITs are on their way after it."""
        self.hub._cut(self.name)
        self._cut(self.hub.name)

    def join(self):
        self.control.raw("CONNECT " + self.hub.name)
        self._until(self.hub.name, True)
        self.hub._until(self.name, True)
