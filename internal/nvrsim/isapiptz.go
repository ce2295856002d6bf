package nvrsim

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// steering is one command to a camera as a page of ISAPI takes it.
type steering struct {
	channel int
	// verb is the last part of the path: continuous, momentary, focus or iris.
	verb string
	// proxied says that the path is one for the IP channels of a recorder.
	proxied bool
}

// parseSteering reads the path of a command: the recorder's own for analog inputs, and those that hand it on to IP channels.
func parseSteering(path string) (s steering, ok bool) {
	for _, root := range []struct {
		prefix  string
		proxied bool
		verbs   string
	}{
		{"/ISAPI/PTZCtrl/channels/", false, "continuous momentary"},
		{"/ISAPI/ContentMgmt/PTZCtrlProxy/channels/", true, "continuous momentary"},
		{"/ISAPI/System/Video/inputs/channels/", false, "focus iris"},
		{"/ISAPI/Image/channels/", false, "focus iris"},
		{"/ISAPI/ContentMgmt/ImageProxy/channels/", true, "focus iris"},
	} {
		rest, found := strings.CutPrefix(path, root.prefix)
		if !found {
			continue
		}
		id, verb, _ := strings.Cut(rest, "/")
		channel, err := strconv.Atoi(id)
		known := false
		for v := range strings.FieldsSeq(root.verbs) {
			known = known || v == verb
		}
		return steering{channel, verb, root.proxied}, err == nil && known
	}
	return steering{}, false
}

// steer takes a command. A command that was taken is carried out even when the client is gone.
func (r *Recorder) steer(ctx context.Context, w http.ResponseWriter, req *http.Request, s steering) {
	faults := r.Faults()
	if !pause(ctx, faults.PTZDelay) {
		return
	}
	if s.channel < 1 || s.channel > len(r.channels) {
		r.responseStatus(w, req, http.StatusBadRequest, 6, "Invalid XML Content", "badParameters")
		return
	}
	if !r.steers(s) {
		r.responseStatus(w, req, http.StatusForbidden, 4, "Invalid Operation", "notSupport")
		return
	}
	m, sub := s.movement(req)
	switch {
	case sub == "badXmlFormat":
		r.responseStatus(w, req, http.StatusBadRequest, 5, "Invalid XML Format", sub)
		return
	case sub != "":
		r.responseStatus(w, req, http.StatusBadRequest, 6, "Invalid XML Content", sub)
		return
	case r.offline(s.channel):
		r.responseStatus(w, req, http.StatusInternalServerError, 3, "Device Error", "deviceError")
		return
	}
	switch {
	case m.words == "" && r.cameras.fails(faults.PTZStopFails):
		r.responseStatus(w, req, http.StatusInternalServerError, 3, "Device Error", "deviceError")
		return
	case m.words == "":
		r.journal.add(PTZStop, req.RemoteAddr, "", strings.TrimSpace(fmt.Sprint(s.channel, " ", r.cameras.end(s.channel, m.motor))))
	case m.milliseconds > 0:
		r.cameras.begin(s.channel, m.words, true)
		r.journal.add(PTZTimed, req.RemoteAddr, "", fmt.Sprintf("%d %s %d", s.channel, m.words, m.milliseconds))
	default:
		r.cameras.begin(s.channel, m.words, false)
		r.journal.add(PTZStart, req.RemoteAddr, "", fmt.Sprintf("%d %s", s.channel, m.words))
	}
	r.responseStatus(w, req, http.StatusOK, 1, "OK", "ok")
}

// steers tells whether this path moves this camera.
func (r *Recorder) steers(s steering) bool {
	analog := s.channel <= r.cfg.Analog
	switch {
	case r.channels[s.channel-1].NoPTZ, s.verb == "momentary" && r.cfg.NoMomentary:
		return false
	case analog:
		return !s.proxied
	case r.cfg.PTZPath == PTZProxy:
		return s.proxied
	case r.cfg.PTZPath == PTZPlain:
		return !s.proxied
	default:
		return true
	}
}

// motion is what a command's body asks for. No words mean that the motor stops.
type motion struct {
	motor        motor
	words        string
	milliseconds int
}

// movement reads the body. sub is the device's word for what is wrong with it, or empty.
func (s steering) movement(req *http.Request) (m motion, sub string) {
	decoder := xml.NewDecoder(req.Body)
	switch s.verb {
	case "focus":
		m.motor = focus
		var body struct {
			XMLName xml.Name `xml:"FocusData"`
			Focus   *int     `xml:"focus"`
		}
		if err := decoder.Decode(&body); err != nil {
			return m, "badXmlFormat"
		}
		m.words, sub = axis(body.Focus, "focus near", "focus far")
	case "iris":
		m.motor = iris
		var body struct {
			XMLName xml.Name `xml:"IrisData"`
			Iris    *int     `xml:"iris"`
		}
		if err := decoder.Decode(&body); err != nil {
			return m, "badXmlFormat"
		}
		m.words, sub = axis(body.Iris, "iris close", "iris open")
	default:
		return s.headMovement(decoder)
	}
	return m, sub
}

func (s steering) headMovement(decoder *xml.Decoder) (m motion, sub string) {
	var body struct {
		XMLName  xml.Name `xml:"PTZData"`
		Pan      *int     `xml:"pan"`
		Tilt     *int     `xml:"tilt"`
		Zoom     *int     `xml:"zoom"`
		Duration *int     `xml:"Momentary>duration"`
	}
	if err := decoder.Decode(&body); err != nil {
		return m, "badXmlFormat"
	}
	if body.Pan == nil && body.Tilt == nil && body.Zoom == nil {
		return m, "badXmlContent"
	}
	var words [3]string
	for i, a := range []struct {
		value       *int
		minus, plus string
	}{{body.Tilt, "down", "up"}, {body.Pan, "left", "right"}, {body.Zoom, "zoom out", "zoom in"}} {
		if a.value == nil {
			continue
		}
		if words[i], sub = axis(a.value, a.minus, a.plus); sub != "" {
			return m, sub
		}
	}
	switch tilt, pan := words[0], words[1]; {
	case tilt != "" && pan != "":
		m.words = tilt + " " + pan
	case tilt != "":
		m.words = "tilt " + tilt
	case pan != "":
		m.words = "pan " + pan
	}
	m.words = strings.TrimSpace(m.words + " " + words[2])
	if s.verb == "momentary" {
		if body.Duration == nil || *body.Duration <= 0 {
			return m, "badParameters"
		}
		m.milliseconds = *body.Duration
	}
	return m, ""
}

// axis names the way that a speed points to; 0 is no way. Speeds go from -100 to 100.
func axis(speed *int, minus, plus string) (words, sub string) {
	switch {
	case speed == nil:
		return "", "badXmlContent"
	case *speed < -100 || *speed > 100:
		return "", "badParameters"
	case *speed < 0:
		return minus, ""
	case *speed > 0:
		return plus, ""
	default:
		return "", ""
	}
}
