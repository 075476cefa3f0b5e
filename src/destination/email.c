/* email: a letter as one message (destinations.md 5a), and SMTP's answers (5b). One transfer for each recipient, so that one
 * who is refused does not take the others along: the memo's `recipients` says who has it ("sent"), who never will
 * ("refused") and who gets it later ("later"); whoever is not named is still to be served in this attempt. The message is the
 * same for all and for ever: its date is the letter's, its Message-ID the event's at this destination.
 *
 * A ticket's mails share one synthetic id, which no mail has: ticket.<24 hex digits of SHA-256 of the ticket's key>@<domain of
 * `from`>. A reply goes to the customer of its ticket and holds the agent's words alone.
 *
 * max_per_hour is not looked at here: what is over it waits in the queue, before there is an attempt. Pure. */
#include "destination/destination.h"
#include "destination/mime.h"
#include "base/crypto.h"
#include "base/str.h"
#include <string.h>

enum { MESSAGE_MAX = 2 << 20, TEXT_CUT = 100000, SHORT_CUT = 2000, SUBJECT_CUT = 250, TIMEOUT_MS = 120000 };

/* --- who gets it --- */

static int recipients_of(const struct composing *c, const char **list)
{
    int n = 0;
    if (c->letter->of == LETTER_REPLY) {
        const char *customer = c->letter->ticket ? c->letter->ticket->customer_email : NULL;
        if (mime_is_address(customer))
            list[n++] = customer;
        return n;
    }
    for (int i = 0; i < c->to->to_count; i++)
        if (mime_is_address(c->to->to[i]))
            list[n++] = c->to->to[i];
    return n;
}

static const char *state_of(const struct json *memo, const char *recipient)
{
    return json_get_string(json_get(memo, "recipients"), recipient, "");
}

static const char *next_recipient(const struct json *memo, const char *const *list, int count)
{
    for (int i = 0; i < count; i++)
        if (!*state_of(memo, list[i]))
            return list[i];
    return NULL;
}

static int count_state(const struct json *memo, const char *state)
{
    int n = 0;
    for (const struct json *r = json_first(json_get(memo, "recipients")); r; r = json_next(r))
        n += str_eq(json_string(r), state);
    return n;
}

static void mark(struct json *memo, const char *recipient, const char *state)
{
    struct json *all = json_get(memo, "recipients") ? json_copy(json_get(memo, "recipients")) : json_object();
    json_drop(all, recipient);
    json_put_string(all, recipient, state);
    json_drop(memo, "recipients");
    json_put(memo, "recipients", all);
}

/* The next attempt serves them again; who has it, has it. */
static void forget(struct json *memo, const char *state)
{
    struct json *kept = json_object();
    for (const struct json *r = json_first(json_get(memo, "recipients")); r; r = json_next(r))
        if (!str_eq(json_string(r), state))
            json_put_string(kept, json_name(r), json_string(r));
    json_drop(memo, "recipients");
    if (json_count(kept))
        json_put(memo, "recipients", kept);
    else
        json_free(kept);
}

/* --- the message --- */

