//go:build (hiksdk || dahuasdk) && cgo

package native_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"mediapusher/vendor_sdk/native"
	"mediapusher/vendor_sdk/sdk"
)

func TestLoad(t *testing.T) {
	compiler, err := exec.LookPath("cc")
	if err != nil || runtime.GOOS != "linux" {
		t.Skip("no C compiler")
	}
	directory := t.TempDir()
	source, path := filepath.Join(directory, "a.c"), filepath.Join(directory, "liba.so")
	if err := os.WriteFile(source, []byte("int answer(void) { return 42; }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(compiler, "-shared", "-fPIC", "-o", path, source).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	library, err := native.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if library.Symbol("answer") == nil {
		t.Error("an exported function was not found")
	}
	if library.Symbol("no_such_function") != nil {
		t.Error("a function that is not there was found")
	}
	if err := library.Close(); err != nil {
		t.Error(err)
	}
}

func TestLoadFails(t *testing.T) {
	text := filepath.Join(t.TempDir(), "libtext.so")
	if err := os.WriteFile(text, []byte("libtext.so.1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"missing":      filepath.Join(t.TempDir(), "libnone.so"),
		"no library":   text,
		"not absolute": "libnone.so",
		"empty":        "",
	} {
		t.Run(name, func(t *testing.T) {
			var failure *sdk.LoadError
			if _, err := native.Load(path); !errors.As(err, &failure) || failure.File != path || failure.Reason == "" {
				t.Errorf("got %v", err)
			}
		})
	}
}
