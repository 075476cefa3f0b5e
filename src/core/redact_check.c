/* redact_check: what has to be true of a number before it is what it looks like: the issuers' prefixes and Luhn's sum for a
 * card (ISO/IEC 7812), the registry's lengths and mod 97 for an IBAN (ISO 13616), the areas the SSA never gives out, the
 * shape of a telephone number, an address that inet_pton takes. All work on the matched bytes alone. */
#include "core/redact_rule.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Is the match all there is in the text? Then nothing speaks against it, and what it looks like counts. */
static bool stands_alone(const struct redact_hit *hit)
{
    size_t from = 0, to = hit->n;
    while (from < to && isspace((unsigned char)hit->text[from]))
        from++;
    while (to > from && isspace((unsigned char)hit->text[to - 1]))
        to--;
    return hit->from == from && hit->to == to;
}
enum { ALONE = 30, BESIDE = 35 };

/* --- cards --- */

enum { CARD_LEAST = 13, CARD_MOST = 19 };
#define LENGTHS(least, most) (((1u << ((most) + 1)) - 1) & ~((1u << (least)) - 1))
/* Prefixes from..to of so many digits, the lengths issued under them (ISO/IEC 7812 registrations as the schemes publish
 * them); the first row that fits counts. Short Maestro numbers look like article numbers and need words around them. */
static const struct issuer {
    int digits, from, to;
    unsigned lengths;
    int score;
} issuers[] = {
    {1, 4, 4, LENGTHS(13, 13) | LENGTHS(16, 16) | LENGTHS(19, 19), 80}, /* Visa */
    {2, 51, 55, LENGTHS(16, 16), 80}, {4, 2221, 2720, LENGTHS(16, 16), 80}, /* Mastercard */
    {2, 34, 34, LENGTHS(15, 15), 80}, {2, 37, 37, LENGTHS(15, 15), 80}, /* American Express */
    {3, 300, 305, LENGTHS(14, 19), 80}, {4, 3095, 3095, LENGTHS(14, 19), 80}, {2, 36, 36, LENGTHS(14, 19), 80}, {2, 38, 39, LENGTHS(14, 19), 80}, /* Diners */
    {4, 3528, 3589, LENGTHS(16, 19), 80}, /* JCB */
    {4, 2200, 2204, LENGTHS(16, 19), 80}, /* Mir */
    {1, 1, 1, LENGTHS(15, 15), 80}, /* UATP */
    {2, 81, 82, LENGTHS(16, 19), 80}, {4, 9792, 9792, LENGTHS(16, 16), 80}, /* UnionPay, RuPay; Troy */
    {2, 50, 50, LENGTHS(16, 19), 80}, {2, 56, 58, LENGTHS(16, 19), 80}, {1, 6, 6, LENGTHS(16, 19), 80}, /* Maestro, Discover, UnionPay, RuPay */
    {2, 50, 50, LENGTHS(13, 15), 45}, {2, 56, 58, LENGTHS(13, 15), 45}, {1, 6, 6, LENGTHS(13, 15), 45}, /* Maestro's short ones */
};

static bool luhn(const char *digits, int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++) {
        int d = digits[n - 1 - i] - '0';
        sum += i % 2 ? d * 2 - (d > 4 ? 9 : 0) : d;
    }
    return sum % 10 == 0;
}

/* How sure that these digits are a card; 0: they are none. */
static int card_score(const char *digits, int n)
{
    if (n < CARD_LEAST || n > CARD_MOST || !luhn(digits, n))
        return 0;
    for (size_t i = 0; i < sizeof issuers / sizeof *issuers; i++) {
        int prefix = 0;
        for (int d = 0; d < issuers[i].digits; d++)
            prefix = prefix * 10 + digits[d] - '0';
        if (prefix >= issuers[i].from && prefix <= issuers[i].to && issuers[i].lengths >> n & 1)
            return issuers[i].score;
    }
    return 0;
}

