// dhnetsdk: live pictures.
#include "dahua.h"

// stream_of tells main (0) or sub (1) of a DH_RealPlayType, -1 of what is not simulated.
static int stream_of(int32_t type) { return type == 0 || type == 2 ? 0 : type == 3 ? 1 : -1; }

// play starts a stream inside a login; a callback may follow later.
static int64_t play(const char *call, int64_t handle, int32_t channel, const void *window, int32_t type, void (*callback)(void),
                    int64_t user, void (*lost)(void)) {
    if (!core_ready(call)) return dahua_fail(NO_INIT);
    if (window) {
        misuse("%s: a window", call);
        return dahua_fail(ILLEGAL);
    }
    int which = stream_of(type);
    if (which < 0) return dahua_fail(NOT_BY_DEVICE);
    struct login *l = dahua_enter(call, handle);
    if (!l) return 0;
    char request[128];
    snprintf(request, sizeof request, "LIVE session=%lld channel=%d stream=%d", (long long)l->session, channel, which);
    struct stream *s = stream_new(l, LIVE, request);
    int64_t made = s ? s->item.handle : 0;
    enum reason r = BUSY;
    if (s) {
        stream_outlet(s, callback, user, lost, user);
        s->callback_set = callback != NULL;
        r = stream_open(s);
        if (r == FINE) stream_run(s);
        else dahua_discard(call, s);
    }
    dahua_leave(l);
    if (r != FINE) return dahua_fail(dahua_number(r));
    dahua_done();
    return made;
}

EXPORT int64_t CLIENT_RealPlayEx(int64_t login, int32_t channel, void *window, int32_t type) {
    return play("CLIENT_RealPlayEx", login, channel, window, type, NULL, 0, NULL);
}

EXPORT int64_t CLIENT_StartRealPlay(int64_t login, int32_t channel, void *window, int32_t type, dahua_real data, dahua_play_lost lost,
                                    int64_t user, uint32_t wait) {
    (void)wait;
    return play("CLIENT_StartRealPlay", login, channel, window, type, (void (*)(void))data, user, (void (*)(void))lost);
}

EXPORT int64_t CLIENT_RealPlayByDataType(int64_t login, const struct dahua_real_in *in, struct dahua_size *out, uint32_t wait) {
    const char *call = "CLIENT_RealPlayByDataType";
    (void)wait;
    if (!in || !out || (in->size != 56 && in->size != 64 && in->size != sizeof *in) || out->size != sizeof *out) {
        misuse("%s: dwSize %u and %u", call, in ? in->size : 0, out ? out->size : 0);
        return dahua_fail(WRONG_SIZE);
    }
    if (!zeroed(call, "the request", in, 20, 24) || !zeroed(call, "the request", in, 36, 40) ||
        !zeroed(call, "the request", in, 48, in->size))
        return dahua_fail(ILLEGAL);
    if (in->data_type != 0) return dahua_fail(NOT_BY_LIBRARY); // the other types need libStreamConvertor
    if (!in->data) {
        misuse("%s: no callback", call);
        return dahua_fail(ILLEGAL);
    }
    return play(call, login, in->channel, in->window, in->type, (void (*)(void))in->data, in->user, NULL);
}

EXPORT int32_t CLIENT_SetRealDataCallBackEx2(int64_t handle, dahua_real2 callback, int64_t user, uint32_t flags) {
    const char *call = "CLIENT_SetRealDataCallBackEx2";
    struct stream *s = dahua_enter_stream(call, LIVE, handle);
    if (!s) return 0;
    bool plain = flags == 1;
    if (plain) {
        stream_outlet(s, (void (*)(void))callback, user, s->outlet.position, s->outlet.position_user);
        s->callback_set = callback != NULL;
    }
    dahua_leave_stream(s);
    return plain ? dahua_done() : dahua_fail(NOT_BY_LIBRARY); // what is decoded needs the play library
}

EXPORT int32_t CLIENT_StopRealPlayEx(int64_t handle) { return dahua_stop("CLIENT_StopRealPlayEx", LIVE, handle); }
