#include "stream.h"

#include <stdarg.h>
#include <stdlib.h>

#include "vendor.h"

enum {
    LARGEST_PIECE = 256 << 10,
    LARGEST_PACKET = 16 << 20,
    IDLE_MS = 60,      // after that long without a packet, all that is pending is called back
    PACKET_MS = 10000, // a packet that has begun must go on
    ANSWER_MS = 10000,
    LATE_MS = 30,
    STOP_MS = 500, // a recorder that does not close the connection is waited for no longer
};

struct stream *stream_new(struct login *login, enum kind kind, const char *request) {
    struct stream *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->item.login = login;
    s->live = kind == LIVE;
    s->conn.socket = NO_SOCKET;
    snprintf(s->request, sizeof s->request, "%s", request);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    item_add(&s->item, kind);
    s->outlet.handle = s->item.handle;
    s->random = 0x9e3779b97f4a7c15u * (uint64_t)(s->item.handle + 1) + (uint64_t)switch_number("seed", 1);
    return s;
}

enum reason stream_open(struct stream *s) {
    char line[256];
    struct answer a;
    struct conn c;
    enum reason r = sim_connect(&c, s->item.login->host, s->item.login->port, s->item.login->connect_ms);
    if (r != FINE) return r;
    snprintf(line, sizeof line, "%s\n", s->request);
    r = sim_send(&c, line, ANSWER_MS);
    if (r == FINE) r = sim_answer(&c, &a, ANSWER_MS);
    pthread_mutex_lock(&s->lock);
    if (r == FINE && s->stopping) r = GONE;
    if (r == FINE) s->conn = c;
    pthread_mutex_unlock(&s->lock);
    if (r != FINE) sim_close(&c);
    return r;
}

static bool stopping(struct stream *s) {
    pthread_mutex_lock(&s->lock);
    bool is = s->stopping;
    pthread_mutex_unlock(&s->lock);
    return is;
}

static struct outlet outlet(struct stream *s) {
    pthread_mutex_lock(&s->lock);
    struct outlet o = s->outlet;
    pthread_mutex_unlock(&s->lock);
    return o;
}

// nap waits unless the stream is stopped meanwhile.
static void nap(struct stream *s, unsigned ms) {
    pthread_mutex_lock(&s->lock);
    if (!s->stopping) wait_ms(&s->changed, &s->lock, ms);
    pthread_mutex_unlock(&s->lock);
}

// rolled is a number below n, from xorshift64*.
static size_t rolled(struct stream *s, size_t n) {
    s->random ^= s->random >> 12;
    s->random ^= s->random << 25;
    s->random ^= s->random >> 27;
    return (size_t)((s->random * 0x2545f4914f6cdd1du) >> 33) % n;
}

static size_t piece_size(struct stream *s) {
    switch (rolled(s, 4)) {
    case 0: return 17 + rolled(s, 80);
    case 1: return 100 + rolled(s, 4000);
    case 2: return 1000 + rolled(s, 30000);
    default: return 1 + rolled(s, LARGEST_PIECE);
    }
}

static unsigned limit_ms(const struct stream *s) { return s->live ? 200 : 600; }

// call_back gives the first bytes of what is pending. The caller gets a copy of exactly that size, which is spoilt afterwards: whoever
// reads behind its end or later than the call is found out.
static void call_back(struct stream *s, size_t size) {
    uint8_t *copy = malloc(size);
    if (!copy) return;
    memcpy(copy, s->pending, size);
    memmove(s->pending, s->pending + size, s->size - size);
    s->size -= size;
    if (switched("reorder")) sleep_ms((unsigned)rolled(s, 3));
    struct outlet o = outlet(s);
    uint64_t begun = callback_begin();
    s->pieces++;
    if (s->pieces == switch_number("crash-in-callback", 50)) crash();
    if (s->pieces == switch_number("hang-in-callback", 50)) hang();
    while (!vendor_data(&o, s->live, copy, size)) {
    }
    callback_end(begun, limit_ms(s));
    memset(copy, 0xdd, size);
    free(copy);
}

// cut calls back what is pending. Where it need not be all, the tail may wait for the next packet.
static void cut(struct stream *s, bool all) {
    while (s->size > 0 && !stopping(s)) {
        size_t n = piece_size(s);
        if (n >= s->size) {
            if (!all && rolled(s, 4) == 0) return;
            n = s->size < LARGEST_PIECE ? s->size : LARGEST_PIECE;
        }
        call_back(s, n);
    }
}

