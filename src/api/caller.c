/* caller: secrets and tokens are compared in constant time, tokens by their SHA-256 and against all sources. */
#include "api/caller.h"
#include "base/crypto.h"
#include <string.h>
#include <strings.h>

static const char *signed_header(const void *arg, const char *name, int *count)
{
    return gate_header(arg, name, count);
}

static struct signature_input input_of(struct request *req, const struct config_source *source)
{
    struct signature_input in = {.dialect = source ? source->dialect : "auto", .header = signed_header,
                                 .header_arg = &req->head, .body = req->body, .body_n = req->body_n,
                                 .now = req->received_at / 1000};
    if (source && source->auth == AUTH_SIGNED) {
        in.secrets = source->secrets;
        in.secret_count = source->secret_count;
        in.strict = source->strict;
    }
    return in;
}

static enum problem_id why_not(const struct signature_result *result)
{
    return result->verdict == SIGNATURE_STALE ? PROBLEM_STALE :
           result->verdict == SIGNATURE_FUTURE ? PROBLEM_FUTURE : PROBLEM_UNAUTHENTICATED;
}

static bool check(struct request *req, const struct config_source *source, struct caller *out)
{
    struct signature_input in = input_of(req, source);
    signature_verify(req->arena, &in, &out->signature);
    out->signed_by = true;
    return signature_ok(&out->signature);
}

static void decide(struct caller *out, bool ok, enum problem_id why)
{
    out->accepted = ok && out->source && !out->source->disabled;
    out->why = ok && out->source && out->source->disabled ? PROBLEM_SOURCE_DISABLED : why;
}

static bool same_token(const char *given, const char *kept)
{
    uint8_t a[32], b[32];
    crypto_sha256(given, strlen(given), a);
    crypto_sha256(kept ? kept : "", kept ? strlen(kept) : 0, b);
    return crypto_equal(a, b, 32) && kept && *kept;
}

static const char *bearer(struct request *req)
{
    int n;
    const char *value = request_header(req, "Authorization", &n);
    if (n != 1 || strncasecmp(value, "Bearer ", 7) != 0)
        return "";
    return value + 7 + strspn(value + 7, " ");
}

static bool has_secret(const struct config_source *source, const char *token)
{
    bool found = false;
    for (int i = 0; i < source->secret_count; i++)
        found |= same_token(token, source->secrets[i]);
    return found;
}

/* What a source asks for beside its path. */
static void authenticate(struct request *req, struct caller *out, bool path_token)
{
    const struct config_source *s = out->source;
    if (!s || s->auth == AUTH_SIGNED) {
        bool ok = check(req, s, out);
        decide(out, ok, why_not(&out->signature));
    } else if (s->auth == AUTH_BEARER) {
        bool ok = path_token ? has_secret(s, bearer(req)) : same_token(bearer(req), s->token);
        decide(out, ok, PROBLEM_UNAUTHENTICATED);
    } else {
        decide(out, true, PROBLEM_UNAUTHENTICATED);
    }
}

void caller_by_name(struct request *req, const char *name, struct caller *out)
{
    *out = (struct caller){.source = config_source(req->config, name)};
    authenticate(req, out, false);
}

void caller_by_bearer(struct request *req, struct caller *out)
{
    *out = (struct caller){0};
    const char *token = bearer(req);
    for (int i = 0; i < req->config->source_count; i++) {
        const struct config_source *s = &req->config->sources[i];
        if (same_token(token, s->auth == AUTH_BEARER ? s->token : NULL))
            out->source = s;
    }
    decide(out, out->source, PROBLEM_UNAUTHENTICATED);
}

void caller_by_token(struct request *req, const char *token, struct caller *out, bool *known)
{
    *out = (struct caller){0};
    for (int i = 0; i < req->config->source_count; i++)
        if (same_token(token, req->config->sources[i].token))
            out->source = &req->config->sources[i];
    *known = out->source;
    if (*known)
        authenticate(req, out, true);
}

void caller_by_secret(struct request *req, struct caller *out)
{
    *out = (struct caller){.why = PROBLEM_UNAUTHENTICATED};
    struct signature_result best = {.verdict = SIGNATURE_MISSING};
    bool disabled = false;
    for (int i = 0; i < req->config->source_count; i++) {
        const struct config_source *s = &req->config->sources[i];
        if (s->auth != AUTH_SIGNED || !s->secret_count)
            continue;
        if (check(req, s, out) && !s->disabled && out->fit_count < CALLER_SOURCES)
            out->fits[out->fit_count++] = s;
        disabled |= signature_ok(&out->signature) && s->disabled;
        bool told = best.verdict == SIGNATURE_STALE || best.verdict == SIGNATURE_FUTURE || signature_ok(&best);
        if (!told || signature_ok(&out->signature))
            best = out->signature;
    }
    if (!out->signed_by)
        check(req, NULL, out);
    else
        out->signature = best;
    out->accepted = out->fit_count > 0;
    out->why = disabled ? PROBLEM_SOURCE_DISABLED : why_not(&out->signature);
    out->source = out->accepted ? out->fits[0] : NULL;
}

void caller_settle(struct caller *caller, const char *dialect)
{
    const struct config_source *open = NULL, *same = NULL;
    for (int i = 0; i < caller->fit_count; i++) {
        const struct config_source *s = caller->fits[i];
        if (dialect && !same && strcmp(s->dialect, dialect) == 0)
            same = s;
        if (!open && strcmp(s->dialect, "auto") == 0)
            open = s;
    }
    if (caller->fit_count)
        caller->source = same ? same : open ? open : caller->fits[0];
}

void caller_explain(struct request *req, const struct caller *caller, struct str *out)
{
    if (!caller->source && !caller->fit_count)
        str_adds(out, "No source of this name, or none whose secret fits.\n");
    if (caller->source && caller->source->auth == AUTH_BEARER)
        str_adds(out, "This source wants `Authorization: Bearer` with its token.\n");
    if (!caller->signed_by)
        return;
    struct signature_input in = input_of(req, caller->source);
    signature_explain(req->arena, &in, out);
}
