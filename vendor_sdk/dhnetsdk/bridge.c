//go:build dahuasdk && cgo && amd64 && (linux || windows)

#include "bridge.h"

#include <string.h>

enum {
	flag_private_stream = 1, // of SetRealDataCallBackEx2; other flags pull in the play library
	spec_tcp = 0,            // EM_LOGIN_SPAC_CAP_TYPE
	record_all = 0,          // EM_QUERY_RECORD_TYPE
	offset_unused = -1,
};

// The library keeps its error for each thread; so it is asked for before Go can move on.
static int32_t told(const dh_api *api, int32_t result, uint32_t *error)
{
	*error = result ? 0 : api->last_error();
	return result ? 1 : 0;
}

static dh_handle opened(const dh_api *api, dh_handle handle, uint32_t *error)
{
	*error = handle != 0 ? 0 : api->last_error();
	return handle;
}

int32_t dh_init(const dh_api *api, uint64_t losses, uint32_t *error)
{
	if (!api->init(dh_on_disconnect, (dh_user)losses, NULL))
		return told(api, 0, error);
	if (api->subconnection != NULL)
		api->subconnection(dh_on_subconnection, (dh_user)losses);
	*error = 0;
	return 1;
}

void dh_cleanup(const dh_api *api) { api->cleanup(); }

uint32_t dh_version(const dh_api *api) { return api->version(); }

void dh_connect_time(const dh_api *api, int32_t wait_ms) { api->connect_time(wait_ms, 1); }

void dh_network(const dh_api *api, NET_PARAM *param)
{
	if (api->network != NULL)
		api->network(param);
}

dh_handle dh_login_high(const dh_api *api, NET_IN_LOGIN_WITH_HIGHLEVEL_SECURITY *in, NET_OUT_LOGIN_WITH_HIGHLEVEL_SECURITY *out,
                        uint32_t *error)
{
	in->dwSize = sizeof(*in);
	in->emSpecCap = spec_tcp;
	out->dwSize = sizeof(*out);
	return opened(api, api->login_high(in, out), error);
}

dh_handle dh_login_ex2(const dh_api *api, const NET_IN_LOGIN_WITH_HIGHLEVEL_SECURITY *in, NET_DEVICEINFO_Ex *info, int32_t *verdict,
                       uint32_t *error)
{
	dh_handle login = api->login_ex2(in->szIP, (uint16_t)in->nPort, in->szUserName, in->szPassword, spec_tcp, NULL, info, verdict);

	return opened(api, login, error);
}

int32_t dh_logout(const dh_api *api, dh_handle login, uint32_t *error) { return told(api, api->logout(login), error); }

int32_t dh_device_mode(const dh_api *api, dh_handle login, int32_t mode, int32_t value, uint32_t *error)
{
	return told(api, api->device_mode(login, mode, &value), error);
}

dh_handle dh_live(const dh_api *api, dh_handle login, int32_t channel, int32_t type, uint32_t *error)
{
	return opened(api, api->live(login, channel, NULL, type), error);
}

int32_t dh_live_data(const dh_api *api, dh_handle play, uint64_t id, uint32_t *error)
{
	return told(api, api->live_data(play, dh_on_live2, (dh_user)id, flag_private_stream), error);
}

dh_handle dh_live_start(const dh_api *api, dh_handle login, int32_t channel, int32_t type, uint32_t wait_ms, uint64_t id, uint32_t *error)
{
	return opened(api, api->live_start(login, channel, NULL, type, dh_on_live, dh_on_live_end, (dh_user)id, wait_ms), error);
}

int32_t dh_live_stop(const dh_api *api, dh_handle play, uint32_t *error) { return told(api, api->live_stop(play), error); }

int32_t dh_key_frame(const dh_api *api, dh_handle login, int32_t channel, int32_t sub, uint32_t *error)
{
	return told(api, api->key_frame(login, channel, sub), error);
}

dh_handle dh_find(const dh_api *api, dh_handle login, int32_t channel, NET_TIME *start, NET_TIME *end, int32_t wait_ms, uint32_t *error)
{
	return opened(api, api->find(login, channel, record_all, NULL, start, end, 0, wait_ms), error);
}

int32_t dh_find_next(const dh_api *api, dh_handle find, NET_RECORDFILE_INFO *file, uint32_t *error)
{
	int32_t result = api->find_next(find, file);

	*error = result == 0 || result == 1 ? 0 : api->last_error();
	return result;
}

int32_t dh_find_close(const dh_api *api, dh_handle find, uint32_t *error) { return told(api, api->find_close(find), error); }

dh_handle dh_playback(const dh_api *api, dh_handle login, int32_t channel, const NET_TIME *start, const NET_TIME *end, int32_t wait_ms,
                      uint64_t id, uint32_t *error)
{
	NET_IN_PLAY_BACK_BY_TIME_INFO in;
	NET_OUT_PLAY_BACK_BY_TIME_INFO out;

	memset(&in, 0, sizeof(in));
	memset(&out, 0, sizeof(out));
	in.stStartTime = *start;
	in.stStopTime = *end;
	in.cbDownLoadPos = dh_on_position;
	in.dwPosUser = (dh_user)id;
	in.fDownLoadDataCallBack = dh_on_playback;
	in.dwDataUser = (dh_user)id;
	in.nWaittime = wait_ms;
	return opened(api, api->playback(login, channel, &in, &out), error);
}

int32_t dh_playback_stop(const dh_api *api, dh_handle play, uint32_t *error) { return told(api, api->playback_stop(play), error); }

int32_t dh_playback_pause(const dh_api *api, dh_handle play, int32_t pause, uint32_t *error)
{
	return told(api, api->playback_pause(play, pause), error);
}

int32_t dh_playback_speed(const dh_api *api, dh_handle play, int32_t octave, uint32_t *error)
{
	return told(api, api->playback_speed(play, octave), error);
}

int32_t dh_seek_time(const dh_api *api, dh_handle play, NET_TIME *at, uint64_t id, uint32_t *error)
{
	if (!told(api, api->seek_time(play, at), error))
		return 0;
	dh_push_sought(id);
	return 1;
}

int32_t dh_seek_offset(const dh_api *api, dh_handle play, uint32_t seconds, uint64_t id, uint32_t *error)
{
	if (!told(api, api->seek_offset(play, seconds, (uint32_t)offset_unused), error))
		return 0;
	dh_push_sought(id);
	return 1;
}

int32_t dh_ptz(const dh_api *api, dh_handle login, int32_t channel, uint32_t command, int32_t p1, int32_t p2, int32_t stop, uint32_t *error)
{
	if (api->ptz_ex2 != NULL)
		return told(api, api->ptz_ex2(login, channel, command, p1, p2, 0, stop, NULL), error);
	return told(api, api->ptz_ex(login, channel, command, p1, p2, 0, stop), error);
}
