package api

import (
	"net/http"
	"time"

	"mediapusher/playback"
)

// backStream is POST /BACK_STREAM.
func (s *server) backStream(w http.ResponseWriter, r *http.Request) reply {
	f, err := readFields(w, r)
	if err != nil {
		return failure(err, "")
	}
	request, err := liveRequest(f)
	if err != nil {
		return failure(err, "")
	}
	if _, err := recordedRange(f); err != nil {
		return failure(err, "")
	}
	if err := s.cfg.Allow(r.Context(), request.Target); err != nil {
		return s.startFailed(request, err)
	}
	return failure(errNoPlayback, "")
}

// position is POST /STREAM/{play_handle}/POSITION.
func (s *server) position(w http.ResponseWriter, r *http.Request) reply {
	return s.control(w, r, func(f fields) error {
		if _, err := clock(f, "pos_time"); err != nil {
			return err
		}
		return errLiveSeek
	})
}

// recordedRange reads the range of BACK_STREAM. The error is a *paramError.
func recordedRange(f fields) (playback.Range, error) {
	start, err := clock(f, "startTime")
	if err != nil {
		return playback.Range{}, err
	}
	end, err := clock(f, "endTime")
	if err != nil {
		return playback.Range{}, err
	}
	asked, err := playback.NewRange(start, end)
	if err != nil {
		return asked, &paramError{"startTime", "must be before endTime"}
	}
	return asked, nil
}

// clock reads a time of the device's wall clock. Seconds since 1970 are taken in the service's zone.
func clock(f fields, name string) (time.Time, error) {
	text, err := f.text(name)
	if err != nil {
		return time.Time{}, err
	}
	t, err := playback.ParseTime(text, time.Local)
	if err != nil {
		return time.Time{}, &paramError{name, err.Error()}
	}
	return t, nil
}
