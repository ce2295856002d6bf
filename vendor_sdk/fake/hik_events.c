// HCNetSDK: handles, the calls into the caller's data callback, exceptions.
#include "hik.h"

int64_t vendor_handle(enum kind kind, uint64_t n) { return (int64_t)(kind == LOGIN ? n % 2048 : n & 0x7fffffff); }

uint64_t vendor_number(int64_t handle) { return (uint64_t)handle; }

static void call(const struct outlet *o, uint32_t type, const uint8_t *data, size_t size) {
    hik_data callback = (hik_data)o->callback;
    if (callback) callback((int32_t)o->handle, type, (uint8_t *)data, (uint32_t)size, (void *)(intptr_t)o->user);
}

void vendor_head(const struct outlet *o, const uint8_t *data, size_t size) { call(o, DATA_HEAD, data, size); }

bool vendor_data(const struct outlet *o, bool live, const uint8_t *data, size_t size) {
    (void)live;
    call(o, DATA_STREAM, data, size);
    return true;
}

void vendor_end(const struct outlet *o) {
    if (hik_settings().end_flag) call(o, DATA_END, NULL, 0);
}

void vendor_sought(const struct outlet *o) {
    if (hik_settings().new_position) call(o, DATA_SOUGHT, NULL, 0);
}

static void tell(const struct event *e) {
    struct hik_settings s = hik_settings();
    hik_fail((uint32_t)e->detail);
    if (s.exception) s.exception((uint32_t)e->code, (int32_t)e->other, (int32_t)e->handle, s.exception_user);
}

static void post(uint32_t type, int64_t login, int64_t handle, uint32_t number) {
    event_post(&(struct event){.tell = tell, .code = (int)type, .other = login, .handle = handle, .detail = (int)number});
}

void vendor_lost(const struct stream *s, const struct outlet *o, enum reason reason) {
    (void)o;
    uint32_t number = hik_number(reason, s->item.kind);
    post(s->live ? PREVIEW_LOST : PLAYBACK_LOST, s->item.login->item.handle, s->item.handle, number);
}

void vendor_again(const struct stream *s, bool back) {
    post(back ? PREVIEW_BACK : PREVIEW_AGAIN, s->item.login->item.handle, s->item.handle, 0);
}

unsigned vendor_reconnect_ms(const struct stream *s) {
    struct hik_settings settings = hik_settings();
    return s->reconnect ? settings.reconnect_ms : 0;
}

void vendor_login_lost(const struct login *l) { post(EXCHANGE_LOST, l->item.handle, -1, 7); }

unsigned vendor_receive_ms(void) { return hik_settings().receive_ms; }
