package nvrsim_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	neturl "net/url"
	"strings"
	"testing"
	"time"

	"github.com/icholy/digest"

	"mediapusher/internal/nvrsim"
)

// ask sends a request with digest and the right password.
func ask(t *testing.T, r *nvrsim.Recorder, method, target, body string) (status int, answer string) {
	t.Helper()
	plain := &http.Transport{}
	defer plain.CloseIdleConnections()
	client := &http.Client{
		Timeout: patience, Transport: &digest.Transport{Username: "admin", Password: rightPassword, Transport: plain},
	}
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+r.HTTPAddr()+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func moment(hour, minute int) time.Time { return time.Date(2016, 7, 20, hour, minute, 0, 0, time.UTC) }

// recordedChannels are two cameras, the first with files that are not in the order of time, and one that is off and cannot be moved.
func recordedChannels(vendor string) []nvrsim.Channel {
	channels := nvrsim.DemoChannels(vendor)[:3]
	channels[0].Recordings = []nvrsim.Recording{
		{Start: moment(12, 50), End: moment(13, 30)},
		{Start: moment(11, 50), End: moment(12, 50), Name: "a&b", Size: 4711},
		{Start: moment(20, 0), End: moment(21, 0)},
	}
	channels[1].NoPTZ = true
	channels[2].Offline = true
	return channels
}

const searchID = "C5F47A30-0000-4000-8000-0123456789AB"

// question is a search as the vendor's samples have it.
func question(track int, start, end string, position, most int) string {
	return fmt.Sprintf(`<?xml version="1.0" encoding="utf-8"?><CMSearchDescription><searchID>%s</searchID><trackList><trackID>%d</trackID>`+
		`</trackList><timeSpanList><timeSpan><startTime>%s</startTime><endTime>%s</endTime></timeSpan></timeSpanList>`+
		`<maxResults>%d</maxResults><searchResultPostion>%d</searchResultPostion><metadataList><metadataDescriptor>`+
		`//recordType.meta.std-cgi.com</metadataDescriptor></metadataList></CMSearchDescription>`, searchID, track, start, end, most, position)
}

type searchResult struct {
	XMLName xml.Name `xml:"CMSearchResult"`
	ID      string   `xml:"searchID"`
	Status  string   `xml:"responseStatusStrg"`
	Matches int      `xml:"numOfMatches"`
	Items   []struct {
		Track int    `xml:"trackID"`
		Start string `xml:"timeSpan>startTime"`
		End   string `xml:"timeSpan>endTime"`
		URI   string `xml:"mediaSegmentDescriptor>playbackURI"`
	} `xml:"matchList>searchMatchItem"`
}

func contentSearch(t *testing.T, r *nvrsim.Recorder, body string) searchResult {
	t.Helper()
	status, answer := ask(t, r, http.MethodPost, "/ISAPI/ContentMgmt/search", body)
	var result searchResult
	if err := xml.Unmarshal([]byte(answer), &result); status != 200 || err != nil {
		t.Fatalf("%d %v\n%s", status, err, answer)
	}
	if result.Matches != len(result.Items) {
		t.Errorf("%d matches, %d items", result.Matches, len(result.Items))
	}
	return result
}

// The ends of an hour.
const noonTime, oneTime = "2016-07-20T12:00:00Z", "2016-07-20T13:00:00Z"

func TestISAPISearch(t *testing.T) {
	for _, namespace := range []string{
		nvrsim.NamespaceISAPI, nvrsim.NamespaceHikvision20, nvrsim.NamespaceHikvision10, nvrsim.NamespacePSIA,
	} {
		r := start(t, nvrsim.Config{Vendor: nvrsim.Hikvision, Channels: recordedChannels(nvrsim.Hikvision), Namespace: namespace})
		got := contentSearch(t, r, question(101, noonTime, oneTime, 0, 40))
		if got.XMLName.Space != namespace || got.ID != "{"+searchID+"}" || got.Status != "OK" || len(got.Items) != 2 {
			t.Fatalf("%+v", got)
		}
		item := got.Items[1]
		uri, err := neturl.Parse(item.URI)
		if err != nil {
			t.Fatal(err)
		}
		query := uri.Query()
		if item.Track != 101 || item.Start != "2016-07-20T11:50:00Z" || item.End != "2016-07-20T12:50:00Z" ||
			!strings.HasPrefix(uri.Host, "10.") || uri.Path != "/Streaming/tracks/101/" || query.Get("starttime") != "20160720T115000Z" ||
			query.Get("endtime") != "20160720T125000Z" || query.Get("name") != "a&b" || query.Get("size") != "4711" {
			t.Errorf("%+v", item)
		}
		if c := r.Counts(); c.Searches != 0 || count(r.Journal(), nvrsim.SearchClose) != 1 {
			t.Errorf("after the last page: %+v", c)
		}
		for _, track := range []int{102, 103, 201} {
			if got := contentSearch(t, r, question(track, noonTime, oneTime, 0, 40)); got.Status != "NO MATCHES" || got.Matches != 0 {
				t.Errorf("track %d: %+v", track, got)
			}
		}
	}
}

func TestISAPISearchInUTC(t *testing.T) {
	r := start(t, nvrsim.Config{
		Vendor: nvrsim.Hikvision, Channels: recordedChannels(nvrsim.Hikvision), RecordsInUTC: true, Zone: 8 * time.Hour,
	})
	got := contentSearch(t, r, question(101, "2016-07-20T04:00:00Z", "2016-07-20T04:30:00Z", 0, 40))
	if len(got.Items) != 1 || got.Items[0].Start != "2016-07-20T03:50:00Z" || !strings.Contains(got.Items[0].URI, "starttime=20160720T035000Z") {
		t.Errorf("%+v", got)
	}
	if _, body := ask(t, r, http.MethodGet, "/ISAPI/System/deviceInfo", ""); !strings.Contains(body, "<deviceType>IPCamera<") {
		t.Error(body)
	}
}

func TestISAPISearchRefusals(t *testing.T) {
	r := start(t, nvrsim.Config{Vendor: nvrsim.Hikvision, Channels: recordedChannels(nvrsim.Hikvision)})
	good := question(101, noonTime, oneTime, 0, 40)
	for name, c := range map[string]struct{ from, to, want string }{
		"no searchID":       {"<searchID>" + searchID + "</searchID>", "", "Invalid XML Content"},
		"searchID no GUID":  {searchID, "1", "Invalid XML Content"},
		"spelt rightly":     {"searchResultPostion", "searchResultPosition", "badXmlContent"},
		"unknown channel":   {">101<", ">401<", "badXmlContent"},
		"time without Z":    {noonTime, "2016-07-20T12:00:00", "badXmlContent"},
		"fraction":          {noonTime, "2016-07-20T12:00:00.5Z", "badXmlContent"},
		"end before start":  {oneTime, "2016-07-20T11:00:00Z", "badXmlContent"},
		"position negative": {"<searchResultPostion>0", "<searchResultPostion>-1", "badXmlContent"},
		"nothing wanted":    {"<maxResults>40", "<maxResults>0", "badXmlContent"},
		"other order": {
			"<searchID>" + searchID + "</searchID><trackList><trackID>101</trackID></trackList>",
			"<trackList><trackID>101</trackID></trackList><searchID>" + searchID + "</searchID>", "badXmlContent",
		},
		"no XML":  {good, "{}", "badXmlContent"},
		"cut off": {"</CMSearchDescription>", "", "badXmlFormat"},
	} {
		body := strings.ReplaceAll(good, c.from, c.to)
		status, answer := ask(t, r, http.MethodPost, "/ISAPI/ContentMgmt/search", body)
		if status != 400 || !strings.Contains(answer, c.want) || !strings.Contains(answer, "<ResponseStatus") {
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
	if status, _ := ask(t, r, http.MethodGet, "/ISAPI/ContentMgmt/search", ""); status != 401 {
		t.Errorf("GET: %d", status)
	}
	if c := r.Counts(); c.Searches != 0 || c.LoginsRefused != 0 {
		t.Errorf("%+v", c)
	}
}

func TestISAPISearchPages(t *testing.T) {
	all := func(position int) string {
		return question(101, "2016-07-20T00:00:00Z", "2016-07-21T00:00:00Z", position, 40)
	}
	for _, c := range []struct {
		name   string
		faults nvrsim.Faults
		// The first start and the status at positions 0, 2 and 3.
		want [3]string
	}{
		{"two by two", nvrsim.Faults{SearchPage: 2}, [3]string{"12:50 MORE", "20:00 OK", " OK"}},
		{"repeated", nvrsim.Faults{SearchPage: 2, SearchRepeats: true}, [3]string{"12:50 MORE", "12:50 MORE", "12:50 MORE"}},
		{"endless", nvrsim.Faults{SearchPage: 2, SearchEndless: true}, [3]string{"12:50 MORE", "20:00 MORE", " MORE"}},
		{"slow", nvrsim.Faults{SearchDelay: nvrsim.Duration(10 * time.Millisecond)}, [3]string{"12:50 OK", "20:00 OK", " OK"}},
	} {
		r := start(t, nvrsim.Config{Vendor: nvrsim.Hikvision, Channels: recordedChannels(nvrsim.Hikvision), Faults: c.faults})
		for i, position := range []int{0, 2, 3} {
			result, first := contentSearch(t, r, all(position)), ""
			if len(result.Items) > 0 {
				first = result.Items[0].Start[11:16]
			}
			if got := first + " " + result.Status; got != c.want[i] {
				t.Errorf("%s, position %d: %q, want %q", c.name, position, got, c.want[i])
			}
		}
	}
}

// A search that is left midway holds its place until a time-out.
func TestISAPISearchLimit(t *testing.T) {
	now := make(chan time.Time, 1)
	now <- moment(12, 0)
	clock := func() time.Time {
		at := <-now
		now <- at
		return at
	}
	r := start(t, nvrsim.Config{
		Vendor: nvrsim.Hikvision, Channels: recordedChannels(nvrsim.Hikvision), Clock: clock,
		Faults: nvrsim.Faults{SearchPage: 1, MaxSearches: 1},
	})
	first := question(101, noonTime, oneTime, 0, 40)
	second := strings.ReplaceAll(first, searchID, strings.ReplaceAll(searchID, "C5", "D6"))
	if got := contentSearch(t, r, first); got.Status != "MORE" || r.Counts().Searches != 1 {
		t.Errorf("%+v, %+v", got, r.Counts())
	}
	if status, body := ask(t, r, http.MethodPost, "/ISAPI/ContentMgmt/search", second); status != 503 || !strings.Contains(body, "deviceBusy") {
		t.Errorf("second search: %d %s", status, body)
	}
	<-now
	now <- moment(12, 1)
	if searches := r.Counts().Searches; searches != 0 {
		t.Errorf("%d searches after the time-out", searches)
	}
	contentSearch(t, r, second)
}

func TestISAPITime(t *testing.T) {
	for zone, want := range map[time.Duration][2]string{
		8 * time.Hour:                 {"2016-07-20T20:00:00+08:00", "CST-8:00:00"},
		-5*time.Hour - 30*time.Minute: {"2016-07-20T06:30:00-05:30", "CST+5:30:00"},
		0:                             {"2016-07-20T12:00:00+00:00", "CST-0:00:00"},
	} {
		r := start(t, nvrsim.Config{Vendor: nvrsim.Hikvision, Zone: zone, Clock: func() time.Time { return moment(12, 0) }})
		status, body := ask(t, r, http.MethodGet, "/ISAPI/System/time", "")
		if status != 200 || !strings.Contains(body, "<localTime>"+want[0]+"</localTime>") ||
			!strings.Contains(body, "<timeZone>"+want[1]+"</timeZone>") {
			t.Errorf("zone %v: %d %s", zone, status, body)
		}
	}
}
