//go:build (hiksdk || dahuasdk) && cgo

#include "ring.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	// A packet is cut into pieces of at most this size, so that each fits a batch.
	PIECE = 256 * 1024,
	// Room that only the rare packets which are no Data may take, so that an end or a loss is told however much Data there is.
	RESERVE = 64 * 1024,
	// How long a held push waits: a library gives up a callback that blocks for seconds.
	HOLD_MS = 500,
	KIND_DATA = 2,
	// An id is a count that never comes again, and the number of its slot in the lowest bits.
	SLOT_BITS = 16,
	SLOTS_MAX = 1 << SLOT_BITS,
};

struct mp_ring {
	uint8_t *bytes;
	uint32_t capacity, first, used;
	int shut;
	pthread_cond_t filled;
};

typedef struct {
	uint64_t id; // 0: free
	mp_ring *ring;
	uint32_t lost;
	int held;
} slot;

// One lock for all: the ids of all rings are one register, because a push brings nothing but its id. Threads of a library may push at any
// time, also behind its end, so none of this is ever destroyed.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_cond_t released; // a hold or an id has ended
static slot *slots;
static uint32_t slot_count;
static uint64_t ids;

static void prepare(void)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
#ifndef _WIN32 // winpthreads waits by the real-time clock
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
#endif
	pthread_cond_init(&released, &attributes);
	pthread_condattr_destroy(&attributes);
}

static struct timespec hold_end(void)
{
	struct timespec end;

#ifdef _WIN32
	clock_gettime(CLOCK_REALTIME, &end);
#else
	clock_gettime(CLOCK_MONOTONIC, &end);
#endif
	end.tv_nsec += HOLD_MS * 1000000L;
	end.tv_sec += end.tv_nsec / 1000000000L;
	end.tv_nsec %= 1000000000L;
	return end;
}

static slot *find(uint64_t id)
{
	uint32_t number = (uint32_t)(id & (SLOTS_MAX - 1));

	if (id == 0 || number >= slot_count || slots[number].id != id)
		return NULL;
	return &slots[number];
}

static slot *free_slot(void)
{
	slot *grown;
	uint32_t count, i;

	for (i = 0; i < slot_count; i++)
		if (slots[i].id == 0)
			return &slots[i];
	count = slot_count == 0 ? 64 : slot_count * 2;
	if (count > SLOTS_MAX || (grown = realloc(slots, count * sizeof *slots)) == NULL)
		return NULL;
	memset(grown + slot_count, 0, (count - slot_count) * sizeof *slots);
	slots = grown;
	i = slot_count;
	slot_count = count;
	return &slots[i];
}

mp_ring *mp_ring_new(uint32_t capacity)
{
	mp_ring *ring = calloc(1, sizeof *ring);

	pthread_once(&once, prepare);
	if (ring == NULL || (ring->bytes = malloc(capacity)) == NULL) {
		free(ring);
		return NULL;
	}
	ring->capacity = capacity;
	pthread_cond_init(&ring->filled, NULL);
	return ring;
}

void mp_ring_shut(mp_ring *ring)
{
	uint32_t i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < slot_count; i++)
		if (slots[i].ring == ring)
			memset(&slots[i], 0, sizeof slots[i]);
	ring->shut = 1;
	pthread_cond_broadcast(&released);
	pthread_cond_broadcast(&ring->filled);
	pthread_mutex_unlock(&lock);
}

void mp_ring_free(mp_ring *ring)
{
	pthread_cond_destroy(&ring->filled);
	free(ring->bytes);
	free(ring);
}

uint64_t mp_ring_open(mp_ring *ring)
{
	uint64_t id = 0;
	slot *s;

	pthread_mutex_lock(&lock);
	if (!ring->shut && (s = free_slot()) != NULL) {
		id = ++ids << SLOT_BITS | (uint64_t)(s - slots);
		*s = (slot){.id = id, .ring = ring};
	}
	pthread_mutex_unlock(&lock);
	return id;
}

