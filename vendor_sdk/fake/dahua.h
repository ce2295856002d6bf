// Our own declarations of the structs that callers of dhnetsdk hand over, for x86-64. They are the same on Linux and Windows.
#ifndef FAKE_DAHUA_H
#define FAKE_DAHUA_H

#include "vendor.h"

#define SIZE(type, size) _Static_assert(sizeof(struct type) == (size), #type)
#define AT(type, member, offset) _Static_assert(offsetof(struct type, member) == (offset), #type "." #member)

typedef void (*dahua_disconnect)(int64_t login, char *ip, int32_t port, int64_t user);
typedef void (*dahua_real)(int64_t play, uint32_t type, uint8_t *data, uint32_t size, int32_t param, int64_t user);
typedef void (*dahua_real2)(int64_t play, uint32_t type, uint8_t *data, uint32_t size, int64_t param, int64_t user);
typedef int32_t (*dahua_data)(int64_t play, uint32_t type, uint8_t *data, uint32_t size, int64_t user);
typedef void (*dahua_position)(int64_t play, uint32_t total_kb, uint32_t done_kb, int64_t user);
typedef void (*dahua_sub_disconnect)(int32_t connection, int32_t online, int64_t operation, int64_t login, int64_t user);
typedef void (*dahua_play_lost)(int64_t play, int32_t why, void *param, int64_t user);

// Kinds of connection of dahua_sub_disconnect.
enum { LIVE_CONNECTION = 1, PLAYBACK_CONNECTION = 3 };

// Error numbers, without the highest bit.
enum {
    SYSTEM = 1,
    NETWORK = 2,
    INVALID_HANDLE = 4,
    ILLEGAL = 7,
    NOT_BY_LIBRARY = 23,
    NO_RECORDING = 24,
    NO_INIT = 29,
    NOT_BY_DEVICE = 79,
    DEVICE_BUSY = 80,
    LOGIN_PASSWORD = 100,
    LOGIN_USER = 101,
    LOGIN_TIMEOUT = 102,
    LOGIN_LOCKED = 104,
    LOGIN_BUSY = 106,
    LOGIN_CONNECT = 107,
    LOGIN_NETWORK = 108,
    LOGIN_MOST = 110,
    LOGIN_PROTOCOL3 = 111,
    CONNECT_FAILED = 340,
    LOGOUT_FAILED = 349,
    WRONG_SIZE = 423,
    CHANNEL_OFFLINE = 1155,
};

struct dahua_time {
    uint32_t year, month, day, hour, minute, second;
};
SIZE(dahua_time, 24);

struct dahua_file {
    uint32_t channel;
    char name[124];
    uint32_t frames, size_kb;
    struct dahua_time start, end;
    uint32_t drive, cluster;
    uint8_t type, important, hint, stream;
};
SIZE(dahua_file, 196);
AT(dahua_file, size_kb, 132);
AT(dahua_file, start, 136);
AT(dahua_file, type, 192);

struct dahua_device {
    char serial[48];
    int32_t alarms_in, alarms_out, disks, type, channels;
    uint8_t limit, tries, reserved[2];
    int32_t lock_seconds;
    uint8_t reserved2[24];
};
SIZE(dahua_device, 100);
AT(dahua_device, channels, 64);
AT(dahua_device, tries, 69);
AT(dahua_device, lock_seconds, 72);

struct dahua_login_in {
    uint32_t size;
    char ip[64];
    int32_t port;
    char user[64], password[64];
    int32_t way;
    uint8_t reserved[4];
    void *way_parameter;
    // From here on as of V3.061.
    int32_t tls;
    char local[64];
    uint8_t padding[4];
};
SIZE(dahua_login_in, 288);
AT(dahua_login_in, port, 68);
AT(dahua_login_in, user, 72);
AT(dahua_login_in, password, 136);
AT(dahua_login_in, way, 200);
AT(dahua_login_in, tls, 216);

struct dahua_login_out {
    uint32_t size;
    struct dahua_device device;
    int32_t error;
    uint8_t reserved[132];
};
SIZE(dahua_login_out, 240);
AT(dahua_login_out, error, 104);

struct dahua_network {
    int32_t wait, connect, tries, sub_space, device_info, buffer, connection_info, search, sub_disconnect;
    uint8_t kind, playback_buffer, detect, keep_alive;
    int32_t picture_buffer;
    uint8_t reserved[4];
};
SIZE(dahua_network, 48);
AT(dahua_network, kind, 36);

struct dahua_playback_in {
    struct dahua_time start, stop;
    void *window;
    dahua_position position;
    int64_t position_user;
    dahua_data data;
    int64_t data_user;
    int32_t direction, wait;
    uint8_t reserved[1024];
};
SIZE(dahua_playback_in, 1120);
AT(dahua_playback_in, position, 56);
AT(dahua_playback_in, data, 72);
AT(dahua_playback_in, direction, 88);

struct dahua_real_in { // the first 56 bytes in older headers, 64 later, all of it in the newest
    uint32_t size;
    int32_t channel;
    void *window;
    int32_t type;
    dahua_real data;
    int32_t data_type;
    int64_t user;
    const char *file;
    void *data_ex;
    int32_t sound_type;
    void *data_ex2;
    int32_t mp4;
};
SIZE(dahua_real_in, 88);
AT(dahua_real_in, data, 24);
AT(dahua_real_in, user, 40);
AT(dahua_real_in, data_ex, 56);

struct dahua_size { // the answers that are only a size
    uint32_t size;
};

// dahua_fail sets the number for GetLastError of this thread and returns 0; dahua_done sets 0 and returns 1.
int32_t dahua_fail(uint32_t number);
int32_t dahua_done(void);
uint32_t dahua_number(enum reason r);

unsigned dahua_connect_ms(void);

// dahua_enter finds a login for a call that must be the only one inside it; NULL, with the error set, where that is not so.
// dahua_enter_stream does that for a stream and the login below it.
struct login *dahua_enter(const char *call, int64_t handle);
void dahua_leave(struct login *l);
struct stream *dahua_enter_stream(const char *call, enum kind kind, int64_t handle);
void dahua_leave_stream(struct stream *s);

// dahua_stop ends a stream; dahua_discard one that was never told of.
int32_t dahua_stop(const char *call, enum kind kind, int64_t handle);
void dahua_discard(const char *call, struct stream *s);

bool dahua_when(const char *call, const struct dahua_time *from, struct when *to);

#endif
