/* redact_rules: the patterns. Numbers and addresses after Presidio's recognisers (pattern, context, checksum, score), keys
 * after the kinds gitleaks names; written here for text that people write. Each is bounded, begins with something rare and
 * cannot go back far, so that no text makes it slow. A key is told by its prefix and length, a password by what it is said
 * to be. Values behind "password:" in prose have to look like one. */
#include "core/redact_rule.h"

#define GAP "[ .\\x{a0}\\x{ad}\\x{2007}\\x{200b}\\x{2010}-\\x{2015}\\x{202f}\\x{2060}-]" /* between groups of digits, also out of HTML */
#define BEGIN "(?<![A-Za-z0-9_])"
#define END "(?![A-Za-z0-9_])"
/* Not a later group of what is shaped like an IBAN and is none. */
#define FOUR "\\w{4}[ -]"
#define HEAD "|[A-Z]\\d\\d[ -]"
#define NO_IBAN "(?<![A-Z]\\d\\d[ -]" HEAD FOUR HEAD FOUR FOUR HEAD FOUR FOUR FOUR HEAD FOUR FOUR FOUR FOUR HEAD FOUR FOUR FOUR FOUR FOUR ")"
#define OCTET "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)"
#define LABEL "[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}])?"
#define HIDDEN "\\[(?:email|phone|card|iban|ssn|ip|secret|redacted)[:\\]]" /* hidden before */
#define NAMED "(?:password|passwd|passphrase|passwort|pwd|secret|api[_-]?key|secret[_-]?key|access[_-]?key|access[_-]?token|auth[_-]?token|token)"
#define NAMED_HINTS {"ass", "ASS", "wd", "WD", "ecret", "ECRET", "ey", "EY", "oken", "OKEN"}
#define NOTHING "(?:null|none|nil|true|false|undefined|empty|required|[*x.]+)" /* values that give nothing away */

