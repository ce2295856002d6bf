// Our own declarations of the structs that callers of HCNetSDK hand over, for x86-64. Only preview and playback differ by platform: they
// hold a window, which is 4 bytes wide on Linux and a pointer on Windows.
#ifndef FAKE_HIK_H
#define FAKE_HIK_H

#include "vendor.h"

#ifdef _WIN32
typedef void *hik_window;
#define BY_PLATFORM(linux, windows) windows
#else
typedef uint32_t hik_window;
#define BY_PLATFORM(linux, windows) linux
#endif

#define SIZE(type, size) _Static_assert(sizeof(struct type) == (size), #type)
#define AT(type, member, offset) _Static_assert(offsetof(struct type, member) == (offset), #type "." #member)

typedef void (*hik_data)(int32_t handle, uint32_t type, uint8_t *data, uint32_t size, void *user);
typedef void (*hik_exception)(uint32_t type, int32_t user_id, int32_t handle, void *user);

// Types of data callbacks, and of exceptions.
enum { DATA_HEAD = 1, DATA_STREAM = 2, DATA_END = 12, DATA_SOUGHT = 16 };
enum {
    EXCHANGE_LOST = 0x8000,
    PREVIEW_LOST = 0x8003,
    PREVIEW_AGAIN = 0x8005,
    PLAYBACK_LOST = 0x8010,
    PREVIEW_BACK = 0x8015,
};

struct hik_account {
    char address[129];
    uint8_t transport;
    uint16_t port;
    char user[64], password[64];
    void *result;
    void *result_user;
    uint32_t asynchronous;
    uint8_t proxy_type, utc, mode, https;
    int32_t proxy;
    uint8_t verify, reserved[119];
};
SIZE(hik_account, 416);
AT(hik_account, port, 130);
AT(hik_account, user, 132);
AT(hik_account, password, 196);
AT(hik_account, result, 264);
AT(hik_account, asynchronous, 280);
AT(hik_account, mode, 286);
AT(hik_account, verify, 292);

struct hik_device {
    char serial[48];
    uint8_t alarms_in, alarms_out, disks, kind, analog, analog_first, talk, digital_low, zero, main_protocol, sub_protocol;
    uint8_t support, support1, support2;
    uint16_t type;
    uint8_t support3, multi_protocol, digital_first, talk_first, digital_high, support4, language, voice[5];
    uint16_t mirror_first;
    uint8_t support7, reserved;
    // From here on as of V40.
    uint8_t locks, tries, password_level, proxy_type;
    uint32_t lock_seconds;
    uint8_t charset, support_dev5, support_more, login_mode;
    uint32_t oem;
    int32_t password_days;
    uint8_t password_days_valid, several[7], new_position, reserved2[235];
};
SIZE(hik_device, 344);
AT(hik_device, analog, 52);
AT(hik_device, digital_low, 55);
AT(hik_device, type, 62);
AT(hik_device, digital_first, 66);
AT(hik_device, digital_high, 68);
AT(hik_device, support7, 78);
AT(hik_device, locks, 80);
AT(hik_device, lock_seconds, 84);
AT(hik_device, charset, 88);
AT(hik_device, login_mode, 91);
AT(hik_device, new_position, 108);

struct hik_preview {
    int32_t channel;
    uint32_t stream, link;
    hik_window window;
    uint32_t blocked, passback;
    uint8_t mode, stream_id[32], protocol, reserved1, coding;
    uint32_t buffers;
    uint8_t npq, metadata, data_type, reconnect, reserved[212];
};
SIZE(hik_preview, BY_PLATFORM(280, 288));
AT(hik_preview, window, BY_PLATFORM(12, 16));
AT(hik_preview, blocked, BY_PLATFORM(16, 24));
AT(hik_preview, mode, BY_PLATFORM(24, 32));
AT(hik_preview, protocol, BY_PLATFORM(57, 65));
AT(hik_preview, buffers, BY_PLATFORM(60, 68));
AT(hik_preview, reconnect, BY_PLATFORM(67, 75));

struct hik_time {
    uint32_t year, month, day, hour, minute, second;
};
SIZE(hik_time, 24);

struct hik_time_v50 { // of playback and of search conditions
    uint16_t year;
    uint8_t month, day, hour, minute, second, with_zone;
    uint16_t millisecond;
    int8_t zone_hours, zone_minutes;
};
SIZE(hik_time_v50, 12);
AT(hik_time_v50, millisecond, 8);

struct hik_time_found { // of search results: the zone stands before the kind of time
    uint16_t year;
    uint8_t month, day, hour, minute, second;
    int8_t zone_hours, zone_minutes;
    uint8_t with_zone;
    uint16_t millisecond;
};
SIZE(hik_time_found, 12);
AT(hik_time_found, with_zone, 9);

