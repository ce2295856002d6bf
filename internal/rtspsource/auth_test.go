package rtspsource_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/icholy/digest"

	"mediapusher/internal/rtspsource"
)

// guard answers 401 with the challenges until the credentials are right for the nonce in force.
type guard struct {
	challenges func(nonce string) []string
	nonces     []string // used one after the other
	// rotateAt begins the next nonce when this method is asked for the first time.
	rotateAt string
	stale    bool
	secret   string
}

func (g *guard) script(description string, play func(p *peer)) func(p *peer) {
	return func(p *peer) {
		current, rotated := 0, false
		for r := range p.requests() {
			if r.method == g.rotateAt && !rotated {
				rotated = true
				current++
			}
			if r.method != "OPTIONS" && !g.valid(r, g.nonces[current]) {
				var headers []string
				for _, c := range g.challenges(g.nonces[current]) {
					if rotated && g.stale {
						c += ", stale=TRUE"
					}
					headers = append(headers, "WWW-Authenticate: "+c)
				}
				p.answer(r, "401 Unauthorized", "", headers...)
				continue
			}
			p.respond(r, description)
			if r.method == "PLAY" && play != nil {
				play(p)
			}
		}
	}
}

func (g *guard) valid(r request, nonce string) bool {
	sent := r.header.Get("Authorization")
	if strings.HasPrefix(sent, "Basic ") {
		return sent == "Basic YWRtaW46czNjcmV0LXdvcmQ="
	}
	c, err := digest.ParseCredentials(sent)
	if err != nil || c.Nonce != nonce || c.URI != r.url || c.Username != user {
		return false
	}
	challenge := &digest.Challenge{Realm: c.Realm, Nonce: c.Nonce, Algorithm: c.Algorithm, Opaque: c.Opaque}
	if c.QOP != "" {
		challenge.QOP = []string{c.QOP}
	}
	want, err := digest.Digest(challenge, digest.Options{
		Method: r.method, URI: c.URI, Count: c.Nc, Cnonce: c.Cnonce, Username: user, Password: g.secret,
	})
	return err == nil && want.Response == c.Response
}

func oneFrame(p *peer) { p.Write(p.rtp(0, 96, 0, true, idr...)) }

func TestAuthentication(t *testing.T) {
	md5 := func(nonce string) string {
		return `Digest realm="IP Camera(12345)", nonce="` + nonce + `", algorithm="MD5"`
	}
	sha := func(nonce string) string {
		return `digest realm="x" ,nonce=` + nonce + `,qop="auth-int, auth", opaque="op", algorithm=SHA-256, ;=x, =`
	}
	tests := map[string]struct {
		guard     guard
		secret    string
		basic     bool
		want      error
		signed    int // DESCRIBE with credentials
		contains  string
		algorithm string
	}{
		"MD5 without qop": {guard: guard{challenges: func(n string) []string { return []string{md5(n)} }}, signed: 1},
		"SHA-256 with qop": {
			guard: guard{challenges: func(n string) []string { return []string{sha(n)} }}, signed: 1, algorithm: "SHA-256",
		},
		"best of several": {
			guard: guard{challenges: func(n string) []string {
				return []string{`Basic realm="x"`, md5(n), sha(n), `Digest realm="x", nonce="1", algorithm=SHA-3`}
			}},
			signed: 1, algorithm: "SHA-256",
		},
		"several in one header": {
			guard:  guard{challenges: func(n string) []string { return []string{`Basic realm="x", ` + md5(n)} }},
			signed: 1,
		},
		"wrong password": {
			guard:  guard{challenges: func(n string) []string { return []string{md5(n)} }},
			secret: "other", want: rtspsource.ErrAuth, signed: 1,
		},
		"wrong password, always a fresh nonce": {
			guard:  guard{challenges: func(n string) []string { return []string{md5(n)} }, rotateAt: "DESCRIBE"},
			secret: "other", want: rtspsource.ErrAuth, signed: 1,
		},
		"nonce rotated": {
			guard: guard{challenges: func(n string) []string { return []string{md5(n)} }, rotateAt: "SETUP"}, signed: 1,
		},
		"nonce stale": {
			guard: guard{challenges: func(n string) []string { return []string{md5(n)} }, rotateAt: "PLAY", stale: true}, signed: 1,
		},
		"basic allowed": {
			guard: guard{challenges: func(string) []string { return []string{`Basic realm="x"`} }}, basic: true, signed: 1,
		},
		"basic not allowed": {
			guard: guard{challenges: func(string) []string { return []string{`Basic realm="x"`} }},
			want:  rtspsource.ErrNoWay, contains: "only basic",
		},
		"unknown": {
			guard: guard{challenges: func(string) []string { return []string{"Negotiate", ";=x"} }},
			want:  rtspsource.ErrNoWay, contains: "Negotiate",
		},
		"none offered": {guard: guard{challenges: func(string) []string { return nil }}, want: rtspsource.ErrNoWay},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := test.guard
			g.nonces = []string{"4e6f6e6365:1700000000", "another", "third"}
			g.secret = test.secret
			if g.secret == "" {
				g.secret = password
			}
			d := newDevice(t, g.script(liveSDP, oneFrame))
			cfg := patient(d)
			cfg.AllowBasic = test.basic
			err := pull(t, newSource(t, cfg), newSink(1))
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v", err)
			}
			var e *rtspsource.Error
			if test.want != nil && (!errors.As(err, &e) || e.Status != 401 || e.Step != "DESCRIBE" || !strings.Contains(err.Error(), test.contains)) {
				t.Errorf("got %v", err)
			}
			if err != nil && strings.Contains(err.Error(), password) {
				t.Errorf("the password is in %v", err)
			}
			signed := 0
			for _, r := range d.heard("DESCRIBE") {
				if r.header.Get("Authorization") != "" {
					signed++
				}
				if a := r.header.Get("Authorization"); a != "" && !strings.Contains(a, test.algorithm) {
					t.Errorf("signed %s", a)
				}
			}
			if signed != test.signed {
				t.Errorf("%d DESCRIBE with credentials", signed)
			}
		})
	}
}

// A device that calls everything stale is answered once more and no further.
func TestAlwaysStale(t *testing.T) {
	n := 0
	d := newDevice(t, until("DESCRIBE", func(p *peer, r request) {
		n++
		p.answer(r, "401 Unauthorized", "", `WWW-Authenticate: Digest realm="x", nonce="`+strings.Repeat("n", n)+`", stale=true`)
	}))
	expect(t, pull(t, newSource(t, patient(d)), newSink(1)), "DESCRIBE", rtspsource.ErrAuth)
	if got := len(d.heard("DESCRIBE")); got != 3 {
		t.Errorf("%d DESCRIBE", got)
	}
}

func TestNoCredentials(t *testing.T) {
	d := newDevice(t, until("DESCRIBE", func(p *peer, r request) {
		p.answer(r, "401 Unauthorized", "", `WWW-Authenticate: Digest realm="x", nonce="n"`)
	}))
	s, err := rtspsource.New(rtspsource.Config{URL: d.url("/live")})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, pull(t, s, newSink(1)), "DESCRIBE", rtspsource.ErrAuth)
	if got := len(d.heard("DESCRIBE")); got != 1 {
		t.Errorf("%d DESCRIBE", got)
	}
}