const struct redact_rule redact_rules[] = {
    {.entity = REDACT_CARD, .score = 80, .digits = 13, .check = redact_check_card,
     .pattern = BEGIN NO_IBAN "(?<!\\d\\.)(?:\\d{13,19}|\\d{4,12}(?:" GAP "{1,3}\\d{1,12}){1,4})" END "(?!\\.\\d)"},
    {.entity = REDACT_IBAN, .score = 95, .digits = 4, .caseless = true, .check = redact_check_iban,
     .pattern = BEGIN "[A-Z]{2}" GAP "?\\d\\d(?:" GAP "?[A-Z0-9]){11,29}"},
    {.entity = REDACT_SSN, .digits = 9, .check = redact_check_ssn,
     .pattern = "(?<![A-Za-z0-9_.-])(?:\\d{3}([-.])\\d\\d\\1\\d{4}(?!\\1)|(?<!\\d )\\d{3} \\d\\d \\d{4}(?! \\d)|\\d{3}-\\d{6}|\\d{5}-\\d{4}|\\d{9})(?![A-Za-z0-9_-]|\\.\\d)"},
    {.entity = REDACT_PHONE, .digits = 8, .check = redact_check_phone,
     .pattern = "(?<![A-Za-z0-9_@])" NO_IBAN "\\(?(?:\\+ ?)?\\(?\\d{1,15}(?:(?:\\)?[ ./\\x{a0}\\x{2010}-\\x{2015}\\x{202f}-]{1,3}\\(?|[()])\\d{1,12}){0,15}+"},
    {.entity = REDACT_PHONE, .score = 50, .digits = 10, .pattern = "(?<=[a-z][a-z])[2-9]\\d\\d([-.])[2-9]\\d\\d\\1\\d{4}(?![\\w-]|\\.\\d)"},
    {.entity = REDACT_EMAIL, .score = 95, .hints = {"@"}, .check = redact_check_email,
     .pattern = "@(?:(?>" LABEL ")\\.){1,8}(?:xn--[A-Za-z0-9-]{1,59}|\\p{L}{2,24})(?![\\p{L}\\p{N}])"},
    {.entity = REDACT_IP, .score = 80, .digits = 4, .dots = 3, .check = redact_check_ip4,
     .pattern = BEGIN "(?<![A-Za-z0-9][.-])(?:" OCTET "\\.){3}" OCTET END "(?:/(?:3[0-2]|[12]?\\d)(?!\\d))?"},
    {.entity = REDACT_IP, .score = 85, .colons = 2, .check = redact_check_ip6,
     .pattern = "(?<![\\w:.])(?=[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:)[0-9A-Fa-f:.]{2,46}+(?!\\w)(?:%\\w{1,15})?(?:/(?:12[0-8]|1[01]\\d|\\d\\d?)(?!\\d))?"},
    /* keys by their prefix */
    {.entity = REDACT_SECRET, .score = 95, .hints = {"AKIA", "ASIA", "ABIA", "ACCA"}, .pattern = BEGIN "A(?:KI|SI|BI|CC)A[A-Z2-7]{16}" END}, /* AWS */
    {.entity = REDACT_SECRET, .score = 95, .hints = {"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"},
     .pattern = BEGIN "(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_\\w{22,255})"},
    {.entity = REDACT_SECRET, .score = 95, .hints = {"glpat-", "gldt-", "glrt-"}, .pattern = BEGIN "gl(?:pat|dt|rt)-[\\w.-]{19,255}\\w"}, /* GitLab */
    {.entity = REDACT_SECRET, .score = 95, .hints = {"xox", "xapp-"}, .pattern = BEGIN "(?:xox[a-z]|xapp)-[A-Za-z0-9-]{10,255}"}, /* Slack */
    {.entity = REDACT_SECRET, .score = 95, .hints = {"hooks.slack.com/"}, .pattern = "hooks\\.slack\\.com/[a-z]{1,16}/([A-Za-z0-9/]{20,255})", .group = 1},
    {.entity = REDACT_SECRET, .score = 95, .hints = {"/webhooks/"}, .pattern = "discord(?:app)?\\.com/api/webhooks/(\\d{10,20}/[\\w-]{20,255})", .group = 1},
    {.entity = REDACT_SECRET, .score = 95, .hints = {":A"}, .pattern = "(?<!\\d)\\d{6,12}:A[\\w-]{32,40}(?![\\w-])"}, /* a Telegram bot */
    {.entity = REDACT_SECRET, .score = 95, .hints = {"k_live_", "k_test_"}, .pattern = BEGIN "[sr]k_(?:live|test)_[A-Za-z0-9_]{8,255}"}, /* Stripe, Tamio */
    {.entity = REDACT_SECRET, .score = 95, .hints = {"il_live_", "il_test_"}, .pattern = BEGIN "il_(?:live|test)_[A-Za-z0-9_-]{8,255}"}, /* ingestlayer */
    {.entity = REDACT_SECRET, .score = 95, .hints = {"whsec_"}, .pattern = BEGIN "whsec_[A-Za-z0-9+/_-]{8,255}={0,2}"}, /* Standard Webhooks */
    {.entity = REDACT_SECRET, .score = 95, .hints = {"sk-"}, .pattern = "(?<![A-Za-z0-9_-])sk-(?=[\\w-]{0,40}\\d)[\\w-]{20,255}"}, /* OpenAI, Anthropic (sk-ant-) */
    {.entity = REDACT_SECRET, .score = 95, .hints = {"AIza"}, .pattern = BEGIN "AIza[\\w-]{35}(?![\\w-])"}, /* Google */
    {.entity = REDACT_SECRET, .score = 95, .hints = {"npm_", "ntn_", "hf_", "pypi-"}, .pattern = BEGIN "(?:(?:npm|ntn|hf)_[A-Za-z0-9]{30,255}|pypi-[\\w-]{50,255})"},
    {.entity = REDACT_SECRET, .score = 95, .hints = {"SG."}, .pattern = BEGIN "SG\\.[\\w-]{16,32}\\.[\\w-]{16,64}"}, /* SendGrid */
    {.entity = REDACT_SECRET, .score = 95, .hints = {"eyJ"}, .pattern = BEGIN "eyJ[\\w-]{8,4096}+\\.eyJ[\\w-]{8,4096}+(?:\\.[\\w-]{0,1024}+)?"}, /* JSON Web Token */
    {.entity = REDACT_SECRET, .score = 95, .hints = {"PRIVATE KEY"}, .check = redact_check_key, .pattern = "-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----"},
    /* and by what stands before them */
    {.entity = REDACT_SECRET, .score = 90, .hints = {"earer ", "EARER ", "asic "}, .caseless = true, .group = 1,
     .pattern = BEGIN "(?:bearer|basic) {1,3}(?=[\\w.~+/-]{0,64}[0-9+/=])([\\w.~+/-]{16,4096}={0,2})"},
    {.entity = REDACT_SECRET, .score = 80, .hints = {"://"}, .group = 1, .pattern = "://[^\\s/:@]{0,64}:(?!" HIDDEN ")([^\\s/@]{1,128})@"},
    {.entity = REDACT_SECRET, .score = 60, .equals = 1, .hints = NAMED_HINTS, .caseless = true, .group = 1,
     .pattern = "(?<![A-Z0-9])" NAMED "[\"']?[ \\t]{0,4}=>?[ \\t]{0,4}[\"']?(?!" HIDDEN "|" NOTHING "(?!\\w)|[$%<{])([^\\s\"'&,;<>()\\[\\]{}]{4,256}+)(?![(\\[])"},
    {.entity = REDACT_SECRET, .score = 60, .colons = 1, .hints = NAMED_HINTS, .caseless = true, .group = 1,
     .pattern = "(?<![A-Z0-9])(?!(?<=\\[)secret:[0-9a-f]{8}\\])" NAMED "[\"']?[ \\t]{0,4}:[ \\t]{0,4}[\"']?(?!" HIDDEN "|" NOTHING "(?!\\w)|[$%<{])"
                "(?=[^\\s\"',;]{0,64}[0-9!#$%&*@^])([^\\s\"'&,;<>()\\[\\]{}]{6,256}+)(?![(\\[])"},
    {.entity = REDACT_SECRET, .score = 60, .digits = 1, .hints = NAMED_HINTS, .caseless = true, .group = 1, /* "my password is hunter2" */
     .pattern = "(?<![A-Z0-9])" NAMED " (?:is|was|ist|es)[ :]{1,3}[\"']?(?=[^\\s\"',;]{0,64}\\d)(?=[^\\s\"',;]{0,64}[A-Z])([^\\s\"'&,;<>()\\[\\]{}]{6,256}+)(?![(\\[])"},
};
const int redact_rule_count = sizeof redact_rules / sizeof *redact_rules;
