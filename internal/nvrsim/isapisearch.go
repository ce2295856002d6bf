package nvrsim

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// What a Hikvision recorder gives at most on one page of a search, and how long it keeps a search of which nobody asks for the rest.
const (
	hikvisionPage       = 64
	hikvisionSearchLife = 2 * time.Second
)

// innerAddress is what the recorder takes for its own address: that of the network behind the router.
const innerAddress = "10.20.30.40:554"

// The forms of times in a search and in an RTSP URL.
const (
	hikvisionTime    = "2006-01-02T15:04:05Z"
	hikvisionURLTime = "20060102T150405Z"
)

var guid = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

// searches are the searches that a Hikvision recorder has not answered to the end. Nobody can close one. It is safe for concurrent use.
type searches struct {
	clock   func() time.Time
	journal *journal

	mu   sync.Mutex
	open map[string]search
}

type search struct {
	remote string
	until  time.Time
}

// hold takes note of a search that goes on or, where the limit allows it, begins; 0 is no limit.
func (s *searches) hold(id, remote, detail string, limit int, busy time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	if _, known := s.open[id]; !known {
		if limit > 0 && len(s.open) >= limit {
			return false
		}
		s.journal.add(SearchOpen, remote, "", detail)
	}
	if s.open == nil {
		s.open = make(map[string]search)
	}
	s.open[id] = search{remote, s.clock().Add(busy + hikvisionSearchLife)}
	return true
}

// finish lets a search go whose last page was given.
func (s *searches) finish(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if held, ok := s.open[id]; ok {
		delete(s.open, id)
		s.journal.add(SearchClose, held.remote, "", "")
	}
}

func (s *searches) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	return len(s.open)
}

// expire lets searches go that were left midway. The caller holds mu.
func (s *searches) expire() {
	now := s.clock()
	for id, held := range s.open {
		if held.until.Before(now) {
			delete(s.open, id)
			s.journal.add(SearchClose, held.remote, "", "left midway")
		}
	}
}

// searchDescription is the question.
type searchDescription struct {
	XMLName     xml.Name `xml:"CMSearchDescription"`
	ID          string   `xml:"searchID"`
	Tracks      []int    `xml:"trackList>trackID"`
	OlderTracks []int    `xml:"trackIDList>trackID"`
	Spans       []struct {
		Start string `xml:"startTime"`
		End   string `xml:"endTime"`
	} `xml:"timeSpanList>timeSpan"`
	Contents []string `xml:"contentTypeList>contentType"`
	Max      *int     `xml:"maxResults"`
	Position int      `xml:"searchResultPostion"`

	start, end time.Time // on the device's wall clock
}

// errContent is for XML that says something that the device does not take.
var errContent = errors.New("invalid XML content")

// parseSearch reads a question as strictly as the strictest firmware does: elements in the order of the vendor's samples, and no others.
func (r *Recorder) parseSearch(body []byte) (searchDescription, error) {
	var d searchDescription
	order, err := children(body)
	if err != nil {
		return d, err
	}
	known := []string{
		"searchID", "trackList", "trackIDList", "timeSpanList", "contentTypeList", "maxResults", "searchResultPostion", "metadataList",
	}
	last := -1
	for _, name := range order {
		i := slices.Index(known, name)
		if i <= last {
			return d, errContent
		}
		last = i
	}
	if err := xml.Unmarshal(body, &d); err != nil {
		return d, errContent
	}
	d.ID = strings.Trim(strings.TrimSpace(d.ID), "{}")
	d.Tracks = append(d.Tracks, d.OlderTracks...)
	if !guid.MatchString(d.ID) || len(d.Tracks) == 0 || len(d.Spans) != 1 || d.Position < 0 || d.Max != nil && *d.Max < 1 {
		return d, errContent
	}
	for _, track := range d.Tracks {
		if track/100 < 1 || track/100 > len(r.channels) || track%100 < 1 {
			return d, errContent
		}
	}
	start, startErr := time.Parse(hikvisionTime, strings.TrimSpace(d.Spans[0].Start))
	end, endErr := time.Parse(hikvisionTime, strings.TrimSpace(d.Spans[0].End))
	if startErr != nil || endErr != nil || !start.Before(end) || start.Nanosecond() != 0 || end.Nanosecond() != 0 {
		return d, errContent
	}
	d.start, d.end = start.Add(r.zoneOfZ()), end.Add(r.zoneOfZ())
	return d, nil
}

// children lists the names of the elements below the root, which must be well-formed to its end.
func children(body []byte) ([]string, error) {
	var names []string
	decoder := xml.NewDecoder(bytes.NewReader(body))
	for depth := 0; ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return names, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth == 2 {
				names = append(names, t.Name.Local)
			}
		case xml.EndElement:
			depth--
		}
	}
}

// zoneOfZ is what the wall clock is ahead of times with Z.
func (r *Recorder) zoneOfZ() time.Duration {
	if r.cfg.RecordsInUTC {
		return r.cfg.Zone
	}
	return 0
}

// segment is one match of a search.
type segment struct {
	track int
	file  Recording
}

