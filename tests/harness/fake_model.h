/* fake_model: a language model that fails in every way we know of, on 127.0.0.1: OpenAI's chat completions and Anthropic's
 * messages. The model's name picks the scene ("429ms", "fence", "gullible"); fake_model.c lists them. What it was sent is
 * kept, byte for byte. */
#ifndef HARNESS_FAKE_MODEL_H
#define HARNESS_FAKE_MODEL_H
#include "harness/stub.h"
#include <stdbool.h>

struct fake_model;
struct fake_model *fake_model_open(void); /* aborts the test on failure */
void fake_model_close(struct fake_model *fake);
const char *fake_model_base(const struct fake_model *fake); /* http://127.0.0.1:PORT/v1, which both APIs take as their base */
void fake_model_reset(struct fake_model *fake);             /* scenes begin anew; what was sent is still known */
void fake_model_down(struct fake_model *fake, bool down);   /* down: 503 to everybody */
struct stub *fake_model_stub(struct fake_model *fake);      /* its requests */
#endif
