package api

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"mediapusher/internal/device"
)

// maxMessage is the ceiling for the characters of a status_message; old pages show it in an alert.
const maxMessage = 400

// shortSecret: a password below this length is hidden where it stands as a word of its own. Hiding every "1" would tell more than it
// hides.
const shortSecret = 4

const (
	hidden       = "***"
	hiddenWhole  = "the message held the password and is not shown"
	okMessage    = "OK"
	panicMessage = "internal error"
)

var userInfo = regexp.MustCompile(`://[^/\s]*@`)

// message makes an error's text fit for an answer and a log: one line of UTF-8 without credentials in addresses and without the
// secret, in whatever coding it came there.
func message(err error, secret string) string {
	if err == nil {
		return okMessage
	}
	return clean(err.Error(), secret)
}

func clean(text, secret string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r) { // these turn text around
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	text = strings.Join(strings.Fields(text), " ")
	text = userInfo.ReplaceAllString(text, "://"+hidden+"@")
	for _, form := range codings(secret) {
		text = hide(text, form)
	}
	// A password with stars of its own could come together again from what was put in its place.
	if len(secret) >= shortSecret && strings.Contains(text, secret) {
		return hiddenWhole
	}
	if runes := []rune(text); len(runes) > maxMessage {
		text = string(runes[:maxMessage-1]) + "…"
	}
	return text
}

// codings are the forms in which a secret may stand in a text, the longest first.
func codings(secret string) []string {
	forms := device.NewSecret(secret).Forms()
	if oneLine := strings.Join(strings.Fields(secret), " "); len(forms) > 0 && oneLine != secret {
		forms = append(forms, oneLine) // as clean has made the text
	}
	return forms
}

// hide replaces a secret, short ones only where they are words.
func hide(text, secret string) string {
	if len(secret) >= shortSecret {
		return strings.ReplaceAll(text, secret, hidden)
	}
	var out strings.Builder
	for rest := text; ; {
		i := strings.Index(rest, secret)
		if i < 0 {
			out.WriteString(rest)
			return out.String()
		}
		end := i + len(secret)
		before, after := text[:len(text)-len(rest)+i], rest[end:]
		out.WriteString(rest[:i])
		if endsInWord(before) || startsInWord(after) {
			out.WriteString(secret)
		} else {
			out.WriteString(hidden)
		}
		rest = after
	}
}

func endsInWord(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return isWord(r)
}

func startsInWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return isWord(r)
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
