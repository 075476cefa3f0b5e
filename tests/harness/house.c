/* house: see house.h. */
#include "harness/house.h"
#include "base/crypto.h"
#include <stdlib.h>
#include <string.h>

struct house house;

static void connect_lines(void)
{
    house.in = client_open(house.run->ingest);
    house.desk = client_open(house.run->desk);
}

static void drop_lines(void)
{
    client_close(house.in);
    client_close(house.desk);
}

void house_open(const char *config)
{
    crypto_open();
    house.run = strstr(config, "%ld") ? daemon_start_mine(config) : daemon_start(config);
    setenv("TRIAGE_SOCKET", house.run->desk, 1);
    connect_lines();
}

void house_again(void)
{
    drop_lines();
    daemon_restart(house.run);
    connect_lines();
}

void house_close(void)
{
    drop_lines();
    daemon_remove(house.run);
    house = (struct house){0};
}

int house_left(void **state)
{
    (void)state;
    house_close();
    return 0;
}
