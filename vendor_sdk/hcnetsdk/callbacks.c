//go:build hiksdk && cgo && amd64 && (linux || windows)

#include "calls.h"

typedef void (*push_function)(uint64_t id, uint32_t kind, int32_t code, const void *data, uint32_t size);

// Kinds of package sdk.
enum { KIND_HEAD = 1, KIND_DATA, KIND_END, KIND_SOUGHT, KIND_BROKEN };

static push_function push;
static uint32_t (*last_error)(void);

void hik_connect(void *to, void *error)
{
	push = (push_function)to;
	last_error = (uint32_t (*)(void))error;
}

// The user data is an id of the ring, no pointer. Types that are not named here (marks of direction, private data of smart functions, and
// whatever newer libraries bring) are dropped.
void hik_on_data(int32_t handle, uint32_t type, uint8_t *data, uint32_t size, void *user)
{
	uint64_t id = (uint64_t)(uintptr_t)user;

	(void)handle;
	switch (type) {
	case 1:
		push(id, KIND_HEAD, 0, data, size);
		break;
	case 2:
		push(id, KIND_DATA, 0, data, size);
		break;
	case 12:
		push(id, KIND_END, 0, NULL, 0);
		break;
	case 16:
		push(id, KIND_SOUGHT, 0, NULL, 0);
		break;
	}
}

// The guide has the reason of a lost playback read by NET_DVR_GetLastError in the callback: it belongs to the thread. It is the only
// function of the library that is called inside a callback.
void hik_on_exception(uint32_t type, int32_t user_id, int32_t handle, void *user)
{
	hik_exception what = {.type = type, .user_id = user_id, .handle = handle, .error = last_error()};

	push((uint64_t)(uintptr_t)user, KIND_BROKEN, 0, &what, sizeof what);
}

void hik_tell_broken(uint64_t id, int32_t code)
{
	push(id, KIND_BROKEN, code, NULL, 0);
}

void hik_tell_end(uint64_t id)
{
	push(id, KIND_END, 0, NULL, 0);
}
