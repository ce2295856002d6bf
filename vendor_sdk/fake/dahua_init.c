// dhnetsdk: initialising, settings, errors, the calls into the caller.
#include "dahua.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned connect_ms = 5000; // guarded by lock, as are the next ones
static dahua_disconnect disconnect;
static int64_t disconnect_user;
static dahua_sub_disconnect sub_disconnect;
static int64_t sub_disconnect_user;

int32_t dahua_fail(uint32_t number) {
    thread_set(LAST_ERROR, 0x80000000u | number);
    return 0;
}

int32_t dahua_done(void) {
    thread_set(LAST_ERROR, 0);
    return 1;
}

uint32_t dahua_number(enum reason r) {
    switch (r) {
    case FINE: return 0;
    case PASSWORD: return LOGIN_PASSWORD;
    case LOCKED: return LOGIN_LOCKED;
    case USER: return LOGIN_USER;
    case BUSY: return DEVICE_BUSY;
    case NO_CHANNEL: return ILLEGAL;
    case OFFLINE: return CHANNEL_OFFLINE;
    case NO_RECORD: return NO_RECORDING;
    case UNSUPPORTED: return NOT_BY_DEVICE;
    case NO_SESSION: return INVALID_HANDLE;
    case NO_CONNECTION: return CONNECT_FAILED;
    case TIMED_OUT: return NETWORK;
    case GONE: return NETWORK;
    case GARBLED: return SYSTEM;
    }
    return SYSTEM;
}

unsigned dahua_connect_ms(void) {
    pthread_mutex_lock(&lock);
    unsigned ms = connect_ms;
    pthread_mutex_unlock(&lock);
    return ms;
}

bool dahua_when(const char *call, const struct dahua_time *from, struct when *to) {
    if (!from) return misuse("%s: no time", call);
    *to = (struct when){(int)from->year, (int)from->month, (int)from->day, (int)from->hour, (int)from->minute, (int)from->second};
    return when_valid(to) || misuse("%s: a time that is none", call);
}

// Handles look like addresses, and half of them are negative as signed numbers.
int64_t vendor_handle(enum kind kind, uint64_t n) {
    uint64_t handle = 0x7f1200000000u + n * 64 + 16 + (uint64_t)kind;
    return (int64_t)(n % 2 ? handle : handle | 1ull << 63);
}

uint64_t vendor_number(int64_t handle) { return (((uint64_t)handle & ~(1ull << 63)) - 0x7f1200000000u - 16) / 64; }

void vendor_head(const struct outlet *o, const uint8_t *data, size_t size) { (void)o, (void)data, (void)size; }

// The two forms of the live callback differ in the width of a parameter that is always 0 here, so one call fits both.
bool vendor_data(const struct outlet *o, bool live, const uint8_t *data, size_t size) {
    if (!o->callback) return true;
    if (!live) {
        if (((dahua_data)o->callback)(o->handle, 0, (uint8_t *)data, (uint32_t)size, o->user) != 0) return true;
        return misuse("fDataCallBack returned 0: the same data comes again");
    }
    ((dahua_real2)o->callback)(o->handle, 0, (uint8_t *)data, (uint32_t)size, 0, o->user);
    return true;
}

void vendor_end(const struct outlet *o) {
    if (o->position) ((dahua_position)o->position)(o->handle, 1000, UINT32_MAX, o->position_user);
}

void vendor_sought(const struct outlet *o) { (void)o; }

static void tell_login(const struct event *e) {
    pthread_mutex_lock(&lock);
    dahua_disconnect callback = disconnect;
    int64_t user = disconnect_user;
    pthread_mutex_unlock(&lock);
    char ip[sizeof e->text];
    memcpy(ip, e->text, sizeof ip);
    if (callback) callback(e->handle, ip, e->code, user);
}

static void tell_live(const struct event *e) {
    ((dahua_play_lost)e->outlet.position)(e->outlet.handle, 2, NULL, e->outlet.position_user);
}

static void tell_playback(const struct event *e) {
    ((dahua_position)e->outlet.position)(e->outlet.handle, 1000, UINT32_MAX - 1, e->outlet.position_user);
}

