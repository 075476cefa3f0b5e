/* classify: what the starter rules say, what learning adds, that it is the same on every run and in every order, that
 * the reasons shown are the reasons, and that no text harms it. Figures are printed; the gates are classifier.md 5's. */
#include "base/regex.h"
#include "base/str.h"
#include "base/text.h"
#include "core/field.h"
#include "harness/corpora.h"
#include "support/tickets.h"
#include "harness/chance.h"
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(undefined_behavior_sanitizer)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif
#else
enum { SANITIZED = 0 };
#endif

static struct classify_model *model_of(const char *lexicon)
{
    struct err err = {0};
    struct classify_model *model = classify_model_new(lexicon, strlen(lexicon), &err);
    if (!model)
        fail_msg("%s", err.text);
    return model;
}

static int urgency_of(const struct classify_model *model, const char *subject, const char *body)
{
    AUTO_ARENA arena = arena_new();
    struct classify_result result;
    classify_text(model, arena, subject, body, &result);
    return result.urgency.value;
}

static void phrases_ignore_case_accents_and_punctuation(void **state)
{
    (void)state;
    struct classify_model *model = model_of("urgency\tlow\t1\t(always)\n"
                                            "urgency\tcritical\t3\tca\xc3\xad" "da total | crash* | can't pay | \xc3\xa9t\xc3\xa9 pirat\xc3\xa9\n");
    static const char *const critical[] = {
        "caida total", "CA\xc3\x8d" "DA, TOTAL!", "Caida\n\ntotal", "cai\xcc\x81" "da total", "it crashes", "Crash", "can\xe2\x80\x99t pay",
        "we can't pay", "\xc3\x89T\xc3\x89-PIRAT\xc3\x89",
    };
    static const char *const low[] = {"caida", "caidas total", "caida casi total", "acrash", "cant pay", "", "total caida"};
    for (size_t i = 0; i < sizeof critical / sizeof *critical; i++)
        if (urgency_of(model, NULL, critical[i]) != URGENCY_CRITICAL)
            fail_msg("%s is not critical", critical[i]);
    for (size_t i = 0; i < sizeof low / sizeof *low; i++)
        if (urgency_of(model, low[i], NULL) != URGENCY_LOW)
            fail_msg("%s is not low", low[i]);
    assert_int_equal(urgency_of(model, "caida", "total"), URGENCY_LOW); /* no phrase spans subject and body */
    classify_model_free(model);
}

static void a_broken_lexicon_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *said;
    } cases[] = {
        {"# fine\n\nurgency\tlow\n", "line 3: task, label"},
        {"urgency\tlow\t1\ta\thard\tmore\n", "line 1: task, label"},
        {"urgancy\tlow\t1\tx\n", "line 1: unknown task or label"},
        {"urgency\tbug\t1\tx\n", "unknown task or label"},
        {"urgency\tlow\tmuch\tx\n", "the weight is no number"},
        {"urgency\tlow\t1e9\tx\n", "the weight is no number"},
        {"urgency\tlow\tnan\tx\n", "the weight is no number"},
        {"urgency\tlow\t1\t---\n", "the phrase has no word"},
        {"urgency\tlow\t1\tok |\n", "the phrase has no word"},
        {"urgency\tlow\t1\ta b c d e f g h i\n", "too many words"},
        {"urgency\tlow\t1\tab* x\n", "needs three letters"},
        {"urgency\tlow\t1\tx\tsoft\n", "can only be \"hard\""},
        {"urgency\tlow\t1\t(always)\thard\n", "the bias cannot be hard"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        assert_null(classify_model_new(cases[i].text, strlen(cases[i].text), &err));
        assert_int_equal(err.code, ERR_CONFIG);
        if (!strstr(err.text, cases[i].said))
            fail_msg("%s\n  said %s\n  wanted %s", cases[i].text, err.text, cases[i].said);
    }
    struct err err = {0};
    assert_null(classify_model_new("a\0b", 3, &err));
    struct classify_model *empty = classify_model_new(NULL, 0, &err);
    assert_int_not_equal(urgency_of(empty, "anything", "at all"), URGENCY_NONE);
    classify_model_free(empty);
}

