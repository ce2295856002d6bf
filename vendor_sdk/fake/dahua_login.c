// dhnetsdk: login, and what calls inside a login have in common; cameras.
#include "dahua.h"

struct login *dahua_enter(const char *call, int64_t handle) {
    struct login *l = item_hold(call, LOGIN, handle);
    if (!l) {
        dahua_fail(INVALID_HANDLE);
        return NULL;
    }
    if (__sync_lock_test_and_set(&l->entered, 1) != 0) {
        misuse("%s while another call is inside the same login", call);
        item_release(l);
        dahua_fail(SYSTEM);
        return NULL;
    }
    return l;
}

void dahua_leave(struct login *l) {
    __sync_lock_release(&l->entered);
    item_release(l);
}

struct stream *dahua_enter_stream(const char *call, enum kind kind, int64_t handle) {
    if (!core_ready(call)) {
        dahua_fail(NO_INIT);
        return NULL;
    }
    struct stream *s = item_hold(call, kind, handle);
    if (!s) {
        dahua_fail(INVALID_HANDLE);
        return NULL;
    }
    if (dahua_enter(call, s->item.login->item.handle)) return s;
    item_release(s);
    return NULL;
}

void dahua_leave_stream(struct stream *s) {
    dahua_leave(s->item.login);
    item_release(s);
}

int32_t dahua_stop(const char *call, enum kind kind, int64_t handle) {
    struct stream *s = dahua_enter_stream(call, kind, handle);
    if (!s) return 0;
    struct login *l = s->item.login;
    item_release(s);
    s = item_remove(call, kind, handle);
    if (s) stream_end(s);
    dahua_leave(l);
    return s ? dahua_done() : dahua_fail(INVALID_HANDLE);
}

void dahua_discard(const char *call, struct stream *s) {
    item_remove(call, s->item.kind, s->item.handle);
    stream_end(s);
}

// helper_there tells whether libavnetsdk stands beside this library.
static bool helper_there(void) {
    char path[1024];
    if (!own_file((const void *)(uintptr_t)helper_there, path, sizeof path - 32)) return true;
    char *slash = strrchr(path, SEPARATOR);
    if (!slash) return true;
#ifdef _WIN32
    strcpy(slash + 1, "avnetsdk.dll");
#else
    strcpy(slash + 1, "libavnetsdk.so");
#endif
    return file_exists(path);
}

// login_errors has the number inside the answer of a login, and the one that GetLastError tells.
static const struct {
    enum reason reason;
    int32_t inside;
    uint32_t last;
} login_errors[] = {
    {PASSWORD, 1, LOGIN_PASSWORD}, {USER, 2, LOGIN_USER}, {TIMED_OUT, 3, LOGIN_TIMEOUT},     {LOCKED, 5, LOGIN_LOCKED},
    {BUSY, 10, LOGIN_MOST},        {GONE, 9, LOGIN_NETWORK}, {NO_CONNECTION, 9, LOGIN_CONNECT}, {GARBLED, 7, LOGIN_BUSY},
};

static int64_t login(const char *ip, int port, const char *user, const char *password, struct dahua_device *device, int32_t *error) {
    memset(device, 0, sizeof *device);
    *error = 0;
    if (!helper_there()) {
        *error = 11;
        return dahua_fail(LOGIN_PROTOCOL3);
    }
    struct answer a;
    struct login *l;
    enum reason r = login_open(&l, &a, ip, port, user, password, dahua_connect_ms());
    if (r != FINE) {
        int64_t tries = field_number(&a, "tries", -1);
        device->limit = tries >= 0;
        device->tries = (uint8_t)(tries > 0 ? tries : 0);
        device->lock_seconds = (int32_t)field_number(&a, "seconds", 0);
        uint32_t last = SYSTEM;
        for (size_t i = 0; i < sizeof login_errors / sizeof login_errors[0]; i++) {
            if (login_errors[i].reason != r) continue;
            *error = login_errors[i].inside;
            last = login_errors[i].last;
        }
        return dahua_fail(last);
    }
    char serial[64] = "";
    field_text(&a, "serial", serial, sizeof serial);
    memcpy(device->serial, serial, strlen(serial) < sizeof device->serial ? strlen(serial) : sizeof device->serial);
    device->disks = 1;
    device->type = (int32_t)field_number(&a, "type", 0);
    device->channels = l->analog + l->digital;
    item_add(&l->item, LOGIN);
    dahua_done();
    return l->item.handle;
}

EXPORT int64_t CLIENT_LoginWithHighLevelSecurity(struct dahua_login_in *in, struct dahua_login_out *out) {
    const char *call = "CLIENT_LoginWithHighLevelSecurity";
    if (!core_ready(call)) return dahua_fail(NO_INIT);
    if (!in || !out) {
        misuse("%s: nothing given", call);
        return dahua_fail(ILLEGAL);
    }
    if ((in->size != 216 && in->size != sizeof *in) || out->size != sizeof *out) {
        misuse("%s: dwSize %u and %u", call, in->size, out->size);
        return dahua_fail(WRONG_SIZE);
    }
    bool good = ended(call, "the address", in->ip, sizeof in->ip) && ended(call, "the user", in->user, sizeof in->user) &&
                ended(call, "the password", in->password, sizeof in->password) && zeroed(call, "the login", in, 200, in->size) &&
                zeroed(call, "the answer", out, 4, sizeof *out) && (in->ip[0] != 0 || misuse("%s: no address", call)) &&
                ((in->port > 0 && in->port < 65536) || misuse("%s: port %d", call, in->port));
    if (!good) return dahua_fail(ILLEGAL);
    return login(in->ip, in->port, in->user, in->password, &out->device, &out->error);
}

