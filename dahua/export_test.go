package dahua

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"mediapusher/internal/device"
	"mediapusher/internal/httpdigest"
	"mediapusher/playback"
)

// The ceilings of the parsers.
const (
	MaxItems    = maxItems
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

// PlaybackPath makes the path of a run.
var PlaybackPath = playbackPath

// Items reads a page of a search by CGI: the files in it, and the channel of each item, -1 where it does not tell.
func Items(body []byte, asked int) ([]playback.File, []int, error) {
	all, err := parse(body)
	if err != nil {
		return nil, nil, err
	}
	files, channels := read(items(all), asked)
	return files, channels, nil
}

func read(all []item, asked int) (files []playback.File, channels []int) {
	for _, i := range all {
		channels = append(channels, i.where(asked))
		if file, ok := i.file(); ok {
			files = append(files, file)
		}
	}
	return files, channels
}

// Reply is what an answer of RPC2 says.
type Reply struct {
	Refused         bool
	Object          string
	KeepAlive, Lock time.Duration
	Files           []playback.File
	Channels        []int
}

// ReadReply reads an answer of RPC2.
func ReadReply(body []byte, asked int) (Reply, error) {
	r, err := parseReply(body)
	if err != nil {
		return Reply{}, err
	}
	var found struct {
		Infos json.RawMessage `json:"infos"`
	}
	_ = json.Unmarshal(r.Params, &found)
	files, channels := read(infos(found.Infos), asked)
	return Reply{
		r.refused(), string(r.object()), r.challenge().interval(), seconds(r.challenge().Lock, maxLockSeconds), files, channels,
	}, nil
}

// ReadTables reads all that a description reads of an answer, and says what is out of bounds.
func ReadTables(body []byte) string {
	all, err := parse(body)
	if err != nil {
		return ""
	}
	if n := max(all.channels(), all.encoded()); n < 0 || n > maxChannels {
		return fmt.Sprintf("%d channels", n)
	}
	if c := all.coding("table.Encode[0].MainFormat[0]"); c != nil &&
		(c.Width < 0 || c.Width >= 1<<20 || c.BitsPerSecond < 0 || c.FrameRate < 0 || !utf8.ValidString(c.Codec)) {
		return fmt.Sprintf("%+v", c)
	}
	if zone, ok := all.zone(); ok {
		if _, east := time.Now().In(zone).Zone(); east < -15*3600 || east > 15*3600 {
			return fmt.Sprintf("%d s east", east)
		}
	}
	for i := range all.remotes() {
		if i < 0 || i >= maxChannels {
			return fmt.Sprintf("camera of channel %d", i)
		}
	}
	for i := range all.states() {
		if i < 0 || i >= maxChannels {
			return fmt.Sprintf("state of channel %d", i)
		}
	}
	for i := range statesIn(body) {
		if i < 0 || i >= maxChannels {
			return fmt.Sprintf("state of channel %d", i)
		}
	}
	return ""
}
