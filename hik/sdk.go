package hik

import (
	"cmp"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/internal/mpegps"
	"mediapusher/internal/sdkway"
	"mediapusher/ptz"
	"mediapusher/vendor_sdk/sdk"
)

// sdkSpeed is how fast cameras are moved through the SDK, of 1 to 7.
const sdkSpeed = 4

// sdkMoves are the commands of NET_DVR_PTZControlWithSpeed_Other (HCNetSDK.h, ZOOM_IN to DOWN_RIGHT).
var sdkMoves = map[ptz.Command]int{
	ptz.ZoomIn: 11, ptz.ZoomOut: 12, ptz.FocusNear: 13, ptz.FocusFar: 14, ptz.IrisOpen: 15, ptz.IrisClose: 16,
	ptz.TiltUp: 21, ptz.TiltDown: 22, ptz.PanLeft: 23, ptz.PanRight: 24,
	ptz.UpLeft: 25, ptz.UpRight: 26, ptz.DownLeft: 27, ptz.DownRight: 28,
}

// NewSDK returns a driver that opens recorders and cameras through HCNetSDK. It starts nothing. Channels are the SDK's own numbers: analog
// inputs from 1 on, IP channels from what the login tells on.
func NewSDK(cfg sdkway.Config) device.Driver {
	return sdkway.New(cfg, sdkway.Vendor{
		Name: device.Hikvision, Port: sdkPort, Explain: explainSDK, Channels: sdkChannels, Moves: sdkMoves, Speed: sdkSpeed,
		Demuxer: func(emit func(*media.AccessUnit) error) sdkway.Demuxer { return mpegps.New(emit) },
	})
}

// sdkChannels lists the channels that a login tells, first the IP channels. The operator may know better how many analog inputs there are,
// and let callers count the IP channels from another number. A login that tells of no channel at all tells nothing.
func sdkChannels(identity sdk.Identity, settings device.Settings) []sdkway.Block {
	var blocks []sdkway.Block
	if first := identity.FirstDigital; first > 0 && identity.Digital > 0 {
		called := first
		if settings.ChannelBase != nil {
			called = *settings.ChannelBase
		}
		blocks = append(blocks, sdkway.Block{Called: called, First: first, Count: identity.Digital})
	}
	analog, first := identity.Analog, cmp.Or(identity.FirstAnalog, 1)
	if settings.AnalogChannels != nil {
		analog = *settings.AnalogChannels
	}
	if analog > 0 {
		blocks = append(blocks, sdkway.Block{Called: first, First: first, Count: analog})
	}
	return blocks
}
