// The structs of dhnetsdk that are used here, declared anew with the interface's names. Sizes and offsets were compared with public copies of
// the library's header of 2017 to 2020 (Linux); all members have the same size and natural alignment on Windows x64. The asserts hold both
// compilers to the table in layout.h.
#ifndef MEDIAPUSHER_DHNETSDK_STRUCTS_H
#define MEDIAPUSHER_DHNETSDK_STRUCTS_H

#include <stddef.h>
#include <stdint.h>

// LLONG, LDWORD: handles and user data. 8 bytes on both systems.
typedef int64_t dh_handle;
typedef int64_t dh_user;

// Local time of the recorder.
typedef struct {
	uint32_t dwYear;
	uint32_t dwMonth; // 1 to 12
	uint32_t dwDay;
	uint32_t dwHour;
	uint32_t dwMinute;
	uint32_t dwSecond;
} NET_TIME;

typedef struct {
	uint32_t ch;
	char filename[124]; // GBK
	uint32_t framenum;
	uint32_t size; // KB
	NET_TIME starttime;
	NET_TIME endtime;
	uint32_t driveno;
	uint32_t startcluster;
	uint8_t nRecordFileType; // 4 is a picture
	uint8_t bImportantRecID;
	uint8_t bHint;
	uint8_t bRecType; // 0 main, 1 to 3 sub
} NET_RECORDFILE_INFO;

typedef struct {
	uint8_t sSerialNumber[48];
	int32_t nAlarmInPortNum;
	int32_t nAlarmOutPortNum;
	int32_t nDiskNum;
	int32_t nDVRType;
	int32_t nChanNum;
	uint8_t byLimitLoginTime;
	uint8_t byLeftLogTimes; // tries left after a wrong password, 0 where that is not told
	uint8_t bReserved[2];
	int32_t nLockLeftTime; // seconds, -1 where that is not told
	char Reserved[24];
} NET_DEVICEINFO_Ex;

// The 216 bytes of the headers until 2020. Later ones append fields and take this size too.
typedef struct {
	uint32_t dwSize;
	char szIP[64];
	int32_t nPort;
	char szUserName[64];
	char szPassword[64];
	int32_t emSpecCap;
	uint8_t byReserved[4];
	void *pCapParam;
} NET_IN_LOGIN_WITH_HIGHLEVEL_SECURITY;

typedef struct {
	uint32_t dwSize;
	NET_DEVICEINFO_Ex stuDeviceInfo;
	int32_t nError;
	uint8_t byReserved[132];
} NET_OUT_LOGIN_WITH_HIGHLEVEL_SECURITY;

// Milliseconds where nothing else is said; 0 is the library's default.
typedef struct {
	int32_t nWaittime;
	int32_t nConnectTime;
	int32_t nConnectTryNum;
	int32_t nSubConnectSpaceTime;
	int32_t nGetDevInfoTime;
	int32_t nConnectBufSize; // bytes
	int32_t nGetConnInfoTime;
	int32_t nSearchRecordTime;
	int32_t nsubDisconnetTime;
	uint8_t byNetType;
	uint8_t byPlaybackBufSize; // MB
	uint8_t bDetectDisconnTime; // seconds
	uint8_t bKeepLifeInterval; // seconds
	int32_t nPicBufSize; // bytes
	uint8_t bReserved[4];
} NET_PARAM;

typedef struct {
	int32_t nThreadNum;
	uint8_t bReserved[1024];
} NETSDK_INIT_PARAM;

typedef void (*dh_position_callback)(dh_handle play, uint32_t total, uint32_t done, dh_user user);
typedef int32_t (*dh_data_callback)(dh_handle play, uint32_t type, uint8_t *data, uint32_t size, dh_user user);

// It has no dwSize.
typedef struct {
	NET_TIME stStartTime;
	NET_TIME stStopTime;
	void *hWnd;
	dh_position_callback cbDownLoadPos;
	dh_user dwPosUser;
	dh_data_callback fDownLoadDataCallBack;
	dh_user dwDataUser;
	int32_t nPlayDirection;
	int32_t nWaittime;
	uint8_t bReserved[1024];
} NET_IN_PLAY_BACK_BY_TIME_INFO;

typedef struct {
	uint8_t bReserved[1024];
} NET_OUT_PLAY_BACK_BY_TIME_INFO;

#define LAYOUT_STRUCT(type, size, windows) _Static_assert(sizeof(type) == (size), "the size of " #type);
#define LAYOUT_FIELD(type, field, at, windows_at, size, windows) \
	_Static_assert(offsetof(type, field) == (at) && sizeof(((type *)0)->field) == (size), "the place of " #type "." #field);
#include "layout.h"
#undef LAYOUT_STRUCT
#undef LAYOUT_FIELD

#endif
