/* submission: the body in any of its three encodings, then its fields, each with the vendor's words for what is wrong with it. */
#include "api/submission.h"
#include "api/envelope.h"
#include "base/text.h"
#include <string.h>
#include <strings.h>

enum { KEY = 256 };

/* --- the body: three encodings --- */

static bool read_json(struct submission *s)
{
    struct json_notes notes;
    s->json = json_parse_in(s->req->arena, s->req->body, s->req->body_n, &json_limits_dialect, &notes, NULL);
    return json_is(s->json, JSON_OBJECT);
}

static bool is_type(const char *type, const char *name)
{
    size_t n = strlen(name);
    return strncasecmp(type, name, n) == 0 && (!type[n] || type[n] == ';' || type[n] == ' ');
}

static bool is_identity(const char *coding)
{
    return !coding || !*coding || strcasecmp(coding, "identity") == 0;
}

/* Only a form with files can be as large as this call allows and still be good. */
static bool read_body(struct submission *s)
{
    struct request *req = s->req;
    char boundary[FORM_BOUNDARY + 1];
    struct err err;
    int n;
    const char *type = request_header(req, "Content-Type", &n);
    bool known = n == 1 && is_identity(request_header(req, "Content-Encoding", NULL)), multipart = known && form_boundary(type, boundary);
    if (!multipart && req->body_n > SUBMISSION_SPOOL) {
        request_refuse(req, PROBLEM_TOO_LARGE);
        return false;
    }
    bool good = multipart ? form_multipart(req->arena, boundary, req->body, req->body_n, &s->form, &err) :
                known && is_type(type, "application/x-www-form-urlencoded") ? form_urlencoded(req->arena, req->body, req->body_n, &s->form, &err) :
                known && is_type(type, "application/json") && read_json(s);
    return good || envelope_refuse(req, s->source, ENVELOPE_PARSE_ERROR);
}

/* --- fields --- */

void submission_error(struct submission *s, const char *field, const char *text)
{
    struct json *list = json_array();
    s->errors = s->errors ? s->errors : json_object();
    json_push(list, json_new_string(text));
    json_drop(s->errors, field);
    json_put(s->errors, field, list);
}

/* A member of the JSON object; NULL: refused already. */
static const char *json_field(struct submission *s, const char *name, size_t *n)
{
    const struct json *node = json_get(s->json, name);
    const char *text = json_string(node);
    if (!text)
        submission_error(s, name, !node ? "This field is required." : json_is(node, JSON_NULL) ? "This field may not be null." : "Not a valid string.");
    *n = text ? strlen(text) : 0;
    return text;
}

static const char *form_field(struct submission *s, const char *name, size_t *n)
{
    int count;
    const struct form_part *p = form_find(&s->form, name, &count);
    if (count == 1 && !p->filename) {
        *n = p->n;
        return p->data;
    }
    submission_error(s, name, !count ? "This field is required." : count > 1 ? "This field may be given only once." : "Not a valid string.");
    return NULL;
}

static size_t characters(const char *text, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

static bool is_blank(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strchr(" \t\r\n\v\f", text[i]))
            return false;
    return true;
}

/* The text as it was sent: nothing is trimmed. *unreadable: it is not UTF-8. */
static const char *field(struct submission *s, const char *name, size_t most, bool *unreadable)
{
    size_t n;
    const char *text = s->json ? json_field(s, name, &n) : form_field(s, name, &n);
    if (!text)
        return NULL;
    *unreadable |= !text_valid(text, n);
    if (memchr(text, 0, n))
        submission_error(s, name, "Null characters are not allowed.");
    else if (is_blank(text, n))
        submission_error(s, name, "This field may not be blank.");
    else if (characters(text, n) > most)
        submission_error(s, name, arena_printf(s->req->arena, "Ensure this field has no more than %zu characters.", most));
    return arena_strndup(s->req->arena, text, n);
}

/* A form's file input nobody used is sent as a file without name and bytes. */
static bool is_nothing(const struct form_part *p)
{
    return p->n == 0 && (!p->filename || !*p->filename);
}

static void read_files(struct submission *s)
{
    const struct json *node = json_get(s->json, "files");
    int n = 0;
    if (node && !json_is(node, JSON_NULL) && json_count(node) + (json_is(node, JSON_ARRAY) ? 0 : 1) > 0)
        submission_error(s, "files", "The submitted data was not a file. Check the encoding type on the form.");
    for (int i = 0; i < s->form.count; i++) {
        const struct form_part *p = &s->form.parts[i];
        if (strcmp(p->name, "files") != 0 || is_nothing(p))
            continue;
        if (!p->filename)
            submission_error(s, "files", "The submitted data was not a file. Check the encoding type on the form.");
        else if (p->n > SUBMISSION_FILE)
            submission_error(s, "files", arena_printf(s->req->arena, "Ensure each file has no more than %d bytes.", SUBMISSION_FILE));
        else if (n < SUBMISSION_FILES)
            s->files[n] = p;
        n++;
    }
    if (n > SUBMISSION_FILES)
        submission_error(s, "files", arena_printf(s->req->arena, "Ensure this field has no more than %d elements.", SUBMISSION_FILES));
    s->file_count = n < SUBMISSION_FILES ? n : SUBMISSION_FILES;
}

/* It becomes part of the event's key. */
static void read_key(struct submission *s)
{
    int n;
    bool printable = true;
    s->key = request_header(s->req, "Idempotency-Key", &n);
    for (const char *at = s->key; at && *at; at++)
        printable = printable && *at >= 0x20 && *at < 0x7f;
    if (n > 1 || (s->key && (!*s->key || strlen(s->key) > KEY || !printable)))
        submission_error(s, "Idempotency-Key", "This header must be given once, with 1 to 256 printable characters.");
}

static bool read_fields(struct submission *s)
{
    bool unreadable = false;
    s->customer = field(s, "customerId", 255, &unreadable);
    s->summary = field(s, "summary", 255, &unreadable);
    s->description = field(s, "description", 32767, &unreadable);
    read_files(s);
    read_key(s);
    if (unreadable) {
        json_free(s->errors);
        return envelope_refuse(s->req, s->source, ENVELOPE_PARSE_ERROR);
    }
    return !s->errors || envelope_fields(s->req, s->source, s->errors);
}

bool submission_read(struct submission *s)
{
    return read_body(s) && read_fields(s);
}
