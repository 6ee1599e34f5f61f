/* The text of scenario files: escapes, and patterns to compare what was seen with. */
#ifndef CLI_SCENARIO_TEXT_H
#define CLI_SCENARIO_TEXT_H

#include <stdbool.h>

#include "util/buf.h"

/*
 * Appends `text` with its escapes resolved: \n \t \r \\ \* (a plain star), \xHH (any byte), and
 * \{N WORDS} (WORDS, escapes resolved, N times). False if an escape is malformed
 * or the result would be longer than 4 MB. With `pattern`, a star that was not
 * escaped becomes SCENARIO_STAR.
 */
bool scenario_unescape(struct buf *out, const char *text, bool pattern);

#define SCENARIO_STAR '\x1A' /* matches any text; no message holds it */

/* Whether the pattern occurs in the text, or with `whole` is all of it. */
bool scenario_match(const char *pattern, const char *text, bool whole);

#endif
