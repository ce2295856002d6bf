// Our own declarations of the structs of HCNetSDK that we use, under the maker's names, for x86-64 on Linux and Windows. DWORD is 4 bytes
// on both, BOOL and LONG as well; only a window differs. Bytes that we neither set nor read are reserved here; zero is right for all.
#ifndef MEDIAPUSHER_HCNETSDK_STRUCTS_H
#define MEDIAPUSHER_HCNETSDK_STRUCTS_H

#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32
typedef void *HIK_WINDOW;
#else
typedef uint32_t HIK_WINDOW;
#endif

typedef struct {
	char sPath[256];
	uint8_t byRes[128];
} NET_DVR_LOCAL_SDK_PATH;

typedef struct {
	uint8_t byPlayBackEndFlag, byPlayBackNewPos, byRes[254];
} NET_DVR_LOCAL_STREAM_CALLBACK_CFG;

typedef struct {
	uint8_t byExceptionCbDirectly, byRes[255];
} NET_DVR_LOCAL_GENERAL_CFG;

typedef struct {
	uint32_t dwCheckOnlineTimeout, dwCheckOnlineNetFailMax;
	uint8_t byRes[256];
} NET_DVR_LOCAL_CHECK_DEV;

typedef struct {
	char sDeviceAddress[129];
	uint8_t byUseTransport;
	uint16_t wPort;
	char sUserName[64], sPassword[64];
	void *cbLoginResult, *pUser;
	int32_t bUseAsynLogin;
	uint8_t byProxyType, byUseUTCTime, byLoginMode, byHttps;
	int32_t iProxyID;
	uint8_t byVerifyMode, byRes[119];
} NET_DVR_USER_LOGIN_INFO;

typedef struct {
	uint8_t sSerialNumber[48], byRes1[4], byChanNum, byStartChan, byRes2, byIPChanNum, byRes3[6];
	uint16_t wDevType;
	uint8_t byRes4[2], byStartDChan, byRes5, byHighDChanNum, byRes6[11];
} NET_DVR_DEVICEINFO_V30;

typedef struct {
	NET_DVR_DEVICEINFO_V30 struDeviceV30;
	uint8_t bySupportLock, byRetryLoginTime, byRes1[2];
	uint32_t dwSurplusLockTime;
	uint8_t byCharEncodeType, byRes2[255];
} NET_DVR_DEVICEINFO_V40;

typedef struct {
	int32_t lChannel;
	uint32_t dwStreamType, dwLinkMode;
	HIK_WINDOW hPlayWnd;
	int32_t bBlocked, bPassbackRecord;
	uint8_t byPreviewMode, byStreamID[32], byProtoType, byRes1, byVideoCodingType;
	uint32_t dwDisplayBufNum;
	uint8_t byNPQMode, byRecvMetaData, byDataType, byReconnect, byRes[212];
} NET_DVR_PREVIEWINFO;

typedef struct {
	uint32_t dwYear, dwMonth, dwDay, dwHour, dwMinute, dwSecond;
} NET_DVR_TIME;

// What a search finds and what it is asked with have the same fields in another order behind the seconds.
typedef struct {
	uint16_t wYear;
	uint8_t byMonth, byDay, byHour, byMinute, bySecond;
	int8_t cTimeDifferenceH, cTimeDifferenceM;
	uint8_t byLocalOrUTC;
	uint16_t wMillisecond;
} NET_DVR_TIME_SEARCH;

typedef struct {
	uint16_t wYear;
	uint8_t byMonth, byDay, byHour, byMinute, bySecond, byLocalOrUTC;
	uint16_t wMillisecond;
	int8_t cTimeDifferenceH, cTimeDifferenceM;
} NET_DVR_TIME_SEARCH_COND;

typedef struct {
	uint32_t dwSize;
	uint8_t byID[32];
	uint32_t dwChannel;
	uint8_t byRes[32];
} NET_DVR_STREAM_INFO;

typedef struct {
	int32_t lChannel;
	uint32_t dwFileType, dwIsLocked, dwUseCardNo;
	uint8_t sCardNumber[32];
	NET_DVR_TIME struStartTime, struStopTime;
	uint8_t byRes1[32], byStreamType, byRes[31];
} NET_DVR_FILECOND_V40;

typedef struct {
	NET_DVR_STREAM_INFO struStreamID;
	NET_DVR_TIME_SEARCH_COND struStartTime, struStopTime;
	uint8_t byFindType, byDrawFrame, byQuickSearch, byStreamType;
	uint32_t dwFileType, dwVolumeNum;
	uint8_t byIsLocked, byNeedCard, byRes1[58];
	uint32_t dwTimeout;
	uint8_t byRes[252];
} NET_DVR_FILECOND_V50;

typedef struct {
	char sFileName[100];
	NET_DVR_TIME struStartTime, struStopTime;
	uint32_t dwFileSize;
	uint8_t byRes1[36];
	uint32_t dwFileIndex;
	uint8_t byRes[128];
} NET_DVR_FINDDATA_V40;

typedef struct {
	char sFileName[100];
	NET_DVR_TIME_SEARCH struStartTime, struStopTime;
	uint8_t struAddr[148];
	uint32_t dwFileSize;
	uint8_t byRes1[4];
	uint32_t dwFileIndex;
	uint8_t byRes2[32];
	uint32_t dwTotalLenH, dwTotalLenL;
	uint8_t byBigFileType, byRes[247];
} NET_DVR_FINDDATA_V50;

typedef struct {
	uint32_t dwSize;
	NET_DVR_STREAM_INFO struIDInfo;
	NET_DVR_TIME struBeginTime, struEndTime;
	HIK_WINDOW hWnd;
	uint8_t byDrawFrame, byVolumeType, byVolumeNum, byStreamType;
	uint32_t dwFileIndex;
	uint8_t byAudioFile, byCourseFile, byDownload, byOptimalStreamType, byUseAsyn, byRes[19];
} NET_DVR_VOD_PARA;

#ifdef _WIN32
#define HIK_BY_PLATFORM(on_linux, on_windows) (on_windows)
#else
#define HIK_BY_PLATFORM(on_linux, on_windows) (on_linux)
#endif
#define LAYOUT_STRUCT(type, size, windows_size) \
	_Static_assert(sizeof(type) == HIK_BY_PLATFORM(size, windows_size), "size of " #type);
#define LAYOUT_FIELD(type, field, offset, windows_offset, size, windows_size) \
	_Static_assert(offsetof(type, field) == HIK_BY_PLATFORM(offset, windows_offset), "place of " #type "." #field); \
	_Static_assert(sizeof(((type *)0)->field) == HIK_BY_PLATFORM(size, windows_size), "size of " #type "." #field);
#define LAYOUT_NEWER LAYOUT_FIELD
#include "layout.h"
#undef LAYOUT_STRUCT
#undef LAYOUT_FIELD
#undef LAYOUT_NEWER

#endif
