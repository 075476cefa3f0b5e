/* scores: see scores.h. */
#include "app/scores.h"
#include "base/text.h"
#include "screen/look.h"
#include <stdlib.h>

static const char *text_of(const struct json *object, const char *name)
{
    return json_get_string(object, name, "");
}

static int64_t number(const struct json *object, const char *name)
{
    return json_get_i64(object, name, 0);
}

static const char *owner(struct print *p, const char *name)
{
    return p->me && *p->me && str_eq(name, p->me) ? "you" : name;
}

static const char *safe(struct print *p, const char *text)
{
    return text_safe_in(p->arena, text, TEXT_LINE);
}

static void count_cell(struct print *p, const struct json *row, const char *name, int width)
{
    print_cell(p, look_count(p->arena, number(row, name)), width, true);
}

/* --- the board --- */

static void put_boss(struct print *p, const struct json *root)
{
    const struct json *boss = json_get(root, "boss");
    if (json_is(boss, JSON_OBJECT))
        str_addf(p->out, "%s (%s)  %lld/%lld HP\n", safe(p, text_of(boss, "name")), safe(p, text_of(boss, "tier")),
                 (long long)number(boss, "hp"), (long long)number(boss, "max_hp"));
    else
        str_adds(p->out, "no boss is about\n");
    const struct json *season = json_get(root, "season");
    str_addf(p->out, "season %s: %s XP, %s the month before; chest %s gold; rules %s\n\n", safe(p, text_of(season, "name")),
             look_count(p->arena, number(season, "xp")), look_count(p->arena, number(season, "before")),
             look_count(p->arena, number(root, "chest")), safe(p, text_of(root, "rules")));
}

static void put_players(struct print *p, const struct json *root)
{
    print_cell(p, "AGENT", 14, false);
    print_cell(p, "LV", 4, true);
    print_cell(p, "SETTLED", 8, true);
    print_cell(p, "HELD", 6, true);
    print_cell(p, "MONTH", 7, true);
    print_cell(p, "TODAY", 6, true);
    print_cell(p, "BOSS", 6, true);
    str_adds(p->out, "STREAK");
    print_end(p);
    for (const struct json *a = json_first(json_get(root, "players")); a; a = json_next(a)) {
        print_cell(p, owner(p, text_of(a, "agent")), 14, false);
        count_cell(p, a, "level", 4);
        count_cell(p, a, "xp", 8);
        count_cell(p, a, "held", 6);
        count_cell(p, a, "season", 7);
        count_cell(p, a, "today", 6);
        count_cell(p, a, "boss", 6);
        str_addf(p->out, "%lld", (long long)number(a, "streak"));
        print_end(p);
    }
}

static void put_achievements(struct print *p, const struct json *root)
{
    str_adds(p->out, json_count(json_get(root, "achievements")) ? "\nyour achievements\n" : "");
    for (const struct json *a = json_first(json_get(root, "achievements")); a; a = json_next(a)) {
        bool got = number(a, "unlocked_at") > 0;
        print_cell(p, got ? "unlocked" : arena_printf(p->arena, "%lld/%lld", (long long)number(a, "count"), (long long)number(a, "goal")), 9, false);
        print_cell(p, text_of(a, "name"), 20, false);
        print_safe(p, text_of(a, "description"));
        print_end(p);
    }
}

static void put_mirrored(struct print *p, const struct json *root)
{
    const struct json *other = json_get(root, "mirrored");
    if (!json_is(other, JSON_OBJECT))
        return;
    str_addf(p->out, "\nas %s tells it\n", safe(p, text_of(other, "game")));
    for (const struct json *b = json_first(json_get(other, "bosses")); b; b = json_next(b))
        str_addf(p->out, "%s  %s  %lld/%lld HP\n", safe(p, text_of(b, "name")), safe(p, text_of(b, "state")), (long long)number(b, "hp"),
                 (long long)number(b, "max_hp"));
    for (const struct json *a = json_first(json_get(other, "players")); a; a = json_next(a))
        str_addf(p->out, "%s  level %lld  %s XP\n", safe(p, json_get_string(a, "name", text_of(a, "key"))), (long long)number(a, "level"),
                 look_count(p->arena, number(a, "xp")));
}

