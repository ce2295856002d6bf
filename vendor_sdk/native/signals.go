//go:build (hiksdk || dahuasdk) && cgo

package native

/*
#cgo CFLAGS: -Wno-unused-parameter
#include "signals.h"
*/
import "C"

// KeepSignals remembers the handlers of signals, before a library is loaded that may set its own: makers' libraries import sigaction. It is
// called once in a process. Windows has no such handlers.
func KeepSignals() { C.mp_signals_keep() }

// MendSignals lets Go live with what a library has set since KeepSignals: faults, preemption and the profiler get Go's handlers back, and
// other handlers run on the signal stack, since goroutines have small ones. It is called behind each call in which a library sets itself
// up, one at a time.
func MendSignals() { C.mp_signals_mend() }
