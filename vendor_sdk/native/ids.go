//go:build (hiksdk || dahuasdk) && cgo

package native

// #include "ring.h"
import "C"

// OpenIDs counts the ids of all rings of the process that are open: those of the streams that play, and the bindings' own. It is safe for
// concurrent use.
func OpenIDs() int { return int(C.mp_ring_open_ids()) }
