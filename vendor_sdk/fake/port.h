// What differs between Linux and Windows: sockets, sleeping, the loader. Threads are pthreads on both (winpthread on Windows).
#ifndef FAKE_PORT_H
#define FAKE_PORT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#ifdef _WIN32

#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#define EXPORT __declspec(dllexport)
#define SEPARATOR '\\'

typedef SOCKET socket_t;
#define NO_SOCKET INVALID_SOCKET
#define SEND_FLAGS 0
#define poll_socket WSAPoll

static inline bool would_block(void) { return WSAGetLastError() == WSAEWOULDBLOCK; }
static inline void close_socket(socket_t s) { closesocket(s); }
static inline void shut_socket(socket_t s) { shutdown(s, SD_BOTH); }
static inline void make_nonblocking(socket_t s) {
    u_long on = 1;
    ioctlsocket(s, FIONBIO, &on);
}
static inline bool sockets_start(void) {
    WSADATA data;
    return WSAStartup(MAKEWORD(2, 2), &data) == 0;
}
static inline void sockets_end(void) { WSACleanup(); }
static inline void name_thread(const char *name) { (void)name; }
static inline void sleep_ms(unsigned ms) { Sleep(ms); }
static inline uint64_t now_ms(void) { return GetTickCount64(); }
static inline bool absolute_path(const char *path) { return path[0] != 0 && path[1] == ':'; }
static inline bool file_exists(const char *path) { return GetFileAttributesA(path) != INVALID_FILE_ATTRIBUTES; }

// own_file writes the path of the library that holds the address.
static inline bool own_file(const void *address, char *path, size_t size) {
    HMODULE module;
    DWORD how = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    return GetModuleHandleExA(how, (LPCSTR)address, &module) && GetModuleFileNameA(module, path, (DWORD)size) != 0;
}

#else

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define SEPARATOR '/'

typedef int socket_t;
#define NO_SOCKET (-1)
#define SEND_FLAGS MSG_NOSIGNAL
#define poll_socket poll

static inline bool would_block(void) { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINPROGRESS || errno == EINTR; }
static inline void close_socket(socket_t s) { close(s); }
static inline void shut_socket(socket_t s) { shutdown(s, SHUT_RDWR); }
static inline void make_nonblocking(socket_t s) { fcntl(s, F_SETFL, fcntl(s, F_GETFL, 0) | O_NONBLOCK); }
static inline bool sockets_start(void) { return true; }
static inline void sockets_end(void) {}
// name_thread names this thread, 15 characters at most, so that tests can count the threads of the library.
static inline void name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
static inline void sleep_ms(unsigned ms) {
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&t, NULL);
}
static inline uint64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}
static inline bool absolute_path(const char *path) { return path[0] == '/'; }
static inline bool file_exists(const char *path) { return access(path, F_OK) == 0; }

// own_file writes the path of the library that holds the address.
static inline bool own_file(const void *address, char *path, size_t size) {
    Dl_info info;
    if (dladdr(address, &info) == 0 || strlen(info.dli_fname) >= size) return false;
    strcpy(path, info.dli_fname);
    return true;
}

#endif

// wait_ms waits for the condition, for ms milliseconds at most. The mutex is held.
static inline void wait_ms(pthread_cond_t *condition, pthread_mutex_t *mutex, unsigned ms) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(condition, mutex, &t);
}

#endif
