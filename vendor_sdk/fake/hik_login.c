// HCNetSDK: login, channels, cameras.
#include <stdlib.h>

#include "hik.h"

static bool account_good(const char *call, const struct hik_account *a) {
    const uint8_t *bytes = (const uint8_t *)a;
    return ended(call, "the address", a->address, sizeof a->address) && ended(call, "the user", a->user, sizeof a->user) &&
           ended(call, "the password", a->password, sizeof a->password) && zeroed(call, "the account", bytes, 129, 130) &&
           zeroed(call, "the account", bytes, 260, 264) && zeroed(call, "the account", bytes, 293, 416) &&
           (a->address[0] != 0 || misuse("%s: no address", call)) && (a->port != 0 || misuse("%s: no port", call)) &&
           (a->asynchronous == 0 || misuse("%s: bUseAsynLogin %u: the fake waits", call, a->asynchronous)) &&
           (a->proxy_type == 0 || misuse("%s: byProxyType %u", call, a->proxy_type)) &&
           (a->utc == 0 || misuse("%s: byUseUTCTime %u: all times would be converted", call, a->utc)) &&
           (a->mode <= 2 || misuse("%s: byLoginMode %u", call, a->mode)) && (a->https <= 2 || misuse("%s: byHttps %u", call, a->https));
}

static void describe(const struct login *l, const struct answer *a, struct hik_device *d) {
    char serial[64] = "";
    field_text(a, "serial", serial, sizeof serial);
    memcpy(d->serial, serial, strlen(serial) < sizeof d->serial ? strlen(serial) : sizeof d->serial);
    d->disks = 1;
    d->kind = 1;
    d->type = (uint16_t)field_number(a, "type", 0);
    d->analog = (uint8_t)l->analog;
    d->analog_first = (uint8_t)(l->analog_first ? l->analog_first : 1);
    d->digital_low = (uint8_t)l->digital;
    d->digital_high = (uint8_t)(l->digital >> 8);
    d->digital_first = (uint8_t)l->digital_first;
    d->support1 = 0x82;
    d->support7 = 0x04;
    d->password_level = 2;
    d->charset = (uint8_t)field_number(a, "charset", switched("gbk") ? 2 : 6);
    d->login_mode = l->mode == 1;
    d->new_position = 0x02;
}

EXPORT int32_t NET_DVR_Login_V40(struct hik_account *account, struct hik_device *device) {
    const char *call = "NET_DVR_Login_V40";
    if (!core_ready(call)) return hik_fail(3) - 1;
    if (!account || !device) {
        misuse("%s: nothing given", call);
        return hik_fail(17) - 1;
    }
    if (!account_good(call, account)) return hik_fail(17) - 1;
    hik_signals_check();
    struct answer a;
    struct login *l;
    memset(device, 0, sizeof *device);
    unsigned wait = hik_settings().connect_ms;
    enum reason r = login_open(&l, &a, account->address, account->port, account->user, account->password, wait);
    if (r == PASSWORD || r == LOCKED || r == USER) {
        int64_t tries = field_number(&a, "tries", -1);
        device->locks = tries >= 0 || r == LOCKED;
        device->tries = (uint8_t)(tries > 0 ? tries : 0);
        device->lock_seconds = (uint32_t)field_number(&a, "seconds", 0);
    }
    if (r != FINE) return hik_fail(hik_number(r, LOGIN)) - 1;
    l->mode = account->mode;
    describe(l, &a, device);
    item_add(&l->item, LOGIN);
    hik_done();
    return (int32_t)l->item.handle;
}

static struct login *leaving; // whose streams and searches are counted, in Logout
static pthread_mutex_t leaving_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned left_open;

static void count(struct item *item) { left_open += item->login == leaving; }

static bool in_use(struct login *l) {
    pthread_mutex_lock(&leaving_lock);
    leaving = l;
    left_open = 0;
    item_each(LIVE, count);
    item_each(PLAYBACK, count);
    item_each(FIND, count);
    unsigned left = left_open;
    pthread_mutex_unlock(&leaving_lock);
    if (left == 0) return false;
    misuse("NET_DVR_Logout: %u streams or searches left", left);
    return true;
}

EXPORT int32_t NET_DVR_Logout(int32_t id) {
    const char *call = "NET_DVR_Logout";
    if (!core_ready(call)) return hik_fail(3);
    struct login *l = item_hold(call, LOGIN, id);
    if (!l) return hik_fail(47);
    bool used = in_use(l);
    item_release(l);
    if (used) return hik_fail(74);
    l = item_remove(call, LOGIN, id);
    if (!l) return hik_fail(47);
    login_close(l);
    return hik_done();
}

