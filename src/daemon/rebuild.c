/* rebuild: four questions to a database at rest. Is the file sound (integrity_check)? Is the journal as it
 * was written (digests and chain)? Are the files of messages there, byte for byte? Do the derived tables say what
 * the journal says (replayed into an empty database)? The journal is replayed under the present configuration: after
 * a change of rules, views or agents differences mean that change. */
#include "daemon/rebuild.h"
#include "base/crypto.h"
#include "base/text.h"
#include "engine/engine.h"
#include "store/chain.h"
#include "worker/shelf.h"
#include <stdio.h>
#include <string.h>

/* What a database says of itself may be in a stranger's words. */
static void print_safe(const char *text)
{
    AUTO_ARENA arena = arena_new();
    fputs(text_safe_in(arena, text, TEXT_BLOCK), stdout);
}

static bool print_integrity(struct store *store, bool *same, struct err *err)
{
    AUTO_STR report;
    str_init(&report, 1 << 20);
    if (!store_check(store, &report, err))
        return false;
    bool ok = str_eq(report.data, "ok\n");
    *same = *same && ok;
    fputs("integrity: ", stdout);
    print_safe(report.data);
    return true;
}

static bool print_chain(struct store *store, bool *same, struct err *err)
{
    struct chain_walk walk = {0};
    if (!store_chain_walk(store, &walk, INT64_MAX, err))
        return false;
    *same = *same && !walk.fault;
    if (walk.fault)
        printf("chain: broken: entry %lld %s\n", (long long)walk.bad, chain_fault_sentence(walk.fault));
    else
        printf("chain: ok, %lld links\n", (long long)walk.links);
    return true;
}

/* Each byte is read: a file that is there and not what it was is found too. */
static bool print_files(const char *db, struct store *store, bool *same, struct err *err)
{
    uint8_t sha256[32] = {0};
    char hex[65];
    int64_t size = -1, count = 0;
    bool found = true, good = true;
    while (store_file_next(store, sha256, &size, &found, err) && found) {
        AUTO_ARENA arena = arena_new();
        struct err why = {0};
        const char *data;
        bool whole = shelf_read(arena, db, sha256, (size_t)size, &data, &why);
        crypto_hex(sha256, sizeof sha256, hex);
        if (!whole)
            print_safe(arena_printf(arena, "files: %s: %s\n", hex, why.text));
        good = good && whole;
        count++;
    }
    if (good && !found)
        printf("files: ok, %lld\n", (long long)count);
    *same = *same && good;
    return !found;
}

static bool print_replay(struct store *store, const struct config *config, bool *same, struct err *err)
{
    struct engine engine = {.store = store, .config = config};
    int64_t differ;
    AUTO_STR report;
    str_init(&report, 1 << 20);
    if (!engine_rebuild(&engine, &report, &differ, err))
        return false;
    *same = *same && !differ;
    print_safe(report.data);
    printf("rebuild: %lld differences\n", (long long)differ);
    return true;
}

bool rebuild_print(const char *db, const struct config *config, bool *same, struct err *err)
{
    /* A writer's handle: what a killed daemon left in the WAL is only seen whole by one who may recover it.
     */
    struct store *store = store_open(db, STORE_WRITER, err);
    *same = true;
    bool ok = store && print_integrity(store, same, err) && print_chain(store, same, err) && print_files(db, store, same, err) &&
              print_replay(store, config, same, err);
    store_close(store);
    return ok;
}
