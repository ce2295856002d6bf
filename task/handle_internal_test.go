package task

import "testing"

// A handle is positive, and none of the newest that ended is drawn again.
func TestHandlesArePositiveAndNotSoonUsedAgain(t *testing.T) {
	h := newHandles()
	var drawn []int32
	recent := make(map[int32]bool)
	for range 3 * retired {
		handle := h.draw()
		if handle <= 0 || recent[handle] {
			t.Fatalf("drew %d, ended not long before: %v", handle, recent[handle])
		}
		h.retire(handle)
		drawn = append(drawn, handle)
		recent[handle] = true
		if len(drawn) > retired {
			delete(recent, drawn[len(drawn)-1-retired])
		}
	}
	if len(h.known) != retired {
		t.Errorf("%d handles are remembered, want %d", len(h.known), retired)
	}
}

// What is in use is not drawn a second time, whatever the source of numbers says.
func TestHandlesInUseStayTaken(t *testing.T) {
	h := newHandles()
	for range 1000 {
		h.draw()
	}
	if len(h.known) != 1000 {
		t.Errorf("%d of 1000 handles in use are known", len(h.known))
	}
}