// order sends a line for a login, once the component that does such things is there.
static int32_t order(const char *call, int32_t id, const char *component, const char *line) {
    struct login *l = item_hold(call, LOGIN, id);
    if (!l) return hik_fail(47);
    enum reason r = hik_component(component) ? login_order(l, line) : UNSUPPORTED;
    item_release(l);
    if (!hik_component(component)) return hik_fail(114);
    return r == FINE ? hik_done() : hik_fail(hik_number(r, LOGIN));
}

static int32_t key_frame(const char *call, int32_t id, int32_t channel, int stream) {
    char line[64];
    if (!core_ready(call)) return hik_fail(3);
    snprintf(line, sizeof line, "KEY channel=%d stream=%d\n", channel, stream);
    return order(call, id, "HCCoreDevCfg", line);
}

EXPORT int32_t NET_DVR_MakeKeyFrame(int32_t id, int32_t channel) { return key_frame("NET_DVR_MakeKeyFrame", id, channel, 0); }

EXPORT int32_t NET_DVR_MakeKeyFrameSub(int32_t id, int32_t channel) { return key_frame("NET_DVR_MakeKeyFrameSub", id, channel, 1); }

static int32_t move(const char *call, int32_t id, int32_t channel, uint32_t command, uint32_t stop, uint32_t speed) {
    char line[128];
    if (!core_ready(call)) return hik_fail(3);
    bool good = (command >= 2 && command <= 9) || (command >= 11 && command <= 16) || (command >= 21 && command <= 29) || command == 39 ||
                (command >= 58 && command <= 73);
    if (!good || stop > 1 || speed < 1 || speed > 7) {
        misuse("%s: command %u, stop %u, speed %u", call, command, stop, speed);
        return hik_fail(17);
    }
    snprintf(line, sizeof line, "MOVE channel=%d command=%u stop=%u speed=%u\n", channel, command, stop, speed);
    return order(call, id, "HCGeneralCfgMgr", line);
}

EXPORT int32_t NET_DVR_PTZControlWithSpeed_Other(int32_t id, int32_t channel, uint32_t command, uint32_t stop, uint32_t speed) {
    return move("NET_DVR_PTZControlWithSpeed_Other", id, channel, command, stop, speed);
}

EXPORT int32_t NET_DVR_PTZControl_Other(int32_t id, int32_t channel, uint32_t command, uint32_t stop) {
    return move("NET_DVR_PTZControl_Other", id, channel, command, stop, 7);
}

// online tells whether a digital channel is not in the list of those that are away.
static bool online(const struct login *l, int channel) {
    for (const char *at = l->offline; *at;) {
        char *rest;
        if (strtol(at, &rest, 10) == channel) return false;
        at = *rest ? rest + 1 : rest;
    }
    return true;
}

static void channels(const struct login *l, int group, struct hik_channels *out) {
    memset(out, 0, sizeof *out);
    out->size = sizeof *out;
    out->groups = (uint32_t)(l->digital > 0 ? (l->digital + 63) / 64 : 1);
    out->analog = (uint32_t)l->analog;
    out->digital = (uint32_t)l->digital;
    out->digital_first = (uint32_t)l->digital_first;
    for (int i = 0; i < 64; i++) {
        int n = group * 64 + i;
        out->analog_on[i] = n < l->analog;
        if (n >= l->digital) continue;
        out->digital_mode[i].online = online(l, l->digital_first + n);
        out->digital_mode[i].id = (uint8_t)(n + 1);
        out->digital_mode[i].id_high = (uint8_t)((n + 1) >> 8);
        out->digital_mode[i].channel = 1;
    }
}

EXPORT int32_t NET_DVR_GetDVRConfig(int32_t id, uint32_t command, int32_t channel, void *out, uint32_t size, uint32_t *returned) {
    const char *call = "NET_DVR_GetDVRConfig";
    if (!core_ready(call)) return hik_fail(3);
    if (command != 1062) return hik_fail(23);
    if (!out || !returned || size != sizeof(struct hik_channels) || channel < 0) {
        misuse("%s: command %u: group %d, %u bytes for %zu", call, command, channel, size, sizeof(struct hik_channels));
        return hik_fail(17);
    }
    struct login *l = item_hold(call, LOGIN, id);
    if (!l) return hik_fail(47);
    bool there = hik_component("HCCoreDevCfg");
    enum reason r = there ? login_order(l, "PING\n") : FINE;
    if (there && r == FINE) channels(l, channel, out);
    item_release(l);
    if (!there || r != FINE) return hik_fail(there ? hik_number(r, LOGIN) : 114);
    *returned = size;
    return hik_done();
}
