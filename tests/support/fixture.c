/* fixture: reads tests/fixtures through TRIAGE_SRCDIR. */
#include "fixture.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { HUGE_LINE = 16, HUGE_COUNT = (2 << 20) / HUGE_LINE };

static char *huge_body(struct arena *arena, size_t *n)
{
    static const char before[] =
        "{\"eventId\": \"e-rbs-19\", \"eventType\": \"support.ticket_created\", \"timestamp\": "
        "\"2026-05-02T15:04:05.120Z\", \"source\": \"caracol\", \"organizationId\": \"org_rbs_4471\", \"data\": "
        "{\"source_ticket_id\": \"CAR-19\", \"user_id\": \"u1\", \"user_name\": \"A\", \"user_email\": "
        "\"a@example.com\", \"subject\": \"S\", \"description\": \"";
    static const char after[] = "\"}}";
    *n = sizeof before - 1 + (size_t)HUGE_LINE * HUGE_COUNT + sizeof after - 1;
    char *text = arena_alloc(arena, *n + 1), *p = text;
    memcpy(p, before, sizeof before - 1);
    p += sizeof before - 1;
    for (int i = 0; i < HUGE_COUNT; i++, p += HUGE_LINE)
        memcpy(p, "0123456789abcdef", HUGE_LINE);
    memcpy(p, after, sizeof after);
    return text;
}

char *fixture_read(struct arena *arena, const char *path, size_t *n)
{
    const char *root = getenv("TRIAGE_SRCDIR");
    if (strcmp(path, "events/edge/rbs/huge-body.json") == 0)
        return huge_body(arena, n);
    char *name = arena_printf(arena, "%s/tests/fixtures/%s", root ? root : ".", path);
    FILE *file = fopen(name, "rb");
    if (!file)
        fail_msg("cannot open %s", name);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = arena_alloc(arena, (size_t)size + 1);
    *n = fread(text, 1, (size_t)size, file);
    fclose(file);
    if (*n != (size_t)size)
        fail_msg("cannot read %s", name);
    return text;
}

static char **split(struct arena *arena, char *line, int columns)
{
    char **row = ARENA_ARRAY(arena, char *, columns);
    for (int i = 0; i < columns; i++) {
        row[i] = line ? line : arena_strdup(arena, "");
        line = line ? strchr(line, '\t') : NULL;
        if (line)
            *line++ = 0;
    }
    return row;
}

int fixture_rows(struct arena *arena, const char *path, int columns, char ****rows)
{
    size_t n;
    char *text = fixture_read(arena, path, &n), *save = NULL;
    int count = 0, max = 0;
    for (size_t i = 0; i < n; i++)
        max += text[i] == '\n';
    *rows = ARENA_ARRAY(arena, char **, max + 1);
    strtok_r(text, "\n", &save);
    for (char *line; (line = strtok_r(NULL, "\n", &save));)
        (*rows)[count++] = split(arena, line, columns);
    return count;
}

int fixture_column(struct arena *arena, const char *path, const char *name)
{
    size_t n;
    char *text = fixture_read(arena, path, &n);
    text[strcspn(text, "\n")] = 0;
    int i = 0;
    for (char *p = text; p; i++) {
        char *end = strchr(p, '\t');
        if (end)
            *end++ = 0;
        if (strcmp(p, name) == 0)
            return i;
        p = end;
    }
    fail_msg("%s has no column %s", path, name);
    return -1;
}
