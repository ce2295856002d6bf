package hik_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"mediapusher/hik"
	"mediapusher/internal/device"
	"mediapusher/playback"
)

// files makes the items of n recordings of ten seconds from the start of the day on, from number first.
func files(first, n int) []string {
	items := make([]string, 0, n)
	for i := first; i < first+n; i++ {
		start := day("00:00:00").Add(time.Duration(i) * 10 * time.Second)
		items = append(items, item(101, start.Format("2006-01-02T15:04:05Z"), start.Add(10*time.Second).Format("2006-01-02T15:04:05Z"),
			fmt.Sprintf("rtsp://192.0.2.1:9/Streaming/tracks/101/?starttime=x&endtime=y&name=%05d&size=%d", i, i)))
	}
	return items
}

// A search's pages end where the device says so, and where it says nothing sensible.
func TestSearchPages(t *testing.T) {
	tests := []struct {
		name   string
		page   func(q asked) string // of a recorder with 1000 recordings
		files  int
		pages  int // 0 for any number
		end    string
		unlike bool // the log warns
	}{
		{"1000 recordings", func(q asked) string {
			status := "MORE"
			if *q.Position+q.Max >= 1000 {
				status = "OK"
			}
			return result(status, q.Max, files(*q.Position, min(q.Max, 1000-*q.Position))...)
		}, 1000, 25, "no more", false},
		{"none", func(asked) string { return result("NO MATCHES", 0) }, 0, 1, "no more", false},
		{"none, in small letters", func(asked) string { return result("no matches", -1) }, 0, 1, "no more", false},
		{"number of matches missing", func(q asked) string {
			if *q.Position >= 80 {
				return result("ok", -1, files(*q.Position, 3)...)
			}
			return result("more", -1, files(*q.Position, 40)...)
		}, 83, 3, "no more", false},
		{"the number is that of all", func(q asked) string {
			if *q.Position >= 80 {
				return result("OK", 83, files(*q.Position, 3)...)
			}
			return result("MORE", 83, files(*q.Position, 40)...)
		}, 83, 3, "no more", false},
		{"status missing", func(q asked) string { return result("", -1, files(*q.Position, min(40, 60-*q.Position))...) }, 60, 2, "no more", false},
		{"pages overlap", func(q asked) string {
			if *q.Position >= 80 {
				return result("OK", 40, files(60, 40)...)
			}
			return result("MORE", 40, files(*q.Position, 40)...)
		}, 100, 3, "no more", false},
		{"small pages", func(q asked) string {
			if *q.Position >= 100 {
				return result("OK", 5, files(*q.Position, 5)...)
			}
			return result("MORE", 10, files(*q.Position, 10)...)
		}, 105, 11, "no more", false},
		{"promises more, gives none", func(q asked) string {
			if *q.Position > 0 {
				return result("MORE", 0)
			}
			return result("MORE", 40, files(0, 40)...)
		}, 40, 2, "gives none", true},
		{"repeats its page", func(asked) string { return result("MORE", 40, files(0, 40)...) }, 40, 2, "repeats", true},
		{"repeats an earlier page", func(q asked) string { return result("MORE", 40, files(*q.Position%120, 40)...) }, 120, 4, "repeats", true},
		{"repeats pictures", func(asked) string {
			return result("MORE", 1, item(103, "2016-07-20T12:00:00Z", "2016-07-20T12:00:01Z", "x"))
		}, 0, 2, "repeats", true},
		{"endless", func(q asked) string { return result("MORE", 1, files(*q.Position, 1)...) }, hik.MaxSearchPages, hik.MaxSearchPages, "pages", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			core, logs := observer.New(zap.DebugLevel)
			f := &fake{kind: "NVR", serial: "S", ip: 8, search: func(q asked) (int, string) { return 200, tt.page(q) }}
			d := f.start(t, device.Settings{RecordTimes: "device"}, zap.New(core))
			found, err := find(t, d)
			if err != nil || len(found) != tt.files {
				t.Fatalf("%d recordings, %v; want %d", len(found), err, tt.files)
			}
			for i, file := range found {
				if file.Name != fmt.Sprintf("%05d", i) || file.Size != int64(i) {
					t.Fatalf("recording %d is %+v", i, file)
				}
			}
			asks := f.asks()
			if len(asks) != tt.pages {
				t.Errorf("%d pages, want %d", len(asks), tt.pages)
			}
			for _, q := range asks {
				if q.ID != asks[0].ID {
					t.Errorf("a page of search %s, want %s", q.ID, asks[0].ID)
				}
			}
			if odd := logs.FilterMessage("search is odd").Len() == 1; odd != tt.unlike {
				t.Errorf("odd: %v, want %v", odd, tt.unlike)
			}
			said := logs.Filter(func(e observer.LoggedEntry) bool { return strings.HasPrefix(e.Message, "search") }).All()
			if len(said) != 1 || !strings.Contains(said[0].ContextMap()["end"].(string), tt.end) {
				t.Errorf("log %v", said)
			}
		})
	}
}

