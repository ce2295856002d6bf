// Live streams and playbacks: a thread each, which reads the recorder's packets and calls back in pieces of odd sizes.
#ifndef FAKE_STREAM_H
#define FAKE_STREAM_H

#include "core.h"

// stream is one live stream or playback.
struct stream {
    struct item item;
    bool live;
    bool reconnect; // Hikvision: this preview follows the library's setting
    char request[192];
    struct when start, stop; // of a playback
    struct conn conn;
    pthread_t thread;
    bool running; // the thread was started; used by the calls on the handle only
    bool callback_set;
    int octave; // Hikvision: speed as a power of two

    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping; // guarded by lock, as are the next ones
    bool left;     // the thread has nothing to do with the connection any more
    bool finished, failed;
    struct outlet outlet;

    // Of the thread alone.
    uint64_t random;
    long pieces;
    bool mute;
    uint8_t *pending; // data that was not called back yet
    size_t size, capacity;
    uint8_t *held; // reorder: a packet that may be overtaken
    size_t held_size;
    void *bloat[8];
    int bloated;
};

// stream_new makes a stream and gives it a handle. The request is the first line, without line feed.
struct stream *stream_new(struct login *login, enum kind kind, const char *request);

// stream_open connects and asks the recorder. It is called before stream_run, or by the thread itself.
enum reason stream_open(struct stream *s);

// stream_run starts the thread. Where stream_open was not called, the thread does that, and a failure is told as loss.
void stream_run(struct stream *s);

// stream_say sends a line without its line feed.
enum reason stream_say(struct stream *s, const char *format, ...) __attribute__((format(gnu_printf, 2, 3)));

// stream_outlet sets where data goes.
void stream_outlet(struct stream *s, void (*callback)(void), int64_t user, void (*position)(void), int64_t position_user);

// stream_end stops the stream, waits until the recorder has closed the connection (it has room for another stream then) and until a
// callback that runs has returned, and frees the stream. Its handle was removed before.
void stream_end(struct stream *s);

// stream_position is 0, 100 at the end, 200 after a failure.
int stream_position(struct stream *s);

#endif
