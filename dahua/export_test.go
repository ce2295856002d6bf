package dahua

import (
	"mediapusher/internal/device"
	"mediapusher/internal/httpdigest"
)

// The ceilings of parse.
const (
	MaxLines    = maxLines
	MaxChannels = maxChannels
)

// Parse reads an answer.
func Parse(body []byte) (map[string]string, error) { return parse(body) }

// Table reads the RTSP port and the number of channels.
func Table(body []byte) (rtspPort, channels int, err error) {
	all, err := parse(body)
	return all.port("table.RTSP.Port"), all.channels(), err
}

// Explain explains an answer.
func Explain(answer *httpdigest.Answer) (device.Kind, string) {
	meaning := explain(answer)
	return meaning.Kind, meaning.Words
}

// NonceExpired tells the 403 for an expired nonce.
var NonceExpired = nonceExpired
