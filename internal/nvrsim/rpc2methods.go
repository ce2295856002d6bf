package nvrsim

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// rpcCall carries out a call within a session. Only global.keepAlive keeps the session.
func (r *Recorder) rpcCall(ctx context.Context, req *http.Request, call rpcRequest) rpcAnswer {
	name, now := string(call.Session), r.now()
	renew := time.Time{}
	if call.Method == "global.keepAlive" {
		renew = now.Add(rpcKeepAlive)
	}
	if !r.rpc.alive(name, now, renew) {
		r.finds.leave(name)
		return rpcFailure(rpcDeadSession, "Invalid session in request data!")
	}
	r.journal.add(Request, req.RemoteAddr, name, req.Method+" "+req.RequestURI+" "+call.Method)
	switch {
	case call.Method == "global.keepAlive":
		return rpcAnswer{Result: true, Params: map[string]int{"timeout": int(rpcKeepAlive / time.Second)}}
	case call.Method == "global.logout":
		r.rpc.close(name)
		r.finds.leave(name)
		return rpcAnswer{Result: true}
	case strings.HasPrefix(call.Method, "mediaFileFind."):
		return r.rpcFind(ctx, req, call)
	case strings.HasPrefix(call.Method, "LogicDeviceManager."):
		return r.rpcStates(call)
	case strings.HasPrefix(call.Method, "ptz."):
		return r.rpcPTZ(ctx, req, call)
	default:
		return rpcFailure(rpcNoMethod, "Method not found!")
	}
}

// rpcFind searches for recordings. Channels count from 0.
func (r *Recorder) rpcFind(ctx context.Context, req *http.Request, call rpcRequest) rpcAnswer {
	owner := string(call.Session)
	var params struct {
		Count     int `json:"count"`
		Condition *struct {
			Channel            *int
			StartTime, EndTime string
			Types              []string
		} `json:"condition"`
	}
	if len(call.Params) > 0 && json.Unmarshal(call.Params, &params) != nil {
		return rpcFailure(rpcInvalidParam, "Request invalid param!")
	}
	ok := false
	switch call.Method {
	case "mediaFileFind.factory.create":
		if handle := r.finds.create(owner, req.RemoteAddr); handle != 0 {
			return rpcAnswer{Result: handle}
		}
	case "mediaFileFind.findFile":
		condition := params.Condition
		if condition == nil || condition.Channel == nil {
			break
		}
		q := question{channel: *condition.Channel, types: condition.Types}
		if q.start, q.end, ok = dahuaSpan(condition.StartTime, condition.EndTime); ok {
			var files int
			files, ok = r.finds.ask(call.Object, owner, q)
			ok = ok && files > 0
		}
	case "mediaFileFind.findNextFile":
		return r.rpcNextFile(ctx, call, params.Count)
	case "mediaFileFind.close":
		ok = r.finds.end(call.Object, owner)
	case "mediaFileFind.destroy":
		ok = r.finds.destroy(call.Object, owner)
	default:
		return rpcFailure(rpcNoMethod, "Method not found!")
	}
	if !ok {
		return rpcFailure(rpcUnknown, "Unknown error! error code was not set in service!")
	}
	return rpcAnswer{Result: true}
}

func (r *Recorder) rpcNextFile(ctx context.Context, call rpcRequest, count int) rpcAnswer {
	if !pause(ctx, r.Faults().SearchDelay) {
		return rpcFailure(rpcUnknown, "Shutting down")
	}
	page, ok := r.finds.next(call.Object, string(call.Session), count)
	if !ok {
		return rpcFailure(rpcUnknown, "Unknown error! error code was not set in service!")
	}
	var infos []map[string]any // null where there are none
	for _, file := range page {
		infos = append(infos, map[string]any{
			"Channel": file.channel, "StartTime": file.Start.Format(time.DateTime), "EndTime": file.End.Format(time.DateTime),
			"FilePath": file.Name, "Length": file.Size, "Type": "dav", "VideoStream": "Main", "Flags": []string{"Timing"},
			"Cluster": 158, "Disk": 8, "Partition": 1,
		})
	}
	return rpcAnswer{Result: true, Params: map[string]any{"found": len(page), "infos": infos}}
}

// rpcPTZ moves cameras. Channels count from 0.
func (r *Recorder) rpcPTZ(ctx context.Context, req *http.Request, call rpcRequest) rpcAnswer {
	var params struct {
		Channel *int   `json:"channel"`
		Code    string `json:"code"`
		Arg1    int    `json:"arg1"`
		Arg2    int    `json:"arg2"`
		Arg3    int    `json:"arg3"`
	}
	if json.Unmarshal(call.Params, &params) != nil {
		return rpcFailure(rpcInvalidParam, "Request invalid param!")
	}
	name := string(call.Session)
	if call.Method == "ptz.factory.instance" {
		if params.Channel == nil || *params.Channel < 0 || *params.Channel >= len(r.channels) {
			return rpcFailure(rpcInvalidParam, "Request invalid param!")
		}
		return rpcAnswer{Result: r.rpc.instance(name, *params.Channel)}
	}
	action, _ := strings.CutPrefix(call.Method, "ptz.")
	if action != "start" && action != "stop" {
		return rpcFailure(rpcNoMethod, "Method not found!")
	}
	channel, ok := r.rpc.camera(name, call.Object)
	if !ok || params.Channel != nil && *params.Channel != channel {
		return rpcFailure(rpcInvalidParam, "Request invalid param!")
	}
	args := [3]int{params.Arg1, params.Arg2, params.Arg3}
	switch r.dahuaPTZ(ctx, req.RemoteAddr, channel, action, params.Code, args) {
	case ptzDone:
		return rpcAnswer{Result: true}
	case ptzRefused:
		return rpcFailure(rpcInvalidParam, "Request invalid param!")
	default:
		return rpcFailure(rpcUnknown, "Unknown error! error code was not set in service!")
	}
}
