/* press: one key finds its taker; what a key means there is the taker's own. Whatever a key does counts as somebody at the keys: the list
 * stays as it is for a while, a warning may go, and the next frame is drawn at once. */
#include "app/press.h"
#include "app/colours.h"
#include "app/enclose.h"
#include "app/mouse.h"
#include "app/prompt.h"
#include "app/writing.h"
#include "base/clock.h"

static void overlay_outcome(struct console *c, enum overlay_outcome outcome)
{
    colours_try(c);
    if (outcome == OVERLAY_LEFT) {
        colours_restore(c);
        overlay_close(&c->overlay);
        c->asked = (struct asked){0};
    } else if (outcome == OVERLAY_ANSWERED) {
        run_answer(c);
    }
}

static bool overlay_press(struct console *c, const struct key *key)
{
    if (palette_key(c, key) || prompt_key(c, key) || enclose_key(c, key))
        return true;
    enum overlay_outcome outcome = overlay_key(&c->overlay, key);
    overlay_outcome(c, outcome);
    palette_typed(c);
    prompt_typed(c);
    return outcome != OVERLAY_IGNORED;
}

/* What does nothing says so; a newcomer's next key is the one that lists the others. */
static void no_key(struct console *c, struct keys typed, const struct key *key)
{
    char name[KEYS_NAME];
    if (key->code > K_LAST_NAMED || key->after_esc || key_is(key, K_ESC))
        return;
    typed.key[typed.count++] = *key;
    keys_format(&typed, name);
    console_toast(c, UI_DIM, "%s is no key here; ? lists those there are", name);
}

static bool screen_key(struct console *c, const struct key *key)
{
    const struct binding *binding = NULL;
    const struct keys before = c->pending;
    if (!c->pending.count)
        c->pending_since = clock_mono();
    enum keymap_answer answer = keymap_press(c->keymap, console_screen(c), &c->pending, key, &binding);
    if (answer == KEYMAP_RUN)
        run_line(c, binding->command);
    else if (answer == KEYMAP_NONE)
        no_key(c, before, key);
    return answer != KEYMAP_NONE;
}

/* To whatever takes keys now; false: it knows no such key. */
static bool press(struct console *c, const struct key *key)
{
    if (c->overlay.kind)
        return overlay_press(c, key);
    return composer_is_open(&c->composer) ? writing_key(c, key) : screen_key(c, key);
}

/* A terminal sends Alt as Esc and the key: where that is no key, Esc was pressed and then the key, faster than it can be told. */
void press_key(struct console *c, const struct key *key)
{
    if (press(c, key) || !key->after_esc)
        return;
    press(c, &(struct key){.code = K_ESC});
    press(c, &(struct key){.code = key->code, .mods = key->mods & ~(unsigned)MOD_ALT});
}

static void heed(struct console *c, const struct key *key)
{
    switch (key->code) {
    case K_RESIZE:
    case K_RESUMED:
        console_resize(c);
        return;
    case K_END_ASKED:
        c->quit = true;
        return;
    case K_FOCUS_IN:
    case K_FOCUS_OUT:
        c->unfocused = key->code == K_FOCUS_OUT;
        c->bell.tells_focus = true;
        return;
    default:
        break;
    }
    c->last_key = clock_mono();
    c->to_end = false;
    c->dirty |= toast_key(&c->toast, c->last_key);
    c->calm = false;
    mirror_anchor(c->mirror, true);
    bool under = console_under(c);
    if (!mouse_press(c, key))
        press_key(c, key);
    if (console_under(c) != under)
        toast_moot(&c->toast, UI_CRITICAL); /* which keys a page wants: others by now */
}

/* A key may change whatever is seen; of one that moves the cursor of the list that is known. */
void press_take(struct console *c, const struct key *key)
{
    bool alone = console_list_alone(c), moved = c->moved;
    c->at_once = true;
    c->moved = false;
    heed(c, key);
    c->dirty |= !(alone && c->moved);
    c->moved |= moved;
}
