// What both libraries keep: whether they are initialised, the open handles, and the thread that tells of exceptions.
#ifndef FAKE_CORE_H
#define FAKE_CORE_H

#include "check.h"
#include "sim.h"

// kind of a handle. Live streams and playbacks are numbered together.
enum kind { LOGIN, LIVE, PLAYBACK, FIND, KINDS };

// item is the first member of whatever has a handle.
struct item {
    struct item *next;
    enum kind kind;
    int64_t handle;
    struct login *login; // the session behind a stream or a search
    int users;           // calls that are under way with it; guarded by the lock of the core
};

// outlet is where the data of a stream goes: what the caller gave, with the handle that it was given for.
struct outlet {
    int64_t handle;
    void (*callback)(void); // cast to the vendor's type by the vendor's file
    int64_t user;
    void (*position)(void); // Dahua: progress of a playback, or the end of a live stream
    int64_t position_user;
};

// event is told from the thread of the core, and freed there.
struct event {
    struct event *next;
    uint64_t due; // now_ms
    void (*tell)(const struct event *event);
    int64_t handle, other;
    int code;
    int detail;
    char text[64];
    struct outlet outlet;
};

// login is a session with a recorder. The control connection is used by one call at a time.
struct login {
    struct item item;
    char host[129];
    int port;
    unsigned connect_ms;
    int64_t session;
    int mode; // Hikvision: 1 as over ISAPI
    int analog, analog_first, digital, digital_first;
    char offline[1024];   // digital channels whose camera is away, "33,35"
    unsigned empty;       // Dahua: searches that found nothing
    volatile int entered; // Dahua: calls inside the login
    volatile int lost;    // the connection has ended, and that was told
    pthread_mutex_t control_lock;
    struct conn control; // guarded by control_lock
};

// files is the answer to a search.
struct file {
    char name[128];
    uint64_t size;
    struct when start, end;
};
struct files {
    size_t count;
    struct file *list;
};

// core_start begins Init, core_end ends Cleanup: it reports what was left open. core_ready is misuse where Init was not called, where
// Cleanup was, or where the call comes from inside a callback.
bool core_start(const char *call);
void core_end(const char *call);
bool core_ready(const char *call);

// core_initialised tells whether Init was called and Cleanup was not. core_count counts open handles of a kind.
bool core_initialised(void);
unsigned core_count(enum kind kind);

// item_add gives an item its handle. item_hold finds it for a call: misuse where it is not an open handle of that kind, and NULL.
// item_remove makes the handle invalid and waits for other calls to end.
void item_add(struct item *item, enum kind kind);
void *item_hold(const char *call, enum kind kind, int64_t handle);
void item_release(void *item);
void *item_remove(const char *call, enum kind kind, int64_t handle);

// event_post hands a copy over.
void event_post(const struct event *event);

// login_open logs in; the fields of the recorder's answer are in a. On failure *made is NULL.
enum reason login_open(struct login **made, struct answer *a, const char *host, int port, const char *user, const char *password,
                       unsigned connect_ms);
void login_close(struct login *login);

// login_order sends one request and reads its OK. login_find searches, and login_find's list is freed with files_free.
enum reason login_order(struct login *login, const char *line);
enum reason login_find(struct login *login, int64_t channel, const struct when *start, const struct when *end, struct files *found);
void files_free(struct files *files);

// login_watch tells of logins whose connection has ended. It is called by the thread of the core.
void login_watch(void);

// item_each calls with every open item of a kind, while it is held.
void item_each(enum kind kind, void (*visit)(struct item *item));

#endif
