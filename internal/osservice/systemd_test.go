package osservice_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/osservice"
)

// system plays the programs of a system with systemd.
type system struct {
	ran     []string
	active  bool
	user    bool
	failing string // the command that fails
}

func (s *system) Run(_ context.Context, name string, args ...string) (string, error) {
	line := strings.Join(append([]string{name}, args...), " ")
	s.ran = append(s.ran, line)
	if s.failing != "" && strings.HasPrefix(line, s.failing) {
		return "No.\n", errors.New("exit status 1")
	}
	switch {
	case strings.HasPrefix(line, "getent passwd"):
		if !s.user {
			return "", errors.New("exit status 2")
		}
	case name == "useradd":
		s.user = true
	case name == "userdel":
		s.user = false
	case strings.HasPrefix(line, "systemctl start"), strings.HasPrefix(line, "systemctl restart"):
		s.active = true
	case strings.HasPrefix(line, "systemctl stop"):
		s.active = false
	case name == "journalctl":
		return "INFO serving\nmediapusher: api.listen: the port is taken\nStopped mediaPusher.\n", nil
	case strings.HasPrefix(line, "systemctl show"):
		if s.active {
			return "LoadState=loaded\nActiveState=active\nSubState=running\nMainPID=85\nActiveEnterTimestamp=Sat 2026-11-21 11:16:50 UTC\n", nil
		}
		return "LoadState=loaded\nActiveState=inactive\nSubState=dead\nMainPID=0\nStateChangeTimestamp=\n", nil
	}
	return "", nil
}

func (s *system) did(prefix string) bool {
	return slices.ContainsFunc(s.ran, func(line string) bool { return strings.HasPrefix(line, prefix) })
}

// room is a file system with a program in it, and what is said about it.
type room struct {
	root string
	said []string
	sys  *system
}

const (
	unpacked   = "/media/mediapusher"
	local      = "/usr/local/bin/mediapusher"
	unit       = "/etc/systemd/system/mediapusher.service"
	fromDebian = "/usr/lib/systemd/system/mediapusher.service"
	settings   = "/etc/mediapusher/mediapusher.yml"
)

func newRoom(t *testing.T) *room {
	t.Helper()
	r := &room{root: t.TempDir(), sys: &system{}}
	r.put(t, "/run/systemd/system/there", "")
	r.put(t, unpacked, "version 1")
	return r
}

func (r *room) put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(filepath.Join(r.root, path)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.root, path), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (r *room) text(path string) string {
	text, err := os.ReadFile(filepath.Join(r.root, path))
	if err != nil {
		return ""
	}
	return string(text)
}

func (r *room) has(path string) bool {
	_, err := os.Stat(filepath.Join(r.root, path))
	return err == nil
}

func (r *room) service(program string, user int) *osservice.Systemd {
	return osservice.NewSystemd(osservice.SystemdConfig{
		Program: program, Commands: r.sys, Root: r.root, UserID: user, Say: func(s string) { r.said = append(r.said, s) },
	})
}

func (r *room) heard(words string) bool { return strings.Contains(strings.Join(r.said, "\n"), words) }

func TestInstallFromAnArchive(t *testing.T) {
	r := newRoom(t)
	if err := r.service(unpacked, 0).Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r.text(local) != "version 1" || !strings.Contains(r.text(unit), "\nExecStart="+local+" serve --config "+settings+"\n") {
		t.Errorf("program %q, unit:\n%s", r.text(local), r.text(unit))
	}
	if !strings.Contains(r.text(settings), "listen: \":8090\"") {
		t.Errorf("the configuration is %q", r.text(settings))
	}
	for path, want := range map[string]os.FileMode{local: 0o755, unit: 0o644, settings: 0o640} {
		if info, err := os.Stat(filepath.Join(r.root, path)); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info, err)
		}
	}
	want := []string{
		"getent passwd mediapusher",
		"useradd --system --user-group --no-create-home --home-dir /var/lib/mediapusher --shell /usr/sbin/nologin mediapusher",
		"chown mediapusher:mediapusher " + filepath.Join(r.root, "/var/lib/mediapusher"),
		"chown root:mediapusher " + filepath.Join(r.root, settings),
		"systemctl enable mediapusher.service", "systemctl daemon-reload", "systemctl start mediapusher.service",
	}
	if got := slices.DeleteFunc(r.sys.ran, func(s string) bool { return strings.HasPrefix(s, "systemctl show") }); !slices.Equal(got, want) {
		t.Errorf("ran\n%s", strings.Join(got, "\n"))
	}
}

