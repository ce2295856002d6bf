// HCNetSDK: initialising, settings, errors, versions.
#include "hik.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const struct hik_settings defaults = {.connect_ms = 3500, .receive_ms = 5000, .reconnect_ms = 30000, .reconnect = true};
static struct hik_settings settings = {.connect_ms = 3500, .receive_ms = 5000, .reconnect_ms = 30000, .reconnect = true};

struct hik_settings hik_settings(void) {
    pthread_mutex_lock(&lock);
    struct hik_settings copy = settings;
    pthread_mutex_unlock(&lock);
    return copy;
}

int32_t hik_fail(uint32_t number) {
    thread_set(LAST_ERROR, number);
    return 0;
}

int32_t hik_done(void) {
    thread_set(LAST_ERROR, 0);
    return 1;
}

uint32_t hik_number(enum reason r, enum kind kind) {
    switch (r) {
    case FINE: return 0;
    case PASSWORD: return 1;
    case LOCKED: return 153;
    case USER: return 152;
    case BUSY: return kind == LOGIN ? 52 : kind == LIVE ? 5 : 28;
    case NO_CHANNEL: return 4;
    case OFFLINE: return 83;
    case NO_RECORD: return 33;
    case UNSUPPORTED: return 23;
    case NO_SESSION: return 47;
    case NO_CONNECTION: return 7;
    case TIMED_OUT: return 10;
    case GONE: return 9;
    case GARBLED: return 11;
    }
    return 11;
}

bool hik_component(const char *name) {
    struct hik_settings s = hik_settings();
    char path[400];
    if (!s.path_set) return false;
    size_t n = strlen(s.directory);
    const char *slash = n > 0 && s.directory[n - 1] == SEPARATOR ? "" : (char[]){SEPARATOR, 0};
#ifdef _WIN32
    snprintf(path, sizeof path, "%s%sHCNetSDKCom\\%s.dll", s.directory, slash, name);
#else
    snprintf(path, sizeof path, "%s%sHCNetSDKCom/lib%s.so", s.directory, slash, name);
#endif
    return file_exists(path);
}

bool hik_when(const char *call, const struct hik_time *from, struct when *to) {
    *to = (struct when){(int)from->year, (int)from->month, (int)from->day, (int)from->hour, (int)from->minute, (int)from->second};
    return when_valid(to) || misuse("%s: a time that is none", call);
}

bool hik_when_v50(const char *call, const struct hik_time_v50 *from, struct when *to) {
    *to = (struct when){from->year, from->month, from->day, from->hour, from->minute, from->second};
    if (from->with_zone != 0) return misuse("%s: a time with a zone: all are the recorder's own", call);
    return when_valid(to) || misuse("%s: a time that is none", call);
}

EXPORT int32_t NET_DVR_SetSDKInitCfg(uint32_t type, const void *in) {
    const char *call = "NET_DVR_SetSDKInitCfg";
    if (core_initialised()) {
        misuse("%s after NET_DVR_Init", call);
        return hik_fail(12);
    }
    if (!in || type > 5) {
        misuse("%s: type %u, %s", call, type, in ? "unknown" : "nothing given");
        return hik_fail(17);
    }
    const char *path = in;
    if (type >= 2 && type <= 4 && !absolute_path(path)) {
        misuse("%s: type %u: the path is not absolute", call, type);
        return hik_fail(17);
    }
    if (type == 2) {
        if (!ended(call, "the path", path, 256) || !zeroed(call, "the path", in, 256, 384)) return hik_fail(17);
        pthread_mutex_lock(&lock);
        snprintf(settings.directory, sizeof settings.directory, "%s", path);
        settings.path_set = true;
        pthread_mutex_unlock(&lock);
    }
    if ((type == 3 || type == 4) && !file_exists(path)) return hik_fail(17);
    return hik_done();
}

EXPORT int32_t NET_DVR_Init(void) {
    if (!core_start("NET_DVR_Init")) return hik_fail(41);
    hik_signals_take();
    printf("[fake-sdk] HCNetSDK 6.1.9.48 starts\n");
    fflush(stdout);
    return hik_done();
}

EXPORT int32_t NET_DVR_Cleanup(void) {
    if (!core_ready("NET_DVR_Cleanup")) return hik_fail(3);
    core_end("NET_DVR_Cleanup");
    hik_signals_release();
    pthread_mutex_lock(&lock);
    settings = defaults;
    pthread_mutex_unlock(&lock);
    return hik_done();
}