/* The left side of a message id is a dot-atom; a destination's name may hold more. */
static const char *atom(struct arena *arena, const char *text)
{
    char *out = arena_strdup(arena, text);
    for (char *p = out; *p; p++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", *p))
            *p = '-';
    return out;
}

static const char *ticket_thread(struct arena *arena, const struct ticket *t, const char *domain)
{
    enum { DIGITS = 24 };
    uint8_t hash[32];
    char hex[65];
    if (!t || !t->key)
        return NULL;
    crypto_sha256(t->key, strlen(t->key), hash);
    crypto_hex(hash, sizeof hash, hex);
    return arena_printf(arena, "<ticket.%.*s@%s>", DIGITS, hex, domain);
}

static const char *subject_of(struct arena *arena, const struct letter *l)
{
    bool is_reply = l->of == LETTER_REPLY;
    const char *title = destination_cut(arena, is_reply ? letter_title(l) : letter_headline(arena, l), SUBJECT_CUT, CUT_CODE_POINTS, NULL);
    if (!is_reply)
        return title;
    bool answered = (title[0] == 'R' || title[0] == 'r') && (title[1] == 'E' || title[1] == 'e') && title[2] == ':';
    return answered ? title : arena_printf(arena, "Re: %s", title);
}

static const char text_type[] = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n";

/* The same on every attempt. No text in quoted-printable and no base64 can hold "=_". */
static const char *boundary(struct arena *arena, const struct letter *l)
{
    return arena_printf(arena, "=_triage_%s", atom(arena, l->id));
}

static void add_head(struct str *out, struct arena *arena, const struct composing *c, const char *const *to, int to_count, const char *name, const char *from)
{
    const struct letter *l = c->letter;
    const char *domain = mime_domain(from), *thread = ticket_thread(arena, l->ticket, domain);
    bool by_person = l->of == LETTER_REPLY && !l->message->automatic;
    mime_header_mailbox(out, "From", name, from);
    mime_header_addresses(out, "To", to, to_count);
    mime_header(out, "Subject", subject_of(arena, l));
    mime_header_date(out, l->at);
    str_addf(out, "Message-ID: <%s.%s@%s>\r\n", atom(arena, l->id), atom(arena, c->to->name), domain);
    if (thread && l->of == LETTER_REPLY)
        str_addf(out, "In-Reply-To: %s\r\n", thread);
    if (thread)
        str_addf(out, "References: %s\r\n", thread);
    str_adds(out, "MIME-Version: 1.0\r\n");
    if (c->file_count)
        str_addf(out, "Content-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n", boundary(arena, l));
    else
        str_adds(out, text_type);
    if (!by_person)
        str_addf(out, "Auto-Submitted: %s\r\n", l->of == LETTER_REPLY ? "auto-replied" : "auto-generated");
    str_addf(out, "X-Triage-Event: %s\r\n\r\n", atom(arena, l->id));
}

static const char *text_of(struct arena *arena, const struct composing *c)
{
    bool is_short = json_get_bool(c->memo, "short", false);
    const char *text = c->letter->of == LETTER_REPLY ? letter_text(c->letter) : letter_story(arena, c->letter);
    return destination_cut(arena, text, is_short ? SHORT_CUT : TEXT_CUT, CUT_CODE_POINTS, c);
}

static void add_alert(struct str *out, struct arena *arena, const struct composing *c)
{
    const struct letter *l = c->letter;
    struct letter_fact facts[LETTER_FACTS];
    int n = letter_facts(arena, l, facts);
    AUTO_STR body;
    str_init(&body, MESSAGE_MAX);
    str_addf(&body, "%s\n\n%s\n\n", subject_of(arena, l), text_of(arena, c));
    for (int i = 0; i < n; i++)
        str_addf(&body, "%s: %s\n", facts[i].name, facts[i].value);
    str_addf(&body, "\n-- \n%s\n", letter_stamp(arena, l));
    mime_body(out, body.data);
}

/* The agent's words, and the files behind them where there are any. */
static void add_reply(struct str *out, struct arena *arena, const struct composing *c)
{
    const char *line = boundary(arena, c->letter);
    if (c->file_count)
        str_addf(out, "--%s\r\n%s\r\n", line, text_type);
    mime_body(out, text_of(arena, c));
    for (int i = 0; i < c->file_count; i++) {
        str_addf(out, "\r\n--%s\r\n", line);
        mime_file(out, c->files[i].type, c->files[i].name, c->files[i].data, c->files[i].n);
    }
    if (c->file_count)
        str_addf(out, "\r\n--%s--\r\n", line);
}

static size_t most(const struct composing *c)
{
    size_t n = MESSAGE_MAX;
    for (int i = 0; i < c->file_count; i++)
        n += mime_file_most(c->files[i].n);
    return n;
}

static bool check(const struct composing *c, int recipients, struct err *err)
{
    int of = c->letter->of;
    if (of != LETTER_EVENT && of != LETTER_DESK && of != LETTER_REPLY)
        return err_set(err, ERR_NOT_FOUND, "a mail has no form for %s", c->letter->type);
    if (of == LETTER_REPLY && (!c->letter->message || !c->letter->ticket))
        return err_set(err, ERR_INPUT, "a reply without its message or its ticket");
    if (!recipients)
        return err_set(err, ERR_INPUT, of == LETTER_REPLY ? "the customer has no address a mail can go to" : "no recipient has an address a mail can go to");
    return true;
}

/* Without the brackets an IPv6 address may be written in. */
static const char *host_of(struct arena *arena, const char *host)
{
    size_t n = host ? strlen(host) : 0;
    return n > 2 && host[0] == '[' && host[n - 1] == ']' ? arena_strndup(arena, host + 1, n - 2) : host;
}

static bool compose(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    const char *list[CONFIG_RECIPIENTS], *name, *from;
    int count = recipients_of(c, list);
    if (!check(c, count, err))
        return false;
    if (!mime_mailbox(arena, c->to->from, &name, &from))
        return err_set(err, ERR_INPUT, "\"from\" is not an address");
    const char *rcpt = next_recipient(c->memo, list, count);
    if (!rcpt)
        return err_set(err, ERR_NOT_FOUND, "every recipient has it or has refused it");
    AUTO_STR message;
    str_init(&message, most(c));
    add_head(&message, arena, c, list, count, name, from);
    if (c->letter->of == LETTER_REPLY)
        add_reply(&message, arena, c);
    else
        add_alert(&message, arena, c);
    if (message.cut)
        return err_set(err, ERR_INPUT, "the message would be larger than %d bytes", MESSAGE_MAX);
    *out = (struct delivery){.carrier = CARRIER_MAIL, .allow_loopback = c->to->allow_loopback, .body_n = message.len,
                             .body = arena_strndup(arena, message.data, message.len), .host = host_of(arena, c->to->host), .port = c->to->port, .tls = c->to->tls,
                             .user = c->to->user, .password = c->to->password, .mail_from = from, .rcpt = rcpt};
    return true;
}

/* --- answers --- */

/* ALL: the answer is about the server or the sender, whoever the recipient. ONE: about this recipient's transfer. */
enum meaning { SENT, ALL_RETRY, ALL_DEAD, ALL_DISABLE, ONE_LATER, ONE_REFUSED, TOO_BIG };
/* The first row that fits. */
static const struct { int from, to, first_stage, last_stage, meaning; } meanings[] = {
    {200, 299, MAIL_DATA, MAIL_DATA, SENT},
    {400, 499, MAIL_RCPT, MAIL_DATA, ONE_LATER},
    {530, 530, MAIL_AUTH, MAIL_FROM, ALL_DISABLE},
    {534, 535, MAIL_AUTH, MAIL_FROM, ALL_DISABLE},
    {538, 538, MAIL_AUTH, MAIL_FROM, ALL_DISABLE},
    {552, 552, MAIL_FROM, MAIL_FROM, TOO_BIG},
    {552, 552, MAIL_DATA, MAIL_DATA, TOO_BIG},
    {500, 599, MAIL_RCPT, MAIL_DATA, ONE_REFUSED},
    {500, 599, MAIL_CONNECT, MAIL_FROM, ALL_DEAD},
    {0, 999, MAIL_CONNECT, MAIL_DATA, ALL_RETRY},
};

static int silence(const struct reply *r)
{
    if (r->fault == REPLY_UNABLE)
        return r->stage == MAIL_RCPT ? ONE_REFUSED : ALL_DEAD;
    return r->stage >= MAIL_RCPT ? ONE_LATER : ALL_RETRY;
}

static int meaning_of(const struct reply *r)
{
    if (!r->status)
        return silence(r);
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (r->status >= meanings[i].from && r->status <= meanings[i].to && r->stage >= meanings[i].first_stage && r->stage <= meanings[i].last_stage)
            return meanings[i].meaning;
    return ALL_RETRY;
}

static struct verdict again(struct json *memo, const char *word)
{
    json_drop(memo, "again");
    json_put_string(memo, "again", word);
    return (struct verdict){.kind = VERDICT_AGAIN};
}

/* What the attempt came to, once everybody has been served or has not. */
static struct verdict sum_up(struct arena *arena, struct json *memo, int count)
{
    int sent = count_state(memo, "sent"), refused = count_state(memo, "refused"), later = count_state(memo, "later");
    const char *note = refused && count > 1 ? arena_printf(arena, "%d of %d recipients refused", refused, count) : NULL;
    if (later) {
        forget(memo, "later");
        return (struct verdict){.kind = VERDICT_RETRY, .note = note};
    }
    if (sent)
        return (struct verdict){.kind = VERDICT_DELIVERED, .note = note};
    forget(memo, "refused");
    return (struct verdict){.kind = VERDICT_DEAD, .note = note};
}

static struct verdict judge_one(struct arena *arena, const struct composing *c, int meaning, struct json *memo)
{
    static const char *const states[] = {[SENT] = "sent", [ONE_LATER] = "later", [ONE_REFUSED] = "refused"};
    const char *list[CONFIG_RECIPIENTS];
    int count = recipients_of(c, list);
    const char *rcpt = next_recipient(memo, list, count);
    if (rcpt && count > 1) {
        mark(memo, rcpt, states[meaning]);
        return next_recipient(memo, list, count) ? again(memo, "next") : sum_up(arena, memo, count);
    }
    static const int kinds[] = {[SENT] = VERDICT_DELIVERED, [ONE_LATER] = VERDICT_RETRY, [ONE_REFUSED] = VERDICT_DEAD};
    return (struct verdict){.kind = kinds[meaning]};
}

static struct verdict judge(struct arena *arena, const struct composing *c, const struct reply *reply, struct json *memo)
{
    int meaning = meaning_of(reply);
    bool ambiguous = !reply->status && reply->sent, is_short = json_get_bool(memo, "short", false);
    if (meaning == TOO_BIG && !is_short) {
        json_drop(memo, "short");
        json_put_bool(memo, "short", true);
        return again(memo, "truncate");
    }
    if (meaning == TOO_BIG || (meaning == ONE_LATER && ambiguous && c->to->ambiguous == AMBIGUOUS_DEAD))
        meaning = ONE_REFUSED;
    struct verdict v;
    if (meaning == ALL_RETRY || meaning == ALL_DEAD || meaning == ALL_DISABLE) {
        forget(memo, "later");
        if (meaning != ALL_RETRY)
            forget(memo, "refused"); /* a replay asks them again */
        v = (struct verdict){.kind = meaning == ALL_RETRY ? VERDICT_RETRY : VERDICT_DEAD, .disable = meaning == ALL_DISABLE};
    } else
        v = judge_one(arena, c, meaning, memo);
    v.ambiguous = ambiguous;
    return v;
}

const struct destination destination_email = {.kind = DEST_EMAIL, .name = "email", .title = "E-mail", .profile = PROFILE_EMAIL, .timeout = TIMEOUT_MS, .carries = true,
                                              .compose = compose, .judge = judge};
