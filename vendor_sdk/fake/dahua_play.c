// dhnetsdk: playback by time.
#include "dahua.h"

EXPORT int64_t CLIENT_PlayBackByTimeEx2(int64_t handle, int32_t channel, struct dahua_playback_in *in, void *out) {
    const char *call = "CLIENT_PlayBackByTimeEx2";
    struct when start, stop;
    if (!core_ready(call)) return dahua_fail(NO_INIT);
    if (!in || !out || !in->data) {
        misuse("%s: nothing given, or no callback", call);
        return dahua_fail(ILLEGAL);
    }
    bool good = dahua_when(call, &in->start, &start) && dahua_when(call, &in->stop, &stop) && zeroed(call, "the window", in, 48, 56) &&
                zeroed(call, "the request", in, 96, sizeof *in) && zeroed(call, "the answer", out, 0, 1024) &&
                (when_order(&start, &stop) < 0 || misuse("%s: ends before it starts", call));
    if (!good) return dahua_fail(ILLEGAL);
    if (in->direction != 0) return dahua_fail(NOT_BY_DEVICE);
    struct login *l = dahua_enter(call, handle);
    if (!l) return 0;
    char request[160], from[WHEN_TEXT], to[WHEN_TEXT];
    when_write(&start, from);
    when_write(&stop, to);
    snprintf(request, sizeof request, "PLAY session=%lld channel=%d start=%s end=%s", (long long)l->session, channel, from, to);
    struct stream *s = stream_new(l, PLAYBACK, request);
    int64_t made = s ? s->item.handle : 0;
    enum reason r = BUSY;
    if (s) {
        s->start = start;
        s->stop = stop;
        stream_outlet(s, (void (*)(void))in->data, in->data_user, (void (*)(void))in->position, in->position_user);
        r = stream_open(s);
        if (r == FINE) stream_run(s);
        else dahua_discard(call, s);
    }
    dahua_leave(l);
    if (r != FINE) return dahua_fail(dahua_number(r));
    dahua_done();
    return made;
}

static int32_t leave(struct stream *s, enum reason r) {
    dahua_leave_stream(s);
    return r == FINE ? dahua_done() : dahua_fail(dahua_number(r));
}

static int32_t seek(struct stream *s, const struct when *to) {
    char text[WHEN_TEXT];
    if (when_order(to, &s->start) < 0 || when_order(to, &s->stop) >= 0) {
        dahua_leave_stream(s);
        return dahua_fail(ILLEGAL);
    }
    when_write(to, text);
    return leave(s, stream_say(s, "SEEK %s", text));
}

EXPORT int32_t CLIENT_SeekPlayBack(int64_t handle, uint32_t seconds, uint32_t bytes) {
    const char *call = "CLIENT_SeekPlayBack";
    struct stream *s = dahua_enter_stream(call, PLAYBACK, handle);
    if (!s) return 0;
    if (seconds == UINT32_MAX || bytes != UINT32_MAX) {
        dahua_leave_stream(s);
        misuse("%s: by bytes, in a playback by time", call);
        return dahua_fail(ILLEGAL);
    }
    struct when to = when_add(s->start, seconds);
    return seek(s, &to);
}

EXPORT int32_t CLIENT_SeekPlayBackByTime(int64_t handle, struct dahua_time *time) {
    const char *call = "CLIENT_SeekPlayBackByTime";
    struct stream *s = dahua_enter_stream(call, PLAYBACK, handle);
    if (!s) return 0;
    struct when to;
    if (dahua_when(call, time, &to)) return seek(s, &to);
    dahua_leave_stream(s);
    return dahua_fail(ILLEGAL);
}

EXPORT int32_t CLIENT_PausePlayBack(int64_t handle, int32_t pause) {
    struct stream *s = dahua_enter_stream("CLIENT_PausePlayBack", PLAYBACK, handle);
    return s ? leave(s, stream_say(s, pause ? "PAUSE" : "RESUME")) : 0;
}

EXPORT int32_t CLIENT_SetPlayBackSpeed(int64_t handle, int32_t speed) {
    const char *call = "CLIENT_SetPlayBackSpeed";
    struct stream *s = dahua_enter_stream(call, PLAYBACK, handle);
    if (!s) return 0;
    if (speed < -4 || speed > 4) {
        dahua_leave_stream(s);
        misuse("%s: %d", call, speed);
        return dahua_fail(ILLEGAL);
    }
    return leave(s, stream_say(s, "SPEED %g", speed < 0 ? 1.0 / (1 << -speed) : (double)(1 << speed)));
}

EXPORT int32_t CLIENT_StopPlayBack(int64_t handle) { return dahua_stop("CLIENT_StopPlayBack", PLAYBACK, handle); }
