/* sample: data/demo/tickets.yaml, triage.yaml, day.yaml and articles.md as text, compiled in. */
#ifndef DEMO_SAMPLE_H
#define DEMO_SAMPLE_H

extern const char demo_tickets[], demo_triage[], demo_day[], demo_articles[];
#endif