static void reasons_add_up_and_hard_phrases_are_named(void **state)
{
    (void)state;
    struct classify_model *model = model_of("urgency\tlow\t0.5\t(always)\nurgency\tlow\t1.25\tplease\n"
                                            "urgency\tcritical\t4\tproduction is down\thard\nurgency\tcritical\t-1\tplease\n");
    AUTO_ARENA arena = arena_new();
    struct classify_result r;
    classify_text(model, arena, "Production is down", "Please help, production is down.", &r);
    assert_true(r.hard);
    assert_string_equal(r.hard_phrase, "production is down");
    assert_int_equal(r.urgency.value, URGENCY_CRITICAL);
    assert_int_equal(r.urgency.runner_up, URGENCY_LOW);
    assert_int_equal(r.urgency.reason_count, 2);
    assert_string_equal(r.urgency.reasons[0].text, "production is down");
    assert_int_equal(r.urgency.reasons[0].weight_milli, 4000); /* once, however often it stands there */
    assert_string_equal(r.urgency.reasons[1].text, "please");
    assert_int_equal(r.urgency.reasons[1].weight_milli, -2250);
    /* 4 - 2.25 - 0.5 = 1.25 = ln(p/q); the third class, at 0, has e^(0 - 3) of the winner */
    assert_in_range(r.urgency.bp, 7466 - 30, 7466 + 30);
    classify_text(model, arena, "all good", NULL, &r);
    assert_false(r.hard);
    assert_null(r.hard_phrase);
    assert_int_equal(r.urgency.reason_count, 0);
    classify_model_free(model);
}

static void nothing_gives_an_empty_answer_and_no_crash(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct classify_result r;
    classify_text(NULL, arena, "x", "y", &r);
    assert_int_equal(r.urgency.value, URGENCY_NONE);
    assert_int_equal(classify_model_epoch(NULL) + classify_model_learned(NULL), 0);
    classify_model_free(NULL);
    struct classify_model *starter = tickets_starter();
    classify_text(starter, arena, NULL, NULL, &r);
    assert_in_range(r.urgency.value, URGENCY_LOW, URGENCY_CRITICAL);
    struct classify_model *same = classify_refit(starter, NULL, 0, 7, NULL, NULL);
    assert_int_equal(classify_model_epoch(same), 7);
    assert_int_equal(classify_model_learned(same), 0);
    classify_model_free(same);
    classify_model_free(starter);
}

static void hard_phrases_stand_in_critical_tickets_only(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct classify_model *starter = tickets_starter();
    struct labelled_set gold = tickets_gold(arena);
    int criticals = 0, caught = 0, wrong = 0;
    for (int i = 0; i < gold.count; i++) {
        struct classify_result r;
        classify_text(starter, arena, gold.rows[i].subject, gold.rows[i].body, &r);
        criticals += gold.rows[i].urgency == URGENCY_CRITICAL;
        caught += r.hard && gold.rows[i].urgency == URGENCY_CRITICAL;
        if (r.hard && gold.rows[i].urgency != URGENCY_CRITICAL)
            printf("# hard, not critical: \"%s\" in \"%s\"\n", r.hard_phrase, gold.rows[i].subject);
        wrong += r.hard && gold.rows[i].urgency != URGENCY_CRITICAL;
    }
    printf("# hard phrases: in %d of %d criticals, in %d of %d others\n", caught, criticals, wrong, gold.count - criticals);
    assert_true(caught >= criticals / 5);
    assert_true(wrong <= 3); /* each would page somebody for nothing */
    classify_model_free(starter);
}

static void print_figures(const char *what, struct figures f)
{
    printf("# %-28s n %4d  F1 %.3f  R@10 %.3f  log-loss %.3f  ECE %.3f  p50 %.1f us\n", what, f.n, f.f1, f.recall_at_10, f.log_loss,
           f.ece, f.p50);
}

