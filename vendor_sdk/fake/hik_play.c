// HCNetSDK: playback by time.
#include "hik.h"

enum {
    PLAY_START = 1,
    PLAY_PAUSE = 3,
    PLAY_RESTART = 4,
    PLAY_FAST = 5,
    PLAY_SLOW = 6,
    PLAY_NORMAL = 7,
    PLAY_GET_POSITION = 13,
    SET_SPEED = 24,
    KEEP_ALIVE = 25,
    PLAY_SET_TIME = 26,
    PLAY_SET_TIME_V50 = 28,
    SET_TRANSPORT = 32,
    MOST_OCTAVES = 4,
};

static bool same_id(const char *call, const struct hik_stream_id *id) {
    if (id->size != sizeof *id) return misuse("%s: dwSize of the stream is %u, not %zu", call, id->size, sizeof *id);
    return zeroed(call, "the stream", id, 4, 36) && zeroed(call, "the stream", id, 40, 72);
}

static int32_t play(const char *call, int32_t id, int32_t channel, const struct when *start, const struct when *stop) {
    char request[160], from[WHEN_TEXT], to[WHEN_TEXT];
    if (when_order(start, stop) >= 0) return hik_fail(32) - 1;
    if (!hik_component("HCPlayBack")) return hik_fail(110) - 1;
    struct login *l = item_hold(call, LOGIN, id);
    if (!l) return hik_fail(47) - 1;
    when_write(start, from);
    when_write(stop, to);
    snprintf(request, sizeof request, "PLAY session=%lld channel=%d start=%s end=%s", (long long)l->session, channel, from, to);
    struct stream *s = stream_new(l, PLAYBACK, request);
    enum reason r = s ? stream_open(s) : BUSY;
    int32_t handle = s ? (int32_t)s->item.handle : -1;
    if (s) {
        s->start = *start;
        s->stop = *stop;
    }
    if (s && r != FINE) {
        item_remove(call, PLAYBACK, handle);
        stream_end(s);
    }
    item_release(l);
    if (r != FINE) return hik_fail(hik_number(r, PLAYBACK)) - 1;
    hik_done();
    return handle;
}

EXPORT int32_t NET_DVR_PlayBackByTime_V40(int32_t id, const struct hik_playback *p) {
    const char *call = "NET_DVR_PlayBackByTime_V40";
    struct when start, stop;
    if (!core_ready(call)) return hik_fail(3) - 1;
    if (!p || p->size != sizeof *p) {
        misuse("%s: dwSize is %u, not %zu", call, p ? p->size : 0, sizeof *p);
        return hik_fail(17) - 1;
    }
    if (!same_id(call, &p->id) || !zeroed(call, "the playback", p, 124, offsetof(struct hik_playback, stream)) ||
        !zeroed(call, "the playback", p, offsetof(struct hik_playback, file), offsetof(struct hik_playback, optimal)) ||
        !zeroed(call, "the playback", p, offsetof(struct hik_playback, asynchronous), sizeof *p) || !hik_when(call, &p->start, &start) ||
        !hik_when(call, &p->stop, &stop))
        return hik_fail(17) - 1;
    return play(call, id, p->id.channel, &start, &stop);
}

EXPORT int32_t NET_DVR_PlayBackByTime_V50(int32_t id, const struct hik_playback_v50 *p) {
    const char *call = "NET_DVR_PlayBackByTime_V50";
    struct when start, stop;
    if (!core_ready(call)) return hik_fail(3) - 1;
    if (!p || p->size != sizeof *p) {
        misuse("%s: dwSize is %u, not %zu", call, p ? p->size : 0, sizeof *p);
        return hik_fail(17) - 1;
    }
    if (!same_id(call, &p->id) || !zeroed(call, "the playback", p, 100, offsetof(struct hik_playback_v50, stream)) ||
        !zeroed(call, "the playback", p, offsetof(struct hik_playback_v50, file), offsetof(struct hik_playback_v50, optimal)) ||
        !zeroed(call, "the playback", p, offsetof(struct hik_playback_v50, asynchronous), sizeof *p) ||
        !hik_when_v50(call, &p->start, &start) || !hik_when_v50(call, &p->stop, &stop))
        return hik_fail(17) - 1;
    return play(call, id, p->id.channel, &start, &stop);
}

