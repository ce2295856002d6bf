package srs

import (
	"context"
	"sync"
	"time"
)

// kept is an answer that serves all who ask while it is fresh. At most one request is under way. The zero value without its first group
// of fields is of no use.
type kept[T any] struct {
	now func() time.Time
	// fresh is how long a good answer is believed, stale how long a failure.
	fresh, stale time.Duration

	mu      sync.Mutex
	value   T
	err     error
	at      time.Time     // of the answer; zero before the first
	loading chan struct{} // nil, or closed when the request under way has been answered
}

// get returns the kept answer, or loads a new one. The request belongs to nobody: it goes on when who asked first has gone, within the
// time that load itself allows. It fails with load's error or ctx's.
func (k *kept[T]) get(ctx context.Context, load func(context.Context) (T, error)) (T, error) {
	k.mu.Lock()
	age := k.now().Sub(k.at)
	if !k.at.IsZero() && age >= 0 && (k.err == nil && age < k.fresh || k.err != nil && age < k.stale) {
		defer k.mu.Unlock()
		return k.value, k.err
	}
	loading := k.loading
	if loading == nil {
		loading = make(chan struct{})
		k.loading = loading
		go func() {
			value, err := load(context.WithoutCancel(ctx))
			k.mu.Lock()
			k.value, k.err, k.at, k.loading = value, err, k.now(), nil
			k.mu.Unlock()
			close(loading)
		}()
	}
	k.mu.Unlock()
	select {
	case <-loading:
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.value, k.err
}
