// The strict side of the fakes: what callers must not do, the switches of the environment, and what a thread is doing right now.
#ifndef FAKE_CHECK_H
#define FAKE_CHECK_H

#include "port.h"

// What each thread keeps: slots of pthread keys, as the real libraries do it, since compiler-made thread variables of a library that is
// unloaded again confuse leak detection.
enum slot { LAST_ERROR, CALLBACK_DEPTH, SLOTS };
uint32_t thread_get(enum slot slot);
void thread_set(enum slot slot, uint32_t value);

// check_setup reads the switches from FAKE_SDK. It is called by Init, before any thread runs.
void check_setup(void);

// switched tells whether a switch is set; switch_number is N of "name=N", or otherwise where no number is given, and 0 where the switch is
// not set.
bool switched(const char *name);
long switch_number(const char *name, long otherwise);

// misuse says on stderr what the caller did wrong and ends the process; under FAKE_SDK=lenient it says it and returns false.
bool misuse(const char *format, ...) __attribute__((format(gnu_printf, 1, 2)));

// zeroed is misuse where bytes [from, to) of a struct hold anything but zero.
bool zeroed(const char *call, const char *what, const void *data, size_t from, size_t to);

// ended is misuse where a text field has no NUL.
bool ended(const char *call, const char *what, const char *text, size_t size);

// callback_begin and callback_end stand around every call into the caller. A call that took longer than limit_ms is counted; slow_report
// says how many there were and forgets them.
uint64_t callback_begin(void);
void callback_end(uint64_t begun, unsigned limit_ms);
bool in_callback(void);
void slow_report(void);

// crash ends the process as a fault in a library does.
void crash(void);

// hang never returns.
void hang(void);

#endif
