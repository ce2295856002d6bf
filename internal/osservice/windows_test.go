package osservice_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/internal/osservice"
)

// registrar plays the service manager of Windows: a change takes some questions.
type registrar struct {
	entry  *osservice.Entry
	state  osservice.State
	coming osservice.State
	broken bool // the service ends instead of starting
	denied bool
	ran    []string
}

func (r *registrar) allowed(did string) error {
	if r.denied {
		return osservice.ErrNoRights
	}
	if r.entry == nil {
		return osservice.ErrNotInstalled
	}
	r.ran = append(r.ran, did)
	return nil
}

func (r *registrar) Put(entry osservice.Entry) error {
	if r.denied {
		return osservice.ErrNoRights
	}
	if r.entry == nil {
		r.state = osservice.Stopped
	}
	r.entry = &entry
	r.ran = append(r.ran, "put")
	return nil
}

func (r *registrar) Remove() error {
	err := r.allowed("remove")
	r.entry = nil
	return err
}

func (r *registrar) Start() error {
	err := r.allowed("start")
	r.state, r.coming = osservice.Starting, osservice.Running
	if r.broken {
		r.coming = osservice.Stopped
	}
	return err
}

func (r *registrar) Stop() error {
	err := r.allowed("stop")
	r.state, r.coming = osservice.Stopping, osservice.Stopped
	return err
}

func (r *registrar) Query() (osservice.Status, error) {
	if r.entry == nil {
		return osservice.Status{}, osservice.ErrNotInstalled
	}
	status := osservice.Status{State: r.state, Program: r.entry.Program}
	if r.coming != "" {
		r.state, r.coming = r.coming, ""
	}
	return status, nil
}

// house is a Windows machine.
type house struct {
	registrar
	data   string
	sealed []string
	said   string
}

func (h *house) service(program string) *osservice.Windows {
	return osservice.NewWindows(osservice.WindowsConfig{
		Program: program, Data: h.data, Registrar: &h.registrar, Say: func(s string) { h.said += s + "\n" },
		Seal: func(folder string) error {
			h.sealed = append(h.sealed, folder)
			return nil
		},
	})
}

func TestWindowsInstall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &house{data: t.TempDir()}
		folder := filepath.Join(h.data, "mediapusher")
		config := filepath.Join(folder, "mediapusher.yml")
		if err := h.service("C:/mp/mediapusher.exe").Install(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := osservice.Entry{
			Program: "C:/mp/mediapusher.exe", Arguments: []string{"service", "run", "--config", config},
			Restart: []time.Duration{2 * time.Second, 10 * time.Second, time.Minute}, Reset: 24 * time.Hour,
		}
		if !reflect.DeepEqual(*h.entry, want) || h.state != osservice.Running || !reflect.DeepEqual(h.sealed, []string{folder}) {
			t.Errorf("%+v is %s, sealed %q", *h.entry, h.state, h.sealed)
		}
		text, err := os.ReadFile(config)
		if err != nil || !strings.Contains(string(text), "data_dir: '"+filepath.Join(folder, "data")+"'") {
			t.Errorf("%v: %s", err, text)
		}

		// A newer version, from a folder of its own.
		if err := os.WriteFile(config, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		h.ran, h.said = nil, ""
		if err := h.service("C:/mp2/mediapusher.exe").Install(t.Context()); err != nil {
			t.Fatal(err)
		}
		text, err = os.ReadFile(config)
		if err != nil || string(text) != "mine" || h.entry.Program != "C:/mp2/mediapusher.exe" {
			t.Errorf("%v: %q, %+v", err, text, *h.entry)
		}
		if !reflect.DeepEqual(h.ran, []string{"stop", "put", "start"}) || !strings.Contains(h.said, "away for 0.2 s") {
			t.Errorf("ran %q, said %q", h.ran, h.said)
		}
	})
}

func TestWindowsStartThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &house{data: t.TempDir(), registrar: registrar{broken: true}}
		err := h.service("C:/mp/mediapusher.exe").Install(t.Context())
		if err == nil || !strings.Contains(err.Error(), "does not start") || !strings.Contains(err.Error(), "Event Viewer") {
			t.Errorf("%v", err)
		}
	})
}

func TestWindowsStartThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &house{data: t.TempDir(), registrar: registrar{entry: &osservice.Entry{}, state: osservice.Starting}}
		if err := h.service("C:/mp/mediapusher.exe").Start(t.Context()); err == nil || !strings.Contains(err.Error(), "starting instead of running") {
			t.Errorf("%v", err)
		}
	})
}

func TestWindowsUninstall(t *testing.T) {
	for _, keep := range []osservice.Keep{osservice.KeepNothing, osservice.KeepConfig} {
		synctest.Test(t, func(t *testing.T) {
			h := &house{data: t.TempDir()}
			service := h.service("C:/mp/mediapusher.exe")
			if err := service.Install(t.Context()); err != nil {
				t.Fatal(err)
			}
			folder := filepath.Join(h.data, "mediapusher")
			if err := os.MkdirAll(filepath.Join(folder, "log"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := service.Uninstall(t.Context(), keep); err != nil {
				t.Fatal(err)
			}
			left, err := filepath.Glob(filepath.Join(folder, "*"))
			if err != nil || h.entry != nil || len(left) != map[osservice.Keep]int{osservice.KeepConfig: 1}[keep] {
				t.Errorf("%s: %v, left %q", keep, err, left)
			}
			if _, err := service.Status(t.Context()); !errors.Is(err, osservice.ErrNotInstalled) {
				t.Errorf("%v", err)
			}
			if err := service.Uninstall(t.Context(), keep); !errors.Is(err, osservice.ErrNotInstalled) {
				t.Errorf("the second time: %v", err)
			}
		})
	}
}

func TestWindowsRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &house{data: t.TempDir(), registrar: registrar{entry: &osservice.Entry{Program: "C:/x.exe"}, state: osservice.Running}}
		service := h.service("C:/mp/mediapusher.exe")
		away, err := service.Restart(t.Context())
		if err != nil || away != 200*time.Millisecond || h.state != osservice.Running {
			t.Errorf("%s, %v, %s", away, err, h.state)
		}
		status, err := service.Status(t.Context())
		if err != nil || status.Program != "C:/x.exe" || status.Config != filepath.Join(h.data, "mediapusher", "mediapusher.yml") {
			t.Errorf("%+v, %v", status, err)
		}
	})
}

func TestWindowsWithoutRights(t *testing.T) {
	h := &house{data: t.TempDir(), registrar: registrar{denied: true}}
	if err := h.service("C:/mp/mediapusher.exe").Install(t.Context()); !errors.Is(err, osservice.ErrNoRights) {
		t.Errorf("%v", err)
	}
}
