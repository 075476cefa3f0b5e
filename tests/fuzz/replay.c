/* replay: runs a fuzz target over files, so that what a fuzzer once found, and the fixtures as its first corpus, are
 * tried by every `make check` without a fuzzer. Each file goes in as it is and after each of the bytes 0..7, which
 * targets take as their choice. Arguments: files and directories; without any, the fixtures. */
#include <fts.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int replay_file(const char *name)
{
    FILE *file = fopen(name, "rb");
    if (!file)
        return 0;
    fseek(file, 0, SEEK_END);
    size_t n = (size_t)ftell(file);
    rewind(file);
    uint8_t *data = malloc(n + 1);
    if (!data || fread(data + 1, 1, n, file) != n)
        abort();
    fclose(file);
    LLVMFuzzerTestOneInput(data + 1, n);
    for (uint8_t first = 0; first < 8; first++) {
        data[0] = first;
        LLVMFuzzerTestOneInput(data, n + 1);
    }
    free(data);
    return 1;
}

static int replay_tree(char *path)
{
    char *paths[] = {path, NULL};
    int count = 0;
    FTS *tree = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    for (FTSENT *e; tree && (e = fts_read(tree));)
        if (e->fts_info == FTS_F)
            count += replay_file(e->fts_path);
    if (tree)
        fts_close(tree);
    return count;
}

int main(int argc, char **argv)
{
    const char *root = getenv("TRIAGE_SRCDIR");
    char fixtures[4096];
    int count = 0;
    snprintf(fixtures, sizeof fixtures, "%s/tests/fixtures", root ? root : ".");
    puts("1..1");
    if (argc < 2)
        count = replay_tree(fixtures);
    for (int i = 1; i < argc; i++)
        count += replay_tree(argv[i]);
    printf("%sok 1 - %d files replayed\n", count ? "" : "not ", count);
    return !count;
}
