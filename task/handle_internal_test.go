package task

import "testing"

func TestHandlesArePositiveAndNotSoonUsedAgain(t *testing.T) {
	h := newHandles()
	seen := make(map[int32]bool)
	for range 3 * retired {
		handle := h.draw()
		if handle <= 0 || seen[handle] {
			t.Fatalf("drew %d, seen before: %v", handle, seen[handle])
		}
		seen[handle] = true
		h.retire(handle)
	}
	if len(h.known) != retired {
		t.Errorf("%d handles are remembered, want %d", len(h.known), retired)
	}
}
