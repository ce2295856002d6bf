package hik

import (
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/httpdigest"
)

// Facts is what a test says about channels; -1 stands for what nobody tells.
type Facts struct {
	Analog, IP, Base int
	Listed           []int
	Told             bool
}

// Translate plans and translates.
func (f Facts) Translate(sdk int) (int, error) {
	known := func(n int) *int {
		if n < 0 {
			return nil
		}
		return &n
	}
	return newPlan(facts{analog: known(f.Analog), ip: known(f.IP), base: known(f.Base), listed: f.Listed, told: f.Told}).translate(sdk)
}

// Explain explains an answer.
func Explain(answer *httpdigest.Answer) (device.Kind, string, time.Duration) {
	meaning, wait := explain(answer)
	return meaning.Kind, meaning.Words, wait
}

// RTSPPort reads adminAccesses.
func RTSPPort(body []byte) (int, bool) {
	var list accessList
	if decode(body, "AdminAccessProtocolList", &list) != nil {
		return 0, false
	}
	return list.rtspPort()
}

// Model reads deviceInfo.
func Model(body []byte) (string, error) {
	var info deviceInfo
	err := decode(body, "DeviceInfo", &info)
	return info.Model, err
}

// ProxyIDs reads the list of IP channels.
func ProxyIDs(body []byte) ([]int, error) {
	var list proxyList
	err := decode(body, "InputProxyChannelList", &list)
	return list.ids(), err
}

// MaxItems is the ceiling for lists.
const MaxItems = maxItems
