package osservice

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// Commands runs programs of the system. Run returns what the program printed on both outputs, and an error for an exit code other than 0.
type Commands interface {
	Run(ctx context.Context, name string, args ...string) (output string, err error)
}

// SystemdConfig says what to install and where.
type SystemdConfig struct {
	Program   string       // absolute path of the program that runs
	Libraries bool         // whether it has the bindings of the makers' SDKs
	Commands  Commands     // nil runs them
	Root      string       // goes before every path: empty but in tests
	UserID    int          // of this process; 0 is root
	Say       func(string) // takes one sentence for the operator at a time; nil drops them
}

// Systemd is the service under systemd.
type Systemd struct{ cfg SystemdConfig }

// NewSystemd returns the service under systemd.
func NewSystemd(cfg SystemdConfig) *Systemd {
	if cfg.Commands == nil {
		cfg.Commands = Exec{}
	}
	if cfg.Say == nil {
		cfg.Say = func(string) {}
	}
	return &Systemd{cfg: cfg}
}

var _ Service = (*Systemd)(nil)

// Where things lie. The Filesystem Hierarchy Standard 3.0 gives programs of the operator /usr/local/bin.
const (
	ownProgram   = "/usr/local/bin/mediapusher"
	ownUnit      = "/etc/systemd/system/mediapusher.service"
	packagedUnit = "/usr/lib/systemd/system/mediapusher.service"
	configFile   = "/etc/mediapusher/mediapusher.yml"
	stateDir     = "/var/lib/mediapusher"
	unitName     = Name + ".service"
)

func (s *Systemd) path(absolute string) string { return filepath.Join(s.cfg.Root, absolute) }

// packaged tells whether the package manager owns the service.
func (s *Systemd) packaged() bool { return exists(s.path(packagedUnit)) }

// booted tells whether systemd manages this system, as sd_booted(3) does.
func (s *Systemd) booted() bool { return exists(s.path("/run/systemd/system")) }

// may tells whether the service can be changed here and by this caller.
func (s *Systemd) may() error {
	if s.cfg.UserID != 0 {
		return fmt.Errorf("%w: run it as root, as in: sudo %s service …", ErrNoRights, s.cfg.Program)
	}
	if !s.booted() {
		return fmt.Errorf("%w: this needs systemd as the first process; elsewhere (in a container, say) run it by hand: "+
			"%s serve --config FILE", ErrNoManager, s.cfg.Program)
	}
	return nil
}

// run runs a program of the system. The error has the program's own words.
func (s *Systemd) run(ctx context.Context, name string, args ...string) (string, error) {
	output, err := s.cfg.Commands.Run(ctx, name, args...)
	if err != nil {
		said := strings.TrimSpace(output)
		if said == "" {
			said = "it said nothing"
		}
		return output, fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, said)
	}
	return output, nil
}

// change runs systemctl on the service, after a look whether that can be.
func (s *Systemd) change(ctx context.Context, verb string) error {
	if err := s.may(); err != nil {
		return err
	}
	if !s.packaged() && !exists(s.path(ownUnit)) {
		return ErrNotInstalled
	}
	_, err := s.run(ctx, "systemctl", verb, unitName)
	if err != nil && verb != "stop" {
		err = fmt.Errorf("%w\n%slook why: journalctl -u %s -n 50 --no-pager", err, s.lastWords(ctx), Name)
	}
	return err
}

// lastWords returns what the program said as it ended with an error, as a line, and nothing where it said nothing.
func (s *Systemd) lastWords(ctx context.Context) string {
	journal, err := s.cfg.Commands.Run(ctx, "journalctl", "--unit="+unitName, "--lines=20", "--output=cat", "--no-pager")
	if err != nil {
		return ""
	}
	said := ""
	for line := range strings.Lines(journal) {
		if strings.HasPrefix(line, Name+": ") {
			said = strings.TrimSpace(line) + "\n"
		}
	}
	return said
}

// Start implements Service.
func (s *Systemd) Start(ctx context.Context) error { return s.change(ctx, "start") }

// Stop implements Service.
func (s *Systemd) Stop(ctx context.Context) error { return s.change(ctx, "stop") }

// Restart implements Service. systemctl returns when the service has said that it serves.
func (s *Systemd) Restart(ctx context.Context) (time.Duration, error) {
	begin := time.Now()
	err := s.change(ctx, "restart")
	return time.Since(begin), err
}

// Status implements Service.
func (s *Systemd) Status(ctx context.Context) (Status, error) {
	if !s.packaged() && !exists(s.path(ownUnit)) {
		return Status{}, ErrNotInstalled
	}
	if !s.booted() {
		return Status{}, fmt.Errorf("%w: this needs systemd as the first process", ErrNoManager)
	}
	output, err := s.run(ctx, "systemctl", "show", unitName,
		"--property=LoadState,ActiveState,SubState,MainPID,StateChangeTimestamp,ActiveEnterTimestamp")
	if err != nil {
		return Status{}, err
	}
	status := parseShow(output)
	status.Program, status.Config = s.program(), configFile
	return status, nil
}

// program returns where the installed program lies.
func (s *Systemd) program() string {
	if s.packaged() {
		return packagedProgram
	}
	return ownProgram
}

// errStartFailed is behind every failure to start after an installation that went well.
var errStartFailed = errors.New("installed, but it does not start")
