#ifndef MEDIAPUSHER_PUSHTEST_H
#define MEDIAPUSHER_PUSHTEST_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

typedef void (*push_function)(uint64_t id, uint32_t kind, int32_t code, const void *data, uint32_t size);

typedef struct {
	pthread_t thread;
	atomic_int stop;
	void *push;
	uint64_t id;
	uint32_t largest, limit;
	uint8_t *data;
} push_thread;

void push_one(void *push, uint64_t id, uint32_t kind, int32_t code, const void *data, uint32_t size);
push_thread *push_start(void *push, uint64_t id, uint32_t largest, uint32_t limit);
void push_end(push_thread *thread, int now);

#endif
