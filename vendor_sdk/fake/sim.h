// A client of the simulated recorder's own port: lines for requests and answers, and packets on stream connections.
#ifndef FAKE_SIM_H
#define FAKE_SIM_H

#include "port.h"

// reason is why the recorder, or the way to it, said no.
enum reason {
    FINE,
    PASSWORD, // wrong; the answer has tries
    LOCKED,   // the answer has seconds
    USER,
    BUSY,
    NO_CHANNEL,
    OFFLINE,
    NO_RECORD,
    UNSUPPORTED,
    NO_SESSION,
    NO_CONNECTION,
    TIMED_OUT,
    GONE, // the connection has ended
    GARBLED,
};

// when is a time on the recorder's clock.
struct when {
    int year, month, day, hour, minute, second;
};

// when_valid tells whether it is a date of the calendar; when_add moves it by seconds; when_order compares as strcmp does.
bool when_valid(const struct when *w);
struct when when_add(struct when w, int64_t seconds);
int when_order(const struct when *a, const struct when *b);

// WHEN_TEXT is the size of a written time with its NUL.
enum { WHEN_TEXT = 32 };
void when_write(const struct when *w, char text[WHEN_TEXT]);
bool when_read(const char *text, struct when *w);

// conn is a connection with what was read ahead. One thread reads, others may write under a lock of their own.
struct conn {
    socket_t socket;
    size_t begin, end;
    uint8_t ahead[8192];
};

// answer is a line of the recorder, without its first word.
struct answer {
    char word[16];
    char fields[2048];
};

enum reason sim_connect(struct conn *c, const char *host, int port, unsigned timeout_ms);
void sim_close(struct conn *c);

// sim_wait waits until something can be read: FINE, TIMED_OUT or GONE.
enum reason sim_wait(struct conn *c, unsigned timeout_ms);

// sim_alive tells whether an idle connection is still open, without waiting.
bool sim_alive(struct conn *c);

// sim_read fills data. The time-out counts anew with each piece that comes.
enum reason sim_read(struct conn *c, void *data, size_t size, unsigned timeout_ms);

// sim_drain reads and forgets until the recorder has closed the connection, or the time is over.
void sim_drain(struct conn *c, unsigned timeout_ms);

// sim_send sends a line, which must end with a line feed.
enum reason sim_send(struct conn *c, const char *line, unsigned timeout_ms);

// sim_answer reads a line; FINE for OK and FILE, the reason of an ERR otherwise.
enum reason sim_answer(struct conn *c, struct answer *a, unsigned timeout_ms);

// sim_escape writes a value as a query does. field_text and field_number find a value by its key.
void sim_escape(const char *text, char *out, size_t size);
bool field_text(const struct answer *a, const char *key, char *out, size_t size);
int64_t field_number(const struct answer *a, const char *key, int64_t otherwise);

#endif
