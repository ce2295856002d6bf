package netway

import (
	"context"
	"sync"
	"time"
)

// optionalLimit is how long a start waits for what it can do without: two exchanges, for challenge and answer, of a slow recorder.
const optionalLimit = 3 * time.Second

// Ask is one look-up at a recorder.
type Ask func(ctx context.Context) error

// Optional gives a look-up, which a start can do without, three seconds.
func Optional(ask Ask) Ask { return Within(optionalLimit, ask) }

// Within gives a look-up so long.
func Within(limit time.Duration, ask Ask) Ask {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		return ask(ctx)
	}
}

// SideBySide runs look-ups at once, since a slow recorder takes a second for each answer. It waits for all and returns their errors in
// the same order.
func SideBySide(ctx context.Context, asks ...Ask) []error {
	errs := make([]error, len(asks))
	var all sync.WaitGroup
	for i, ask := range asks {
		all.Go(func() { errs[i] = ask(ctx) })
	}
	all.Wait()
	return errs
}
