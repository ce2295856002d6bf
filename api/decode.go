package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// maxBody is the ceiling for a request's body in bytes.
const maxBody = 64 << 10

// How long a client may take to send a body: one that is needed, and one that is not looked at.
const (
	bodyTimeout     = 15 * time.Second
	idleBodyTimeout = 2 * time.Second
)

var (
	byteOrderMark = []byte("\xef\xbb\xbf")
	errNoObject   = &paramError{"", "the body is no JSON object"}
)

// readFields reads the body and the query string. The error is errTooLarge or a *paramError.
func readFields(w http.ResponseWriter, r *http.Request) (fields, error) {
	body, err := readBody(w, r, bodyTimeout)
	if err != nil {
		return fields{}, err
	}
	values, err := decodeBody(body, r.Header.Get("Content-Type"))
	if err != nil {
		return fields{}, err
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		query = nil // a cache buster that is no query is no reason to refuse
	}
	return fields{values, formValues(query)}, nil
}

// readBody reads a body within limit. The error is errTooLarge or a *paramError; the connection ends with the answer then, for what
// comes next on it would be the rest of the body.
func readBody(w http.ResponseWriter, r *http.Request, limit time.Duration) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	connection := http.NewResponseController(w)
	_ = connection.SetReadDeadline(time.Now().Add(limit))
	body, err := readLimited(r)
	if err != nil {
		// The deadline stays: net/http goes on reading when the answer is out.
		w.Header().Set("Connection", "close")
		return nil, err
	}
	_ = connection.SetReadDeadline(time.Time{}) // a start may last longer than a body
	return body, nil
}

func readLimited(r *http.Request) ([]byte, error) {
	if r.ContentLength > maxBody {
		return nil, errTooLarge
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case len(body) > maxBody:
		return nil, errTooLarge
	case err != nil:
		return nil, &paramError{"", "the body cannot be read to its end"}
	}
	return body, nil
}

// decodeBody reads a body by its shape, since the type that old clients declare often is a library's default: JSON, also with
// trailing commas and comments, or a form. No body and null are no fields. The error is a *paramError.
func decodeBody(body []byte, contentType string) (map[string]any, error) {
	gbk := declaresGBK(contentType)
	if gbk {
		body = fromGBK(body)
	}
	body = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), byteOrderMark))
	switch {
	case len(body) == 0, string(body) == "null":
		return nil, nil
	case body[0] == '{':
		return decodeObject(body)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, errNoObject
	}
	for name := range form {
		if strings.HasPrefix(name, "{") && len(form) == 1 { // JSON that a form library has encoded once more
			return decodeObject([]byte(name))
		}
	}
	if !bytes.Contains(body, []byte("=")) {
		return nil, errNoObject
	}
	values := formValues(form)
	for name, value := range values {
		if text, ok := value.(string); ok && gbk && !utf8.ValidString(text) {
			values[name] = string(fromGBK([]byte(text)))
		}
	}
	return values, nil
}

// decodeObject reads strictly, and only what fails that with forbearance.
func decodeObject(body []byte) (map[string]any, error) {
	values, err := strictObject(body)
	if err != nil {
		values, err = strictObject(relax(body))
	}
	if err != nil {
		return nil, errNoObject
	}
	return values, nil
}

func strictObject(body []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber() // a number as password keeps its digits
	var values map[string]any
	if err := decoder.Decode(&values); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errNoObject
	}
	return values, nil
}

func formValues(form url.Values) map[string]any {
	values := make(map[string]any, len(form))
	for name, list := range form {
		values[name] = list[len(list)-1] // as with JSON, the last one counts
	}
	return values
}

// declaresGBK tells whether a client says that it writes in one of the Chinese codings; Chinese Windows does.
func declaresGBK(contentType string) bool {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	switch strings.ToLower(params["charset"]) {
	case "gbk", "gb2312", "gb18030":
		return true
	default:
		return false
	}
}

// fromGBK makes UTF-8; GB18030 holds the other two. What is no GBK becomes U+FFFD.
func fromGBK(b []byte) []byte {
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err != nil {
		return b
	}
	return out
}
