package api

// relax takes out of a JSON text what old clients put in after the printed samples: commas before a closing bracket, and comments. A
// text that is valid JSON keeps its meaning.
func relax(text []byte) []byte {
	out := make([]byte, 0, len(text))
	comma := -1 // where in out the last comma stands that only blanks have followed
	for i := 0; i < len(text); {
		if n := commentLength(text[i:]); n > 0 {
			i += n
			continue
		}
		n := 1
		switch c := text[i]; c {
		case ' ', '\t', '\r', '\n':
		case ',':
			comma = len(out)
		case '}', ']':
			if comma >= 0 {
				out[comma] = ' '
			}
			comma = -1
		case '"':
			n = stringLength(text[i:])
			comma = -1
		default:
			comma = -1
		}
		out = append(out, text[i:i+n]...)
		i += n
	}
	return out
}

// commentLength is the length of the comment at the start of text, 0 where there is none.
func commentLength(text []byte) int {
	if len(text) < 2 || text[0] != '/' {
		return 0
	}
	switch text[1] {
	case '/':
		for i, c := range text {
			if c == '\n' {
				return i
			}
		}
		return len(text)
	case '*':
		for i := 3; i < len(text); i++ {
			if text[i-1] == '*' && text[i] == '/' {
				return i + 1
			}
		}
		return len(text)
	}
	return 0
}

// stringLength is the length of the string literal at the start of text, quotes included.
func stringLength(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}