static void append(struct stream *s, const uint8_t *data, size_t size) {
    if (s->size + size > s->capacity) {
        size_t capacity = 2 * (s->size + size);
        uint8_t *more = realloc(s->pending, capacity);
        if (!more) return;
        s->pending = more;
        s->capacity = capacity;
    }
    memcpy(s->pending + s->size, data, size);
    s->size += size;
}

static void release_held(struct stream *s) {
    if (s->held) append(s, s->held, s->held_size);
    free(s->held);
    s->held = NULL;
}

// is_sound tells whether a packet is sound: a DHAV frame says so, of PS the first stream does.
static bool is_sound(const uint8_t *p, size_t size) {
    if (size > 4 && memcmp(p, "DHAV", 4) == 0) return p[4] == 0xf0;
    for (size_t i = 0; i + 3 < size; i++) {
        if (p[i] == 0 && p[i + 1] == 0 && p[i + 2] == 1 && (p[i + 3] & 0xc0) == 0xc0) return (p[i + 3] & 0xe0) == 0xc0;
    }
    return false;
}

// take_data owns the packet.
static void take_data(struct stream *s, uint8_t *data, size_t size) {
    if (!switched("reorder")) {
        append(s, data, size);
        free(data);
        return;
    }
    if (s->held && is_sound(data, size) && !is_sound(s->held, s->held_size)) {
        append(s, data, size);
        free(data);
        return;
    }
    release_held(s);
    s->held = data;
    s->held_size = size;
}

static void flush(struct stream *s) {
    release_held(s);
    cut(s, true);
}

static void inflate(struct stream *s, const uint8_t *payload, size_t size) {
    if (size < 4 || s->bloated >= (int)(sizeof s->bloat / sizeof s->bloat[0])) return;
    size_t bytes = ((size_t)payload[0] | (size_t)payload[1] << 8 | (size_t)payload[2] << 16 | (size_t)payload[3] << 24) << 20;
    void *block = malloc(bytes);
    if (!block) return;
    memset(block, 0x5a, bytes);
    s->bloat[s->bloated++] = block;
}

static void mark(struct stream *s, void (*tell)(const struct outlet *o)) {
    flush(s);
    if (stopping(s)) return;
    struct outlet o = outlet(s);
    uint64_t begun = callback_begin();
    tell(&o);
    callback_end(begun, limit_ms(s));
}

// take does what a packet asks for, and owns its payload. It returns false where the recorder says that the stream is lost.
static bool take(struct stream *s, char type, uint8_t *payload, size_t size) {
    if (type == 'D' && !s->mute) {
        take_data(s, payload, size);
        cut(s, false);
        return true;
    }
    switch (type) {
    case 'H':
        flush(s);
        if (s->mute || stopping(s)) break;
        struct outlet o = outlet(s);
        uint64_t begun = callback_begin();
        vendor_head(&o, payload, size);
        callback_end(begun, limit_ms(s));
        break;
    case 'E':
        flush(s);
        pthread_mutex_lock(&s->lock);
        s->finished = !switched("no-position");
        pthread_mutex_unlock(&s->lock);
        if (!s->mute && !switched("no-end")) mark(s, vendor_end);
        break;
    case 'N':
        pthread_mutex_lock(&s->lock);
        s->finished = false;
        pthread_mutex_unlock(&s->lock);
        if (!s->mute) mark(s, vendor_sought);
        break;
    case 'C':
        callback_begin();
        crash();
        break;
    case 'W':
        callback_begin();
        hang();
        break;
    case 'B': inflate(s, payload, size); break;
    case 'S': s->mute = true; break;
    }
    free(payload);
    return type != 'X';
}

// pump reads until the stream is stopped or lost; it tells why.
static enum reason pump(struct stream *s) {
    uint64_t heard = now_ms();
    while (!stopping(s)) {
        bool waiting = s->size > 0 || s->held;
        enum reason r = sim_wait(&s->conn, waiting ? IDLE_MS : 200);
        if (r == TIMED_OUT) {
            if (waiting) flush(s);
            if (s->live && !s->mute && now_ms() - heard > vendor_receive_ms()) return TIMED_OUT;
            continue;
        }
        uint8_t header[5] = {0};
        if (r == FINE) r = sim_read(&s->conn, header, sizeof header, PACKET_MS);
        size_t size = (size_t)header[1] | (size_t)header[2] << 8 | (size_t)header[3] << 16 | (size_t)header[4] << 24;
        if (r == FINE && size > LARGEST_PACKET) r = GARBLED;
        uint8_t *payload = r == FINE ? malloc(size + 1) : NULL;
        if (payload) r = sim_read(&s->conn, payload, size, PACKET_MS);
        if (r != FINE || !payload) {
            free(payload);
            return r == FINE ? GARBLED : r;
        }
        heard = now_ms();
        if (!take(s, (char)header[0], payload, size)) return GONE;
    }
    return FINE;
}

