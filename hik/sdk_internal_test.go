package hik

import (
	"slices"
	"testing"

	"mediapusher/internal/device"
	"mediapusher/internal/sdkway"
	"mediapusher/ptz"
	"mediapusher/vendor_sdk/sdk"
)

// TestSDKErrors holds every number of HCNetSDK that is known to what it means: whether trying again, another way or nothing can help.
func TestSDKErrors(t *testing.T) {
	kinds := map[device.Kind][]int{
		device.KindAuth:        {1, 152, 401},
		device.KindUnsupported: {2, 6, 13, 19, 22, 23, 91, 155, 189, 250, 251},
		device.KindUnreachable: {
			3, 7, 8, 9, 10, 11, 14, 38, 41, 43, 44, 47, 72, 73, 154, 402, 406, 407,
			410, 411, 412, 413, 414, 415, 416, 420, 421, 422, 423, 424, 425, 427,
			430, 431, 432, 433, 434, 435, 436, 440, 441, 442, 443, 444, 445, 446,
		},
		device.KindNoSuchChannel: {4},
		device.KindBusy:          {5, 24, 28, 36, 46, 52, 74, 102, 426, 800, 2103},
		device.KindProtocol:      {12, 17, 29, 32, 34, 403, 500, 520, 599},
		device.KindOffline:       {18, 54, 83, 404},
		device.KindNoRecording:   {33},
		device.KindLocked:        {153},
		device.KindNotBuilt: {
			84, 85, 107, 108, 109, 110, 111, 112, 113, 114, 115, 121, 122, 123, 124, 125, 126, 127, 128,
			136, 137, 138, 139, 140, 141, 142, 148, 149, 156, 157, 158, 161, 162,
		},
	}
	tested := map[int]bool{}
	for want, codes := range kinds {
		for _, code := range codes {
			tested[code] = true
			if kind, words := explainSDK(code); kind != want || words == "" {
				t.Errorf("%d: %v %q, want %v", code, kind, words, want)
			}
		}
	}
	for code := range sdkMeanings {
		if !tested[code] {
			t.Errorf("%d is not tested", code)
		}
	}
	for _, code := range []int{0, -1, 15, 116, 143, 160, 447, 9999} {
		if kind, words := explainSDK(code); kind != device.KindProtocol || words != "" {
			t.Errorf("%d: %v %q, want nothing", code, kind, words)
		}
	}
}

func TestSDKChannels(t *testing.T) {
	number := func(n int) *int { return &n }
	digital := func(first, count int) sdkway.Block { return sdkway.Block{Called: first, First: first, Count: count} }
	for name, tt := range map[string]struct {
		identity sdk.Identity
		settings device.Settings
		want     []sdkway.Block
	}{
		"recorder":       {sdk.Identity{Digital: 32, FirstDigital: 33}, device.Settings{}, []sdkway.Block{digital(33, 32)}},
		"large recorder": {sdk.Identity{Digital: 64, FirstDigital: 1}, device.Settings{}, []sdkway.Block{digital(1, 64)}},
		"camera":         {sdk.Identity{Analog: 1, FirstAnalog: 1}, device.Settings{}, []sdkway.Block{digital(1, 1)}},
		"hybrid": {
			sdk.Identity{Analog: 16, FirstAnalog: 1, Digital: 16, FirstDigital: 33},
			device.Settings{},
			[]sdkway.Block{digital(33, 16), digital(1, 16)},
		},
		"no IP channels": {sdk.Identity{Analog: 4, FirstAnalog: 1, Digital: 8}, device.Settings{}, []sdkway.Block{digital(1, 4)}},
		"counted from 1": {
			sdk.Identity{Digital: 8, FirstDigital: 33},
			device.Settings{ChannelBase: number(1)},
			[]sdkway.Block{{Called: 1, First: 33, Count: 8}},
		},
		"fewer analog inputs": {
			sdk.Identity{Analog: 16, FirstAnalog: 1, Digital: 8, FirstDigital: 33},
			device.Settings{AnalogChannels: number(0)},
			[]sdkway.Block{digital(33, 8)},
		},
		"tells nothing": {sdk.Identity{}, device.Settings{ChannelBase: number(1)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := sdkChannels(tt.identity, tt.settings); !slices.Equal(got, tt.want) {
				t.Errorf("channels %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestSDKMoves(t *testing.T) {
	want := []int{11, 12, 13, 14, 15, 16, 21, 22, 23, 24, 25, 26, 27, 28} // in the order of ptz.Command
	for command := ptz.ZoomIn; command <= ptz.DownRight; command++ {
		if got, ok := sdkMoves[command]; !ok || got != want[command] {
			t.Errorf("%v: %d, want %d", command, got, want[command])
		}
	}
}
