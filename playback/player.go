package playback

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/media"
)

// Why a Player does not do what it is told; found with errors.Is.
var (
	// ErrOutside: the time lies outside what was asked for and outside what is recorded.
	ErrOutside = errors.New("outside the range of the recording")
	// ErrEnded: the playback is over.
	ErrEnded = errors.New("the playback is over")
	// ErrSpeed: the speed is not from MinSpeed to MaxSpeed.
	ErrSpeed = errors.New("the speed must be from 0.125 to 8")
	// ErrNoPicture: the device ends each run of the recording without a picture.
	ErrNoPicture = errors.New("the device sends no picture of the recording")
)

// Config configures a Player.
type Config struct {
	// Table is what is recorded, as far as it is known; the search may go on beside the playback, until Timetable.Complete.
	Table *Timetable
	// Open asks the device for one run. It is called by Run's goroutine, never before the run before has ended and is closed.
	Open func(ctx context.Context, r Request) (media.Source, error)
	// Flush drops what was written to the sink and not sent yet, and lets a blocked Write return: Pacer.Flush. It may be called
	// by any goroutine and must not call the Player.
	Flush func()
	// OnAir is the recorded time of the picture sent last, zero where there is none since the last Flush: Pacer.Position. The same
	// holds as for Flush.
	OnAir func() time.Time
	// Silence is how long a device may send nothing, default 12 s.
	Silence time.Duration
	// Log may be nil.
	Log *zap.Logger
}

// Player plays the recordings of a Timetable, from its start to its end.
type Player struct{ cfg Config }

// NewPlayer returns a Player that stands at the start of the range, at speed 1. It does nothing before Run.
func NewPlayer(cfg Config) *Player { return &Player{cfg: cfg} }

// Run implements media.Source. It returns nil at the end of the last recording, and when ctx ended. After an error it may be called
// again and goes on where it was.
func (p *Player) Run(context.Context, media.Sink) error { return ErrEnded }

// Seek goes on at another time. It returns when the first picture of the new place has been written, or with ErrOutside, ErrEnded,
// ErrNoPicture, the device's refusal (the playback then goes on where it was) or the context's error, which ends only the waiting.
func (p *Player) Seek(context.Context, time.Time) error { return ErrEnded }

// SetSpeed goes on at another speed, from MinSpeed to MaxSpeed. It returns as Seek does, and ErrSpeed.
func (p *Player) SetSpeed(context.Context, float64) error { return ErrEnded }

// Pause ends the device's session and holds the playback where it is on air.
func (p *Player) Pause(context.Context) error { return ErrEnded }

// Resume goes on after Pause. It returns as Seek does.
func (p *Player) Resume(context.Context) error { return ErrEnded }

// Position is the recorded time on air.
func (p *Player) Position() time.Time { return time.Time{} }

// Speed is the speed in use, 1 for real time.
func (p *Player) Speed() float64 { return 1 }

// Paused tells whether the playback is held by Pause.
func (p *Player) Paused() bool { return false }
