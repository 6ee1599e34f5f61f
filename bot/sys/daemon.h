/* Being a daemon: telling systemd how it is. */
#ifndef SYS_DAEMON_H
#define SYS_DAEMON_H

/* Sends a state such as "READY=1" to the socket in NOTIFY_SOCKET; does nothing without one. */
void daemon_notify(const char *state);

#endif
