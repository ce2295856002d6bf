// The library's functions by pointer, and a thin call of each. A call that fails asks for the reason on the same thread at once.
#ifndef MEDIAPUSHER_DHNETSDK_BRIDGE_H
#define MEDIAPUSHER_DHNETSDK_BRIDGE_H

#include "structs.h"

typedef void (*dh_disconnect_callback)(dh_handle login, char *address, int32_t port, dh_user user);
typedef void (*dh_subconnection_callback)(int32_t type, int32_t online, dh_handle stream, dh_handle login, dh_user user);
typedef void (*dh_live_callback)(dh_handle play, uint32_t type, uint8_t *data, uint32_t size, int32_t param, dh_user user);
typedef void (*dh_live_callback2)(dh_handle play, uint32_t type, uint8_t *data, uint32_t size, dh_handle param, dh_user user);
typedef void (*dh_live_end_callback)(dh_handle play, int32_t reason, void *param, dh_user user);

// BOOL, LONG and enums have 4 bytes on both systems; x64 has one calling convention. NULL where the library does not export a function.
typedef struct {
	int32_t (*init)(dh_disconnect_callback, dh_user, NETSDK_INIT_PARAM *);
	void (*cleanup)(void);
	uint32_t (*version)(void);
	uint32_t (*last_error)(void);
	void (*connect_time)(int32_t wait_ms, int32_t tries);
	void (*network)(NET_PARAM *);
	void (*subconnection)(dh_subconnection_callback, dh_user);
	dh_handle (*login_high)(NET_IN_LOGIN_WITH_HIGHLEVEL_SECURITY *, NET_OUT_LOGIN_WITH_HIGHLEVEL_SECURITY *);
	dh_handle (*login_ex2)(const char *, uint16_t, const char *, const char *, int32_t, void *, NET_DEVICEINFO_Ex *, int32_t *);
	int32_t (*logout)(dh_handle);
	int32_t (*device_mode)(dh_handle, int32_t mode, void *value);
	dh_handle (*live)(dh_handle, int32_t channel, void *window, int32_t type);
	int32_t (*live_data)(dh_handle, dh_live_callback2, dh_user, uint32_t flags);
	dh_handle (*live_start)(dh_handle, int32_t, void *, int32_t, dh_live_callback, dh_live_end_callback, dh_user, uint32_t wait_ms);
	int32_t (*live_stop)(dh_handle);
	int32_t (*key_frame)(dh_handle, int32_t channel, int32_t sub);
	dh_handle (*find)(dh_handle, int32_t, int32_t, char *, NET_TIME *, NET_TIME *, int32_t by_time, int32_t wait_ms);
	int32_t (*find_next)(dh_handle, NET_RECORDFILE_INFO *);
	int32_t (*find_close)(dh_handle);
	dh_handle (*playback)(dh_handle, int32_t, NET_IN_PLAY_BACK_BY_TIME_INFO *, NET_OUT_PLAY_BACK_BY_TIME_INFO *);
	int32_t (*playback_stop)(dh_handle);
	int32_t (*playback_pause)(dh_handle, int32_t pause);
	int32_t (*playback_speed)(dh_handle, int32_t octave);
	int32_t (*seek_time)(dh_handle, NET_TIME *);
	int32_t (*seek_offset)(dh_handle, uint32_t seconds, uint32_t bytes);
	int32_t (*ptz_ex)(dh_handle, int32_t, uint32_t, int32_t, int32_t, int32_t, int32_t stop);
	int32_t (*ptz_ex2)(dh_handle, int32_t, uint32_t, int32_t, int32_t, int32_t, int32_t stop, void *);
} dh_api;

// The ring's push, see vendor_sdk/native. Set once, before dh_init.
typedef void (*dh_push)(uint64_t id, uint32_t kind, int32_t code, const void *data, uint32_t size);
void dh_set_push(void *push);
// Tells a stream that what follows is from behind a seek.
void dh_push_sought(uint64_t id);
void dh_push_broken(uint64_t id, int32_t code);

// What the ring brings of a lost connection: the stream is 0 where the whole login is lost.
typedef struct {
	dh_handle login;
	dh_handle stream;
} dh_loss;