struct hik_stream_id {
    uint32_t size;
    uint8_t id[32];
    int32_t channel;
    uint8_t reserved[32];
};
SIZE(hik_stream_id, 72);

struct hik_search {
    int32_t channel;
    uint32_t type, locked, use_card;
    uint8_t card[32];
    struct hik_time start, stop;
    uint8_t draw, find_type, quick, special;
    uint32_t volume;
    uint8_t device[16], special_info[8], stream, audio, reserved[30];
};
SIZE(hik_search, 160);
AT(hik_search, start, 48);
AT(hik_search, stream, 128);

struct hik_search_v50 {
    struct hik_stream_id id;
    struct hik_time_v50 start, stop;
    uint8_t find_type, draw, quick, stream;
    uint32_t type, volume;
    uint8_t locked, need_card, audio, special, card[32], device[16], special_info[8];
    uint32_t timeout;
    uint8_t reserved[252];
};
SIZE(hik_search_v50, 424);
AT(hik_search_v50, start, 72);
AT(hik_search_v50, type, 100);
AT(hik_search_v50, locked, 108);
AT(hik_search_v50, timeout, 168);

struct hik_found {
    char name[100];
    struct hik_time start, stop;
    uint32_t size;
    uint8_t card[32], locked, type, quick, reserved;
    uint32_t index;
    uint8_t stream, reserved2[127];
};
SIZE(hik_found, 320);
AT(hik_found, size, 148);
AT(hik_found, index, 188);

struct hik_found_v50 {
    char name[100];
    struct hik_time_found start, stop;
    uint8_t address[148];
    uint32_t size;
    uint8_t locked, type, quick, stream;
    uint32_t index;
    uint8_t card[32];
    uint32_t high, low;
    uint8_t big, reserved[247];
};
SIZE(hik_found_v50, 572);
AT(hik_found_v50, address, 124);
AT(hik_found_v50, size, 272);
AT(hik_found_v50, high, 316);
AT(hik_found_v50, big, 324);

struct hik_playback {
    uint32_t size;
    struct hik_stream_id id;
    struct hik_time start, stop;
    hik_window window;
    uint8_t draw, volume_type, volume, stream;
    uint32_t file;
    uint8_t audio, course, download, optimal, asynchronous, reserved[19];
};
SIZE(hik_playback, BY_PLATFORM(160, 168));
AT(hik_playback, start, 76);
AT(hik_playback, window, BY_PLATFORM(124, 128));
AT(hik_playback, stream, BY_PLATFORM(131, 139));
AT(hik_playback, asynchronous, BY_PLATFORM(140, 148));

struct hik_playback_v50 {
    uint32_t size;
    struct hik_stream_id id;
    struct hik_time_v50 start, stop;
    hik_window window;
    uint8_t draw, volume_type, volume, stream;
    uint32_t file;
    uint8_t audio, course, download, optimal, asynchronous, reserved[259];
    void *saved;
};
AT(hik_playback_v50, saved, BY_PLATFORM(376, 384));
SIZE(hik_playback_v50, BY_PLATFORM(384, 392));
AT(hik_playback_v50, window, BY_PLATFORM(100, 104));

struct hik_channels { // command 1062
    uint32_t size, groups, analog, digital, digital_first;
    uint8_t analog_on[64];
    uint8_t devices[64][296];
    struct {
        uint8_t type, padding[3], online, id, channel, id_high, more[488];
    } digital_mode[64];
    uint8_t reserved[20];
};
SIZE(hik_channels, 50792);
AT(hik_channels, devices, 84);
AT(hik_channels, digital_mode, 19028);

// hik_settings is what the callers of this library have set.
struct hik_settings {
    bool path_set;
    char directory[256];
    uint32_t connect_ms, receive_ms, reconnect_ms;
    bool reconnect, end_flag, new_position;
    hik_exception exception;
    void *exception_user;
};
struct hik_settings hik_settings(void);

// hik_fail sets the number for GetLastError of this thread and returns 0; hik_done sets 0 and returns 1.
int32_t hik_fail(uint32_t number);
int32_t hik_done(void);

// hik_number maps the recorder's no to an error number.
uint32_t hik_number(enum reason r, enum kind kind);

// hik_component tells whether a file of HCNetSDKCom is there.
bool hik_component(const char *name);

// Signal handlers: taken at Init, looked at when a login comes, released at Cleanup.
void hik_signals_take(void);
void hik_signals_check(void);
void hik_signals_release(void);

// Times of the caller: hik_when is misuse where it is none.
bool hik_when(const char *call, const struct hik_time *from, struct when *to);
bool hik_when_v50(const char *call, const struct hik_time_v50 *from, struct when *to);

#endif
