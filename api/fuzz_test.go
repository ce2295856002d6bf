package api_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"mediapusher/api"
)

// Bodies are read as encoding/json reads them wherever it does, and what forbearance takes out changes no valid text.
func FuzzDecodeBody(f *testing.F) {
	for _, seed := range []string{
		six, "\ufeff" + six, `{"a":1,}`, `{"a":[1,2,],}`, `{"a":"//,}"}`, `{/*x*/"a":1}`, "{\"a\":1}//x\n", `{"a":1,"a":2}`, "a=1&b=2", "null",
		"%7B%22a%22%3A1%7D=", `{"a":"\u0000\ud800"}`, `{"a":1e999}`, `{,}`, `[]`, `{"a":"\"`, "{/*", "{/", "=", "a=%zz", "\xa3\xa4=1",
	} {
		f.Add([]byte(seed), "application/json")
		f.Add([]byte(seed), "text/plain;charset=gbk")
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		got, err := api.DecodeBody(body, contentType)
		if err != nil && api.StatusCode(err, 603) != 600 {
			t.Fatalf("error %v is no parameter's", err)
		}
		strict, ok := strictly(body)
		if !ok || strings.Contains(contentType, "charset") {
			return
		}
		if err != nil || !reflect.DeepEqual(got, strict) {
			t.Fatalf("%q is %v, %v; encoding/json says %v", body, got, err, strict)
		}
		if relaxed, ok := strictly(api.Relax(body)); !ok || !reflect.DeepEqual(relaxed, strict) {
			t.Fatalf("%q became %q", body, api.Relax(body))
		}
	})
}

// strictly reads a JSON object as encoding/json does.
func strictly(body []byte) (map[string]any, bool) {
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); !json.Valid(body) || trimmed[0] != '{' {
		return nil, false
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var values map[string]any
	return values, decoder.Decode(&values) == nil
}

// A normal path stays as it is, and differs from what came only in slashes, blanks and case.
func FuzzNormalPath(f *testing.F) {
	for _, seed := range []string{"/REAL_STREAM", "//stream/ 1 //beats/", "", "/", " / / ", "/\u3000x/ſtop", "/a/../b/.", "/\xff/\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		got := api.NormalPath(path)
		if again := api.NormalPath(got); again != got {
			t.Fatalf("%q became %q and then %q", path, got, again)
		}
		if !strings.HasPrefix(got, "/") || strings.Contains(got, "//") || (len(got) > 1 && strings.HasSuffix(got, "/")) {
			t.Fatalf("%q became %q", path, got)
		}
		bare := func(s string) string {
			var parts []string
			for part := range strings.SplitSeq(s, "/") {
				if part = strings.TrimSpace(part); part != "" {
					parts = append(parts, part)
				}
			}
			return strings.Join(parts, "/")
		}
		if !strings.EqualFold(bare(path), bare(got)) {
			t.Fatalf("%q became %q", path, got)
		}
	})
}

// A handle is what big arithmetic reads, within its range.
func FuzzParseHandle(f *testing.F) {
	for _, seed := range []string{"1", "+1", "-1", "0", "007", " 7 ", "2147483647", "2147483648", "99999999999999999999", "", "+", "1.0", "0x1", "1_0", "+-1", "１"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := api.ParseHandle(text)
		trimmed := strings.TrimSpace(text)
		n, isNumber := new(big.Int).SetString(trimmed, 10)
		if (err == nil) != (isNumber && !strings.Contains(trimmed, "_")) {
			t.Fatalf("%q: %d, %v", text, got, err)
		}
		if err != nil {
			if got != 0 || api.StatusCode(err, 603) != 600 {
				t.Fatalf("%q: %d, %v", text, got, err)
			}
			return
		}
		want := int64(0)
		if n.IsInt64() && n.Int64() > 0 && n.Int64() < 1<<31 {
			want = n.Int64()
		}
		if int64(got) != want {
			t.Fatalf("%q is %d, want %d", text, got, want)
		}
	})
}

// An address that was taken is taken again in the form it got, and cannot carry anything else into a URL.
func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"10.8.30.109", "http://nvr:80/", "[::1]:80", "::ffff:1.2.3.4", "a.b.", "1.2.3", "x@y", "[a]:1", "[1.2.3.4]:5", "nvr:", "http://"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		host, port, ok := api.ParseAddress(text)
		if !ok {
			return
		}
		again, _, ok := api.ParseAddress(host)
		if !ok || again != host || port < 0 || port > 65535 || host == "" || strings.ContainsAny(host, "/@?#%[]\\ \r\n\t") {
			t.Fatalf("%q is %q %d, and again %q %v", text, host, port, again, ok)
		}
	})
}

// No message holds the password.
func FuzzClean(f *testing.F) {
	for _, seed := range [][2]string{
		{"user admin, password admin", "admin"}, {"x***y", "x***y"}, {"a b%20c", "a b c"}, {"\"a\\nb\"", "a\nb"}, {"xabcdy", "abcd"}, {"**abcd**", "****"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, text, secret string) {
		got := api.Clean(text, secret)
		if len(secret) >= 4 && strings.TrimSpace(secret) != "" && secret != "****" && strings.Contains(got, secret) && !strings.Contains("***", secret) &&
			!strings.Contains("the message held the password and is not shown", secret) {
			t.Fatalf("%q without %q is %q", text, secret, got)
		}
		if strings.ContainsAny(got, "\r\n\x00") || len([]rune(got)) > 400 {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

// Whatever comes on any path is answered in the form of the contract.
func FuzzRequest(f *testing.F) {
	f.Add("POST", "/REAL_STREAM", []byte(six))
	f.Add("GET", "/STREAM/1/BEATS", []byte{})
	f.Add("POST", "/STREAM/12681/PTZControl", []byte("command=1"))
	f.Add("POST", "/STREAM/12681/SPEED", []byte(`{"speed":"+8e0"}`))
	f.Add("POST", "/STREAM/12681/pause/", []byte("x"))
	f.Add("POST", "/BACK_STREAM", []byte(strings.TrimSuffix(six, "}")+twelve))
	f.Add("BREW", "/a b", []byte("x"))
	h := handler(newFake())
	f.Fuzz(func(t *testing.T, method, path string, body []byte) {
		r := httptest.NewRequest(http.MethodGet, "/", bytes.NewReader(body))
		r.Method, r.URL.Path = method, path
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		var answer struct {
			Code    int    `json:"status_code"`
			Message string `json:"status_message"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.Code < 200 || answer.Message == "" {
			t.Fatalf("%s %q: %d %s, %v", method, path, w.Code, w.Body, err)
		}
		if w.Code == 500 || (w.Code != 200 && w.Code != answer.Code) {
			t.Fatalf("%s %q: %d %s", method, path, w.Code, w.Body)
		}
	})
}
