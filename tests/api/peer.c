/* peer: connections over socket pairs, swept at times of this file's own. How the HTTP library takes a cut is tested in flow/slow. */
#include "api/peer.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

enum { PATIENCE = 1000, IDLE = 5000, MANY = 520 };
struct pair {
    int theirs;
    struct peer *peer;
};

static struct pair connect_one(struct peers *peers, struct peer_group *group)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    return (struct pair){ends[1], peer_new(peers, group, ends[0])};
}

static void leave(struct peers *peers, struct pair *pair)
{
    close(pair->peer->fd);
    close(pair->theirs);
    peer_free(peers, pair->peer);
}

/* What the other end reads until its end; "": cut without a word. NULL: it is still open. */
static const char *heard(const struct pair *pair)
{
    static char text[1024];
    ssize_t n = recv(pair->theirs, text, sizeof text - 1, MSG_DONTWAIT);
    if (n < 0)
        return NULL;
    text[n] = 0;
    return text;
}

static void who_is_slow_with_a_head_is_told_and_cut(void **state)
{
    (void)state;
    struct peers peers;
    struct peer_group group = {.idle_ms = IDLE};
    peers_init(&peers, 100);
    struct pair one = connect_one(&peers, &group);
    int64_t now = one.peer->since;
    peers_sweep(&peers, PATIENCE, now + PATIENCE);
    assert_null(heard(&one));
    peers_sweep(&peers, PATIENCE, now + PATIENCE + 1);
    assert_non_null(strstr(heard(&one), "HTTP/1.1 408 "));
    assert_string_equal(heard(&one), "");
    leave(&peers, &one);
    peers_fini(&peers);
}

static void a_body_has_more_time_the_more_of_it_has_come(void **state)
{
    (void)state;
    struct peers peers;
    struct peer_group group = {.idle_ms = IDLE};
    peers_init(&peers, 100);
    struct pair one = connect_one(&peers, &group);
    peer_is(&peers, one.peer, PEER_BODY);
    peer_heard(&peers, one.peer, 64 * 500);
    int64_t until = one.peer->since + 2 * PATIENCE + 500;
    peers_sweep(&peers, PATIENCE, until);
    assert_null(heard(&one));
    peers_sweep(&peers, PATIENCE, until + 1);
    assert_non_null(strstr(heard(&one), "408"));
    leave(&peers, &one);
    peers_fini(&peers);
}

static void an_answer_has_no_deadline_and_an_idle_one_goes_without_a_word(void **state)
{
    (void)state;
    struct peers peers;
    struct peer_group group = {.idle_ms = IDLE};
    peers_init(&peers, 100);
    struct pair one = connect_one(&peers, &group);
    peer_is(&peers, one.peer, PEER_ANSWER);
    peers_sweep(&peers, PATIENCE, one.peer->since + 1000 * IDLE);
    assert_null(heard(&one));
    peer_is(&peers, one.peer, PEER_IDLE);
    peers_sweep(&peers, PATIENCE, one.peer->since + IDLE + 1);
    assert_string_equal(heard(&one), "");
    leave(&peers, &one);
    peers_fini(&peers);
}

static void near_the_ceiling_the_oldest_silent_one_of_the_group_makes_room(void **state)
{
    (void)state;
    struct peers peers;
    struct peer_group group = {.idle_ms = IDLE}, other = {.idle_ms = IDLE};
    struct pair list[16], apart;
    peers_init(&peers, 16);
    apart = connect_one(&peers, &other);
    for (int i = 0; i < 15; i++)
        list[i] = connect_one(&peers, &group);
    peer_is(&peers, list[0].peer, PEER_ANSWER);
    list[15] = connect_one(&peers, &group);
    assert_null(heard(&list[0]));
    assert_string_equal(heard(&list[1]), "");
    assert_null(heard(&list[2]));
    assert_null(heard(&apart));
    assert_int_equal(peers_count(&peers), 17);
    for (int i = 0; i < 16; i++)
        leave(&peers, &list[i]);
    leave(&peers, &apart);
    assert_int_equal(peers_count(&peers), 0);
    peers_fini(&peers);
}

static int streaming(struct peers *peers, struct peer **list, int n, int64_t uid)
{
    static struct peer_group group;
    int taken = 0;
    for (int i = 0; i < n; i++) {
        list[i] = peer_new(peers, &group, -1);
        list[i]->uid = uid;
        taken += peer_streams(peers, list[i]);
    }
    return taken;
}

static void streams_have_a_ceiling_for_each_uid_and_for_all(void **state)
{
    (void)state;
    struct peers peers;
    struct peer *list[3 * MANY];
    peers_init(&peers, 4 * MANY);
    assert_int_equal(streaming(&peers, list, MANY, 1000), 512);
    assert_int_equal(streaming(&peers, list + MANY, MANY, 1001), 512);
    assert_int_equal(streaming(&peers, list + 2 * MANY, MANY, 1002), 0);
    peers_stream_ended(&peers);
    assert_true(peer_streams(&peers, list[2 * MANY]));
    assert_false(peer_streams(&peers, list[2 * MANY + 1]));
    for (int i = 0; i < 3 * MANY; i++)
        peer_free(&peers, list[i]);
    peers_fini(&peers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_slow_with_a_head_is_told_and_cut),
        cmocka_unit_test(a_body_has_more_time_the_more_of_it_has_come),
        cmocka_unit_test(an_answer_has_no_deadline_and_an_idle_one_goes_without_a_word),
        cmocka_unit_test(near_the_ceiling_the_oldest_silent_one_of_the_group_makes_room),
        cmocka_unit_test(streams_have_a_ceiling_for_each_uid_and_for_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
