package hik

import (
	"context"
	"fmt"
	"slices"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
)

const (
	// maxAskedPTZ is how many channels are asked whether they can be moved, and limitPTZ for how long: each is a page of its own.
	maxAskedPTZ = 64
	limitPTZ    = 4 * time.Second
)

// ptzCap is what a camera can do. The vendor spells the root PTZChanelCap.
type ptzCap struct {
	Space *struct{} `xml:"ContinuousPanTiltSpace"`
	Range *struct{} `xml:"AbsolutePanTiltPositionSpace"`
}

// findPTZ asks which cameras can be moved. What has moved one is remembered; what is not answered stays unknown. A refusal tells something
// only where the device knows the page at another channel: older firmware has none.
func (r *recorder) findPTZ(ctx context.Context, p *plan, channels []*listed) {
	var asked []*listed
	for _, c := range channels {
		_, moved := r.traits.leverOf(leverKey{c.number, partHead})
		switch {
		case moved:
			c.PTZ = new(true)
		case c.Online == nil || *c.Online:
			asked = append(asked, c)
		}
	}
	asked = asked[:min(len(asked), maxAskedPTZ)]
	refused := make([]bool, len(asked))
	err := netway.Each(ctx, limitPTZ, len(asked), func(ctx context.Context, i int) (err error) {
		asked[i].PTZ, refused[i], err = r.askPTZ(ctx, asked[i].number, asked[i].number > p.analog && !r.isCamera())
		return err
	})
	if err != nil || !slices.ContainsFunc(asked, func(c *listed) bool { return c.PTZ != nil }) {
		return // who is refused a page that can be done without asks for no more of them
	}
	for i, c := range asked {
		if refused[i] {
			c.PTZ = new(false)
		}
	}
}

// askPTZ asks what one camera can do: the recorder itself, and its proxy of an IP channel. able is nil where neither tells, refused where
// both say that there is no such thing.
func (r *recorder) askPTZ(ctx context.Context, channel int, proxied bool) (able *bool, refused bool, err error) {
	trees := []string{"/ISAPI/PTZCtrl", "/ISAPI/ContentMgmt/PTZCtrlProxy"}
	if proxied {
		slices.Reverse(trees)
	}
	for _, tree := range trees {
		var found ptzCap
		told, err := r.ask(ctx, device.OpDescribe, fmt.Sprintf("%s/channels/%d/capabilities", tree, channel), anyRoot, &found)
		switch {
		case err != nil:
			return nil, false, err
		case told && (found.Space != nil || found.Range != nil):
			return new(true), false, nil
		case told:
			return nil, false, nil // it says something, but not that
		}
	}
	return nil, true, nil
}
