package dahua

import (
	"context"
	"errors"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
	"mediapusher/ptz"
)

// speed is how fast cameras are moved, of 1 to 8.
const speed = 5

// movement is a command as the vendor writes it, the same for CGI and RPC2.
type movement struct {
	Code string
	// Args are arg1 to arg3: of a diagonal the vertical and the horizontal speed, of a straight movement the speed in the second.
	Args [3]int
}

// movements are those of the vendor's text on ptz.cgi.
var movements = map[ptz.Command]movement{
	ptz.ZoomIn:    {Code: "ZoomTele"},
	ptz.ZoomOut:   {Code: "ZoomWide"},
	ptz.FocusNear: {Code: "FocusNear"},
	ptz.FocusFar:  {Code: "FocusFar"},
	ptz.IrisOpen:  {Code: "IrisLarge"},
	ptz.IrisClose: {Code: "IrisSmall"},
	ptz.TiltUp:    {Code: "Up", Args: [3]int{0, speed, 0}},
	ptz.TiltDown:  {Code: "Down", Args: [3]int{0, speed, 0}},
	ptz.PanLeft:   {Code: "Left", Args: [3]int{0, speed, 0}},
	ptz.PanRight:  {Code: "Right", Args: [3]int{0, speed, 0}},
	ptz.UpLeft:    {Code: "LeftUp", Args: [3]int{speed, speed, 0}},
	ptz.UpRight:   {Code: "RightUp", Args: [3]int{speed, speed, 0}},
	ptz.DownLeft:  {Code: "LeftDown", Args: [3]int{speed, speed, 0}},
	ptz.DownRight: {Code: "RightDown", Args: [3]int{speed, speed, 0}},
}

// The two things that can be done with a movement.
const (
	actionStart = "start"
	actionStop  = "stop"
)

// PTZ returns a head that moves by RPC2, where a session spares the challenge that CGI asks before each call, and by CGI where the device
// has no RPC2 or refuses movements there. Whether the camera can be moved shows with the first movement: real domes have no Ptz table.
func (r *recorder) PTZ(ctx context.Context, channel int) (ptz.Head, error) {
	if r.Way == device.WayRTSP {
		return nil, r.Failure(device.OpPTZ, 0, netway.Meaning{
			Kind: device.KindUnsupported, Words: "moving a camera needs HTTP, and no HTTP port answers; http_port in devices names another",
		})
	}
	number, count, _, err := r.resolve(ctx, device.OpPTZ, channel)
	if err != nil {
		return nil, err
	}
	h := &head{recorder: r, channel: number, channels: count}
	if r.lore().ptzByCGI {
		return h, nil
	}
	h.session, err = r.rpc2.hold(ctx, device.OpPTZ)
	if err != nil {
		// CGI can do without, unless nobody may log in.
		if kind, _ := device.KindOf(err); kind == device.KindLocked || netway.Refused(err) && !errors.Is(err, errNoRPC2) {
			return nil, err
		}
		return h, nil
	}
	_ = h.instance(ctx) // asked for now to spare the first movement the time; a refusal shows there
	return h, nil
}