static void tell_sub(const struct event *e) {
    pthread_mutex_lock(&lock);
    dahua_sub_disconnect callback = sub_disconnect;
    int64_t user = sub_disconnect_user;
    pthread_mutex_unlock(&lock);
    if (callback) callback(e->code, 0, e->handle, e->other, user);
}

void vendor_lost(const struct stream *s, const struct outlet *o, enum reason reason) {
    (void)reason;
    if (o->position) event_post(&(struct event){.tell = s->live ? tell_live : tell_playback, .outlet = *o});
    int32_t connection = s->live ? LIVE_CONNECTION : PLAYBACK_CONNECTION;
    event_post(&(struct event){.tell = tell_sub, .code = connection, .handle = o->handle, .other = s->item.login->item.handle});
}

void vendor_again(const struct stream *s, bool back) { (void)s, (void)back; }

unsigned vendor_reconnect_ms(const struct stream *s) {
    (void)s;
    return 0;
}

void vendor_login_lost(const struct login *l) {
    struct event e = {.tell = tell_login, .handle = l->item.handle, .code = l->port};
    snprintf(e.text, sizeof e.text, "%.60s", l->host);
    event_post(&e);
}

unsigned vendor_receive_ms(void) { return 60000; }

static int32_t init(const char *call, dahua_disconnect callback, int64_t user) {
    if (!core_start(call)) return dahua_fail(8);
    pthread_mutex_lock(&lock);
    disconnect = callback;
    disconnect_user = user;
    pthread_mutex_unlock(&lock);
    printf("[fake-sdk] dhnetsdk 3.061 starts\n");
    fflush(stdout);
    return dahua_done();
}

EXPORT int32_t CLIENT_Init(dahua_disconnect callback, int64_t user) { return init("CLIENT_Init", callback, user); }

EXPORT int32_t CLIENT_InitEx(dahua_disconnect callback, int64_t user, const void *parameter) {
    if (parameter && !zeroed("CLIENT_InitEx", "the parameter", parameter, 4, 1028)) return dahua_fail(ILLEGAL);
    return init("CLIENT_InitEx", callback, user);
}

EXPORT void CLIENT_Cleanup(void) {
    if (core_ready("CLIENT_Cleanup")) core_end("CLIENT_Cleanup");
}

EXPORT uint32_t CLIENT_GetSDKVersion(void) { return 30610001; }

EXPORT uint32_t CLIENT_GetLastError(void) { return thread_get(LAST_ERROR); }

// early is misuse where a setting comes after the first login.
static bool early(const char *call) { return core_ready(call) && (core_count(LOGIN) == 0 || misuse("%s after a login", call)); }

EXPORT void CLIENT_SetAutoReconnect(dahua_disconnect callback, int64_t user) {
    (void)callback, (void)user;
    early("CLIENT_SetAutoReconnect");
}

EXPORT void CLIENT_SetSubconnCallBack(dahua_sub_disconnect callback, int64_t user) {
    if (!early("CLIENT_SetSubconnCallBack")) return;
    pthread_mutex_lock(&lock);
    sub_disconnect = callback;
    sub_disconnect_user = user;
    pthread_mutex_unlock(&lock);
}

EXPORT void CLIENT_SetConnectTime(int32_t wait, int32_t tries) {
    const char *call = "CLIENT_SetConnectTime";
    if (!early(call)) return;
    if (wait <= 0 || tries <= 0) {
        misuse("%s: %d ms, %d tries", call, wait, tries);
        return;
    }
    pthread_mutex_lock(&lock);
    connect_ms = (unsigned)wait;
    pthread_mutex_unlock(&lock);
}

EXPORT void CLIENT_SetNetworkParam(struct dahua_network *p) {
    const char *call = "CLIENT_SetNetworkParam";
    if (!early(call)) return;
    if (!p || p->wait < 0 || p->connect < 0 || p->tries < 0) {
        misuse("%s: nothing given, or less than nothing", call);
        return;
    }
    if (!zeroed(call, "the parameter", p, 44, 48) || p->connect == 0) return;
    pthread_mutex_lock(&lock);
    connect_ms = (unsigned)p->connect;
    pthread_mutex_unlock(&lock);
}

EXPORT int32_t CLIENT_LogClose(void) { return core_ready("CLIENT_LogClose") ? dahua_done() : dahua_fail(NO_INIT); }
