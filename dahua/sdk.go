package dahua

import (
	"mediapusher/internal/device"
	"mediapusher/internal/dhav"
	"mediapusher/internal/media"
	"mediapusher/internal/sdkway"
	"mediapusher/ptz"
	"mediapusher/vendor_sdk/sdk"
)

// What DH_PTZ_FOCUS_ADD_CONTROL and DH_PTZ_FOCUS_DEC_CONTROL do to a lens. The comments in dhnetsdk.h changed sides between its editions of
// 2017 and later ones; this is the only place that says it.
const (
	focusNear = 6 // ADD
	focusFar  = 7 // DEC
)

// sdkMoves are the commands of CLIENT_DHPTZControlEx (dhnetsdk.h, DH_PTZ_ControlType and DH_EXTPTZ_ControlType).
var sdkMoves = map[ptz.Command]int{
	ptz.TiltUp: 0, ptz.TiltDown: 1, ptz.PanLeft: 2, ptz.PanRight: 3,
	ptz.ZoomIn: 4, ptz.ZoomOut: 5, ptz.FocusNear: focusNear, ptz.FocusFar: focusFar, ptz.IrisOpen: 8, ptz.IrisClose: 9,
	ptz.UpLeft: 0x20, ptz.UpRight: 0x21, ptz.DownLeft: 0x22, ptz.DownRight: 0x23,
}

// NewSDK returns a driver that opens recorders and cameras through dhnetsdk. It starts nothing. Channels count from 0.
func NewSDK(cfg sdkway.Config) device.Driver {
	return sdkway.New(cfg, sdkway.Vendor{
		Name: device.Dahua, Port: sdkPort, Explain: explainSDK, Channels: sdkChannels, Moves: sdkMoves, Speed: speed,
		Demuxer: func(emit func(*media.AccessUnit) error) sdkway.Demuxer { return dhav.New(emit) },
	})
}

// sdkChannels lists the channels that a login tells, in one row. The operator may let callers count from another number. A login that
// tells of no channel at all tells nothing.
func sdkChannels(identity sdk.Identity, settings device.Settings) []sdkway.Block {
	count := identity.Analog + identity.Digital
	if count <= 0 {
		return nil
	}
	called := identity.FirstAnalog
	if settings.ChannelBase != nil {
		called = *settings.ChannelBase
	}
	return []sdkway.Block{{Called: called, First: identity.FirstAnalog, Count: count}}
}
