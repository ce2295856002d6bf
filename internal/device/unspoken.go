package device

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
)

// shortSecret: a shorter password stands in many words by chance, and hiding it there would tell more than it hides.
const shortSecret = 4

const notShown = "the message held the password and is not shown"

// Unspoken returns err as it is where a device's words or a cause do not hold the secret in one of its Forms. Where they do,
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

// forms are Forms, none where the secret is too short.
func (s Secret) forms() []string {
	if len(strings.TrimSpace(s.value)) < shortSecret {
		return nil
	}
	return s.Forms()
}

// Forms are the ways in which the secret may stand in a text, the longest first: as it is, as addresses and JSON write it, and inside the
// credentials of basic authentication (RFC 7617). None where it is blank. The slice belongs to the caller.
func (s Secret) Forms() []string {
	if strings.TrimSpace(s.value) == "" {
		return nil
	}
	forms := append(s.encoded(), s.value, url.QueryEscape(s.value), url.PathEscape(s.value), url.UserPassword("", s.value).String()[1:],
		strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s.value))
	if quoted, err := json.Marshal(s.value); err == nil { // with < and & as numbers
		forms = append(forms, string(quoted[1:len(quoted)-1]))
	}
	slices.SortFunc(forms, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return slices.Compact(forms)
}

// encoded is what base64 makes of the secret behind a user of any length: three bytes are four characters, so that there are three
// possible places, and at both ends those characters are left out that the neighbours of the secret have a part in. What is left of a short
// secret is too little to be told from words, and is left out.
func (s Secret) encoded() []string {
	const enough = 6
	var forms []string
	for before := range 3 {
		text := base64.RawStdEncoding.EncodeToString(append(make([]byte, before), s.value...))
		first, end := (before*8+5)/6, (before+len(s.value))*8/6
		if end-first >= enough {
			forms = append(forms, text[first:end])
		}
	}
	return forms
}
