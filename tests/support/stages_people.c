/* What people do on a stage. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stages.h"
#include "transport/console/console.h"
#include "transport/script/script.h"
#include "util/buf.h"

static void irc_line(struct stage *stage, const char *person, const char *target, const char *text,
                     size_t length)
{
    struct buf line;
    buf_init(&line);
    buf_printf(&line, ":%s!~%s@127.0.0.1 PRIVMSG %s :", person, person, target);
    buf_add(&line, text, length);
    buf_puts(&line, "\r\n");
    assert_false(line.failed);
    fake_irc_send(stage->fake, line.data, line.length);
    buf_finish(&line);
}

static void console_line(struct stage *stage, const char *person, const char *mark,
                         const char *text, size_t length)
{
    struct buf line;
    buf_init(&line);
    buf_printf(&line, "%s%s ", person, mark);
    buf_add(&line, text, length);
    assert_true(console_input(stage->transport, line.data, line.length));
    buf_finish(&line);
}

void stages_say(struct stage *stage, const char *person, const char *text, size_t length)
{
    if (stage->matrix)
        free(stage_matrix_say(stage->matrix, person, stage->room, text, length));
    else if (stage->fake)
        irc_line(stage, person, stage->room, text, length);
    else if (strcmp(stage->kind, "console") == 0)
        console_line(stage, person, ":", text, length);
    else
        script_say(stage->transport, 1, stage->room, person, text, length);
}

void stages_tell(struct stage *stage, const char *person, const char *text, size_t length)
{
    if (stage->matrix)
        free(stage_matrix_say(stage->matrix, person, stage_matrix_direct(stage->matrix, person),
                              text, length));
    else if (stage->fake)
        irc_line(stage, person, "hotseat", text, length);
    else if (strcmp(stage->kind, "console") == 0)
        console_line(stage, person, ">", text, length);
    else
        script_tell(stage->transport, 1, person, text, length);
}

void stages_enter(struct stage *stage, const char *person)
{
    char command[64];
    snprintf(command, sizeof command, "/as %s", person);
    if (stage->matrix)
        stage_matrix_enter(stage->matrix, person);
    else if (stage->fake)
        fake_irc_say(stage->fake, ":%s!~%s@127.0.0.1 JOIN :%s", person, person, stage->room);
    else if (strcmp(stage->kind, "console") == 0)
        assert_true(console_input(stage->transport, command, strlen(command)));
    else
        script_enter(stage->transport, 1, stage->room, person);
}

void stages_leave(struct stage *stage, const char *person)
{
    char command[64];
    snprintf(command, sizeof command, "/leave %s", person);
    if (stage->matrix)
        stage_matrix_leave(stage->matrix, person);
    else if (stage->fake)
        fake_irc_say(stage->fake, ":%s!~%s@127.0.0.1 PART %s :bye", person, person, stage->room);
    else if (strcmp(stage->kind, "console") == 0)
        assert_true(console_input(stage->transport, command, strlen(command)));
    else
        script_leave(stage->transport, 1, stage->room, person);
}
