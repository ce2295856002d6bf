// The ring between a library's threads and one reader, see ring.go.
#ifndef MEDIAPUSHER_NATIVE_RING_H
#define MEDIAPUSHER_NATIVE_RING_H

#include <stdint.h>

// What stands before the bytes of a packet, in the ring and in a batch.
typedef struct {
	uint64_t id;
	uint32_t size;
	int32_t code;
	uint32_t kind;
	uint32_t lost;
} mp_record;

typedef struct mp_ring mp_ring;

// Returns NULL where there is no memory.
mp_ring *mp_ring_new(uint32_t capacity);
// Waits for at least one packet, copies as many as fit and returns how many bytes these are; 0 after mp_ring_shut.
uint32_t mp_ring_read(mp_ring *ring, void *batch, uint32_t size);
// Closes all ids of the ring and ends the reader.
void mp_ring_shut(mp_ring *ring);
// Frees a ring that was shut and whose reader has ended.
void mp_ring_free(mp_ring *ring);

// Returns 0 where there is no memory, or the ring was shut.
uint64_t mp_ring_open(mp_ring *ring);
void mp_ring_close(uint64_t id);
// Counts the open ids of all rings.
uint32_t mp_ring_open_ids(void);
void mp_ring_hold(uint64_t id, int hold);
void mp_ring_push(uint64_t id, uint32_t kind, int32_t code, const void *data, uint32_t size);

#endif
