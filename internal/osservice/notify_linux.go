package osservice

import (
	"fmt"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"golang.org/x/sys/unix"
)

// notifier is systemd, or whoever else listens by sd_notify(3).
type notifier struct{ patience time.Duration }

func newNotifier() notifier {
	patience, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		patience = 0 // WATCHDOG_USEC is not of systemd's making
	}
	return notifier{patience}
}

// tell sends a state. Nothing follows from a failure: systemd finds out by itself what it was not told.
func (notifier) tell(state string) { _, _ = daemon.SdNotify(false, state) }

func (n notifier) Ready() { n.tell(daemon.SdNotifyReady) }

// Reloading carries the time that sd_notify(3) asks for since systemd 253.
func (n notifier) Reloading() {
	state := daemon.SdNotifyReloading
	var now unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) == nil {
		state += fmt.Sprintf("\nMONOTONIC_USEC=%d", now.Nano()/int64(time.Microsecond))
	}
	n.tell(state)
}

func (n notifier) Stopping() { n.tell(daemon.SdNotifyStopping) }

func (n notifier) Alive() { n.tell(daemon.SdNotifyWatchdog) }

func (n notifier) Patience() time.Duration { return n.patience }
