package device_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/device"
	"mediapusher/ptz"
)

const cameraPassword = "s3cret\xff\"12345"

func cameraTarget() device.Target {
	return device.Target{
		Vendor: device.Dahua, Host: "NVR.Example", Port: 37777, HTTPPort: 81, RTSPPort: 555, User: "admin\xb9",
		Password: device.NewSecret(cameraPassword),
	}
}

// keeper is a driver that keeps the newest target.
type keeper struct {
	device.Driver
	target device.Target
}

func (k *keeper) Open(ctx context.Context, target device.Target) (device.Device, error) {
	k.target = target
	return k.Driver.Open(ctx, target)
}

func TestCameraComesBackFromItsAccess(t *testing.T) {
	recorder := &fakeRecorder{head: &fakeHead{}}
	driver := &keeper{Driver: recorder}
	camera := device.NewCamera(driver, cameraTarget(), 3)
	restored, err := device.RestoreCamera(driver, camera.Access())
	if err != nil {
		t.Fatal(err)
	}
	if restored.Key() != camera.Key() || !bytes.Equal(restored.Access(), camera.Access()) {
		t.Errorf("restored %q, want %q", restored.Key(), camera.Key())
	}
	head, err := restored.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if driver.target != cameraTarget() || recorder.channel != 3 {
		t.Errorf("opened %+v channel %d", driver.target, recorder.channel)
	}
	if _, err := head.Start(t.Context(), ptz.TiltUp, time.Second); err != nil || recorder.head.starts != 1 {
		t.Errorf("Start: %v", err)
	}
	if err := head.Stop(t.Context(), ptz.TiltUp); err != nil || recorder.head.stops != 1 {
		t.Errorf("Stop: %v", err)
	}
	if err := head.Close(); err != nil {
		t.Error(err)
	}
	if opens, closes := recorder.count(); opens != 1 || closes != 1 || recorder.head.closes != 1 {
		t.Errorf("%d opens, %d closes, %d closed heads", opens, closes, recorder.head.closes)
	}
}

func TestCameraKeyIsThatOfTheCamera(t *testing.T) {
	key := func(change func(*device.Target), channel int) string {
		target := cameraTarget()
		change(&target)
		return device.NewCamera(nil, target, channel).Key()
	}
	want := key(func(*device.Target) {}, 3)
	if want != "dahua nvr.example:37777 http 81 rtsp 555 channel 3" {
		t.Errorf("key %q", want)
	}
	for name, got := range map[string]string{
		"user":     key(func(t *device.Target) { t.User = "operator" }, 3),
		"password": key(func(t *device.Target) { t.Password = device.NewSecret("x") }, 3),
		"case":     key(func(t *device.Target) { t.Host = "nvr.EXAMPLE" }, 3),
	} {
		if got != want {
			t.Errorf("another %s makes another key: %q", name, got)
		}
	}
	for name, got := range map[string]string{
		"host":      key(func(t *device.Target) { t.Host = "other" }, 3),
		"port":      key(func(t *device.Target) { t.Port = 1 }, 3),
		"http port": key(func(t *device.Target) { t.HTTPPort = 0 }, 3),
		"vendor":    key(func(t *device.Target) { t.Vendor = device.Hikvision }, 3),
		"channel":   key(func(*device.Target) {}, 4),
	} {
		if got == want {
			t.Errorf("another %s makes the same key", name)
		}
	}
}

func TestCameraHidesItsPassword(t *testing.T) {
	camera := device.NewCamera(&fakeRecorder{}, cameraTarget(), 3)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		for _, printed := range []string{fmt.Sprintf(verb, camera), fmt.Sprintf(verb, struct{ Camera ptz.Camera }{camera})} {
			if strings.Contains(printed, "s3cret") || strings.Contains(printed, "733363726574") {
				t.Errorf("%s prints %s", verb, printed)
			}
		}
	}
	if written, err := json.Marshal(struct{ Camera ptz.Camera }{camera}); err != nil || strings.Contains(string(written), "s3cret") {
		t.Errorf("as JSON %s, %v", written, err)
	}
	for _, bad := range []string{
		"", "null", "[]", `{"password":12345}`, `{"vendor":"dahua","host":"h","port":"s3cret"}`, `{"vendor":"dahua"}`,
		`{"vendor":"dahua","host":"h","pad":"` + strings.Repeat("x", 1<<16) + `"}`,
	} {
		_, err := device.RestoreCamera(nil, []byte(bad))
		if !errors.Is(err, device.ErrAccess) {
			t.Fatalf("RestoreCamera(%.40q): %v, want ErrAccess", bad, err)
		}
		if strings.Contains(err.Error(), "12345") || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the error quotes the description: %v", err)
		}
	}
}

func TestCameraThatHasNoHeadFreesTheLogin(t *testing.T) {
	recorder := &fakeRecorder{}
	_, err := device.NewCamera(recorder, cameraTarget(), 3).Open(t.Context())
	if kind, ok := device.KindOf(err); !ok || kind != device.KindUnsupported {
		t.Errorf("Open: %v, want KindUnsupported", err)
	}
	if opens, closes := recorder.count(); opens != 1 || closes != 1 {
		t.Errorf("%d opens, %d closes", opens, closes)
	}
}

// FuzzRestoreCamera: what is read is written so that it reads as the same.
func FuzzRestoreCamera(f *testing.F) {
	f.Add(device.NewCamera(nil, cameraTarget(), 3).Access())
	f.Add([]byte(`{"vendor":"hikvision","host":"::1","port":8000,"user":"","password":null,"channel":-1}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, description []byte) {
		camera, err := device.RestoreCamera(nil, description)
		if err != nil {
			if !errors.Is(err, device.ErrAccess) {
				t.Fatalf("error %v", err)
			}
			return
		}
		again, err := device.RestoreCamera(nil, camera.Access())
		if err != nil || again.Key() != camera.Key() || !bytes.Equal(again.Access(), camera.Access()) {
			t.Fatalf("%q became %v, %v", camera.Key(), again, err)
		}
	})
}
