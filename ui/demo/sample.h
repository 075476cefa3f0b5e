/* sample: data/demo/tickets.yaml, triage.yaml and day.yaml as text, compiled in. */
#ifndef DEMO_SAMPLE_H
#define DEMO_SAMPLE_H

extern const char demo_tickets[], demo_triage[], demo_day[];
#endif
