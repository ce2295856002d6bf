//go:build (hiksdk || dahuasdk) && cgo

package native_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"

	"mediapusher/vendor_sdk/native"
)

// runtimes are the C libraries of Windows, each with descriptors of its own.
func runtimes() []string { return []string{"msvcrt.dll", "ucrtbase.dll"} }

func TestLoadOfTheSystem(t *testing.T) {
	directory, err := windows.GetSystemDirectory()
	if err != nil {
		t.Fatal(err)
	}
	library, err := native.Load(filepath.Join(directory, "version.dll"))
	if err != nil {
		t.Fatal(err)
	}
	if library.Symbol("GetFileVersionInfoW") == nil || library.Symbol("no_such_function") != nil {
		t.Error("wrong symbols")
	}
	if err := library.Close(); err != nil {
		t.Error(err)
	}
}

// What C prints after a library was loaded goes to standard error, in a process whose standard handles were moved before, and in another.
func TestLoadMovesTheOutputOfC(t *testing.T) {
	const variable = "PRINT_WITH_C"
	if how := os.Getenv(variable); how != "" {
		printWithC(t, how)
		return
	}
	for _, how := range []string{"moved", "as it is"} {
		t.Run(how, func(t *testing.T) {
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLoadMovesTheOutputOfC$")
			child.Env = append(os.Environ(), variable+"="+how)
			var out, words bytes.Buffer
			child.Stdout, child.Stderr = &out, &words
			if err := child.Run(); err != nil {
				t.Errorf("%v\n%s%s", err, &out, &words)
			}
			for _, runtime := range runtimes() {
				line := []byte("<" + runtime + ">")
				if bytes.Contains(out.Bytes(), line) || !bytes.Contains(words.Bytes(), line) {
					t.Errorf("%s: standard output %q, standard error %q", runtime, &out, &words)
				}
			}
			if !bytes.Contains(out.Bytes(), []byte("of Go\n")) {
				t.Errorf("the output of Go went with it: %q", &out)
			}
		})
	}
}

// printWithC loads a library, and prints with all C runtimes then; Go's own output stays.
func printWithC(t *testing.T, how string) {
	t.Helper()
	for _, runtime := range runtimes() {
		if err := windows.NewLazySystemDLL(runtime).Load(); err != nil {
			t.Fatal(err)
		}
	}
	if how == "moved" {
		if err := windows.SetStdHandle(windows.STD_OUTPUT_HANDLE, windows.Handle(os.Stderr.Fd())); err != nil {
			t.Fatal(err)
		}
	}
	TestLoadOfTheSystem(t)
	for _, runtime := range runtimes() {
		line := "<" + runtime + ">"
		_, _, _ = windows.NewLazySystemDLL(runtime).NewProc("_write").Call(1, uintptr(unsafe.Pointer(unsafe.StringData(line))), uintptr(len(line)))
	}
	if _, err := os.Stdout.WriteString("of Go\n"); err != nil {
		t.Error(err)
	}
}
