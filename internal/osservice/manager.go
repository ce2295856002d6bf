package osservice

import (
	"context"
	"time"
)

// Manager is the service manager in the eyes of the running service. Its methods may be called from several goroutines at once; they
// do nothing where no manager listens.
type Manager interface {
	// Ready says that the service serves: for the first time, or again after Reloading.
	Ready()
	// Reloading says that the service reads its configuration again. Ready ends it.
	Reloading()
	// Stopping says that the service ends.
	Stopping()
	// Alive says that the service was found well.
	Alive()
	// Patience is for how long the manager waits for Alive before it restarts the service; 0 means that it does not wait for it.
	Patience() time.Duration
}

// Watch tells the manager that the service is alive, as long as check finds it so: at once and then three times in the manager's patience.
// check must end with its context; where it does not, nothing is said until it has ended, and no other is begun. said gets
// what a failed check found. Watch returns nil when ctx has ended, and at once where the manager has no patience that could end.
func Watch(ctx context.Context, manager Manager, check func(context.Context) error, said func(error)) error {
	every := manager.Patience() / 3
	if every <= 0 {
		return nil
	}
	beat := time.NewTicker(every)
	defer beat.Stop()
	found := make(chan error, 1) // a check that ends after Watch has a place for its word
	for {
		go func() { found <- limited(ctx, every, check) }()
		select {
		case <-ctx.Done():
			return nil
		case err := <-found:
			if err == nil {
				manager.Alive()
			} else if ctx.Err() == nil {
				said(err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-beat.C:
		}
	}
}

func limited(ctx context.Context, limit time.Duration, check func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return check(ctx)
}
