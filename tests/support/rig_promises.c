#include "rig_promises.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is stored of a linked account may be stored for the other. */
static const char *names_of(const struct rig_promises *promises, const char *person, char out[64])
{
    const char *const *pair = promises->people;
    bool linked = promises->one_person &&
                  (strcmp(person, pair[0]) == 0 || strcmp(person, pair[1]) == 0);
    snprintf(out, 64, "'%s', '%s'", linked ? pair[0] : person, linked ? pair[1] : person);
    return out;
}

static bool is_same(const struct rig_promises *promises, const char *person, size_t m)
{
    return strcmp(person, promises->people[m]) == 0 ||
           (promises->one_person && m < 2 && strcmp(person, promises->people[1 - m]) == 0);
}

static const char *check_answer_receipt(struct rig_promises *promises, const struct rig_seen *one)
{
    char sql[512], code[9] = "", names[64];
    const char *at = strstr(one->text, "code ");
    if (!one->person || !at || sscanf(at + 5, "%8[0-9a-f]", code) != 1 || strlen(code) < 8)
        return NULL;
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM answer a JOIN member m ON m.id = a.member WHERE m.name IN (%s)"
             " AND substr(a.hash, 1, 8) = '%s'", names_of(promises, one->person, names), code);
    promises->answers++;
    return rig_number(promises->rig, sql) < 1 ? "an acknowledged answer is not in the store" : NULL;
}

static const char *check_vote_receipt(struct rig_promises *promises, const struct rig_seen *one)
{
    char sql[512], label[4], names[64];
    unsigned s[4] = {0};
    if (!one->person || sscanf(one->text, "Stored: %3[A-Z] %u %u %u %u", label, &s[0], &s[1],
                               &s[2], &s[3]) != 5)
        return NULL;
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM ballot b JOIN member m ON m.id = b.voter WHERE m.name IN (%s)"
             " AND substr(b.scores, 1, 4) = '%u%u%u%u' AND b.at <= %lld",
             names_of(promises, one->person, names), s[0], s[1], s[2], s[3], (long long)one->at);
    promises->votes++;
    return rig_number(promises->rig, sql) < 1 ? "an acknowledged vote is not in the store" : NULL;
}

/* Others' answers come under a letter, once they are locked, and with no name. */
static const char *check_blind(struct rig_promises *promises, const struct rig_seen *one)
{
    for (size_t m = 0; m < promises->people_count; m++) {
        bool own = one->person && is_same(promises, one->person, m);
        if (own || !strstr(one->text, promises->tokens[m]))
            continue;
        const char *round = strstr(one->text, ", round ");
        char sql[256];
        if (!one->person || strncmp(one->text, "Answer ", 7) != 0 || !round)
            return "an answer is shown where it should not be";
        if (strstr(one->text, promises->people[m]))
            return "an answer is shown with its author";
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM log WHERE round = %ld AND what LIKE '%%answer -> %%'"
                 " AND at <= %lld", strtol(round + 8, NULL, 10), (long long)one->at);
        if (rig_number(promises->rig, sql) < 1)
            return "an answer is shown before it was locked";
    }
    return NULL;
}

const char *rig_broken_promise(struct rig_promises *promises, const struct rig_seen *one)
{
    const char *rule = check_answer_receipt(promises, one);
    if (!rule)
        rule = check_vote_receipt(promises, one);
    return rule ? rule : check_blind(promises, one);
}
