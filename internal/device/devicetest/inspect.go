package devicetest

import (
	"bytes"
	"image/jpeg"
	"testing"
	"time"

	"mediapusher/internal/device"
)

func (h Harness) inspections(t *testing.T) {
	t.Helper()
	t.Run("description", func(t *testing.T) { h.describes(t, Setup{Fixed: []int{h.Second}}) })
	t.Run("odd recorder", func(t *testing.T) { h.describes(t, Setup{Fixed: []int{h.Second}, Odd: true}) })
	t.Run("clock that is wrong", h.describesWrongClock)
	t.Run("pictures", h.takesPictures)
}

// describe asks for a description, which must leave nothing behind and cost no refused attempt.
func (h Harness) describe(t *testing.T, r Recorder, d device.Device) *device.Description {
	t.Helper()
	told, err := device.InspectorOf(d, r.Target).Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	leftNothing(t, r)
	if refused := r.Counts().Refused; refused != 0 {
		t.Errorf("%d refused logins", refused)
	}
	return told
}

func (h Harness) describes(t *testing.T, setup Setup) {
	t.Helper()
	r := h.Start(t, setup)
	told := h.describe(t, r, h.open(t, r))
	if told.Serial == "" || told.Model == "" || told.Way == "" || len(told.Ways) == 0 || told.Ways[0].State != device.WayUsed {
		t.Errorf("gaps in %+v", told)
	}
	channels := map[int]device.Channel{}
	for _, c := range told.Channels {
		channels[c.Number] = c
	}
	for _, number := range []int{h.Channel, h.Second, h.Offline} {
		if _, ok := channels[number]; !ok {
			t.Errorf("channel %d is not among %+v", number, told.Channels)
		}
	}
	if _, ok := channels[h.Missing]; ok {
		t.Errorf("channel %d, which is not there", h.Missing)
	}
	if h.Terse {
		return
	}
	if told.ClockOffset == nil || told.ClockOffset.Abs() > 5*time.Second || told.Time.IsZero() || told.TimeZone == "" {
		t.Errorf("clock %v in %q, offset %v", told.Time, told.TimeZone, told.ClockOffset)
	}
	for number, want := range map[int]struct{ online, ptz bool }{h.Channel: {true, true}, h.Second: {online: true}} {
		c := channels[number]
		if !is(c.Online, want.online) || !is(c.PTZ, want.ptz) || c.Name == "" {
			t.Errorf("channel %d %q: online %v, PTZ %v", number, c.Name, c.Online, c.PTZ)
		}
		if m := c.Main; m == nil || m.Codec == "" || m.Width == 0 || m.Height == 0 || m.FrameRate == 0 || m.BitsPerSecond == 0 {
			t.Errorf("channel %d: main stream %+v", number, c.Main)
		}
		if c.Sub == nil || c.Sub.Width == 0 || c.Main != nil && c.Sub.Width >= c.Main.Width {
			t.Errorf("channel %d: sub stream %+v", number, c.Sub)
		}
	}
	if c := channels[h.Offline]; !is(c.Online, false) || c.Reason == "" {
		t.Errorf("channel %d: online %v, %q", h.Offline, c.Online, c.Reason)
	}
}

func is(told *bool, want bool) bool { return told != nil && *told == want }

func (h Harness) describesWrongClock(t *testing.T) {
	if h.Terse {
		t.Skip("the way does not tell the clock")
	}
	r := h.Start(t, Setup{})
	r.Suffer(WrongClock)
	told := h.describe(t, r, h.open(t, r))
	if told.ClockOffset == nil || (*told.ClockOffset-ClockOff).Abs() > 5*time.Second {
		t.Errorf("offset %v, want about %v", told.ClockOffset, ClockOff)
	}
}

func (h Harness) takesPictures(t *testing.T) {
	r := h.Start(t, Setup{})
	inspector := device.InspectorOf(h.open(t, r), r.Target)
	picture, err := inspector.Snapshot(t.Context(), h.Channel)
	if h.Terse {
		expect(t, r, err, device.OpSnapshot, device.KindUnsupported)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jpeg.Decode(bytes.NewReader(picture)); err != nil {
		t.Error(err)
	}
	_, err = inspector.Snapshot(t.Context(), h.Missing)
	expect(t, r, err, device.OpSnapshot, device.KindNoSuchChannel)
	_, err = inspector.Snapshot(t.Context(), h.Offline)
	expect(t, r, err, device.OpSnapshot, device.KindOffline)
	leftNothing(t, r)
	r.Suffer(NoPictures)
	_, err = inspector.Snapshot(t.Context(), h.Channel)
	failure := failureOf(t, r, err, device.OpSnapshot, device.KindUnsupported)
	if failure.Code == 0 {
		t.Errorf("%v does not hold what the device said", failure)
	}
	if refused := r.Counts().Refused; refused != 0 {
		t.Errorf("%d refused logins", refused)
	}
}
