package api

import (
	"math"
	"strings"
	"time"

	"mediapusher/internal/device"
	"mediapusher/playback"
)

// DeviceView is a recorder as POST /DEVICE shows it. Fields are null, or empty, where the recorder does not tell.
type DeviceView struct {
	Vendor        string        `json:"vendor"`
	Address       string        `json:"address"`
	Model         string        `json:"model"`
	Serial        string        `json:"serial"`
	Firmware      string        `json:"firmware"`
	Way           string        `json:"way"`
	WayReason     string        `json:"way_reason"`
	Ways          []wayView     `json:"ways"`
	Time          *string       `json:"time"`
	TimeZone      string        `json:"time_zone"`
	ClockOffset   *float64      `json:"clock_offset"` // in seconds
	LiveSlots     *slotsView    `json:"live_slots"`
	PlaybackSlots *slotsView    `json:"playback_slots"`
	Channels      []channelView `json:"channels"`
}

type wayView struct {
	Way    string `json:"way"`
	State  string `json:"state"`
	Reason string `json:"reason"`
}

type slotsView struct {
	Used int `json:"used"`
	Max  int `json:"max"`
}

type channelView struct {
	Channel int         `json:"channel"`
	Name    string      `json:"name"`
	Online  *bool       `json:"online"`
	Reason  string      `json:"reason"`
	PTZ     *bool       `json:"ptz"`
	Main    *codingView `json:"main"`
	Sub     *codingView `json:"sub"`
}

type codingView struct {
	Codec         string   `json:"codec"`
	Width         *int     `json:"width"`
	Height        *int     `json:"height"`
	FrameRate     *float64 `json:"frame_rate"`
	BitsPerSecond *int     `json:"bits_per_second"`
}

// NewDeviceView shows a description of the target. What the recorder and the makers' libraries said is cleaned as status_message is.
func NewDeviceView(target device.Target, d *device.Description) DeviceView {
	secret := target.Password.Reveal()
	view := DeviceView{
		Vendor: string(target.Vendor), Address: target.Address(),
		Model: clean(d.Model, secret), Serial: clean(d.Serial, secret), Firmware: clean(d.Firmware, secret),
		Way: d.Way, WayReason: clean(d.Why, secret), TimeZone: d.TimeZone,
		LiveSlots: newSlotsView(d.LiveSlots), PlaybackSlots: newSlotsView(d.PlaybackSlots),
		Ways: make([]wayView, 0, len(d.Ways)), Channels: make([]channelView, 0, len(d.Channels)),
	}
	for _, way := range d.Ways {
		view.Ways = append(view.Ways, wayView{way.Way, string(way.State), clean(way.Reason, secret)})
	}
	if !d.Time.IsZero() {
		text := playback.FormatTime(d.Time)
		view.Time = &text
	}
	if d.ClockOffset != nil {
		offset := d.ClockOffset.Round(100 * time.Millisecond).Seconds()
		view.ClockOffset = &offset
	}
	for _, c := range d.Channels {
		view.Channels = append(view.Channels, channelView{
			Channel: c.Number, Name: clean(c.Name, secret), Online: c.Online, Reason: clean(c.Reason, secret), PTZ: c.PTZ,
			Main: newCodingView(c.Main), Sub: newCodingView(c.Sub),
		})
	}
	return view
}

func newSlotsView(s *device.Slots) *slotsView {
	if s == nil {
		return nil
	}
	return &slotsView{s.Used, s.Max}
}

func newCodingView(c *device.Coding) *codingView {
	if c == nil {
		return nil
	}
	view := &codingView{
		Codec: strings.TrimSpace(c.Codec), Width: known(c.Width), Height: known(c.Height), BitsPerSecond: known(c.BitsPerSecond),
	}
	if c.FrameRate > 0 && !math.IsInf(c.FrameRate, 0) {
		view.FrameRate = &c.FrameRate
	}
	return view
}

// known is null where nobody tells.
func known(n int) *int {
	if n <= 0 {
		return nil
	}
	return &n
}