/* Groups like a card's: four digits at least, but for the last. */
bool redact_check_card(struct redact_hit *hit)
{
    char digits[CARD_MOST];
    int n = 0, group = 0, groups = 0, score = 0;
    size_t end = 0;
    for (size_t i = hit->from; i < hit->to; i++) {
        if (!is_digit(hit->text[i])) {
            if (group && group < 4)
                break;
            group = 0;
            continue;
        }
        groups += group++ == 0;
        if (n == CARD_MOST)
            break;
        digits[n++] = hit->text[i];
        int sure = i + 1 == hit->n || !is_digit(hit->text[i + 1]) ? card_score(digits, n) : 0;
        if (sure) {
            score = sure + (groups > 1 ? 15 : 0); /* nobody writes an order number like that */
            end = i + 1;
        }
    }
    if (!score)
        return false;
    hit->to = end;
    hit->score = score;
    return true;
}

/* --- bank accounts --- */

/* Country and length (the IBAN registry of SWIFT, release 98), sorted. */
static const char iban_lengths[][5] = {
    "AD24", "AE23", "AL28", "AT20", "AZ28", "BA20", "BE16", "BG22", "BH22", "BI27", "BR29", "BY28", "CH21", "CR22", "CY28", "CZ24", "DE22", "DJ27",
    "DK18", "DO28", "EE20", "EG29", "ES24", "FI18", "FK18", "FO18", "FR27", "GB22", "GE22", "GI23", "GL18", "GR27", "GT28", "HN28", "HR21", "HU28",
    "IE22", "IL23", "IQ23", "IS26", "IT27", "JO30", "KW30", "KZ20", "LB28", "LC32", "LI21", "LT20", "LU20", "LV21", "LY25", "MC27", "MD24", "ME22",
    "MK19", "MN20", "MR27", "MT31", "MU30", "NI28", "NL18", "NO15", "OM23", "PK24", "PL28", "PS29", "PT25", "QA29", "RO24", "RS22", "RU33", "SA24",
    "SC31", "SD18", "SE24", "SI19", "SK24", "SM27", "SO23", "ST25", "SV28", "TL23", "TN24", "TR26", "UA29", "VA22", "VG24", "XK20", "YE30",
};

static int iban_length(const char *country)
{
    for (size_t i = 0; i < sizeof iban_lengths / sizeof *iban_lengths; i++)
        if (iban_lengths[i][0] == country[0] && iban_lengths[i][1] == country[1])
            return (iban_lengths[i][2] - '0') * 10 + iban_lengths[i][3] - '0';
    return 0;
}

static bool mod97(const char *iban, int n)
{
    unsigned rest = 0;
    for (int i = 0; i < n; i++) {
        char c = iban[(i + 4) % n];
        rest = is_digit(c) ? rest * 10 + (unsigned)(c - '0') : rest * 100 + (unsigned)(c - 'A' + 10);
        rest %= 97;
    }
    return rest == 1;
}

bool redact_check_iban(struct redact_hit *hit)
{
    enum { LONGEST = 33 };
    char iban[LONGEST];
    int n = 0, length = 0;
    for (size_t i = hit->from; i < hit->to; i++) {
        unsigned char c = (unsigned char)hit->text[i];
        if (c >= 0x80 || !isalnum(c))
            continue;
        iban[n++] = (char)toupper(c);
        if (n == 2 && !(length = iban_length(iban)))
            return false;
        if (n < 2 || n < length)
            continue;
        hit->to = i + 1;
        return (hit->to == hit->n || !isalnum((unsigned char)hit->text[hit->to])) && mod97(iban, n);
    }
    return false;
}

/* --- social security numbers --- */

