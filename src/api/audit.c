/* audit: who did what when, and whether the journal still says what was written. A verification goes in bites: whoever asks
 * gives back the link the bite before ended at, so a journal of any length is walked without one long read, and an answer can
 * be checked from any link that is known from elsewhere. */
#include "api/calls.h"
#include "api/show.h"
#include "base/crypto.h"
#include "base/str.h"
#include "store/chain.h"
#include <stdlib.h>
#include <string.h>

enum { PAGE = 50, MOST = 500, BITE = 2000, BITE_MOST = 20000 };

static void get_audit(struct request *req)
{
    struct show show;
    struct entry *list = NULL;
    int count = 0;
    int64_t next = 0;
    if (!show_open(&show, req))
        return;
    struct audit_query q = {.before = request_query_i64(req, "before", 0, 0, INT64_MAX), .since = request_query_i64(req, "since", 0, 0, INT64_MAX),
                            .ticket = request_query_i64(req, "ticket", 0, 0, INT64_MAX), .kind = request_query(req, "kind"),
                            .actor = request_query(req, "actor"), .people = request_query_i64(req, "people", 0, 0, 1) != 0,
                            .limit = (int)request_query_i64(req, "limit", PAGE, 1, MOST)};
    struct json *root = json_object(), *entries = json_array();
    if (store_list_audit(show.store, show.arena, &q, &list, &count, &next, &show.err))
        for (int i = 0; i < count; i++)
            json_push(entries, show_entry(&show, &list[i]));
    json_put(root, "entries", entries);
    if (next)
        json_put_i64(root, "next", next);
    else
        json_put_null(root, "next");
    show_answer(&show, root);
}

/* --- the chain --- */

static void put_place(struct json *root, const char *name, const struct chain_place *place)
{
    char hex[2 * CHAIN_HASH + 1];
    struct json *row = json_object();
    crypto_hex(place->hash, CHAIN_HASH, hex);
    json_put_i64(row, "seq", place->seq);
    json_put_string(row, "hash", hex);
    json_put(root, name, row);
}

/* "SEQ:HASH" as the log and `head` give it; absent: untouched. */
static bool read_place(const struct request *req, const char *name, struct chain_place *place, struct err *err)
{
    const char *text = request_query(req, name);
    char *end = NULL;
    if (!text || !*text)
        return true;
    long long seq = strtoll(text, &end, 10);
    if (end != text && seq >= 0 && *end == ':' && crypto_unhex(end + 1, CHAIN_HASH, place->hash)) {
        place->seq = seq;
        return true;
    }
    return err_set(err, ERR_USAGE, "%s: a link as SEQ:HASH, the hash as 64 hex digits", name);
}

static struct json *fault_row(const struct chain_walk *walk)
{
    struct json *row = json_object();
    json_put_i64(row, "seq", walk->bad);
    json_put_string(row, "what", chain_fault_word(walk->fault));
    json_put_string(row, "says", chain_fault_sentence(walk->fault));
    return row;
}

static void get_verify(struct request *req)
{
    struct show show;
    struct chain_walk walk = {0};
    int64_t last = 0;
    if (!show_open(&show, req))
        return;
    walk.score = request_query_i64(req, "score", request_query(req, "after") ? -1 : 0, -1, INT64_MAX);
    if (!read_place(req, "after", &walk.at, &show.err) || !read_place(req, "against", &walk.kept, &show.err) ||
        !store_entry_last(show.store, &last, &show.err) ||
        !store_chain_walk(show.store, &walk, request_query_i64(req, "most", BITE, 1, BITE_MOST), &show.err)) {
        show_fail(&show);
        return;
    }
    struct json *root = json_object();
    json_put_bool(root, "good", !walk.fault);
    json_put_i64(root, "entries", walk.entries);
    json_put_i64(root, "links", walk.links);
    json_put_i64(root, "of", last);
    put_place(root, "at", &walk.at);
    json_put_i64(root, "score", walk.score);
    json_put_bool(root, "end", walk.end);
    json_put(root, "bad", walk.fault ? fault_row(&walk) : json_new_null());
    show_answer(&show, root);
}

static void get_head(struct request *req)
{
    struct show show;
    struct chain_place head;
    if (!show_open(&show, req))
        return;
    struct json *root = json_object();
    if (store_chain_head(show.store, &head, &show.err))
        put_place(root, "head", &head);
    show_answer(&show, root);
}

#define READ(p, fn, text) {.method = "GET", .path = p, .sides = SIDE_DESK, .role = ROLE_LEAD, .handle = fn, .help = text}
const struct call audit_calls[] = {
    READ("/v1/audit", get_audit, "who did what when, newest first"),
    READ("/v1/audit/head", get_head, "the chain's newest link"),
    READ("/v1/audit/verify", get_verify, "is the journal as it was written: a bite of the walk"),
    {0},
};
