/* redact_context: the words before a number say what it is ("order 4111...", "my phone is 415..."). The nearest that says
 * anything decides: context may stand further off, a veto has to stand in the same clause. What an earlier redaction left
 * there ("[phone]") says nothing, or hiding one number would make the next one surer. */
#include "core/redact_rule.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 16, NEAR = 4, FAR = 8, REACH = 96 }; /* letters; words for a veto, for context; bytes */
enum { SURER = 35, A_LITTLE = 25, VETO = -40 };
enum {
    EMAIL = 1 << REDACT_EMAIL, PHONE = 1 << REDACT_PHONE, CARD = 1 << REDACT_CARD, SSN = 1 << REDACT_SSN, IP = 1 << REDACT_IP,
    NUMBER = PHONE | CARD | SSN, /* what an order number is not */
};

/* Sorted. `maybe`: says so unless a clearer word stands before it ("phone number", "order number"). */
static const struct word {
    const char *word;
    int speaks_for, against, maybe;
} words[] = {
    {"account", 0, PHONE | SSN, 0}, {"acct", 0, PHONE | SSN, 0}, {"amex", CARD, PHONE | SSN, 0}, {"amount", 0, NUMBER, 0},
    {"application", 0, NUMBER, 0}, {"asin", 0, NUMBER, 0}, {"attempt", 0, NUMBER, 0}, {"batch", 0, NUMBER, 0}, {"block", 0, NUMBER, 0},
    {"bug", 0, NUMBER, 0}, {"build", 0, NUMBER | IP, 0}, {"bytes", 0, NUMBER, 0}, {"call", PHONE, 0, 0}, {"called", PHONE, 0, 0},
    {"card", CARD, PHONE | SSN, 0}, {"cards", CARD, PHONE | SSN, 0}, {"carte", CARD, PHONE | SSN, 0}, {"case", 0, NUMBER, 0},
    {"cc", CARD, PHONE | SSN, 0}, {"cell", PHONE, SSN, 0}, {"cellphone", PHONE, SSN, 0}, {"chapter", 0, IP, 0}, {"charged", CARD, 0, 0},
    {"commit", 0, NUMBER, 0}, {"container", 0, NUMBER, 0}, {"credit", CARD, PHONE | SSN, 0}, {"customerid", 0, NUMBER, 0},
    {"debit", CARD, PHONE | SSN, 0}, {"dial", PHONE, 0, 0}, {"driver", 0, NUMBER | IP, 0}, {"dst", IP, 0, 0}, {"epoch", 0, NUMBER, 0},
    {"fax", PHONE, SSN, 0}, {"firmware", 0, NUMBER | IP, 0}, {"gateway", IP, 0, 0}, {"guid", 0, NUMBER, 0}, {"handy", PHONE, 0, 0},
    {"host", IP, 0, 0}, {"iban", 0, PHONE | SSN, 0}, {"id", 0, NUMBER, 0}, {"ids", 0, NUMBER, 0}, {"imei", 0, NUMBER, 0},
    {"invoice", 0, NUMBER, 0}, {"ip", IP, NUMBER, 0}, {"ips", IP, NUMBER, 0}, {"ipv4", IP, NUMBER, 0}, {"ipv6", IP, NUMBER, 0},
    {"isbn", 0, NUMBER, 0}, {"issue", 0, NUMBER, 0}, {"item", 0, NUMBER, 0}, {"itin", SSN, PHONE, 0}, {"job", 0, NUMBER, 0},
    {"karte", CARD, PHONE | SSN, 0}, {"length", 0, NUMBER, 0}, {"localhost", IP, 0, 0}, {"maestro", CARD, PHONE | SSN, 0},
    {"mastercard", CARD, PHONE | SSN, 0}, {"mobil", PHONE, 0, 0}, {"mobile", PHONE, SSN, 0}, {"movil", PHONE, SSN, 0}, {"no", 0, 0, PHONE},
    {"nr", 0, 0, PHONE}, {"num", 0, 0, PHONE}, {"number", 0, 0, PHONE}, {"nummer", 0, 0, PHONE}, {"offset", 0, NUMBER, 0},
    {"oid", 0, NUMBER | IP, 0}, {"order", 0, NUMBER, 0}, {"orderid", 0, NUMBER, 0}, {"orders", 0, NUMBER, 0}, {"paid", CARD, 0, 0},
    {"pan", CARD, PHONE | SSN, 0}, {"part", 0, NUMBER, 0}, {"pay", CARD, 0, 0}, {"payment", CARD, 0, 0}, {"phone", PHONE, SSN, 0},
    {"phones", PHONE, SSN, 0}, {"pid", 0, NUMBER, 0}, {"port", 0, NUMBER, 0}, {"postcode", 0, NUMBER, 0}, {"price", 0, NUMBER, 0},
    {"reach", PHONE, 0, 0}, {"ref", 0, NUMBER, 0}, {"reference", 0, NUMBER, 0}, {"release", 0, NUMBER | IP, 0}, {"request", 0, NUMBER, 0},
    {"rev", 0, NUMBER, 0}, {"revision", 0, NUMBER, 0}, {"ring", PHONE, 0, 0}, {"rufnummer", PHONE, SSN, 0}, {"section", 0, IP, 0},
    {"seq", 0, NUMBER, 0}, {"serial", 0, NUMBER, 0}, {"session", 0, NUMBER, 0}, {"size", 0, NUMBER, 0}, {"sku", 0, NUMBER, 0},
    {"sms", PHONE, SSN, 0}, {"social", SSN, PHONE, 0}, {"src", IP, 0, 0}, {"ssid", SSN, PHONE, 0}, {"ssn", SSN, PHONE, 0},
    {"ssns", SSN, PHONE, 0}, {"subnet", IP, 0, 0}, {"tarjeta", CARD, PHONE | SSN, 0}, {"task", 0, NUMBER, 0}, {"taxpayer", SSN, PHONE, 0},
    {"tel", PHONE, SSN, 0}, {"telefon", PHONE, SSN, 0}, {"telefono", PHONE, SSN, 0}, {"telephone", PHONE, SSN, 0}, {"ticket", 0, NUMBER, 0},
    {"timestamp", 0, NUMBER, 0}, {"total", 0, NUMBER, 0}, {"tracking", 0, NUMBER, 0}, {"transaction", 0, NUMBER, 0},
    {"transactionid", 0, NUMBER, 0}, {"ts", 0, NUMBER, 0}, {"txn", 0, NUMBER, 0}, {"uid", 0, NUMBER, 0}, {"unspecified", IP, 0, 0}, {"update", 0, IP, 0}, {"upgrade", 0, IP, 0},
    {"userid", 0, NUMBER, 0}, {"uuid", 0, NUMBER, 0}, {"ver", 0, NUMBER | IP, 0}, {"version", 0, NUMBER | IP, 0},
    {"versions", 0, NUMBER | IP, 0}, {"visa", CARD, PHONE | SSN, 0}, {"whatsapp", PHONE, SSN, 0}, {"zip", 0, NUMBER, 0},
};
enum { WORDS = sizeof words / sizeof *words };

