/* classify_grams: see classify_model.h. */
#include "core/classify_model.h"
#include "base/memory.h"
#include <stdlib.h>

struct grams *grams_new(void)
{
    return memory_must(calloc(1, sizeof(struct grams)));
}

void grams_free(struct grams *g)
{
    if (!g)
        return;
    free(g->idf);
    free(g->w);
    free(g);
}

void grams_count(struct grams *g)
{
    g->count = 0;
    for (int i = 0; i < BUCKETS / 64; i++) {
        g->before[i] = g->count;
        g->count += (uint32_t)__builtin_popcountll(g->known[i]);
    }
    g->idf = memory_must(calloc(grams_rows(g), sizeof *g->idf));
}
