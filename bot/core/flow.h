/*
 * How a round goes from phase to phase, and what is said and stored on the
 * way. Called by commands and by the clock. Functions return 0, or -1 when the
 * event must be rolled back.
 */
#ifndef CORE_FLOW_H
#define CORE_FLOW_H

#include "core/hall.h"

/* A new round is in the hall: gathers people, or poses the question at once. */
int flow_open(struct hall *hall, struct round *round, int64_t gather_ms, const char *host_name,
              int64_t now, struct effects *effects);
/* Draws the question and opens answering. */
int flow_pose(struct hall *hall, struct round *round, int64_t now, struct effects *effects);
/* Answering is over: grading, or the end if there is nothing to grade. */
int flow_lock(struct hall *hall, struct round *round, int64_t now, struct effects *effects);
/* Grading is over: scores, ledger, feedback. */
int flow_reveal(struct hall *hall, struct round *round, int64_t now, struct effects *effects);
/* Ends the phase, whatever it is. */
int flow_advance(struct hall *hall, struct round *round, int64_t now, struct effects *effects);
/* Ends the round unscored and says why ("ended by ann"). */
int flow_end(struct hall *hall, struct round *round, const char *why, int64_t now,
             struct effects *effects);
/* Before an event is handled: everything whose time had come when it was sent, in the order of the
 * deadlines. What begins then begins when the event is handled. */
int flow_tick_before(struct hall *hall, const struct event *event, struct effects *effects);
/* After it was handled: what it has completed, too, ends at once. */
int flow_tick(struct hall *hall, const struct event *event, struct effects *effects);
/* When the round next needs the clock, 0 = never. */
int64_t flow_due(const struct hall *hall, const struct round *round);
/* When the phase closes early because everyone is done, 0 = not (yet): as
 * round_done_at(), but who is in the middle of !begin is not done. */
int64_t flow_done_at(const struct hall *hall, const struct round *round);

/* Tells transports how far the round is. */
void flow_progress(const struct round *round, struct effects *effects);
/* Sends a voter the answers to grade, blind; with open ballots only how to grade them. */
void flow_send_ballot(const struct hall *hall, const struct round *round, const struct seat *voter,
                      struct effects *effects);
/* With open ballots: posts the answers in the room, and how to grade them. */
void flow_post_ballots(const struct hall *hall, const struct round *round,
                       struct effects *effects);
/* Sends somebody one answer under its label, so that marks on it count. */
void flow_show_answer(const struct round *round, uint32_t author, size_t label,
                      const struct address *to, struct effects *effects);
/* "4 3 5 4": an example with as many scores as the rubric has criteria. */
#define ROUND_EXAMPLE 16
void flow_example_scores(const struct hs_rubric *rubric, char out[ROUND_EXAMPLE]);
/* One answer, under its label, as a text. */
void flow_answer_text(const struct round *round, const struct seat *author, size_t label,
                      struct text *text);
void flow_record_seat(const struct round *round, const struct seat *seat, struct effects *effects);
/* Audit. member 0 = the bot. */
void flow_log(const struct round *round, uint64_t member, int64_t at, struct effects *effects,
              const char *format, ...) __attribute__((format(printf, 5, 6)));
/* A room and a member have now seen the round's question. */
void flow_record_asked(const struct round *round, uint64_t room, uint64_t member, int64_t at,
                       struct effects *effects);

#endif
