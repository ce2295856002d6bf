#include "sim.h"

#include <ctype.h>
#include <stdlib.h>

static int64_t days(int64_t y, int m, int d) { // since 1970-01-01, in the proleptic Gregorian calendar
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t seconds(const struct when *w) {
    return days(w->year, w->month, w->day) * 86400 + w->hour * 3600 + w->minute * 60 + w->second;
}

bool when_valid(const struct when *w) {
    if (w->year < 2000 || w->year > 2100 || w->month < 1 || w->month > 12 || w->day < 1 || w->day > 31) return false;
    if (w->hour < 0 || w->hour > 23 || w->minute < 0 || w->minute > 59 || w->second < 0 || w->second > 59) return false;
    struct when same = when_add(*w, 0);
    return same.day == w->day;
}

struct when when_add(struct when w, int64_t more) {
    int64_t t = seconds(&w) + more, of_day = ((t % 86400) + 86400) % 86400;
    int64_t z = (t - of_day) / 86400 + 719468;
    int64_t era = z / 146097, of_era = z % 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month = (int)((5 * of_year + 2) / 153);
    w.day = (int)(of_year - (153 * month + 2) / 5 + 1);
    w.month = month < 10 ? month + 3 : month - 9;
    w.year = (int)(year_of_era + era * 400 + (w.month <= 2));
    w.hour = (int)(of_day / 3600);
    w.minute = (int)(of_day / 60 % 60);
    w.second = (int)(of_day % 60);
    return w;
}

int when_order(const struct when *a, const struct when *b) {
    int64_t difference = seconds(a) - seconds(b);
    return difference < 0 ? -1 : difference > 0;
}

void when_write(const struct when *w, char text[WHEN_TEXT]) {
    snprintf(text, WHEN_TEXT, "%04u%02u%02uT%02u%02u%02u", (unsigned)w->year % 10000, (unsigned)w->month % 100, (unsigned)w->day % 100,
             (unsigned)w->hour % 100, (unsigned)w->minute % 100, (unsigned)w->second % 100);
}

bool when_read(const char *text, struct when *w) {
    return sscanf(text, "%4d%2d%2dT%2d%2d%2d", &w->year, &w->month, &w->day, &w->hour, &w->minute, &w->second) == 6 && when_valid(w);
}

static enum reason wait_for(socket_t s, short events, unsigned timeout_ms) {
    struct pollfd p = {.fd = s, .events = events};
    int n = poll_socket(&p, 1, (int)timeout_ms);
    return n > 0 ? FINE : n == 0 ? TIMED_OUT : would_block() ? FINE : GONE;
}

static enum reason connect_one(struct conn *c, const struct addrinfo *address, unsigned timeout_ms) {
    c->socket = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (c->socket == NO_SOCKET) return NO_CONNECTION;
    make_nonblocking(c->socket);
    int on = 1;
    setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, (const char *)&on, sizeof on);
    if (connect(c->socket, address->ai_addr, (socklen_t)address->ai_addrlen) == 0) return FINE;
    if (would_block()) {
        int error = 0;
        socklen_t size = sizeof error;
        enum reason r = wait_for(c->socket, POLLOUT, timeout_ms);
        if (r == FINE) getsockopt(c->socket, SOL_SOCKET, SO_ERROR, (char *)&error, &size);
        if (r == FINE && error == 0) return FINE;
    }
    sim_close(c);
    return NO_CONNECTION;
}

