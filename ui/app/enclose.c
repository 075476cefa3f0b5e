/* enclose: see enclose.h. What lies in a directory is looked at when Tab is pressed and not before. */
#include "app/enclose.h"
#include "app/attach.h"
#include "app/part.h"
#include "app/restricted.h"
#include "app/writing.h"
#include "base/text.h"
#include "core/attachment.h"
#include "core/draft.h"
#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { OFFERS = 200 };

/* --- who waits for an answer --- */

struct waiting { /* the text it was asked for, which may be closed by then */
    struct console *c;
    int64_t ticket;
    bool reply;
    char name[ATTACHMENT_NAME + 1];
    int64_t size;
};

static struct waiting *wait_for(struct console *c)
{
    struct waiting *w = calloc(1, sizeof *w);
    if (!w)
        abort();
    *w = (struct waiting){.c = c, .ticket = c->composer.ticket, .reply = c->composer.reply};
    return w;
}

/* The composer, if it is still that text; the caller frees w. */
static struct composer *answered(const struct waiting *w)
{
    struct composer *composer = &w->c->composer;
    w->c->dirty = w->c->at_once = true;
    return composer_is_open(composer) && composer->ticket == w->ticket ? composer : NULL;
}

/* --- an account that names no files --- */

static void fetched(void *arg, const struct link_answer *answer)
{
    struct waiting *w = arg;
    struct composer *composer = answered(w);
    AUTO_JSON root = answer->err ? NULL : json_parse(answer->body, answer->n, &json_limits_dialect, NULL, NULL);
    int before = composer ? composer->attached.count : 0;
    if (composer)
        attached_read(&composer->attached, draft_files(json_get(root, "value")));
    if (composer && composer->attached.count > before)
        writing_keep(w->c);
    else if (composer)
        console_toast(w->c, UI_WARN, "No path here is yours to name. From your machine: ssh HOST triage attach %" PRId64 "%s --name NAME < FILE   then a again.", w->ticket,
                      w->reply ? "" : " --note");
    free(w);
}

static void take_from_draft(struct console *c)
{
    link_send(c->link, "GET", arena_printf(c->frame, "/v1/keep/%s", draft_key(c->frame, c->composer.ticket, c->composer.reply)), NULL, fetched, wait_for(c));
}

/* --- a path --- */

void enclose_open(struct console *c)
{
    if (restricted_is() || mirror_restricted(c->mirror)) {
        take_from_draft(c);
        return;
    }
    overlay_ask(&c->overlay, FOR_ATTACH, "attach: ", "");
    c->overlay.completes = true;
    overlay_note(&c->overlay, UI_DIM, "Which file goes with it? A path of this machine, ~ is home.");
}

static const char *expanded(struct console *c, const char *path)
{
    const char *home = getenv("HOME");
    return *path == '~' && (!path[1] || path[1] == '/') && home ? arena_printf(c->frame, "%s%s", home, path + 1) : path;
}

static void put_there(void *arg, const struct link_answer *answer)
{
    struct waiting *w = arg;
    struct composer *composer = answered(w);
    AUTO_ARENA arena = arena_new();
    AUTO_JSON row = answer->err ? NULL : json_parse(answer->body, answer->n, &json_limits_native, NULL, NULL);
    if (composer)
        composer->arriving -= composer->arriving > 0;
    if (answer->err && answer->err->code == ERR_TOO_LARGE)
        console_toast(w->c, UI_ERROR, "%s: %s.", w->name, answer->err->text);
    else if (answer->err)
        console_toast(w->c, UI_ERROR, "%s is not attached: %s", w->name, answer->err->text);
    else if (!composer)
        console_toast(w->c, UI_WARN, "%s is not attached: the text was closed meanwhile.", w->name);
    else if (!attached_add(&composer->attached, row))
        console_toast(w->c, UI_WARN, "%s goes along already, or there are %d files with it.", w->name, ATTACHMENTS_SENT);
    else
        composer->key[0] = 0;
    if (composer && !answer->err)
        writing_keep(w->c);
    free(w);
}

static void on_attach(struct console *c, const struct answer *a)
{
    struct attach_file f;
    struct err err = {0};
    AUTO_ARENA arena = arena_new();
    if (!*a->text || !composer_is_open(&c->composer))
        return;
    if (!attach_load(arena, expanded(c, a->text), &f, &err)) {
        console_toast(c, UI_ERROR, "%s", err.text);
        return;
    }
    struct waiting *w = wait_for(c);
    str_copy(w->name, sizeof w->name, f.name);
    w->size = (int64_t)f.n;
    c->composer.arriving++;
    link_upload(c->link, attach_path(arena, f.name), f.data, f.n, put_there, w);
}