// The query stands in the order of the vendor's samples and in its spelling.
func TestSearchQuery(t *testing.T) {
	f := &fake{kind: "NVR", serial: "S", analog: 16, ip: 16, search: func(asked) (int, string) { return 200, result("OK", 0) }}
	if _, err := find(t, f.start(t, device.Settings{RecordTimes: "device"}, nil)); err != nil {
		t.Fatal(err)
	}
	asks := f.asks()
	if len(asks) != 1 {
		t.Fatalf("%d searches", len(asks))
	}
	q := asks[0]
	if !regexp.MustCompile(`^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$`).MatchString(q.ID) {
		t.Errorf("id %s", q.ID)
	}
	if !slices.Equal(q.Tracks, []int{1701}) || len(q.Older) != 0 || q.Start != "2016-07-20T12:00:00Z" || q.End != "2016-07-20T13:00:00Z" ||
		q.Max != 40 || q.Position == nil || *q.Position != 0 || q.Metadata != "//recordType.meta.std-cgi.com" {
		t.Errorf("asked %+v", q)
	}
	var order []string
	decoder := xml.NewDecoder(strings.NewReader(q.raw))
	for depth := 0; ; {
		token, err := decoder.Token()
		if err != nil {
			break
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth++; depth == 2 {
				order = append(order, token.Name.Local)
			}
		case xml.EndElement:
			depth--
		}
	}
	want := []string{"searchID", "trackList", "timeSpanList", "maxResults", "searchResultPostion", "metadataList"}
	if !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
}

// Firmware with the older name of the list of tracks is asked again by it, and from then on at once.
func TestSearchOlderName(t *testing.T) {
	f := &fake{kind: "DVR", serial: "S", ip: 8, search: func(q asked) (int, string) {
		if len(q.Older) == 0 {
			return http.StatusBadRequest, status(6, "badXmlContent")
		}
		return 200, result("OK", 1, files(0, 1)...)
	}}
	for range 2 {
		d := f.start(t, device.Settings{RecordTimes: "device"}, nil)
		if found, err := find(t, d); err != nil || len(found) != 1 {
			t.Fatalf("%v, %v", found, err)
		}
	}
	if n := len(f.asks()); n != 3 {
		t.Errorf("%d searches, want 3", n)
	}
}