bool redact_check_ssn(struct redact_hit *hit)
{
    /* In wallets, advertisements and forms; no living person's. */
    static const char *const specimens[] = {"078051120", "219099999", "123456789", "457555462"};
    char digits[10] = "", marks[3] = "";
    int n = 0, seps = 0, same = 1;
    for (size_t i = hit->from; i < hit->to; i++) {
        if (is_digit(hit->text[i]))
            digits[n++] = hit->text[i];
        else if (seps < 2)
            marks[seps++] = hit->text[i];
    }
    int area = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + digits[2] - '0';
    if (area == 0 || area == 666 || area >= 900 || strncmp(digits + 3, "00", 2) == 0 || strcmp(digits + 5, "0000") == 0)
        return false;
    while (same < 9 && digits[same] == digits[0])
        same++;
    bool head = seps == 1 && !is_digit(hit->text[hit->from + 3]);
    hit->score = seps == 2 ? (marks[0] == '-' ? 92 : 70) : head ? 60 : 25; /* 5-4 is a ZIP code's shape as well, and nine digits are anything */
    for (size_t i = 0; i < sizeof specimens / sizeof *specimens; i++)
        if (same == 9 || strcmp(digits, specimens[i]) == 0)
            hit->score = hit->score > 45 ? 45 : 15;
    if (hit->beside)
        hit->score += BESIDE;
    else if (stands_alone(hit))
        hit->score += seps ? 0 : ALONE;
    return true;
}

/* --- telephone numbers --- */

enum { GROUPS = 16, STRONG = 60, FAIR = 55 };
struct group {
    size_t from, to;
    int digits;
    bool spaced;     /* white space stands before it */
    bool enclosed;   /* in parentheses */
    bool dotted, slashed;
};
struct chain {
    const char *text;
    struct group groups[GROUPS];
    int count;
};

static int value(const struct chain *c, int group)
{
    int v = 0;
    for (size_t i = c->groups[group].from; i < c->groups[group].to && v < 100000; i++)
        v = v * 10 + c->text[i] - '0';
    return v;
}

static void split(const struct redact_hit *hit, struct chain *c)
{
    size_t gap = hit->from;
    *c = (struct chain){.text = hit->text};
    for (size_t i = hit->from; i < hit->to && c->count < GROUPS; i++) {
        if (!is_digit(hit->text[i]))
            continue;
        struct group *g = &c->groups[c->count++];
        g->from = i;
        for (size_t k = gap; k < i; k++) {
            g->spaced |= hit->text[k] == ' ' || (unsigned char)hit->text[k] >= 0x80;
            g->dotted |= hit->text[k] == '.';
            g->slashed |= hit->text[k] == '/';
        }
        while (i < hit->to && is_digit(hit->text[i]))
            i++;
        g->to = gap = i;
        g->digits = (int)(i - g->from);
        g->enclosed = g->from > 0 && hit->text[g->from - 1] == '(' && i < hit->n && hit->text[i] == ')';
    }
}

static bool is_year(const struct chain *c, int group)
{
    int year = value(c, group);
    return c->groups[group].digits == 4 && year >= 1900 && year < 2100;
}

static bool is_day(const struct chain *c, int group)
{
    return c->groups[group].digits <= 2 && value(c, group) <= 31;
}

/* 2024-01-15, 15.1.2024, 01/15/2024 among them; what stands around it is a time or a size. */
static bool has_date(const struct chain *c, int at, int n)
{
    for (int i = at; i + 2 < at + n; i++)
        if (is_day(c, i + 1) && ((is_year(c, i) && is_day(c, i + 2)) || (is_day(c, i) && is_year(c, i + 2))))
            return true;
    return false;
}

/* 415 555 0132, perhaps behind a country's code: three, three and four digits, no group of which begins with 0 or 1. */
static bool is_north_american(const struct chain *c, int at, int n)
{
    const struct group *g = c->groups + at + n - 3;
    return (n == 3 || (n == 4 && g[-1].digits <= 3)) && g[0].digits == 3 && g[1].digits == 3 && g[2].digits == 4 && c->text[g[0].from] > '1' &&
           c->text[g[1].from] > '1' && !g[1].slashed && !g[2].slashed;
}

