"""Members are accounts: rounds on InspIRCd with services, whose people change nick, come and go, log in
and out, and whose guests play for nothing."""
import accounts_case
import crowd
import inspircd
import ircd
import tap


class Rounds(accounts_case.Case):
    @classmethod
    def start_server(cls):
        return inspircd.Server()

    def test_nicks_come_and_go(self):
        ann, bob, cyd = clients = [self.come(name + "_", name) for name in ("ann", "bob", "cyd")]
        self.run_bot()
        number = self.start(clients)
        self.answer(ann, number)
        self.answer(bob, number)
        self.renamed(ann, "somebody")
        bob.quit()
        bob = self.come("elsewhere", "bob")
        # Whoever takes the nicks that were left is nobody.
        thieves = [self.come(nick) for nick in ("ann_", "bob_")]
        for thief in thieves:
            thief.say("hotseat", "!votes")
            thief.wait(".", target=thief.nick, source="hotseat")
        self.answer(cyd, number)
        self.finish([ann, bob, cyd], number)
        for thief in thieves:
            thief.sync()
            self.assertFalse([text for text in thief.texts() if "sealed-" in text])
        self.assertEqual(len(self.program.board()["members"]), 3)
        self.assertEqual({row["rounds"] for row in self.program.board()["members"]}, {1})

    def test_guests_play_and_are_not_ranked(self):
        clients = [self.come("ann", "ann"), self.come("bob", "bob"), self.come("gus")]
        self.run_bot()
        number = self.start(clients)
        for client in clients:
            self.answer(client, number)
        self.finish(clients, number)
        clients[0].at = 0
        clients[0].wait(r"gus \(guest\)", target="#prep", source="hotseat")
        self.assert_ranked("ann", "bob")

    def test_a_guest_logs_in_in_mid_round(self):
        clients = [self.come("ann", "ann"), self.come("bob", "bob"), self.come("gus")]
        gus = clients[2]
        self.run_bot()
        number = self.start(clients)
        self.answer(gus, number)
        self.login(gus, "gus")
        gus.wait("logged in, so you are ranked in round %d" % number, target="gus",
                 source="hotseat")
        for client in clients[:2]:
            self.answer(client, number)
        self.finish(clients, number)
        self.assert_ranked("ann", "bob", "gus")

    def test_a_member_logs_out_and_in_again(self):
        clients = [self.come("ann", "ann"), self.come("bob", "bob"), self.come("cyd", "cyd")]
        ann = clients[0]
        self.run_bot()
        number = self.start(clients)
        self.answer(ann, number)
        ann.say("NickServ", "LOGOUT")
        ann.wait("logged out", source="NickServ")
        ann.say("#prep", "!me")
        ann.wait("guest", source="hotseat")
        self.login(ann, "ann")
        self.answer(clients[1], number)
        self.answer(clients[2], number)
        self.finish(clients, number)
        self.assert_ranked("ann", "bob", "cyd")

    def test_two_clients_of_one_account(self):
        clients = [self.come("ann", "ann"), self.come("bob", "bob"), self.come("cyd", "cyd")]
        phone = self.come("ann_phone", "ann")
        self.run_bot()
        number = self.start(clients)
        phone.say("hotseat", "sealed-%d-ann is what I would do" % number)
        phone.wait("Stored", target="ann_phone", source="hotseat")
        self.answer(clients[1], number)
        self.answer(clients[2], number)
        # What she is sent goes where she spoke last.
        for client in clients + [phone]:
            client.at = 0
        for client in (phone, clients[1], clients[2]):
            self.vote(client, number, 2)
        crowd.result(clients, "#prep", number)
        board = self.program.board()["members"]
        self.assertEqual(len(board), 3)

    def test_the_bot_comes_back_to_them(self):
        clients = [self.come("ann", "ann"), self.come("bob", "bob"), self.come("cyd", "cyd")]
        self.run_bot()
        number = self.start(clients)
        self.answer(clients[0], number)
        self.program.kill()
        clients[0].wait_line(lambda line: line.command == "QUIT" and line.nick == "hotseat")
        self.renamed(clients[0], "anna")
        self.program.start()
        self.program.wait_log("joined #prep", 2)
        self.answer(clients[1], number)
        self.answer(clients[2], number)
        self.finish(clients, number)
        self.assertEqual(len(self.program.board()["members"]), 3)

    def test_a_stranger_says_what_services_say(self):
        self.services.kill()
        try:
            impostor = ircd.Client(self.hub, "NickServ")
            self.addCleanup(impostor.close)
            impostor.join("#prep")
            gus = self.come("gus")
            self.run_bot(services=accounts_case.MASK)
            gus.mark()
            gus.say("#prep", "!me")
            for word in ("gus -> ann ACC 3", "gus ACC 3", "gus ACC 3 ann"):
                impostor.raw("NOTICE hotseat :" + word)
            gus.wait("guest", source="hotseat")
            gus.say("#prep", "!me")
            gus.wait("guest", source="hotseat")
        finally:
            impostor.quit()
            self.services.start()


tap.main()
