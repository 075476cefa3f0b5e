/* model: a language model asked for a label (classifier.md 6). Two APIs, OpenAI's chat completions and Anthropic's messages;
 * one question: the definitions, the closed set of labels, and the ticket's words as one JSON object of data. What leaves is
 * always redacted, whatever the matrix says. `destination_model` composes and judges; an answer that holds is left in the
 * memo as `answer` (core/label reads it). Pure.
 *
 * The memo: `rung`, the form of the question this server takes (1 schema, 2 forced tool, 3 words only); `completion`, it wants
 * max_completion_tokens; `swapped`, that was found out on this parcel; `simple`, asked once more in words only because the
 * first answer was none. `rung` and `completion` are the server's abilities: worth keeping per model_rung_key. */
#ifndef DESTINATION_MODEL_H
#define DESTINATION_MODEL_H
#include "destination/destination.h"

extern const struct destination destination_model;

/* SHA-256 of all an answer depends on: definitions, labels, API, address, model, and the ticket's words as they are sent with
 * channel and language. Not of the ticket's number, times, customer or the key: the same words are asked once. false: the
 * letter has no words, it cannot be asked. */
bool model_hash(struct arena *arena, const struct letter *letter, const struct config_destination *to, uint8_t out[32]);
/* "model:" + 16 hex: what was learned of this model at this address is kept under it. */
const char *model_rung_key(struct arena *arena, const struct config_destination *to);
/* What a parcel's memo learned of the server, for model_seed of the next parcel; NULL: nothing. The caller frees. */
struct json *model_learned(const struct json *memo);
/* Begins a fresh parcel's memo with it; NULL learned is fine. */
void model_seed(struct json *memo, const struct json *learned);

/* --- between the files of this noun --- */

enum model_rung { MODEL_SCHEMA = 1, MODEL_TOOL, MODEL_WORDS };
#define MODEL_TOOL_NAME "label_ticket"

struct model_question {
    const char *subject, *body, *channel, *language; /* redacted, made safe, cut; never NULL */
    const char *const *labels;
    int label_count;
};
/* false: there are no words in it. */
bool model_question_of(struct arena *arena, const struct letter *letter, const struct config_destination *to, struct model_question *out);
const char *model_question_system(struct arena *arena, const struct model_question *q, const struct config_destination *to);
/* The user's part: {"nonce":...,"ticket":{...}}; the nonce follows from the letter's id, so that every attempt is the same. */
const char *model_question_user(struct arena *arena, const struct model_question *q, const struct letter *letter);
struct json *model_question_schema(const struct model_question *q); /* the caller frees */
struct json *model_typed(const char *type); /* {"type":type}, as schemas and forms begin; the caller frees */
const char *model_base(struct arena *arena, const struct config_destination *to); /* without a slash at the end */

/* The answer in a 2xx reply of either API, strictly read. false: *why is a sentence saying what is wrong with it. */
bool model_answer_read(struct arena *arena, const struct composing *c, const struct model_question *q, const struct reply *reply, struct json **answer,
                       const char **why);
/* What an error reply says, at most 300 bytes, its secrets and personal data hidden; and the words by which it is known. */
struct model_fault { const char *text, *code; }; /* never NULL; code: type, code and parameter, spaces between */
struct model_fault model_fault_read(struct arena *arena, const struct config_destination *to, const struct reply *reply);
#endif
