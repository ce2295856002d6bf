package hik

import (
	"fmt"
	"time"

	"mediapusher/ptz"
)

// speed is how fast cameras are moved, of 100; the vendor's own web client takes 15 to 100 for its seven speeds, and 60 for the middle one.
const speed = 60

// part is what moves of a camera. Each has pages and documents of its own.
type part string

const (
	partHead  part = "head" // pan, tilt and zoom
	partFocus part = "focus"
	partIris  part = "iris"
)

// movement is a command in the vendor's terms: pan to the right, tilt up, zoom in, focus to the far and an opening iris are positive.
type movement struct {
	part            part
	pan, tilt, zoom int
	lens            int // of focus and iris
}

var movements = [...]movement{
	ptz.ZoomIn:    {part: partHead, zoom: speed},
	ptz.ZoomOut:   {part: partHead, zoom: -speed},
	ptz.FocusNear: {part: partFocus, lens: -speed},
	ptz.FocusFar:  {part: partFocus, lens: speed},
	ptz.IrisOpen:  {part: partIris, lens: speed},
	ptz.IrisClose: {part: partIris, lens: -speed},
	ptz.TiltUp:    {part: partHead, tilt: speed},
	ptz.TiltDown:  {part: partHead, tilt: -speed},
	ptz.PanLeft:   {part: partHead, pan: -speed},
	ptz.PanRight:  {part: partHead, pan: speed},
	ptz.UpLeft:    {part: partHead, pan: -speed, tilt: speed},
	ptz.UpRight:   {part: partHead, pan: speed, tilt: speed},
	ptz.DownLeft:  {part: partHead, pan: -speed, tilt: -speed},
	ptz.DownRight: {part: partHead, pan: speed, tilt: -speed},
}

// standstill is the movement that ends those of a part.
func standstill(p part) movement { return movement{part: p} }

// lever is a page that moves a part of one camera.
type lever struct {
	path string
	// momentary says that the device ends the movement by itself; only heads have it.
	momentary bool
}

// leverKey names a part of one channel's camera.
type leverKey struct {
	channel int // of ISAPI
	part    part
}

// levers lists what may move a part, best first. A recorder moves the camera of an IP channel by its proxy; some refuse that with 403 and
// take the page of an own camera, and others the other way round.
func (k leverKey) levers(proxied bool) []lever {
	switch {
	case k.part == partHead && proxied:
		return k.heads("/ISAPI/ContentMgmt/PTZCtrlProxy", "/ISAPI/PTZCtrl")
	case k.part == partHead:
		return k.heads("/ISAPI/PTZCtrl", "/ISAPI/ContentMgmt/PTZCtrlProxy")
	case proxied:
		return k.lenses("/ISAPI/ContentMgmt/ImageProxy/channels/%d/%s", "/ISAPI/ContentMgmt/InputProxy/channels/%d/video/%s",
			"/ISAPI/System/Video/inputs/channels/%d/%s", "/ISAPI/Image/channels/%d/%s")
	default:
		return k.lenses("/ISAPI/System/Video/inputs/channels/%d/%s", "/ISAPI/Image/channels/%d/%s")
	}
}

func (k leverKey) heads(trees ...string) []lever {
	var all []lever
	for _, tree := range trees {
		base := fmt.Sprintf("%s/channels/%d", tree, k.channel)
		all = append(all, lever{base + "/momentary", true}, lever{base + "/continuous", false})
	}
	return all
}

func (k leverKey) lenses(patterns ...string) []lever {
	all := make([]lever, 0, len(patterns))
	for _, pattern := range patterns {
		all = append(all, lever{path: fmt.Sprintf(pattern, k.channel, k.part)})
	}
	return all
}

// document writes what a lever is sent for a movement.
func (l lever) document(m movement, duration time.Duration) []byte {
	var body string
	switch m.part {
	case partFocus:
		body = fmt.Sprintf("<FocusData><focus>%d</focus></FocusData>", m.lens)
	case partIris:
		body = fmt.Sprintf("<IrisData><iris>%d</iris></IrisData>", m.lens)
	default:
		momentary := ""
		if l.momentary {
			momentary = fmt.Sprintf("<Momentary><duration>%d</duration></Momentary>", duration.Milliseconds())
		}
		body = fmt.Sprintf("<PTZData><pan>%d</pan><tilt>%d</tilt><zoom>%d</zoom>%s</PTZData>", m.pan, m.tilt, m.zoom, momentary)
	}
	return []byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + body)
}
