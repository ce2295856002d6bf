package supervisor_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/supervisor"
)

// parentVariable makes a service of the test binary, which has one worker with one stream.
const parentVariable = "FAKE_PARENT"

func beParent() int {
	program, err := os.Executable()
	if err != nil {
		return 1
	}
	s := supervisor.New(supervisor.Config{Command: []string{program}, Environment: []string{fakeVariable + "=plain"}})
	device, _, err := s.Open(context.Background(), "recorder", account())
	if err != nil {
		return 1
	}
	if _, err := device.Live(context.Background(), sdk.LiveRequest{Channel: 1}); err != nil {
		return 1
	}
	fmt.Fprintln(os.Stdout, device.Version())
	select {} // until it is killed
}

func TestAWorkerEndsWithItsParent(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	parent := exec.CommandContext(t.Context(), program)
	parent.Env = append(os.Environ(), parentVariable+"=1")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var worker int
	_, scanErr := fmt.Fscanf(out, "fake %d", &worker)
	if err := parent.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = parent.Wait() // it was killed
	if scanErr != nil {
		t.Fatal(scanErr)
	}
	eventually(t, "the worker is gone", func() bool { return !lives(worker) })
}
