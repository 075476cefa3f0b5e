/* sample: the files under data/ that are compiled in: what holds where a configuration says nothing. sample.c is made
 * from them by the makefile, so the sample a person reads is the default that runs. */
#ifndef CORE_SAMPLE_H
#define CORE_SAMPLE_H
extern const char sample_config[];       /* data/config/triage.yaml */
extern const char sample_game_default[]; /* data/game/default.yaml */
extern const char sample_game_cstar[];   /* data/game/cstar.yaml */
#endif
