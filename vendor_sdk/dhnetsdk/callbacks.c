//go:build dahuasdk && cgo && amd64 && (linux || windows)

// What the library calls, from its own threads and holding its own locks: copy into the ring and return, and never call the library.

#include "bridge.h"

enum {
	// dwDataType of the stream as the recorder sends it (DHAV); others are frame information and what the library decodes or converts.
	type_private = 0,

	// sdk.Kind
	kind_data = 2,
	kind_end = 3,
	kind_sought = 4,
	kind_broken = 5,

	// EM_INTERFACE_TYPE
	interface_live = 1,
	interface_playback = 3,

	// EM_REALPLAY_DISCONNECT_EVENT_TYPE
	live_pre_empted = 0,
	live_forbidden = 1,

	// The library's errors of the same meaning, for a loss that comes without a number.
	error_network = 2,
	error_subconnection = 109,
	error_get_data = 383,
	error_pre_empted = 391,
	error_forbidden = 392,
};

// The one thing here that is not constant. It is set before the library can call.
static dh_push ring_push;

void dh_set_push(void *push) { ring_push = (dh_push)push; }

void dh_push_sought(uint64_t id) { ring_push(id, kind_sought, 0, NULL, 0); }

void dh_push_broken(uint64_t id, int32_t code) { ring_push(id, kind_broken, code, NULL, 0); }

static void give(dh_user user, uint32_t type, const uint8_t *data, uint32_t size)
{
	if (type == type_private && data != NULL && size > 0)
		ring_push((uint64_t)user, kind_data, 0, data, size);
}

void dh_on_disconnect(dh_handle login, char *address, int32_t port, dh_user user)
{
	dh_loss loss = {.login = login, .stream = 0};

	(void)address;
	(void)port;
	ring_push((uint64_t)user, kind_broken, error_network, &loss, sizeof(loss));
}

void dh_on_subconnection(int32_t type, int32_t online, dh_handle stream, dh_handle login, dh_user user)
{
	dh_loss loss = {.login = login, .stream = stream};

	if (!online && stream != 0 && (type == interface_live || type == interface_playback))
		ring_push((uint64_t)user, kind_broken, error_subconnection, &loss, sizeof(loss));
}

void dh_on_live(dh_handle play, uint32_t type, uint8_t *data, uint32_t size, int32_t param, dh_user user)
{
	(void)play;
	(void)param;
	give(user, type, data, size);
}

void dh_on_live2(dh_handle play, uint32_t type, uint8_t *data, uint32_t size, dh_handle param, dh_user user)
{
	(void)play;
	(void)param;
	give(user, type, data, size);
}

void dh_on_live_end(dh_handle play, int32_t reason, void *param, dh_user user)
{
	int32_t code = error_subconnection;

	(void)play;
	(void)param;
	if (reason == live_pre_empted)
		code = error_pre_empted;
	else if (reason == live_forbidden)
		code = error_forbidden;
	ring_push((uint64_t)user, kind_broken, code, NULL, 0);
}

// 1 is "taken". What 0 does is described in two ways; so the ring alone holds back, for a bounded time.
int32_t dh_on_playback(dh_handle play, uint32_t type, uint8_t *data, uint32_t size, dh_user user)
{
	(void)play;
	give(user, type, data, size);
	return 1;
}

void dh_on_position(dh_handle play, uint32_t total, uint32_t done, dh_user user)
{
	(void)play;
	(void)total;
	if (done == UINT32_MAX) // -1
		ring_push((uint64_t)user, kind_end, 0, NULL, 0);
	else if (done == UINT32_MAX - 1) // -2, failed or not permitted
		ring_push((uint64_t)user, kind_broken, error_get_data, NULL, 0);
}
