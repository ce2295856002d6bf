package sdkway

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mediapusher/internal/device"
	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/supervisor"
)

// doctor is what to do where files of a library are missing.
const doctor = "mediapusher doctor --sdk tells what is missing and where it belongs"

// failures turns errors of workers and libraries into *device.Error, for one recorder.
type failures struct {
	vendor  Vendor
	address string
}

// explain returns nil for nil, and the *device.Error of anything else.
func (f failures) explain(op device.Operation, err error) error {
	if err == nil {
		return nil
	}
	var (
		said    *device.Error
		library *sdk.Error
		load    *sdk.LoadError
		rest    *supervisor.RestError
		worker  *supervisor.WorkerError
	)
	switch {
	case errors.As(err, &said):
		return said
	case errors.As(err, &library):
		return f.ofLibrary(op, library, err)
	case errors.As(err, &load):
		return f.failure(op, device.KindNotBuilt, "the maker's library cannot be loaded; "+doctor, err)
	case errors.Is(err, sdk.ErrNotBuilt):
		return f.failure(op, device.KindNotBuilt, "", err)
	case errors.As(err, &rest):
		return f.ofRest(op, rest, err)
	case errors.As(err, &worker):
		failure := f.failure(op, device.KindUnreachable, "the process in which the maker's library runs has failed", err)
		failure.Ours = true
		return failure
	case errors.Is(err, supervisor.ErrClosed):
		return f.failure(op, device.KindUnreachable, "the login has ended", err)
	case errors.Is(err, context.DeadlineExceeded):
		return f.failure(op, device.KindUnreachable, "the recorder has not answered the maker's library in time", err)
	case errors.Is(err, context.Canceled):
		return f.failure(op, device.KindUnreachable, "nobody waits any more", err)
	default:
		return f.failure(op, device.KindProtocol, "", err)
	}
}

func (f failures) failure(op device.Operation, kind device.Kind, words string, err error) *device.Error {
	return &device.Error{Vendor: f.vendor.Name, Address: f.address, Op: op, Kind: kind, Meaning: words, Err: err}
}

// ofRest explains that no worker is started for a while. The wait is told, so that another way may be taken for as long.
func (f failures) ofRest(op device.Operation, rest *supervisor.RestError, err error) *device.Error {
	words := "the processes in which the maker's library runs have failed again and again"
	if rest.Last != nil {
		words = rest.Last.Error()
	}
	failure := f.failure(op, device.KindUnreachable, words, err)
	failure.RetryAfter = max(time.Until(rest.Until), 0)
	return failure
}

// ofLibrary explains an error number by the vendor's table, with what a login told about the account.
func (f failures) ofLibrary(op device.Operation, said *sdk.Error, err error) *device.Error {
	kind, words := f.vendor.Explain(said.Code)
	if words == "" {
		words = "the maker's library gives an error number that is not known here"
	}
	failure := f.failure(op, kind, words, err)
	failure.Code = said.Code
	if kind != device.KindAuth && kind != device.KindLocked {
		return failure
	}
	if said.LockedFor > 0 {
		failure.Kind, failure.RetryAfter = device.KindLocked, said.LockedFor
		failure.Meaning += fmt.Sprintf("; the recorder lets nobody of this name in for %s", said.LockedFor.Round(time.Second))
	} else if op == device.OpLogin && kind == device.KindAuth {
		failure.Meaning += triesLeft(said.TriesLeft)
	}
	return failure
}

// triesLeft warns of a lock, where the device tells.
func triesLeft(tries int) string {
	switch {
	case tries < 0:
		return ""
	case tries == 1:
		return "; one try is left before the recorder locks the account"
	default:
		return fmt.Sprintf("; %d tries are left before the recorder locks the account", tries)
	}
}

// ofStream explains the end of a stream that the library has given up. A library that gives no reason, or one that is not known, has lost
// the connection.
func (f failures) ofStream(op device.Operation, code int) *device.Error {
	kind, words := device.KindUnreachable, ""
	if code != 0 {
		kind, words = f.vendor.Explain(code)
	}
	if words == "" {
		kind, words = device.KindUnreachable, "the maker's library has lost the stream"
	}
	failure := f.failure(op, kind, words, nil)
	failure.Code = code
	return failure
}
