package shadow_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/iotest"

	"mediapusher/internal/shadow"
)

// What is JSON is read as encoding/json reads it; what is not has a bound and no panic.
func FuzzParseAnswer(f *testing.F) {
	for _, text := range []string{
		printedLive, printedBack, printedComma, `{"a":[1 2,,3,],}`, `{"a":"b` + "\n" + `c\d"}`, "\xef\xbb\xbf{}", `{"a":{"a":{"a":null}}}`, `[1]`, `{"a"`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		object, strict, err := shadow.ParseAnswer(text)
		if err != nil && object != nil {
			t.Errorf("%v and %v", object, err)
		}
		if !strict {
			return
		}
		again, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		if _, strict, err := shadow.ParseAnswer(again); err != nil || !strict {
			t.Errorf("%s: %v", again, err)
		}
	})
}

// Whatever two sides send, looking at it ends when they end.
func FuzzFollow(f *testing.F) {
	f.Add("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
	f.Add("POST /REAL_STREAM HTTP/1.0\r\nContent-Length: 3\r\n\r\n{}\n", "HTTP/1.0 200 OK\r\n\r\n"+printedBack)
	f.Add("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")
	f.Fuzz(func(t *testing.T, requests, responses string) {
		count := shadow.Follow(iotest.OneByteReader(strings.NewReader(requests)), strings.NewReader(responses))
		if count > strings.Count(requests, "\n")+1 {
			t.Errorf("%d exchanges of %q", count, requests)
		}
	})
}
