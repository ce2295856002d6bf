package supervisor

import (
	"errors"
	"fmt"
	"time"
)

// ErrClosed is returned by a Device and its streams after Device.Close, and by Stream.Next after Stream.Close.
var ErrClosed = errors.New("closed")

// The causes of a WorkerError.
const (
	causeCrashed = "crashed"
	causeHangs   = "hangs"
	causeMemory  = "too much memory"
	causeNoStart = "did not start"
)

// WorkerError says that a worker process failed, not the recorder.
type WorkerError struct {
	// Cause is what was noticed: "crashed", "hangs", "too much memory", "did not start".
	Cause string
	// Detail is how the process ended, or the last words of its standard error.
	Detail string
}

// Error says both.
func (e *WorkerError) Error() string { return fmt.Sprintf("the SDK worker %s: %s", e.Cause, e.Detail) }

// RestError says that a recorder's workers failed so often that none is started before Until.
type RestError struct {
	Until   time.Time
	Crashes int
	Last    *WorkerError
}

// Error says how often, until when and why.
func (e *RestError) Error() string {
	return fmt.Sprintf("the SDK worker failed %d times in a row (%v), the next try is at %s",
		e.Crashes, e.Last, e.Until.Format(time.TimeOnly))
}

// Unwrap returns Last.
func (e *RestError) Unwrap() error { return e.Last }
