package main

import (
	"crypto/sha256"
	"os"
	"reflect"
	"runtime/debug"
	"testing"
	"time"
)

func TestLicences(t *testing.T) {
	got := licences("Some words, with a comma.\n  github.com/a/b/v2   MIT, Somebody\n  mpegts.js   Apache-2.0, Others\n  x/y   no licence, at all\n")
	if want := map[string]string{"github.com/a/b/v2": "MIT"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
}

// Every module of the list has a licence in NOTICE, which scripts/check-notice.sh holds complete.
func TestNotice(t *testing.T) {
	notice, err := os.ReadFile("../../NOTICE")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"github.com/alecthomas/kong": "MIT", "github.com/tphakala/go-aac": "LGPL-2.1-or-later"} {
		if got := licences(string(notice))[name]; got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestPackages(t *testing.T) {
	parts, err := packages([]byte(`{"packages": {"": {"version": "1"}, "node_modules/b": {"version": "2", "license": "MIT"},
		"node_modules/x": {"version": "3", "dev": true}, "node_modules/b/node_modules/@s/a": {"version": "4"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []component{library("pkg:npm/%40s/a@4", "@s/a", "4", ""), library("pkg:npm/b@2", "b", "2", "MIT")}
	if !reflect.DeepEqual(parts, want) {
		t.Errorf("%+v", parts)
	}
	if _, err := packages([]byte("no JSON")); err == nil {
		t.Error("no lock file was read")
	}
}

func TestDocument(t *testing.T) {
	info := &debug.BuildInfo{GoVersion: "go1.26.8", Deps: []*debug.Module{
		{Path: "m/a", Version: "v1.0.0"}, {Path: "m/b", Version: "v1.0.0", Replace: &debug.Module{Path: "m/c", Version: "v2.0.0"}},
	}}
	sum := sha256.Sum256([]byte("the program"))
	got := document("v1", sum, time.Unix(1, 0).UTC(), modules(info, map[string]string{"m/a": "MIT"}))
	refs := []string{"pkg:golang/std@1.26.8", "pkg:golang/m/a@v1.0.0", "pkg:golang/m/c@v2.0.0"}
	if !reflect.DeepEqual(got.Dependencies, []dependency{{Ref: "mediapusher", On: refs}}) || len(got.Components) != 3 {
		t.Errorf("%+v", got.Dependencies)
	}
	if got.Metadata.Timestamp != "1970-01-01T00:00:01Z" || got.SerialNumber != serial(sum) || len(got.SerialNumber) != len("urn:uuid:")+36 {
		t.Errorf("%s %s", got.Metadata.Timestamp, got.SerialNumber)
	}
}
