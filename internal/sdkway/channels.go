package sdkway

import (
	"fmt"
	"slices"
	"strings"
)

// Block is a row of channels. Callers count them from Called on, the library from First on; both are the same number unless the operator
// knows better than the device. Where blocks overlap, the first one counts.
type Block struct{ Called, First, Count int }

// number returns the library's number of a channel as callers count. The error names the channels that exist.
func number(blocks []Block, channel int) (int, error) {
	if len(blocks) == 0 {
		return channel, nil
	}
	for _, b := range blocks {
		if channel >= b.Called && channel < b.Called+b.Count {
			return b.First + channel - b.Called, nil
		}
	}
	return 0, fmt.Errorf("the recorder has no channel %d; it has %s", channel, names(blocks))
}

// names writes the channels for an operator: "channels 1-4, 33-64".
func names(blocks []Block) string {
	var words []string
	for _, b := range slices.SortedFunc(slices.Values(blocks), func(a, b Block) int { return a.Called - b.Called }) {
		switch {
		case b.Count == 1:
			words = append(words, fmt.Sprint(b.Called))
		case b.Count > 1:
			words = append(words, fmt.Sprintf("%d-%d", b.Called, b.Called+b.Count-1))
		}
	}
	if len(words) == 0 {
		return "no channels"
	}
	return "channels " + strings.Join(words, ", ")
}
