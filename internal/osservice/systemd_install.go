package osservice

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Install implements Service. A program in /usr/bin that has its unit beside it came with the package: then only what a package cannot
// hold is made (the user, the configuration), and without a running systemd, as in an image that is being built, it is not started.
func (s *Systemd) Install(ctx context.Context) error {
	ofPackage := s.packaged() && s.cfg.Program == packagedProgram
	if err := s.may(); err != nil && (!ofPackage || !errors.Is(err, ErrNoManager)) {
		return err
	}
	switch {
	case s.packaged() && !ofPackage:
		return fmt.Errorf("%w: install the newer package instead, or remove it first: apt remove %s", ErrPackaged, Name)
	case ofPackage && exists(s.path(ownUnit)):
		return fmt.Errorf("an installation from an archive (%s) stands before the package's; remove it, which keeps the configuration: "+
			"%s service uninstall --keep-config; then: mediapusher service install", ownUnit, ownProgram)
	}
	running := s.booted() && s.running(ctx)
	if !ofPackage {
		if err := s.place(); err != nil {
			return err
		}
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if _, err := s.run(ctx, "systemctl", "enable", unitName); err != nil {
		return err
	}
	if !s.booted() {
		s.cfg.Say("systemd is not running here: the service starts at the next boot")
		return nil
	}
	if _, err := s.run(ctx, "systemctl", "daemon-reload"); err != nil {
		return err
	}
	return s.begin(ctx, running)
}

// place puts program and unit to where they belong.
func (s *Systemd) place() error {
	if s.cfg.Program != ownProgram {
		if err := copyProgram(s.path(s.cfg.Program), s.path(ownProgram)); err != nil {
			return err
		}
		s.cfg.Say("the program is at " + ownProgram)
		if beside := filepath.Join(filepath.Dir(s.cfg.Program), "sdk"); exists(s.path(beside)) {
			s.cfg.Say("the makers' libraries are not taken along from " + beside + ": put them where the service may read them, as " +
				"/opt/mediapusher/sdk (not in a home directory), and name that in the configuration (sdk.hikvision, sdk.dahua)")
		}
	}
	return writeFile(s.path(ownUnit), Unit(Program{Path: ownProgram, Libraries: s.cfg.Libraries}), 0o644)
}

// prepare makes the user, the directory of the state and the configuration, where they are missing.
func (s *Systemd) prepare(ctx context.Context) error {
	if _, err := s.cfg.Commands.Run(ctx, "getent", "passwd", Name); err != nil {
		_, err := s.run(ctx, "useradd", "--system", "--user-group", "--no-create-home", "--home-dir", stateDir,
			"--shell", "/usr/sbin/nologin", Name)
		if err != nil {
			return fmt.Errorf("make the service's user: %w", err)
		}
	}
	if !exists(s.path(stateDir)) { // StateDirectory= makes it since systemd 235
		if err := os.MkdirAll(s.path(stateDir), 0o700); err != nil {
			return fmt.Errorf("make the directory of the state: %w", err)
		}
		if _, err := s.run(ctx, "chown", Name+":"+Name, s.path(stateDir)); err != nil {
			return err
		}
	}
	if exists(s.path(configFile)) {
		s.cfg.Say("the configuration stays as it is: " + configFile)
		return nil
	}
	// Passwords and tokens stand in it: the service reads it, and nobody else.
	if err := writeFile(s.path(configFile), MinimalConfig("", ""), 0o640); err != nil {
		return err
	}
	if _, err := s.run(ctx, "chown", "root:"+Name, s.path(configFile)); err != nil {
		return err
	}
	s.cfg.Say("the configuration is at " + configFile + "; the console asks for the token in it (admin.token)")
	return nil
}

// running tells whether the service runs.
func (s *Systemd) running(ctx context.Context) bool {
	status, err := s.Status(ctx)
	return err == nil && status.State != Stopped
}

// begin starts the service, or restarts the one that ran.
func (s *Systemd) begin(ctx context.Context, ran bool) error {
	if !ran {
		if err := s.Start(ctx); err != nil {
			return fmt.Errorf("%w: %w", errStartFailed, err)
		}
		return nil
	}
	away, err := s.Restart(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", errStartFailed, err)
	}
	s.cfg.Say(Away(away))
	return nil
}

// Away says what a restart cost.
func Away(away time.Duration) string {
	return fmt.Sprintf("away for %.1f s; sessions end at a restart: pages start them again", away.Seconds())
}

// Uninstall implements Service. What others put into the directory of the configuration stays, and is named.
func (s *Systemd) Uninstall(ctx context.Context, keep Keep) error {
	if err := s.may(); err != nil {
		return err
	}
	if s.packaged() {
		return fmt.Errorf("%w: remove it so: apt purge %s", ErrPackaged, Name)
	}
	if !exists(s.path(ownUnit)) && !exists(s.path(ownProgram)) {
		return ErrNotInstalled
	}
	if exists(s.path(ownUnit)) {
		for _, verb := range []string{"stop", "disable"} {
			if _, err := s.run(ctx, "systemctl", verb, unitName); err != nil {
				return err
			}
		}
	}
	failed := removeFiles(s.path(ownUnit), s.path(ownProgram))
	for _, directory := range []string{ownUnit + ".d", stateDir} {
		if err := os.RemoveAll(s.path(directory)); err != nil {
			failed = errors.Join(failed, fmt.Errorf("remove: %w", err))
		}
	}
	_, reload := s.run(ctx, "systemctl", "daemon-reload")
	_, _ = s.cfg.Commands.Run(ctx, "systemctl", "reset-failed", unitName) // it fails where nothing had failed
	failed = errors.Join(failed, reload, s.removeUser(ctx))
	if keep == KeepConfig {
		s.cfg.Say("kept: " + configFile)
		return failed
	}
	return errors.Join(failed, s.removeConfig())
}

func (s *Systemd) removeUser(ctx context.Context) error {
	if _, err := s.cfg.Commands.Run(ctx, "getent", "passwd", Name); err != nil {
		return nil //nolint:nilerr // there is no such user
	}
	if _, err := s.run(ctx, "userdel", Name); err != nil {
		return fmt.Errorf("remove the service's user: %w", err)
	}
	return nil
}

func (s *Systemd) removeConfig() error {
	if err := removeFiles(s.path(configFile)); err != nil {
		return err
	}
	directory := filepath.Dir(configFile)
	if removeEmpty(s.path(directory)) {
		return nil
	}
	entries, err := os.ReadDir(s.path(directory))
	if err != nil {
		return fmt.Errorf("remove: %w", err)
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
	}
	s.cfg.Say("left, because it is not the service's: " + directory + "/" + strings.Join(names, ", "))
	return nil
}
