//go:build hiksdk && cgo && amd64 && (linux || windows)

package hcnetsdk

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// charset is byCharEncodeType of a login: how the recorder writes names.
type charset uint8

const charsetUTF8 charset = 6

// charsets holds what is neither UTF-8 nor unknown. From 7 on it is ISO 8859, part 1 and up; there is no part 12, and part 11 is a part of
// Windows 874.
var charsets = map[charset]encoding.Encoding{
	1: simplifiedchinese.GBK, 2: simplifiedchinese.GBK, 3: traditionalchinese.Big5, 4: japanese.ShiftJIS, 5: korean.EUCKR,
	7: charmap.ISO8859_1, 8: charmap.ISO8859_2, 9: charmap.ISO8859_3, 10: charmap.ISO8859_4, 11: charmap.ISO8859_5,
	12: charmap.ISO8859_6, 13: charmap.ISO8859_7, 14: charmap.ISO8859_8, 15: charmap.ISO8859_9, 16: charmap.ISO8859_10,
	17: charmap.Windows874, 19: charmap.ISO8859_13, 20: charmap.ISO8859_14, 21: charmap.ISO8859_15,
}

// text returns a field up to its NUL as UTF-8. Recorders that do not tell their character set are old ones of the Chinese market: what is
// no UTF-8 is GBK there.
func (c charset) text(field []byte) string {
	field, _, _ = bytes.Cut(field, []byte{0})
	coding, known := charsets[c]
	if !known {
		if utf8.Valid(field) {
			return string(field)
		}
		coding = simplifiedchinese.GBK
		if c == charsetUTF8 {
			return strings.ToValidUTF8(string(field), string(utf8.RuneError))
		}
	}
	decoded, err := coding.NewDecoder().Bytes(field)
	if err != nil {
		return strings.ToValidUTF8(string(field), string(utf8.RuneError))
	}
	return string(decoded)
}
