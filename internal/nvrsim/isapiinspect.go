package nvrsim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// inspectPage finds what a Hikvision recorder tells of one channel: a picture of a stream, and what its camera can do.
func (r *Recorder) inspectPage(path string) (http.HandlerFunc, bool) {
	for _, prefix := range []string{"/ISAPI/Streaming/channels/", "/ISAPI/ContentMgmt/StreamingProxy/channels/"} {
		if id, ok := between(path, prefix, "/picture"); ok {
			return func(w http.ResponseWriter, req *http.Request) { r.streamPicture(w, req, id/100, id%100) }, true
		}
	}
	for prefix, proxied := range map[string]bool{
		"/ISAPI/PTZCtrl/channels/": false, "/ISAPI/ContentMgmt/PTZCtrlProxy/channels/": true,
	} {
		if id, ok := between(path, prefix, "/capabilities"); ok {
			return func(w http.ResponseWriter, req *http.Request) { r.ptzCapabilities(w, req, id, proxied) }, true
		}
	}
	return nil, false
}

// between reads the number between two parts of a path.
func between(path, prefix, suffix string) (int, bool) {
	rest, ok := strings.CutPrefix(path, prefix)
	if !ok {
		return 0, false
	}
	text, ok := strings.CutSuffix(rest, suffix)
	n, err := strconv.Atoi(text)
	return n, ok && err == nil
}

func (r *Recorder) streamPicture(w http.ResponseWriter, req *http.Request, id, stream int) {
	clip := r.clip(id, stream)
	switch {
	case clip == nil:
		r.responseStatus(w, req, http.StatusBadRequest, 6, "Invalid XML Content", "badParameters")
	case r.Faults().NoPictures:
		r.responseStatus(w, req, http.StatusForbidden, 4, "Invalid Operation", "notSupport")
	case r.offline(id):
		r.responseStatus(w, req, http.StatusInternalServerError, 3, "Device Error", "deviceError")
	default:
		sendPicture(w, id, clip.Video.Width, clip.Video.Height)
	}
}

// ptzCapabilities answers for a camera that a path can move. The vendor spells the root so.
func (r *Recorder) ptzCapabilities(w http.ResponseWriter, req *http.Request, id int, proxied bool) {
	if id < 1 || id > len(r.channels) || !r.steers(steering{id, "continuous", proxied}) {
		r.responseStatus(w, req, http.StatusForbidden, 4, "Invalid Operation", "notSupport")
		return
	}
	d := newDocument("PTZChanelCap", r.cfg.Namespace, "")
	for _, space := range []string{"ContinuousPanTiltSpace", "MomentaryPanTiltSpace"} {
		d.in(space)
		for _, axis := range []string{"XRange", "YRange"} {
			d.in(axis).put("Min", -100, "Max", 100).out()
		}
		d.out()
	}
	d.send(w, http.StatusOK)
}

// sendPicture answers a JPEG of one colour, another one for each channel.
func sendPicture(w http.ResponseWriter, id, width, height int) {
	body := stillPicture(id, width, height)
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	_, _ = w.Write(body) // a client that is gone needs no picture
}
