//go:build hiksdk && cgo && amd64

#define _GNU_SOURCE
#include "calls.h"

#include <signal.h>

// libhpr and libHCCore import sigaction. Go runs goroutines on small stacks, so each handler must run on the signal stack (SA_ONSTACK), and
// Go needs its own handlers of faults, of the preemption signal and of the profiler.
enum { SIGNALS = 65 };

static struct sigaction kept[SIGNALS];

static int needed(int signal)
{
	return signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGURG || signal == SIGPROF;
}

void hik_signals_keep(void)
{
	int signal;

	for (signal = 1; signal < SIGNALS; signal++)
		if (sigaction(signal, NULL, &kept[signal]) != 0)
			kept[signal].sa_handler = SIG_DFL;
}

void hik_signals_mend(void)
{
	struct sigaction now;
	int signal;

	for (signal = 1; signal < SIGNALS; signal++) {
		if (sigaction(signal, NULL, &now) != 0 || now.sa_handler == kept[signal].sa_handler)
			continue;
		if (needed(signal) && kept[signal].sa_handler != SIG_DFL) {
			sigaction(signal, &kept[signal], NULL);
		} else if (now.sa_handler != SIG_DFL && now.sa_handler != SIG_IGN && !(now.sa_flags & SA_ONSTACK)) {
			now.sa_flags |= SA_ONSTACK;
			sigaction(signal, &now, NULL);
		}
	}
}
