package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mediapusher/internal/config"
	"mediapusher/internal/osservice"
)

// serviceCommand is what an operator does with the service of this machine.
type serviceCommand struct {
	Install   installCommand   `cmd:"" help:"Install this program as the service and start it; an older one is replaced."`
	Uninstall uninstallCommand `cmd:"" help:"Stop the service and remove all of it."`
	Start     startCommand     `cmd:"" help:"Start the service, and wait until it serves."`
	Stop      stopCommand      `cmd:"" help:"Stop the service, and wait until it has ended."`
	Restart   restartCommand   `cmd:"" help:"Stop and start the service, and tell how long it was away."`
	Status    statusCommand    `cmd:"" help:"How the service is. Exit code 0: it runs; 3: it does not; 4: it is not installed."`
	Serve     runCommand       `cmd:"" name:"run" hidden:""`
}

type (
	installCommand   struct{}
	uninstallCommand struct {
		KeepConfig bool `help:"Leave the configuration."`
	}
	startCommand   struct{}
	stopCommand    struct{}
	restartCommand struct{}
	statusCommand  struct{}
	// runCommand is what the service manager of Windows starts the program with.
	runCommand struct{ serveCommand }
)

// Exit codes of `service`, of which 3 and 4 are those of the Linux Standard Base 5.0 (Core, 22.2) for "status".
const (
	exitFailed       = 1
	exitStopped      = 3
	exitNotInstalled = 4
	exitNoRights     = 5
)

// errNotRunning is the answer of `service status` where the service does not run.
var errNotRunning = errors.New("the service does not run; start it: mediapusher service start")

// exitCode returns with which code the program ends for an error.
func exitCode(err error) int {
	switch {
	case errors.Is(err, errNotRunning):
		return exitStopped
	case errors.Is(err, osservice.ErrNotInstalled):
		return exitNotInstalled
	case errors.Is(err, osservice.ErrNoRights):
		return exitNoRights
	}
	return exitFailed
}

// ofThisSystem returns the service of the system that this runs on. Its sentences go to out.
func ofThisSystem(out io.Writer) (osservice.Service, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("where this program lies: %w", err)
	}
	if program, err = filepath.EvalSymlinks(program); err != nil {
		return nil, fmt.Errorf("where this program lies: %w", err)
	}
	bindings := false
	for _, library := range libraries {
		bindings = bindings || library.notBuilt == nil
	}
	return osservice.OfThisSystem(osservice.Program{Path: program, Libraries: bindings}, func(sentence string) {
		fmt.Fprintln(out, sentence)
	})
}

// Run installs the service and says where its API and its console are.
func (installCommand) Run() error {
	service, err := ofThisSystem(os.Stdout)
	if err != nil {
		return err
	}
	if err := service.Install(context.Background()); err != nil {
		return err
	}
	err = describe(context.Background(), os.Stdout, service)
	if errors.Is(err, osservice.ErrNoManager) {
		return nil // a package in an image that is being built: Install has said when the service starts
	}
	return err
}

// Run removes the service.
func (c uninstallCommand) Run() error {
	service, err := ofThisSystem(os.Stdout)
	if err != nil {
		return err
	}
	keep := osservice.KeepNothing
	if c.KeepConfig {
		keep = osservice.KeepConfig
	}
	if err := service.Uninstall(context.Background(), keep); err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, "removed")
	return nil
}

// Run starts the service.
func (startCommand) Run() error {
	service, err := ofThisSystem(os.Stdout)
	if err != nil {
		return err
	}
	return service.Start(context.Background())
}

// Run stops the service.
func (stopCommand) Run() error {
	service, err := ofThisSystem(os.Stdout)
	if err != nil {
		return err
	}
	return service.Stop(context.Background())
}

// Run restarts the service.
func (restartCommand) Run() error {
	service, err := ofThisSystem(os.Stdout)
	if err != nil {
		return err
	}
	away, err := service.Restart(context.Background())
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, osservice.Away(away))
	return nil
}

// Run prints how the service is.
func (statusCommand) Run() error {
	service, err := ofThisSystem(os.Stdout)
	if err != nil {
		return err
	}
	return describe(context.Background(), os.Stdout, service)
}

// Run serves under the service manager.
func (c *runCommand) Run() error { return osservice.HostService(context.Background(), c.serve) }

// describe prints how the service is, one "name: value" in a line. It fails where the service does not run.
func describe(ctx context.Context, out io.Writer, service osservice.Service) error {
	status, err := service.Status(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "state:   %s\n", status.State)
	if !status.Since.IsZero() {
		fmt.Fprintf(out, "since:   %s (%s)\n", status.Since.Format(time.DateTime), time.Since(status.Since).Round(time.Second))
	}
	if status.PID != 0 {
		fmt.Fprintf(out, "pid:     %d\n", status.PID)
	}
	fmt.Fprintf(out, "version: %s\n", installedVersion(ctx, status.Program))
	fmt.Fprintf(out, "program: %s\n", status.Program)
	fmt.Fprintf(out, "config:  %s\n", status.Config)
	describeAddresses(out, status.Config)
	if status.State != osservice.Running {
		return errNotRunning
	}
	return nil
}

// describeAddresses prints where the service listens, by its configuration, which only its own account and root may read. What the
// environment of the service changes is not known here.
func describeAddresses(out io.Writer, file string) {
	cfg, err := config.Load(file, nil)
	switch {
	case errors.Is(err, os.ErrPermission):
		fmt.Fprintln(out, "api:     (only root may read the configuration)")
		return
	case err != nil:
		fmt.Fprintf(out, "api:     unknown: %s\n", err)
		return
	}
	fmt.Fprintf(out, "api:     %s\n", strings.Join(cfg.API.Listen, " "))
	fmt.Fprintf(out, "console: http://%s/console/\n", fromOutside(cfg.Admin.Listen))
}

// fromOutside returns the address by which other machines reach a listener, as far as this one knows it: where it listens everywhere,
// the first address that is no loopback.
func fromOutside(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil || (host != "" && !net.ParseIP(host).IsUnspecified()) {
		return listen
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return fromHere(listen)
	}
	for _, address := range addresses {
		network, isNetwork := address.(*net.IPNet)
		if isNetwork && network.IP.IsGlobalUnicast() && network.IP.To4() != nil {
			return net.JoinHostPort(network.IP.String(), port)
		}
	}
	return fromHere(listen)
}
