package osservice

import (
	"context"
	"errors"
	"time"
)

// Control is what a service manager that talks to the process asks for, as that of Windows does.
type Control string

// The controls.
const (
	ControlStop Control = "stop" // end; also when the machine shuts down
	ControlAsk  Control = "ask"  // tell the state again
)

// ErrFrozen means that the service was not found alive for longer than the manager's patience.
var ErrFrozen = errors.New("the service did not get through its own check in time, and is restarted")

// Attend runs main between a service manager and the service: it tells the manager every state, hands its controls on, and returns what
// main returned when that has ended. Where main has been ready and then not alive for longer than patience, Attend
// returns ErrFrozen at once, whatever main does; the caller ends the process then. tell is called from one goroutine at a time.
func Attend(
	ctx context.Context, controls <-chan Control, tell func(State), patience time.Duration, main func(context.Context, Manager) error,
) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	gone := make(chan struct{})
	defer close(gone)
	said := make(chan word)
	ended := make(chan error, 1)

	state := Starting
	tell(state)
	go func() { ended <- main(ctx, &attended{said: said, gone: gone, patience: patience}) }()
	late := time.NewTimer(patience)
	late.Stop() // a start may take its time
	defer late.Stop()
	for {
		select {
		case control := <-controls:
			if control == ControlStop && state != Stopping {
				state = Stopping
				late.Stop()
				cancel()
			}
			tell(state)
		case w := <-said:
			switch {
			case state == Stopping:
			case w == wordStopping:
				state = Stopping
				late.Stop()
				tell(state)
			case w == wordReady:
				state = Running
				late.Reset(patience)
				tell(state)
			case state == Running:
				late.Reset(patience)
			}
		case <-late.C:
			return ErrFrozen
		case err := <-ended:
			return err
		}
	}
}

// word is what the service says to its manager.
type word string

const (
	wordReady    word = "ready"
	wordStopping word = "stopping"
	wordAlive    word = "alive"
)

// attended is the Manager that main talks to.
type attended struct {
	said     chan<- word
	gone     <-chan struct{}
	patience time.Duration
}

func (a *attended) say(w word) {
	select {
	case a.said <- w:
	case <-a.gone:
	}
}

func (a *attended) Ready() { a.say(wordReady) }

// Reloading is nothing that this kind of manager knows.
func (*attended) Reloading() {}

func (a *attended) Stopping() { a.say(wordStopping) }

func (a *attended) Alive() { a.say(wordAlive) }

func (a *attended) Patience() time.Duration { return a.patience }
