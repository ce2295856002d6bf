package nvrsim

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// credentials is one request as the gate sees it.
type credentials struct {
	method string
	// target is the request target (HTTP) or URL (RTSP).
	target string
	// header is the Authorization header, empty where there is none.
	header string
	remote string
	// nonceFor is what a nonce must have been issued for, empty for anything.
	nonceFor string
	// once says that a nonce serves one request only.
	once bool
	// within tells whether the digest's uri fits the target.
	within func(uri, target string) bool
}

// check judges a request. Only a wrong user or password with a good nonce counts against the address.
func (g *gate) check(c credentials) verdict {
	host := hostOf(c.remote)
	if c.header == "" {
		if g.lockLeft(host) > 0 {
			return locked
		}
		return challenge
	}
	right, v := g.verify(c)
	if v != accepted {
		return v
	}
	if g.note(host, right) {
		return locked
	}
	if !right {
		return refused
	}
	return accepted
}

// verify checks a header's form and secret. The verdict is accepted where the secret was compared, right or wrong.
func (g *gate) verify(c credentials) (right bool, v verdict) {
	scheme, rest, _ := strings.Cut(c.header, " ")
	switch {
	case strings.EqualFold(scheme, "Basic") && (g.cfg.Auth == BasicOnly || g.cfg.Auth == DigestMD5OrBasic):
		plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
		if err != nil {
			return false, challenge
		}
		return equal(string(plain), g.cfg.User+":"+g.cfg.Password), accepted
	case strings.EqualFold(scheme, "Digest") && g.cfg.Auth != BasicOnly:
		return g.verifyDigest(c, parseDigest(rest))
	default:
		return false, challenge
	}
}

func (g *gate) verifyDigest(c credentials, p map[string]string) (right bool, v verdict) {
	sha := strings.EqualFold(p["algorithm"], "SHA-256")
	if sha != (g.cfg.Auth == DigestSHA256) && g.cfg.Auth != DigestBoth {
		return false, challenge
	}
	if p["realm"] != g.realm || p["response"] == "" || !c.within(p["uri"], c.target) {
		return false, challenge
	}
	if !g.known(p["nonce"], c.nonceFor, c.once) {
		return false, stale
	}
	sum := md5Hex
	if sha {
		sum = sha256Hex
	}
	secret := sum(g.cfg.User + ":" + g.realm + ":" + g.cfg.Password)
	request := sum(c.method + ":" + p["uri"])
	want := sum(secret + ":" + p["nonce"] + ":" + request)
	if p["qop"] != "" {
		want = sum(strings.Join([]string{secret, p["nonce"], p["nc"], p["cnonce"], p["qop"], request}, ":"))
	}
	return p["username"] == g.cfg.User && equal(strings.ToLower(p["response"]), want), accepted
}

// protocol is what the challenges of HTTP and RTSP differ in.
type protocol int

const (
	overHTTP protocol = iota
	overRTSP
)

// challenges returns the values of the WWW-Authenticate headers, with a nonce for a target or, where that is empty, for anything.
func (g *gate) challenges(over protocol, target string, isStale bool) []string {
	nonce := ""
	if g.cfg.Auth != BasicOnly {
		nonce = g.newNonce(target)
	}
	digest := func(algorithm, qop string) string {
		if g.cfg.Vendor == Dahua {
			return dahuaChallenge(g.realm, nonce, algorithm, qop, isStale)
		}
		return hikvisionChallenge(g.realm, nonce, algorithm, qop, isStale)
	}
	basic := fmt.Sprintf("Basic realm=%q", g.realm)
	habit := "auth"
	if over == overRTSP {
		habit = ""
	}
	switch g.cfg.Auth {
	case DigestMD5QOP:
		return []string{digest("MD5", "auth")}
	case DigestMD5Bare:
		return []string{digest("MD5", "")}
	case DigestSHA256:
		return []string{digest("SHA-256", "auth")}
	case DigestBoth:
		return []string{digest("SHA-256", "auth"), digest("MD5", habit)}
	case DigestMD5OrBasic:
		return []string{digest("MD5", habit), basic}
	case BasicOnly:
		return []string{basic}
	default:
		return []string{digest("MD5", habit)}
	}
}

// hikvisionChallenge: stale in capitals and an empty opaque, as "DNVRS-Webs" recorders send.
func hikvisionChallenge(realm, nonce, algorithm, qop string, isStale bool) string {
	value := "FALSE"
	if isStale {
		value = "TRUE"
	}
	if qop == "" {
		return fmt.Sprintf(`Digest realm=%q, nonce=%q, algorithm=%q, stale=%q`, realm, nonce, algorithm, value)
	}
	return fmt.Sprintf(`Digest qop=%q, realm=%q, nonce=%q, domain="::", opaque="", algorithm=%q, stale=%q`,
		qop, realm, nonce, algorithm, value)
}

func dahuaChallenge(realm, nonce, algorithm, qop string, isStale bool) string {
	value := fmt.Sprintf(`Digest realm=%q, `, realm)
	if qop != "" {
		value += fmt.Sprintf(`qop=%q, `, qop)
	}
	value += fmt.Sprintf(`nonce=%q`, nonce)
	if qop != "" {
		value += `, opaque="5ccc069c403ebaf9f0171e9517f40e41"`
	}
	if algorithm != "MD5" {
		value += ", algorithm=" + algorithm
	}
	if isStale {
		value += ", stale=true"
	}
	return value
}

// maxDigestParameters bounds what parseDigest takes.
const maxDigestParameters = 32

// parseDigest reads name=value pairs between commas, values quoted or not (RFC 7235 section 2.1). Names come in lower case; what
// makes no sense ends the list.
func parseDigest(s string) map[string]string {
	p := make(map[string]string)
	for len(p) < maxDigestParameters {
		name, rest, ok := strings.Cut(strings.TrimLeft(s, " \t,"), "=")
		if !ok || name == "" {
			return p
		}
		var value string
		if strings.HasPrefix(rest, `"`) {
			value, s, ok = unquote(rest)
			if !ok {
				return p
			}
		} else {
			value, s, _ = strings.Cut(rest, ",")
		}
		p[strings.ToLower(strings.TrimSpace(name))] = strings.TrimSpace(value)
	}
	return p
}

// unquote splits off a quoted string (RFC 7230 section 3.2.6).
func unquote(s string) (value, rest string, ok bool) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), s[i+1:], true
		case '\\':
			i++
			if i < len(s) {
				b.WriteByte(s[i])
			}
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", false
}

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

func sha256Hex(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
