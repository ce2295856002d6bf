package rtspsource

import (
	"encoding/base64"
	"fmt"
	"strings"
	"sync"

	"github.com/icholy/digest"
)

// Ceilings of a challenge.
const (
	maxChallenges = 8
	maxParams     = 32
)

// digestRank orders the algorithms that we know, best last.
var digestRank = map[string]int{"": 1, "MD5": 1, "SHA-512": 2, "SHA-256": 3, "SHA-512-256": 4}

// authenticator answers the challenges of a device (RFC 7616, RFC 7617). A first request goes without credentials, because some recorders
// refuse them unasked; a refused password is not sent again.
type authenticator struct {
	user, password string
	allowBasic     bool

	mu        sync.Mutex // guards the fields below: keep-alives are signed while the reader sees their answers
	challenge *digest.Challenge
	basic     bool
	count     int  // requests signed with the challenge
	carried   bool // the newest request carried credentials
	accepted  bool // credentials were accepted before
}

// sign returns the Authorization header of a request, empty where the device has not asked yet.
func (a *authenticator) sign(method, uri string) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.carried = a.basic || a.challenge != nil
	switch {
	case a.basic:
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(a.user+":"+a.password)), nil
	case a.challenge == nil:
		return "", nil
	}
	a.count++
	credentials, err := digest.Digest(a.challenge, digest.Options{
		Method: method, URI: uri, Count: a.count, Username: a.user, Password: a.password,
	})
	if err != nil {
		return "", fmt.Errorf("sign %s: %w", method, err)
	}
	return credentials.String(), nil
}

// accept notes that the newest request was not refused.
func (a *authenticator) accept() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.accepted = a.accepted || a.carried
}

// refused takes the challenges of a 401. It returns nil where the request may be sent again, signed anew. Credentials that were refused
// are answered with others only if the device says that its nonce was stale, or if it took the same credentials before.
func (a *authenticator) refused(headers []string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.user == "" && a.password == "" {
		return fmt.Errorf("%w: the device asks for them", ErrAuth)
	}
	best, basic, offered := choose(headers)
	if best == nil {
		if !basic {
			return fmt.Errorf("%w: the device offers %q", ErrNoWay, strings.TrimPrefix(offered, ", "))
		}
		if !a.allowBasic {
			return fmt.Errorf("%w: the device offers only basic authentication, which is not allowed", ErrNoWay)
		}
		if a.carried {
			return ErrAuth
		}
		a.basic, a.challenge = true, nil
		return nil
	}
	fresh := a.challenge != nil && best.Nonce != a.challenge.Nonce
	if a.carried && !(fresh && (best.Stale || a.accepted)) {
		return ErrAuth
	}
	a.challenge, a.basic, a.count = best, false, 0
	return nil
}

// choose picks the best digest challenge that we know; basic tells whether basic authentication was offered, offered names what was.
func choose(headers []string) (best *digest.Challenge, basic bool, offered string) {
	n := 0
	for _, header := range headers {
		for _, c := range splitChallenges(header) {
			if n++; n > maxChallenges {
				return best, basic, offered
			}
			switch strings.ToLower(c.scheme) {
			case "basic":
				basic = true
			case "digest":
				if d := c.digest(); d != nil && (best == nil || rank(d) > rank(best)) {
					best = d
				}
			}
			offered += ", " + printable(c.scheme+" "+c.params["algorithm"])
		}
	}
	return best, basic, offered
}

func rank(c *digest.Challenge) int { return digestRank[strings.ToUpper(c.Algorithm)] }

// challenge is one scheme with its parameters.
type challenge struct {
	scheme string
	params map[string]string
}

// digest returns nil for what we cannot answer.
func (c *challenge) digest() *digest.Challenge {
	d := &digest.Challenge{
		Realm: c.params["realm"], Nonce: c.params["nonce"], Opaque: c.params["opaque"], Algorithm: c.params["algorithm"],
		// Hikvision recorders write FALSE in capitals.
		Stale:    strings.EqualFold(c.params["stale"], "true"),
		Userhash: strings.EqualFold(c.params["userhash"], "true"),
	}
	qop, asks := c.params["qop"]
	for option := range strings.SplitSeq(qop, ",") {
		if strings.EqualFold(strings.TrimSpace(option), "auth") {
			d.QOP = []string{"auth"}
		}
	}
	if rank(d) == 0 || d.Nonce == "" || asks && strings.TrimSpace(qop) != "" && d.QOP == nil {
		return nil
	}
	return d
}

// splitChallenges reads a WWW-Authenticate header leniently: parameters quoted or not, empty ones skipped, several challenges in one.
func splitChallenges(s string) []challenge {
	var all []challenge
	for range maxParams {
		s = strings.TrimLeft(s, " \t,;=")
		end := strings.IndexAny(s, " \t,=")
		if s == "" {
			break
		}
		if end < 0 {
			end = len(s)
		}
		name, rest := s[:end], strings.TrimLeft(s[end:], " \t")
		if !strings.HasPrefix(rest, "=") {
			all = append(all, challenge{scheme: name, params: map[string]string{}})
			s = rest
			continue
		}
		var value string
		value, s = cutValue(strings.TrimLeft(rest[1:], " \t"))
		if len(all) > 0 {
			all[len(all)-1].params[strings.ToLower(name)] = value
		}
	}
	return all
}

// cutValue takes a quoted string or a token from the beginning of s.
func cutValue(s string) (value, rest string) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexByte(s, ',')
		if end < 0 {
			end = len(s)
		}
		return strings.TrimSpace(s[:end]), s[end:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}
