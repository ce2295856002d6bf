package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/config"
	"mediapusher/internal/device"
	"mediapusher/ptz"
)

// stopped is a driver whose devices say which of their cameras was stopped.
type stopped chan int

func (s stopped) Open(context.Context, device.Target) (device.Device, error) {
	return recorder{stops: s}, nil
}

type recorder struct {
	device.Device
	stops stopped
}

func (r recorder) PTZ(_ context.Context, channel int) (ptz.Head, error) {
	return head{r.stops, channel}, nil
}
func (recorder) Close() error { return nil }

type head struct {
	stops   stopped
	channel int
}

func (head) Start(context.Context, ptz.Command, time.Duration) (bool, error) { return false, nil }
func (head) Close() error                                                    { return nil }

func (h head) Stop(context.Context, ptz.Command) error {
	h.stops <- h.channel
	return nil
}

func TestNextStartStopsWhatAKilledOneLeftMoving(t *testing.T) {
	cfg := config.Default()
	cfg.DataDir = t.TempDir()
	stops := make(stopped, 1)

	killed := newCameras(&cfg, nil, nil, zap.NewNop())
	camera := device.NewCamera(stops, device.Target{Vendor: device.Dahua, Host: "192.0.2.1", Port: 37777}, 7)
	if err := killed.journal.Note(ptz.Entry{Key: camera.Key(), Command: ptz.PanLeft, Access: camera.Access()}); err != nil {
		t.Fatal(err)
	}
	killed.close() // what the system does for a killed process

	next := newCameras(&cfg, nil, nil, zap.NewNop())
	defer next.close()
	end := runUntilEnded(next.run, make(chan error, 1))
	next.recover(t.Context(), stops)
	select {
	case channel := <-stops:
		if channel != 7 {
			t.Errorf("channel %d was stopped, want 7", channel)
		}
	case <-time.After(10 * time.Second):
		t.Error("nothing was stopped")
	}
	end()
	if left, err := next.journal.Entries(); err != nil || len(left) != 0 {
		t.Errorf("%v, %v are left", left, err)
	}
}

func TestCamerasMoveWithoutADirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := config.Default()
	cfg.DataDir = file
	c := newCameras(&cfg, nil, nil, zap.NewNop())
	defer c.close()
	stops := make(stopped, 1)
	end := runUntilEnded(c.run, make(chan error, 1))
	c.recover(t.Context(), stops)
	if err := c.guard.Move(t.Context(), device.NewCamera(stops, device.Target{}, 1), ptz.PanLeft, ptz.MinDuration); err != nil {
		t.Error(err)
	}
	end()
	if len(stops) != 1 {
		t.Error("the movement was not stopped")
	}
}
