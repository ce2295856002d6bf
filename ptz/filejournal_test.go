package ptz_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/ptz"
)

const password = "open sesame 4711"

func openJournal(t *testing.T, dir string) *ptz.FileJournal {
	t.Helper()
	j, err := ptz.OpenJournal(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func note(t *testing.T, j *ptz.FileJournal, e ptz.Entry) {
	t.Helper()
	if err := j.Note(e); err != nil {
		t.Fatal(err)
	}
}

func entries(t *testing.T, j *ptz.FileJournal) []ptz.Entry {
	t.Helper()
	all, err := j.Entries()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// files returns the paths of all files below a directory.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestKilledProcessIsCleanedUpAfter(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ptz")
	killed := openJournal(t, dir)
	note(t, killed, ptz.Entry{Key: "nvr 1", Command: ptz.TiltUp, Access: []byte(password)})
	note(t, killed, ptz.Entry{Key: "nvr 1", Command: ptz.TiltUp, Access: []byte(password)}) // replaces
	if err := killed.Close(); err != nil {                                                  // what the system does for a killed process
		t.Fatal(err)
	}

	next := openJournal(t, dir)
	synctest.Test(t, func(t *testing.T) {
		g, end := guard(t, ptz.GuardConfig{Journal: next})
		c := &camera{key: "nvr 1", stopErrs: []error{errDevice}}
		g.Recover(t.Context(), func(access []byte) (ptz.Camera, error) {
			if string(access) != password {
				t.Error("the access came back changed")
			}
			return c, nil
		})
		<-time.After(time.Second)
		expect(t, c, "stop tilt up", "stop tilt up")
		if err := end(); err != nil {
			t.Error(err)
		}
	})
	if left := entries(t, next); len(left) != 0 {
		t.Errorf("%d entries are left", len(left))
	}
}

func TestCameraThatCannotBeRestored(t *testing.T) {
	book := &memory{}
	_ = book.Note(ptz.Entry{Key: "a", Access: []byte(password)})
	g := ptz.NewGuard(ptz.GuardConfig{Journal: book})
	g.Recover(t.Context(), func([]byte) (ptz.Camera, error) { return nil, errors.New("of another version") })
	if book.size() != 0 {
		t.Error("it stays for ever")
	}
}

func TestProcessesOfOneDirectory(t *testing.T) {
	dir := t.TempDir()
	first, dead := openJournal(t, dir), openJournal(t, dir)
	note(t, first, ptz.Entry{Key: "first", Command: ptz.PanLeft})
	note(t, dead, ptz.Entry{Key: "dead", Command: ptz.PanLeft, Access: []byte(password)})
	_ = dead.Close()
	for range 2 { // the second finds the part of the first, which is gone as well
		next := openJournal(t, dir)
		if all := entries(t, next); len(all) != 1 || all[0].Key != "dead" || string(all[0].Access) != password {
			t.Errorf("the next process finds %v, want what the dead one left and nothing else", all)
		}
		_ = next.Close()
	}
	_ = first.Close()
	if all := entries(t, openJournal(t, dir)); len(all) != 2 {
		t.Errorf("the last process finds %v, want both", all)
	}
}

func TestFilesTellNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ptz")
	j := openJournal(t, dir)
	note(t, j, ptz.Entry{Key: "192.0.2.7:8000/1", Command: ptz.TiltUp, Access: []byte(password)})
	for _, path := range files(t, dir) {
		if filepath.Base(path) == "lock" && runtime.GOOS == "windows" {
			continue // nobody can open it, that is its purpose
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte(password)) || bytes.Contains(text, []byte("192.0.2.7")) {
			t.Errorf("%s can be read", path)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
	}
	if info, err := os.Stat(dir); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Errorf("the directory: %v, %v", info.Mode(), err)
	}
}

func TestDamagedEntriesAreRemoved(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"empty":   func([]byte) []byte { return nil },
		"short":   func(b []byte) []byte { return b[:7] },
		"flipped": func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"huge":    func([]byte) []byte { return make([]byte, 2<<20) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			j := openJournal(t, dir)
			note(t, j, ptz.Entry{Key: "good", Command: ptz.PanLeft})
			good := files(t, dir)
			note(t, j, ptz.Entry{Key: "bad", Command: ptz.PanLeft})
			for _, path := range files(t, dir) {
				if !slices.Contains(good, path) {
					text, err := os.ReadFile(path)
					if err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(path, damage(text), 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
			if all := entries(t, j); len(all) != 1 || all[0].Key != "good" {
				t.Errorf("entries %v, want the good one", all)
			}
			if left := files(t, dir); len(left) != len(good) {
				t.Errorf("files %v are left", left)
			}
		})
	}
}

func TestEntryUnderAnotherNameIsDamaged(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(t, dir)
	before := files(t, dir)
	note(t, j, ptz.Entry{Key: "a", Command: ptz.PanLeft})
	for _, path := range files(t, dir) {
		if !slices.Contains(before, path) {
			if err := os.Rename(path, filepath.Join(filepath.Dir(path), "other.move")); err != nil {
				t.Fatal(err)
			}
		}
	}
	if all := entries(t, j); len(all) != 0 {
		t.Errorf("entries %v", all)
	}
}

func TestLostKeyIsMadeAgain(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(t, dir)
	note(t, j, ptz.Entry{Key: "a", Command: ptz.PanLeft})
	_ = j.Close()
	for _, path := range files(t, dir) {
		if filepath.Base(path) == "key" {
			if err := os.Truncate(path, 3); err != nil {
				t.Fatal(err)
			}
		}
	}
	next := openJournal(t, dir)
	if all := entries(t, next); len(all) != 0 {
		t.Errorf("entries %v of a lost key", all)
	}
	note(t, next, ptz.Entry{Key: "b", Command: ptz.PanLeft})
	if all := entries(t, next); len(all) != 1 {
		t.Errorf("entries %v, want one", all)
	}
}

func TestDirectoryThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ptz.OpenJournal(filepath.Join(file, "ptz"), nil); err == nil {
		t.Error("no error")
	}
}
