#include "app/plugin_image.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static int check_file(int fd, struct error *error)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return error_set(error, ERR_PLUGIN, "it is not a file");
    if (st.st_mode & S_IWOTH)
        return error_set(error, ERR_PLUGIN,
                         "anyone may write it, and so run code as the bot; chmod o-w it");
    return 0;
}

static int copy_to_memory(int fd, struct error *error)
{
    struct stat st;
    int copy = memfd_create("hotseat-plugin", MFD_CLOEXEC);
    if (copy < 0 || fstat(fd, &st) != 0)
        goto fail;
    for (off_t left = st.st_size; left > 0;) {
        ssize_t sent = sendfile(copy, fd, NULL, (size_t)left);
        if (sent < 0)
            goto fail;
        if (sent == 0)
            break; /* it got shorter meanwhile; check_whole() will see it */
        left -= sent;
    }
    return copy;
fail:
    error_set(error, ERR_IO, "cannot read it: %s", strerror(errno));
    if (copy >= 0)
        close(copy);
    return -1;
}

/* Whether a part of the file, as the loader will map it, is there. */
static bool part_fits(const ElfW(Phdr) *part, off_t size)
{
    return part->p_type != PT_LOAD ||
           (part->p_offset <= (ElfW(Off))size && part->p_filesz <= (ElfW(Off))size - part->p_offset);
}

/* The loader maps what the headers promise. If the file ends before, as a half
 * copied one does, touching it would kill the program. */
static int check_whole(int copy, struct error *error)
{
    ElfW(Ehdr) head;
    struct stat st;
    if (fstat(copy, &st) != 0 || pread(copy, &head, sizeof head, 0) != (ssize_t)sizeof head ||
        memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
        return error_set(error, ERR_PLUGIN, "it is not a shared object (no ELF file)");
    for (unsigned i = 0; i < head.e_phnum; i++) {
        ElfW(Phdr) part;
        off_t at = (off_t)(head.e_phoff + (ElfW(Off))i * sizeof part);
        if (head.e_phentsize != sizeof part || at < 0 ||
            pread(copy, &part, sizeof part, at) != (ssize_t)sizeof part ||
            !part_fits(&part, st.st_size))
            return error_set(error, ERR_PLUGIN, "it is cut short; build or copy it again");
    }
    return 0;
}

/* What dlerror() says, without the name of the copy, which means nothing to anyone. */
static const char *loader_says(const char *name)
{
    const char *why = dlerror();
    size_t length = strlen(name);
    if (!why)
        return "unknown reason";
    return strncmp(why, name, length) == 0 && why[length] == ':' ? why + length + 2 : why;
}

int plugin_image_open(struct plugin_image *image, const char *path, struct error *error)
{
    char name[64];
    *image = (struct plugin_image){.copy = -1};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_set(error, ERR_IO, "cannot open it: %s", strerror(errno));
    if (check_file(fd, error) == 0)
        image->copy = copy_to_memory(fd, error);
    close(fd);
    if (image->copy < 0 || check_whole(image->copy, error)) {
        plugin_image_close(image);
        return -1;
    }
    snprintf(name, sizeof name, "/proc/self/fd/%d", image->copy);
    image->handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (image->handle)
        return 0;
    error_set(error, ERR_PLUGIN, "it does not load: %s", loader_says(name));
    plugin_image_close(image);
    return -1;
}

hs_plugin_descriptor_fn *plugin_image_function(const struct plugin_image *image)
{
    /* ISO C has no cast from object to function pointers; POSIX promises that it works. */
    union {
        void *object;
        hs_plugin_descriptor_fn *function;
    } symbol = {.object = dlsym(image->handle, HS_PLUGIN_SYMBOL)};
    return symbol.object ? symbol.function : NULL;
}

void plugin_image_close(struct plugin_image *image)
{
    if (image->handle)
        dlclose(image->handle);
    if (image->copy >= 0)
        close(image->copy);
    *image = (struct plugin_image){.copy = -1};
}
