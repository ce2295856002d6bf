//go:build (hiksdk || dahuasdk) && cgo

package native_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"mediapusher/vendor_sdk/native"
)

// takesFaults is a library that ends the process at the first fault, from the moment on in which it is loaded.
const takesFaults = `
#include <signal.h>
#include <string.h>
#include <unistd.h>

static void end(int number) { _exit(80 + number); }

__attribute__((constructor)) static void start(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = end;
	sigaction(SIGSEGV, &action, NULL);
}
`

// A fault of Go's own is Go's to handle again.
func TestMendSignals(t *testing.T) {
	compiler, err := exec.LookPath("cc")
	if err != nil || runtime.GOOS != "linux" {
		t.Skip("no C compiler")
	}
	directory := t.TempDir()
	source, path := filepath.Join(directory, "a.c"), filepath.Join(directory, "liba.so")
	if err := os.WriteFile(source, []byte(takesFaults), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(compiler, "-shared", "-fPIC", "-o", path, source).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	native.KeepSignals()
	if _, err := native.Load(path); err != nil {
		t.Fatal(err)
	}
	native.MendSignals()
	defer func() {
		if recover() == nil {
			t.Error("a nil pointer was read")
		}
	}()
	nothing := map[int]*struct{ value int }{}
	t.Log(nothing[0].value)
}
