package nvrsim

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// A search that is taken asks for tracks that there are and for a span that goes forward.
func FuzzParseSearch(f *testing.F) {
	const good = `<CMSearchDescription><searchID>C5F47A30-0000-4000-8000-0123456789AB</searchID><trackIDList><trackID>101</trackID>` +
		`</trackIDList><timeSpanList><timeSpan><startTime>2016-07-20T12:00:00Z</startTime><endTime>2016-07-20T13:00:00Z</endTime>` +
		`</timeSpan></timeSpanList><maxResults>40</maxResults><searchResultPostion>0</searchResultPostion></CMSearchDescription>`
	r := &Recorder{channels: make([]channel, 3)}
	if _, err := r.parseSearch([]byte(good)); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(good))
	f.Add([]byte(strings.ReplaceAll(good, "101", "-101")))
	f.Add([]byte(strings.ReplaceAll(good, "40", "99999999999")))
	f.Add([]byte("<a><b/></a><c"))
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := r.parseSearch(body)
		if err != nil {
			return
		}
		outside := func(track int) bool { return track < 101 || track >= 400 }
		if !d.start.Before(d.end) || d.limit() < 1 || d.Position < 0 || slices.ContainsFunc(d.Tracks, outside) || !guid.MatchString(d.ID) {
			t.Fatalf("%+v", d)
		}
	})
}

// A movement that is taken is one that the journal has a word for, or a stop; only a momentary one has an end.
func FuzzSteering(f *testing.F) {
	for _, seed := range [][2]string{
		{"continuous", "<PTZData><pan>-5</pan><tilt>100</tilt></PTZData>"},
		{"momentary", "<PTZData><zoom>1</zoom><Momentary><duration>200</duration></Momentary></PTZData>"},
		{"focus", "<FocusData><focus>0</focus></FocusData>"},
		{"iris", "<IrisData><iris>-101</iris></IrisData>"},
		{"iris", "<IrisData>"},
	} {
		f.Add(seed[0], seed[1])
	}
	words := []string{
		"", "zoom in", "zoom out", "focus near", "focus far", "iris open", "iris close",
		"tilt up", "tilt down", "pan left", "pan right", "up left", "up right", "down left", "down right",
	}
	f.Fuzz(func(t *testing.T, verb, body string) {
		m, sub := steering{channel: 1, verb: verb}.movement(&http.Request{Body: io.NopCloser(strings.NewReader(body))})
		if sub != "" {
			return
		}
		// Zoom may go with a movement of the head.
		movement := m.words
		for _, zoom := range words[1:3] {
			movement = strings.TrimSuffix(movement, " "+zoom)
		}
		if !slices.Contains(words, movement) || m.milliseconds < 0 || (m.milliseconds > 0) != (verb == "momentary") {
			t.Fatalf("%+v", m)
		}
	})
}
