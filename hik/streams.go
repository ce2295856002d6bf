package hik

import (
	"math"
	"strconv"
	"strings"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
)

// streamItem is one stream of a channel, on the pages of the streams.
type streamItem struct {
	ID      string `xml:"id"` // the channel times 100, and the stream
	Name    string `xml:"channelName"`
	Codec   string `xml:"Video>videoCodecType"`
	Width   string `xml:"Video>videoResolutionWidth"`
	Height  string `xml:"Video>videoResolutionHeight"`
	Rate    string `xml:"Video>maxFrameRate"` // times 100
	Quality string `xml:"Video>videoQualityControlType"`
	Const   string `xml:"Video>constantBitRate"` // kbit/s
	Upper   string `xml:"Video>vbrUpperCap"`     // kbit/s
}

type streamList struct {
	Items []streamItem `xml:"StreamingChannel"`
}

// maxStreams is the ceiling for the streams of a device; a channel has two to four.
const maxStreams = 4 * maxItems

// channels lists the channels as the page counts them.
func (l streamList) channels() []int {
	var all []int
	for _, item := range l.Items[:min(len(l.Items), maxStreams)] {
		if id, ok := number(item.ID); ok && id >= 100 {
			all = append(all, id/100)
		}
	}
	return all
}

// The numbers of the streams behind a channel's.
const (
	mainID = 1
	subID  = 2
)

// streamTable is what the pages tell of each stream, by its number.
type streamTable map[int]streamItem

// add takes over the items of a page, whose channels count from shift on. What is known already stays.
func (t streamTable) add(list streamList, shift int) {
	for _, item := range list.Items[:min(len(list.Items), maxStreams)] {
		if id, ok := number(item.ID); ok && id >= 100 {
			if _, known := t[id+shift*100]; !known {
				t[id+shift*100] = item
			}
		}
	}
}

// channels lists the ISAPI numbers that have a main stream.
func (t streamTable) channels() []int {
	var all []int
	for id := range t {
		if id%100 == mainID {
			all = append(all, id/100)
		}
	}
	return all
}

// coding is nil where the device does not tell, or has no such stream.
func (t streamTable) coding(channel, stream int) *device.Coding {
	item, ok := t[channel*100+stream]
	if !ok || strings.TrimSpace(item.Codec) == "" {
		return nil
	}
	c := &device.Coding{Codec: netway.Plain([]byte(item.Codec))}
	c.Width, _ = number(item.Width)
	c.Height, _ = number(item.Height)
	if rate, err := strconv.ParseFloat(strings.TrimSpace(item.Rate), 64); err == nil && rate > 0 && !math.IsInf(rate, 0) {
		c.FrameRate = rate / 100
	}
	limit := item.Upper
	if strings.EqualFold(strings.TrimSpace(item.Quality), "CBR") && strings.TrimSpace(item.Const) != "" {
		limit = item.Const
	}
	if kbits, err := strconv.ParseUint(strings.TrimSpace(limit), 10, 20); err == nil {
		c.BitsPerSecond = int(kbits) * 1000
	}
	return c
}

// inputItem is an analog input.
type inputItem struct {
	ID         string `xml:"id"`
	Name       string `xml:"name"`
	Resolution string `xml:"resDesc"`           // "NO VIDEO" where nothing is connected
	Enabled    string `xml:"videoInputEnabled"` // "false" where the recorder gave the input up, such as for an IP channel
}

type inputList struct {
	Items []inputItem `xml:"VideoInputChannel"`
}

// noVideo is how an input says that nothing is connected to it.
const noVideo = "NO VIDEO"

// table maps the inputs by their number.
func (l inputList) table() map[int]inputItem {
	all := map[int]inputItem{}
	for _, item := range l.Items[:min(len(l.Items), maxItems)] {
		if id, ok := number(item.ID); ok && id > 0 {
			all[id] = item
		}
	}
	return all
}