// come_back connects a lost live stream again, until that succeeds or the stream is stopped.
static void come_back(struct stream *s) {
    vendor_again(s, false);
    for (;;) {
        nap(s, vendor_reconnect_ms(s));
        if (stopping(s)) return;
        pthread_mutex_lock(&s->lock);
        sim_close(&s->conn);
        pthread_mutex_unlock(&s->lock);
        if (stream_open(s) == FINE) break;
    }
    vendor_again(s, true);
}

static void *run(void *argument) {
    struct stream *s = argument;
    name_thread("sdk-stream");
    s->mute = switched("silent");
    enum reason r = s->conn.socket == NO_SOCKET ? stream_open(s) : FINE;
    while (r == FINE) {
        r = pump(s);
        if (stopping(s)) break;
        flush(s);
        if (r == FINE || !s->live || s->mute || vendor_reconnect_ms(s) == 0) continue;
        come_back(s);
        r = FINE;
    }
    pthread_mutex_lock(&s->lock);
    bool told = s->stopping || s->finished || s->mute;
    s->failed = !told;
    pthread_mutex_unlock(&s->lock);
    if (!told) {
        struct outlet o = outlet(s);
        vendor_lost(s, &o, r);
    }
    if (stopping(s)) sim_drain(&s->conn, STOP_MS);
    pthread_mutex_lock(&s->lock);
    s->left = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

void stream_run(struct stream *s) {
    s->running = pthread_create(&s->thread, NULL, run, s) == 0;
    if (!s->running) misuse("no thread for a stream: too many threads");
}

enum reason stream_say(struct stream *s, const char *format, ...) {
    char line[128];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    if (n < 0 || n >= (int)sizeof line - 1) return GARBLED;
    strcpy(line + n, "\n");
    pthread_mutex_lock(&s->lock);
    enum reason r = sim_send(&s->conn, line, 1000);
    pthread_mutex_unlock(&s->lock);
    return r;
}

void stream_outlet(struct stream *s, void (*callback)(void), int64_t user, void (*position)(void), int64_t position_user) {
    pthread_mutex_lock(&s->lock);
    s->outlet = (struct outlet){s->item.handle, callback, user, position, position_user};
    pthread_mutex_unlock(&s->lock);
}

static void tell_late(const struct event *e) {
    uint8_t data[64] = {0, 0, 1, 0xba};
    vendor_data(&e->outlet, e->code != 0, data, sizeof data);
}

void stream_end(struct stream *s) {
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_broadcast(&s->changed);
    if (s->conn.socket != NO_SOCKET) {
        uint64_t end = now_ms() + STOP_MS;
        bool asked = sim_send(&s->conn, "STOP\n", 100) == FINE;
        for (uint64_t now = now_ms(); asked && s->running && !s->left && now < end; now = now_ms()) {
            wait_ms(&s->changed, &s->lock, (unsigned)(end - now));
        }
        if (s->conn.socket != NO_SOCKET) shut_socket(s->conn.socket);
    }
    pthread_mutex_unlock(&s->lock);
    if (s->running) pthread_join(s->thread, NULL);
    sim_close(&s->conn);
    if (switched("callback-after-stop") && s->running) {
        event_post(&(struct event){.due = now_ms() + LATE_MS, .tell = tell_late, .outlet = s->outlet, .code = s->live});
    }
    if (switched("leak")) {
        volatile uint8_t *volatile forgotten = malloc(1 << 20); // volatile: a compiler leaves out what nobody reads
        for (size_t i = 0; forgotten && i < 1 << 20; i += 4096) forgotten[i] = 0x5a;
        forgotten = NULL;
    }
    for (int i = 0; i < s->bloated; i++) free(s->bloat[i]);
    free(s->held);
    free(s->pending);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

int stream_position(struct stream *s) {
    pthread_mutex_lock(&s->lock);
    int position = s->failed ? 200 : s->finished ? 100 : 0;
    pthread_mutex_unlock(&s->lock);
    return position;
}