func TestSearchFailures(t *testing.T) {
	tests := []struct {
		name    string
		ip      int
		channel int
		status  int
		body    string
		want    device.Kind
	}{
		{"not supported", 8, 33, 403, status(4, "notSupport"), device.KindUnsupported},
		{"no such page", 8, 33, 404, "<html>no</html>", device.KindUnsupported},
		{"busy", 8, 33, 503, status(2, "deviceBusy"), device.KindBusy},
		{"busy by 403", 8, 33, 403, status(2, "deviceBusy"), device.KindBusy},
		{"out of memory", 8, 33, 500, status(3, "noMemory"), device.KindBusy},
		{"no right", 8, 33, 403, status(4, "lowPrivilege"), device.KindAuth},
		{"refused", 8, 33, 401, "<userCheck><retryLoginTime>4</retryLoginTime></userCheck>", device.KindAuth},
		{"locked", 8, 33, 401, "<userCheck><lockStatus>lock</lockStatus><unlockTime>60</unlockTime></userCheck>", device.KindLocked},
		{"guessed channel", 0, 33, 400, status(6, "badXmlContent"), device.KindNoSuchChannel},
		{"status where a page was due", 8, 33, 200, status(4, "notSupport"), device.KindUnsupported},
		{"web page", 8, 33, 200, "<html>login</html>", device.KindProtocol},
		{"cut off", 8, 33, 200, "<CMSearchResult><responseStatusStrg>OK", device.KindProtocol},
		{"unknown channel", 8, 41, 200, "", device.KindNoSuchChannel},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel() // the busy ones wait
			f := &fake{kind: "NVR", serial: "S", ip: tt.ip, search: func(asked) (int, string) { return tt.status, tt.body }}
			d := f.start(t, device.Settings{RecordTimes: "device"}, nil)
			err := d.Search(t.Context(), device.SearchRequest{Channel: tt.channel, Range: span("12:00:00", "13:00:00")}, func([]playback.File) {
				t.Error("recordings out of nothing")
			})
			if !fails(err, device.OpSearch, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
}

// What was handed over before a page fails is kept.
func TestSearchBreaks(t *testing.T) {
	t.Parallel()
	f := &fake{kind: "NVR", serial: "S", ip: 8, search: func(q asked) (int, string) {
		if *q.Position > 0 {
			return 503, ""
		}
		return 200, result("MORE", 40, files(0, 40)...)
	}}
	found, err := find(t, f.start(t, device.Settings{RecordTimes: "device"}, nil))
	if kind, _ := device.KindOf(err); kind != device.KindBusy || len(found) != 40 {
		t.Errorf("%d recordings, %v", len(found), err)
	}
}

func TestSearchItems(t *testing.T) {
	const start, end = "2016-07-20T11:50:00Z", "2016-07-20T12:50:00Z"
	uri := "rtsp://10.0.0.5/Streaming/tracks/101/?starttime=20160720T115000Z&endtime=20160720T125000Z&name=00000000012000213&size=1073741824"
	usual := playback.File{Name: "00000000012000213", Size: 1 << 30, Range: span("11:50:00", "12:50:00")}
	named := usual
	named.Name = "ch01"
	named.Size = 0
	made := playback.File{Name: "101_20160720115000", Range: usual.Range}
	huge := usual
	huge.Size = 5_000_000_000
	tests := []struct {
		name, item string
		want       []playback.File
	}{
		{"usual", item(101, start, end, uri), []playback.File{usual}},
		{"escaped twice", item(101, start, end, strings.ReplaceAll(uri, "&", "&amp;")), []playback.File{usual}},
		{"larger than 4 GiB", item(101, start, end, strings.Replace(uri, "1073741824", "5000000000", 1)), []playback.File{huge}},
		{"size before name, in capitals", item(101, start, end, "rtsp://h/x?SIZE=1073741824&Name=00000000012000213"), []playback.File{usual}},
		{"name element", strings.Replace(item(101, start, end, "rtsp://h/x?size=-4"), "</playbackURI>", "</playbackURI><name> ch01 </name>", 1), []playback.File{named}},
		{"no name", item(101, start, end, "rtsp://h/x?size=9999999999999999999999"), []playback.File{made}},
		{"name that cannot be shown", item(101, start, end, "rtsp://h/x?name=%00%ff"), []playback.File{made}},
		{"no address", item(101, start, end, ""), []playback.File{made}},
		{"no zone, fraction", item(101, "2016-07-20T11:50:00.250", "2016-07-20 12:50:00", uri), []playback.File{usual}},
		{"pictures", item(103, start, end, uri), nil},
		{"reversed", item(101, end, start, uri), nil},
		{"empty", item(101, start, start, uri), nil},
		{"no such day", item(101, "2016-02-31T00:00:00Z", end, uri), nil},
		{"no time", item(101, "", "", uri), nil},
		{"outside the range", item(101, "2016-07-19T11:50:00Z", "2016-07-19T12:50:00Z", uri), []playback.File{
			{Name: usual.Name, Size: usual.Size, Range: playback.Range{Start: usual.Start.AddDate(0, 0, -1), End: usual.End.AddDate(0, 0, -1)}},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := &fake{kind: "NVR", serial: "S", ip: 8, search: func(asked) (int, string) { return 200, result("OK", 1, tt.item, tt.item) }}
			found, err := find(t, f.start(t, device.Settings{RecordTimes: "device"}, nil))
			if err != nil || !slices.Equal(found, tt.want) {
				t.Errorf("%+v, %v; want %+v", found, err, tt.want)
			}
		})
	}
}

func TestSearchNamespaces(t *testing.T) {
	for _, namespace := range []string{
		"http://www.isapi.org/ver20/XMLSchema", "http://www.hikvision.com/ver20/XMLSchema", "http://www.hikvision.com/ver10/XMLSchema",
		"urn:psialliance-org",
	} {
		f := &fake{kind: "NVR", serial: "S", ip: 8, search: func(asked) (int, string) {
			body := result("OK", 2, files(0, 2)...)
			return 200, strings.Replace(body, "<CMSearchResult>", fmt.Sprintf(`<?xml version="1.0" encoding="GB2312"?><CMSearchResult version="1.0" xmlns=%q>`, namespace), 1)
		}}
		if found, err := find(t, f.start(t, device.Settings{RecordTimes: "device"}, nil)); err != nil || len(found) != 2 {
			t.Errorf("%s: %v, %v", namespace, found, err)
		}
	}
}

// Whatever a device answers to a search: what is handed over are recordings, each once, in times that a wall clock shows.
func FuzzSearchResult(f *testing.F) {
	f.Add([]byte(result("MORE", 2, files(0, 2)...)), true)
	f.Add([]byte(result("OK", 1, item(101, "2016-07-20T11:50:00+08:00", "2099-12-31T23:59:59Z", "rtsp://h/PSIA/streaming/tracks/101?starttime=20160720t115000z"))), true)
	f.Add([]byte(result("NO MATCHES", 0, item(101, "1970-01-01T00:00:00Z", "1970-01-01T00:00:01Z", "rtsp://h/../tracks/101/?name=a%20b&size=1"))), false)
	f.Add([]byte("<CMSearchResult><matchList><searchMatchItem><timeSpan><startTime>1469000000</startTime><endTime>1469000001999</endTime>"), true)
	f.Fuzz(func(t *testing.T, body []byte, utc bool) {
		var zone *time.Location
		if utc {
			zone = time.FixedZone("", 8*3600)
		}
		found, path, err := hik.Files(body, 101, zone)
		if err != nil {
			return
		}
		seen := map[playback.File]bool{}
		for _, file := range found {
			if seen[file] || !file.Start.Before(file.End) || file.Size < 0 || file.Name == "" || len(file.Name) > 255 ||
				file.Start.Year() < 1969 || file.End.Year() > 2100 || file.Start.Location() != time.UTC || file.Start.Nanosecond() != 0 {
				t.Errorf("recording %+v", file)
			}
			seen[file] = true
		}
		if len(found) > hik.MaxItems {
			t.Errorf("%d recordings of one page", len(found))
		}
		if !regexp.MustCompile(`^(/[A-Za-z0-9_-]{1,32}){1,6}/101/?\?(starttime=20160720T120000Z&endtime=20160720T130000Z|starttime=20160720t120000z&endtime=20160720t130000z)$`).MatchString(path) {
			t.Errorf("path %q", path)
		}
	})
}
