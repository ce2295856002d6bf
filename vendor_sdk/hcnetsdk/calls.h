// Calls into HCNetSDK through the addresses that the loader found. Each takes the function's address first, then the function's own
// parameters. All return what the library returned.
#ifndef MEDIAPUSHER_HCNETSDK_CALLS_H
#define MEDIAPUSHER_HCNETSDK_CALLS_H

#include "structs.h"

typedef void (*hik_data_callback)(int32_t handle, uint32_t type, uint8_t *data, uint32_t size, void *user);
typedef void (*hik_exception_callback)(uint32_t type, int32_t user_id, int32_t handle, void *user);

// What hik_on_exception puts into the ring.
typedef struct {
	uint32_t type;
	int32_t user_id, handle;
	uint32_t error;
} hik_exception;

// hik_connect says where the callbacks below push to, and how they read the error of an exception. It stands before the first call.
void hik_connect(void *push, void *last_error);
void hik_on_data(int32_t handle, uint32_t type, uint8_t *data, uint32_t size, void *user);
void hik_on_exception(uint32_t type, int32_t user_id, int32_t handle, void *user);

// hik_tell_broken and hik_tell_end put the end of a stream behind what the ring holds of it.
void hik_tell_broken(uint64_t id, int32_t code);
void hik_tell_end(uint64_t id);

static inline int32_t hik_plain(void *f) { return ((int32_t (*)(void))f)(); }
static inline uint32_t hik_number(void *f) { return ((uint32_t (*)(void))f)(); }
static inline int32_t hik_handle(void *f, int32_t handle) { return ((int32_t (*)(int32_t))f)(handle); }
static inline int32_t hik_configure(void *f, uint32_t type, void *in) { return ((int32_t (*)(uint32_t, void *))f)(type, in); }
static inline int32_t hik_number_set(void *f, uint32_t ms) { return ((int32_t (*)(uint32_t))f)(ms); }
static inline int32_t hik_connect_time(void *f, uint32_t ms, uint32_t tries) { return ((int32_t (*)(uint32_t, uint32_t))f)(ms, tries); }
static inline int32_t hik_reconnect(void *f, uint32_t ms, int32_t enable) { return ((int32_t (*)(uint32_t, int32_t))f)(ms, enable); }

static inline int32_t hik_watch(void *f, uint64_t id)
{
	return ((int32_t (*)(uint32_t, void *, hik_exception_callback, void *))f)(0, NULL, hik_on_exception, (void *)(uintptr_t)id);
}

static inline int32_t hik_login(void *f, NET_DVR_USER_LOGIN_INFO *in, NET_DVR_DEVICEINFO_V40 *out)
{
	return ((int32_t (*)(NET_DVR_USER_LOGIN_INFO *, NET_DVR_DEVICEINFO_V40 *))f)(in, out);
}

static inline int32_t hik_real_play(void *f, int32_t user_id, NET_DVR_PREVIEWINFO *info, uint64_t id)
{
	return ((int32_t (*)(int32_t, NET_DVR_PREVIEWINFO *, hik_data_callback, void *))f)(user_id, info, hik_on_data, (void *)(uintptr_t)id);
}

static inline int32_t hik_play_back(void *f, int32_t user_id, NET_DVR_VOD_PARA *what)
{
	return ((int32_t (*)(int32_t, NET_DVR_VOD_PARA *))f)(user_id, what);
}

static inline int32_t hik_play_data(void *f, int32_t handle, uint64_t id)
{
	return ((int32_t (*)(int32_t, hik_data_callback, void *))f)(handle, hik_on_data, (void *)(uintptr_t)id);
}

static inline int32_t hik_control(void *f, int32_t handle, uint32_t code, void *in, uint32_t size)
{
	uint32_t length = 0;

	return ((int32_t (*)(int32_t, uint32_t, void *, uint32_t, void *, uint32_t *))f)(handle, code, in, size, NULL, &length);
}

static inline int32_t hik_position(void *f, int32_t handle, uint32_t code, uint32_t *position)
{
	uint32_t size = sizeof *position;

	return ((int32_t (*)(int32_t, uint32_t, void *, uint32_t, void *, uint32_t *))f)(handle, code, NULL, 0, position, &size);
}

static inline int32_t hik_find(void *f, int32_t user_id, void *condition) { return ((int32_t (*)(int32_t, void *))f)(user_id, condition); }
static inline int32_t hik_find_next(void *f, int32_t handle, void *found) { return ((int32_t (*)(int32_t, void *))f)(handle, found); }
static inline int32_t hik_key_frame(void *f, int32_t user_id, int32_t channel) { return ((int32_t (*)(int32_t, int32_t))f)(user_id, channel); }

static inline int32_t hik_move(void *f, int32_t user_id, int32_t channel, uint32_t command, uint32_t stop, uint32_t speed)
{
	return ((int32_t (*)(int32_t, int32_t, uint32_t, uint32_t, uint32_t))f)(user_id, channel, command, stop, speed);
}

#endif
