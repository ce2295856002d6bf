//go:build (hiksdk || dahuasdk) && cgo

#define _GNU_SOURCE
#include "signals.h"

#include <signal.h>
#include <stddef.h>

enum { signals = 65 };

static struct sigaction kept[signals];
static int known[signals];

// What Go cannot do without: faults, preemption of goroutines, the profiler.
static int of_go(int number)
{
	return number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGURG || number == SIGPROF;
}

void mp_signals_keep(void)
{
	for (int number = 1; number < signals; number++)
		known[number] = sigaction(number, NULL, &kept[number]) == 0;
}

void mp_signals_mend(void)
{
	for (int number = 1; number < signals; number++) {
		struct sigaction now;

		if (!known[number] || sigaction(number, NULL, &now) != 0 || now.sa_handler == kept[number].sa_handler)
			continue;
		if (of_go(number)) {
			sigaction(number, &kept[number], NULL);
		} else if (now.sa_handler != SIG_DFL && now.sa_handler != SIG_IGN && !(now.sa_flags & SA_ONSTACK)) {
			now.sa_flags |= SA_ONSTACK;
			sigaction(number, &now, NULL);
		}
	}
}
