package dahua

import (
	"slices"
	"testing"

	"mediapusher/internal/device"
	"mediapusher/internal/sdkway"
	"mediapusher/ptz"
	"mediapusher/vendor_sdk/sdk"
)

// TestSDKErrors holds every number of dhnetsdk that is known to what it means: whether trying again, another way or nothing can help.
func TestSDKErrors(t *testing.T) {
	kinds := map[device.Kind][]int{
		device.KindUnreachable:   {1, 2, 3, 4, 8, 29, 102, 107, 108, 109, 340, 397, 1034},
		device.KindBusy:          {5, 26, 80, 103, 106, 110, 391, 419, 421, 511, 1033},
		device.KindProtocol:      {6, 7, 19, 21, 22, 349, 423},
		device.KindUnsupported:   {23, 25, 79, 105, 112, 113, 118, 119, 392, 400, 1021, 1022, 1153, 1154},
		device.KindNoRecording:   {24, 30, 31},
		device.KindLocked:        {86, 104},
		device.KindAuth:          {100, 101, 117},
		device.KindNotBuilt:      {111},
		device.KindNoData:        {383},
		device.KindOffline:       {420, 1155},
		device.KindNoSuchChannel: {},
	}
	known := 0
	for want, codes := range kinds {
		known += len(codes)
		for _, code := range codes {
			if kind, words := explainSDK(code); kind != want || words == "" {
				t.Errorf("%d: %v %q, want %v", code, kind, words, want)
			}
			if kind, _ := explainSDK(code | -0x80000000); kind != want {
				t.Errorf("%d with its highest bit: %v, want %v", code, kind, want)
			}
		}
	}
	if known != len(sdkMeanings) {
		t.Errorf("%d numbers are tested, %d are known", known, len(sdkMeanings))
	}
	for _, code := range []int{0, -1, 9, 9999} {
		if kind, words := explainSDK(code); kind != device.KindProtocol || words != "" {
			t.Errorf("%d: %v %q, want nothing", code, kind, words)
		}
	}
}

func TestSDKChannels(t *testing.T) {
	base := 1
	for name, tt := range map[string]struct {
		identity sdk.Identity
		settings device.Settings
		want     []sdkway.Block
	}{
		"recorder":      {sdk.Identity{Analog: 16}, device.Settings{}, []sdkway.Block{{Called: 0, First: 0, Count: 16}}},
		"told as IP":    {sdk.Identity{Digital: 8}, device.Settings{}, []sdkway.Block{{Called: 0, First: 0, Count: 8}}},
		"hybrid":        {sdk.Identity{Analog: 4, Digital: 4, FirstDigital: 4}, device.Settings{}, []sdkway.Block{{Count: 8}}},
		"counted anew":  {sdk.Identity{Analog: 2}, device.Settings{ChannelBase: &base}, []sdkway.Block{{Called: 1, First: 0, Count: 2}}},
		"tells nothing": {sdk.Identity{}, device.Settings{ChannelBase: &base}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := sdkChannels(tt.identity, tt.settings); !slices.Equal(got, tt.want) {
				t.Errorf("channels %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestSDKMoves(t *testing.T) {
	want := []int{4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 0x20, 0x21, 0x22, 0x23} // in the order of ptz.Command
	for command := ptz.ZoomIn; command <= ptz.DownRight; command++ {
		if got, ok := sdkMoves[command]; !ok || got != want[command] {
			t.Errorf("%v: %#x, want %#x", command, got, want[command])
		}
	}
}
