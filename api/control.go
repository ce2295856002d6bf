package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"mediapusher/ptz"
)

func handleOf(r *http.Request) (int32, error) { return parseHandle(chi.URLParam(r, "play_handle")) }

// beats is GET /STREAM/{play_handle}/BEATS.
func (s *server) beats(w http.ResponseWriter, r *http.Request) reply {
	handle, err := bodilessCall(w, r)
	if err != nil {
		return refused(err)
	}
	if err := s.tasks.Beat(handle); err != nil {
		return refused(err)
	}
	return success()
}

// stop is GET /STREAM/{play_handle}/STOP. It goes on when the caller leaves: a page says it while it closes.
func (s *server) stop(w http.ResponseWriter, r *http.Request) reply {
	handle, err := bodilessCall(w, r)
	if err != nil {
		return refused(err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), stopTimeout)
	defer cancel()
	return outcome(s.tasks.Stop(ctx, handle), codePlayReal)
}

// moveTimeout is how long a movement may wait for its start.
const moveTimeout = 15 * time.Second

// ptzControl is POST /STREAM/{play_handle}/PTZControl. It goes on when the caller leaves: what was asked for is a short movement.
func (s *server) ptzControl(w http.ResponseWriter, r *http.Request) reply {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), moveTimeout)
	defer cancel()
	return control(w, r, codePTZControl, func(handle int32, f fields) error {
		command, duration, err := movement(f)
		if err != nil {
			return err
		}
		return s.tasks.Move(ctx, handle, command, duration)
	})
}

// movement reads what PTZControl asks for. The error is a *paramError.
func movement(f fields) (ptz.Command, time.Duration, error) {
	number, err := f.number("command", int(ptz.ZoomIn), int(ptz.DownRight))
	if err != nil {
		return 0, 0, err
	}
	command, err := ptz.NewCommand(number)
	if err != nil {
		return 0, 0, &paramError{"command", err.Error()}
	}
	low, high, otherwise := ptz.MinDuration.Milliseconds(), ptz.MaxDuration.Milliseconds(), ptz.DefaultDuration.Milliseconds()
	milliseconds, err := f.optionalNumber("duration", int(low), int(high), int(otherwise))
	if err != nil {
		return 0, 0, err
	}
	duration, err := ptz.NewDuration(milliseconds)
	if err != nil {
		return 0, 0, &paramError{"duration", err.Error()}
	}
	return command, duration, nil
}

// control handles a call that steers a session. What it asks for must make sense before the session is looked for.
func control(w http.ResponseWriter, r *http.Request, own int, steer func(handle int32, f fields) error) reply {
	handle, err := handleOf(r)
	if err != nil {
		return refused(err)
	}
	f, err := readFields(w, r)
	if err != nil {
		return refused(err)
	}
	return outcome(steer(handle, f), own)
}

func outcome(err error, own int) reply {
	if err != nil {
		return failure(err, own, "")
	}
	return success()
}

// bodilessCall reads the handle of a call without parameters. Some clients send a body all the same; it is read, for the connection
// to go on, and not looked at.
func bodilessCall(w http.ResponseWriter, r *http.Request) (int32, error) {
	if _, err := readBody(w, r, idleBodyTimeout); errors.Is(err, errTooLarge) {
		return noHandle, err
	}
	return handleOf(r)
}
