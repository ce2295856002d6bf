package pusher

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// HEVCPolicy says how H.265 is sent to a server.
type HEVCPolicy string

// The policies. PolicyAuto goes by the version that SRS tells and means HEVCEnhanced for a server that tells none; each of the
// others holds for every server.
const (
	PolicyAuto     HEVCPolicy = "auto"
	PolicyEnhanced HEVCPolicy = "enhanced"
	PolicyLegacy   HEVCPolicy = "legacy"
	PolicyNone     HEVCPolicy = "none"
)

// settleTime is how long SRS up to 4 may take to close a publish that it has accepted.
const settleTime = 400 * time.Millisecond

// serverInfo is what the answer to connect tells of a server.
type serverInfo struct {
	name    string
	srs     bool
	version [3]int
}

// readServerInfo reads the answer to connect. SRS of every version puts "srs_version" into the data of its information object;
// others tell at most the Flash Media Server that they imitate.
func readServerInfo(answer *command) serverInfo {
	if data, ok := answer.info()["data"].(map[string]any); ok {
		if v, ok := data["srs_version"].(string); ok {
			if version, err := parseVersion(v); err == nil {
				return serverInfo{name: "SRS/" + printable(v), srs: true, version: version}
			}
		}
	}
	for _, arg := range answer.args {
		if properties, ok := arg.(map[string]any); ok {
			if v, ok := properties["fmsVer"].(string); ok {
				return serverInfo{name: printable(v)}
			}
		}
	}
	return serverInfo{}
}

// hevc is the form in which the server takes H.265. SRS learned codec id 12 in 6.0.2 and enhanced RTMP in 6.0.42; before, it drops
// the picture and keeps the sound without a word.
func (s serverInfo) hevc(policy HEVCPolicy) HEVC {
	switch policy {
	case PolicyEnhanced:
		return HEVCEnhanced
	case PolicyLegacy:
		return HEVCLegacy
	case PolicyNone:
		return HEVCNone
	case PolicyAuto:
	}
	switch v := s.version; {
	case !s.srs:
		return HEVCEnhanced
	case v[0] < 6:
		return HEVCNone
	case v[0] > 6 || v[1] > 0 || v[2] >= 42:
		return HEVCEnhanced
	case v[2] >= 2:
		return HEVCLegacy
	default:
		return HEVCNone
	}
}

// guesses tells that the form of H.265 is an assumption: nothing says what this server takes.
func (s serverInfo) guesses(policy HEVCPolicy) bool { return policy == PolicyAuto && !s.srs }

// settle is how long an accepted publish is still uncertain. SRS 3 and 4 say NetStream.Publish.Start before they ask the
// on_publish hook and look whether the name is taken, and then only close.
func (s serverInfo) settle() time.Duration {
	if s.srs && s.version[0] <= 4 {
		return settleTime
	}
	return 0
}

// parseVersion reads "6.0.155", also with something behind it.
func parseVersion(text string) (version [3]int, err error) {
	parts := strings.SplitN(text, ".", 3)
	if len(parts) != len(version) {
		return version, errors.New("version has not three parts")
	}
	for i, part := range parts {
		if end := strings.IndexFunc(part, func(r rune) bool { return r < '0' || r > '9' }); end > 0 && i == 2 {
			part = part[:end]
		}
		if version[i], err = strconv.Atoi(part); err != nil {
			return version, fmt.Errorf("version: %w", err)
		}
	}
	return version, nil
}
