/* shown: told once for each change; what a stream was told is gone with it, so the next one is told anew. */
#include "app/shown.h"
#include <inttypes.h>

static void ignored(void *arg, const struct link_answer *answer)
{
    (void)arg, (void)answer;
}

void shown_tell(struct console *c)
{
    bool writes = composer_is_open(&c->composer), replying = writes && c->composer.reply;
    int64_t stream = mirror_stream(c->mirror), ticket = writes ? c->composer.ticket : console_place(c) == PLACE_TICKET ? c->ticket.id : 0;
    if (!stream || link_status(c->link)->state != LINK_LIVE ||
        (stream == c->shown.stream && ticket == c->shown.ticket && replying == c->shown.replying))
        return;
    bool news = ticket || (stream == c->shown.stream && c->shown.ticket);
    c->shown.stream = stream;
    c->shown.ticket = ticket;
    c->shown.replying = replying;
    if (news)
        link_send(c->link, "PUT", "/v1/presence",
                  arena_printf(c->frame, "{\"stream\":%" PRId64 ",\"ticket\":%" PRId64 ",\"doing\":\"%s\"}", stream, ticket,
                               !ticket ? "idle" : replying ? "replying" : "viewing"), ignored, c);
}
