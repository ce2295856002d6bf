// What the two libraries differ in: each has a file that gives these.
#ifndef FAKE_VENDOR_H
#define FAKE_VENDOR_H

#include "stream.h"

// vendor_handle makes the handle of the n-th item of its kind, vendor_number turns it round.
int64_t vendor_handle(enum kind kind, uint64_t n);
uint64_t vendor_number(int64_t handle);

// vendor_head, vendor_data, vendor_end and vendor_sought call the caller's callback, from the thread of the stream. vendor_data tells
// whether the data was taken.
void vendor_head(const struct outlet *o, const uint8_t *data, size_t size);
bool vendor_data(const struct outlet *o, bool live, const uint8_t *data, size_t size);
void vendor_end(const struct outlet *o);
void vendor_sought(const struct outlet *o);

// vendor_lost posts the event that a stream is lost; vendor_again posts that a live stream is being connected again, or is back.
void vendor_lost(const struct stream *s, const struct outlet *o, enum reason reason);
void vendor_again(const struct stream *s, bool back);

// vendor_reconnect_ms is how long to wait before a lost live stream is connected again, 0 for never.
unsigned vendor_reconnect_ms(const struct stream *s);

// vendor_login_lost posts the event that a login is lost.
void vendor_login_lost(const struct login *login);

// vendor_receive_ms is how long a live stream may be silent.
unsigned vendor_receive_ms(void);

#endif
