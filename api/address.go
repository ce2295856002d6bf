package api

import (
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// A host name as DNS and hosts files have them, underscores included.
var (
	nameLabel   = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$`)
	numberLabel = regexp.MustCompile(`^(\d+|0[xX][0-9a-fA-F]*)$`)
)

const maxHostName = 253

// parseAddress reads a device's address as pages hold it: a host name or an IP address, perhaps with blanks, with http:// before it
// and a port behind it. port is 0 where there is none. Names come back in lower case and addresses in their usual form, so that two
// spellings share a login.
func parseAddress(text string) (host string, port int, ok bool) {
	text = strings.TrimSpace(text)
	if scheme, rest, found := strings.Cut(text, "://"); found {
		switch strings.ToLower(scheme) {
		case "http", "https", "rtsp":
			text = strings.TrimSuffix(rest, "/")
		default:
			return "", 0, false
		}
	}
	if host, ok = parseHost(text); ok {
		return host, 0, true
	}
	name, digits, err := net.SplitHostPort(text)
	if err != nil {
		return "", 0, false
	}
	port, err = strconv.Atoi(strings.TrimSpace(digits))
	if err != nil || port < 1 || port > maxPort {
		return "", 0, false
	}
	host, ok = parseHost(name)
	return host, port, ok
}

// parseHost reads a host name or an IP address, with or without the brackets of IPv6.
func parseHost(text string) (host string, ok bool) {
	text = strings.TrimSpace(text)
	bare := text
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		bare = text[1 : len(text)-1]
	}
	if ip, err := netip.ParseAddr(bare); err == nil {
		// A zone names an interface of this machine, and is text that nobody has checked.
		return ip.Unmap().String(), ip.Zone() == "" && !ip.IsUnspecified() && (bare == text || ip.Is6())
	}
	name := strings.ToLower(strings.TrimSuffix(text, "."))
	if len(name) > maxHostName {
		return "", false
	}
	labels := strings.Split(name, ".")
	for _, label := range labels {
		if !nameLabel.MatchString(label) {
			return "", false
		}
	}
	// 10.8.30.1091 would be looked up as a name.
	return name, !numberLabel.MatchString(labels[len(labels)-1])
}
