package ptz_test

import (
	"errors"
	"testing"
	"time"

	"mediapusher/ptz"
)

func TestCommandNumbers(t *testing.T) {
	want := []string{
		"zoom in", "zoom out", "focus near", "focus far", "iris open", "iris close",
		"tilt up", "tilt down", "pan left", "pan right", "up left", "up right", "down left", "down right",
	}
	for number, name := range want {
		c, err := ptz.NewCommand(number)
		if err != nil || c.String() != name || int(c) != number {
			t.Errorf("command %d: %v (%d), %v; want %s", number, c, int(c), err, name)
		}
	}
	if ptz.TiltUp != 6 || ptz.DownRight != 13 {
		t.Error("the constants do not have the numbers of the API")
	}
	for _, number := range []int{-1, 14, 1 << 40} {
		if _, err := ptz.NewCommand(number); !errors.Is(err, ptz.ErrCommand) {
			t.Errorf("command %d: error %v, want ErrCommand", number, err)
		}
	}
	if got := ptz.Command(99).String(); got != "command 99" {
		t.Errorf("a command that does not exist is called %q", got)
	}
}

func TestDuration(t *testing.T) {
	for _, test := range []struct {
		milliseconds int
		want         time.Duration
		err          error
	}{
		{100, 100 * time.Millisecond, nil},
		{200, ptz.DefaultDuration, nil},
		{1000, time.Second, nil},
		{99, 0, ptz.ErrDuration},
		{1001, 0, ptz.ErrDuration},
		{0, 0, ptz.ErrDuration},
		{-200, 0, ptz.ErrDuration},
		{1 << 60, 0, ptz.ErrDuration},
	} {
		got, err := ptz.NewDuration(test.milliseconds)
		if got != test.want || !errors.Is(err, test.err) {
			t.Errorf("%d ms: %v, %v; want %v, %v", test.milliseconds, got, err, test.want, test.err)
		}
	}
}