EXPORT int32_t NET_DVR_SetSDKLocalCfg(uint32_t type, const void *in) {
    const char *call = "NET_DVR_SetSDKLocalCfg";
    if (!core_ready(call)) return hik_fail(3);
    if (!in) {
        misuse("%s: nothing given", call);
        return hik_fail(17);
    }
    const uint8_t *bytes = in;
    uint32_t timeout = 0;
    memcpy(&timeout, bytes, type == 10 ? sizeof timeout : 1);
    if (type == 10 && (!zeroed(call, "CHECK_DEV", in, 8, 264) || (timeout != 0 && (timeout < 30000 || timeout > 120000)))) {
        misuse("%s: CHECK_DEV: not 30000 to 120000 ms", call);
        return hik_fail(17);
    }
    if (type == 16) {
        if (bytes[0] > 1 || bytes[1] > 1 || !zeroed(call, "STREAM_CALLBACK", in, 2, 256)) return hik_fail(17);
        pthread_mutex_lock(&lock);
        settings.end_flag = bytes[0] == 1;
        settings.new_position = bytes[1] == 1;
        pthread_mutex_unlock(&lock);
    }
    if (type == 17 && !zeroed(call, "GENERAL", in, 16, 256)) return hik_fail(17);
    if (type == 18 && !zeroed(call, "PTZ", in, 1, 64)) return hik_fail(17);
    return hik_done();
}

EXPORT int32_t NET_DVR_SetConnectTime(uint32_t wait, uint32_t tries) {
    if (!core_ready("NET_DVR_SetConnectTime")) return hik_fail(3);
    (void)tries;
    pthread_mutex_lock(&lock);
    settings.connect_ms = wait < 300 ? 300 : wait > 75000 ? 75000 : wait;
    pthread_mutex_unlock(&lock);
    return hik_done();
}

EXPORT int32_t NET_DVR_SetRecvTimeOut(uint32_t wait) {
    if (!core_ready("NET_DVR_SetRecvTimeOut")) return hik_fail(3);
    pthread_mutex_lock(&lock);
    settings.receive_ms = wait < 3000 ? 3000 : wait;
    pthread_mutex_unlock(&lock);
    return hik_done();
}

EXPORT int32_t NET_DVR_SetReconnect(uint32_t interval, int32_t enable) {
    if (!core_ready("NET_DVR_SetReconnect")) return hik_fail(3);
    pthread_mutex_lock(&lock);
    settings.reconnect = enable != 0;
    settings.reconnect_ms = interval < 200 ? 200 : interval;
    pthread_mutex_unlock(&lock);
    return hik_done();
}

EXPORT int32_t NET_DVR_SetExceptionCallBack_V30(uint32_t message, void *window, hik_exception callback, void *user) {
    const char *call = "NET_DVR_SetExceptionCallBack_V30";
    if (!core_ready(call)) return hik_fail(3);
    if (message != 0 || window != NULL) {
        misuse("%s: a message or a window, where there is none", call);
        return hik_fail(17);
    }
    pthread_mutex_lock(&lock);
    settings.exception = callback;
    settings.exception_user = user;
    pthread_mutex_unlock(&lock);
    return hik_done();
}

EXPORT int32_t NET_DVR_SetLogToFile(uint32_t level, char *directory, int32_t delete) {
    const char *call = "NET_DVR_SetLogToFile";
    if (!core_ready(call)) return hik_fail(3);
    (void)delete;
    bool slashed = directory && absolute_path(directory) && strchr("/\\", directory[strlen(directory) - 1]) != NULL;
    if (level > 3 || (level > 0 && !slashed)) {
        misuse("%s: level %u, directory %s", call, level, directory ? directory : "missing");
        return hik_fail(17);
    }
    return hik_done();
}

EXPORT uint32_t NET_DVR_GetSDKVersion(void) { return 0x00060001; }

EXPORT uint32_t NET_DVR_GetSDKBuildVersion(void) { return 0x06010930; }

EXPORT uint32_t NET_DVR_GetLastError(void) { return thread_get(LAST_ERROR); }

EXPORT char *NET_DVR_GetErrorMsg(int32_t *number) {
    static char texts[][40] = {"no error", "user name or password error", "network or device error"};
    uint32_t last = thread_get(LAST_ERROR);
    if (number) *number = (int32_t)last;
    return texts[last == 0 ? 0 : last == 1 ? 1 : 2];
}

EXPORT int32_t NET_DVR_GetSDKState(uint32_t *state) {
    if (!core_ready("NET_DVR_GetSDKState")) return hik_fail(3);
    if (!state) return hik_fail(17);
    memset(state, 0, 84);
    state[0] = core_count(LOGIN);
    state[1] = core_count(LIVE);
    state[2] = core_count(PLAYBACK);
    state[5] = core_count(FIND);
    return hik_done();
}
