package osservice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/eventlog"
)

const (
	// patience is how long the service may be found not alive: the unit's WatchdogSec.
	patience = 30 * time.Second
	// event is the number of our events: eventcreate.exe, whose texts are used, has the numbers 1 to 1000.
	event = 1
	// failedCode is the service's own exit code for an error; the event log has its words.
	failedCode = 1
)

// Host runs main under the service manager that started this process; where none did, main runs all the same. main's context
// ends when ctx does or the manager asks for it. Host returns what main returns.
func Host(ctx context.Context, main func(context.Context, Manager) error) error {
	isService, err := svc.IsWindowsService()
	if err != nil {
		return fmt.Errorf("ask how this process was started: %w", err)
	}
	if isService {
		return HostService(ctx, main)
	}
	return main(ctx, &attended{said: nil, gone: closed()})
}

// HostService is Host in a process that a service manager is known to have started, as Install told it to. Host finds that out by the
// parent's name and session, which are others under Wine.
func HostService(ctx context.Context, main func(context.Context, Manager) error) error {
	handler := &handler{serve: func(controls <-chan Control, tell func(State)) error {
		return Attend(ctx, controls, tell, patience, main)
	}}
	return errors.Join(svc.Run(Name, handler), handler.err)
}

// closed returns a channel that is closed: of a manager that is gone from the beginning.
func closed() <-chan struct{} {
	gone := make(chan struct{})
	close(gone)
	return gone
}

// handler is between the manager's words and those of Attend.
type handler struct {
	serve func(controls <-chan Control, tell func(State)) error
	err   error // of serve
}

// Execute implements svc.Handler.
func (h *handler) Execute(_ []string, requests <-chan svc.ChangeRequest, statuses chan<- svc.Status) (bool, uint32) {
	events, err := eventlog.Open(Name)
	if err != nil {
		h.err = fmt.Errorf("open the event log: %w", err)
		return true, failedCode
	}
	defer func() { _ = events.Close() }()
	controls := make(chan Control)
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case request := <-requests:
				control := ControlAsk
				if request.Cmd == svc.Stop || request.Cmd == svc.Shutdown {
					control = ControlStop
				}
				select {
				case controls <- control:
				case <-done:
					return
				}
			case <-done:
				return
			}
		}
	}()
	served := false
	h.err = h.serve(controls, func(state State) {
		switch state {
		case Running:
			statuses <- svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown}
			if !served {
				_ = events.Info(event, "the service serves") // an event that is lost changes nothing
			}
			served = true
		case Stopping:
			statuses <- svc.Status{State: svc.StopPending, WaitHint: uint32(patience / time.Millisecond)}
		case Starting, Stopped, Failed:
			statuses <- svc.Status{State: svc.StartPending, WaitHint: uint32(changeLimit / time.Millisecond)}
		}
	})
	if h.err != nil {
		_ = events.Error(event, "the service ends with an error: "+h.err.Error())
		return true, failedCode
	}
	_ = events.Info(event, "the service ended")
	return false, 0
}
