// HCNetSDK installs signal handlers when it starts. Under the switch "signals" so does the fake, in the worst form for a Go program: for the
// signal of its preemption, and without SA_ONSTACK. Whoever has not mended that before the first login is told.
#include "hik.h"

#ifdef _WIN32

void hik_signals_take(void) {}
void hik_signals_check(void) {}
void hik_signals_release(void) {}

#else

#include <signal.h>

static const int numbers[] = {SIGURG, SIGPIPE};
enum { COUNT = sizeof numbers / sizeof numbers[0] };

static struct sigaction before[COUNT];
static bool taken;

static void ignore(int number) { (void)number; }

void hik_signals_take(void) {
    if (!switched("signals")) return;
    struct sigaction ours = {.sa_handler = ignore, .sa_flags = SA_RESTART};
    for (int i = 0; i < COUNT; i++) sigaction(numbers[i], &ours, &before[i]);
    taken = true;
}

void hik_signals_check(void) {
    struct sigaction now;
    for (int i = 0; taken && i < COUNT; i++) {
        sigaction(numbers[i], NULL, &now);
        if (now.sa_handler == ignore && !(now.sa_flags & SA_ONSTACK)) misuse("signal %d has a handler without SA_ONSTACK", numbers[i]);
    }
}

void hik_signals_release(void) {
    struct sigaction now;
    for (int i = 0; taken && i < COUNT; i++) {
        sigaction(numbers[i], NULL, &now);
        if (now.sa_handler == ignore) sigaction(numbers[i], &before[i], NULL);
    }
    taken = false;
}

#endif