static void the_starter_rules_do_well_on_held_out_tickets(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct classify_model *starter = tickets_starter();
    struct labelled_set gold = tickets_gold(arena), held = tickets_part(arena, &gold, true);
    struct figures urgency = tickets_judge(starter, &held, 0), category = tickets_judge(starter, &held, 1);
    print_figures("cold start, urgency", urgency);
    print_figures("cold start, category", category);
    assert_true(gold.count >= 300 && held.count >= 120);
    assert_true(urgency.f1 >= .60);
    assert_true(urgency.recall_at_10 >= .60);
    assert_true(category.f1 >= .60);
    classify_model_free(starter);
}

/* Everything a model says about a set, as one text. */
static char *everything(struct arena *arena, const struct classify_model *model, const struct labelled_set *set)
{
    AUTO_STR out;
    AUTO_ARENA scratch = arena_new();
    str_init(&out, 4 << 20);
    for (int i = 0; i < set->count; i++) {
        struct classify_result r;
        arena_reset(scratch);
        classify_text(model, scratch, set->rows[i].subject, set->rows[i].body, &r);
        const struct classify_label *labels[] = {&r.urgency, &r.category};
        for (int h = 0; h < 2; h++) {
            for (int k = 0; k < CLASSIFY_VALUES; k++)
                str_addf(&out, "%d ", (int)labels[h]->all_bp[k]);
            for (int k = 0; k < labels[h]->reason_count; k++)
                str_addf(&out, "[%s %d] ", labels[h]->reasons[k].text, (int)labels[h]->reasons[k].weight_milli);
            str_addc(&out, '\n');
        }
    }
    return arena_strndup(arena, out.data, out.len);
}

static struct classify_model *refit(const struct classify_model *prior, const struct classify_example *examples, int n, int64_t epoch)
{
    struct err err = {0};
    struct classify_model *model = classify_refit(prior, examples, (size_t)n, epoch, NULL, &err);
    if (!model)
        fail_msg("%s", err.text);
    return model;
}

static void learning_is_the_same_on_every_run_in_every_order_and_after_an_undo(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct classify_model *starter = tickets_starter();
    struct labelled_set gold = tickets_gold(arena), tune = tickets_part(arena, &gold, false), held = tickets_part(arena, &gold, true);
    struct classify_example *examples = tickets_examples(arena, &tune), *other = tickets_examples(arena, &tune);
    int n = tune.count;
    for (int i = 0; i < n; i++)
        other[i] = examples[(i * 71 + 5) % n]; /* 71 shares no factor with n, checked: */
    assert_int_not_equal(n % 71, 0);
    struct classify_model *first = refit(starter, examples, n, 1), *again = refit(starter, examples, n, 2), *turned = refit(starter, other, n, 3);
    const char *said = everything(arena, first, &held);
    assert_string_equal(everything(arena, again, &held), said);
    assert_string_equal(everything(arena, turned, &held), said);
    assert_string_not_equal(everything(arena, starter, &held), said);

    /* one label more, then undone: as if it had never been */
    struct classify_model *without = refit(starter, examples, n - 1, 4), *undone = refit(first, examples, n - 1, 5);
    const char *before = everything(arena, without, &held);
    assert_string_equal(everything(arena, undone, &held), before);
    assert_string_not_equal(before, said);

    /* no weight, no label, no such label: no trace */
    struct classify_example *more = ARENA_ARRAY(arena, struct classify_example, n + 3);
    memcpy(more, examples, sizeof *more * (size_t)n);
    more[n] = (struct classify_example){"weightless", "words", URGENCY_LOW, CATEGORY_BUG, 0};
    more[n + 1] = (struct classify_example){"unlabelled", NULL, 0, 0, 1000};
    more[n + 2] = (struct classify_example){NULL, "beyond", 9, -1, 1000};
    struct classify_model *passed = refit(starter, more, n + 3, 6);
    assert_string_equal(everything(arena, passed, &held), said);
    assert_int_equal(classify_model_learned(passed), n);
    struct classify_model *all[] = {first, again, turned, without, undone, passed, starter};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        classify_model_free(all[i]);
}

