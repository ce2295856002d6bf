//go:build unix

package e2e

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// The clips repeat after a minute: what a picture shows is the recorded time within its minute.
const (
	minute = nvrsim.LoopLength * nvrsim.ClockStep
	gop    = 2 * time.Second
)

// seen is a picture that was decoded: when it came, and the recorded time that it shows.
type seen struct {
	at        time.Time
	timestamp uint32
	shows     time.Duration
}

// shown decodes what was recorded so far and reads the clock of each picture. The streams must have no B-frames.
func (r *recording) shown(t testing.TB) []seen {
	t.Helper()
	const width, height = 320, 180
	var list []seen
	r.mu.Lock()
	for i, m := range r.messages {
		if _, ok := picture(m); ok {
			list = append(list, seen{at: r.at[i], timestamp: m.Timestamp})
		}
	}
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, need(t, "ffmpeg"), "-v", "error", "-i", r.flv(t), "-an", "-vsync", "passthrough",
		"-vf", "scale="+strconv.Itoa(width)+":"+strconv.Itoa(height), "-pix_fmt", "gray", "-f", "rawvideo", "-")
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("ffmpeg: %v: %s", err, stderr.String())
	}
	if n := len(out) / (width * height); n != len(list) {
		// The recording went on between the two looks at it.
		list = list[:min(n, len(list))]
	}
	for i := range list {
		position, ok := nvrsim.ReadClock(out[i*width*height:(i+1)*width*height], width, width, height)
		if !ok {
			t.Fatalf("picture %d shows no clock", i)
		}
		list[i].shows = time.Duration(position) * nvrsim.ClockStep
	}
	return list
}

// within returns how far a recorded time lies behind another within the minute, from -30 s to 30 s.
func within(shows, wanted time.Duration) time.Duration {
	return (shows-wanted+minute+minute/2)%minute - minute/2
}

// loopFile makes a file of the simulator's clip that goes on for some minutes, for a foreign server to cut from.
func loopFile(t testing.TB, clip string) string {
	t.Helper()
	dir := t.TempDir()
	once, whole, list := filepath.Join(dir, "once.mp4"), filepath.Join(dir, "whole.mp4"), filepath.Join(dir, "list")
	source := filepath.Join("..", "nvrsim", "clips", clip+".h264")
	if _, stderr, err := run(t, t.Context(), need(t, "ffmpeg"), "-v", "error", "-y", "-r", "25", "-i", source, "-c", "copy", once); err != nil {
		t.Fatalf("%v: %s", err, stderr)
	}
	if err := os.WriteFile(list, bytes.Repeat([]byte("file once.mp4\n"), 4), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, err := run(t, t.Context(), need(t, "ffmpeg"), "-v", "error", "-y", "-f", "concat", "-i", list, "-c", "copy", whole); err != nil {
		t.Fatalf("%v: %s", err, stderr)
	}
	return whole
}
