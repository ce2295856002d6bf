package logging_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"go.uber.org/zap"

	"mediapusher/internal/logging"
)

func TestLevel(t *testing.T) {
	for level, want := range map[string]int{"debug": 4, "info": 3, "warn": 2, "error": 1} {
		var out bytes.Buffer
		log, err := logging.NewTo(&out, logging.Config{Level: level})
		if err != nil {
			t.Fatal(err)
		}
		four(log.Logger)
		text := out.String()
		if strings.Count(text, "\n") != want || !strings.Contains(text, `ERROR d {"address": "192.0.2.1", "after": "1m30s"}`) {
			t.Errorf("%s: %d lines\n%s", level, want, text)
		}
	}
	for _, wrong := range []logging.Config{{Level: "loud"}, {Level: "info", Format: "loud"}} {
		if _, err := logging.New(wrong); err == nil || !strings.Contains(err.Error(), "loud") {
			t.Errorf("error %v", err)
		}
	}
}

// four writes one line of each level.
func four(log *zap.Logger) {
	log.Debug("a")
	log.Info("b")
	log.Warn("c")
	log.Error("d", zap.String("address", "192.0.2.1"), zap.Duration("after", 90*time.Second))
}

func TestLevelChanges(t *testing.T) {
	var out bytes.Buffer
	log, err := logging.NewTo(&out, logging.Config{Level: "warn"})
	if err != nil {
		t.Fatal(err)
	}
	child := log.Named("child") // as rooms hold it
	child.Info("before")
	if err := log.SetLevel("debug"); err != nil {
		t.Fatal(err)
	}
	child.Debug("after")
	if err := log.SetLevel("loud"); err == nil {
		t.Error("a level that does not exist was taken")
	}
	if text := out.String(); strings.Contains(text, "before") || !strings.Contains(text, "DEBUG child after") {
		t.Errorf("the log is %q", text)
	}
}

func TestJSON(t *testing.T) {
	var out bytes.Buffer
	log, err := logging.NewTo(&out, logging.Config{Level: "error", Format: "json"})
	if err != nil {
		t.Fatal(err)
	}
	four(log.Logger)
	var line struct{ Level, TS, Msg, Address, After string }
	if err := json.Unmarshal(out.Bytes(), &line); err != nil || line.Level != "error" || line.Msg != "d" || line.Address != "192.0.2.1" || line.After != "1m30s" {
		t.Errorf("%s: %+v, %v", &out, line, err)
	}
	if _, err := time.Parse(time.RFC3339, line.TS); err != nil {
		t.Errorf("time %q", line.TS)
	}
}

// A log of more than its size lies in several files, and no more than the wanted number is kept.
func TestFilesRotate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "made", "service.log")
	log, err := logging.New(logging.Config{Level: "info", File: file, MaxSize: 1, MaxFiles: 2})
	if err != nil {
		t.Fatal(err)
	}
	line := strings.Repeat("x", 100<<10)
	for range 45 {
		log.Info(line)
	}
	log.Info("the last")
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), "INFO the last\n") || len(text) > 1<<20 {
		t.Errorf("the newest file has %d bytes, %v", len(text), err)
	}
	deadline := time.Now().Add(10 * time.Second) // old files go beside the log
	for {
		files, err := filepath.Glob(filepath.Join(filepath.Dir(file), "*"))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) == 3 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("files %q, want the newest and two", files)
		}
		<-time.After(10 * time.Millisecond)
	}
}

func TestFileThatCannotBe(t *testing.T) {
	taken := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(taken, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := logging.New(logging.Config{Level: "info", File: filepath.Join(taken, "log"), MaxSize: 1}); err == nil || !strings.Contains(err.Error(), "log.file") {
		t.Errorf("error %v, want one that names the key", err)
	}
}

func TestLibrariesAreBridged(t *testing.T) {
	var out bytes.Buffer
	log, err := logging.NewTo(&out, logging.Config{Level: "debug"})
	if err != nil {
		t.Fatal(err)
	}
	logging.Bridge(log.Logger)
	logrus.WithField("peer", "rtmp://u:hush@h").Infof("Changing chunkSize %d->%d", 128, 60000)
	if text := out.String(); !strings.Contains(text, "DEBUG rtmp Changing chunkSize 128->60000\n") || strings.Contains(text, "hush") {
		t.Errorf("the log is %q", text)
	}
}
