package device

import (
	"errors"
	"net/url"
	"strings"
)

// shortSecret: a shorter password stands in many words by chance, and hiding it there would tell more than it hides.
const shortSecret = 4

const notShown = "the message held the password and is not shown"

// Unspoken returns err as it is where a device's words or a cause do not hold the secret, plain or as addresses write it. Where they do,
// because a device repeats what it was sent, the result says the same without it: an *Error stays one, of the same kind, but without its
// cause; any other error is found by errors.Is as before, without its text.
func (s Secret) Unspoken(err error) error {
	var e *Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &e):
		if s.spokenIn(err.Error()) {
			return silent{err}
		}
		return err
	case !s.spokenIn(e.Meaning) && (e.Err == nil || !s.spokenIn(e.Err.Error())):
		return err
	}
	clean := *e
	clean.Err = nil
	for _, form := range s.forms() {
		clean.Meaning = strings.ReplaceAll(clean.Meaning, form, redacted)
	}
	if s.spokenIn(clean.Meaning) { // stars of its own may make it whole again
		clean.Meaning = notShown
	}
	return &clean
}

// silent is an error without its words.
type silent struct{ err error }

func (silent) Error() string   { return notShown }
func (s silent) Unwrap() error { return s.err }

func (s Secret) spokenIn(text string) bool {
	for _, form := range s.forms() {
		if strings.Contains(text, form) {
			return true
		}
	}
	return false
}

// forms are the ways in which the secret may stand in a text, none where it is too short.
func (s Secret) forms() []string {
	if len(strings.TrimSpace(s.value)) < shortSecret {
		return nil
	}
	return []string{s.value, url.QueryEscape(s.value), url.PathEscape(s.value)}
}
