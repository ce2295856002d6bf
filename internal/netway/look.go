package netway

import (
	"context"
	"errors"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
)

// errSeen ends a run that has told what it is about.
var errSeen = errors.New("the stream is described")

// Look runs a live source of a channel, counted as in device.LiveRequest, until its stream is described: on device.WayRTSP nothing else
// proves the password, or tells of a channel. There are none where the recorder has no such channel or no room for it. The error is that of
// a login or a connection that fails.
func Look(ctx context.Context, number int, source media.Source) ([]device.Channel, error) {
	seen := &glance{}
	err := source.Run(ctx, seen)
	if seen.coding != nil {
		return []device.Channel{{Number: number, Online: new(true), Main: seen.coding}}, nil
	}
	switch kind, _ := device.KindOf(err); kind {
	case device.KindAuth, device.KindLocked, device.KindUnreachable:
		return nil, err
	default:
		return nil, nil
	}
}

// glance is a sink that takes no picture.
type glance struct{ coding *device.Coding }

func (g *glance) SetTracks(tracks []*media.Track) error {
	for _, track := range tracks {
		if track.Codec.Video() {
			g.coding = &device.Coding{
				Codec: track.Codec.String(), Width: track.Width, Height: track.Height, FrameRate: track.FrameRate,
			}
		}
	}
	return errSeen
}

func (g *glance) Write(au *media.AccessUnit) error {
	au.Release()
	return errSeen
}
