//go:build hiksdk && cgo && amd64 && (linux || windows)

package hcnetsdk

import (
	"testing"
	"unicode/utf8"
)

func TestCharsetText(t *testing.T) {
	cases := []struct {
		name  string
		set   charset
		field string
		want  string
	}{
		{"ASCII", 0, "ch01_0001\x00\x00", "ch01_0001"},
		{"no NUL", 6, "abc", "abc"},
		{"behind a NUL", 6, "abc\x00def", "abc"},
		{"unknown, GBK", 0, "\xc2\xbc\xcf\xf1\x00", "\u5f55\u50cf"},
		{"unknown, UTF-8", 0, "\u5f55\u50cf", "\u5f55\u50cf"},
		{"GB2312", 1, "\xc2\xbc\xcf\xf1", "\u5f55\u50cf"},
		{"GBK", 2, "\xc2\xbc\xcf\xf1", "\u5f55\u50cf"},
		{"Big5", 3, "\xbf\xfd\xbc\xd2", "\u9304\u6a21"},
		{"Shift-JIS", 4, "\x83\x4a", "\u30ab"},
		{"EUC-KR", 5, "\xb0\xa1", "\uac00"},
		{"UTF-8", 6, "\xe5\xbd\x95", "\u5f55"},
		{"broken UTF-8", 6, "a\xffb", "a\ufffdb"},
		{"ISO 8859-1", 7, "\xe4", "\u00e4"},
		{"ISO 8859-5", 11, "\xb0", "\u0410"},
		{"ISO 8859-11", 17, "\xa1", "\u0e01"},
		{"ISO 8859-15", 21, "\xa4", "\u20ac"},
		{"empty", 2, "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := c.set.text([]byte(c.field)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzCharsetText(f *testing.F) {
	f.Add(uint8(0), []byte("\xc2\xbc\xcf\xf1\x00"))
	f.Add(uint8(5), []byte("\xb0"))
	f.Add(uint8(18), []byte("\xff\xff"))
	f.Fuzz(func(t *testing.T, set uint8, field []byte) {
		if got := charset(set).text(field); !utf8.ValidString(got) {
			t.Errorf("charset %d: %q gives %q, which is no UTF-8", set, field, got)
		}
	})
}
