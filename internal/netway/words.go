package netway

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode"

	"mediapusher/internal/device"
	"mediapusher/internal/httpdigest"
)

// maxWords is how many bytes of a device's own text an error repeats.
const maxWords = 120

// Plain makes one printable line of at most 120 bytes of whatever a device said; a web page tells an operator nothing and gives "".
func Plain(body []byte) string {
	text := strings.TrimSpace(strings.ToValidUTF8(string(body[:min(len(body), 4*maxWords)]), ""))
	if strings.HasPrefix(text, "<") {
		return ""
	}
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= maxWords {
		return text
	}
	// Between two words, so that nothing is cut that is known, and hidden, only as a whole: a password that the device repeats.
	if end := strings.LastIndexByte(text[:maxWords+1], ' '); end > 0 {
		return text[:end]
	}
	return strings.ToValidUTF8(text[:maxWords], "")
}

// Join puts the device's words behind ours, where it said any.
func Join(ours, words string) string {
	if words == "" {
		return ours
	}
	return ours + ": " + words
}

// NothingUsable explains a 401 whose challenges were not answered, because none of them may be or can be.
func NothingUsable(answer *httpdigest.Answer) Meaning {
	return Meaning{device.KindUnsupported, fmt.Sprintf(
		"the device offers only %s authentication; Basic sends the password readable and must be allowed (basic_auth)",
		Plain([]byte(answer.Offered)))}
}

// Refused tells a verdict on the password, after which a device must not be asked again: 401, or a lock. A 403 may mean no more than
// that the user has no right to one page.
func Refused(err error) bool {
	var failure *device.Error
	return errors.As(err, &failure) &&
		(failure.Kind == device.KindLocked || failure.Kind == device.KindAuth && failure.Code == http.StatusUnauthorized)
}