void mp_ring_close(uint64_t id)
{
	slot *s;

	pthread_mutex_lock(&lock);
	if ((s = find(id)) != NULL)
		memset(s, 0, sizeof *s);
	pthread_cond_broadcast(&released);
	pthread_mutex_unlock(&lock);
}

uint32_t mp_ring_open_ids(void)
{
	uint32_t i, open = 0;

	pthread_mutex_lock(&lock);
	for (i = 0; i < slot_count; i++)
		open += slots[i].id != 0;
	pthread_mutex_unlock(&lock);
	return open;
}

void mp_ring_hold(uint64_t id, int hold)
{
	slot *s;

	pthread_mutex_lock(&lock);
	if ((s = find(id)) != NULL)
		s->held = hold;
	pthread_cond_broadcast(&released);
	pthread_mutex_unlock(&lock);
}

static void put(mp_ring *ring, const void *data, uint32_t size)
{
	uint32_t at = (ring->first + ring->used) % ring->capacity, part = ring->capacity - at;

	if (part > size)
		part = size;
	if (size > 0) {
		memcpy(ring->bytes + at, data, part);
		memcpy(ring->bytes, (const uint8_t *)data + part, size - part);
	}
	ring->used += size;
}

static void copy(const mp_ring *ring, uint32_t offset, void *to, uint32_t size)
{
	uint32_t at = (ring->first + offset) % ring->capacity, part = ring->capacity - at;

	if (part > size)
		part = size;
	memcpy(to, ring->bytes + at, part);
	memcpy((uint8_t *)to + part, ring->bytes, size - part);
}

// A packet goes in whole or not at all.
static void enter(slot *s, mp_record record, const uint8_t *data, uint32_t size)
{
	mp_ring *ring = s->ring;
	uint64_t pieces = size == 0 ? 1 : ((uint64_t)size + PIECE - 1) / PIECE;
	uint64_t need = size + pieces * sizeof record + (record.kind == KIND_DATA ? RESERVE : 0);

	if (need > ring->capacity - ring->used) {
		s->lost = 1;
		return;
	}
	record.lost = s->lost;
	s->lost = 0;
	do {
		record.size = size < PIECE ? size : PIECE;
		put(ring, &record, sizeof record);
		put(ring, data, record.size);
		data += record.size;
		size -= record.size;
		record.lost = 0;
	} while (size > 0);
	pthread_cond_signal(&ring->filled);
}

void mp_ring_push(uint64_t id, uint32_t kind, int32_t code, const void *data, uint32_t size)
{
	mp_record record = {.id = id, .kind = kind, .code = code};
	struct timespec end;
	slot *s;

	pthread_once(&once, prepare);
	pthread_mutex_lock(&lock);
	s = find(id);
	if (s != NULL && s->held && kind == KIND_DATA) {
		end = hold_end();
		while ((s = find(id)) != NULL && s->held)
			if (pthread_cond_timedwait(&released, &lock, &end) != 0)
				break;
		s = find(id);
	}
	if (s != NULL)
		enter(s, record, data == NULL ? (const uint8_t *)"" : data, data == NULL ? 0 : size);
	pthread_mutex_unlock(&lock);
}

uint32_t mp_ring_read(mp_ring *ring, void *batch, uint32_t size)
{
	uint32_t done = 0;
	mp_record record;

	pthread_mutex_lock(&lock);
	while (ring->used == 0 && !ring->shut)
		pthread_cond_wait(&ring->filled, &lock);
	while (!ring->shut && done < ring->used) {
		copy(ring, done, &record, sizeof record);
		if (sizeof record + record.size > size - done)
			break;
		copy(ring, done, (uint8_t *)batch + done, sizeof record + record.size);
		done += sizeof record + record.size;
	}
	ring->first = (ring->first + done) % ring->capacity;
	ring->used -= done;
	pthread_mutex_unlock(&lock);
	return done;
}
