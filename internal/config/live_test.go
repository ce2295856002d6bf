package config_test

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mediapusher/internal/config"
	"mediapusher/internal/device"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// restart are the keys that a running service does not take. Every other one is applied: nothing of the example is silently left out.
var restart = []string{
	"api.listen", "admin.listen", "rtmp.publish_url", "rtmp.hevc", "srs.api_url", "embedded.rtmp_listen", "embedded.http_listen", "data_dir",
	"sdk.hikvision", "sdk.dahua", "sdk.max_memory", "log.format", "log.file", "log.max_size", "log.max_files",
}

func TestEveryKeyIsAppliedOrNeedsARestart(t *testing.T) {
	all := keys(reflect.TypeFor[config.Config](), "")
	for _, key := range restart {
		if !slices.Contains(all, key) {
			t.Errorf("there is no %s any more", key)
		}
	}
	for _, key := range all {
		value, found := otherValues[key]
		switch {
		case key == "devices":
			value = "[{address: nvr, max_live: 3}]"
		case key == "allow_devices":
			value = "[10.0.0.0/8]"
		case !found:
			t.Fatalf("no other value for %s", key)
		case key == "api.listen":
			value = "[\":1\"]"
		case key == "api.origins":
			value = "[http://a]"
		}
		parts := strings.Split(key, ".")
		text := parts[len(parts)-1] + ": " + value + "\n"
		if len(parts) == 2 {
			text = parts[0] + ":\n  " + text
		}
		file := writeFile(t, "# nothing\n")
		live, err := config.NewLive(file, nil)
		if err != nil {
			t.Fatal(err)
		}
		before := live.Current()
		rewrite(t, file, text)
		change, err := live.Reload()
		if err != nil {
			t.Errorf("%s: %v", key, err)
			continue
		}
		want := config.Change{Applied: []string{key}}
		if slices.Contains(restart, key) {
			want = config.Change{RestartNeeded: []string{key}}
		}
		if !reflect.DeepEqual(change, want) {
			t.Errorf("%s: %+v, want %+v", key, change, want)
		}
		changed := !reflect.DeepEqual(live.Current(), before)
		if changed != (len(want.Applied) > 0) || !reflect.DeepEqual(live.Status().RestartNeeded, want.RestartNeeded) {
			t.Errorf("%s: changed is %t, status %+v", key, changed, live.Status())
		}
		if again, err := live.Reload(); err != nil || len(again.Applied) > 0 || !slices.Equal(again.RestartNeeded, want.RestartNeeded) {
			t.Errorf("%s, read once more: %+v, %v", key, again, err)
		}
	}
}

