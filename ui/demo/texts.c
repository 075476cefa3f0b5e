/* texts: one walk over the file. Every person has three parts, every language of a ticket has people and sayings, so that
 * the story never has to ask whether there is something to say. */
#include "demo/texts.h"
#include "base/str.h"
#include <string.h>

struct walk {
    struct arena *arena;
    const char *file;
    struct err *err;
};

static bool fault(struct walk *w, const struct yaml *at, const char *what)
{
    return err_set(w->err, ERR_CONFIG, "%s:%d:%d: %s", w->file, at ? at->line : 1, at ? at->column : 1, what);
}

static int children(const struct yaml *node)
{
    int n = 0;
    for (const struct yaml *child = node ? node->child : NULL; child; child = child->next)
        n++;
    return n;
}

static bool scalars(struct walk *w, const struct yaml *map, const char *name, struct sayings *out)
{
    const struct yaml *list = yaml_get(map, name);
    if (!list || list->kind != YAML_LIST || !list->child)
        return fault(w, list ? list : map, arena_printf(w->arena, "\"%s\" must be a list of texts", name));
    out->text = ARENA_ARRAY(w->arena, const char *, children(list));
    out->count = 0;
    for (const struct yaml *item = list->child; item; item = item->next) {
        if (item->kind != YAML_SCALAR)
            return fault(w, item, "a text is expected");
        out->text[out->count++] = item->text;
    }
    return true;
}

static char *trimmed(struct arena *arena, const char *text, size_t n)
{
    for (; n && *text == ' '; n--)
        text++;
    while (n && text[n - 1] == ' ')
        n--;
    return arena_strndup(arena, text, n);
}

/* "name | address | company" */
static bool read_person(struct walk *w, const char *lang, const struct yaml *item, struct person *out)
{
    const char *a = item->text ? strchr(item->text, '|') : NULL, *b = a ? strchr(a + 1, '|') : NULL;
    if (!b)
        return fault(w, item, "a person is written: name | address | company");
    *out = (struct person){lang, trimmed(w->arena, item->text, (size_t)(a - item->text)),
                           trimmed(w->arena, a + 1, (size_t)(b - a - 1)), trimmed(w->arena, b + 1, strlen(b + 1))};
    return true;
}

static bool read_people(struct walk *w, const struct yaml *root, struct texts *out)
{
    const struct yaml *people = yaml_get(root, "people");
    int n = 0;
    for (const struct yaml *lang = people ? people->child : NULL; lang; lang = lang->next)
        n += children(lang);
    if (!n)
        return fault(w, root, "\"people\" must be a map of language to people");
    out->people = ARENA_ARRAY(w->arena, struct person, n);
    for (const struct yaml *lang = people->child; lang; lang = lang->next)
        for (const struct yaml *item = lang->child; item; item = item->next)
            if (!read_person(w, lang->name, item, &out->people[out->person_count++]))
                return false;
    return true;
}

static bool read_later(struct walk *w, const struct yaml *root, struct texts *out)
{
    static const char *const names[LATER_KINDS] = {"more", "thanks", "again", "praise", "once_more"};
    const struct yaml *later = yaml_get(root, "later");
    out->later = ARENA_ARRAY(w->arena, struct later, children(later) + 1);
    for (const struct yaml *lang = later ? later->child : NULL; lang; lang = lang->next) {
        struct later *to = &out->later[out->later_count++];
        to->lang = lang->name;
        for (int k = 0; k < LATER_KINDS; k++)
            if (!scalars(w, lang, names[k], &to->said[k]))
                return false;
    }
    return true;
}

static const char *member(const struct yaml *map, const char *name)
{
    const struct yaml *node = yaml_get(map, name);
    return node && node->kind == YAML_SCALAR ? node->text : NULL;
}

static bool known_language(const struct texts *texts, const char *lang)
{
    for (int i = 0; i < texts->person_count; i++)
        if (str_eq(texts->people[i].lang, lang))
            return texts_later(texts, lang) != NULL;
    return false;
}

static bool read_template(struct walk *w, const struct yaml *item, const struct texts *texts, struct template *to)
{
    static const char *const asks[] = {"low", "high", "critical"};
    const char *ask = member(item, "ask");
    *to = (struct template){.lang = member(item, "lang"), .kind = member(item, "kind"), .subject = member(item, "subject"),
                            .body = member(item, "body"), .answer = member(item, "answer"), .only = member(item, "only"), .ask = -1};
    for (int i = 0; ask && i < 3; i++)
        if (strcmp(ask, asks[i]) == 0)
            to->ask = i;
    if (!to->kind || !to->subject || !to->body || !to->answer || to->ask < 0)
        return fault(w, item, "a ticket needs lang, kind, ask (low, high, critical), subject, body and answer");
    if (!known_language(texts, to->lang))
        return fault(w, item, "nobody in \"people\" and \"later\" speaks this language");
    return true;
}

static bool read_templates(struct walk *w, const struct yaml *root, struct texts *out)
{
    const struct yaml *tickets = yaml_get(root, "tickets");
    if (!children(tickets))
        return fault(w, root, "\"tickets\" must be a list");
    out->templates = ARENA_ARRAY(w->arena, struct template, children(tickets));
    for (const struct yaml *item = tickets->child; item; item = item->next)
        if (!read_template(w, item, out, &out->templates[out->template_count++]))
            return false;
    return true;
}

bool texts_read(struct arena *arena, const char *file, const struct yaml *root, struct texts *out, struct err *err)
{
    struct walk w = {arena, file, err};
    *out = (struct texts){0};
    return read_people(&w, root, out) && read_later(&w, root, out) && read_templates(&w, root, out) &&
           scalars(&w, root, "notes", &out->notes);
}

const struct later *texts_later(const struct texts *texts, const char *lang)
{
    for (int i = 0; i < texts->later_count; i++)
        if (str_eq(texts->later[i].lang, lang))
            return &texts->later[i];
    return NULL;
}
