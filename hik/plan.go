package hik

import (
	"fmt"
	"slices"
	"strings"

	"mediapusher/internal/netway"
)

const (
	// firstIP is the SDK number of the first IP channel on hybrids and on recorders with fewer than manyIP IP channels.
	firstIP = 33
	// manyIP is the number of IP channels from which recorders without analog inputs count them from 1.
	manyIP = 64
)

// facts is what the device and the operator say about channels. A nil pointer means that nobody does.
type facts struct {
	analog *int  // number of analog inputs
	ip     *int  // number of IP channels that the recorder can take
	base   *int  // SDK number of the first IP channel
	listed []int // ids of the IP channels that have a camera; nil where the device does not list them
	told   bool  // the device itself said something
}

// plan translates the numbers of the SDK, which counts analog inputs from 1 and IP channels from base, to those of ISAPI and RTSP, where
// the IP channels follow the analog inputs.
type plan struct {
	analog, ip, base int
	// guess says that nobody told anything: numbers from base are IP channels, those below are taken as they are.
	guess bool
	// cameras are the ISAPI numbers of IP channels with a camera, rising; nil where that is not known.
	cameras []int
}

// newPlan applies the vendor's rules for what nobody says.
func newPlan(f facts) *plan {
	p := &plan{
		analog: deref(f.analog), ip: deref(f.ip), base: firstIP,
		guess: !f.told,
	}
	if f.listed != nil {
		p.cameras = cameraNumbers(f.listed, p.analog)
		if n := len(p.cameras); n > 0 {
			p.ip = max(p.ip, p.cameras[n-1]-p.analog)
		}
	}
	switch {
	case f.base != nil:
		p.base = *f.base
	case p.ip >= manyIP && p.analog == 0:
		p.base = 1
	}
	// A device that tells of no channel at all tells nothing.
	p.guess = p.guess || p.analog == 0 && p.ip == 0
	return p
}

func deref(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// cameraNumbers turns the ids of the IP channels' list into ISAPI numbers, rising.
func cameraNumbers(ids []int, analog int) []int {
	shift := proxyShift(ids, analog)
	numbers := make([]int, 0, len(ids))
	for _, id := range ids {
		numbers = append(numbers, id+shift)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// proxyShift is what turns the ids of such a list into ISAPI numbers: hybrids number the IP channels on from the analog inputs, some from 1
// again.
func proxyShift(ids []int, analog int) int {
	for _, id := range ids {
		if id <= analog {
			return analog
		}
	}
	return 0
}

// translate returns the ISAPI number of an SDK number. The error names the channels that exist.
func (p *plan) translate(sdk int) (int, error) {
	if p.guess {
		switch {
		case sdk >= p.base:
			return p.analog + sdk - p.base + 1, nil
		case sdk >= 1:
			return sdk, nil
		default:
			return 0, fmt.Errorf("the recorder has no channel %d: channels count from 1", sdk)
		}
	}
	number := 0
	switch {
	case sdk >= p.base && sdk < p.base+p.ip:
		number = p.analog + sdk - p.base + 1
	case sdk >= 1 && sdk <= p.analog:
		return sdk, nil
	}
	if number == 0 || p.cameras != nil && !slices.Contains(p.cameras, number) {
		words := fmt.Sprintf("the recorder has no channel %d; it has %s", sdk, p.existing())
		if p.analog == 0 && sdk >= 1 && sdk <= p.ip {
			words += "; channel_base 1 lets its IP channels count from 1"
		}
		return 0, fmt.Errorf("%s", words)
	}
	return number, nil
}

// lists tells whether the recorder itself names the ISAPI number as a channel with a camera.
func (p *plan) lists(number int) bool {
	return !p.guess && (number <= p.analog || slices.Contains(p.cameras, number))
}

// existing names the SDK numbers that can be asked for: "1-4, 33-36".
func (p *plan) existing() string {
	var all []int
	for _, number := range p.numbers() {
		all = append(all, p.sdk(number))
	}
	return netway.Ranges(all)
}

// numbers lists the ISAPI numbers that can be asked for, as far as the device tells.
func (p *plan) numbers() []int {
	var all []int
	for n := 1; n <= p.analog; n++ {
		all = append(all, n)
	}
	if p.cameras == nil {
		for n := range p.ip {
			all = append(all, p.analog+n+1)
		}
	}
	return append(all, p.cameras...)
}

// sdk returns the SDK number of an ISAPI number that the device has.
func (p *plan) sdk(number int) int {
	if number <= p.analog || p.guess {
		return number
	}
	return p.base + number - p.analog - 1
}

// String tells the decision to the log.
func (p *plan) String() string {
	var words []string
	if p.guess {
		words = append(words, "not told, guessed")
	}
	if p.analog > 0 {
		words = append(words, fmt.Sprintf("%d analog inputs from 1", p.analog))
	}
	return strings.Join(append(words, fmt.Sprintf("%d IP channels from %d", p.ip, p.base)), ", ")
}
