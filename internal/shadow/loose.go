package shadow

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// maxDepth is how deep an answer may be nested.
const maxDepth = 32

var errNoJSON = errors.New("no JSON object")

// parseAnswer reads the JSON object of an answer as old servers write it: with commas before a closing bracket or missing between two
// members, as in the printed samples, with a byte order mark, in GBK. strict tells that it is JSON by RFC 8259. Numbers are json.Number.
func parseAnswer(text []byte) (object map[string]any, strict bool, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if decoder.Decode(&object) == nil && object != nil && utf8.Valid(text) {
		if _, end := decoder.Token(); errors.Is(end, io.EOF) {
			return object, true, nil
		}
	}
	text = bytes.TrimPrefix(bytes.TrimSpace(text), []byte("\xef\xbb\xbf"))
	if !utf8.Valid(text) {
		if text, err = simplifiedchinese.GB18030.NewDecoder().Bytes(text); err != nil {
			return nil, false, errNoJSON
		}
	}
	p := &looseParser{text: string(text)}
	value, err := p.value(0)
	if err != nil || p.skip() != 0 {
		return nil, false, errNoJSON
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, false, errNoJSON
	}
	return object, false, nil
}

// looseParser reads JSON whose commas may be missing or too many.
type looseParser struct {
	text string
	at   int
}

// skip goes over blanks and commas, and returns the next sign, 0 at the end.
func (p *looseParser) skip() byte {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n,", p.text[p.at]) >= 0 {
		p.at++
	}
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}

func (p *looseParser) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, errNoJSON
	}
	switch p.skip() {
	case '{':
		p.at++
		return p.object(depth)
	case '[':
		p.at++
		return p.array(depth)
	case '"':
		return p.quoted()
	default:
		return p.bare()
	}
}

func (p *looseParser) object(depth int) (any, error) {
	object := map[string]any{}
	for {
		switch p.skip() {
		case '}':
			p.at++
			return object, nil
		case '"':
		default:
			return nil, errNoJSON
		}
		name, err := p.quoted()
		if err != nil {
			return nil, err
		}
		if p.skip() != ':' {
			return nil, errNoJSON
		}
		p.at++
		if object[name], err = p.value(depth + 1); err != nil {
			return nil, err
		}
	}
}

func (p *looseParser) array(depth int) (any, error) {
	array := []any{}
	for {
		if p.skip() == ']' {
			p.at++
			return array, nil
		}
		value, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		array = append(array, value)
	}
}

// quoted reads a string. Its line breaks and backslashes (of Windows paths) may stand as they are.
func (p *looseParser) quoted() (string, error) {
	begin := p.at
	for p.at++; p.at < len(p.text); p.at++ {
		switch p.text[p.at] {
		case '\\':
			p.at++
		case '"':
			p.at++
			literal := p.text[begin:p.at]
			var text string
			if json.Unmarshal([]byte(literal), &text) != nil {
				text = literal[1 : len(literal)-1]
			}
			return text, nil
		}
	}
	return "", errNoJSON
}

// bare reads a number or a word.
func (p *looseParser) bare() (any, error) {
	length := strings.IndexAny(p.text[p.at:], " \t\r\n,:{}[]\"")
	if length < 0 {
		length = len(p.text) - p.at
	}
	word := p.text[p.at : p.at+length]
	p.at += length
	switch word {
	case "true", "false":
		return word == "true", nil
	case "null":
		return nil, nil
	}
	var number json.Number
	if json.Unmarshal([]byte(word), &number) != nil {
		return nil, errNoJSON
	}
	return number, nil
}