/* How much groups at..at+n-1 are shaped like a telephone number; 0: not at all. */
static int phone_shape(const struct chain *c, int at, int n)
{
    const struct group *g = c->groups + at;
    int total = 0, least = 99, dots = 0;
    for (int i = 0; i < n; i++) {
        total += g[i].digits;
        least = i && g[i].digits < least ? g[i].digits : least;
        dots += i && g[i].dotted;
    }
    if (total < 8 || total > 15)
        return 0;
    const char *first = c->text + g->from;
    if (g->from > 0 && (first[-1] == '+' || (g->from > 1 && first[-1] == ' ' && first[-2] == '+') || (g->from > 1 && first[-1] == '(' && first[-2] == '+')))
        return 95;
    if (has_date(c, at, n))
        return 0;
    if (g->enclosed && n > 1 && total > 8 && total < 13)
        return 92;
    if (n >= 3 && is_north_american(c, at, n))
        return n == 3 ? 70 : STRONG;
    if (least < 2 || n > 6)
        return 0;
    if (n == 3 && g[0].digits == 3 && g[1].digits == 2 && g[2].digits == 4)
        return 25; /* a social security number, whether there is such a one or not */
    bool abroad = first[0] == '0' && first[1] == '0' && g->digits > 2 && first[2] != '0', trunk = first[0] == '0' && first[1] != '0';
    if (n > 1 && ((trunk && total > 8 && total < 13) || (abroad && total > 9)))
        return dots && (dots < n - 1 || n < 3) ? 0 : FAIR;
    return dots || (n == 1 && (total < 10 || total > 12)) ? 0 : 25;
}

/* May a number end with this group? After a pair of digits another pair goes on, unless what was before is clear. */
static bool ends_a_number(const struct chain *c, int group, int score)
{
    const struct group *next = &c->groups[group + 1];
    return group + 1 == c->count || (next->spaced && (next->digits != 2 || score >= STRONG));
}

/* The longest run of groups from `at` that is shaped like a number; what is not the whole chain has to be so clearly. */
static int longest_phone(const struct chain *c, int at, int least, int *n)
{
    for (*n = c->count - at; *n > 0; (*n)--) {
        int score = phone_shape(c, at, *n);
        if (ends_a_number(c, at + *n - 1, score) && (score >= least || (score && at == 0 && *n == c->count)))
            return score;
    }
    return 0;
}

/* "0958 2nd floor", "7890abc": digits that belong to a word are no part of the chain; false: nor is what they hang on. */
static bool drop_word(struct chain *c, const struct redact_hit *hit)
{
    const char *after = hit->text + hit->to;
    size_t n = hit->n - hit->to;
    bool word = n && (isalnum((unsigned char)*after) || *after == '_');
    bool extension = (n > 1 && after[0] == 'x' && is_digit(after[1])) || (n > 2 && memcmp(after, "ext", 3) == 0);
    if (!word || extension || !c->count)
        return true;
    c->count--;
    return c->groups[c->count].spaced;
}

bool redact_check_phone(struct redact_hit *hit)
{
    struct chain c;
    split(hit, &c);
    hit->next = hit->to; /* half of an order number is no telephone number */
    if (!drop_word(&c, hit))
        return false;
    for (int at = 0; at < c.count; at++) {
        int n, score = at == 0 || c.groups[at].spaced ? longest_phone(&c, at, at ? STRONG : FAIR, &n) : 0;
        if (!score)
            continue;
        size_t from = c.groups[at].from;
        while (from > hit->from && strchr("+( ", hit->text[from - 1]) && (at == 0 || from > c.groups[at - 1].to + 1))
            from--;
        hit->from = from;
        hit->to = c.groups[at + n - 1].to;
        hit->score = score;
        return true;
    }
    return false;
}

/* --- addresses --- */

static bool in_local_part(unsigned char c)
{
    return isalnum(c) || (c && strchr("._%+'-", c)) || (c >= 0xc3 && c <= 0xd4) || (c >= 0x80 && c < 0xc0); /* up to Cyrillic */
}

