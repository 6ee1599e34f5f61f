/* Lines as servers send them, well and badly formed: what the fuzz target of the link mixes in. */
#ifndef FUZZ_IRC_GRAMMAR_H
#define FUZZ_IRC_GRAMMAR_H

#include <stddef.h>
#include <stdint.h>

/* An order to the harness inside the bytes of an input: this byte, then a letter (irc_link_fuzz.c). */
#define IRC_ORDER 0xFE
#define IRC_ORDERS "nwwwthppddaamg"

/* Writes one line or order, with its end, of at most `size` bytes; gives its length. */
size_t irc_grammar_line(uint64_t *chance, char *out, size_t size);

#endif
