//go:build (hiksdk || dahuasdk) && cgo

#include "push.h"

#include <stdlib.h>
#include <string.h>

void push_one(void *push, uint64_t id, uint32_t kind, int32_t code, const void *data, uint32_t size)
{
	((push_function)push)(id, kind, code, data, size);
}

static void *run(void *argument)
{
	push_thread *t = argument;
	uint32_t i, size, count = 0;

	while (!atomic_load(&t->stop) && (t->limit == 0 || count < t->limit)) {
		size = 8 + (count * 7919u) % (t->largest - 7);
		for (i = 4; i < size; i++)
			t->data[i] = (uint8_t)(count + i);
		memcpy(t->data, &count, 4);
		((push_function)t->push)(t->id, 2, 0, t->data, size);
		count++;
	}
	return NULL;
}

push_thread *push_start(void *push, uint64_t id, uint32_t largest, uint32_t limit)
{
	push_thread *t = calloc(1, sizeof *t);

	t->push = push;
	t->id = id;
	t->largest = largest;
	t->limit = limit;
	t->data = malloc(largest);
	pthread_create(&t->thread, NULL, run, t);
	return t;
}

void push_end(push_thread *t, int now)
{
	if (now)
		atomic_store(&t->stop, 1);
	pthread_join(t->thread, NULL);
	free(t->data);
	free(t);
}
