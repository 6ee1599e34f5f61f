/* The paste server that behaves badly on demand (paste_server.py), as a process beside a C test. */
#ifndef SUPPORT_PASTE_SERVER_H
#define SUPPORT_PASTE_SERVER_H

struct paste_server {
    unsigned port;       /* of loopback; "paste.test" by its certificate */
    unsigned self_signed; /* another one, whose certificate nobody signed */
    unsigned other_name; /* and one with the certificate of another host */
    char ca[256];        /* the file of the authority */
    int pid, in;
};

/* Asserts that it starts. It ends with the test's process, at the latest. */
void paste_server_start(struct paste_server *server);
void paste_server_stop(struct paste_server *server);

#endif
