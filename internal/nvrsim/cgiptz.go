package nvrsim

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// dahuaMovement returns the movement that a code of ptz.cgi names, empty for none.
func dahuaMovement(code string) string {
	return map[string]string{
		"Up": "tilt up", "Down": "tilt down", "Left": "pan left", "Right": "pan right",
		"LeftUp": "up left", "RightUp": "up right", "LeftDown": "down left", "RightDown": "down right",
		"ZoomTele": "zoom in", "ZoomWide": "zoom out", "FocusNear": "focus near", "FocusFar": "focus far",
		"IrisLarge": "iris open", "IrisSmall": "iris close",
	}[code]
}

// The speeds of pan and tilt.
const minDahuaSpeed, maxDahuaSpeed = 1, 8

// dahuaSpeeds tells whether the arguments of a start fit its code: the vertical speed is the first of a diagonal, any other speed the
// second; zoom and lens have none.
func dahuaSpeeds(code string, args [3]int) bool {
	speeds := map[string][]int{
		"Up": args[1:2], "Down": args[1:2], "Left": args[1:2], "Right": args[1:2],
		"LeftUp": args[:2], "RightUp": args[:2], "LeftDown": args[:2], "RightDown": args[:2],
	}[code]
	return !slices.ContainsFunc(speeds, func(v int) bool { return v < minDahuaSpeed || v > maxDahuaSpeed })
}

// ptzCGI moves cameras by CGI.
func (r *Recorder) ptzCGI(ctx context.Context, w http.ResponseWriter, req *http.Request) {
	query := req.URL.Query()
	channel, err := strconv.Atoi(query.Get("channel"))
	action, code := query.Get("action"), query.Get("code")
	var args [3]int
	for i := range args {
		n, argErr := strconv.Atoi(query.Get(fmt.Sprintf("arg%d", i+1)))
		args[i] = n
		if argErr != nil {
			err = argErr
		}
	}
	if err != nil || !actionFirst(req) || action != "start" && action != "stop" {
		sendText(w, http.StatusBadRequest, dahuaError)
		return
	}
	switch r.dahuaPTZ(ctx, req.RemoteAddr, channel-base(r.cfg.PTZBase), action, code, args) {
	case ptzFailed:
		sendText(w, http.StatusInternalServerError, "Error\r\nInternal Server Error!\r\n")
	case ptzRefused:
		sendText(w, http.StatusBadRequest, dahuaError)
	case ptzDone:
		sendText(w, http.StatusOK, "OK\r\n")
	}
}

// ptzOutcome is what became of a command.
type ptzOutcome int

const (
	ptzDone    ptzOutcome = iota
	ptzRefused            // no such channel, code or speed, or a camera that is not there or cannot be moved
	ptzFailed             // a fault
)

// dahuaPTZ carries a command out, even where the client has gone. The channel counts from 0. A movement ends only by a stop with its own
// code; a stop with another one is taken and does nothing.
func (r *Recorder) dahuaPTZ(ctx context.Context, remote string, channel int, action, code string, args [3]int) ptzOutcome {
	faults := r.Faults()
	if !pause(ctx, faults.PTZDelay) {
		return ptzFailed
	}
	movement := dahuaMovement(code)
	if movement == "" || channel < 0 || channel >= len(r.channels) || r.channels[channel].NoPTZ || r.offline(channel+1) {
		return ptzRefused
	}
	number := channel + 1
	detail := fmt.Sprintf("%d %s", number, movement)
	if action == "start" {
		if !dahuaSpeeds(code, args) {
			return ptzRefused
		}
		r.cameras.begin(number, movement, false)
		r.journal.add(PTZStart, remote, "", detail)
		return ptzDone
	}
	if r.cameras.fails(faults.PTZStopFails) {
		return ptzFailed
	}
	if now := r.cameras.current(number, motorOf(movement)); now == movement || now == "" {
		r.cameras.end(number, motorOf(movement))
		r.journal.add(PTZStop, remote, "", detail)
	}
	return ptzDone
}