static void a_model_that_would_be_worse_is_refused(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct classify_model *starter = tickets_starter();
    struct labelled_set gold = tickets_gold(arena);
    struct classify_example *examples = tickets_examples(arena, &gold);
    struct classify_model *good = refit(starter, examples, gold.count, 1);
    for (int i = 0; i < gold.count; i++)
        examples[i].urgency = 1 + (i * 7919) % 3; /* labels that say nothing */
    struct err err = {0};
    assert_null(classify_refit(good, examples, (size_t)gold.count, 2, NULL, &err));
    assert_int_equal(err.code, ERR_STATE);
    assert_non_null(strstr(err.text, "learning urgency: log-loss"));
    assert_int_equal(classify_model_epoch(good), 1);
    classify_model_free(good);
    classify_model_free(starter);
}

static void a_single_correction_already_counts(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct classify_model *starter = tickets_starter();
    static const char text[] = "The flux capacitor hums in b flat";
    struct classify_result before, after;
    struct classify_example one = {NULL, text, URGENCY_CRITICAL, CATEGORY_FEATURE, 1000};
    classify_text(starter, arena, NULL, text, &before);
    struct classify_model *model = refit(starter, &one, 1, 1);
    classify_text(model, arena, NULL, text, &after);
    assert_true(after.urgency.all_bp[URGENCY_CRITICAL] > before.urgency.all_bp[URGENCY_CRITICAL]);
    assert_true(after.category.all_bp[CATEGORY_FEATURE] > before.category.all_bp[CATEGORY_FEATURE]);
    classify_model_free(model);
    classify_model_free(starter);
}

/* A reason as a pattern that finds it in folded text: its words, whatever stands between them. */
static struct regex *reason_pattern(struct arena *arena, const char *reason)
{
    AUTO_STR out;
    str_init(&out, 4096);
    str_adds(&out, "(?<![\\p{L}\\p{N}])");
    const char *p = text_fold(arena, reason);
    while (*p) {
        const char *end = p;
        while (*end && (isalnum((unsigned char)*end) || (unsigned char)*end >= 0x80))
            end++;
        str_add(&out, p, (size_t)(end - p));
        const char *next = end;
        while (*next && !isalnum((unsigned char)*next) && (unsigned char)*next < 0x80)
            next++;
        str_adds(&out, *end == '*' ? "[\\p{L}\\p{N}]*" : "");
        str_adds(&out, *next ? "[^\\p{L}\\p{N}]+" : "");
        p = next;
    }
    str_adds(&out, "(?![\\p{L}\\p{N}])");
    return regex_new_in(arena, out.data, REGEX_PLAIN, NULL);
}

static char *without_reason(struct arena *arena, const char *text, const struct regex *reason, int *removed)
{
    char *left = arena_strdup(arena, text);
    struct regex_span span;
    while (regex_find(reason, left, strlen(left), 0, &span, 1) == REGEX_YES && span.to > span.from) {
        memmove(left + span.from, left + span.to, strlen(left + span.to) + 1);
        ++*removed;
    }
    return left;
}

static double odds(const struct classify_label *label, int value)
{
    double p = (double)label->all_bp[value];
    return p / (10001 - p);
}

