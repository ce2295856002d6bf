package api

import (
	"strconv"
	"strings"
)

// noHandle is a number that no session has.
const noHandle int32 = 0

// parseHandle reads a play_handle from a path: decimal digits, with blanks around them, a sign and leading zeros if need be. A number
// that no handle can have (they go from 1 to 2^31-1) is noHandle; what is not a number is a *paramError.
func parseHandle(text string) (int32, error) {
	text = strings.TrimSpace(text)
	digits := strings.TrimPrefix(text, "+")
	if digits == text {
		digits = strings.TrimPrefix(text, "-")
	}
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return noHandle, &paramError{"play_handle", "must be a number"}
	}
	handle, err := strconv.ParseInt(text, 10, 32)
	if err != nil || handle < 1 {
		return noHandle, nil //nolint:nilerr // a number beyond all handles is an unknown one
	}
	return int32(handle), nil
}
