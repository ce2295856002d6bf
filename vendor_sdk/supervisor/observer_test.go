package supervisor_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/supervisor"
)

// heard is a supervisor.Observer that keeps what it is told.
type heard struct {
	mu   sync.Mutex
	told []string
}

func (h *heard) tell(word string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.told = append(h.told, word)
}

func (h *heard) Started()            { h.tell("started") }
func (h *heard) Ended()              { h.tell("ended") }
func (h *heard) Failed(cause string) { h.tell("failed: " + cause) }

func (h *heard) words() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.told)
}

// A worker that ends in good order has not failed; one that crashes has, and one that cannot be started never ran.
func TestWorkersAreObserved(t *testing.T) {
	for name, test := range map[string]struct {
		faults string
		change func(*supervisor.Config)
		want   []string // without regard to order
	}{
		"in good order":     {"", nil, []string{"ended", "started"}},
		"crash":             {"crash-login", nil, []string{"ended", "failed: crashed", "started"}},
		"no such program":   {"", func(c *supervisor.Config) { c.Command = []string{"/no/such/program"} }, []string{"failed: did not start"}},
		"library not there": {"load-error", nil, []string{"ended", "started"}},
	} {
		t.Run(name, func(t *testing.T) {
			told := &heard{}
			r := newRig(t, test.faults, func(c *supervisor.Config) {
				c.Observer = told
				if test.change != nil {
					test.change(c)
				}
			})
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if device, _, err := r.Open(ctx, "recorder", sdk.Account{Host: "127.0.0.1", Port: 8000, User: "admin", Password: secret}); err == nil {
				_ = device.Close()
			}
			sorted := func() []string {
				words := told.words()
				slices.Sort(words)
				return words
			}
			eventually(t, fmt.Sprintf("%q", test.want), func() bool { return slices.Equal(sorted(), test.want) })
		})
	}
}
