#include "paste_server.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void become_server(int in, int out)
{
    const char *top = getenv("HOTSEAT_TOP");
    char script[4096];
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    snprintf(script, sizeof script, "%s/tests/support/paste_server.py", top ? top : ".");
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    execlp("python3", "python3", script, "paste.test", (char *)NULL);
    _exit(127);
}

void paste_server_start(struct paste_server *server)
{
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
        abort();
    server->pid = fork();
    if (server->pid == 0)
        become_server(in[0], out[1]);
    close(in[0]);
    close(out[1]);
    server->in = in[1];
    FILE *said = fdopen(out[0], "r");
    char line[400] = "", *at = line;
    if (server->pid < 0 || !said || !fgets(line, sizeof line, said)) {
        fprintf(stderr, "tests/support/paste_server.py does not start\n");
        abort();
    }
    fclose(said);
    server->port = (unsigned)strtoul(at, &at, 10);
    server->self_signed = (unsigned)strtoul(at, &at, 10);
    server->other_name = (unsigned)strtoul(at, &at, 10);
    line[strcspn(line, "\n")] = '\0';
    snprintf(server->ca, sizeof server->ca, "%s", at + 1);
}

void paste_server_stop(struct paste_server *server)
{
    close(server->in); /* it tidies up and ends */
    waitpid(server->pid, NULL, 0);
}
