package netway

import (
	"fmt"
	"slices"
	"strings"
)

// maxRanges is how many ranges an error names.
const maxRanges = 16

// Ranges writes channel numbers for an operator: "channels 1-4, 33", or "no channels".
func Ranges(numbers []int) string {
	if len(numbers) == 0 {
		return "no channels"
	}
	numbers = slices.Compact(slices.Sorted(slices.Values(numbers)))
	var words []string
	for start := 0; start < len(numbers); {
		end := start
		for end+1 < len(numbers) && numbers[end+1] == numbers[end]+1 {
			end++
		}
		if len(words) == maxRanges {
			words = append(words, "...")
			break
		}
		if start == end {
			words = append(words, fmt.Sprint(numbers[start]))
		} else {
			words = append(words, fmt.Sprintf("%d-%d", numbers[start], numbers[end]))
		}
		start = end + 1
	}
	return "channels " + strings.Join(words, ", ")
}