static void taking_the_first_reason_away_lowers_the_label(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct classify_model *starter = tickets_starter();
    struct labelled_set gold = tickets_gold(arena), tune = tickets_part(arena, &gold, false);
    struct classify_model *learned = refit(starter, tickets_examples(arena, &tune), tune.count, 1);
    const struct classify_model *models[] = {starter, learned};
    for (int m = 0; m < 2; m++)
        for (int h = 0; h < 2; h++) {
            int asked = 0, lower = 0, silent = 0, not_found = 0;
            for (int i = 0; i < gold.count; i++) {
                struct classify_result was, is;
                const char *subject = text_fold(arena, gold.rows[i].subject), *body = text_fold(arena, gold.rows[i].body);
                classify_text(models[m], arena, subject, body, &was);
                const struct classify_label *label = h ? &was.category : &was.urgency;
                if (!label->reason_count || label->reasons[0].weight_milli <= 0) {
                    silent++;
                    continue;
                }
                int removed = 0;
                const struct regex *reason = reason_pattern(arena, label->reasons[0].text);
                subject = without_reason(arena, subject, reason, &removed);
                body = without_reason(arena, body, reason, &removed);
                classify_text(models[m], arena, subject, body, &is);
                asked++;
                not_found += !removed;
                lower += odds(h ? &is.category : &is.urgency, label->value) < odds(label, label->value) || label->bp >= 9999;
            }
            printf("# why, %s %s: lower after its first reason went in %d of %d, not found %d, nothing shown %d\n",
                   m ? "learned" : "starter", h ? "category" : "urgency", lower, asked, not_found, silent);
            assert_true(asked >= gold.count * 3 / 4);
            assert_true(lower >= asked * .95);
        }
    classify_model_free(learned);
    classify_model_free(starter);
}

static uint64_t seed = 7;
static void hostile(char *text, int n)
{
    static const char *const pieces[] = {"\xff", "\xc3", "\xe2\x80", "\xf0\x9f\x98\x80", "crash", " ", "_", "```", "?!", "\xc3\xa9", "\xcc\x81",
                                         "\xcd\xbf", "a", "0", "\n", "production is down", "\x01", "\xef\xbc\xa1", "\xc3\x97"};
    unsigned style = chance(&seed, 4);
    for (int i = 0; i < n;) {
        const char *piece = pieces[style == 3 ? chance(&seed, 2) + 8 : chance(&seed, sizeof pieces / sizeof *pieces)];
        if (style == 0)
            text[i++] = (char)(1 + chance(&seed, 255));
        else
            for (; *piece && i < n; piece++)
                text[i++] = *piece;
    }
    text[n] = 0;
}

static void the_words_that_carry_a_text_are_found(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct classify_word words[8];
    struct classify_model *starter = tickets_starter();
    int n = classify_words(starter, arena, "Printer crashes", "Hello, the printer crashes and the Gazebo wobbles: E-4471 is the number", words, 8);
    assert_int_equal(n, 6);
    assert_string_equal(words[0].text, "crashes"); /* the lexicon knows it */
    assert_true(words[0].weight > 0);
    for (int i = 0; i < n; i++) {
        assert_string_not_equal(words[i].text, "the");
        assert_true(i == 0 || words[i].weight <= words[i - 1].weight);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(words[i].text, words[k].text);
    }
    bool number = false;
    for (int i = 0; i < n; i++)
        number |= strcmp(words[i].text, "4471") == 0;
    assert_true(number); /* as it is written, not as it is counted */
    assert_int_equal(classify_words(starter, arena, NULL, NULL, words, 8), 0);
    assert_int_equal(classify_words(starter, arena, "Printer crashes", NULL, words, 1), 1);
    classify_model_free(starter);
}

static void no_text_harms_it(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    AUTO_ARENA kept = arena_new();
    struct classify_model *starter = tickets_starter();
    struct classify_example examples[30];
    static char subject[700], body[9000];
    for (int i = 0; i < 30; i++) {
        hostile(body, chance(&seed, 5000));
        examples[i] = (struct classify_example){body[0] ? arena_strdup(kept, body) : NULL, arena_strdup(kept, body), 1 + i % 3, 1 + i % 6, 1000};
    }
    struct err err = {0};
    struct classify_model *odd = classify_refit(starter, examples, 30, 1, NULL, &err), *few = classify_refit(starter, examples, 10, 1, NULL, &err);
    assert_true(odd || err.code == ERR_STATE);
    assert_non_null(few);
    for (int i = 0; i < 400; i++) {
        arena_reset(arena);
        hostile(subject, chance(&seed, sizeof subject - 1));
        hostile(body, chance(&seed, sizeof body - 1));
        struct classify_result r;
        classify_text(i % 2 ? few : starter, arena, subject, body, &r);
        int64_t sum = 0;
        for (int k = 1; k <= 6; k++)
            sum += r.category.all_bp[k];
        assert_in_range(sum, 9990, 10010);
        assert_in_range(r.urgency.value, 1, 3);
        assert_in_range(r.urgency.runner_up, 1, 3);
        assert_int_not_equal(r.urgency.value, r.urgency.runner_up);
    }
    classify_model_free(odd);
    classify_model_free(few);
    classify_model_free(starter);
}

