/* desk_game: an agent's place in the game is theirs to set, not a lead's. */
#include "core/desk_game.h"
#include "base/str.h"
#include "core/consequence.h"

static int word_value(const char *word)
{
    int i = 0;
    while (game_privacy_words[i] && !str_eq(game_privacy_words[i], word))
        i++;
    return game_privacy_words[i] ? i : -1;
}

bool desk_do_privacy(struct desk_act *d)
{
    static const char *const said[] = {[GAME_PRIVATE] = "your ledger is yours alone", [GAME_OFF] = "you no longer play",
                                       [GAME_PUBLIC] = "your ledger is open to all"};
    const char *is;
    if (!desk_text(d, "is", true, &is))
        return false;
    if (word_value(is) < 0)
        return err_set(d->err, ERR_INPUT, "is: off, private or public");
    struct json *data = json_object();
    json_put_string(data, "is", is);
    d->say = said[word_value(is)];
    return desk_write(d, "privacy", d->action->actor, data);
}

void desk_take_privacy(struct arena *arena, struct desk_state *desk, const char *key, const struct json *data)
{
    int is = word_value(json_get_string(data, "is", NULL));
    if (is < 0)
        return;
    struct privacy *p = follow_push(arena, &desk->privacies, &desk->privacy_count, sizeof *p);
    *p = (struct privacy){key, is};
}
