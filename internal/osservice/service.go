package osservice

import (
	"context"
	"errors"
	"time"
)

// Name is the name of the service, of its user on Linux, and of its source in the event log of Windows.
const Name = "mediapusher"

// State is what the service manager says of the service.
type State string

// The states of a service.
const (
	Running  State = "running"
	Starting State = "starting"
	Stopping State = "stopping"
	Stopped  State = "stopped"
	Failed   State = "failed" // stopped by an error; a service that is about to be restarted is Starting
)

// Status is how the service is.
type Status struct {
	State   State
	Since   time.Time // of the state; zero where it is unknown
	PID     int       // 0 where no process runs
	Program string    // path of the installed program, empty where it is unknown
	Config  string    // path of its configuration
}

// Keep says what an uninstall leaves behind.
type Keep string

// What may be kept.
const (
	KeepNothing Keep = "nothing"
	KeepConfig  Keep = "config"
)

// Errors of a Service, to be found by errors.Is. Their texts end with the next thing to do.
var (
	// ErrNotInstalled means that the manager does not know the service.
	ErrNotInstalled = errors.New("the service is not installed; install it: mediapusher service install")
	// ErrNoRights means that the caller is not root or no administrator.
	ErrNoRights = errors.New("this needs the rights of an administrator")
	// ErrNoManager means that there is no service manager that this package knows.
	ErrNoManager = errors.New("no service manager is running here")
	// ErrPackaged means that the package manager owns the service.
	ErrPackaged = errors.New("the service was installed as a package")
)

// Service is the service in the eyes of an operator. Its methods are called one after the other. Every error wraps one of the errors
// above or says what the manager said.
type Service interface {
	Installation
	Operation
}

// Installation is what makes a service of the program, and takes it away again.
type Installation interface {
	// Install puts the running program in as the service, keeps a configuration that is there, and starts the service, or restarts it
	// where it runs already.
	Install(ctx context.Context) error
	// Uninstall stops the service and removes all that Install and the service made, but for what is kept.
	Uninstall(ctx context.Context, keep Keep) error
}

// Operation is what is done with a service that is installed.
type Operation interface {
	// Start starts the service, and returns when it serves. A service that runs is left alone.
	Start(ctx context.Context) error
	// Stop stops the service, and returns when it has ended.
	Stop(ctx context.Context) error
	// Restart stops and starts the service and returns how long it could not serve.
	Restart(ctx context.Context) (away time.Duration, err error)
	// Status returns how the service is. Anybody may ask.
	Status(ctx context.Context) (Status, error)
}
