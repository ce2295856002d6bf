package dahua

import (
	"context"
	"fmt"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/internal/netway"
	"mediapusher/playback"
)

// Playback resolves the channel as Live does; whether its camera is connected does not matter.
func (r *recorder) Playback(ctx context.Context, request device.PlaybackRequest) (media.Source, error) {
	channel, count, port, err := r.resolve(ctx, device.OpPlayback, request.Channel)
	if err != nil {
		return nil, err
	}
	return r.Recording(netway.Recording{
		Path: playbackPath(channel, request.Range), RTSPPort: port, Known: count > 0, Request: request.Request,
	})
}

// playbackPath makes the path of a run by time. Recorders answer 404 where endtime comes before starttime, and some send unusable data
// without subtype. Times are those of the device's own clock.
func playbackPath(channel int, span playback.Range) string {
	const layout = "2006_01_02_15_04_05"
	return fmt.Sprintf("/cam/playback?channel=%d&subtype=0&starttime=%s&endtime=%s",
		channel, span.Start.Format(layout), span.End.Format(layout))
}
