package playback_test

import (
	"testing"

	"mediapusher/playback"
)

func TestTimetable(t *testing.T) {
	table := playback.NewTimetable(span(0, 3600), playback.ClipNone)
	table.Add([]playback.File{
		{Range: span(3000, 5400)},
		{Range: span(-600, 3001)},
		{Range: span(3000, 5400)},
		{Range: span(9000, 9100)},
		{Range: span(50, 40)},
		{Range: span(7, 7)},
		{Range: span(-100, 0)},
	})
	if files := table.Files(); len(files) != 2 || files[0].Range != span(-600, 3001) || files[1].Range != span(3000, 5400) {
		t.Errorf("files %v", files)
	}
	if got := table.Span(); got != span(0, 5400) {
		t.Errorf("span %v", got)
	}
	if got, ok := table.Next(noon); !ok || got != span(0, 5400) {
		t.Errorf("stretch %v, %v", got, ok)
	}
	if got, ok := table.Next(span(0, 5400).End); ok {
		t.Errorf("behind the last: %v", got)
	}
	clipped := playback.NewTimetable(span(0, 3600), playback.ClipAsked)
	clipped.Add([]playback.File{{Range: span(3000, 5400)}, {Range: span(100, 200)}})
	if got := clipped.Span(); got != span(100, 3600) {
		t.Errorf("clipped span %v", got)
	}
	if got, ok := clipped.Next(span(300, 400).Start); !ok || got != span(3000, 3600) {
		t.Errorf("behind a gap: %v, %v", got, ok)
	}
}
