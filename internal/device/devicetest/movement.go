package devicetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"mediapusher/internal/device"
	"mediapusher/ptz"
)

// commandLimit is how long one command to a camera may take.
const commandLimit = 10 * time.Second

// shortest is how long the movements of the suite last.
const shortest = ptz.MinDuration

func (h Harness) movements(t *testing.T) {
	t.Helper()
	t.Run("all commands", func(t *testing.T) { h.moveAll(t, Setup{}, h.Channel) })
	t.Run("untimed", func(t *testing.T) { h.moveAll(t, Setup{Untimed: true}, h.Second) })
	t.Run("odd recorder", func(t *testing.T) { h.moveAll(t, Setup{Odd: true}, h.Second) })
	t.Run("stop that fails", h.moveStopFails)
	t.Run("fixed camera", h.moveFixed)
	t.Run("unknown channel", h.moveUnknown)
	t.Run("power lost", h.movePowerOff)
}

// headOf returns what moves a camera; the test closes it.
func headOf(t *testing.T, d device.Device, channel int) ptz.Head {
	t.Helper()
	head, err := d.PTZ(t.Context(), channel)
	if err != nil {
		t.Fatalf("PTZ %d: %v", channel, err)
	}
	t.Cleanup(func() { _ = head.Close() })
	return head
}

func begin(t *testing.T, head ptz.Head, command ptz.Command) (timed bool, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), commandLimit)
	defer cancel()
	return head.Start(ctx, command, shortest)
}

func halt(t *testing.T, head ptz.Head, command ptz.Command) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), commandLimit)
	defer cancel()
	return head.Stop(ctx, command)
}

// moveAll gives each command and looks at what the recorder did to which camera; a second stop does no harm.
func (h Harness) moveAll(t *testing.T, setup Setup, channel int) {
	t.Helper()
	r := h.Start(t, setup)
	head := headOf(t, h.open(t, r), channel)
	for command := ptz.ZoomIn; command <= ptz.DownRight; command++ {
		before := len(r.Moves())
		timed, err := begin(t, head, command)
		if err != nil || timed && setup.Untimed {
			t.Fatalf("%v: timed %v, %v", command, timed, err)
		}
		want := []Move{{Timed, channel, command.String()}}
		if !timed {
			want = []Move{{Started, channel, command.String()}, {Stopped, channel, command.String()}}
			if moving := r.Counts().Moving; moving != 1 {
				t.Errorf("%v: %d cameras move", command, moving)
			}
			if err := halt(t, head, command); err != nil {
				t.Errorf("%v: stop: %v", command, err)
			}
		}
		if moves := r.Moves()[before:]; !slices.Equal(moves, want) {
			t.Errorf("%v: the recorder did %v, want %v", command, moves, want)
		}
		if err := halt(t, head, command); err != nil {
			t.Errorf("%v: stop where nothing moves: %v", command, err)
		}
		if moving := r.Counts().Moving; moving != 0 {
			t.Errorf("%v: %d cameras still move", command, moving)
		}
	}
}

func (h Harness) moveStopFails(t *testing.T) {
	r := h.Start(t, Setup{Untimed: true})
	head := headOf(t, h.open(t, r), h.Channel)
	r.Suffer(StopFails)
	if _, err := begin(t, head, ptz.PanLeft); err != nil {
		t.Fatal(err)
	}
	if err := halt(t, head, ptz.PanLeft); err != nil { // an adapter may have tried again by itself
		if kind, ok := device.KindOf(err); !ok || kind == device.KindUnsupported {
			t.Errorf("error %v, which looks as if trying again could not help", err)
		}
		if err := halt(t, head, ptz.PanLeft); err != nil {
			t.Errorf("second stop: %v", err)
		}
	}
	if moving := r.Counts().Moving; moving != 0 {
		t.Errorf("%d cameras still move", moving)
	}
}

// moveFixed: the recorder may tell when asked for the channel or when the camera is to move.
func (h Harness) moveFixed(t *testing.T) {
	r := h.Start(t, Setup{Fixed: []int{h.Second}})
	d := h.open(t, r)
	for _, command := range []ptz.Command{ptz.TiltUp, ptz.ZoomIn, ptz.FocusNear, ptz.IrisOpen} {
		head, err := d.PTZ(t.Context(), h.Second)
		if err == nil {
			_, err = begin(t, head, command)
			_ = head.Close()
		}
		expect(t, r, err, device.OpPTZ, device.KindUnsupported)
	}
	if _, err := begin(t, headOf(t, d, h.Channel), ptz.TiltUp); err != nil {
		t.Errorf("the camera beside it: %v", err)
	}
}

func (h Harness) moveUnknown(t *testing.T) {
	r := h.Start(t, Setup{})
	head, err := h.open(t, r).PTZ(t.Context(), h.Missing)
	if err == nil {
		_, err = begin(t, head, ptz.TiltUp)
		_ = head.Close()
	}
	expect(t, r, err, device.OpPTZ, device.KindNoSuchChannel)
	if moves := r.Moves(); len(moves) != 0 {
		t.Errorf("the recorder did %v", moves)
	}
}

func (h Harness) movePowerOff(t *testing.T) {
	r := h.Start(t, Setup{Untimed: true})
	head := headOf(t, h.open(t, r), h.Channel)
	if _, err := begin(t, head, ptz.PanRight); err != nil {
		t.Fatal(err)
	}
	r.PowerOff()
	expect(t, r, halt(t, head, ptz.PanRight), device.OpPTZ, device.KindUnreachable)
}