func (r *Recorder) segments(d searchDescription) []segment {
	var all []segment
	if len(d.Contents) > 0 && !slices.Contains(d.Contents, "video") && !slices.Contains(d.Contents, "mixed") {
		return nil
	}
	for _, track := range d.Tracks {
		if track%100 != 1 { // only the main stream is recorded, and pictures (03) there are none
			continue
		}
		for _, file := range r.recordings(track/100, d.start, d.end) {
			all = append(all, segment{track, file})
		}
	}
	return all
}

// contentSearch answers one page of a search.
func (r *Recorder) contentSearch(ctx context.Context, w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	d, err := r.parseSearch(body)
	switch {
	case errors.Is(err, errContent):
		r.responseStatus(w, req, http.StatusBadRequest, 6, "Invalid XML Content", "badXmlContent")
		return
	case err != nil:
		r.responseStatus(w, req, http.StatusBadRequest, 5, "Invalid XML Format", "badXmlFormat")
		return
	}
	faults := r.Faults()
	detail := fmt.Sprintf("%v %s to %s", d.Tracks, d.start.Format(time.DateTime), d.end.Format(time.DateTime))
	if !r.searches.hold(d.ID, req.RemoteAddr, detail, faults.MaxSearches, time.Duration(faults.SearchDelay)) {
		r.responseStatus(w, req, http.StatusServiceUnavailable, 2, "Device Busy", "deviceBusy")
		return
	}
	r.journal.add(SearchPage, req.RemoteAddr, "", strconv.Itoa(d.Position))
	if !pause(ctx, faults.SearchDelay) {
		return
	}
	all := r.segments(d)
	page, more := pageOf(all, d.Position, min(orDefault(faults.SearchPage, hikvisionPage), d.limit()), faults)
	if !more {
		r.searches.finish(d.ID)
	}
	r.sendSegments(w, d, page, len(all), more)
}

func (d searchDescription) limit() int {
	if d.Max == nil {
		return hikvisionPage
	}
	return *d.Max
}

// pageOf cuts one page out of what was found, and tells whether the recorder says that there is more.
func pageOf[T any](all []T, position, limit int, faults Faults) (page []T, more bool) {
	if faults.SearchRepeats && position > 0 {
		return all[:min(limit, len(all))], len(all) > limit || faults.SearchEndless
	}
	position = min(position, len(all))
	end := min(position+limit, len(all))
	return all[position:end], end < len(all) || faults.SearchEndless
}

func (r *Recorder) sendSegments(w http.ResponseWriter, d searchDescription, page []segment, total int, more bool) {
	newer := r.cfg.Namespace == NamespaceISAPI || r.cfg.Namespace == NamespaceHikvision20
	status := "OK"
	switch {
	case more:
		status = "MORE"
	case total == 0:
		status = "NO MATCHES"
	}
	doc := newDocument("CMSearchResult", r.cfg.Namespace, "")
	doc.put("searchID", "{"+d.ID+"}", "responseStatus", true, "responseStatusStrg", status, "numOfMatches", len(page))
	if newer {
		doc.put("totalMatches", total)
	}
	if len(page) > 0 {
		doc.in("matchList")
	}
	for _, s := range page {
		start, end := s.file.Start.Add(-r.zoneOfZ()), s.file.End.Add(-r.zoneOfZ())
		codec := hikvisionCodec(r.channels[s.track/100-1].main.Video.Codec) + "-BP"
		uri := fmt.Sprintf("rtsp://%s/Streaming/tracks/%d/?starttime=%s&endtime=%s&name=%s&size=%d", innerAddress, s.track,
			start.Format(hikvisionURLTime), end.Format(hikvisionURLTime), url.QueryEscape(s.file.Name), s.file.Size)
		doc.in("searchMatchItem").put("sourceID", "{00000000-0000-0000-0000-000000000000}", "trackID", s.track).
			in("timeSpan").put("startTime", start.Format(hikvisionTime), "endTime", end.Format(hikvisionTime)).out().
			in("mediaSegmentDescriptor").put("contentType", "video", "codecType", codec, "playbackURI", uri, "lockStatus", "unlock")
		if newer {
			doc.put("name", s.file.Name)
		}
		doc.out().in("metadataMatches").put("metadataDescriptor", "recordType.meta.hikvision.com/timing").out().out()
	}
	doc.send(w, http.StatusOK)
}

// systemTime tells the device's clock. A zone east of Greenwich has a minus, as POSIX wants it.
func (r *Recorder) systemTime(w http.ResponseWriter, _ *http.Request) {
	zone := time.FixedZone("", int(r.cfg.Zone/time.Second))
	sign, offset := "-", r.cfg.Zone
	if offset < 0 {
		sign, offset = "+", -offset
	}
	clock := time.Time{}.Add(offset)
	newDocument("Time", r.cfg.Namespace, "").
		put("timeMode", "NTP", "localTime", r.now().Add(time.Duration(r.Faults().ClockOff)).In(zone).Format("2006-01-02T15:04:05-07:00"),
			"timeZone", fmt.Sprintf("CST%s%d:%s", sign, int(offset/time.Hour), clock.Format("04:05"))).
		send(w, http.StatusOK)
}
