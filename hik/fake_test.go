package hik_test

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"mediapusher/hik"
	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/internal/netway"
	"mediapusher/playback"
)

// asked is the search that a fake recorder was sent. Its element names are the strictest device's.
type asked struct {
	XMLName  xml.Name `xml:"CMSearchDescription"`
	ID       string   `xml:"searchID"`
	Tracks   []int    `xml:"trackList>trackID"`
	Older    []int    `xml:"trackIDList>trackID"`
	Start    string   `xml:"timeSpanList>timeSpan>startTime"`
	End      string   `xml:"timeSpanList>timeSpan>endTime"`
	Max      int      `xml:"maxResults"`
	Position *int     `xml:"searchResultPostion"`
	Metadata string   `xml:"metadataList>metadataDescriptor"`
	raw      string
}

// fake is a recorder that says what a test wants, without asking for a password.
type fake struct {
	kind, serial string // of deviceInfo
	clock        string // the answer to /ISAPI/System/time; empty for 404
	analog, ip   int
	// search answers one page, put a movement.
	search func(q asked) (status int, body string)
	put    func(path, body string) (status int, answer string)

	target device.Target
	driver *hik.Driver

	mu       sync.Mutex
	searches []asked
	puts     []string // path and body
	urls     []string // of DESCRIBE
}

// start opens the fake's ports and logs in.
func (f *fake) start(t *testing.T, settings device.Settings, log *zap.Logger) device.Device {
	t.Helper()
	if f.driver == nil {
		server := httptest.NewServer(http.HandlerFunc(f.serve))
		t.Cleanup(server.Close)
		_, port, _ := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
		httpPort, _ := strconv.Atoi(port)
		f.target = device.Target{
			Vendor: device.Hikvision, Host: "127.0.0.1", Port: 8000, HTTPPort: httpPort, RTSPPort: f.listenRTSP(t),
			User: "admin", Password: device.NewSecret("secret-word"),
		}
		f.driver = hik.New(netway.Config{Log: log, Timeout: 10 * time.Second, Settings: func(device.Target) device.Settings { return settings }})
	}
	d, err := f.driver.Open(t.Context(), f.target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func (f *fake) serve(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	answer := func(status int, text string) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
	switch path := request.URL.Path; {
	case request.Method == http.MethodPut:
		f.mu.Lock()
		f.puts = append(f.puts, path+" "+strings.TrimSpace(strings.TrimPrefix(string(body), `<?xml version="1.0" encoding="UTF-8"?>`)))
		f.mu.Unlock()
		answer(f.put(path, string(body)))
	case path == "/ISAPI/ContentMgmt/search" && request.Method == http.MethodPost:
		q := asked{raw: string(body)}
		if err := xml.Unmarshal(body, &q); err != nil || request.Header.Get("Content-Type") != "application/xml" {
			answer(http.StatusBadRequest, status(5, "badXmlFormat"))
			return
		}
		f.mu.Lock()
		f.searches = append(f.searches, q)
		f.mu.Unlock()
		answer(f.search(q))
	case path == "/ISAPI/System/deviceInfo":
		answer(200, fmt.Sprintf("<DeviceInfo><model>X</model><serialNumber>%s</serialNumber><deviceType>%s</deviceType></DeviceInfo>", f.serial, f.kind))
	case path == "/ISAPI/System/capabilities":
		answer(200, fmt.Sprintf("<DeviceCap><SysCap><VideoCap><videoInputPortNums>%d</videoInputPortNums></VideoCap></SysCap><RacmCap><inputProxyNums>%d</inputProxyNums></RacmCap></DeviceCap>", f.analog, f.ip))
	case path == "/ISAPI/System/time" && f.clock != "":
		answer(200, f.clock)
	default:
		answer(404, "<html>nothing here</html>")
	}
}

// listenRTSP answers every OPTIONS with 200 and everything else with 404, and keeps the URLs.
func (f *fake) listenRTSP(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	t.Cleanup(func() {
		_ = listener.Close()
		serving.Wait()
	})
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { f.serveRTSP(conn) })
		}
	})
	return listener.Addr().(*net.TCPAddr).Port
}

