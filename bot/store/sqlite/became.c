/* A guest who is an account now: what is open of the one is the other's. */
#include "store/sqlite/sql.h"

int sqlite_became(struct sqlite_store *store, const struct became_record *became,
                  struct error *error)
{
    static const enum sql_id ids[] = {SQL_BECAME_HOST,   SQL_BECAME_SEAT,   SQL_BECAME_ANSWER,
                                      SQL_BECAME_PART,   SQL_BECAME_DRAFT,  SQL_BECAME_MOTION,
                                      SQL_BECAME_BALLOT, SQL_BECAME_MARK};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (sql_do(store, ids[i], error, "iii", (int64_t)became->round, (int64_t)became->from,
                   (int64_t)became->to))
            return -1;
    return 0;
}

int sqlite_mail(struct sqlite_store *store, const struct mail_record *mail, struct error *error)
{
    return sql_do(store, SQL_OUTBOX_MAIL, error, "tttttt", mail->from.transport, mail->from.network,
                  mail->from.target, mail->to.transport, mail->to.network, mail->to.target);
}
