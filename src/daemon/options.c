/* options: a table for getopt_long, and the defaults. */
#include "daemon/options.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char options_help[] =
    "usage: triaged --dir DIR            a private desk, everything in DIR\n"
    "       triaged [option...]          a system's desk\n"
    "\n"
    "  --dir DIR        sockets, database and triage.yaml in DIR (mode 0700); its user is an admin\n"
    "  --config FILE    triage.yaml (default /etc/triage/triage.yaml, or DIR/triage.yaml if there)\n"
    "  --socket PATH    for consoles (default /run/triage/triage.sock)\n"
    "  --ingest PATH    for webhooks (default /run/triage/ingest.sock)\n"
    "  --port N         webhooks on 127.0.0.1 too, 0 = not (default: listen.port of the configuration)\n"
    "  --db PATH        database (default /var/lib/triage/triage.db)\n"
    "  --data DIR       data files (default: $TRIAGE_DATA, beside the program, installed)\n"
    "  --patience MS    for a request's head; its body gets twice as long (default 5000)\n"
    "  --beat MS        how often a stream hears that the daemon is there (default 5000)\n"
    "  --clock FILE     takes the time from a mapped file, for tests\n"
    "  --check          reads the configuration, says what is wrong, and ends\n"
    "  --rebuild        with the daemon stopped: checks the database against its own journal, and ends (1: they differ)\n"
    "  --debug          says more in the log\n"
    "  --version, --help\n"
    "\n"
    "Signals: HUP reads the configuration again; TERM and INT stop after what was accepted is written.\n";

enum { DIR_ = 1, CONFIG_, SOCKET_, INGEST_, PORT_, DB_, DATA_, CLOCK_, PATIENCE_, BEAT_, CHECK_, REBUILD_, DEBUG_, VERSION_, HELP_ };
static const struct option table[] = {
    {"dir", required_argument, NULL, DIR_},       {"config", required_argument, NULL, CONFIG_},
    {"socket", required_argument, NULL, SOCKET_}, {"ingest", required_argument, NULL, INGEST_},
    {"port", required_argument, NULL, PORT_},     {"db", required_argument, NULL, DB_},
    {"data", required_argument, NULL, DATA_},     {"clock", required_argument, NULL, CLOCK_},
    {"patience", required_argument, NULL, PATIENCE_}, {"beat", required_argument, NULL, BEAT_},
    {"check", no_argument, NULL, CHECK_},         {"rebuild", no_argument, NULL, REBUILD_},
    {"debug", no_argument, NULL, DEBUG_},         {"version", no_argument, NULL, VERSION_},
    {"help", no_argument, NULL, HELP_},
    {NULL, 0, NULL, 0}};

static bool take_number(const char *name, int64_t least, int64_t most, int64_t *out, struct err *err)
{
    char *end;
    *out = strtoll(optarg, &end, 10);
    return (*optarg && !*end && *out >= least && *out <= most) || err_set(err, ERR_USAGE, "--%s %s is no number it can be", name, optarg);
}

static void default_paths(struct arena *arena, struct options *o)
{
    const char *run = o->private ? o->dir : "/run/triage";
    if (!o->socket)
        o->socket = arena_printf(arena, "%s/triage.sock", run);
    if (!o->ingest)
        o->ingest = arena_printf(arena, "%s/ingest.sock", run);
    if (!o->db)
        o->db = arena_printf(arena, "%s/triage.db", o->private ? o->dir : "/var/lib/triage");
    const char *file = o->private ? arena_printf(arena, "%s/triage.yaml", o->dir) : "/etc/triage/triage.yaml";
    if (!o->config && access(file, F_OK) == 0)
        o->config = file;
    o->file = o->config ? o->config : file;
}

bool options_parse(struct arena *arena, int argc, char **argv, struct options *out, struct err *err)
{
    *out = (struct options){.port = -1, .patience = 5000, .beat = 5000};
    const char **texts[] = {[DIR_] = &out->dir, [CONFIG_] = &out->config, [SOCKET_] = &out->socket, [INGEST_] = &out->ingest,
                            [DB_] = &out->db, [DATA_] = &out->data, [CLOCK_] = &out->clock};
    bool *flags[] = {[CHECK_] = &out->check, [REBUILD_] = &out->rebuild, [DEBUG_] = &out->debug, [VERSION_] = &out->version, [HELP_] = &out->help};
    opterr = 0;
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, "", table, NULL)) != -1;) {
        if (c == '?')
            return err_set(err, ERR_USAGE, "%s is no option, or lacks its value", argv[optind - 1]);
        if (c == PORT_ && !take_number("port", 0, 65535, &out->port, err))
            return false;
        if (c == PATIENCE_ && !take_number("patience", 50, 600000, &out->patience, err))
            return false;
        if (c == BEAT_ && !take_number("beat", 1000, 60000, &out->beat, err))
            return false;
        if (c >= CHECK_)
            *flags[c] = true;
        else if (c != PORT_ && c != PATIENCE_ && c != BEAT_)
            *texts[c] = optarg;
    }
    if (optind < argc)
        return err_set(err, ERR_USAGE, "%s is not understood", argv[optind]);
    out->private = out->dir;
    default_paths(arena, out);
    return true;
}
