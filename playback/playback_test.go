package playback_test

import (
	"errors"
	"testing"
	"time"

	"mediapusher/playback"
)

func TestParseTime(t *testing.T) {
	east := time.FixedZone("UTC+8", 8*3600)
	const noon = "2016-07-20 12:00:00"
	for text, want := range map[string]string{
		"2016-07-20 12:00:00":           noon,
		"2016-07-20T12:00:00":           noon,
		"2016-07-20t12:00:00":           noon,
		"2016/07/20 12:00:00":           noon,
		"2016/07/20T12:00":              noon,
		"2016-07-20 12:00":              noon,
		"2016-7-20 12:0:0":              noon,
		" 2016-07-20  12:00:00 ":        noon,
		"2016-07-20T12:00:00Z":          noon,
		"2016-07-20T12:00:00.999Z":      noon,
		"2016-07-20T12:00:00+08:00":     noon,
		"2016-07-20 12:00:00 -0500":     noon,
		"2016-02-29 23:59:59":           "2016-02-29 23:59:59",
		"1468987200":                    noon,
		"1468987200123":                 noon,
		"":                              "",
		"noon":                          "",
		"2016-07-20":                    "",
		"2016-07-20 12":                 "",
		"2016-07-20 24:00:00":           "",
		"2016-07-20 12:60:00":           "",
		"2016-07-20 12:00:60":           "",
		"2016-04-31 12:00:00":           "",
		"2015-02-29 12:00:00":           "",
		"2016-13-01 12:00:00":           "",
		"2016-00-10 12:00:00":           "",
		"2016-07-00 12:00:00":           "",
		"1969-12-31 23:59:59":           "",
		"2100-01-01 00:00:00":           "",
		"2016-07/20 12:00:00":           "",
		"2016-07-20 12:00:00 Asia/Rome": "",
		"2016-07-2012:00:00":            "",
		"16-07-20 12:00:00":             "",
		"9999999999":                    "",
		"146898720":                     "",
		"２０１６-07-20 12:00:00":           "",
	} {
		got, err := playback.ParseTime(text, east)
		if want == "" {
			if !errors.Is(err, playback.ErrTime) {
				t.Errorf("%q: %v, %v; want ErrTime", text, got, err)
			}
			continue
		}
		if err != nil || playback.FormatTime(got) != want || got.Location() != time.UTC {
			t.Errorf("%q: %v, %v; want %s", text, got, err, want)
		}
	}
}

func TestRange(t *testing.T) {
	start := time.Date(2016, 7, 20, 12, 0, 0, 0, time.UTC)
	if r, err := playback.NewRange(start, start.Add(time.Second)); err != nil || r.End.Sub(r.Start) != time.Second {
		t.Errorf("a second: %v, %v", r, err)
	}
	for _, end := range []time.Time{start, start.Add(-time.Second)} {
		if _, err := playback.NewRange(start, end); !errors.Is(err, playback.ErrRange) {
			t.Errorf("end %v: error %v, want ErrRange", end, err)
		}
	}
}

// What is read can be written and read again, and means the same; in UTC and in a zone with summer time.
func FuzzParseTime(f *testing.F) {
	for _, seed := range []string{
		"2016-07-20 12:00:00", "2016/7/2T3:04Z", "1468987200123", "2016-02-30 00:00", "4000000000", "2016-07-20 12:00:00.5 +0800",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := playback.ParseTime(text, time.UTC)
		if err != nil {
			if !errors.Is(err, playback.ErrTime) || !got.IsZero() {
				t.Fatalf("%q: %v, %v", text, got, err)
			}
			return
		}
		again, err := playback.ParseTime(playback.FormatTime(got), time.UTC)
		if err != nil || !again.Equal(got) || got.Nanosecond() != 0 {
			t.Fatalf("%q was read as %v and again as %v, %v", text, got, again, err)
		}
	})
}
