/* chore: see chore.h. A round is a few steps, each taken bite by bite until it has nothing left; then an hour's rest. */
#include "worker/chore.h"
#include "base/crypto.h"
#include "base/log.h"
#include "store/chain.h"

enum { HOUR_MS = 3600000, DAY_MS = 24 * HOUR_MS };
enum step { PARCELS, LETTERS, HOURS, UPLOADS, ANSWERS, STEPS };

int64_t chore_wait(const struct chore *c, int64_t mono)
{
    int64_t due = c->due_at < c->head_at ? c->due_at : c->head_at;
    return due > mono ? due - mono : 0;
}

void chore_head(struct chore *c, struct store *s, int64_t mono)
{
    struct chain_place head;
    struct err err = {0};
    char hex[2 * CHAIN_HASH + 1];
    c->head_at = mono + HOUR_MS;
    if (!store_chain_head(s, &head, &err)) {
        log_line(LOG_ERROR, "chain_head_failed", "detail=\"%s\"", err.text);
        return;
    }
    crypto_hex(head.hash, CHAIN_HASH, hex);
    if (head.seq && head.seq != c->head)
        log_line(LOG_INFO, "chain_head", "seq=%lld hash=%s", (long long)head.seq, hex);
    c->head = head.seq;
}

static bool take_step(struct chore *c, struct store *s, const struct config *config, int64_t now, bool *more, struct err *err)
{
    bool ok = false;
    switch ((enum step)c->step) {
    case PARCELS:
        return store_retain_parcels(s, now - config->keep_delivered, CHORE_MS, more, &c->parcels, err);
    case LETTERS:
        ok = store_retain_letters(s, now - config->keep_delivered, CHORE_MS, &c->letter, &c->letters, err);
        *more = c->letter != 0;
        return ok;
    case HOURS:
        ok = store_retain_hours(s, CHORE_MS, &c->hours, &c->counts, err);
        *more = *c->hours.name != 0;
        return ok;
    case UPLOADS:
        return store_retain_uploads(s, now - config->attachments.keep, CHORE_MS, more, &c->files, err);
    default:
        return store_retain_answers(s, now - DAY_MS, CHORE_MS, more, &c->answers, err);
    }
}

void chore_rest(struct chore *c, int64_t mono)
{
    c->step = 0;
    c->letter = c->parcels = c->letters = c->answers = c->counts = c->files = 0;
    c->hours = (struct tally_place){0};
    c->due_at = mono + HOUR_MS;
}

bool chore_bite(struct chore *c, struct store *s, const struct config *config, int64_t now, int64_t mono, struct err *err)
{
    bool more;
    if (!take_step(c, s, config, now, &more, err))
        return false;
    c->step += !more;
    if (c->step < STEPS)
        return true;
    if (c->parcels + c->letters + c->answers + c->counts + c->files)
        log_line(LOG_INFO, "retained", "parcels=%lld letters=%lld answers=%lld counts=%lld files=%lld", (long long)c->parcels, (long long)c->letters,
                 (long long)c->answers, (long long)c->counts, (long long)c->files);
    chore_rest(c, mono);
    return true;
}
