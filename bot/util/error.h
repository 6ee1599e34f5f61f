/* Errors as values: what kind, where it was found, and why in words. */
#ifndef UTIL_ERROR_H
#define UTIL_ERROR_H

#include <stdarg.h>

enum error_code {
    ERR_NONE = 0,
    ERR_MEMORY,   /* out of memory */
    ERR_IO,       /* a file, a disk or a socket failed */
    ERR_FULL,     /* no room on the disk, or a bound was reached */
    ERR_READONLY, /* cannot write */
    ERR_CORRUPT,  /* stored data is damaged */
    ERR_NEWER,    /* stored data is from a newer version */
    ERR_BUSY,     /* in use; may work later */
    ERR_INVALID,  /* input does not have the form it should */
    ERR_MISSING,  /* not there */
    ERR_EXISTS,   /* already there */
    ERR_PLUGIN,   /* a plugin failed or was refused */
    ERR_NETWORK,  /* a connection failed */
    ERR_INTERNAL  /* a bug in hotseat */
};

struct error {
    enum error_code code;
    const char *file; /* source file and line that set it */
    int line;
    char why[320]; /* for a person: what is wrong and, where known, what would work */
};

/* Sets *error (which may be NULL) and returns -1, so that `return error_set(...)` reads well. */
#define error_set(error, code, ...) error_set_at((error), (code), __FILE__, __LINE__, __VA_ARGS__)
int error_set_at(struct error *error, enum error_code code, const char *file, int line,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Puts "prefix: " before error->why. Returns -1. */
int error_prefix(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

void error_clear(struct error *error);

/* "memory", "io", ... for logs and JSON. */
const char *error_code_name(enum error_code code);

#endif