enum reason sim_connect(struct conn *c, const char *host, int port, unsigned timeout_ms) {
    char service[16];
    snprintf(service, sizeof service, "%d", port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    c->socket = NO_SOCKET;
    c->begin = c->end = 0;
    if (getaddrinfo(host, service, &hints, &list) != 0) return NO_CONNECTION;
    enum reason r = NO_CONNECTION;
    for (struct addrinfo *one = list; one && r != FINE; one = one->ai_next) r = connect_one(c, one, timeout_ms);
    freeaddrinfo(list);
    return r;
}

void sim_close(struct conn *c) {
    if (c->socket != NO_SOCKET) close_socket(c->socket);
    c->socket = NO_SOCKET;
}

enum reason sim_wait(struct conn *c, unsigned timeout_ms) {
    if (c->begin < c->end) return FINE;
    if (c->socket == NO_SOCKET) return GONE;
    return wait_for(c->socket, POLLIN, timeout_ms);
}

bool sim_alive(struct conn *c) {
    if (c->socket == NO_SOCKET) return false;
    if (wait_for(c->socket, POLLIN, 0) != FINE) return true;
    char byte;
    int n = (int)recv(c->socket, &byte, 1, MSG_PEEK);
    return n > 0 || (n < 0 && would_block());
}

enum reason sim_read(struct conn *c, void *data, size_t size, unsigned timeout_ms) {
    uint8_t *out = data;
    while (size > 0) {
        if (c->begin < c->end) {
            size_t n = c->end - c->begin < size ? c->end - c->begin : size;
            memcpy(out, c->ahead + c->begin, n);
            c->begin += n;
            out += n;
            size -= n;
            continue;
        }
        enum reason r = sim_wait(c, timeout_ms);
        if (r != FINE) return r;
        int n = (int)recv(c->socket, (char *)c->ahead, sizeof c->ahead, 0);
        if (n == 0 || (n < 0 && !would_block())) return GONE;
        c->begin = 0;
        c->end = n > 0 ? (size_t)n : 0;
    }
    return FINE;
}

void sim_drain(struct conn *c, unsigned timeout_ms) {
    uint64_t end = now_ms() + timeout_ms;
    for (uint64_t now = now_ms(); now < end; now = now_ms()) {
        c->begin = c->end = 0;
        if (sim_wait(c, (unsigned)(end - now)) != FINE) return;
        int n = (int)recv(c->socket, (char *)c->ahead, sizeof c->ahead, 0);
        if (n == 0 || (n < 0 && !would_block())) return;
    }
}

enum reason sim_send(struct conn *c, const char *line, unsigned timeout_ms) {
    size_t size = strlen(line);
    while (size > 0) {
        if (c->socket == NO_SOCKET) return GONE;
        int n = (int)send(c->socket, line, size, SEND_FLAGS);
        if (n < 0 && !would_block()) return GONE;
        if (n < 0) {
            enum reason r = wait_for(c->socket, POLLOUT, timeout_ms);
            if (r != FINE) return r;
            continue;
        }
        line += n;
        size -= (size_t)n;
    }
    return FINE;
}

static const struct {
    const char *word;
    enum reason reason;
} reasons[] = {
    {"password", PASSWORD}, {"locked", LOCKED},     {"user", USER},           {"busy", BUSY},           {"nochannel", NO_CHANNEL},
    {"offline", OFFLINE},   {"norecord", NO_RECORD}, {"unsupported", UNSUPPORTED}, {"nosession", NO_SESSION},
};

enum reason sim_answer(struct conn *c, struct answer *a, unsigned timeout_ms) {
    char line[2048];
    size_t length = 0;
    for (;; length++) {
        if (length == sizeof line) return GARBLED;
        enum reason r = sim_read(c, line + length, 1, timeout_ms);
        if (r != FINE) return r;
        if (line[length] == '\n') break;
    }
    line[length] = 0;
    a->word[0] = a->fields[0] = 0;
    char reason[24] = "";
    int used = 0;
    sscanf(line, "%15s%n", a->word, &used);
    snprintf(a->fields, sizeof a->fields, "%s", line + used);
    if (strcmp(a->word, "OK") == 0 || strcmp(a->word, "FILE") == 0) return FINE;
    if (strcmp(a->word, "ERR") != 0 || sscanf(a->fields, "%23s", reason) != 1) return GARBLED;
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (strcmp(reasons[i].word, reason) == 0) return reasons[i].reason;
    }
    return GARBLED;
}

void sim_escape(const char *text, char *out, size_t size) {
    size_t n = 0;
    for (; *text && n + 4 < size; text++) {
        unsigned char c = (unsigned char)*text;
        if (isalnum(c) || strchr("-_.~", c)) out[n++] = (char)c;
        else n += (size_t)snprintf(out + n, size - n, "%%%02X", c);
    }
    out[n] = 0;
}

static int nibble(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool field_text(const struct answer *a, const char *key, char *out, size_t size) {
    size_t length = strlen(key), n = 0;
    const char *at = a->fields;
    for (;; at++) {
        while (*at == ' ') at++;
        if (strncmp(at, key, length) == 0 && at[length] == '=') break;
        at = strchr(at, ' ');
        if (!at) return false;
    }
    for (at += length + 1; *at && *at != ' ' && *at != '\r' && n + 1 < size; at++) {
        if (*at == '%' && nibble(at[1]) >= 0 && nibble(at[2]) >= 0) {
            out[n++] = (char)(nibble(at[1]) << 4 | nibble(at[2]));
            at += 2;
        } else {
            out[n++] = *at == '+' ? ' ' : *at;
        }
    }
    out[n] = 0;
    return true;
}

int64_t field_number(const struct answer *a, const char *key, int64_t otherwise) {
    char text[32];
    return field_text(a, key, text, sizeof text) && text[0] ? strtoll(text, NULL, 10) : otherwise;
}
