/* paste: see paste.h. Marks that only say which way a letter reads (U+200E, U+200F, U+061C) and joiners stay: honest text of many
 * languages and all emoji families have them. */
#include "widget/paste.h"
#include "base/str.h"
#include "base/text.h"
#include <stdint.h>
#include <stdio.h>

static bool hides(uint32_t code)
{
    static const struct { uint32_t from, to; } ranges[] = {
        {0xad, 0xad}, {0x180e, 0x180e}, {0x200b, 0x200b}, {0x202a, 0x202e}, {0x2060, 0x206f}, {0xfdd0, 0xfdef}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb},
        {0xe0000, 0xe0fff}};
    if ((code & 0xfffe) == 0xfffe)
        return true; /* noncharacters */
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (code >= ranges[i].from && code <= ranges[i].to)
            return true;
    return false;
}

/* One character into the text, or into the count of what is not. */
static void take(struct paste *p, struct str *out, uint32_t code, bool one_line)
{
    char bytes[5];
    if (code == 0x2028 || code == 0x2029 || code == '\r')
        code = '\n';
    if ((code < 0x20 && code != '\n' && code != '\t') || (code >= 0x7f && code < 0xa0)) {
        p->controls++;
        return;
    }
    if (hides(code)) {
        p->hidden++;
        return;
    }
    p->lines += code == '\n';
    p->tabs += code == '\t';
    str_add(out, bytes, (size_t)text_encode(one_line && (code == '\n' || code == '\t') ? ' ' : code, bytes));
}

void paste_read(struct paste *p, const char *text, size_t n, bool one_line)
{
    struct str out;
    *p = (struct paste){0};
    str_init(&out, 4 * n + 1);
    for (const char *end = text + n; text < end;) {
        const char *from = text;
        uint32_t code = text_next(&text, end);
        p->broken += code == 0xfffd && !text_valid(from, (size_t)(text - from));
        if (code != '\r' || text == end || *text != '\n')
            take(p, &out, code, one_line);
    }
    p->n = out.len;
    p->text = str_take(&out);
}

static void count(struct str *out, size_t n, const char *one, const char *many)
{
    if (n)
        str_addf(out, "%s%zu %s", out->len ? ", " : "", n, n == 1 ? one : many);
}

void paste_say(const struct paste *p, char *out, size_t size)
{
    AUTO_STR say;
    str_init(&say, 400);
    count(&say, p->controls, "control character left out", "control characters left out");
    count(&say, p->hidden, "hidden character left out", "hidden characters left out");
    count(&say, p->broken, "byte that is no UTF-8 stands as \357\277\275", "bytes that are no UTF-8 stand as \357\277\275");
    count(&say, p->tabs, "tab, shown as blanks", "tabs, shown as blanks");
    str_copy(out, size, say.data);
}