EXPORT int64_t CLIENT_LoginEx2(const char *ip, uint16_t port, const char *user, const char *password, int32_t way, void *way_parameter,
                               struct dahua_device *device, int32_t *error) {
    const char *call = "CLIENT_LoginEx2";
    if (!core_ready(call)) return dahua_fail(NO_INIT);
    if (!ip || !user || !password || !device || !error || port == 0 || way != 0 || way_parameter != NULL) {
        misuse("%s: something missing, or a way of its own", call);
        return dahua_fail(ILLEGAL);
    }
    return login(ip, port, user, password, device, error);
}

// Counting the streams and searches of a login, under counting.
static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;
static const struct login *counted;
static unsigned open_below;

static void count(struct item *item) { open_below += item->login == counted; }

static unsigned below(const struct login *l) {
    pthread_mutex_lock(&counting);
    counted = l;
    open_below = 0;
    item_each(LIVE, count);
    item_each(PLAYBACK, count);
    item_each(FIND, count);
    unsigned n = open_below;
    pthread_mutex_unlock(&counting);
    return n;
}

EXPORT int32_t CLIENT_Logout(int64_t handle) {
    const char *call = "CLIENT_Logout";
    if (!core_ready(call)) return dahua_fail(NO_INIT);
    struct login *l = dahua_enter(call, handle);
    if (!l) return 0;
    unsigned left = below(l);
    dahua_leave(l);
    if (left > 0) {
        misuse("%s: %u streams or searches left", call, left);
        return dahua_fail(LOGOUT_FAILED);
    }
    l = item_remove(call, LOGIN, handle);
    if (!l) return dahua_fail(INVALID_HANDLE);
    login_close(l);
    return dahua_done();
}

EXPORT int32_t CLIENT_SetDeviceMode(int64_t handle, int32_t mode, void *value) {
    const char *call = "CLIENT_SetDeviceMode";
    if (!core_ready(call)) return dahua_fail(NO_INIT);
    struct login *l = dahua_enter(call, handle);
    if (!l) return 0;
    dahua_leave(l);
    if (value && (mode == 6 || mode == 8 || mode == 10)) return dahua_done();
    misuse("%s: mode %d, %s", call, mode, value ? "unknown" : "no value");
    return dahua_fail(ILLEGAL);
}

static int32_t order(const char *call, int64_t handle, const char *line) {
    struct login *l = dahua_enter(call, handle);
    if (!l) return 0;
    enum reason r = login_order(l, line);
    dahua_leave(l);
    return r == FINE ? dahua_done() : dahua_fail(dahua_number(r));
}

EXPORT int32_t CLIENT_MakeKeyFrame(int64_t handle, int32_t channel, int32_t sub) {
    const char *call = "CLIENT_MakeKeyFrame";
    char line[64];
    if (!core_ready(call)) return dahua_fail(NO_INIT);
    snprintf(line, sizeof line, "KEY channel=%d stream=%d\n", channel, sub);
    return order(call, handle, line);
}

// parameters_good knows that the second is the speed, and that of the diagonals the first one is too.
static bool parameters_good(uint32_t command, int32_t p1, int32_t p2, int32_t p3, bool stop) {
    bool diagonal = command >= 0x20 && command <= 0x23, simple = command <= 9;
    int least = stop ? 0 : 1;
    if (p3 != 0 || p2 < least || p2 > 8) return false;
    return diagonal ? p1 >= least && p1 <= 8 : simple && p1 == 0;
}

static int32_t move(const char *call, int64_t handle, int32_t channel, uint32_t command, int32_t p1, int32_t p2, int32_t p3, int32_t stop) {
    char line[128];
    if (!core_ready(call)) return dahua_fail(NO_INIT);
    if (stop < 0 || stop > 1 || !parameters_good(command, p1, p2, p3, stop == 1)) {
        misuse("%s: command %u, parameters %d %d %d, stop %d", call, command, p1, p2, p3, stop);
        return dahua_fail(ILLEGAL);
    }
    snprintf(line, sizeof line, "MOVE channel=%d command=%u stop=%d speed=%d\n", channel, command, stop, p2);
    return order(call, handle, line);
}

EXPORT int32_t CLIENT_DHPTZControlEx(int64_t handle, int32_t channel, uint32_t command, int32_t p1, int32_t p2, int32_t p3, int32_t stop) {
    return move("CLIENT_DHPTZControlEx", handle, channel, command, p1, p2, p3, stop);
}

EXPORT int32_t CLIENT_DHPTZControlEx2(int64_t handle, int32_t channel, uint32_t command, int32_t p1, int32_t p2, int32_t p3, int32_t stop,
                                      void *p4) {
    if (p4 != NULL && !misuse("CLIENT_DHPTZControlEx2: a fourth parameter")) return dahua_fail(ILLEGAL);
    return move("CLIENT_DHPTZControlEx2", handle, channel, command, p1, p2, p3, stop);
}
