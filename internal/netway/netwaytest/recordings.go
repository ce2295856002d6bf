package netwaytest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/device/devicetest"
	"mediapusher/internal/media"
	"mediapusher/internal/nvrsim"
)

// errPlays ends a run that has come to its first picture.
var errPlays = errors.New("it plays")

// Recordings tests a run of a recording: that it plays, what it means when RTSP refuses it, and that nothing is left at the recorder in
// either case. A session that stays takes one of few playback slots.
func (a Adapter) Recordings(t *testing.T) {
	t.Helper()
	t.Run("plays", func(t *testing.T) {
		if err := a.playRecording(t, nvrsim.Faults{}); !errors.Is(err, errPlays) {
			t.Error(err)
		}
	})
	for status, want := range map[int]device.Kind{
		403: device.KindBusy, 404: device.KindNoRecording, 453: device.KindBusy, 503: device.KindBusy,
	} {
		for _, step := range []string{"DESCRIBE", "SETUP", "PLAY"} {
			t.Run(fmt.Sprintf("%s %d", step, status), func(t *testing.T) {
				err := a.playRecording(t, nvrsim.Faults{RTSPStatus: map[string]int{step: status}})
				var failure *device.Error
				if !errors.As(err, &failure) || failure.Kind != want || failure.Op != device.OpPlayback || failure.Code != status {
					t.Errorf("error %v, want kind %v at %v", err, want, device.OpPlayback)
				}
			})
		}
	}
}

// playRecording runs the recording of the first channel to its first picture, and looks at what is left.
func (a Adapter) playRecording(t *testing.T, faults nvrsim.Faults) error {
	t.Helper()
	recorded := time.Date(2016, 7, 20, 12, 0, 0, 0, time.UTC)
	channels := nvrsim.DemoChannels(string(a.Vendor))[:3]
	channels[0].Recordings = []nvrsim.Recording{{Start: recorded, End: recorded.Add(time.Hour)}}
	r := a.Simulate(t, nvrsim.Config{Channels: channels, Faults: faults})
	d := openOne(t, a.Driver(nil), r.Target)
	request := device.PlaybackRequest{Channel: a.FirstChannel}
	request.Start, request.End, request.Speed = recorded.Add(time.Minute), recorded.Add(2*time.Minute), 1
	source, err := d.Playback(t.Context(), request)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err = source.Run(ctx, firstPicture{})
	for r.Counts() != (devicetest.Counts{}) {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("left at the recorder: %+v", r.Counts())
		}
	}
	return err
}

// firstPicture is a sink that takes no more than one picture.
type firstPicture struct{}

func (firstPicture) SetTracks([]*media.Track) error { return nil }

func (firstPicture) Write(au *media.AccessUnit) error {
	defer au.Release()
	if au.Track.ID == 0 {
		return errPlays
	}
	return nil
}
