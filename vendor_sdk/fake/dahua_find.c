// dhnetsdk: search of recordings.
#include <stdlib.h>

#include "dahua.h"

enum { MOST_AT_ONCE = 10 }; // of QueryRecordFile

struct search {
    struct item item;
    int32_t channel;
    struct files files;
    size_t next;
};

static enum reason search(const char *call, struct login *l, int32_t channel, int32_t type, const struct dahua_time *start,
                          const struct dahua_time *end, struct files *found) {
    struct when from, to;
    if (!dahua_when(call, start, &from) || !dahua_when(call, end, &to)) return GARBLED;
    if (when_order(&from, &to) > 0 && !misuse("%s: ends before it starts", call)) return GARBLED;
    if (type < 0 || type > 9) {
        misuse("%s: type %d", call, type);
        return GARBLED;
    }
    if (type != 0) { // alarms, cards and pictures: there are none
        *found = (struct files){0};
        return FINE;
    }
    enum reason r = login_find(l, channel, &from, &to, found);
    return r == NO_RECORD ? FINE : r;
}

static struct dahua_time found_time(const struct when *w) {
    return (struct dahua_time){(uint32_t)w->year, (uint32_t)w->month, (uint32_t)w->day,
                               (uint32_t)w->hour, (uint32_t)w->minute, (uint32_t)w->second};
}

static void fill(struct dahua_file *out, int32_t channel, const struct file *f) {
    memset(out, 0, sizeof *out);
    out->channel = (uint32_t)channel;
    memcpy(out->name, f->name, strlen(f->name) < sizeof out->name ? strlen(f->name) : sizeof out->name - 1);
    out->size_kb = (uint32_t)((f->size + 1023) / 1024);
    out->start = found_time(&f->start);
    out->end = found_time(&f->end);
}

EXPORT int32_t CLIENT_QueryRecordFile(int64_t handle, int32_t channel, int32_t type, struct dahua_time *start, struct dahua_time *end,
                                      char *card, struct dahua_file *out, int32_t bytes, int32_t *count, int32_t wait, int32_t by_time) {
    const char *call = "CLIENT_QueryRecordFile";
    (void)wait, (void)by_time;
    if (!core_ready(call)) return dahua_fail(NO_INIT);
    if (!out || !count || card != NULL || bytes < (int32_t)sizeof *out) {
        misuse("%s: room for %d bytes, or a card", call, bytes);
        return dahua_fail(ILLEGAL);
    }
    struct login *l = dahua_enter(call, handle);
    if (!l) return 0;
    struct files files = {0};
    enum reason r = search(call, l, channel, type, start, end, &files);
    dahua_leave(l);
    *count = 0;
    if (r != FINE) return dahua_fail(dahua_number(r));
    size_t most = (size_t)bytes / sizeof *out < MOST_AT_ONCE ? (size_t)bytes / sizeof *out : MOST_AT_ONCE;
    for (size_t i = 0; i < files.count && i < most; i++) fill(&out[(*count)++], channel, &files.list[i]);
    files_free(&files);
    return *count > 0 ? dahua_done() : dahua_fail(NO_RECORDING);
}

// A search that finds nothing fails every other time and is empty otherwise: both are met.
EXPORT int64_t CLIENT_FindFile(int64_t handle, int32_t channel, int32_t type, char *card, struct dahua_time *start, struct dahua_time *end,
                               int32_t by_time, int32_t wait) {
    const char *call = "CLIENT_FindFile";
    (void)by_time, (void)wait;
    if (!core_ready(call)) return dahua_fail(NO_INIT);
    if (card != NULL) {
        misuse("%s: a card", call);
        return dahua_fail(ILLEGAL);
    }
    struct login *l = dahua_enter(call, handle);
    if (!l) return 0;
    struct files files = {0};
    enum reason r = search(call, l, channel, type, start, end, &files);
    if (r == FINE && files.count == 0 && l->empty++ % 2 == 0) r = NO_RECORD;
    struct search *s = r == FINE ? calloc(1, sizeof *s) : NULL;
    if (s) {
        s->item.login = l;
        s->channel = channel;
        s->files = files;
        item_add(&s->item, FIND);
    }
    dahua_leave(l);
    if (!s) return dahua_fail(dahua_number(r));
    dahua_done();
    return s->item.handle;
}

EXPORT int32_t CLIENT_FindNextFile(int64_t handle, struct dahua_file *out) {
    const char *call = "CLIENT_FindNextFile";
    if (!core_ready(call)) return dahua_fail(NO_INIT) - 1;
    struct search *s = item_hold(call, FIND, handle);
    if (!s) return dahua_fail(INVALID_HANDLE) - 1;
    struct login *l = dahua_enter(call, s->item.login->item.handle);
    int32_t got = -1;
    if (l && out) {
        got = s->next < s->files.count;
        if (got) fill(out, s->channel, &s->files.list[s->next++]);
    }
    if (l) dahua_leave(l);
    item_release(s);
    if (got >= 0) dahua_done();
    else dahua_fail(ILLEGAL);
    return got;
}

EXPORT int32_t CLIENT_FindClose(int64_t handle) {
    const char *call = "CLIENT_FindClose";
    if (!core_ready(call)) return dahua_fail(NO_INIT);
    struct search *s = item_remove(call, FIND, handle);
    if (!s) return dahua_fail(INVALID_HANDLE);
    files_free(&s->files);
    free(s);
    return dahua_done();
}