func TestInstallOverAnOlderOne(t *testing.T) {
	r := newRoom(t)
	if err := r.service(unpacked, 0).Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.put(t, settings, "mine")
	r.put(t, "/media/newer", "version 2")
	r.put(t, "/media/sdk/hikvision/libhcnetsdk.so", "")
	r.sys.ran = nil
	if err := r.service("/media/newer", 0).Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r.text(local) != "version 2" || r.text(settings) != "mine" {
		t.Errorf("program %q, configuration %q", r.text(local), r.text(settings))
	}
	if !r.sys.did("systemctl restart") || r.sys.did("useradd") || r.sys.did("systemctl start") {
		t.Errorf("ran %q", r.sys.ran)
	}
	if !r.heard("away for 0.0 s; sessions end at a restart") || !r.heard("stays as it is") || !r.heard("from /media/sdk: ") {
		t.Errorf("said %q", r.said)
	}
}

func TestUninstallLeavesNothing(t *testing.T) {
	for _, keep := range []osservice.Keep{osservice.KeepNothing, osservice.KeepConfig} {
		r := newRoom(t)
		if err := r.service(unpacked, 0).Install(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.put(t, unit+".d/override.conf", "[Service]")
		r.put(t, "/var/lib/mediapusher/moving", "x")
		if err := r.service(local, 0).Uninstall(t.Context(), keep); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{local, unit, unit + ".d", "/var/lib/mediapusher"} {
			if r.has(path) {
				t.Errorf("%s: %s is left", keep, path)
			}
		}
		if r.has(filepath.Dir(settings)) != (keep == osservice.KeepConfig) || r.sys.user || r.sys.active {
			t.Errorf("%s: configuration %t, user %t, active %t", keep, r.has(settings), r.sys.user, r.sys.active)
		}
		if err := r.service(unpacked, 0).Uninstall(t.Context(), keep); !errors.Is(err, osservice.ErrNotInstalled) {
			t.Errorf("%s: the second time: %v", keep, err)
		}
	}
}

func TestUninstallNamesWhatIsNotTheService(t *testing.T) {
	r := newRoom(t)
	if err := r.service(unpacked, 0).Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.put(t, "/etc/mediapusher/mine.pem", "x")
	if err := r.service(local, 0).Uninstall(t.Context(), osservice.KeepNothing); err != nil {
		t.Fatal(err)
	}
	if r.has(settings) || !r.has("/etc/mediapusher/mine.pem") || !r.heard("/etc/mediapusher/mine.pem") {
		t.Errorf("said %q", r.said)
	}
}

func TestPackage(t *testing.T) {
	r := newRoom(t)
	r.put(t, fromDebian, "")
	r.put(t, "/usr/bin/mediapusher", "version 1")
	ofPackage := r.service("/usr/bin/mediapusher", 0)
	if err := ofPackage.Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r.has(unit) || r.has(local) || !r.has(settings) || !r.sys.active {
		t.Error("an installed package has program and unit of its own")
	}
	if err := r.service(unpacked, 0).Install(t.Context()); !errors.Is(err, osservice.ErrPackaged) {
		t.Errorf("an archive over the package: %v", err)
	}
	if err := ofPackage.Uninstall(t.Context(), osservice.KeepNothing); !errors.Is(err, osservice.ErrPackaged) {
		t.Errorf("uninstall: %v", err)
	}
	r.put(t, unit, "")
	if err := ofPackage.Install(t.Context()); err == nil || !strings.Contains(err.Error(), "--keep-config") {
		t.Errorf("the package over an archive: %v", err)
	}
}

func TestPackageInAnImage(t *testing.T) {
	r := newRoom(t)
	if err := os.RemoveAll(filepath.Join(r.root, "run")); err != nil {
		t.Fatal(err)
	}
	r.put(t, fromDebian, "")
	r.put(t, "/usr/bin/mediapusher", "version 1")
	if err := r.service("/usr/bin/mediapusher", 0).Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r.sys.active || !r.sys.user || !r.sys.did("systemctl enable") || !r.heard("next boot") {
		t.Errorf("ran %q, said %q", r.sys.ran, r.said)
	}
}

func TestWhoAndWhere(t *testing.T) {
	all := map[string]func(context.Context, *osservice.Systemd) error{
		"install":   func(ctx context.Context, s *osservice.Systemd) error { return s.Install(ctx) },
		"uninstall": func(ctx context.Context, s *osservice.Systemd) error { return s.Uninstall(ctx, osservice.KeepNothing) },
		"start":     func(ctx context.Context, s *osservice.Systemd) error { return s.Start(ctx) },
		"stop":      func(ctx context.Context, s *osservice.Systemd) error { return s.Stop(ctx) },
		"restart":   func(ctx context.Context, s *osservice.Systemd) error { _, err := s.Restart(ctx); return err },
	}
	for name, do := range all {
		r := newRoom(t)
		if err := do(t.Context(), r.service(unpacked, 1000)); !errors.Is(err, osservice.ErrNoRights) || !strings.Contains(err.Error(), "sudo") {
			t.Errorf("%s by a user: %v", name, err)
		}
		if err := os.RemoveAll(filepath.Join(r.root, "run")); err != nil {
			t.Fatal(err)
		}
		if err := do(t.Context(), r.service(unpacked, 0)); !errors.Is(err, osservice.ErrNoManager) {
			t.Errorf("%s without systemd: %v", name, err)
		}
		if len(r.sys.ran) > 0 {
			t.Errorf("%s ran %q", name, r.sys.ran)
		}
	}
}

func TestAFailureHasTheSystemsWords(t *testing.T) {
	r := newRoom(t)
	r.sys.failing = "systemctl start"
	err := r.service(unpacked, 0).Install(t.Context())
	if err == nil || !strings.Contains(err.Error(), "does not start") || !strings.Contains(err.Error(), "No.") ||
		!strings.Contains(err.Error(), "\nmediapusher: api.listen: the port is taken\nlook why") || !strings.Contains(err.Error(), "journalctl -u mediapusher") {
		t.Errorf("%v", err)
	}
}

func TestStatus(t *testing.T) {
	r := newRoom(t)
	if _, err := r.service(unpacked, 1000).Status(t.Context()); !errors.Is(err, osservice.ErrNotInstalled) {
		t.Errorf("%v", err)
	}
	if err := r.service(unpacked, 0).Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	status, err := r.service(unpacked, 1000).Status(t.Context())
	if err != nil || status.State != osservice.Running || status.PID != 85 || status.Program != local || status.Config != settings {
		t.Errorf("%+v, %v", status, err)
	}
	if want := time.Date(2026, 11, 21, 11, 16, 50, 0, time.UTC); !status.Since.Equal(want) {
		t.Errorf("since %s", status.Since)
	}
	if err := r.service(unpacked, 0).Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, err := r.service(unpacked, 0).Status(t.Context()); err != nil || status.State != osservice.Stopped || status.PID != 0 {
		t.Errorf("%+v, %v", status, err)
	}
}

func TestExec(t *testing.T) {
	output, err := osservice.Exec{}.Run(t.Context(), "go", "env", "NO_SUCH_NAME")
	if err != nil || strings.TrimSpace(output) != "" {
		t.Errorf("%q, %v", output, err)
	}
	if output, err := (osservice.Exec{}).Run(t.Context(), "go", "no-such-command"); err == nil || !strings.Contains(output, "no-such-command") {
		t.Errorf("%q, %v", output, err)
	}
	if _, err := (osservice.Exec{}).Run(t.Context(), "no-such-program"); err == nil {
		t.Error("a program that is not there ran")
	}
}
