// Package sdkwaytest tests the adapters that stand on internal/sdkway, each against simulated recorders of its vendor: through the binding
// and a fake of the maker's library, in workers for which the test's own program stands in.
//
// It brings together what internal/device/devicetest asks of an adapter and what internal/nvrsim can do; what differs between the vendors
// comes as values.
package sdkwaytest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/device"
	"mediapusher/internal/device/devicetest"
	"mediapusher/internal/sdkway"
	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/supervisor"
	"mediapusher/vendor_sdk/worker"
)

const (
	// fakes names the directory of the fake libraries, one below it for each vendor; scripts/fake-sdk.sh builds them.
	fakes = "MEDIAPUSHER_FAKE_SDK"
	// workerDirectory tells the test's program that it is a worker, and where the library lies.
	workerDirectory = "SDK_WORKER_DIRECTORY"
)

// Adapter is an adapter under test.
type Adapter struct {
	// New makes the adapter's driver.
	New func(cfg sdkway.Config) device.Driver
	// Vendor is the adapter's, and that of the simulated recorders.
	Vendor device.Vendor
	// Open is the binding's, Built whether it is in this program.
	Open  func(directory string) (sdk.Library, error)
	Built bool
	// FirstChannel is the SDK's number of the first channel. The recorders have three in a row, the last without a camera.
	FirstChannel int
}

// Worker is what TestMain calls first: where a supervisor has started the test's program as a worker, it serves the library to the end and
// returns true.
func (a Adapter) Worker() bool {
	directory := os.Getenv(workerDirectory)
	if directory == "" {
		return false
	}
	if address := os.Getenv(workerReport); address != "" {
		go reportTo(address)
	}
	if err := a.serve(directory); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err) // there is nobody else to tell
	}
	return true
}

func (a Adapter) serve(directory string) error {
	out, err := worker.Detach()
	if err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	served := worker.New(worker.Config{
		Vendor: string(a.Vendor), Open: func() (sdk.Library, error) { return a.Open(directory) },
		In: os.Stdin, Out: out, Words: io.Writer(os.Stderr),
	}).Run()
	return errors.Join(served, out.Close())
}

// supervisor returns one that starts the test's program as workers. It skips the test where the binding or the fakes are missing.
func (a Adapter) supervisor(t *testing.T) sdkway.Supervisor {
	t.Helper()
	if !a.Built {
		t.Skip("the binding is not in this program")
	}
	if os.Getenv(fakes) == "" {
		t.Skip(fakes + " names no directory of fake libraries")
	}
	return a.start(t, a.directory(), 0)
}

// directory is where the fake of the adapter's library lies.
func (a Adapter) directory() string { return filepath.Join(os.Getenv(fakes), string(a.Vendor)) }

// start returns a supervisor whose workers load the library in a directory, with more in their environment, and which rests a recorder
// after so many crashes. With 0 that is the default, and the test fails where a worker ends otherwise than in good order.
func (a Adapter) start(t *testing.T, directory string, crashes int, environment ...string) sdkway.Supervisor {
	t.Helper()
	log := zap.NewNop()
	if crashes == 0 {
		log = listened(t)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return sdkway.Supervise(supervisor.New(supervisor.Config{
		Command: []string{program}, Directory: directory, MemoryLimit: memoryLimit, MaxCrashes: crashes, Log: log,
		// A program with the race detector waits a second before it ends, unless it is told not to.
		Environment: append(environment, workerDirectory+"="+directory, "GORACE=atexit_sleep_ms=0"),
	}))
}

// lag is what a supervisor allows a library for starting a stream.
const lag = 10 * time.Second

// memoryLimit leaves room for the race detector and the address sanitizer.
const memoryLimit = 4 << 30

// Contract runs the contract that every adapter keeps.
func (a Adapter) Contract(t *testing.T) {
	t.Helper()
	t.Parallel()
	workers := a.supervisor(t)
	first := a.FirstChannel
	devicetest.Run(t, devicetest.Harness{
		Driver: func(settings device.SettingsFunc) device.Driver {
			return a.New(sdkway.Config{Settings: settings, Supervisor: workers, Silence: func() time.Duration { return 2 * time.Second }})
		},
		Start: func(t *testing.T, setup devicetest.Setup) devicetest.Recorder {
			t.Helper()
			return a.Simulate(t, a.recorder(setup))
		},
		Channel: first, Second: first + 1, Offline: first + 2, Missing: first + 3, Existing: fmt.Sprintf("%d-%d", first, first+2),
		Whole: true, Terse: true, Lag: lag,
	})
}
