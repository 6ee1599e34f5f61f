#include "warp/names.h"

#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

#define DONE ((pthread_t)1) /* of a thread whose work is done already */

static struct {
    const char *name; /* NULL = none */
    enum names_fate (*fate)(void *context);
    void *context;
} names;

void names_take(const char *name, enum names_fate (*fate)(void *context), void *context)
{
    names.name = name;
    names.fate = fate;
    names.context = context;
}

void names_leave(void)
{
    names.name = NULL;
}

/* What the C library has under that name, for what is not ours. */
static void *real(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    int (*ask)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    void *found = real("getaddrinfo");
    memcpy(&ask, &found, sizeof ask);
    if (!names.name || !name || strcmp(name, names.name) != 0)
        return ask(name, service, hints, result);
    switch (names.fate(names.context)) {
    case NAMES_UNKNOWN:
        return EAI_NONAME;
    case NAMES_NO_ANSWER:
        return EAI_AGAIN;
    default:
        return ask("127.0.0.1", service, hints, result);
    }
}

static int is_of_libcurl(const void *address)
{
    Dl_info info;
    return names.name && dladdr(address, &info) && info.dli_fname &&
           strstr(info.dli_fname, "libcurl") != NULL;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *context)
{
    int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    void *found = real("pthread_create");
    memcpy(&create, &found, sizeof create);
    if (!is_of_libcurl(__builtin_return_address(0)))
        return create(thread, attributes, run, context);
    *thread = DONE;
    run(context);
    return 0;
}

int pthread_join(pthread_t thread, void **result)
{
    int (*join)(pthread_t, void **);
    void *found = real("pthread_join");
    memcpy(&join, &found, sizeof join);
    return thread == DONE ? 0 : join(thread, result);
}

int pthread_detach(pthread_t thread)
{
    int (*detach)(pthread_t);
    void *found = real("pthread_detach");
    memcpy(&detach, &found, sizeof detach);
    return thread == DONE ? 0 : detach(thread);
}
