package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"mediapusher/internal/device"
	"mediapusher/task"
)

// deviceTimeout is how long a recorder may take to log in and tell what it is: it answers a dozen questions.
const deviceTimeout = 20 * time.Second

// Devices look at recorders. Both methods log in once at most, or share a login; their errors are *device.Error. They may be called from
// several goroutines.
type Devices interface {
	Describe(ctx context.Context, target device.Target) (*device.Description, error)
	// Snapshot returns a JPEG picture.
	Snapshot(ctx context.Context, target device.Target, channel int) ([]byte, error)
}

// routeDevices adds what looks at recorders.
func (s *server) routeDevices(r chi.Router) {
	if s.cfg.Devices == nil {
		return
	}
	r.Post("/DEVICE", endpoint(s.device).handler())
	r.Post("/DEVICE/SNAPSHOT", s.snapshot)
}

// device is POST /DEVICE.
func (s *server) device(w http.ResponseWriter, r *http.Request) reply {
	f, err := readFields(w, r)
	if err != nil {
		return refused(err)
	}
	target, err := targetRequest(f)
	if err != nil {
		return refused(err)
	}
	ctx, cancel := context.WithTimeout(r.Context(), deviceTimeout)
	defer cancel()
	err = s.cfg.Allow(ctx, target)
	var told *device.Description
	if err == nil {
		told, err = s.cfg.Devices.Describe(ctx, target)
	}
	if err != nil {
		return s.deviceFailed("device not described", task.LiveRequest{Target: target}, err)
	}
	return reply{status: http.StatusOK, body: struct {
		answer
		Device DeviceView `json:"device"`
	}{answer{codeNoError, okMessage}, NewDeviceView(target, told)}}
}

// snapshot is POST /DEVICE/SNAPSHOT.
func (s *server) snapshot(w http.ResponseWriter, r *http.Request) {
	picture, failed := s.takeSnapshot(w, r)
	if picture == nil {
		_ = write(w, failed)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Content-Length", strconv.Itoa(len(picture)))
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTimeout))
	_, _ = w.Write(picture) // a caller who has left needs no picture
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
}

// takeSnapshot returns a picture, or nil and what to answer instead.
func (s *server) takeSnapshot(w http.ResponseWriter, r *http.Request) ([]byte, reply) {
	f, err := readFields(w, r)
	if err != nil {
		return nil, refused(err)
	}
	request, err := liveRequest(f)
	if err != nil {
		return nil, refused(err)
	}
	ctx, cancel := context.WithTimeout(r.Context(), deviceTimeout)
	defer cancel()
	if err := s.cfg.Allow(ctx, request.Target); err != nil {
		return nil, s.deviceFailed("no snapshot", request, err)
	}
	picture, err := s.cfg.Devices.Snapshot(ctx, request.Target, request.Channel)
	if err != nil {
		return nil, s.deviceFailed("no snapshot", request, err)
	}
	return picture, reply{}
}

// deviceFailed is startFailed for what begins no stream: 603 says that the login went well and the rest did not.
func (s *server) deviceFailed(what string, request task.LiveRequest, err error) reply {
	rep := s.startFailed(what, request, codePlayReal, err)
	if said, ok := rep.body.(answer); ok && said.StatusCode == codeAnaStream {
		said.StatusCode = codePlayReal
		rep.body = said
	}
	return rep
}
