// HCNetSDK: search of recordings. The answer "still searching" comes a few times before the first file and now and then between two.
#include <stdlib.h>

#include "hik.h"

enum { FOUND = 1000, NO_FILE = 1001, SEARCHING = 1002, NO_MORE = 1003, MOST_FILES = 4000 };

struct search {
    struct item item;
    bool v50;
    pthread_mutex_t lock;
    struct files files; // guarded by lock, as are the next ones
    size_t next;
    int waits;
};

static int32_t find(const char *call, int32_t id, int32_t channel, bool main, const struct when *start, const struct when *end, bool v50) {
    if (when_order(start, end) > 0) {
        misuse("%s: ends before it starts", call);
        return hik_fail(32) - 1;
    }
    if (!hik_component("HCPlayBack")) return hik_fail(110) - 1;
    struct login *l = item_hold(call, LOGIN, id);
    if (!l) return hik_fail(47) - 1;
    struct files files = {0};
    enum reason r = login_find(l, channel, start, end, &files);
    if (r == NO_RECORD) r = FINE;
    if (!main) files_free(&files);
    struct search *s = r == FINE ? calloc(1, sizeof *s) : NULL;
    if (s) {
        s->item.login = l;
        s->v50 = v50;
        s->files = files;
        s->waits = 2;
        pthread_mutex_init(&s->lock, NULL);
        item_add(&s->item, FIND);
    }
    item_release(l);
    if (!s) return hik_fail(hik_number(r, FIND)) - 1;
    hik_done();
    return (int32_t)s->item.handle;
}

EXPORT int32_t NET_DVR_FindFile_V40(int32_t id, struct hik_search *c) {
    const char *call = "NET_DVR_FindFile_V40";
    if (!core_ready(call)) return hik_fail(3) - 1;
    if (!c) {
        misuse("%s: nothing given", call);
        return hik_fail(17) - 1;
    }
    struct when start, end;
    if (!zeroed(call, "the condition", c, 12, 48) || !zeroed(call, "the condition", c, 96, 128) ||
        !zeroed(call, "the condition", c, 129, 160) || !hik_when(call, &c->start, &start) || !hik_when(call, &c->stop, &end))
        return hik_fail(17) - 1;
    return find(call, id, c->channel, c->stream != 1 && c->stream != 2, &start, &end, false);
}

EXPORT int32_t NET_DVR_FindFile_V50(int32_t id, struct hik_search_v50 *c) {
    const char *call = "NET_DVR_FindFile_V50";
    if (!core_ready(call)) return hik_fail(3) - 1;
    if (!c || c->id.size != sizeof c->id) {
        misuse("%s: dwSize of the stream is %u, not %zu", call, c ? c->id.size : 0, sizeof c->id);
        return hik_fail(17) - 1;
    }
    struct when start, end;
    if (!zeroed(call, "the condition", c, 4, 36) || !zeroed(call, "the condition", c, 40, 72) ||
        !zeroed(call, "the condition", c, 96, 99) || !zeroed(call, "the condition", c, 109, 168) ||
        !zeroed(call, "the condition", c, 172, 424) || !hik_when_v50(call, &c->start, &start) || !hik_when_v50(call, &c->stop, &end))
        return hik_fail(17) - 1;
    return find(call, id, c->id.channel, c->stream != 1 && c->stream != 2, &start, &end, true);
}

static struct hik_time found_time(const struct when *w) {
    return (struct hik_time){(uint32_t)w->year, (uint32_t)w->month, (uint32_t)w->day,
                               (uint32_t)w->hour, (uint32_t)w->minute, (uint32_t)w->second};
}

static struct hik_time_found found_time_v50(const struct when *w) {
    return (struct hik_time_found){.year = (uint16_t)w->year, .month = (uint8_t)w->month, .day = (uint8_t)w->day,
                                   .hour = (uint8_t)w->hour, .minute = (uint8_t)w->minute, .second = (uint8_t)w->second};
}

// copy_name fills a field that has a NUL only where there is room. Devices with a Chinese menu name files in GBK.
static void copy_name(char *field, size_t size, const char *name) {
    static const char prefix[] = "\xc2\xbc\xcf\xf1"; // "recording"
    memset(field, 0, size);
    size_t n = 0;
    if (switched("gbk")) {
        n = sizeof prefix - 1;
        memcpy(field, prefix, n);
    }
    memcpy(field + n, name, strlen(name) < size - n ? strlen(name) : size - n);
}

static void fill(struct hik_found *out, const struct file *f, size_t index) {
    memset(out, 0, sizeof *out);
    copy_name(out->name, sizeof out->name, f->name);
    out->start = found_time(&f->start);
    out->stop = found_time(&f->end);
    out->size = (uint32_t)f->size;
    out->index = (uint32_t)index;
}

static void fill_v50(struct hik_found_v50 *out, const struct file *f, size_t index) {
    memset(out, 0, sizeof *out);
    copy_name(out->name, sizeof out->name, f->name);
    out->start = found_time_v50(&f->start);
    out->stop = found_time_v50(&f->end);
    out->size = (uint32_t)f->size;
    out->index = (uint32_t)index;
    out->big = f->size > UINT32_MAX;
    out->high = (uint32_t)(f->size >> 32);
    out->low = (uint32_t)f->size;
}

static int32_t step(struct search *s, void *out) {
    if (s->waits > 0) {
        s->waits--;
        return SEARCHING;
    }
    if (s->files.count == 0) return NO_FILE;
    if (s->next >= s->files.count || s->next >= MOST_FILES) return NO_MORE;
    const struct file *f = &s->files.list[s->next];
    if (s->v50) fill_v50(out, f, s->next);
    else fill(out, f, s->next);
    s->next++;
    s->waits = s->next % 16 == 0;
    return FOUND;
}

static int32_t next(const char *call, int32_t handle, void *out, bool v50) {
    if (!core_ready(call)) return hik_fail(3) - 1;
    if (!out) {
        misuse("%s: nowhere to write", call);
        return hik_fail(17) - 1;
    }
    struct search *s = item_hold(call, FIND, handle);
    if (!s) return hik_fail(17) - 1;
    if (s->v50 != v50) {
        misuse("%s: the search was begun by the other FindFile", call);
        item_release(s);
        return hik_fail(17) - 1;
    }
    pthread_mutex_lock(&s->lock);
    int32_t status = step(s, out);
    pthread_mutex_unlock(&s->lock);
    item_release(s);
    hik_done();
    return status;
}

EXPORT int32_t NET_DVR_FindNextFile_V40(int32_t handle, struct hik_found *out) {
    return next("NET_DVR_FindNextFile_V40", handle, out, false);
}

EXPORT int32_t NET_DVR_FindNextFile_V50(int32_t handle, struct hik_found_v50 *out) {
    return next("NET_DVR_FindNextFile_V50", handle, out, true);
}

EXPORT int32_t NET_DVR_FindClose_V30(int32_t handle) {
    const char *call = "NET_DVR_FindClose_V30";
    if (!core_ready(call)) return hik_fail(3);
    struct search *s = item_remove(call, FIND, handle);
    if (!s) return hik_fail(17);
    files_free(&s->files);
    pthread_mutex_destroy(&s->lock);
    free(s);
    return hik_done();
}