func rewrite(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWrongFileLeavesSettings(t *testing.T) {
	file := writeFile(t, "api:\n  token: hush\nlog:\n  level: warn\ndevices:\n  - {address: nvr, max_live: 3}\n")
	live, err := config.NewLive(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	before := live.Current()
	rewrite(t, file, "api:\n  token: hush2\nlog:\n  level: loud\nsearch_timout: 1s\n")
	_, err = live.Reload()
	for _, want := range []string{file + ": [4:10] log.level", `[5:1] unknown field "search_timout"`} {
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	status := live.Status()
	if live.Current() != before || status.Err == nil || status.File != file || status.Loaded.IsZero() {
		t.Errorf("after a wrong file: %+v, %+v", live.Current(), status)
	}
	rewrite(t, file, "log:\n  level: debug\n")
	if change, err := live.Reload(); err != nil || !slices.Equal(change.Applied, []string{"api.token", "log.level", "devices"}) {
		t.Errorf("the mended file: %+v, %v", change, err)
	}
	if s := live.Current().Settings(device.Target{Host: "nvr"}); s.MaxLive != 0 || live.Status().Err != nil {
		t.Errorf("after the mended file: %+v, %+v", s, live.Status())
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if _, err := live.Reload(); err == nil || live.Current().Log.Level != "debug" {
		t.Errorf("without its file: %v", err)
	}
}

// The token of a listener that other machines reach cannot go before the listener has moved.
func TestSettingsThatHangTogether(t *testing.T) {
	file := writeFile(t, "admin: {listen: \":8091\", token: hush}\n")
	live, err := config.NewLive(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	rewrite(t, file, "admin: {listen: \"127.0.0.1:8091\"}\nlog: {level: debug}\n")
	if _, err := live.Reload(); err == nil || !strings.Contains(err.Error(), "admin.listen") {
		t.Errorf("error %v", err)
	}
	if now := live.Current(); now.Admin.Token.Reveal() != "hush" || now.Log.Level != "info" {
		t.Errorf("the settings are half changed: %+v", now)
	}
}

func TestReloadWhileRead(t *testing.T) {
	file := writeFile(t, "log: {level: warn}\n")
	live, err := config.NewLive(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for range 200 {
				if level := live.Current().Log.Level; level != "warn" && level != "debug" {
					t.Errorf("level %q", level)
				}
				_ = live.Status()
			}
		})
	}
	for i := range 20 {
		rewrite(t, file, "log: {level: "+[]string{"debug", "warn"}[i%2]+"}\n")
		if _, err := live.Reload(); err != nil {
			t.Error(err)
		}
	}
	readers.Wait()
}

// Each step changes the file as some program does; the watch must see each.
func TestWatch(t *testing.T) {
	directory := t.TempDir()
	file := filepath.Join(directory, "mediapusher.yml")
	rewrite(t, file, "# first\n")
	w := watch(t, file)
	w.step("written in place", func() { rewrite(t, file, "# in place\n") })
	w.step("renamed over it", func() {
		rewrite(t, file+".new", "# renamed\n")
		rename(t, file+".new", file)
	})
	w.step("moved away and made anew", func() {
		rename(t, file, file+"~")
		rewrite(t, file, "# anew\n")
	})
	w.step("after all that in place", func() { rewrite(t, file, "# in place again\n") })
	w.quiet("the same content", func() { rewrite(t, file, "# in place again\n") })
	w.quiet("a neighbour", func() { rewrite(t, filepath.Join(directory, "other"), "x") })
	w.quiet("empty for a moment", func() { rewrite(t, file, "") })
}

// Kubernetes mounts a ConfigMap as links: the file is one into ..data, which is one to a directory that is swapped as a whole.
func TestWatchSwappedLinks(t *testing.T) {
	directory := t.TempDir()
	put := func(name, text string) string {
		if err := os.Mkdir(filepath.Join(directory, name), 0o700); err != nil {
			t.Fatal(err)
		}
		rewrite(t, filepath.Join(directory, name, "mediapusher.yml"), text)
		return name
	}
	link := func(target, name string) {
		if err := os.Symlink(target, filepath.Join(directory, name)); err != nil {
			t.Skip("no symbolic links here: ", err)
		}
	}
	swap := func(target string) {
		link(target, "..data_tmp")
		rename(t, filepath.Join(directory, "..data_tmp"), filepath.Join(directory, "..data"))
	}
	link(put("..1", "# one\n"), "..data")
	link(filepath.Join("..data", "mediapusher.yml"), "mediapusher.yml")
	w := watch(t, filepath.Join(directory, "mediapusher.yml"))
	w.step("swapped", func() { swap(put("..2", "# two\n")) })
	w.step("the old one removed and swapped", func() {
		if err := os.RemoveAll(filepath.Join(directory, "..1")); err != nil {
			t.Fatal(err)
		}
		swap(put("..3", "# three\n"))
	})
	w.step("written where the link leads", func() { rewrite(t, filepath.Join(directory, "..3", "mediapusher.yml"), "# in place\n") })
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// watched counts what a watch tells.
type watched struct {
	t       *testing.T
	changed chan struct{}
}

func watch(t *testing.T, file string) *watched {
	t.Helper()
	live, err := config.NewLive(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &watched{t, make(chan struct{}, 100)}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		live.Watch(ctx, func() {
			if _, err := live.Reload(); err != nil {
				t.Error(err)
			}
			w.changed <- struct{}{}
		}, func(err error) { t.Error(err) })
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return w
}

func (w *watched) step(name string, act func()) {
	w.t.Helper()
	act()
	select {
	case <-w.changed:
	case <-time.After(15 * time.Second):
		w.t.Errorf("%s: not seen", name)
	}
}

func (w *watched) quiet(name string, act func()) {
	w.t.Helper()
	act()
	select {
	case <-w.changed:
		w.t.Errorf("%s: taken for a change", name)
	case <-time.After(500 * time.Millisecond):
	}
}
