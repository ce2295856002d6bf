package hik

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"mediapusher/internal/device"
	"mediapusher/internal/httpdigest"
	"mediapusher/playback"
)

// Facts is what a test says about channels; -1 stands for what nobody tells.
type Facts struct {
	Analog, IP, Base int
	Listed           []int
	Told             bool
}

// Translate plans and translates.
func (f Facts) Translate(sdk int) (int, error) {
	known := func(n int) *int {
		if n < 0 {
			return nil
		}
		return &n
	}
	return newPlan(facts{analog: known(f.Analog), ip: known(f.IP), base: known(f.Base), listed: f.Listed, told: f.Told}).translate(sdk)
}

// Explain explains an answer.
func Explain(answer *httpdigest.Answer) (device.Kind, string, time.Duration) {
	meaning, wait := explain(answer)
	return meaning.Kind, meaning.Words, wait
}

// RTSPPort reads adminAccesses.
func RTSPPort(body []byte) (int, bool) {
	var list accessList
	if decode(body, "AdminAccessProtocolList", &list) != nil {
		return 0, false
	}
	return list.rtspPort()
}

// Model reads deviceInfo.
func Model(body []byte) (string, error) {
	var info deviceInfo
	err := decode(body, "DeviceInfo", &info)
	return info.Model, err
}

// ProxyIDs reads the list of IP channels.
func ProxyIDs(body []byte) ([]int, error) {
	var list proxyList
	err := decode(body, "InputProxyChannelList", &list)
	return list.ids(), err
}

// Files reads one page of a search from a device whose Z means UTC in zone, or its wall clock where zone is nil, and returns the path of
// a playback that follows from it.
func Files(body []byte, track int, zone *time.Location) (files []playback.File, path string, err error) {
	var result searchResult
	if err := decode(body, "CMSearchResult", &result); err != nil {
		return nil, "", err
	}
	c := newCatalogue(&clock{utc: zone}, track)
	files = c.take(result.items())
	start := time.Date(2016, 7, 20, 12, 0, 0, 0, time.UTC)
	return files, c.form.path(track, start, start.Add(time.Hour)), nil
}

// Offset reads the zone of the page /ISAPI/System/time.
func Offset(localTime, timeZone string) (offset time.Duration, ok bool) {
	page, ok := timeDocument{Local: localTime, Zone: timeZone}.read()
	if !ok {
		return 0, false
	}
	wall, utc := page.now()
	return wall.Sub(utc), true
}

// MaxSearchPages is the ceiling for the pages of a search.
const MaxSearchPages = maxSearchPages

// MaxItems is the ceiling for lists.
const MaxItems = maxItems

// ReadStreams reads a list of streams, and says what is out of bounds.
func ReadStreams(body []byte, shift int) string {
	var list streamList
	_ = decode(body, "StreamingChannelList", &list)
	table := streamTable{}
	table.add(list, shift)
	if len(table) > maxStreams || len(list.channels()) > maxStreams {
		return fmt.Sprintf("%d streams", len(table))
	}
	for id, item := range table {
		c := table.coding(id/100, id%100)
		switch {
		case id < 100 || id > 65535+100*shift:
			return fmt.Sprintf("stream %d", id)
		case c == nil:
		case c.Width < 0 || c.Width > 65535 || c.Height < 0 || c.Height > 65535, c.BitsPerSecond < 0 || c.BitsPerSecond > 1<<20*1000,
			!(c.FrameRate >= 0) || len(c.Codec) > 120 || strings.ContainsAny(c.Codec, "\r\n\x00") || !utf8.ValidString(item.Name):
			return fmt.Sprintf("%+v", *c)
		}
	}
	return ""
}
