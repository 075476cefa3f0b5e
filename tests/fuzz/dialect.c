/* dialect: any bytes as an event of any dialect; the first byte picks the endpoint. What is read must fold, must
 * survive the way to its row and back, and must be judged alike twice. */
#include "base/crypto.h"
#include "base/str.h"
#include "dialect/dialect.h"
#include "wire/row.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct {
    const char *dialect;
    int door;
} endpoints[] = {{"rbs", DOOR_WEBHOOK}, {"ripio", DOOR_WEBHOOK}, {"cstar", DOOR_WEBHOOK}, {"tamio", DOOR_WEBHOOK},
                 {"ingestlayer", DOOR_REST}, {"ingestlayer", DOOR_WHK}, {"ingestlayer", DOOR_OUT}, {"ingestlayer", DOOR_WEBHOOK}};
enum { ENDPOINTS = sizeof endpoints / sizeof *endpoints };

static void must(bool good)
{
    if (!good)
        abort();
}

static bool same_ticket(const struct ticket *a, const struct ticket *b)
{
    for (int i = 0; i < field_count; i++)
        if (field_table[i].type != FIELD_JSON && field_table[i].type != FIELD_TAGS && !field_same(a, b, &field_table[i]))
            return false;
    return true;
}

static void check_observation(struct arena *arena, const struct observation *obs)
{
    struct ticket t = {0}, again = {0};
    struct observation back;
    AUTO_JSON row = row_observation(obs);
    char *text = json_print_in(arena, row);
    struct json *parsed = json_parse_in(arena, text, strlen(text), &json_limits_dialect, NULL, NULL);
    must(parsed && row_read_observation(arena, parsed, &back, NULL));
    must(back.message_count == obs->message_count && back.record_count == obs->record_count);
    must(version_cmp(&back.v, &obs->v) == 0);
    observe_fold(&t, obs);
    observe_fold(&again, &back);
    must(same_ticket(&t, &again));
    observe_fold(&t, obs); /* a second time changes nothing that counts */
    must(t.reopen_count == 0 && t.status == again.status);
}

static void check_one(struct arena *arena, const struct interpretation *i, int door)
{
    must(i->effect >= 0 && i->effect <= EFFECT_REJECT && *effect_word(i->effect));
    must(!i->fatal == (i->effect != EFFECT_QUARANTINE && i->effect != EFFECT_REJECT));
    must(i->warning_count >= 0 && i->warning_count <= 48);
    must(!i->fatal || (!i->key && !i->obs.key && !i->has_time));
    must(!i->obs.key || i->obs.value.source_id);
    int status = dialect_status(i, door, false), strict = dialect_status(i, door, true);
    must((status == 200 || status == 202 || status == 400) && (strict == status || strict == 422 || strict == 400));
    check_observation(arena, &i->obs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO_ARENA arena = arena_new();
    struct json_notes notes;
    struct interpretation *list;
    int count = 0, door = 0;
    if (n < 1 || !crypto_open())
        return 0;
    const char *body = (const char *)data + 1;
    int which = data[0] % ENDPOINTS;
    struct dialect_input in = {.body = body, .body_n = n - 1, .notes = &notes, .account = "acct", .door = endpoints[which].door,
                               .received_at = 1798761600000};
    in.root = json_parse_in(arena, body, n - 1, &json_limits_dialect, &notes, NULL);
    bool accepted = dialect_find(endpoints[which].dialect)->decode(arena, &in, &list, &count);
    must(count >= 1 && count <= 500 && accepted == (list[0].effect != EFFECT_REJECT));
    for (int i = 0; i < count; i++)
        check_one(arena, &list[i], in.door);
    const struct dialect *found = dialect_detect(in.root, &door);
    must(!found || (door >= DOOR_WEBHOOK && door <= DOOR_OUT));
    return 0;
}
