package hik

import (
	"context"
	"crypto/rand"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/httpdigest"
	"mediapusher/internal/netway"
)

const (
	pageSearch = "/ISAPI/ContentMgmt/search"
	xmlType    = "application/xml"

	// pageSize is what the vendor's own web client asks for, and what every firmware takes.
	pageSize = 40
)

// searchQuery asks for one page of a search.
type searchQuery struct {
	op         device.Operation
	id         string // the same for all pages of a search
	track      int    // the channel times 100, and 1 for its main stream
	start, end time.Time
	position   int  // of the first item
	known      bool // the recorder itself lists the channel
}

// searchID makes a GUID in the vendor's letters. Without one a search is refused.
func searchID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%X-%X-%X-%X-%X", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// The elements stand in the order of the vendor's samples, which some firmware insists on. A DVR-208G with V4.71.410 refuses
// searchResultPosition where it is spelt right.
type searchDescription struct {
	XMLName  xml.Name  `xml:"CMSearchDescription"`
	ID       string    `xml:"searchID"`
	Tracks   *[]int    `xml:"trackList>trackID"`
	Older    *[]int    `xml:"trackIDList>trackID"`
	Spans    []apiSpan `xml:"timeSpanList>timeSpan"`
	Max      int       `xml:"maxResults"`
	Position int       `xml:"searchResultPostion"`
	Metadata []string  `xml:"metadataList>metadataDescriptor"`
}

type apiSpan struct {
	Start string `xml:"startTime"`
	End   string `xml:"endTime"`
}

// body writes the query; older firmware calls the list of tracks differently.
func (q searchQuery) body(older bool) ([]byte, error) {
	tracks := []int{q.track}
	description := searchDescription{
		ID: q.id, Tracks: &tracks,
		Spans: []apiSpan{{q.start.Format(zForm), q.end.Format(zForm)}},
		Max:   pageSize, Position: q.position,
		Metadata: []string{"//recordType.meta.std-cgi.com"},
	}
	if older {
		description.Tracks, description.Older = nil, &tracks
	}
	body, err := xml.Marshal(description)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return append([]byte(xml.Header), body...), nil
}

// searchResult is one page of the answer.
type searchResult struct {
	Status  string      `xml:"responseStatusStrg"`
	Matches string      `xml:"numOfMatches"`
	Items   []matchItem `xml:"matchList>searchMatchItem"`
}

type matchItem struct {
	Track string `xml:"trackID"`
	Start string `xml:"timeSpan>startTime"`
	End   string `xml:"timeSpan>endTime"`
	URI   string `xml:"mediaSegmentDescriptor>playbackURI"`
	Name  string `xml:"mediaSegmentDescriptor>name"`
}

func (s *searchResult) items() []matchItem { return s.Items[:min(len(s.Items), maxItems)] }

// matches is how far the next page is from this one. A number that no page can have is that of something else.
func (s *searchResult) matches() int {
	if n, ok := number(s.Matches); ok && n > 0 && n <= max(pageSize, len(s.Items)) {
		return n
	}
	return len(s.Items)
}

// more tells whether the device has more after a page of so many items. Without a status a full page has.
func (s *searchResult) more(items int) bool {
	switch status := strings.ToUpper(strings.TrimSpace(s.Status)); status {
	case "":
		return items >= pageSize
	default:
		return status == "MORE"
	}
}

// busyWaits are the waits before a page is asked for again where the device is busy, as with another search, which a recorder may keep for
// a while after its client has gone.
var busyWaits = [...]time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second}

// searchPage asks for one page of a search, and waits a little where the device is busy.
func (r *recorder) searchPage(ctx context.Context, q searchQuery) (*searchResult, error) {
	for _, wait := range busyWaits {
		result, err := r.searchOnce(ctx, q)
		if kind, _ := device.KindOf(err); err == nil || kind != device.KindBusy {
			return result, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, err
		}
	}
	return r.searchOnce(ctx, q)
}

// searchOnce asks for one page, where need be a second time with the older name.
func (r *recorder) searchOnce(ctx context.Context, q searchQuery) (*searchResult, error) {
	older := r.traits.usesOlder()
	result, refusal, err := r.askSearch(ctx, q, older)
	if err != nil || refusal == nil {
		return result, err
	}
	if !older && refusal.badXML {
		again, stillRefused, err := r.askSearch(ctx, q, true)
		if err != nil {
			return nil, err
		}
		if stillRefused == nil {
			r.traits.keepOlder()
			return again, nil
		}
	}
	if refusal.badXML && !q.known {
		return nil, r.Failure(q.op, refusal.failure.Code, netway.Meaning{
			Kind: device.KindNoSuchChannel, Words: netway.Join("the recorder knows no such channel", refusal.failure.Meaning),
		})
	}
	return nil, refusal.failure
}

// searchRefusal is an answer without a page.
type searchRefusal struct {
	failure *device.Error
	badXML  bool // the device did not like how it was asked
}

func (r *recorder) askSearch(ctx context.Context, q searchQuery, older bool) (*searchResult, *searchRefusal, error) {
	body, err := q.body(older)
	if err != nil {
		return nil, nil, err
	}
	answer, err := r.Send(ctx, q.op, http.MethodPost, pageSearch, xmlType, body)
	if err != nil {
		return nil, nil, err
	}
	if answer.Status/100 == 2 {
		var result searchResult
		err := decode(answer.Body, "CMSearchResult", &result)
		if err == nil {
			return &result, nil, nil
		}
		if _, isStatus := statusOf(answer); !isStatus {
			failure := r.Failure(q.op, answer.Status, netway.Meaning{
				Kind: device.KindProtocol, Words: "the answer to a search makes no sense",
			})
			failure.Err = err
			return nil, nil, failure
		}
	}
	status, _ := statusOf(answer)
	meaning, wait := explain(answer)
	if meaning.Kind == device.KindProtocol && missing(answer) {
		meaning.Kind = device.KindUnsupported
	}
	failure := r.Failure(q.op, answer.Status, meaning)
	failure.RetryAfter = wait
	return nil, &searchRefusal{failure: failure, badXML: status.badXML()}, nil
}

// missing tells a page that the device does not have, by HTTP alone.
func missing(answer *httpdigest.Answer) bool {
	switch answer.Status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	default:
		return false
	}
}
