// Sessions with a recorder, over their control connections.
#include <stdlib.h>

#include "vendor.h"

// answer_ms is how long the recorder may take for an answer; a search or a login goes through its disks.
enum { ANSWER_MS = 10000, FILES = 100000 };

enum reason login_open(struct login **made, struct answer *a, const char *host, int port, const char *user, const char *password,
                       unsigned connect_ms) {
    *made = NULL;
    a->fields[0] = 0;
    if (switched("crash-in-login")) crash();
    if (switched("hang-in-login")) hang();
    struct login *l = calloc(1, sizeof *l);
    if (!l) return BUSY;
    snprintf(l->host, sizeof l->host, "%s", host);
    l->port = port;
    l->connect_ms = connect_ms;
    enum reason r = sim_connect(&l->control, host, port, connect_ms);
    if (r == FINE) {
        char name[256], secret[256], line[600];
        sim_escape(user, name, sizeof name);
        sim_escape(password, secret, sizeof secret);
        snprintf(line, sizeof line, "LOGIN user=%s password=%s\n", name, secret);
        r = sim_send(&l->control, line, ANSWER_MS);
        memset(secret, 0, sizeof secret);
        memset(line, 0, sizeof line);
    }
    if (r == FINE) r = sim_answer(&l->control, a, ANSWER_MS);
    if (r != FINE) {
        sim_close(&l->control);
        free(l);
        return r;
    }
    l->session = field_number(a, "session", 0);
    l->analog = (int)field_number(a, "analog", 0);
    l->analog_first = (int)field_number(a, "analog_first", 0);
    l->digital = (int)field_number(a, "ip", 0);
    l->digital_first = (int)field_number(a, "ip_first", 0);
    field_text(a, "offline", l->offline, sizeof l->offline);
    pthread_mutex_init(&l->control_lock, NULL);
    *made = l;
    return FINE;
}

void login_close(struct login *l) {
    struct answer a;
    if (!l->lost && sim_send(&l->control, "BYE\n", 1000) == FINE) sim_answer(&l->control, &a, 1000);
    sim_close(&l->control);
    pthread_mutex_destroy(&l->control_lock);
    free(l);
}

// broken ends a control connection whose answers cannot be trusted any more; login_watch tells.
static enum reason broken(struct login *l, enum reason r) {
    if (r == TIMED_OUT || r == GONE || r == GARBLED) sim_close(&l->control);
    return r;
}

enum reason login_order(struct login *l, const char *line) {
    struct answer a;
    pthread_mutex_lock(&l->control_lock);
    enum reason r = sim_send(&l->control, line, ANSWER_MS);
    if (r == FINE) r = sim_answer(&l->control, &a, ANSWER_MS);
    r = broken(l, r);
    pthread_mutex_unlock(&l->control_lock);
    return r;
}

static enum reason read_file(const struct answer *a, struct files *found) {
    char start[32] = "", end[32] = "";
    if (found->count >= FILES) return GARBLED;
    if ((found->count & (found->count - 1)) == 0) {
        struct file *more = realloc(found->list, (found->count ? found->count * 2 : 1) * sizeof *more);
        if (!more) return GARBLED;
        found->list = more;
    }
    struct file *f = &found->list[found->count];
    memset(f, 0, sizeof *f);
    field_text(a, "name", f->name, sizeof f->name);
    f->size = (uint64_t)field_number(a, "size", 0);
    field_text(a, "start", start, sizeof start);
    field_text(a, "end", end, sizeof end);
    if (!when_read(start, &f->start) || !when_read(end, &f->end)) return GARBLED;
    found->count++;
    return FINE;
}

enum reason login_find(struct login *l, int64_t channel, const struct when *start, const struct when *end, struct files *found) {
    char line[128], from[WHEN_TEXT], to[WHEN_TEXT];
    struct answer a;
    when_write(start, from);
    when_write(end, to);
    snprintf(line, sizeof line, "FIND channel=%lld start=%s end=%s\n", (long long)channel, from, to);
    found->count = 0;
    found->list = NULL;
    pthread_mutex_lock(&l->control_lock);
    enum reason r = sim_send(&l->control, line, ANSWER_MS);
    for (a.word[0] = 0; r == FINE && strcmp(a.word, "OK") != 0;) {
        r = sim_answer(&l->control, &a, ANSWER_MS);
        if (r == FINE && strcmp(a.word, "FILE") == 0) r = read_file(&a, found);
    }
    r = broken(l, r);
    pthread_mutex_unlock(&l->control_lock);
    if (r != FINE) files_free(found);
    return r;
}

void files_free(struct files *files) {
    free(files->list);
    files->list = NULL;
    files->count = 0;
}

static void watch(struct item *item) {
    struct login *l = (struct login *)item;
    if (l->lost || pthread_mutex_trylock(&l->control_lock) != 0) return;
    bool alive = sim_alive(&l->control);
    pthread_mutex_unlock(&l->control_lock);
    if (alive) return;
    l->lost = 1;
    vendor_login_lost(l);
}

void login_watch(void) { item_each(LOGIN, watch); }
