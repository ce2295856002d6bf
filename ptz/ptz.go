// Package ptz owns what is common to moving cameras whatever the vendor: the commands that callers may give, how long one movement may
// last, the Guard that stops every movement, and its journal on disk. Each vendor adapter translates the commands into its own codes. It
// imports nothing of this project.
package ptz

import (
	"errors"
	"fmt"
	"time"
)

// ErrCommand is returned for a number that names no command.
var ErrCommand = errors.New("must be a number from 0 to 13")

// ErrDuration is returned for a movement that is too short or too long.
var ErrDuration = errors.New("must be a number of milliseconds from 100 to 1000")

// The bounds of one movement, and how long it lasts where the caller names no duration.
const (
	MinDuration     = 100 * time.Millisecond
	MaxDuration     = time.Second
	DefaultDuration = 200 * time.Millisecond
)

// Command is one movement of lens or camera, numbered as the callers of the HTTP API do. The order is that of Hikvision's constants
// 11 to 16 and 21 to 28 (HCNetSDK.h, ZOOM_IN to DOWN_RIGHT).
type Command int

// The commands: the lens first, then the head.
const (
	ZoomIn Command = iota
	ZoomOut
	FocusNear
	FocusFar
	IrisOpen
	IrisClose
	TiltUp
	TiltDown
	PanLeft
	PanRight
	UpLeft
	UpRight
	DownLeft
	DownRight
)

var names = [...]string{
	"zoom in", "zoom out", "focus near", "focus far", "iris open", "iris close",
	"tilt up", "tilt down", "pan left", "pan right", "up left", "up right", "down left", "down right",
}

// NewCommand returns the command with a caller's number, 0 to 13, or ErrCommand.
func NewCommand(number int) (Command, error) {
	if number < int(ZoomIn) || number > int(DownRight) {
		return 0, ErrCommand
	}
	return Command(number), nil
}

// String returns the name that logs show, "tilt up".
func (c Command) String() string {
	if c < ZoomIn || c > DownRight {
		return fmt.Sprintf("command %d", int(c))
	}
	return names[c]
}

// NewDuration returns the length of a movement of so many milliseconds, 100 to 1000, or ErrDuration.
func NewDuration(milliseconds int) (time.Duration, error) {
	if milliseconds < int(MinDuration.Milliseconds()) || milliseconds > int(MaxDuration.Milliseconds()) {
		return 0, ErrDuration
	}
	return time.Duration(milliseconds) * time.Millisecond, nil
}
