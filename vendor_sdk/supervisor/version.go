package supervisor

import "context"

// Version starts a worker that logs in nowhere, and returns what the library reports of itself. Errors are an *sdk.LoadError,
// sdk.ErrNotBuilt, a *WorkerError, or that of ctx.
func (s *Supervisor) Version(ctx context.Context) (string, error) {
	w, err := s.start(ctx, "no recorder", "")
	if err != nil {
		return "", err
	}
	if _, err := w.await(ctx, w.greeting, func(error) { w.shut() }); err != nil {
		w.shut()
		return "", err
	}
	return w.version(), (&Device{w: w}).Close()
}
