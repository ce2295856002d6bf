package sdkway

import (
	"cmp"
	"context"
	"slices"

	"mediapusher/internal/device"
)

// maxListed is the ceiling for the channels of a description; the largest recorders have 256.
const maxListed = 1024

var _ device.Inspector = (*recorder)(nil)

// Describe tells what the login told: who the recorder is, and which channels it has. Whether they have a camera it does not tell.
func (r *recorder) Describe(context.Context) (*device.Description, error) {
	d := &device.Description{Info: r.info, Ways: []device.WayReport{{Way: device.WaySDK, State: device.WayUsed}}}
	seen := map[int]bool{}
	for _, b := range r.blocks {
		for called := b.Called; called < b.Called+b.Count && len(d.Channels) < maxListed; called++ {
			if !seen[called] { // where blocks overlap, the first one counts
				seen[called] = true
				d.Channels = append(d.Channels, device.Channel{Number: called})
			}
		}
	}
	slices.SortFunc(d.Channels, func(a, b device.Channel) int { return cmp.Compare(a.Number, b.Number) })
	return d, nil
}

// Snapshot fails: single pictures come over HTTP.
func (r *recorder) Snapshot(context.Context, int) ([]byte, error) {
	return nil, r.failure(device.OpSnapshot, device.KindUnsupported, "single pictures come over HTTP, not by the maker's library", nil)
}
