/* The hello plugin, linked statically. */
#define HS_STATIC_PLUGIN hello
#include "../../plugins/hello/hello.c"