static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void a_ticket_costs_less_than_100_us_of_cpu(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct classify_model *starter = tickets_starter();
    struct labelled_set gold = tickets_gold(arena);
    struct classify_example *examples = ARENA_ARRAY(arena, struct classify_example, 2000), *once = tickets_examples(arena, &gold);
    for (int i = 0; i < 2000; i++) {
        examples[i] = once[i % gold.count];
        examples[i].subject = arena_printf(arena, "%s %c%c", examples[i].subject, 'a' + i % 26, 'a' + i / 26 % 26);
    }
    double began = cpu_ms();
    struct classify_model *learned = refit(starter, examples, 2000, 1);
    double took = cpu_ms() - began;
    struct figures cold = tickets_judge(starter, &gold, 0), warm = tickets_judge(learned, &gold, 0);
    printf("# a ticket: p50 %.1f us with the starter rules, %.1f us learned; a refit of 2,000 rows %.0f ms\n", cold.p50, warm.p50, took);
    if (SANITIZED)
        printf("# not gated: sanitizers are on\n");
    else {
        assert_true(cold.p50 < 100);
        assert_true(warm.p50 < 100);
    }
    classify_model_free(learned);
    classify_model_free(starter);
}

static void learning_helps_on_other_peoples_tickets(void **state)
{
    (void)state;
    static const struct {
        const char *corpus;
        int head;
        double cold, full; /* floors of macro-F1 */
    } cases[] = {{"hadoop", 0, .30, .43}, {"banking77", 0, .30, .90}, {"banking77", 1, .35, .93}};
    corpora_needed("hadoop, banking77");
    AUTO_ARENA arena = arena_new();
    struct labelled_set set;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(tickets_corpus(arena, cases[i].corpus, &set));
        struct classify_model *starter = tickets_starter();
        struct labelled_set train = tickets_part(arena, &set, false), dev = tickets_part(arena, &set, true);
        struct classify_model *learned = refit(starter, tickets_examples(arena, &train), train.count, 1);
        struct figures before = tickets_judge(starter, &dev, cases[i].head), after = tickets_judge(learned, &dev, cases[i].head);
        print_figures(cases[i].corpus, before);
        print_figures("  learned", after);
        assert_true(before.f1 >= cases[i].cold);
        assert_true(after.f1 >= cases[i].full);
        assert_true(after.ece <= .10);
        classify_model_free(learned);
        classify_model_free(starter);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phrases_ignore_case_accents_and_punctuation),
        cmocka_unit_test(a_broken_lexicon_is_refused_with_its_line),
        cmocka_unit_test(reasons_add_up_and_hard_phrases_are_named),
        cmocka_unit_test(nothing_gives_an_empty_answer_and_no_crash),
        cmocka_unit_test(hard_phrases_stand_in_critical_tickets_only),
        cmocka_unit_test(the_starter_rules_do_well_on_held_out_tickets),
        cmocka_unit_test(learning_is_the_same_on_every_run_in_every_order_and_after_an_undo),
        cmocka_unit_test(a_model_that_would_be_worse_is_refused),
        cmocka_unit_test(a_single_correction_already_counts),
        cmocka_unit_test(taking_the_first_reason_away_lowers_the_label),
        cmocka_unit_test(the_words_that_carry_a_text_are_found),
        cmocka_unit_test(no_text_harms_it),
        cmocka_unit_test(a_ticket_costs_less_than_100_us_of_cpu),
        cmocka_unit_test(learning_helps_on_other_peoples_tickets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
