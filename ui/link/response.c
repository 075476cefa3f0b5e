/* response: see response.h. The two parsers share their callbacks; what differs, how one is run and stopped, stands in two pairs of
 * functions at the beginning. */
#include "link/response.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int take_name(response_parser *parser, const char *text, size_t n);
static int take_value(response_parser *parser, const char *text, size_t n);
static int head_ends(response_parser *parser);
static int take_body(response_parser *parser, const char *bytes, size_t n);
static int message_ends(response_parser *parser);

#ifdef HAVE_LLHTTP
static const llhttp_settings_t settings = {.on_header_field = take_name,
                                           .on_header_value = take_value,
                                           .on_headers_complete = head_ends,
                                           .on_body = take_body,
                                           .on_message_complete = message_ends};

static void parser_init(response_parser *parser)
{
    llhttp_init(parser, HTTP_RESPONSE, &settings);
}

/* False: an error; a pause is none. n 0: the connection ended. */
static bool parser_run(response_parser *parser, const char *bytes, size_t n, size_t *used)
{
    llhttp_errno_t code = n ? llhttp_execute(parser, bytes, n) : llhttp_finish(parser);
    *used = code == HPE_OK || !n ? n : (size_t)(llhttp_get_error_pos(parser) - bytes);
    return code == HPE_OK || code == HPE_PAUSED;
}

static bool parser_keeps(const response_parser *parser)
{
    return llhttp_should_keep_alive(parser);
}

static int parser_pause(response_parser *parser)
{
    (void)parser;
    return HPE_PAUSED;
}
#else
static const struct http_parser_settings settings = {.on_header_field = take_name,
                                                     .on_header_value = take_value,
                                                     .on_headers_complete = head_ends,
                                                     .on_body = take_body,
                                                     .on_message_complete = message_ends};

static void parser_init(response_parser *parser)
{
    http_parser_init(parser, HTTP_RESPONSE);
}

static bool parser_run(response_parser *parser, const char *bytes, size_t n, size_t *used)
{
    *used = http_parser_execute(parser, &settings, bytes, n);
    enum http_errno code = HTTP_PARSER_ERRNO(parser);
    return code == HPE_OK || code == HPE_PAUSED;
}

static bool parser_keeps(const response_parser *parser)
{
    return http_should_keep_alive(parser);
}

static int parser_pause(response_parser *parser)
{
    http_parser_pause(parser, 1);
    return 0;
}
#endif

static void append(char *to, size_t size, size_t *used, const char *text, size_t n)
{
    size_t room = size - 1 - *used;
    n = n < room ? n : room;
    memcpy(to + *used, text, n);
    *used += n;
    to[*used] = 0;
}

static void header_ends(struct response *r)
{
    if (strcasecmp(r->name, "X-Triage-Now") == 0)
        r->now = strtoll(r->value, NULL, 10);
    r->name_n = r->value_n = 0;
    r->name[0] = r->value[0] = 0;
    r->valued = false;
}

static int take_name(response_parser *parser, const char *text, size_t n)
{
    struct response *r = parser->data;
    if (r->valued)
        header_ends(r);
    append(r->name, sizeof r->name, &r->name_n, text, n);
    return 0;
}

static int take_value(response_parser *parser, const char *text, size_t n)
{
    struct response *r = parser->data;
    r->valued = true;
    append(r->value, sizeof r->value, &r->value_n, text, n);
    return 0;
}

static int head_ends(response_parser *parser)
{
    struct response *r = parser->data;
    header_ends(r);
    r->head = 0;
    r->status = parser->status_code >= 200 ? parser->status_code : 0;
    return 0;
}

static int take_body(response_parser *parser, const char *bytes, size_t n)
{
    struct response *r = parser->data;
    return !r->body(r->arg, bytes, n);
}

static int message_ends(response_parser *parser)
{
    struct response *r = parser->data;
    if (!r->status)
        return 0;
    r->keeps = parser_keeps(parser);
    r->state = RESPONSE_DONE;
    return parser_pause(parser);
}

void response_init(struct response *r)
{
    *r = (struct response){0};
    parser_init(&r->parser);
    r->parser.data = r;
}

static size_t run(struct response *r, const char *bytes, size_t n)
{
    size_t used = 0;
    if (!parser_run(&r->parser, bytes, n, &used))
        r->state = RESPONSE_BAD;
    return used;
}

size_t response_feed(struct response *r, const char *bytes, size_t n, response_body *body, void *arg)
{
    if (r->state != RESPONSE_COMING || !n)
        return 0;
    r->begun = true;
    r->body = body;
    r->arg = arg;
    r->head += n;
    size_t used = run(r, bytes, n);
    if (r->status)
        r->head = 0;
    else if (r->head > RESPONSE_HEAD)
        r->state = RESPONSE_BAD;
    return used;
}

void response_end(struct response *r)
{
    if (r->state != RESPONSE_COMING)
        return;
    run(r, NULL, 0);
    if (r->state != RESPONSE_DONE)
        r->state = RESPONSE_BAD;
}
