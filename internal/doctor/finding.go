package doctor

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// State is how bad a finding is.
type State int

// The states, the best first. Broken is what keeps the service, or a recorder, from working.
const (
	OK State = iota
	Warning
	Broken
)

// Language is one that findings are printed in.
type Language int

// The languages.
const (
	English Language = iota
	Chinese
)

// LanguageOf reads the name of a language or locale, such as "zh_CN.UTF-8". All that is not Chinese is English.
func LanguageOf(locale string) Language {
	language := strings.FieldsFunc(strings.ToLower(locale), func(r rune) bool { return strings.ContainsRune("_-. ", r) })
	if len(language) > 0 && language[0] == "zh" {
		return Chinese
	}
	return English
}

// Text says the same in both languages.
type Text struct{ EN, ZH string }

// In returns the text in a language.
func (t Text) In(l Language) string {
	if l == Chinese {
		return t.ZH
	}
	return t.EN
}

// textf fills in the same values in both languages.
func textf(en, zh string, values ...any) Text {
	return Text{fmt.Sprintf(en, values...), fmt.Sprintf(zh, values...)}
}

// Finding is what one check has found.
type Finding struct {
	// Subject is what was looked at: a key of the configuration, a part of the system, the address of a recorder. It is the same in all
	// languages.
	Subject string
	State   State
	// What was found, and Do what to do about it, empty where there is nothing to do.
	What, Do Text
}

// Worst is the worst state among findings, OK where there are none.
func Worst(findings []Finding) State {
	worst := OK
	for _, f := range findings {
		worst = max(worst, f.State)
	}
	return worst
}

// words are the states as they are printed; within a language all are of the same width.
func (s State) words() Text {
	switch s {
	case Broken:
		return Text{"FAIL", "故障"}
	case Warning:
		return Text{"warn", "注意"}
	default:
		return Text{"ok  ", "正常"}
	}
}

// Print writes a table: state, subject, what was found, and below it what to do. The error is that of out.
func Print(out io.Writer, l Language, findings []Finding) error {
	heads := Text{"STATE WHAT", "状态  项目"} // the second column is four wide in both
	width := len("WHAT")
	for _, f := range findings {
		width = max(width, columns(f.Subject))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s  %s\n", heads.In(l), strings.Repeat(" ", width-len("WHAT")), Text{"FOUND, AND WHAT TO DO", "结果与处理办法"}.In(l))
	margin := strings.Repeat(" ", len("ok    ")+width+2)
	for _, f := range findings {
		gap := strings.Repeat(" ", width-columns(f.Subject))
		fmt.Fprintf(&b, "%s  %s%s  %s\n", f.State.words().In(l), f.Subject, gap, strings.ReplaceAll(f.What.In(l), "\n", "\n"+margin))
		if do := f.Do.In(l); do != "" {
			fmt.Fprintf(&b, "%s-> %s\n", margin, do)
		}
	}
	fmt.Fprintf(&b, "\n%s\n", verdict(Worst(findings)).In(l))
	if _, err := io.WriteString(out, b.String()); err != nil {
		return fmt.Errorf("findings: %w", err)
	}
	return nil
}

// columns is how wide a terminal shows a text: characters of Chinese, Japanese and Korean take two columns.
func columns(text string) int {
	n := 0
	for _, r := range text {
		n++
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
			n++
		}
	}
	return n
}

// verdict sums up.
func verdict(worst State) Text {
	switch worst {
	case Broken:
		return Text{"Something is broken: see FAIL above.", "有故障，见上面标有“故障”的各行。"}
	case Warning:
		return Text{"It works, with the warnings above.", "可以工作，但请看上面标有“注意”的各行。"}
	default:
		return Text{"All is well.", "一切正常。"}
	}
}