/* --- Tab --- */

struct listing { struct picker_item items[OFFERS]; int count; };

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct picker_item *)a)->name, ((const struct picker_item *)b)->name);
}

/* A name that cannot be typed and seen as it is is not offered. */
static bool is_offered(struct console *c, const char *name, const char *begun)
{
    bool hidden = *name == '.' && *begun != '.';
    return !hidden && strncmp(name, begun, strlen(begun)) == 0 && text_valid(name, strlen(name)) && strcmp(text_safe_in(c->frame, name, TEXT_LINE), name) == 0 &&
           strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static void list(struct console *c, const char *dir, const char *begun, struct listing *out)
{
    DIR *d = opendir(*dir ? expanded(c, dir) : ".");
    struct stat st;
    out->count = 0;
    for (struct dirent *e; d && out->count < OFFERS && (e = readdir(d));) {
        if (!is_offered(c, e->d_name, begun) || fstatat(dirfd(d), e->d_name, &st, 0) < 0 || !(S_ISDIR(st.st_mode) || S_ISREG(st.st_mode)))
            continue;
        out->items[out->count++] = (struct picker_item){.name = arena_printf(c->frame, "%s%s", e->d_name, S_ISDIR(st.st_mode) ? "/" : ""),
                                                        .detail = S_ISREG(st.st_mode) ? attachment_size(c->frame, st.st_size) : ""};
    }
    if (d)
        closedir(d);
    qsort(out->items, (size_t)out->count, sizeof *out->items, by_name);
}

static size_t common(const struct listing *l)
{
    size_t n = l->count ? strlen(l->items[0].name) : 0;
    for (int i = 1; i < l->count; i++) {
        size_t same = 0;
        while (same < n && l->items[i].name[same] == l->items[0].name[same])
            same++;
        n = same;
    }
    while (n && l->count > 1 && ((unsigned char)l->items[0].name[n] & 0xc0) == 0x80)
        n--;
    return n;
}

/* From then on what stands there is this; the next Tab goes on from it. */
static void take(struct console *c, size_t from, const char *name, size_t n)
{
    editor_replace(c->overlay.editor, from, editor_length(c->overlay.editor), arena_strndup(c->frame, name, n));
}

static void complete(struct console *c, bool back)
{
    struct overlay *o = &c->overlay;
    const char *typed = arena_strdup(c->frame, o->offer_count ? c->prompt.typed : editor_text(o->editor)), *slash = strrchr(typed, '/');
    size_t from = slash ? (size_t)(slash + 1 - typed) : 0, begun = strlen(typed + from);
    struct listing *l = ARENA_NEW(c->frame, struct listing);
    list(c, arena_strndup(c->frame, typed, from), typed + from, l);
    if (!l->count) {
        overlay_offer(o, NULL, 0, -1);
        overlay_note(o, UI_WARN, "Nothing there begins like that.");
        return;
    }
    if (l->count == 1 || (!o->offer_count && common(l) > begun)) {
        take(c, from, l->items[0].name, common(l));
        overlay_offer(o, NULL, 0, -1);
        return;
    }
    int at = !o->offer_count ? -1 : o->offer_at < 0 ? (back ? l->count - 1 : 0) : (o->offer_at + (back ? l->count - 1 : 1)) % l->count;
    str_copy(c->prompt.typed, sizeof c->prompt.typed, typed);
    if (at >= 0)
        take(c, from, l->items[at].name, strlen(l->items[at].name));
    overlay_offer(o, l->items, l->count, at);
}

bool enclose_key(struct console *c, const struct key *key)
{
    struct overlay *o = &c->overlay;
    if (o->kind != OVERLAY_ASK || o->purpose != FOR_ATTACH)
        return false;
    if (key->code == K_TAB) {
        complete(c, key->mods & MOD_SHIFT);
        return true;
    }
    overlay_offer(o, NULL, 0, -1);
    overlay_note(o, UI_DIM, "");
    return false;
}

static const struct part_answer answers[] = {{FOR_ATTACH, on_attach}, {0}};
const struct part part_enclose = {NULL, answers};
