/* keys: data/keys/default.keys as it is, compiled in: the console works before anything is installed. */
#ifndef APP_KEYS_H
#define APP_KEYS_H
extern const char keys_default[];
#endif