static void put_board(struct print *p, const struct json *root)
{
    put_boss(p, root);
    put_players(p, root);
    put_achievements(p, root);
    put_mirrored(p, root);
}

int scores_run(struct shell *sh)
{
    const char *season = shell_option(sh, "--season", true);
    if (sh->argc)
        return shell_usage(sh, "scores takes --season only, not ", sh->argv[0], "triage scores --season 2026-10");
    return shell_print(sh, season ? arena_printf(sh->arena, "/v1/scores?season=%s", shell_escape(sh, season)) : "/v1/scores", put_board);
}

/* --- a ledger --- */

static void put_ledger(struct print *p, const struct json *root)
{
    const struct json *player = json_get(root, "player");
    struct look look = {.arena = p->arena, .now = p->now, .zone = p->zone};
    str_addf(p->out, "%s: level %lld, %s XP settled, %s held; rules %s\n", safe(p, owner(p, text_of(root, "agent"))),
             (long long)json_get_i64(player, "level", 1), look_count(p->arena, number(player, "xp")),
             look_count(p->arena, number(player, "held")), safe(p, text_of(root, "rules")));
    for (const struct json *l = json_first(json_get(root, "lines")); l; l = json_next(l)) {
        print_cell(p, look_stamp(&look, number(l, "at")), 10, false);
        print_cell(p, str_eq(text_of(l, "rule"), "reset") ? "" : arena_printf(p->arena, "%+lld", (long long)number(l, "xp")), 6, true);
        print_cell(p, text_of(l, "state"), 9, false);
        if (number(l, "ticket"))
            str_addf(p->out, "#%lld ", (long long)number(l, "ticket"));
        print_safe(p, *text_of(l, "reason") ? text_of(l, "reason") : text_of(l, "rule"));
        print_end(p);
    }
}

int scores_ledger(struct shell *sh)
{
    const char *limit = shell_option(sh, "--limit", true);
    int64_t lines = 100;
    if (sh->argc > 1 || (limit && (!shell_number(limit, &lines) || lines < 1)))
        return shell_usage(sh, "ledger takes an agent's name and --limit N", "", "triage ledger --limit 20");
    return shell_print(sh, arena_printf(sh->arena, "/v1/ledger?limit=%lld%s%s", (long long)lines, sh->argc ? "&agent=" : "",
                                        sh->argc ? shell_escape(sh, sh->argv[0]) : ""), put_ledger);
}

/* --- what leads look at --- */

static void put_outliers(struct print *p, const struct json *root)
{
    static const char *const gaps[] = {"10s", "1m", "5m", "30m", "2h", "more"};
    print_cell(p, "AGENT", 14, false);
    print_cell(p, "CLOSED", 7, true);
    print_cell(p, "CAME BACK", 10, true);
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++)
        print_cell(p, i + 1 < sizeof gaps / sizeof *gaps ? arena_printf(p->arena, "<%s", gaps[i]) : gaps[i], 6, true);
    print_end(p);
    for (const struct json *a = json_first(json_get(root, "agents")); a; a = json_next(a)) {
        print_cell(p, text_of(a, "agent"), 14, false);
        count_cell(p, a, "closes", 7);
        print_cell(p, arena_printf(p->arena, "%lld (%lld%%)", (long long)number(a, "reopened"), (long long)number(a, "reopened_bp") / 100), 10, true);
        for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++)
            count_cell(p, json_get(a, "gaps"), gaps[i], 6);
        print_safe(p, text_of(a, "odd"));
        print_end(p);
    }
}

int scores_outliers(struct shell *sh)
{
    return shell_print(sh, "/v1/outliers", put_outliers);
}
