package api

import (
	"errors"
	"fmt"
	"net/http"

	"mediapusher/playback"
	"mediapusher/task"
)

// position is POST /STREAM/{play_handle}/POSITION.
func (s *server) position(w http.ResponseWriter, r *http.Request) reply {
	return control(w, r, codePlayControl, func(handle int32, f fields) error {
		to, err := clock(f, "pos_time")
		if err != nil {
			return err
		}
		err = s.tasks.Seek(r.Context(), handle, to)
		if errors.Is(err, task.ErrOutside) {
			return fmt.Errorf("pos_time: %w", err)
		}
		return err
	})
}

// speed is POST /STREAM/{play_handle}/SPEED.
func (s *server) speed(w http.ResponseWriter, r *http.Request) reply {
	return control(w, r, codePlayControl, func(handle int32, f fields) error {
		speed, err := f.decimal("speed", playback.MinSpeed, playback.MaxSpeed)
		if err != nil {
			return err
		}
		return s.tasks.SetSpeed(r.Context(), handle, speed)
	})
}

// pause is POST /STREAM/{play_handle}/PAUSE.
func (s *server) pause(w http.ResponseWriter, r *http.Request) reply {
	handle, err := bodilessCall(w, r)
	if err != nil {
		return refused(err)
	}
	return outcome(s.tasks.Pause(r.Context(), handle), codePlayControl)
}

// resume is POST /STREAM/{play_handle}/RESUME.
func (s *server) resume(w http.ResponseWriter, r *http.Request) reply {
	handle, err := bodilessCall(w, r)
	if err != nil {
		return refused(err)
	}
	return outcome(s.tasks.Resume(r.Context(), handle), codePlayControl)
}
