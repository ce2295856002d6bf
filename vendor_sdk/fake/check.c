#include "check.h"

#include <stdarg.h>
#include <stdlib.h>

static char switches[512];
static pthread_key_t keys[SLOTS];

static pthread_mutex_t slow_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned slow_count; // guarded by slow_lock, as is slowest
static uint64_t slowest;

__attribute__((constructor)) static void loaded(void) {
    for (int i = 0; i < SLOTS; i++) pthread_key_create(&keys[i], NULL);
}

__attribute__((destructor)) static void unloaded(void) {
    for (int i = 0; i < SLOTS; i++) pthread_key_delete(keys[i]);
}

uint32_t thread_get(enum slot slot) { return (uint32_t)(uintptr_t)pthread_getspecific(keys[slot]); }

void thread_set(enum slot slot, uint32_t value) { pthread_setspecific(keys[slot], (void *)(uintptr_t)value); }

void check_setup(void) {
    const char *text = getenv("FAKE_SDK");
    snprintf(switches, sizeof switches, "%s", text ? text : "");
}

// find_switch returns what follows the name in the list: "", or "=N" and more; NULL where it is not in the list.
static const char *find_switch(const char *name) {
    size_t length = strlen(name);
    for (const char *at = switches; *at;) {
        if (strncmp(at, name, length) == 0 && (at[length] == 0 || at[length] == ',' || at[length] == '=')) return at + length;
        at = strchr(at, ',');
        if (!at) return NULL;
        at++;
    }
    return NULL;
}

bool switched(const char *name) { return find_switch(name) != NULL; }

long switch_number(const char *name, long otherwise) {
    const char *rest = find_switch(name);
    if (!rest) return 0;
    return *rest == '=' ? strtol(rest + 1, NULL, 10) : otherwise;
}

bool misuse(const char *format, ...) {
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    fprintf(stderr, "fake-sdk: misuse: %s\n", line);
    fflush(stderr);
    if (switches[0] == 0) check_setup(); // called before Init
    if (!switched("lenient")) abort();
    return false;
}

bool zeroed(const char *call, const char *what, const void *data, size_t from, size_t to) {
    const uint8_t *bytes = data;
    for (size_t i = from; i < to; i++) {
        if (bytes[i] != 0) return misuse("%s: %s: byte %zu is reserved or padding and not zero", call, what, i);
    }
    return true;
}

bool ended(const char *call, const char *what, const char *text, size_t size) {
    return memchr(text, 0, size) != NULL || misuse("%s: %s has no NUL", call, what);
}

uint64_t callback_begin(void) {
    thread_set(CALLBACK_DEPTH, thread_get(CALLBACK_DEPTH) + 1);
    return now_ms();
}

void callback_end(uint64_t begun, unsigned limit_ms) {
    uint64_t took = now_ms() - begun;
    thread_set(CALLBACK_DEPTH, thread_get(CALLBACK_DEPTH) - 1);
    if (took <= limit_ms) return;
    pthread_mutex_lock(&slow_lock);
    slow_count++;
    if (took > slowest) slowest = took;
    pthread_mutex_unlock(&slow_lock);
}

bool in_callback(void) { return thread_get(CALLBACK_DEPTH) > 0; }

void slow_report(void) {
    pthread_mutex_lock(&slow_lock);
    unsigned count = slow_count;
    uint64_t worst = slowest;
    slow_count = 0;
    slowest = 0;
    pthread_mutex_unlock(&slow_lock);
    if (count > 0) {
        fprintf(stderr, "fake-sdk: slow callback: %u calls took too long, the longest %llu ms\n", count, (unsigned long long)worst);
    }
    fflush(stderr);
}

void crash(void) {
    volatile int *volatile nowhere = NULL;
    *nowhere = 1;
}

void hang(void) {
    for (;;) sleep_ms(1000);
}