static int by_word(const void *key, const void *row)
{
    return strcmp(key, ((const struct word *)row)->word);
}

bool redact_context_sorted(void)
{
    for (int i = 1; i < WORDS; i++)
        if (strcmp(words[i - 1].word, words[i].word) >= 0)
            return false;
    return true;
}

struct walk {
    const char *text;
    size_t at, least; /* the next byte to look at is at - 1 */
    int said;         /* words passed */
    bool clause;      /* out of the clause: no veto counts any more */
    bool mark;        /* a sign before the number: #, $ */
};

/* The word that ends at w->at, in lower case; NULL: none we know, or its beginning lies out of reach. */
static const struct word *word_before(struct walk *w)
{
    char lower[WORD + 1];
    size_t end = w->at;
    while (w->at > w->least && isalnum((unsigned char)w->text[w->at - 1]))
        w->at--;
    w->said++;
    if (end - w->at > WORD || (w->at == w->least && w->least > 0))
        return NULL;
    for (size_t i = w->at; i < end; i++)
        lower[i - w->at] = (char)tolower((unsigned char)w->text[i]);
    lower[end - w->at] = 0;
    return bsearch(lower, words, WORDS, sizeof *words, by_word);
}

/* "no. 17", "tel. 030": the dot of an abbreviation ends no sentence. */
static bool is_abbreviation(const struct walk *w)
{
    struct walk before = *w;
    const struct word *word = word_before(&before);
    return word && strlen(word->word) <= 4;
}

/* "[phone:3f2a9c01]" that ends at w->at is stepped over. */
static bool skip_mask(struct walk *w)
{
    size_t at = w->at - 1;
    while (at > w->least && (isalnum((unsigned char)w->text[at - 1]) || w->text[at - 1] == ':'))
        at--;
    if (at == w->least || w->text[at - 1] != '[')
        return false;
    w->at = at - 1;
    return true;
}

/* Over what is no word; false: the sentence began here. */
static bool skip_between(struct walk *w)
{
    while (w->at > w->least && !isalnum((unsigned char)w->text[w->at - 1])) {
        char c = w->text[w->at - 1], after = w->text[w->at];
        if (c == ']' && skip_mask(w))
            continue;
        w->at--;
        if ((c == '.' || c == '!' || c == '?') && isspace((unsigned char)after) && !(c == '.' && is_abbreviation(w)))
            return false;
        w->mark |= w->said == 0 && (c == '#' || c == '$');
        w->clause |= c == ',' || c == ';' || c == '\n';
    }
    return w->at > w->least;
}

int redact_context(const char *text, size_t from, int entity)
{
    struct walk w = {.text = text, .at = from, .least = from > REACH ? from - REACH : 0};
    int bit = 1 << entity;
    bool maybe = false;
    while (w.said < FAR && skip_between(&w)) {
        const struct word *word = word_before(&w);
        if (word && word->speaks_for & bit)
            return SURER;
        if (word && word->against & bit && !w.clause && w.said <= NEAR)
            return VETO;
        maybe |= word && word->maybe & bit;
    }
    return w.mark && NUMBER & bit ? VETO : maybe ? A_LITTLE : 0;
}
