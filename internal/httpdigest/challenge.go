package httpdigest

import (
	"net/http"
	"strings"

	"github.com/icholy/digest"
)

// Ceilings for what a WWW-Authenticate header may hold. A recorder offers one or two challenges of at most ten parameters.
const (
	maxChallengeBytes = 8 << 10
	maxChallenges     = 8
	maxParams         = 32
)

// offer is one challenge of a 401 answer.
type offer struct {
	scheme string // as the device wrote it
	params map[string]string
}

// offers reads the challenges of all WWW-Authenticate headers (RFC 9110 section 11.6.1). Several may stand in one header, separated
// by the same comma as their parameters. What cannot be understood is left out.
func offers(header http.Header) []offer {
	var all []offer
	for _, value := range header.Values("WWW-Authenticate") {
		if len(value) > maxChallengeBytes {
			continue
		}
		for _, part := range splitUnquoted(value) {
			scheme, key, val := splitParam(part)
			if scheme != "" {
				if len(all) == maxChallenges {
					return all
				}
				all = append(all, offer{scheme: scheme, params: map[string]string{}})
			}
			if key == "" || len(all) == 0 || len(all[len(all)-1].params) == maxParams {
				continue
			}
			all[len(all)-1].params[key] = val
		}
	}
	return all
}

// splitUnquoted cuts at commas that stand outside quoted strings.
func splitUnquoted(s string) []string {
	var parts []string
	start, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}

// splitParam takes `Digest realm="x"`, `realm="x"` or `Basic` apart. The key comes in lower case.
func splitParam(part string) (scheme, key, value string) {
	part = strings.TrimSpace(part)
	head, value, found := strings.Cut(part, "=")
	fields := strings.Fields(head)
	switch {
	case len(fields) == 0:
		return "", "", ""
	case !found:
		return fields[0], "", ""
	case len(fields) > 1:
		scheme = fields[0]
	}
	return scheme, strings.ToLower(fields[len(fields)-1]), unquote(strings.TrimSpace(value))
}

// unquote reads a quoted string (RFC 9110 section 5.6.4); a token stays as it is, and a missing closing quote is forgiven.
func unquote(s string) string {
	if !strings.HasPrefix(s, `"`) {
		return s
	}
	var b strings.Builder
	for i := 1; i < len(s) && s[i] != '"'; i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// algorithms in rising strength. An absent algorithm means MD5 (RFC 7616 section 3.3).
var algorithms = [...]string{"MD5", "SHA-256", "SHA-512", "SHA-512-256"}

func strength(algorithm string) int {
	if algorithm == "" {
		return 0
	}
	for i, name := range algorithms {
		if strings.EqualFold(algorithm, name) {
			return i
		}
	}
	return -1
}

// strongest returns the digest challenge with the best algorithm that is understood, the first of equals, or nil. stale is compared
// without regard to case: recorders write "FALSE" and "TRUE" (DNVRS-Webs of Hikvision).
func strongest(all []offer) *digest.Challenge {
	var best *digest.Challenge
	for _, o := range all {
		if !strings.EqualFold(o.scheme, "Digest") || o.params["nonce"] == "" {
			continue
		}
		challenge := &digest.Challenge{
			Realm:     o.params["realm"],
			Nonce:     o.params["nonce"],
			Opaque:    o.params["opaque"],
			Algorithm: o.params["algorithm"],
			Stale:     strings.EqualFold(o.params["stale"], "true"),
			Userhash:  strings.EqualFold(o.params["userhash"], "true"),
			QOP:       strings.FieldsFunc(o.params["qop"], func(r rune) bool { return r == ',' || r == ' ' }),
		}
		if !digest.CanDigest(challenge) || strength(challenge.Algorithm) < 0 {
			continue
		}
		if best == nil || strength(challenge.Algorithm) > strength(best.Algorithm) {
			best = challenge
		}
	}
	return best
}

// offersBasic tells whether basic authentication (RFC 7617) is among the challenges.
func offersBasic(all []offer) bool {
	for _, o := range all {
		if strings.EqualFold(o.scheme, "Basic") {
			return true
		}
	}
	return false
}

// schemes lists what is offered, for an error message: "Digest MD5-sess, Basic".
func schemes(all []offer) string {
	names := make([]string, 0, len(all))
	for _, o := range all {
		names = append(names, strings.TrimSpace(o.scheme+" "+o.params["algorithm"]))
	}
	return strings.Join(names, ", ")
}