func (f *fake) serveRTSP(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	reader := bufio.NewReader(conn)
	for {
		request, err := http.ReadRequest(bufio.NewReader(&headOf{reader: reader}))
		if err != nil {
			return
		}
		code := "404 Not Found"
		if request.Method == http.MethodOptions {
			code = "200 OK"
		} else {
			f.mu.Lock()
			f.urls = append(f.urls, request.RequestURI)
			f.mu.Unlock()
		}
		_, _ = fmt.Fprintf(conn, "RTSP/1.0 %s\r\nCSeq: %s\r\nPublic: DESCRIBE\r\n\r\n", code, request.Header.Get("CSeq"))
	}
}

// headOf gives one request up to its empty line, with the version that net/http reads.
type headOf struct {
	reader *bufio.Reader
	rest   string
	ended  bool
}

func (h *headOf) Read(p []byte) (int, error) {
	for h.rest == "" {
		if h.ended {
			return 0, io.EOF
		}
		line, err := h.reader.ReadString('\n')
		if err != nil {
			return 0, err
		}
		h.ended = strings.TrimSpace(line) == ""
		h.rest = strings.Replace(line, "RTSP/1.0", "HTTP/1.0", 1)
	}
	n := copy(p, h.rest)
	h.rest = h.rest[n:]
	return n, nil
}

func (f *fake) asks() []asked {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]asked(nil), f.searches...)
}

func (f *fake) moves() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	moves := f.puts
	f.puts = nil
	return moves
}

// played runs a playback and returns the path and query that was asked for by RTSP.
func (f *fake) played(t *testing.T, d device.Device, channel int, span playback.Range) string {
	t.Helper()
	source, err := d.Playback(t.Context(), device.PlaybackRequest{Channel: channel, Request: playback.Request{Range: span, Speed: 1}})
	if err != nil {
		t.Fatal(err)
	}
	err = source.Run(t.Context(), nowhere{})
	var failure *device.Error
	if !errors.As(err, &failure) || failure.Op != device.OpPlayback {
		t.Errorf("error %v", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.urls) == 0 {
		t.Fatalf("nothing was asked for: %v", err)
	}
	_, rest, _ := strings.Cut(f.urls[len(f.urls)-1], "://")
	_, path, _ := strings.Cut(rest, "/")
	return "/" + path
}

type nowhere struct{}

func (nowhere) SetTracks([]*media.Track) error { return nil }
func (nowhere) Write(*media.AccessUnit) error  { return nil }

// fails tells whether err is a *device.Error of that kind and step.
func fails(err error, op device.Operation, kind device.Kind) bool {
	var failure *device.Error
	return errors.As(err, &failure) && failure.Op == op && failure.Kind == kind
}

func status(code int, sub string) string {
	return fmt.Sprintf("<ResponseStatus><statusCode>%d</statusCode><statusString>Text</statusString><subStatusCode>%s</subStatusCode></ResponseStatus>", code, sub)
}

// item writes one item of a search's answer.
func item(track int, start, end, uri string) string {
	return fmt.Sprintf("<searchMatchItem><sourceID>{0}</sourceID><trackID>%d</trackID><timeSpan><startTime>%s</startTime><endTime>%s</endTime></timeSpan>"+
		"<mediaSegmentDescriptor><contentType>video</contentType><playbackURI>%s</playbackURI></mediaSegmentDescriptor></searchMatchItem>",
		track, start, end, strings.ReplaceAll(uri, "&", "&amp;"))
}

// result writes an answer; matches below 0 leaves their number out.
func result(status string, matches int, items ...string) string {
	number := ""
	if matches >= 0 {
		number = fmt.Sprintf("<numOfMatches>%d</numOfMatches>", matches)
	}
	return fmt.Sprintf("<CMSearchResult><searchID>{X}</searchID><responseStatus>true</responseStatus><responseStatusStrg>%s</responseStatusStrg>%s<matchList>%s</matchList></CMSearchResult>",
		status, number, strings.Join(items, ""))
}

// day is a time on the day of the contract's example.
func day(clock string) time.Time {
	t, err := time.Parse(time.DateTime, "2016-07-20 "+clock)
	if err != nil {
		panic(err)
	}
	return t
}

func span(start, end string) playback.Range { return playback.Range{Start: day(start), End: day(end)} }

// find searches channel 33 for the noon hour and returns all files.
func find(t *testing.T, d device.Device) ([]playback.File, error) {
	t.Helper()
	var all []playback.File
	err := d.Search(t.Context(), device.SearchRequest{Channel: 33, Range: span("12:00:00", "13:00:00")}, func(page []playback.File) {
		if len(page) == 0 {
			t.Error("an empty page was handed over")
		}
		all = append(all, page...)
	})
	return all, err
}
