package hik_test

import (
	"strings"
	"testing"

	"mediapusher/hik"
)

func upTo(n int) []int {
	ids := make([]int, n)
	for i := range ids {
		ids[i] = i + 1
	}
	return ids
}

func TestChannelTranslation(t *testing.T) {
	const unknown = -1
	nvr32 := hik.Facts{Analog: 0, IP: 32, Base: unknown, Told: true}
	nvr64 := hik.Facts{Analog: 0, IP: 64, Base: unknown, Told: true}
	hybrid := hik.Facts{Analog: 16, IP: 16, Base: unknown, Told: true}
	silent := hik.Facts{Analog: unknown, IP: unknown, Base: unknown}
	with := func(f hik.Facts, change func(*hik.Facts)) hik.Facts {
		change(&f)
		return f
	}
	tests := []struct {
		name  string
		facts hik.Facts
		sdk   int
		want  int    // 0: no such channel
		words string // in the error
	}{
		{"pure NVR, 32 channels", nvr32, 33, 1, ""},
		{"pure NVR, 32 channels, second", nvr32, 34, 2, ""},
		{"pure NVR, 32 channels, last", nvr32, 64, 32, ""},
		{"pure NVR, 32 channels, beyond", nvr32, 65, 0, "channels 33-64"},
		{"pure NVR, 32 channels, unclear number", nvr32, 30, 0, "channel_base 1"},
		{"pure NVR, 32 channels, operator's base", with(nvr32, func(f *hik.Facts) { f.Base = 1 }), 30, 30, ""},
		{"pure NVR, 64 channels", nvr64, 33, 33, ""},
		{"pure NVR, 64 channels", nvr64, 30, 30, ""},
		{"pure NVR, 64 channels, device says 33", with(nvr64, func(f *hik.Facts) { f.Base = 33 }), 33, 1, ""},
		{"DVR, 32 analog inputs", hik.Facts{Analog: 32, IP: 0, Base: unknown, Told: true}, 30, 30, ""},
		{"hybrid, IP", hybrid, 33, 17, ""},
		{"hybrid, analog", hybrid, 16, 16, ""},
		{"hybrid, between", hybrid, 17, 0, "channels 1-16, 33-48"},
		{"hybrid with many IP channels keeps 33", hik.Facts{Analog: 16, IP: 64, Base: unknown, Told: true}, 33, 17, ""},
		{"hybrid, proxies numbered on", with(hybrid, func(f *hik.Facts) { f.Listed = []int{17, 18} }), 34, 18, ""},
		{"hybrid, proxies numbered from 1", with(hybrid, func(f *hik.Facts) { f.Listed = []int{1, 2} }), 34, 18, ""},
		{"channel without a camera", with(nvr32, func(f *hik.Facts) { f.Listed = []int{1, 2, 5} }), 35, 0, "channels 33-34, 37"},
		{"no camera at all", with(nvr32, func(f *hik.Facts) { f.Listed = []int{} }), 33, 0, "no channels"},
		{"capabilities absent, list present", hik.Facts{Analog: unknown, IP: unknown, Base: unknown, Listed: upTo(8), Told: true}, 40, 8, ""},
		{"list longer than the capabilities say", hik.Facts{Analog: 0, IP: 4, Base: unknown, Listed: upTo(8), Told: true}, 40, 8, ""},
		{"camera", hik.Facts{Analog: 1, IP: unknown, Base: unknown, Told: true}, 1, 1, ""},
		{"nothing told, from 33", silent, 34, 2, ""},
		{"nothing told, below", silent, 2, 2, ""},
		{"nothing told, zero", silent, 0, 0, "count from 1"},
		{"nothing told, operator's analog inputs", with(silent, func(f *hik.Facts) { f.Analog = 16 }), 33, 17, ""},
		{"nothing told, operator's base", with(silent, func(f *hik.Facts) { f.Base = 1 }), 33, 33, ""},
		{"negative", nvr32, -1, 0, "channels 33-64"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.facts.Translate(tt.sdk)
			if got != tt.want || (err == nil) != (tt.want != 0) {
				t.Fatalf("channel %d is %d (%v), want %d", tt.sdk, got, err, tt.want)
			}
			if err != nil && !strings.Contains(err.Error(), tt.words) {
				t.Errorf("%q does not say %q", err, tt.words)
			}
		})
	}
}