// The callbacks that bridge.c hands to the library, see callbacks.c. Their user is an id of the ring.
void dh_on_disconnect(dh_handle login, char *address, int32_t port, dh_user user);
void dh_on_subconnection(int32_t type, int32_t online, dh_handle stream, dh_handle login, dh_user user);
void dh_on_live(dh_handle play, uint32_t type, uint8_t *data, uint32_t size, int32_t param, dh_user user);
void dh_on_live2(dh_handle play, uint32_t type, uint8_t *data, uint32_t size, dh_handle param, dh_user user);
void dh_on_live_end(dh_handle play, int32_t reason, void *param, dh_user user);
int32_t dh_on_playback(dh_handle play, uint32_t type, uint8_t *data, uint32_t size, dh_user user);
void dh_on_position(dh_handle play, uint32_t total, uint32_t done, dh_user user);

// The calls. Handles are non-zero and the others 1 on success; after a failure *error is the library's last error.
int32_t dh_init(const dh_api *api, uint64_t losses, uint32_t *error);
void dh_cleanup(const dh_api *api);
uint32_t dh_version(const dh_api *api);
void dh_connect_time(const dh_api *api, int32_t wait_ms);
void dh_network(const dh_api *api, NET_PARAM *param);
dh_handle dh_login_high(const dh_api *api, NET_IN_LOGIN_WITH_HIGHLEVEL_SECURITY *in, NET_OUT_LOGIN_WITH_HIGHLEVEL_SECURITY *out,
                        uint32_t *error);
dh_handle dh_login_ex2(const dh_api *api, const NET_IN_LOGIN_WITH_HIGHLEVEL_SECURITY *in, NET_DEVICEINFO_Ex *info, int32_t *verdict,
                       uint32_t *error);
int32_t dh_logout(const dh_api *api, dh_handle login, uint32_t *error);
int32_t dh_device_mode(const dh_api *api, dh_handle login, int32_t mode, int32_t value, uint32_t *error);
dh_handle dh_live(const dh_api *api, dh_handle login, int32_t channel, int32_t type, uint32_t *error);
int32_t dh_live_data(const dh_api *api, dh_handle play, uint64_t id, uint32_t *error);
dh_handle dh_live_start(const dh_api *api, dh_handle login, int32_t channel, int32_t type, uint32_t wait_ms, uint64_t id, uint32_t *error);
int32_t dh_live_stop(const dh_api *api, dh_handle play, uint32_t *error);
int32_t dh_key_frame(const dh_api *api, dh_handle login, int32_t channel, int32_t sub, uint32_t *error);
dh_handle dh_find(const dh_api *api, dh_handle login, int32_t channel, NET_TIME *start, NET_TIME *end, int32_t wait_ms, uint32_t *error);
// Returns 1 with a file, 0 at the end, something else on failure.
int32_t dh_find_next(const dh_api *api, dh_handle find, NET_RECORDFILE_INFO *file, uint32_t *error);
int32_t dh_find_close(const dh_api *api, dh_handle find, uint32_t *error);
dh_handle dh_playback(const dh_api *api, dh_handle login, int32_t channel, const NET_TIME *start, const NET_TIME *end, int32_t wait_ms,
                      uint64_t id, uint32_t *error);
int32_t dh_playback_stop(const dh_api *api, dh_handle play, uint32_t *error);
int32_t dh_playback_pause(const dh_api *api, dh_handle play, int32_t pause, uint32_t *error);
int32_t dh_playback_speed(const dh_api *api, dh_handle play, int32_t octave, uint32_t *error);
// Both push Sought for the id behind a success, before Go is back: Go may come late, and the end of the recordings early.
int32_t dh_seek_time(const dh_api *api, dh_handle play, NET_TIME *at, uint64_t id, uint32_t *error);
int32_t dh_seek_offset(const dh_api *api, dh_handle play, uint32_t seconds, uint64_t id, uint32_t *error);
int32_t dh_ptz(const dh_api *api, dh_handle login, int32_t channel, uint32_t command, int32_t p1, int32_t p2, int32_t stop, uint32_t *error);

#endif
