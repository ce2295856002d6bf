package nvrsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// global tells the clock, by the digits on the wall.
func (r *Recorder) global(w http.ResponseWriter, req *http.Request) {
	if req.URL.Query().Get("action") != "getCurrentTime" {
		sendText(w, http.StatusBadRequest, dahuaError)
		return
	}
	sendText(w, http.StatusOK, "result="+r.shownTime().Format(time.DateTime)+"\r\n")
}

// shownTime is what the device's clock shows, in UTC's digits.
func (r *Recorder) shownTime() time.Time {
	return r.now().UTC().Add(r.cfg.Zone + time.Duration(r.Faults().ClockOff))
}

// snapshotCGI gives a picture of a channel, counted from 1.
func (r *Recorder) snapshotCGI(w http.ResponseWriter, req *http.Request) {
	channel, err := strconv.Atoi(req.URL.Query().Get("channel"))
	clip := r.clip(channel, 1)
	if err != nil || clip == nil || r.offline(channel) || r.Faults().NoPictures {
		sendText(w, http.StatusBadRequest, dahuaError)
		return
	}
	sendPicture(w, channel, clip.Video.Width, clip.Video.Height)
}

// ptzCaps tells what a camera can do; ok is false where the request asks for something else.
func (r *Recorder) ptzCaps(w http.ResponseWriter, req *http.Request) (ok bool) {
	query := req.URL.Query()
	if query.Get("action") != "getCurrentProtocolCaps" {
		return false
	}
	channel, err := strconv.Atoi(query.Get("channel"))
	channel -= base(r.cfg.PTZBase)
	if err != nil || channel < 0 || channel >= len(r.channels) || r.channels[channel].NoPTZ || r.offline(channel+1) {
		sendText(w, http.StatusBadRequest, dahuaError)
		return true
	}
	sendText(w, http.StatusOK, "caps.Focus=true\r\ncaps.Iris=true\r\ncaps.Name=DH-SD1\r\ncaps.Pan=true\r\ncaps.PanSpeedMax=8\r\n"+
		"caps.PanSpeedMin=1\r\ncaps.Tile=true\r\ncaps.TileSpeedMax=8\r\ncaps.TileSpeedMin=1\r\ncaps.Zoom=true\r\n")
	return true
}

// cameraStates tells the connections of the cameras, counted from 0.
func (r *Recorder) cameraStates(wanted []int) []map[string]any {
	states := []map[string]any{}
	for i, c := range r.channels {
		asked := false
		for _, n := range wanted {
			asked = asked || n == i || n == -1
		}
		if !asked {
			continue
		}
		state := "Connected"
		if r.offline(i + 1) {
			state = "Unconnect"
		}
		states = append(states, map[string]any{"channel": i, "cameraName": c.Name, "connectionState": state})
	}
	return states
}

func (r *Recorder) rpcStates(call rpcRequest) rpcAnswer {
	var params struct {
		Channels []int `json:"uniqueChannels"`
	}
	if call.Method != "LogicDeviceManager.getCameraState" || r.cfg.NoStates {
		return rpcFailure(rpcNoMethod, "Method not found!")
	}
	if json.Unmarshal(call.Params, &params) != nil {
		return rpcFailure(rpcInvalidParam, "Request invalid param!")
	}
	return rpcAnswer{Result: true, Params: map[string]any{"states": r.cameraStates(params.Channels)}}
}

// logicDevices is the same by CGI, as newer firmware has it.
func (r *Recorder) logicDevices(w http.ResponseWriter, req *http.Request) {
	if req.URL.Query().Get("action") != "getCameraState" || r.cfg.NoStates {
		sendText(w, http.StatusBadRequest, dahuaError)
		return
	}
	var b strings.Builder
	for i, state := range r.cameraStates([]int{-1}) {
		fmt.Fprintf(&b, "states[%d].channel=%d\r\nstates[%d].connectionState=%s\r\n", i, state["channel"], i, state["connectionState"])
	}
	sendText(w, http.StatusOK, b.String())
}

// zoneLines are the tables that tell the time zone. The offset stands as a number in a list; this one knows whole hours.
func (r *Recorder) zoneLines() []string {
	index := map[time.Duration]int{
		0: 0, 1: 1, 2: 2, 3: 3, 4: 5, 5: 7, 6: 10, 7: 12, 8: 13, 9: 14, 10: 16, 11: 17, 12: 18,
		-1: 20, -2: 21, -3: 22, -4: 24, -5: 25, -6: 26, -7: 27, -8: 28, -9: 29, -10: 30, -11: 31, -12: 32,
	}[r.cfg.Zone/time.Hour]
	return []string{"table.NTP.Enable=true", fmt.Sprintf("table.NTP.TimeZone=%d", index), "table.Locales.DSTEnable=false"}
}
