// HCNetSDK: live pictures.
#include "hik.h"

static bool preview_good(const char *call, const struct hik_preview *p) {
    size_t window = offsetof(struct hik_preview, window);
    return zeroed(call, "the preview", p, window, window + sizeof p->window) && zeroed(call, "the preview", p, 12, window) &&
           zeroed(call, "the preview", p, offsetof(struct hik_preview, passback), offsetof(struct hik_preview, protocol)) &&
           zeroed(call, "the preview", p, offsetof(struct hik_preview, reserved1), offsetof(struct hik_preview, coding)) &&
           zeroed(call, "the preview", p, offsetof(struct hik_preview, reserved), sizeof *p) &&
           (p->stream <= 3 || misuse("%s: dwStreamType %u", call, p->stream)) &&
           (p->link <= 8 || misuse("%s: dwLinkMode %u", call, p->link)) &&
           (p->blocked <= 1 || misuse("%s: bBlocked %u", call, p->blocked)) &&
           (p->protocol <= 2 || misuse("%s: byProtoType %u", call, p->protocol)) &&
           (p->reconnect <= 2 || misuse("%s: byReconnect %u", call, p->reconnect)) &&
           (p->data_type <= 1 || misuse("%s: byDataType %u", call, p->data_type));
}

EXPORT int32_t NET_DVR_RealPlay_V40(int32_t id, struct hik_preview *preview, hik_data callback, void *user) {
    const char *call = "NET_DVR_RealPlay_V40";
    if (!core_ready(call)) return hik_fail(3) - 1;
    if (!preview || !callback) {
        misuse("%s: no preview or no callback", call);
        return hik_fail(17) - 1;
    }
    if (!preview_good(call, preview)) return hik_fail(17) - 1;
    if (!hik_component("HCPreview")) return hik_fail(107) - 1;
    if (preview->stream > 1) return hik_fail(91) - 1;
    struct login *l = item_hold(call, LOGIN, id);
    if (!l) return hik_fail(47) - 1;
    char request[128];
    snprintf(request, sizeof request, "LIVE session=%lld channel=%d stream=%u", (long long)l->session, preview->channel, preview->stream);
    struct stream *s = stream_new(l, LIVE, request);
    int32_t handle = s ? (int32_t)s->item.handle : -1;
    enum reason r = BUSY;
    if (s) {
        s->reconnect = preview->reconnect == 1 || (preview->reconnect == 0 && hik_settings().reconnect);
        stream_outlet(s, (void (*)(void))callback, (int64_t)(intptr_t)user, NULL, 0);
        r = preview->blocked ? stream_open(s) : FINE;
        if (r == FINE) {
            stream_run(s);
        } else {
            item_remove(call, LIVE, handle);
            stream_end(s);
        }
    }
    item_release(l);
    if (r != FINE) return hik_fail(hik_number(r, LIVE)) - 1;
    hik_done();
    return handle;
}

EXPORT int32_t NET_DVR_StopRealPlay(int32_t handle) {
    const char *call = "NET_DVR_StopRealPlay";
    if (!core_ready(call)) return hik_fail(3);
    struct stream *s = item_remove(call, LIVE, handle);
    if (!s) return hik_fail(17);
    stream_end(s);
    return hik_done();
}
