/* A directory of a test's own, and acting as a user without rights. */
#ifndef SUPPORT_SCRATCH_H
#define SUPPORT_SCRATCH_H

#include <stddef.h>

#define SCRATCH_PATH 128

struct scratch {
    char directory[64];
    char database[SCRATCH_PATH]; /* DIRECTORY/test.db, not made yet */
};

/* 0, or -1 if there is none to be had. */
int scratch_make(struct scratch *scratch);
/* Removes the directory with the files in it. */
void scratch_remove(const struct scratch *scratch);
/* DIRECTORY/NAME */
void scratch_path(const struct scratch *scratch, const char *name, char out[SCRATCH_PATH]);
/* What run(context) gives, 0..255, in a process of a user to whom permissions
 * apply: root becomes "nobody", and owns the scratch directory as such. */
int scratch_as_nobody(const struct scratch *scratch, int (*run)(void *context), void *context);

#endif