bool redact_check_email(struct redact_hit *hit)
{
    enum { LOCAL = 64 };
    size_t at = hit->from, from = at;
    while (from > 0 && at - from < LOCAL && in_local_part((unsigned char)hit->text[from - 1]))
        from--;
    while (from < at && !isalnum((unsigned char)hit->text[from]) && hit->text[from] != '_' && (unsigned char)hit->text[from] < 0xc0)
        from++;
    hit->from = from;
    return from < at && !(from > 2 && memcmp(hit->text + from - 3, "://", 3) == 0); /* abfs://container@account.example: a place */
}

/* 2.9.10.3 may be a version; an address is not made of small numbers only, but for a private network's, or stands where
 * one stands: behind a slash or an @, before a port or a prefix's length. */
static bool like_a_version(const struct redact_hit *hit)
{
    const char *t = hit->text;
    int octets[4] = {0}, i = 0;
    size_t at = hit->from;
    for (; at < hit->to && t[at] != '/'; at++)
        if (t[at] == '.')
            i++;
        else
            octets[i] = octets[i] * 10 + t[at] - '0';
    for (i = 0; i < 4; i++)
        if (octets[i] >= 32)
            return false;
    bool same = octets[0] == octets[1] && octets[1] == octets[2] && octets[2] == octets[3]; /* 0.0.0.0, 8.8.8.8 */
    bool placed = at < hit->to || (at + 1 < hit->n && t[at] == ':' && is_digit(t[at + 1])) || (hit->from > 0 && (t[hit->from - 1] == '/' || t[hit->from - 1] == '@'));
    return !same && !placed && octets[0] != 10;
}

bool redact_check_ip4(struct redact_hit *hit)
{
    if (hit->to + 1 < hit->n && hit->text[hit->to] == '.' && is_digit(hit->text[hit->to + 1]))
        return false; /* five numbers */
    if (like_a_version(hit))
        hit->score = stands_alone(hit) ? 45 + ALONE : 45;
    return true;
}

/* The match is a run of hex digits, colons and dots, perhaps with a zone or a prefix's length behind it. */
bool redact_check_ip6(struct redact_hit *hit)
{
    char text[INET6_ADDRSTRLEN + 1];
    struct in6_addr address;
    size_t run = hit->from, digits = 0, letters = 0;
    while (run < hit->to && (isxdigit((unsigned char)hit->text[run]) || hit->text[run] == ':' || hit->text[run] == '.'))
        run++;
    size_t end = run;
    while (end > hit->from && (hit->text[end - 1] == '.' || (hit->text[end - 1] == ':' && !(end - hit->from >= 2 && hit->text[end - 2] == ':'))))
        end--;
    for (size_t i = hit->from; i < end; i++) {
        digits += is_digit(hit->text[i]);
        letters += isalpha((unsigned char)hit->text[i]) != 0;
    }
    if (end < run)
        hit->to = end;
    if (end - hit->from >= sizeof text)
        return false;
    memcpy(text, hit->text + hit->from, end - hit->from);
    text[end - hit->from] = 0;
    if (inet_pton(AF_INET6, text, &address) != 1)
        return false;
    if (!digits) /* "::" is an address, and a way to write; dead::beef may be a name of C++ */
        hit->score = letters || hit->to == end ? 30 : hit->score;
    if (stands_alone(hit))
        hit->score += ALONE;
    return true;
}

/* --- secrets --- */

bool redact_check_key(struct redact_hit *hit)
{
    static const char end[] = "-----END";
    const char *at = memmem(hit->text + hit->to, hit->n - hit->to, end, sizeof end - 1);
    const char *tail = at ? memmem(at + sizeof end - 1, (size_t)(hit->text + hit->n - at) - sizeof end + 1, "-----", 5) : NULL;
    hit->to = tail ? (size_t)(tail - hit->text) + 5 : hit->n;
    return true;
}
