/* sequence: which key a control sequence of a terminal stands for, whatever TERM says. Pure.
 * Source: ECMA-48 and the keys of xterm, linux, rxvt, PuTTY and the VT220 (xterm's ctlseqs, "PC-Style Function Keys"). */
#ifndef TERM_SEQUENCE_H
#define TERM_SEQUENCE_H
#include "term/key.h"

enum { SEQUENCE_MOST = 24 };
/* What stands between CSI (ESC [) and its final byte, and that byte: ("1;5", 'D') is C-Left. false: no key, a report perhaps. */
bool sequence_key(const char *parameters, char final, struct key *key);
/* The byte behind SS3 (ESC O). */
bool sequence_ss3(char final, struct key *key);
#endif
