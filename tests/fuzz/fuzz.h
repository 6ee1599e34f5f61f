/* What the fuzz targets share. A rule that does not hold ends the program, so that libFuzzer keeps the input. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(rule)                                                                                 \
    do {                                                                                           \
        if (!(rule)) {                                                                             \
            fprintf(stderr, "%s:%d: must hold: %s\n", __FILE__, __LINE__, #rule);                  \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
