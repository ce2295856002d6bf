//go:build hiksdk && cgo && amd64 && (linux || windows)

package hcnetsdk_test

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mediapusher/internal/nvrsim"
	"mediapusher/vendor_sdk/hcnetsdk"
	"mediapusher/vendor_sdk/sdk"
)

// A library is initialised once in a process, so the tests share it.
var shared = sync.OnceValues(func() (sdk.Library, error) {
	return hcnetsdk.Open(filepath.Join(os.Getenv(fakes), "hikvision"))
})

// closing frees the library behind the tests, and before goroutines are counted.
type closing struct{ *testing.M }

func (c closing) Run() int {
	code := c.M.Run()
	if os.Getenv(fakes) == "" {
		return code
	}
	if library, err := shared(); err != nil || library.Close() != nil {
		return 1
	}
	return code
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(closing{m}) }

// fakes is the environment's name for where the stand-ins for the makers' libraries lie.
const fakes = "MEDIAPUSHER_FAKE_SDK"

const (
	patience = 20 * time.Second
	password = "demo12345"
	// first is the SDK's number of the simulator's first channel.
	first = 33
)

// day is when the simulator's recordings are.
var day = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// fakeDirectory returns where the stand-in for the library lies, or skips the test.
func fakeDirectory(t *testing.T) string {
	t.Helper()
	if os.Getenv(fakes) == "" {
		t.Skip(fakes + " names no fake libraries (make fake-sdk)")
	}
	return filepath.Join(os.Getenv(fakes), "hikvision")
}

// again runs a test in a process of its own, for which the fake library has the switches; it returns whether this is that process.
func again(t *testing.T, switches string) bool {
	t.Helper()
	fakeDirectory(t)
	if os.Getenv("FAKE_SDK") == switches {
		return true
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.timeout=60s")
	child.Env = append(os.Environ(), "FAKE_SDK="+switches)
	if out, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

func open(t *testing.T) sdk.Library {
	t.Helper()
	fakeDirectory(t)
	library, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return library
}

// recorder runs a simulated recorder until the test ends.
func recorder(t *testing.T, change func(*nvrsim.Config)) (*nvrsim.Recorder, sdk.Account) {
	t.Helper()
	cfg := nvrsim.Config{Vendor: nvrsim.Hikvision, SDK: true, Channels: nvrsim.DemoChannels(nvrsim.Hikvision)}
	cfg.Channels[0].Recordings = []nvrsim.Recording{{Start: day, End: day.Add(30 * time.Second)}}
	if change != nil {
		change(&cfg)
	}
	r, err := nvrsim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	host, port, err := net.SplitHostPort(r.SDKAddr())
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return r, sdk.Account{Host: host, Port: number, User: "admin", Password: password, Timeout: 5 * time.Second}
}

// logIn opens the library and a login at a simulated recorder.
func logIn(t *testing.T, change func(*nvrsim.Config)) (*nvrsim.Recorder, sdk.Device) {
	t.Helper()
	library := open(t)
	r, account := recorder(t, change)
	device, _, err := library.LogIn(account)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := device.LogOut(); err != nil {
			t.Errorf("LogOut: %v", err)
		}
	})
	return r, device
}

func TestOpen(t *testing.T) {
	library := open(t)
	if !hcnetsdk.Built || library.Version() != "6.1.9.48" {
		t.Errorf("built %t, version %q", hcnetsdk.Built, library.Version())
	}
}

// copyFake copies the fake library, so that a test may damage it.
func copyFake(t *testing.T) string {
	t.Helper()
	directory := t.TempDir()
	if err := os.CopyFS(directory, os.DirFS(fakeDirectory(t))); err != nil {
		t.Fatal(err)
	}
	return directory
}

// needed are the files that the library cannot be used without, the library first.
func needed() []string {
	if runtime.GOOS == "windows" {
		return []string{
			"HCNetSDK.dll", "HCCore.dll", "hpr.dll", "libcrypto-1_1-x64.dll", "libssl-1_1-x64.dll", "HCNetSDKCom/HCPreview.dll",
			"HCNetSDKCom/HCPlayBack.dll", "HCNetSDKCom/HCCoreDevCfg.dll", "HCNetSDKCom/HCGeneralCfgMgr.dll",
		}
	}
	return []string{
		"libhcnetsdk.so", "libHCCore.so", "libhpr.so", "libcrypto.so", "libssl.so", "HCNetSDKCom/libHCPreview.so",
		"HCNetSDKCom/libHCPlayBack.so", "HCNetSDKCom/libHCCoreDevCfg.so", "HCNetSDKCom/libHCGeneralCfgMgr.so",
	}
}

func TestOpenNamesWhatIsMissing(t *testing.T) {
	for _, name := range needed() {
		t.Run(name, func(t *testing.T) {
			for damage, change := range map[string]func(string) error{
				"missing": os.Remove,
				"text":    func(path string) error { return os.WriteFile(path, []byte("libssl.so.1.1"), 0o600) },
				"empty":   func(path string) error { return os.WriteFile(path, nil, 0o600) },
			} {
				directory := copyFake(t)
				path := filepath.Join(directory, filepath.FromSlash(name))
				if err := change(path); err != nil {
					t.Fatal(err)
				}
				_, err := hcnetsdk.Open(directory)
				var failure *sdk.LoadError
				if !errors.As(err, &failure) || failure.File != path || failure.Reason == "" {
					t.Errorf("%s: got %v", damage, err)
				}
			}
		})
	}
	t.Run("directory", func(t *testing.T) {
		var failure *sdk.LoadError
		if _, err := hcnetsdk.Open(filepath.Join(t.TempDir(), "none")); !errors.As(err, &failure) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("symbol", func(t *testing.T) { // a library that is another one
		directory := copyFake(t)
		other, err := os.ReadFile(filepath.Join(directory, needed()[2]))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(directory, needed()[0])
		if err := os.WriteFile(path, other, 0o600); err != nil {
			t.Fatal(err)
		}
		var failure *sdk.LoadError
		if _, err := hcnetsdk.Open(directory); !errors.As(err, &failure) || failure.Reason != "the library has no NET_DVR_Init" {
			t.Errorf("got %v", err)
		}
	})
}
