/* ordeal: see ordeal.h. */
#include "harness/ordeal.h"
#include "base/clock.h"
#include "base/crypto.h"
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int64_t said(const char *variable, int64_t fallback)
{
    const char *text = getenv(variable);
    return text && *text ? strtoll(text, NULL, 10) : fallback;
}

static bool read_options(struct ordeal *o, int64_t *seed, int argc, char **argv)
{
    static const struct option options[] = {
        {"kills", required_argument, NULL, 'k'}, {"seed", required_argument, NULL, 's'}, {"acks", required_argument, NULL, 'a'}, {NULL, 0, NULL, 0}};
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == '?' || (c == 'a' && !o->acks))
            return false;
        *(c == 'k' ? &o->kills : c == 'a' ? &o->acks : seed) = strtoll(optarg, NULL, 10);
    }
    return true;
}

bool ordeal_begin(struct ordeal *o, int argc, char **argv, int *code)
{
    o->kills = said("TORTURE_KILLS", o->kills);
    int64_t seed = said("TORTURE_SEED", clock_mono_us() ^ (int64_t)getpid() << 20);
    *code = 2;
    if (!read_options(o, &seed, argc, argv))
        return false;
    o->random = (uint64_t)seed * 0x9e3779b97f4a7c15u + 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("1..1\n# seed %" PRId64 "\n", seed);
    *code = 1;
    return crypto_open();
}
