package dahua

import (
	"context"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/internal/netway"
	"mediapusher/playback"
	"mediapusher/ptz"
)

func (r *recorder) Search(context.Context, device.SearchRequest, func([]playback.File)) error {
	return r.Failure(device.OpSearch, 0, netway.Meaning{Kind: device.KindUnsupported})
}

func (r *recorder) Playback(context.Context, device.PlaybackRequest) (media.Source, error) {
	return nil, r.Failure(device.OpPlayback, 0, netway.Meaning{Kind: device.KindUnsupported})
}

func (r *recorder) PTZ(context.Context, int) (ptz.Head, error) {
	return nil, r.Failure(device.OpPTZ, 0, netway.Meaning{Kind: device.KindUnsupported})
}
