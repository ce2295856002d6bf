package dahua

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
)

// pageStates is what newer firmware answers besides RPC2; -1 stands for all channels.
const pageStates = "/cgi-bin/LogicDeviceManager.cgi?action=getCameraState&uniqueChannels[0]=-1"

// cameraState is what a recorder says about the connection to a camera.
type cameraState struct{ Connection string }

// connected tells a camera that is there, and empty a channel that has none.
func (s cameraState) connected() bool { return strings.EqualFold(s.Connection, "Connected") }

func (s cameraState) empty() bool { return strings.EqualFold(s.Connection, "Empty") }

// states asks for the connections of the cameras, by channels counted from 0: by RPC2, or by CGI where there is none. There are none where
// the device does not tell. The error is that of a refused password.
func (r *recorder) states(ctx context.Context, channels int) (map[int]cameraState, error) {
	states, err := r.statesByRPC2(ctx, channels)
	if kind, _ := device.KindOf(err); kind == device.KindLocked || netway.Refused(err) && !errors.Is(err, errNoRPC2) {
		return nil, err
	}
	if err == nil && len(states) > 0 {
		return states, nil
	}
	told, err := r.tell(ctx, device.OpDescribe, pageStates)
	if netway.Refused(err) {
		return nil, err
	}
	return told.states(), nil
}

func (r *recorder) statesByRPC2(ctx context.Context, channels int) (map[int]cameraState, error) {
	in, err := r.rpc2.hold(ctx, device.OpDescribe)
	if err != nil {
		return nil, err
	}
	defer r.rpc2.release(ctx, device.OpDescribe)
	each := make([]int, channels)
	for i := range each {
		each[i] = i
	}
	for _, wanted := range [][]int{{-1}, each} {
		got, callErr := r.rpc2.call(ctx, device.OpDescribe, in, call{
			Method: "LogicDeviceManager.getCameraState", Params: map[string]any{"uniqueChannels": wanted},
		})
		if callErr != nil {
			err = callErr
			continue
		}
		if states := statesIn(got.Params); len(states) > 0 {
			return states, nil
		}
	}
	return nil, err
}

// statesIn reads the answer of RPC2.
func statesIn(params json.RawMessage) map[int]cameraState {
	var told struct {
		States []struct {
			Channel json.RawMessage `json:"channel"`
			State   json.RawMessage `json:"connectionState"`
		} `json:"states"`
	}
	if json.Unmarshal(params, &told) != nil {
		return nil
	}
	all := map[int]cameraState{}
	for _, one := range told.States[:min(len(told.States), maxChannels)] {
		i, err := strconv.Atoi(scalar(one.Channel))
		if state := scalar(one.State); err == nil && i >= 0 && i < maxChannels && state != "" {
			all[i] = cameraState{state}
		}
	}
	return all
}

// states reads the answer of CGI, "states[0].channel=0" and "states[0].connectionState=Connected".
func (v values) states() map[int]cameraState {
	all := map[int]cameraState{}
	for n := range v.indexed("states[") {
		i, err := strconv.Atoi(v[fmt.Sprintf("states[%d].channel", n)])
		state := v[fmt.Sprintf("states[%d].connectionState", n)]
		if err == nil && i >= 0 && i < maxChannels && state != "" {
			all[i] = cameraState{state}
		}
	}
	return all
}
