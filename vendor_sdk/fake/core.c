#include "core.h"

#include <stdlib.h>

#include "vendor.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

// Guarded by lock.
static enum { FRESH, READY, ENDED } state;
static struct item *items;
static uint64_t issued[KINDS];
static struct event *events;
static bool ending;
static pthread_t thread;

static const char *const names[KINDS] = {"login", "live", "playback", "search"};

// numbering is the kind whose counter a kind shares.
static enum kind numbering(enum kind kind) { return kind == PLAYBACK ? LIVE : kind; }

// next_event waits for the first event that is due, for 200 ms at most.
static struct event *next_event(void) {
    struct event **due = NULL;
    uint64_t now = now_ms(), wait = 200;
    for (struct event **e = &events; *e; e = &(*e)->next) {
        if ((*e)->due <= now) {
            due = e;
            break;
        }
        if ((*e)->due - now < wait) wait = (*e)->due - now;
    }
    if (!due) {
        wait_ms(&changed, &lock, (unsigned)wait);
        return NULL;
    }
    struct event *event = *due;
    *due = event->next;
    return event;
}

static void *run(void *unused) {
    uint64_t watched = now_ms();
    name_thread("sdk-events");
    pthread_mutex_lock(&lock);
    while (!ending) {
        struct event *event = next_event();
        pthread_mutex_unlock(&lock);
        if (event) {
            uint64_t begun = callback_begin();
            event->tell(event);
            callback_end(begun, 200);
            free(event);
        }
        if (now_ms() - watched >= 200) {
            login_watch();
            watched = now_ms();
        }
        pthread_mutex_lock(&lock);
    }
    pthread_mutex_unlock(&lock);
    return unused;
}

bool core_start(const char *call) {
    check_setup();
    if (in_callback()) return misuse("%s from inside a callback", call);
    pthread_mutex_lock(&lock);
    bool first = state == FRESH;
    state = READY;
    pthread_mutex_unlock(&lock);
    if (!first) return misuse("%s a second time", call);
    if (!sockets_start()) return false;
    ending = false;
    if (pthread_create(&thread, NULL, run, NULL) == 0) return true;
    state = FRESH;
    return false;
}

void core_end(const char *call) {
    pthread_mutex_lock(&lock);
    state = ENDED;
    ending = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    pthread_join(thread, NULL);
    for (struct event *e = events, *next; e; e = next) {
        next = e->next;
        free(e);
    }
    events = NULL;
    unsigned left[KINDS] = {0};
    for (struct item *i = items; i; i = i->next) left[i->kind]++;
    for (int k = 0; k < KINDS; k++) {
        if (left[k] > 0) misuse("%s with %u %s handles left", call, left[k], names[k]);
    }
    slow_report();
    sockets_end();
}

bool core_initialised(void) {
    pthread_mutex_lock(&lock);
    bool ready = state == READY;
    pthread_mutex_unlock(&lock);
    return ready;
}

bool core_ready(const char *call) {
    if (in_callback()) return misuse("%s from inside a callback", call);
    pthread_mutex_lock(&lock);
    int now = state;
    pthread_mutex_unlock(&lock);
    return now == READY || misuse("%s %s", call, now == FRESH ? "before Init" : "after Cleanup");
}

unsigned core_count(enum kind kind) {
    unsigned n = 0;
    pthread_mutex_lock(&lock);
    for (struct item *i = items; i; i = i->next) n += i->kind == kind;
    pthread_mutex_unlock(&lock);
    return n;
}

static struct item **find(enum kind kind, int64_t handle) {
    for (struct item **i = &items; *i; i = &(*i)->next) {
        if ((*i)->handle == handle && numbering((*i)->kind) == numbering(kind)) return i;
    }
    return NULL;
}

void item_add(struct item *item, enum kind kind) {
    pthread_mutex_lock(&lock);
    item->kind = kind;
    do item->handle = vendor_handle(kind, issued[numbering(kind)]++);
    while (find(kind, item->handle));
    item->next = items;
    items = item;
    pthread_mutex_unlock(&lock);
}

// blame says what is wrong with a handle: it is of another kind, was closed, or never was. The lock is held, and released.
static void blame(const char *call, enum kind kind, int64_t handle) {
    struct item **other = find(kind, handle);
    uint64_t n = vendor_number(handle);
    bool closed = !other && n < issued[numbering(kind)] && vendor_handle(kind, n) == handle;
    for (int k = 0; k < KINDS && !other && !closed; k++) other = find((enum kind)k, handle);
    const char *found = other ? names[(*other)->kind] : NULL;
    pthread_mutex_unlock(&lock);
    if (found) misuse("%s: %lld is a handle of another kind (%s, not %s)", call, (long long)handle, found, names[kind]);
    else misuse("%s: %lld is %s %s handle", call, (long long)handle, closed ? "a closed" : "an unknown", names[kind]);
}

void *item_hold(const char *call, enum kind kind, int64_t handle) {
    pthread_mutex_lock(&lock);
    struct item **i = find(kind, handle);
    if (!i || (*i)->kind != kind) {
        blame(call, kind, handle);
        return NULL;
    }
    struct item *item = *i;
    item->users++;
    pthread_mutex_unlock(&lock);
    return item;
}

void item_release(void *held) {
    struct item *item = held;
    pthread_mutex_lock(&lock);
    item->users--;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

void *item_remove(const char *call, enum kind kind, int64_t handle) {
    pthread_mutex_lock(&lock);
    struct item **i = find(kind, handle);
    if (!i || (*i)->kind != kind) {
        blame(call, kind, handle);
        return NULL;
    }
    struct item *item = *i;
    *i = item->next;
    while (item->users > 0) pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    return item;
}

void item_each(enum kind kind, void (*visit)(struct item *item)) {
    struct item *found[1024];
    size_t n = 0;
    pthread_mutex_lock(&lock);
    for (struct item *i = items; i && n < sizeof found / sizeof found[0]; i = i->next) {
        if (i->kind != kind) continue;
        i->users++;
        found[n++] = i;
    }
    pthread_mutex_unlock(&lock);
    for (size_t i = 0; i < n; i++) {
        visit(found[i]);
        item_release(found[i]);
    }
}

void event_post(const struct event *event) {
    struct event *copy = malloc(sizeof *copy);
    if (!copy) return;
    *copy = *event;
    copy->next = NULL;
    pthread_mutex_lock(&lock);
    struct event **last = &events;
    while (*last) last = &(*last)->next;
    *last = copy;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}
