"""Real services (Atheme: NickServ, SASL) for an InspIRCd or an ngircd on loopback.

    hub = inspircd.Server()                                  # or
    hub = ircd.Server(services="services.test")
    atheme = services.Services(hub, {"ann": "pw-ann"}, fingerprints={"ann": [certificate]})
    atheme.freeze(); atheme.thaw()      # silent, its connection open
    atheme.kill(); atheme.start()       # gone as after a crash; the server knows it
    atheme.stop()

Accounts are (name, password), also the nick of that name is registered. `fingerprints`: certificate
files with which one is let in by SASL EXTERNAL. They are linked when the constructor returns.
"""
import os
import shutil
import subprocess

import child
import inspircd
import ircd

MODULES = ["backend/opensex", "crypto/pbkdf2v2", "nickserv/main", "nickserv/cert",
           "nickserv/ghost", "nickserv/identify", "nickserv/logout", "nickserv/status",
           "saslserv/external", "saslserv/main", "saslserv/plain"]
SINCE = 1700000000  # when the accounts were made

CONFIG = """
serverinfo {{
    name = "{name}"; desc = "services"; numeric = "00A"; recontime = 1; netname = "TestNet";
    adminname = "test"; adminemail = "test@test"; registeremail = "test@test"; mta = "/bin/true";
    loglevels = {{ all; }}; maxlogins = 9; maxusers = 0; mdlimit = 30; emaillimit = 9;
    emailtime = 300; auth = none; casemapping = {casemapping};
}};
general {{ uflags = {{ }}; cflags = {{ }}; verbose_wallops; }};
nickserv {{ nick = "NickServ"; user = "NickServ"; host = "{name}"; real = "accounts"; }};
saslserv {{ nick = "SaslServ"; user = "SaslServ"; host = "{name}"; real = "sasl"; }};
uplink "{uplink}" {{ host = "127.0.0.1"; password = "{password}"; port = {port}; }};
"""


def fingerprint(certificate):
    """Of the certificate in a file, as services keep it."""
    done = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-fingerprint",
                           "-sha256"], check=True, capture_output=True, text=True)
    return done.stdout.strip().partition("=")[2].replace(":", "").lower()


class Services:
    def __init__(self, server, accounts, fingerprints=None):
        self.server = server
        self.dir = ircd.open_dir("hotseat-services-")
        self.data = os.path.join(self.dir, "data")
        os.mkdir(self.data)
        self._seed(accounts, fingerprints or {})
        self._configure()
        for path in (self.dir, self.data, os.path.join(self.data, "services.db")):
            child.give(path)
        self.process = None
        self.start()

    def _seed(self, accounts, fingerprints):
        lines = ["GRVER 1", "DBV 12", "CF +AFHORVabefhioqrstv"]
        for number, (name, password) in enumerate(accounts.items()):
            identity = "AAAAAA%03d" % number
            lines += ["MU %s %s %s %s@test %d %d +sb default" % (
                identity, name, password, name, SINCE, SINCE),
                "MN %s %s %d %d" % (name, name, SINCE, SINCE)]
            lines += ["MCFP %s %s" % (name, fingerprint(one))
                      for one in fingerprints.get(name, ())]
        with open(os.path.join(self.data, "services.db"), "w") as out:
            out.write("\n".join(lines) + "\n")

    def _configure(self):
        modern = isinstance(self.server, inspircd.Server)
        modules = ["protocol/inspircd" if modern else "protocol/ngircd"] + MODULES
        self.path = os.path.join(self.dir, "atheme.conf")
        with open(self.path, "w") as out:
            out.write("".join('loadmodule "modules/%s";\n' % name for name in modules))
            out.write(CONFIG.format(name=self.server.services, uplink=self.server.name,
                                    password=self.server.services_password,
                                    port=self.server.services_port,
                                    casemapping="rfc1459" if modern else "ascii"))

    def start(self):
        self.process = child.Child(["atheme-services", "-n", "-c", self.path, "-D", self.data,
                                    "-l", os.path.join(self.dir, "atheme.log"),
                                    "-p", os.path.join(self.dir, "atheme.pid")], cwd=self.dir)
        self.process.wait("finished synching")

    def freeze(self):
        self.process.freeze()

    def thaw(self):
        self.process.thaw()

    def kill(self):
        """Ends them at once; the server knows when the call returns."""
        self.process.kill()
        self.server.wait_gone(self.server.services)

    def stop(self):
        self.process.kill()
        shutil.rmtree(self.dir, ignore_errors=True)