EXPORT int32_t NET_DVR_SetPlayDataCallBack_V40(int32_t handle, hik_data callback, void *user) {
    const char *call = "NET_DVR_SetPlayDataCallBack_V40";
    if (!core_ready(call)) return hik_fail(3);
    struct stream *s = item_hold(call, PLAYBACK, handle);
    if (!s) return hik_fail(17);
    bool good = !s->running || misuse("%s after PLAYSTART: the first data is lost", call);
    if (good) {
        stream_outlet(s, (void (*)(void))callback, (int64_t)(intptr_t)user, NULL, 0);
        s->callback_set = callback != NULL;
    }
    item_release(s);
    return good ? hik_done() : hik_fail(12);
}

static int32_t said(enum reason r) { return r == FINE ? hik_done() : hik_fail(hik_number(r, PLAYBACK)); }

static int32_t start(struct stream *s) {
    if (s->running) {
        misuse("PLAYSTART a second time");
        return hik_fail(12);
    }
    if (!s->callback_set) {
        misuse("PLAYSTART without a data callback");
        return hik_fail(12);
    }
    stream_run(s);
    return hik_done();
}

static int32_t speed(struct stream *s, int octave) {
    if (octave > MOST_OCTAVES || octave < -MOST_OCTAVES) return hik_fail(23);
    s->octave = octave;
    return said(stream_say(s, "SPEED %g", octave < 0 ? 1.0 / (1 << -octave) : (double)(1 << octave)));
}

static int32_t seek(struct stream *s, const struct when *to) {
    char text[WHEN_TEXT];
    if (when_order(to, &s->start) < 0 || when_order(to, &s->stop) >= 0) return hik_fail(32);
    when_write(to, text);
    return said(stream_say(s, "SEEK %s", text));
}

static int32_t control(const char *call, struct stream *s, uint32_t code, const void *in, uint32_t in_size, void *out, uint32_t *out_size) {
    struct when to;
    uint32_t number = 0;
    if (in && in_size >= 4) memcpy(&number, in, 4);
    bool early = code == PLAY_START || code == SET_TRANSPORT || code == PLAY_GET_POSITION;
    if (!early && !s->running) {
        misuse("%s: code %u before PLAYSTART", call, code);
        return hik_fail(12);
    }
    if (s->item.login->mode == 1 && !(code >= 1 && code <= 7 && code != 2)) return hik_fail(189);
    switch (code) {
    case PLAY_START: return start(s);
    case PLAY_PAUSE: return said(stream_say(s, "PAUSE"));
    case PLAY_RESTART: return said(stream_say(s, "RESUME"));
    case PLAY_FAST: return speed(s, s->octave + 1);
    case PLAY_SLOW: return speed(s, s->octave - 1);
    case PLAY_NORMAL: return speed(s, 0);
    case KEEP_ALIVE: return hik_done();
    case PLAY_GET_POSITION:
        if (!out || (out_size && *out_size < 4)) break;
        number = (uint32_t)stream_position(s);
        memcpy(out, &number, 4);
        if (out_size) *out_size = 4;
        return hik_done();
    case SET_SPEED:
        if (!in || in_size != 4 || number < 256) break;
        return hik_done();
    case SET_TRANSPORT:
        if (!in || in_size != 4 || s->running) break;
        return number == 1 ? hik_done() : hik_fail(23);
    case PLAY_SET_TIME:
        if (!in || in_size != sizeof(struct hik_time) || !hik_when(call, in, &to)) break;
        return seek(s, &to);
    case PLAY_SET_TIME_V50:
        if (!in || in_size != sizeof(struct hik_time_v50) || !hik_when_v50(call, in, &to)) break;
        return seek(s, &to);
    default: return hik_fail(23);
    }
    misuse("%s: code %u: %u bytes in, or %u, or too late", call, code, in_size, number);
    return hik_fail(17);
}

EXPORT int32_t NET_DVR_PlayBackControl_V40(int32_t handle, uint32_t code, void *in, uint32_t in_size, void *out, uint32_t *out_size) {
    const char *call = "NET_DVR_PlayBackControl_V40";
    if (!core_ready(call)) return hik_fail(3);
    struct stream *s = item_hold(call, PLAYBACK, handle);
    if (!s) return hik_fail(17);
    int32_t done = control(call, s, code, in, in_size, out, out_size);
    item_release(s);
    return done;
}

EXPORT int32_t NET_DVR_StopPlayBack(int32_t handle) {
    const char *call = "NET_DVR_StopPlayBack";
    if (!core_ready(call)) return hik_fail(3);
    struct stream *s = item_remove(call, PLAYBACK, handle);
    if (!s) return hik_fail(17);
    stream_end(s);
    return hik_done();
}
