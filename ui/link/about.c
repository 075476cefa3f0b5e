/* about: an arena of texts, swapped by each answer that brings them. Who is on call is told more often than the rest: the name goes into the
 * same arena, where it is another, so that it grows by changes of hands and by no answers. */
#include "link/about.h"

void about_init(struct about *a)
{
    *a = (struct about){.arena = arena_new(), .agents_arena = arena_new(), .team = "", .config = "", .source = "", .me = "", .role = "", .oncall = ""};
}

void about_fini(struct about *a)
{
    json_free(a->kept);
    arena_free(a->agents_arena);
    arena_free(a->arena);
}

static const char *text_of(struct arena *arena, const struct json *object, const char *name)
{
    return arena_strdup(arena, json_get_string(object, name, ""));
}

static const char *joined(struct arena *arena, const struct json *list)
{
    const char *text = "";
    for (const struct json *item = json_first(list); item; item = json_next(item))
        text = arena_printf(arena, "%s%s%s", text, *text ? ", " : "", json_string(item) ? json_string(item) : "");
    return text;
}

void about_agents(struct about *a, const struct json *list)
{
    struct arena *arena = a->agents_arena;
    arena_reset(arena);
    a->agents = ARENA_ARRAY(arena, struct mirror_agent, json_count(list) + 1);
    a->agent_count = 0;
    for (const struct json *one = json_first(list); one; one = json_next(one))
        a->agents[a->agent_count++] = (struct mirror_agent){.name = text_of(arena, one, "name"),
                                                            .role = text_of(arena, one, "role"),
                                                            .team = text_of(arena, one, "team"),
                                                            .open = json_get_i64(one, "open", 0),
                                                            .load = json_get_i64(one, "load", 0),
                                                            .capacity = json_get_i64(one, "capacity", 0),
                                                            .away = text_of(arena, one, "away"),
                                                            .skills = joined(arena, json_get(one, "skills"))};
}

bool about_me(struct about *a, const struct json *hello)
{
    const char *role = json_get_string(hello, "role", a->role);
    bool restricted = json_get_bool(hello, "restricted", a->restricted), same = str_eq(role, a->role) && restricted == a->restricted;
    if (same || !*a->role) /* nothing of the desk has come yet: it says so itself */
        return false;
    a->role = arena_strdup(a->arena, role);
    a->restricted = restricted;
    return true;
}

void about_oncall(struct about *a, const struct json *root)
{
    const struct json *schedule = json_first(json_get(root, "schedules"));
    const char *now = json_get_string(json_first(json_get(schedule, "now")), "agent", "");
    if (!str_eq(now, a->oncall))
        a->oncall = arena_strdup(a->arena, now);
}

void about_read(struct about *a, const struct json *root)
{
    const struct json *me = json_get(root, "me"), *keep = json_get(root, "keep");
    struct arena *arena = a->arena;
    arena_reset(arena);
    a->team = text_of(arena, root, "team");
    a->config = text_of(arena, root, "config");
    a->source = text_of(arena, json_first(json_get(root, "sources")), "name");
    a->me = text_of(arena, me, "name");
    a->role = text_of(arena, me, "role");
    a->restricted = json_get_bool(me, "restricted", false);
    a->oncall = text_of(arena, root, "oncall");
    a->bands = json_get_bool(json_get(root, "model"), "bands", false);
    about_agents(a, json_get(root, "agents"));
    json_free(a->kept);
    a->kept = keep ? json_copy(keep) : NULL;
}
