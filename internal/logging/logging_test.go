package logging_test

import (
	"bytes"
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
		log, err := logging.NewTo(&out, level)
		if err != nil {
			t.Fatal(err)
		}
		log.Debug("a")
		log.Info("b")
		log.Warn("c")
		log.Error("d", zap.String("address", "192.0.2.1"), zap.Duration("after", 90*time.Second))
		text := out.String()
		if strings.Count(text, "\n") != want || !strings.Contains(text, `ERROR d {"address": "192.0.2.1", "after": "1m30s"}`) {
			t.Errorf("%s: %d lines\n%s", level, want, text)
		}
	}
	if _, err := logging.New("loud"); err == nil || !strings.Contains(err.Error(), "loud") {
		t.Errorf("error %v", err)
	}
}

func TestLibrariesAreBridged(t *testing.T) {
	var out bytes.Buffer
	log, err := logging.NewTo(&out, "debug")
	if err != nil {
		t.Fatal(err)
	}
	logging.Bridge(log)
	logrus.WithField("peer", "rtmp://u:hush@h").Infof("Changing chunkSize %d->%d", 128, 60000)
	if text := out.String(); !strings.Contains(text, "DEBUG rtmp Changing chunkSize 128->60000\n") || strings.Contains(text, "hush") {
		t.Errorf("the log is %q", text)
	}
}
