package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/config"
	"mediapusher/internal/device"
	"mediapusher/internal/logging"
	"mediapusher/pusher"
	"mediapusher/task"
)

// listening is a service manager, and a pool of logins, that remembers what it was told.
type listening struct {
	mu    sync.Mutex
	words []string
}

func (m *listening) say(word string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.words = append(m.words, word)
}
func (m *listening) Ready()                  { m.say("ready") }
func (m *listening) Reloading()              { m.say("reloading") }
func (m *listening) Stopping()               {}
func (m *listening) Alive()                  {}
func (m *listening) Patience() time.Duration { return 0 }

func (m *listening) said() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return strings.Join(m.words, " ")
}

// nobody is a recorder and an RTMP server that are not there.
type nobody struct{}

func (nobody) Open(context.Context, device.Target) (device.Device, error) {
	return nil, errors.ErrUnsupported
}

func (nobody) Dial(context.Context, string) (pusher.Conn, error) { return nil, errors.ErrUnsupported }

func settingsOf(t *testing.T, file string) (*settings, *listening) {
	t.Helper()
	live, err := config.NewLive(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	log, err := logging.New(logging.Config{Level: live.Current().Log.Level, File: filepath.Join(t.TempDir(), "log"), MaxSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	tasks, err := task.New(task.Config{Devices: nobody{}, RTMP: nobody{}})
	if err != nil {
		t.Fatal(err)
	}
	manager := &listening{}
	return newSettings(live, manager, tasks, func() { manager.say("relent") }, func(error) {}, log), manager
}

func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestReloadReachesAll(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.yml")
	put(t, file, "log: {level: warn}\n")
	s, manager := settingsOf(t, file)
	put(t, file, `log: {level: debug, format: json}
api: {token: hush, origins: ["http://a:1"]}
admin: {token: hush2}
rtmp: {play_url: "rtmp://p/{stream}"}
allow_devices: 10.0.0.0/8
`)
	change, err := s.Reload(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"api.token", "api.origins", "admin.token", "rtmp.play_url", "log.level", "allow_devices"}; !slices.Equal(change.Applied, want) ||
		!slices.Equal(change.RestartNeeded, []string{"log.format"}) {
		t.Errorf("change %+v", change)
	}
	if now := s.public(); now.Token.Reveal() != "hush" || now.URLs.RTMP != "rtmp://p/{stream}" || len(now.Origins) != 1 || s.adminToken().Reveal() != "hush2" {
		t.Errorf("the listeners have %+v", now)
	}
	if !s.log.Core().Enabled(zap.DebugLevel) {
		t.Error("the log has its old level")
	}
	var refused *device.Error
	if err := s.allow(t.Context(), device.Target{Host: "192.0.2.1"}); !errors.As(err, &refused) || refused.Kind != device.KindNotAllowed {
		t.Errorf("a device that is not allowed any more: %v", err)
	}
	put(t, file, "log: {level: loud}\nwhat: 1\n")
	if _, err := s.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), `"what"; `) || strings.Contains(err.Error(), "\n") {
		t.Errorf("a wrong file: %v", err)
	}
	state := s.State()
	if s.public().Token.Reveal() != "hush" || state.Err == nil || !slices.Equal(state.RestartNeeded, []string{"log.format"}) || state.File != file {
		t.Errorf("after a wrong file: %+v", state)
	}
	if got := manager.said(); got != "relent reloading ready relent reloading ready" {
		t.Errorf("the service manager was told %q", got)
	}
}

// A changed file and SIGHUP bring a reading each.
func TestReloadByItself(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.yml")
	put(t, file, "log: {level: warn}\n")
	s, manager := settingsOf(t, file)
	end := runUntilEnded(s.run, make(chan error, 1))
	defer end()
	until := func(what string, reached func() bool) {
		t.Helper()
		deadline := time.Now().Add(20 * time.Second)
		for !reached() {
			if time.Now().After(deadline) {
				t.Fatal(what)
			}
			<-time.After(5 * time.Millisecond)
		}
	}
	put(t, file, "log: {level: debug}\n")
	until("the changed file was not read", func() bool { return s.log.Core().Enabled(zap.DebugLevel) })
	until("the reading has no end", func() bool { return manager.said() == "reloading ready" })
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(syscall.SIGHUP); err != nil {
		t.Skip("no SIGHUP on this system: ", err)
	}
	until("SIGHUP brought no reading", func() bool { return manager.said() == "reloading ready relent reloading ready" })
}
